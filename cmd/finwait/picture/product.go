package picture

import (
	"fmt"
	"slices"

	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/graphs"
	"github.com/finwait/finwait/spec"
)

// Numbering says whether the states of one class are told apart.
type Numbering uint8

// None, each state by itself, or up to bisimilarity.
const (
	Folded Numbering = iota
	Unfolded
	Minimized
)

var numberNames = [...]string{Unfolded: "state", Minimized: "bisimilar class"}

// MostNodes is how many nodes a graph has at most, whatever is asked for.
const MostNodes = 100_000

// Folding says how the joint behaviour of both hosts is folded.
type Folding struct {
	By        []string // [Variables] or expressions of CEL
	Numbering Numbering
	Max       int // classes; 0: as many as there are, up to MostNodes
}

// Product folds the joint behaviour of both hosts while it is explored.
type Product struct {
	model     Model
	state     *spec.State // what the variables read
	variables []observed
	folder    *graphs.Folder
	numbering Numbering

	key     graphs.Key // of from, for a state's steps come one after another
	from    spec.State
	actions map[action]uint32
	texts   []string

	numbers map[spec.State]uint32
	seen    []graphs.Key // of all states, and
	steps   []graphs.Transition
}

// action is what an edge says, as far as it is known without words.
type action struct {
	kind   spec.EventKind
	host   spec.Host
	detail uint8
}

// NewProduct begins to fold.
func NewProduct(m Model, how Folding) (*Product, error) {
	p := &Product{model: m, state: &spec.State{}, numbering: how.Numbering, actions: map[action]uint32{}, numbers: map[spec.State]uint32{}}
	var names []string
	for _, text := range how.By {
		v, err := observe(p.state, text)
		if err != nil {
			return nil, err
		}
		p.variables = append(p.variables, v)
		names = append(names, v.name)
	}
	if p.numbering != Folded {
		names = append(names, numberNames[p.numbering])
	}
	most := MostNodes
	if how.Max > 0 {
		most = min(most, how.Max)
	}
	var err error
	p.folder, err = graphs.NewFolder(names, most)
	if err != nil {
		return nil, err
	}
	p.folder.Kept = min(p.folder.Kept, len(p.variables)) // the numbering is dropped first, always
	p.folder.Text = func(i int, code uint32) string {
		if i == len(p.variables) {
			return fmt.Sprintf("%s %04d", numberNames[p.numbering], code)
		}
		return p.variables[i].text(code)
	}
	p.folder.Action = func(code uint32) string { return p.texts[code] }
	return p, nil
}

// State adds a state; see [checker.Visitor].
func (p *Product) State(s spec.State) {
	if p.numbered() {
		p.numbers[s] = uint32(len(p.numbers))
	}
	k := p.keyOf(&s)
	if p.numbering == Minimized {
		p.seen = append(p.seen, k)
		return
	}
	p.folder.State(k)
	if !p.numbered() {
		p.numbers = nil // there were too many
	}
}

// numbered tells whether states are still told apart.
func (p *Product) numbered() bool {
	return p.numbering == Minimized || p.numbering == Unfolded && p.folder.Variables() > len(p.variables)
}

// Step adds a step; see [checker.Visitor].
func (p *Product) Step(from spec.State, e checker.Event, _ checker.Label, to spec.State) {
	if from != p.from || p.key == (graphs.Key{}) {
		p.from, p.key = from, p.keyOf(&from)
	}
	code := p.action(&from, e)
	if p.numbering == Minimized {
		p.steps = append(p.steps, graphs.Transition{From: p.numbers[from], To: p.numbers[to], Action: code})
		return
	}
	p.folder.Step(p.key, p.keyOf(&to), code)
}

func (p *Product) keyOf(s *spec.State) graphs.Key {
	var k graphs.Key
	*p.state = *s
	for i, v := range p.variables {
		k[i] = v.code()
	}
	if p.numbering == Unfolded && p.numbered() {
		k[len(p.variables)] = p.numbers[*s]
	}
	return k
}

// action is the code of what happens. Segments are told apart by their kinds.
func (p *Product) action(s *spec.State, e checker.Event) uint32 {
	i := spec.EventOf(e.ID)
	h := &s.Host[i.Host]
	a := action{kind: i.Kind, host: i.Host}
	switch i.Kind {
	case spec.Deliver:
		a.detail = uint8(Delivered(*s, i).Kind())
	case spec.AppCall:
		a.detail = h.PC
	case spec.RexmtTimeout:
		a.detail = uint8(h.Rexmt)
	case spec.StateTimeout:
		a.detail = uint8(h.State)
	}
	code, ok := p.actions[a]
	if !ok {
		text := ""
		if i.Kind == spec.Deliver {
			text = "receives " + spec.SegmentKind(a.detail).String()
		} else {
			text = p.model.Describe(*s, e)
		}
		code = p.codeOf(i.Host.String() + ": " + text)
		p.actions[a] = code
	}
	return code
}

// codeOf is the code of an action with that text.
func (p *Product) codeOf(text string) uint32 {
	code := slices.Index(p.texts, text)
	if code < 0 {
		code = len(p.texts)
		p.texts = append(p.texts, text)
	}
	return uint32(code)
}

// Graph is what was folded.
func (p *Product) Graph() graphs.Folded {
	if p.numbering == Minimized {
		p.number(graphs.Bisimilar(p.seen, p.steps))
	}
	return p.folder.Folded()
}

// number folds what was kept, now that it is known which states are alike.
func (p *Product) number(block []uint32) {
	for i, k := range p.seen {
		k[len(p.variables)] = block[i]
		p.seen[i] = k
		p.folder.State(k)
	}
	for _, t := range p.steps {
		p.folder.Step(p.seen[t.From], p.seen[t.To], t.Action)
	}
	p.seen, p.steps = nil, nil
}

// Difference compares two behaviours that are folded by the same variables. Bisimilar are
// states of either to those of the other as well.
func Difference(before, after *Product) graphs.Difference {
	if before.numbering == Minimized {
		n := uint32(len(before.seen))
		steps := slices.Clone(before.steps)
		for _, t := range after.steps {
			steps = append(steps, graphs.Transition{From: n + t.From, To: n + t.To, Action: before.codeOf(after.texts[t.Action])})
		}
		block := graphs.Bisimilar(slices.Concat(before.seen, after.seen), steps)
		before.number(block[:n])
		after.number(block[n:])
	}
	return graphs.Diff(graphs.FoldedAlike(before.folder, after.folder))
}
