package checker

import (
	"fmt"
	"slices"
)

// MaxPending is the largest number of events that can be pending in one state.
const MaxPending = 254

// maxWindow bounds a window in microseconds (some 35 years). Bounds of a matrix
// are sums of two windows and instants of a trace sums over its steps, so
// neither can wrap.
const maxWindow = int64(1) << 50

// pending lists the events of s and refuses what is no state of a model:
// windows that are no windows, and equal IDs with different windows, whose
// queue would not be exact.
func pending[S comparable](m Model[S], s S, buf []Event) []Event {
	start := len(buf)
	buf = m.Events(s, buf)
	events := buf[start:]
	if len(events) > MaxPending {
		panic(fmt.Sprintf("checker: %d events are pending in %+v; at most %d can be", len(events), s, MaxPending))
	}
	for i, e := range events {
		if e.Earliest < 0 || e.Earliest > e.Latest || e.Earliest > maxWindow || e.Latest > maxWindow && e.Latest != Forever {
			panic(fmt.Sprintf("checker: event %d has the window [%d, %d] in %+v; wanted 0 <= Earliest <= Latest <= %d, or Latest = Forever",
				e.ID, e.Earliest, e.Latest, s, maxWindow))
		}
		if j := first(events, e.ID); j < i && events[j] != e {
			panic(fmt.Sprintf("checker: event %d is pending twice with different windows, [%d, %d] and [%d, %d], in %+v; equal IDs are a queue only if their windows are equal",
				e.ID, events[j].Earliest, events[j].Latest, e.Earliest, e.Latest, s))
		}
	}
	return buf
}

// first is the index of the oldest event of an ID, or -1.
func first(events []Event, id uint64) int {
	for i := range events {
		if events[i].ID == id {
			return i
		}
	}
	return -1
}

// distinct tells whether no two events have the same ID.
func distinct(events []Event) bool {
	for i := range events {
		for k := range events[:i] {
			if events[k].ID == events[i].ID {
				return false
			}
		}
	}
	return true
}

func count(events []Event, id uint64) (n int) {
	for i := range events {
		if events[i].ID == id {
			n++
		}
	}
	return n
}

// made lists the fresh IDs of what an event did in a state.
func made[S comparable](from S, fired Event, how *Effect) []uint64 {
	if how.FreshCount > MaxFresh {
		panic(fmt.Sprintf("checker: FreshCount is %d after event %d fired in %+v; at most %d events can become pending in one step",
			how.FreshCount, fired.ID, from, MaxFresh))
	}
	return how.Fresh[:how.FreshCount]
}

// calm tells that nothing pending has to happen: time may pass for ever.
func calm(events []Event) bool {
	for i := range events {
		if events[i].Latest != Forever {
			return false
		}
	}
	return true
}

// keptColumns says, for each event of the next state, which event of the
// previous one it is: its index + 1, or 0 when it is fresh. Of each ID, with c
// events before (one less when it fired), c' after and f fresh ones, c'-f are
// kept; the others were cancelled, the oldest first. Whatever contradicts that
// is a bug of the model, and one that would silently give wrong times.
func keptColumns[S comparable](from S, before []Event, fired int, how *Effect, to S, after []Event, keep []uint8) []uint8 {
	fresh := made(from, before[fired], how)
	start := len(keep)
	for range after {
		keep = append(keep, 0)
	}
	cols := keep[start:]
	if keptSingly(before, fired, fresh, after, cols) {
		return keep
	}
	clear(cols)
	for i, e := range after {
		if first(after, e.ID) != i {
			continue // its queue was handled at its oldest event
		}
		next, born, had := count(after, e.ID), 0, count(before, e.ID)
		for _, id := range fresh {
			if id == e.ID {
				born++
			}
		}
		if before[fired].ID == e.ID {
			had--
		}
		stays := next - born
		if stays < 0 || stays > had {
			panic(fmt.Sprintf("checker: event %d is pending %d times after event %d fired, of which %d fresh, but only %d could be kept; did Fire forget to name it in Effect.Fresh, or name it too often?\nfrom %+v\nto   %+v",
				e.ID, next, before[fired].ID, born, had, from, to))
		}
		// Skip the one that fired and the cancelled ones, all older.
		skip := count(before, e.ID) - stays
		for b, a := 0, i; stays > 0; b++ {
			if before[b].ID != e.ID {
				continue
			}
			if skip > 0 {
				skip--
				continue
			}
			if before[b] != e {
				panic(fmt.Sprintf("checker: event %d is kept, but its window changed from [%d, %d] to [%d, %d]; an event whose window changes must be fresh\nfrom %+v\nto   %+v",
					e.ID, before[b].Earliest, before[b].Latest, e.Earliest, e.Latest, from, to))
			}
			for after[a].ID != e.ID {
				a++
			}
			cols[a] = uint8(b + 1)
			a++
			stays--
		}
	}
	for _, id := range fresh {
		if first(after, id) < 0 {
			panic(fmt.Sprintf("checker: event %d is fresh after event %d fired, but not pending\nfrom %+v\nto   %+v",
				id, before[fired].ID, from, to))
		}
	}
	return keep
}

// keptSingly is keptColumns where no ID is pending twice, which is most of the time, or
// false where it is, or anything is wrong.
func keptSingly(before []Event, fired int, fresh []uint64, after []Event, cols []uint8) bool {
	if !distinct(before) || !distinct(after) {
		return false
	}
	born, next := 0, 0 // next is where the event after the last one kept was
	for i := range after {
		e := &after[i]
		if slices.Contains(fresh, e.ID) {
			born++
			continue
		}
		if next >= len(before) || before[next].ID != e.ID {
			next = first(before, e.ID)
		}
		if next < 0 || next == fired || before[next] != *e {
			return false
		}
		next++
		cols[i] = uint8(next)
	}
	return born == len(fresh)
}
