package checker

import "slices"

// anySearch explores a model without its windows: in every state each pending
// event may be the next, of equal IDs the oldest. States are numbered in
// breadth-first order, so the frontier is the part of the set that was not
// expanded yet, and parents give shortest paths.
//
// A step is remembered by its event and the place it has among the outcomes of that
// (see stepOf). Fire is pure, so whoever needs more fires the event again.
type anySearch[S comparable] struct {
	model  Model[S]
	states stateSet[S]
	meter  *meter
	hooks  hooks[S]
	ample  *ample[S]  // nil: every event of a state is fired
	mirror *mirror[S] // nil: states are kept as they are

	parent []int32 // -1 for an initial state
	via    []int32 // the step from the parent
	graph  *digraph
	calm   []bool // by state; kept with the graph only

	from   int32
	state  S
	events []Event
	fired  int
	nth    int32 // the number of the next step
	known  int32 // the states below it were known when the current level began
}

// stepOf is the number of the first outcome of the event at an index; those of the
// others follow.
func stepOf(event int) int32 { return int32(event) << 16 }

// eventOf is the index of the event of a step.
func eventOf(nth int32) int { return int(nth >> 16) }

// hooks are told of each discrete state and step of a search when it is first
// met. at is the state (Any) or class (Exact) that has it, via the number of
// the step there. A state comes before the steps that lead to it.
type hooks[S comparable] interface {
	metState(at int32, s S)
	metStep(at, via int32, from S, e Event, how Label, to S)
}

func newAnySearch[S comparable](m Model[S], w *meter, h hooks[S], keepGraph bool) *anySearch[S] {
	x := &anySearch[S]{model: m, states: newStateSet(m), meter: w, hooks: h}
	if keepGraph {
		x.graph = &digraph{}
	}
	return x
}

func (x *anySearch[S]) explore() Run {
	w := x.meter
	w.level = 0
	for _, s := range x.model.Init() {
		x.reach(s, -1, -1)
	}
	w.level = 1
	emit := x.emit // one method value for all states
	end := x.states.size()
	x.known = int32(end)
	for id := 0; id < x.states.size(); id++ {
		if id == end {
			w.level++
			end = x.states.size()
			x.known = int32(end)
			if x.ample != nil {
				x.ample.nextLevel()
			}
		}
		if !w.beat(end - id) {
			break
		}
		x.expand(int32(id), emit)
	}
	if x.graph != nil {
		x.graph.close()
	}
	w.run.Symmetry = x.mirror != nil
	if x.ample != nil {
		w.run.Reduction, w.run.Full, w.run.Reduced = ReduceAmple.String(), x.ample.full, x.ample.reduced
	}
	return w.finish(false)
}

// old tells whether s was known when the current level began.
func (x *anySearch[S]) old(s S) bool {
	if x.mirror != nil {
		s = x.mirror.least(s)
	}
	id := x.states.find(s)
	return id >= 0 && id < x.known
}

func (x *anySearch[S]) expand(id int32, emit func(S, Effect)) {
	x.from, x.state = id, x.states.at(id)
	x.events = pending(x.model, x.state, x.events[:0])
	if x.graph != nil {
		x.graph.open(id)
		x.calm = append(x.calm, calm(x.events))
	}
	only := all
	if x.ample != nil {
		only = x.ample.choose(x.state, x.events, x.old)
	}
	for i, e := range x.events {
		if (only == all || only == x.ample.foot.Process(e)) && first(x.events, e.ID) == i {
			x.fired, x.nth = i, stepOf(i)
			x.model.Fire(x.state, e, emit)
		}
	}
}

func (x *anySearch[S]) emit(next S, how Effect) {
	nth := x.nth
	x.nth++
	if x.meter.run.Stopped != "" {
		return
	}
	if how.Full {
		x.meter.full = true
		return
	}
	to := x.reach(next, x.from, nth)
	if to < 0 {
		return
	}
	x.meter.run.Transitions++
	x.hooks.metStep(x.from, nth, x.state, x.events[x.fired], how.Label, next)
	if x.graph != nil {
		x.graph.add(edge{to, nth})
	}
}

// reach gives the number of s, or -1 when there is no room for it.
func (x *anySearch[S]) reach(s S, from, nth int32) int32 {
	if x.mirror != nil {
		s = x.mirror.least(s)
	}
	// A set that is asked twice for each new state costs less than one that
	// must forget a state again.
	if x.meter.tight() {
		if id := x.states.find(s); id >= 0 {
			return id
		}
		if !x.meter.room(x.meter.level + 1) {
			return -1
		}
	}
	id, fresh := x.states.add(s)
	if fresh {
		x.meter.keep()
		x.parent = append(x.parent, from)
		x.via = append(x.via, nth)
		x.hooks.metState(id, s)
	}
	return id
}

// path is the way from an initial state to id by parents.
func (x *anySearch[S]) path(id int32) (init int32, vias []int32) {
	for ; x.parent[id] >= 0; id = x.parent[id] {
		vias = append(vias, x.via[id])
	}
	slices.Reverse(vias)
	return id, vias
}

// refire gives the step of a number.
func (x *anySearch[S]) refire(s S, nth int32) (e Event, how Effect, to S) {
	i := eventOf(nth)
	e = pending(x.model, s, nil)[i]
	n := stepOf(i)
	x.model.Fire(s, e, func(next S, h Effect) {
		if n == nth {
			how, to = h, next
		}
		n++
	})
	return e, how, to
}

// trace replays the steps vias from an initial state.
func (x *anySearch[S]) trace(init int32, vias []int32, loop int) *Trace[S] {
	s := x.states.at(init)
	if x.mirror != nil {
		return x.mirror.trace(x.model.Init(), s, vias, x.refire)
	}
	t := &Trace[S]{Mode: Any, Init: s, Loop: loop}
	for _, nth := range vias {
		e, how, to := x.refire(s, nth)
		t.Steps = append(t.Steps, Step[S]{Event: e, Label: how.Label, State: to})
		s = to
	}
	return t
}
