package why

import (
	"slices"

	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/cmd/finwait/picture"
	"github.com/finwait/finwait/spec"
)

// Kind is what can be forbidden of a run: a choice of the network, of a timer that may be
// late, or of an application.
type Kind string

// The kinds.
const (
	Loss         Kind = "loss"
	Duplicate    Kind = "duplicate"
	LateDelivery Kind = "late delivery"
	LateTimer    Kind = "late timer"
	LateCall     Kind = "late call"
)

// fact is an event of a run that could have been otherwise.
type fact struct {
	kind Kind
	step int       // of the run, from 1: where it was sent, or where it came late
	host spec.Host // that sent the segment, or whose timer or call it is
	// segment was lost, copied or late, and sent at an instant; it is the nth of its kind
	// that the host sent, or of the copies that arrive.
	segment spec.Segment
	sentAt  int64
	// timer is what came late, at an instant and not at the earliest one; for a timer nth
	// counts how often it was started.
	timer        spec.EventKind
	at, earliest int64
	nth          int
	pc           uint8 // of a call
	// pending: it has not come by the end of the run, which is at; never, where time
	// passes for ever there.
	pending, never bool
}

// mostCounted is how far what a host sends is counted.
const mostCounted = 250

// waiting is an event that is pending since an instant: a delivery of what was sent in a
// step, or a timer; it is the nth of its kind.
type waiting struct {
	since int64
	nth   int
}

// facts lists what of a run could have been otherwise, in its order.
func facts(m *spec.Model, t checker.Trace[spec.State]) (all []fact) {
	var sent, copies [2]map[spec.SegmentKind]int
	for h := range sent {
		sent[h], copies[h] = map[spec.SegmentKind]int{}, map[spec.SegmentKind]int{}
	}
	started := map[uint64]int{}
	pending := map[uint64][]waiting{}
	for _, e := range m.Events(t.Init, nil) {
		started[e.ID]++
		pending[e.ID] = append(pending[e.ID], waiting{0, 1})
	}
	before := t.Init
	for i, step := range t.Steps {
		id, e := step.Event.ID, spec.EventOf(step.Event.ID)
		if w := pending[id]; len(w) > 0 {
			if earliest := w[0].since + step.Event.Earliest; step.At > earliest {
				all = append(all, late(before, e, w[0], fact{step: i + 1, at: step.At, earliest: earliest}))
			}
			pending[id] = w[1:]
		}
		// What was sent, and what became of it.
		numbers := map[uint64][]int{}
		for _, s := range spec.SentIn(step.Label) {
			kind := s.Segment.Kind()
			sent[s.From][kind]++
			f := fact{step: i + 1, host: s.From, segment: s.Segment, sentAt: step.At, nth: sent[s.From][kind]}
			switch {
			case s.Copies == 0:
				f.kind = Loss
				all = append(all, f)
			case s.Copies > 1:
				f.kind = Duplicate
				all = append(all, f)
			}
			for range s.Copies {
				copies[s.From][kind]++
				id := deliveryID(s)
				numbers[id] = append(numbers[id], copies[s.From][kind])
			}
		}
		keep(m, before, step, pending, started, numbers)
		before = step.State
	}
	calm := t.Loop == len(t.Steps)
	for _, e := range m.Events(before, nil) {
		w := pending[e.ID]
		if len(w) == 0 {
			continue
		}
		if earliest := w[0].since + e.Earliest; t.End > earliest || calm {
			all = append(all, late(before, spec.EventOf(e.ID), w[0], fact{step: len(t.Steps), at: t.End, earliest: earliest, pending: true, never: calm}))
		}
		pending[e.ID] = w[1:]
	}
	return slices.DeleteFunc(all, func(f fact) bool { return f.nth > mostCounted })
}

// late fills in what came late: an event of the state before it, pending as w.
func late(before spec.State, e spec.EventInfo, w waiting, f fact) fact {
	f.host, f.timer, f.nth, f.sentAt = e.Host, e.Kind, w.nth, w.since
	switch e.Kind {
	case spec.Deliver:
		f.kind, f.host, f.segment = LateDelivery, e.Host.Peer(), picture.Delivered(before, e)
	case spec.AppCall:
		f.kind, f.pc = LateCall, before.Host[e.Host].PC
	default:
		f.kind = LateTimer
	}
	return f
}

// deliveryID is the ID of the delivery of what was sent, where the network reorders.
func deliveryID(s spec.Sent) uint64 {
	g := s.Segment
	return uint64(spec.Deliver) | uint64(s.From.Peer())<<8 | uint64(g.Flags)<<16 | uint64(g.Seq)<<24 | uint64(g.Ack)<<32 | uint64(g.Len)<<40
}

// keep brings what is pending up to date: what is fresh after a step, and what has gone,
// the oldest first.
func keep(m *spec.Model, before spec.State, step checker.Step[spec.State], pending map[uint64][]waiting, started map[uint64]int, numbers map[uint64][]int) {
	var how spec.Effect
	found := false
	m.Fire(before, step.Event, func(next spec.State, e spec.Effect) {
		if !found && !e.Full && next == step.State && e.Label == step.Label {
			how, found = e, true
		}
	})
	left := map[uint64]int{}
	for _, e := range m.Events(step.State, nil) {
		left[e.ID]++
	}
	fresh := map[uint64]int{}
	for _, id := range how.Fresh[:how.FreshCount] {
		fresh[id]++
	}
	for id, w := range pending {
		if kept := max(0, left[id]-fresh[id]); len(w) > kept {
			pending[id] = w[len(w)-kept:]
		}
	}
	for id, n := range fresh {
		for i := range n {
			nth := 0
			if numbered := numbers[id]; i < len(numbered) {
				nth = numbered[i]
			} else {
				started[id]++
				nth = started[id]
			}
			pending[id] = append(pending[id], waiting{step.At, nth})
		}
	}
}
