package checker

import "slices"

// path is the way from an initial state to a state, by parents.
func (x *anySearch[S]) path(to id) (states []S) {
	for ; to != noID; to = x.set.parent(to) {
		states = append(states, x.state(to))
	}
	slices.Reverse(states)
	return states
}

// refire lists all that a state emits. Fire is pure, so nothing of it needs to be
// remembered.
func (x *anySearch[S]) refire(s S, visit func(nth int32, e Event, how *Effect, to S)) {
	x.fireAll(s, pending(x.model, s, nil), visit)
}

func (x *anySearch[S]) fireAll(s S, events []Event, visit func(nth int32, e Event, how *Effect, to S)) {
	nth := int32(0)
	for i, e := range events {
		if first(events, e.ID) != i {
			continue
		}
		x.model.Fire(s, e, func(next S, how Effect) {
			visit(nth, e, &how, next)
			nth++
		})
	}
}

// stepOf is the number of the first outcome of the event at an index; those of the
// others follow. Events that a reduced search leaves out keep their numbers.
func stepOf(event int) int32 { return int32(event) << 16 }

// stepNumbered is the step of a number.
func (x *anySearch[S]) stepNumbered(from S, via int32) (step Step[S]) {
	i := int(via >> 16)
	e := pending(x.model, from, nil)[i]
	n := stepOf(i)
	x.model.Fire(from, e, func(next S, how Effect) {
		if n == via {
			step = Step[S]{Event: e, Label: how.Label, State: next}
		}
		n++
	})
	return step
}

// step is the first step from one state to another, or to its mirror image where
// these are not told apart.
func (x *anySearch[S]) step(from, to S) (step Step[S]) {
	done := false
	mirror := x.workers[0].mirror
	x.refire(from, func(_ int32, e Event, how *Effect, next S) {
		if !done && !how.Full && (next == to || mirror != nil && mirror.least(next) == to) {
			step, done = Step[S]{Event: e, Label: how.Label, State: next}, true
		}
	})
	if !done {
		panic("checker: a state has no step to the state whose parent it is; is Fire a pure function of its arguments?")
	}
	return step
}

// trace is the run through states, with the step of number via, if any, behind it.
func (x *anySearch[S]) trace(states []S, via int32) *Trace[S] {
	t := &Trace[S]{Mode: Any, Init: states[0], Loop: -1}
	for i := 1; i < len(states); i++ {
		t.Steps = append(t.Steps, x.step(states[i-1], states[i]))
	}
	if via >= 0 {
		t.Steps = append(t.Steps, x.stepNumbered(states[len(states)-1], via))
	}
	if mirror := x.workers[0].mirror; mirror != nil {
		mirror.unfold(x.model.Init(), t)
	}
	return t
}
