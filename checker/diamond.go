package checker

import (
	"context"
	"fmt"
)

// CheckFootprints is a test for those who give a model footprints. It explores a model in
// Any, as many states as it is told (0: all), and asks [Commutes] of every two events of
// different processes that are pending together and of which the first can, by the
// footprints, be moved before the second. An error names the first two that cannot, or
// says that the model is no [Footprinter].
//
// Compared is how many pairs were looked at: a test that compares none proves nothing.
// What Around foresees beyond the next event of the others, and what the terms of
// properties observe, is not looked at.
func CheckFootprints[S comparable](m Model[S], states int) (compared int, err error) {
	foot, has := m.(Footprinter[S])
	if !has {
		return 0, fmt.Errorf("checker: %T has no Footprint method; see Footprinter", m)
	}
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	_, wrong := Explore(ctx, m, Any, Options{MaxStates: states}, Visitor[S]{State: func(s S) {
		events := pending(m, s, nil)
		for i, a := range events {
			for k, b := range events {
				if err != nil || first(events, a.ID) < i || first(events, b.ID) < k || !moves(foot, s, a, b) {
					continue
				}
				room, failed := Commutes(m, s, a, b)
				if err = failed; err != nil {
					stop()
				}
				if room {
					compared++
				}
			}
		}
	}})
	if wrong != nil {
		return 0, wrong
	}
	return compared, err
}

// moves is what the footprints say of two pending events of different processes: a can be
// moved before b.
func moves[S comparable](foot Footprinter[S], s S, a, b Event) bool {
	if foot.Process(a) == foot.Process(b) {
		return false
	}
	readsA, writesA := foot.Footprint(s, a)
	readsB, writesB := foot.Footprint(s, b)
	awaits, _, _ := foot.Around(s, foot.Process(a))
	return writesA&(readsB|writesB) == 0 && writesB&(readsA|awaits) == 0
}

// Commutes tells why a, pending in s, cannot be moved before b, which is pending too: one
// ends the other, a does something else after b, or the two orders lead to different
// states or have different labels. It is nil where a can be moved.
//
// Room is false where a step did not fit into the model (Effect.Full): nothing is said then.
func Commutes[S comparable](m Model[S], s S, a, b Event) (room bool, err error) {
	as, roomA := endsOf(m, s, a)
	bs, roomB := endsOf(m, s, b)
	if !roomA || !roomB {
		return false, nil
	}
	wrong := func(what string, first, second Event) (bool, error) {
		return true, fmt.Errorf("checker: %T: event %d does not commute with event %d: %s\nin %+v", m, first.ID, second.ID, what, s)
	}
	type both struct {
		to     S
		la, lb Label
	}
	abs := map[both]bool{}
	for _, x := range as {
		if first(m.Events(x.to, nil), b.ID) < 0 {
			return wrong("it ends the other", a, b)
		}
		ends, fits := endsOf(m, x.to, b)
		if !fits {
			return false, nil
		}
		for _, y := range ends {
			abs[both{y.to, x.label, y.label}] = true
		}
	}
	for _, y := range bs {
		if first(m.Events(y.to, nil), a.ID) < 0 {
			return wrong("it ends the other", b, a)
		}
		ends, fits := endsOf(m, y.to, a)
		if !fits {
			return false, nil
		}
		if len(ends) != len(as) {
			return wrong(fmt.Sprintf("it has %d outcomes, and %d behind it", len(as), len(ends)), a, b)
		}
		for n, x := range ends {
			if x.label != as[n].label {
				return wrong(fmt.Sprintf("its label is %v, and %v behind it", as[n].label, x.label), a, b)
			}
			if !abs[both{x.to, x.label, y.label}] {
				return wrong(fmt.Sprintf("behind it, it leads to %+v, which the other order does not", x.to), a, b)
			}
		}
	}
	return true, nil
}

// end is where an event leads.
type end[S comparable] struct {
	to    S
	label Label
}

// endsOf lists where an event leads, in the order of Fire, and tells whether all fits.
func endsOf[S comparable](m Model[S], s S, e Event) (all []end[S], fits bool) {
	fits = true
	m.Fire(s, e, func(next S, how Effect) {
		fits = fits && !how.Full
		all = append(all, end[S]{next, how.Label})
	})
	return all, fits
}
