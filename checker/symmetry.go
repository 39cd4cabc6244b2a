package checker

import (
	"fmt"
	"slices"
)

// Mirrorer is what a model offers besides [Model] and [Packer] when its states have a
// mirror image: two processes that are exchanged.
type Mirrorer[S comparable] interface {
	// Symmetric is nil when the mirror image of every run is a run, and otherwise
	// tells what is different for the two.
	Symmetric() error
	// Mirror, MirrorEvent and MirrorLabel give the mirror image of a state, an event
	// and a label; the image of the image is the original.
	Mirror(s S) S
	MirrorEvent(e Event) Event
	MirrorLabel(l Label) Label
}

// mirror maps each state to the lesser of itself and its mirror image, as packed:
// what can be reached from the one is the mirror image of what can be reached from
// the other.
type mirror[S comparable] struct {
	Mirrorer[S]
	packer Packer[S]
	a, b   []uint64 // scratch
}

// newMirror makes a mirror for a model that validateSymmetry has accepted.
func newMirror[S comparable](m Model[S]) *mirror[S] {
	p := m.(Packer[S])
	return &mirror[S]{m.(Mirrorer[S]), p, make([]uint64, p.Words()), make([]uint64, p.Words())}
}

func (m *mirror[S]) least(s S) S {
	image := m.Mirror(s)
	clear(m.a)
	clear(m.b)
	m.packer.Pack(s, m.a)
	m.packer.Pack(image, m.b)
	if slices.Compare(m.b, m.a) < 0 {
		return image
	}
	return s
}

// unfold maps a run through least states, each step of which ends as it does before
// the least of the two images is taken, back to a run of the model itself.
func (m *mirror[S]) unfold(init []S, t *Trace[S]) {
	least := t.Init
	if !slices.Contains(init, least) {
		t.Init = m.Mirror(least)
	}
	run := t.Init
	for i, step := range t.Steps {
		next := m.least(step.State)
		if run != least { // the run is in the mirror image
			step = Step[S]{Event: m.MirrorEvent(step.Event), Label: m.MirrorLabel(step.Label), State: m.Mirror(step.State)}
		}
		t.Steps[i] = step
		run, least = step.State, next
	}
}

func validateSymmetry[S comparable](m Model[S], props []Property[S], opt Options) error {
	if !opt.Symmetry {
		return nil
	}
	if opt.Time == Exact {
		return fmt.Errorf("checker: symmetry requested for Exact, where the columns of every matrix would have to be exchanged too; ask for Any or Auto, which uses it in Any")
	}
	mirrors, has := m.(Mirrorer[S])
	if _, packs := m.(Packer[S]); !has || !packs {
		return fmt.Errorf("checker: symmetry requested, but %T lacks a Mirror or a Pack method (see Mirrorer and Packer)", m)
	}
	if err := mirrors.Symmetric(); err != nil {
		return fmt.Errorf("checker: symmetry requested, but %w", err)
	}
	for _, p := range props {
		if mirrorable(p.Kind) && !p.Symmetric {
			return fmt.Errorf("checker: symmetry requested, but property %q tells the mirror images apart", p.Name)
		}
	}
	return nil
}

// mirrorable: properties of states may be judged on least states alone. Those of
// steps and of whole runs are judged in a run of their own.
func mirrorable(k Kind) bool { return k == Always || k == Reachable }
