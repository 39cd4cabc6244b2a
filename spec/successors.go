package spec

import (
	"math/bits"
	"sync"
)

// listing collects the next states of a state, for those who do not ask what
// became pending and what was sent.
type listing struct {
	states []State
	full   bool // a bag was
	from   State
	step   step
}

// take adds the state that a step has made.
func (l *listing) take(t *step) {
	l.states = append(l.states, t.s)
	t.m.forgetNetwork(&l.states[len(l.states)-1])
}

// listings are used again: a state has a few steps, and a search many states.
var listings = sync.Pool{New: func() any { return new(listing) }}

// Successors appends all that Fire emits for the events of s, in their order. It
// is nil where a bag is full, which only Fire can tell.
func (m *Model) Successors(s State, buf []State) []State {
	all := listings.Get().(*listing)
	defer listings.Put(all)
	all.states, all.full, all.from = buf, false, s
	t := &all.step
	t.m, t.rules, t.prev, t.list = m, &profileRules[m.p.Profile], &all.from, all
	fire := func(i EventInfo) {
		t.s, t.sentCount, t.restarted, t.fired = s, 0, [2]uint16{}, i
		t.fire(nil)
	}
	for h := Client; h <= Server; h++ {
		from := h.Peer()
		bag := &s.Net[from]
		for i := range bag[:bag.Len()] {
			if i > 0 && (m.p.Net.Queue || bag[i] == bag[i-1]) {
				continue // the oldest stands for all of its ID
			}
			g := bag[i]
			g.Flags &^= many
			if m.p.Net.Queue {
				g = Segment{}
			}
			fire(EventInfo{Kind: Deliver, Host: h, Segment: g})
		}
		for set := m.pendingAt(&all.from, h); set != 0; set &= set - 1 {
			fire(EventInfo{Kind: EventKind(bits.TrailingZeros16(set)), Host: h})
		}
	}
	if all.full {
		return nil
	}
	next := all.states
	all.states = nil
	return next
}
