package spec

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/finwait/finwait/checker"
)

// outcome is one result of an event, with what a property may know of the step.
type outcome struct {
	to    State
	label [2]uint64
}

// outcomes lists the results of an event in the order in which they are emitted.
// ok is false when the bag was full.
func outcomes(m *Model, s State, e Event) (all []outcome, ok bool) {
	ok = true
	m.Fire(s, e, func(to State, how Effect) {
		ok = ok && !how.Full
		all = append(all, outcome{to, how.Label})
	})
	return all, ok
}

// moves is what the footprints say of two pending events: a can be moved before b.
func moves(m *Model, s State, a, b Event) bool {
	ra, wa := m.Footprint(s, a)
	rb, wb := m.Footprint(s, b)
	awaits, _, _ := m.Around(s, m.Process(a))
	return wa&(rb|wb) == 0 && wb&(ra|awaits) == 0
}

// requireCommutes checks that a can be moved before b. room is false when a bag was full
// somewhere.
func requireCommutes(t require.TestingT, m *Model, s State, a, b Event) (room bool) {
	room, err := checker.Commutes[State](m, s, a, b)
	require.NoError(t, err, "%s, and %s", m.Describe(s, a), m.Describe(s, b))
	return room
}

// TestFootprintsCommute is the diamond test: two pending events whose footprints
// do not meet lead to the same state in either order, near the start and along walks.
func TestFootprintsCommute(t *testing.T) {
	commuted := 0
	rapid.Check(t, func(t *rapid.T) {
		n, err := checker.CheckFootprints[State](drawModel(t), 100)
		require.NoError(t, err)
		commuted += n
		for range 4 {
			m := drawModel(t)
			walk(t, m, func(_ State, _ Event, s State, _ Effect) {
				events := m.Events(s, nil)
				for _, a := range events {
					for _, b := range events {
						if a.ID != b.ID && moves(m, s, a, b) && requireCommutes(t, m, s, a, b) {
							commuted++
						}
					}
				}
			})
		}
	})
	if !testing.Short() { // which draws a fifth as many
		require.Greater(t, commuted, 3000)
	}
}

// drawModel makes a model that keeps what is in flight when both connections are
// gone, or it would be missed as pending. (What is cleared there is the same in either
// order.)
func drawModel(t *rapid.T) *Model {
	p := genParams().Draw(t, "params")
	p.Wire = true
	m, err := New(p)
	require.NoError(t, err)
	if rapid.IntRange(0, 3).Draw(t, "any") > 0 {
		m = m.Any()
	}
	return m
}

// chosen are the pending events of a host, when nothing that its peer can do
// depends on them, or matters to them: condition C1 of an ample set.
func chosen(m *Model, s State, h Host) (events []Event, others uint64, ok bool) {
	awaits, reads, writes := m.Around(s, int(h))
	if awaits&writes != 0 {
		return nil, 0, false
	}
	for _, e := range m.Events(s, nil) {
		if m.Process(e) != int(h) {
			continue
		}
		r, w := m.Footprint(s, e)
		if r&writes != 0 || w&(reads|writes) != 0 {
			return nil, 0, false
		}
		events = append(events, e)
	}
	return events, writes, len(events) > 0
}

// TestPeerLeavesChosenEventsAlone takes random walks of one host from states where
// the events of the other may be chosen: on the whole way they stay pending, no
// other one comes up, they do the same, and they commute with each step; nothing
// is written that Around does not name.
func TestPeerLeavesChosenEventsAlone(t *testing.T) {
	walked := [2]int{}
	rapid.Check(t, func(t *rapid.T) {
		for range 4 {
			m := drawModel(t)
			walk(t, m, func(_ State, _ Event, s State, _ Effect) {
				for h := Client; h <= Server; h++ {
					if ample, others, ok := chosen(m, s, h); ok {
						walkPeer(t, m, s, h, ample, others, &walked)
					}
				}
			})
		}
	})
	if !testing.Short() { // which draws a fifth as many
		require.Greater(t, walked[0], 200, "in bags")
		require.Greater(t, walked[1], 1500, "in queues")
	}
}

func walkPeer(t *rapid.T, m *Model, s State, h Host, ample []Event, others uint64, walked *[2]int) {
	first := s
	for range 8 {
		var own, of []Event
		for _, e := range m.Events(s, nil) {
			if m.Process(e) == int(h) {
				own = append(own, e)
			} else {
				of = append(of, e)
			}
		}
		require.Equal(t, distinct(ample), distinct(own), "events of the %v from %+v to %+v", h, first, s)
		if len(of) == 0 {
			return
		}
		for _, a := range ample {
			ra, wa := m.Footprint(first, a)
			r, w := m.Footprint(s, a)
			require.Equal(t, [2]uint64{ra, wa}, [2]uint64{r, w}, "the footprint of %s", m.Describe(s, a))
			for _, b := range of {
				if !requireCommutes(t, m, s, a, b) {
					return
				}
			}
		}
		e := rapid.SampledFrom(of).Draw(t, "of the peer")
		next, ok := outcomes(m, s, e)
		if !ok {
			return
		}
		to := rapid.SampledFrom(next).Draw(t, "fate").to
		require.Zero(t, changed(m, &s, e, &to)&^others, "from %+v to %+v", s, to)
		s = to
		walked[map[bool]int{true: 1}[m.p.Net.Queue]]++
	}
}

// distinct are the IDs of events, each once: copies of a segment come from the
// oldest on.
func distinct(events []Event) map[uint64]bool {
	set := map[uint64]bool{}
	for _, e := range events {
		set[e.ID] = true
	}
	return set
}

// changed are the parts that the step from a to b has written. What is cleared because
// nothing reads it again, whoever was the last to do so, is not written.
func changed(m *Model, a *State, e Event, b *State) (parts uint64) {
	differs := func(keep func(s *State)) bool {
		s := *b
		keep(&s)
		m.forgetNetwork(&s)
		return s != *b
	}
	for h := Client; h <= Server; h++ {
		if differs(func(s *State) { s.Host[h], s.Sent[h] = a.Host[h], a.Sent[h] }) {
			parts |= HostPart(h)
		}
		if a.Net[h.Peer()] != b.Net[h.Peer()] {
			if EventOf(e.ID).Host == h {
				parts |= TakesPart(h)
			} else {
				parts |= GetsPart(h)
			}
		}
	}
	if differs(func(s *State) { s.Losses, s.Duplicates = a.Losses, a.Duplicates }) {
		parts |= BudgetsPart
	}
	return parts
}
