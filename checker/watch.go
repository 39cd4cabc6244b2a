package checker

// watch follows the obligation that a property puts on runs: the bit that is
// on while From has held and Goal has not come yet. The product of the model with
// that bit is what liveness and bounded time are judged on.
type watch[S comparable] struct {
	prop   *Property[S]
	states stateSet[S]
	facts  []uint8 // by discrete state
	// guarded tells that From held in some state that was asked for.
	guarded bool
}

const (
	factKnown uint8 = 1 << iota
	factFrom
	factGoal
)

func newWatch[S comparable](p *Property[S], states stateSet[S]) *watch[S] {
	return &watch[S]{prop: p, states: states, guarded: p.From == nil}
}

// begin is the bit of a run that starts in state id.
func (w *watch[S]) begin(id int32) bool { return w.next(w.prop.Kind == Eventually, id) }

// next is the bit of a run that steps into state id.
func (w *watch[S]) next(on bool, id int32) bool {
	f := w.look(id)
	switch w.prop.Kind {
	case Eventually:
		return on && f&factGoal == 0
	case StaysAtMost:
		return f&factFrom != 0
	}
	return (on || f&factFrom != 0) && f&factGoal == 0
}

// settled tells that nothing can be violated any more behind a place.
func (w *watch[S]) settled(on bool) bool { return w.prop.Kind == Eventually && !on }

func (w *watch[S]) look(id int32) uint8 {
	for len(w.facts) <= int(id) {
		w.facts = append(w.facts, 0)
	}
	f := w.facts[id]
	if f != 0 {
		return f
	}
	f = factKnown
	s := w.states.at(id)
	if w.prop.From == nil || w.prop.From(s) {
		f |= factFrom
		w.guarded = true
	}
	if w.prop.Goal != nil && w.prop.Goal(s) {
		f |= factGoal
	}
	w.facts[id] = f
	return f
}

// place numbers a discrete state together with the bit.
func place(id int32, on bool) int32 {
	if on {
		return 2*id + 1
	}
	return 2 * id
}
