package tracefile

import (
	"fmt"

	"github.com/finwait/finwait/checker"
)

// Confirm tells whether the run t alone shows what is claimed of the property:
// that it is violated, or that the goal is reached. It evaluates the property's
// own conditions on the states of the run and trusts nothing else; nil means
// that the run shows it.
func Confirm[S comparable](p checker.Property[S], t checker.Trace[S]) error {
	r := run[S]{t}
	switch p.Kind {
	case checker.Reachable:
		if !p.Goal(t.Last()) {
			return fmt.Errorf("the goal of %s does not hold in the last state", p.Name)
		}
	case checker.Always:
		if s := t.Last(); !in(p.From, s) || p.Goal(s) {
			return fmt.Errorf("%s is not violated in the last state", p.Name)
		}
	case checker.StepAlways:
		return r.confirmStep(p)
	case checker.Eventually:
		if t.Loop < 0 {
			return fmt.Errorf("%s asks for something to happen at last, and the run is finite", p.Name)
		}
		if i := r.first(0, p.Goal); i >= 0 {
			return fmt.Errorf("what %s asks for happens after %d steps", p.Name, i)
		}
	case checker.LeadsTo:
		if t.Loop < 0 {
			return fmt.Errorf("%s asks for something to happen at last, and the run is finite", p.Name)
		}
		if !r.any(p.From, func(i int) bool {
			// A run that is in the loop goes through all of the loop again.
			return r.first(min(i, t.Loop), p.Goal) < 0
		}) {
			return fmt.Errorf("from wherever %s begins to ask, it is answered", p.Name)
		}
	case checker.Within:
		if !r.any(p.From, func(i int) bool { return r.until(i, p.Goal) > p.Bound }) {
			return fmt.Errorf("%s is always answered within %d µs", p.Name, p.Bound)
		}
	case checker.NeverAfter:
		if !p.Goal(t.Last()) || r.first(0, p.From) < 0 {
			return fmt.Errorf("what %s forbids does not happen in the last state, or nothing before it forbids that", p.Name)
		}
	case checker.StaysAtMost:
		left := func(s S) bool { return !in(p.From, s) }
		if !r.any(p.From, func(i int) bool { return r.until(i, left) > p.Bound }) {
			return fmt.Errorf("no stay that %s bounds lasts longer than %d µs", p.Name, p.Bound)
		}
	}
	return nil
}

func in[S comparable](set func(S) bool, s S) bool { return set == nil || set(s) }

// run is a trace whose states are numbered from 0, the initial one.
type run[S comparable] struct{ t checker.Trace[S] }

func (r run[S]) state(i int) S {
	if i == 0 {
		return r.t.Init
	}
	return r.t.Steps[i-1].State
}

// at is the instant of state i.
func (r run[S]) at(i int) int64 {
	if i == 0 {
		return 0
	}
	return r.t.Steps[i-1].At
}

// first is the first state from i on that satisfies the condition, or -1.
func (r run[S]) first(i int, condition func(S) bool) int {
	for ; i <= len(r.t.Steps); i++ {
		if condition(r.state(i)) {
			return i
		}
	}
	return -1
}

// any tells whether the condition holds for the number of some state of the set.
func (r run[S]) any(set func(S) bool, condition func(i int) bool) bool {
	for i := 0; i <= len(r.t.Steps); i++ {
		if in(set, r.state(i)) && condition(i) {
			return true
		}
	}
	return false
}

// until is the time from state i to the first state that satisfies the
// condition, as far as the run goes; for ever where nothing more happens.
func (r run[S]) until(i int, condition func(S) bool) int64 {
	if j := r.first(i, condition); j >= 0 {
		return r.at(j) - r.at(i)
	}
	if r.t.Loop >= 0 {
		return checker.Forever
	}
	return r.t.End - r.at(i)
}

func (r run[S]) confirmStep(p checker.Property[S]) error {
	n := len(r.t.Steps)
	if n == 0 {
		return fmt.Errorf("%s is about steps, and the run has none", p.Name)
	}
	from, last := r.state(n-1), r.t.Steps[n-1]
	if p.Guard != nil && !p.Guard(from, last.Event, last.Label, last.State) {
		return fmt.Errorf("%s does not speak of the last step", p.Name)
	}
	if p.Step(from, last.Event, last.Label, last.State) {
		return fmt.Errorf("%s is not violated by the last step", p.Name)
	}
	return nil
}
