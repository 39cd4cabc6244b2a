package checker

import "slices"

// judge evaluates safety properties and guards on every discrete state and step
// of one run. Searches are breadth-first, so the first finding is a nearest one.
type judge[S comparable] struct {
	props []Property[S]
	found []finding // a violation, or for Reachable the goal
	// guarded tells where From or Guard held.
	guarded []bool
}

// finding is a state or class, and the step out of it, or -1 when it is the
// state that matters.
type finding struct {
	yes     bool
	at, via int32
}

func newJudge[S comparable](props []Property[S]) *judge[S] {
	j := &judge[S]{props: props, found: make([]finding, len(props)), guarded: make([]bool, len(props))}
	for i, p := range props {
		j.guarded[i] = p.Kind == Reachable || p.Kind == Eventually ||
			p.Kind == StepAlways && p.Guard == nil || p.Kind != StepAlways && p.From == nil
	}
	return j
}

// asksSteps tells whether a property looks at steps.
func (j *judge[S]) asksSteps() bool {
	return slices.ContainsFunc(j.props, func(p Property[S]) bool { return p.Kind == StepAlways })
}

func (j *judge[S]) metState(at int32, s S) {
	for i := range j.props {
		p := &j.props[i]
		if p.Kind == StepAlways {
			continue
		}
		// What is asked first decides most of it: once From is known to occur, an
		// invariant that holds.
		if !j.guarded[i] && p.From(s) { // nothing is written in vain where other workers read nearby
			j.guarded[i] = true
		}
		if j.found[i].yes {
			continue
		}
		if p.Kind == Reachable && p.Goal(s) || p.Kind == Always && j.guarded[i] && !p.Goal(s) && (p.From == nil || p.From(s)) {
			j.found[i] = finding{yes: true, at: at, via: -1}
		}
	}
}

func (j *judge[S]) metStep(at, via int32, from S, e Event, how Label, to S) {
	for i := range j.props {
		p := &j.props[i]
		if p.Kind != StepAlways || j.found[i].yes || p.Guard != nil && !p.Guard(from, e, how, to) {
			continue
		}
		j.guarded[i] = true
		if !p.Step(from, e, how, to) {
			j.found[i] = finding{yes: true, at: at, via: via}
		}
	}
}

// glance tells whether metStep would have something to say of a step. It may be
// called in parallel, but not while metStep is.
func (j *judge[S]) glance(from S, e Event, how Label, to S) bool {
	for i := range j.props {
		p := &j.props[i]
		if p.Kind != StepAlways || j.found[i].yes || p.Guard != nil && !p.Guard(from, e, how, to) {
			continue
		}
		if !j.guarded[i] || !p.Step(from, e, how, to) {
			return true
		}
	}
	return false
}
