package checker

// watch follows the obligation that a property puts on runs: the bit that is
// on while From has held and Goal has not come yet, of NeverAfter for ever. The product of the model with
// that bit is what liveness and bounded time are judged on.
type watch[S comparable] struct {
	prop   *Property[S]
	states *stateTable[S]
	facts  []uint8 // by discrete state
	// guarded tells that From held in some state that was come to.
	guarded bool
}

const (
	factFrom uint8 = 1 << iota
	factGoal
)

func newWatch[S comparable](p *Property[S], states *stateTable[S]) *watch[S] {
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
	case NeverAfter:
		return on || f&factFrom != 0
	}
	return (on || f&factFrom != 0) && f&factGoal == 0
}

// settled tells that nothing can be violated any more behind a place.
func (w *watch[S]) settled(on bool) bool { return w.prop.Kind == Eventually && !on }

// look gives what is true of a state. Searches that ask in parallel call fill
// before.
func (w *watch[S]) look(id int32) uint8 {
	if int(id) >= len(w.facts) {
		w.fill(1)
	}
	return w.facts[id]
}

// fill judges all states that there are by now.
func (w *watch[S]) fill(workers int) {
	const chunk = 1 << 10
	begin, size := len(w.facts), w.states.size()
	if begin == size {
		return
	}
	w.facts = append(w.facts, make([]uint8, size-begin)...)
	share(workers, (size-begin+chunk-1)/chunk, func(_, i int) {
		var at scratch
		for id := begin + i*chunk; id < min(size, begin+(i+1)*chunk); id++ {
			w.facts[id] = w.judge(w.states.load(int32(id), &at))
		}
	})
}

func (w *watch[S]) judge(s S) (f uint8) {
	if w.prop.From == nil || w.prop.From(s) {
		f |= factFrom
	}
	if w.prop.Goal != nil && w.prop.Goal(s) {
		f |= factGoal
	}
	return f
}

// met tells the watch of a state that is come to.
func (w *watch[S]) met(id int32) { w.guarded = w.guarded || w.look(id)&factFrom != 0 }

// place numbers a discrete state together with the bit.
func place(id int32, on bool) int32 {
	if on {
		return 2*id + 1
	}
	return 2 * id
}
