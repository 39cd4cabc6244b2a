package checker

import (
	"context"
	"time"
)

// FewestTurns looks for a run that shows of p what t shows, in as many steps, and with the
// fewest turns: a step is a turn when another party acts in it than in the step before.
// Fewer turns make a run easier to read, and which of many shortest runs a search meets
// first says nothing.
//
// It looks for such runs with no turn, with one, and so on, each time in the product of
// the model with its party and its turns, and so by runs that are possible with their
// times. sure tells that none with fewer turns than best has been passed over; otherwise
// a bound of opt was hit (MaxStates bounds each search) and best is t. So it is when t
// repeats steps for ever, for how its loop can be entered is not looked at. What is found
// does not depend on Options.Workers.
func FewestTurns[S comparable](ctx context.Context, sys System[S], p Property[S], t *Trace[S], party func(Event) uint8, opt Options) (best *Trace[S], sure bool) {
	if t.Loop >= 0 && t.Loop < len(t.Steps) {
		return t, false
	}
	c := turnSearch[S]{ctx: ctx, sys: sys, mode: t.Mode, party: party, epoch: time.Now()}
	c.opt = Options{MaxStates: opt.MaxStates, MaxTime: opt.MaxTime, Memory: opt.Memory, Workers: opt.Workers, Seed: opt.Seed}
	c.opt.MaxDepth = len(t.Steps) + 1 // of the initial states it is 1
	c.prop = liftTurns(c.model(), p)
	for most := uint8(0); int(most) < min(countTurns(t, party), 255); most++ {
		found, done := c.search(most)
		switch {
		case found != nil && len(found.Steps) > len(t.Steps):
			// Of runs with so few turns it is a shortest one: MaxDepth bounds states, and a step
			// to one that is known lies behind it.
		case found != nil:
			return found, true
		case !done:
			return t, false
		}
	}
	return t, true
}

func countTurns[S comparable](t *Trace[S], party func(Event) uint8) (n int) {
	for i := 1; i < len(t.Steps); i++ {
		if party(t.Steps[i].Event) != party(t.Steps[i-1].Event) {
			n++
		}
	}
	return n
}

// turn is a state with who acted last, and how often that was another party than
// before. due is the obligation of a property of liveness, see watch.
type turn[S comparable] struct {
	state S
	party uint8
	moved bool // somebody has acted
	turns uint8
	due   bool
}

// turnModel has the runs of a model with at most so many turns.
type turnModel[S comparable] struct {
	Model[S]
	party func(Event) uint8
	due   func(before bool, s S) bool
	// eventually: something is due from the beginning on.
	eventually bool
	most       uint8
}

func (m turnModel[S]) Init() (all []turn[S]) {
	for _, s := range m.Model.Init() {
		all = append(all, turn[S]{state: s, due: m.due(m.eventually, s)})
	}
	return all
}

func (m turnModel[S]) Events(s turn[S], buf []Event) []Event { return m.Model.Events(s.state, buf) }

func (m turnModel[S]) Fire(s turn[S], e Event, emit func(turn[S], Effect)) {
	next := turn[S]{party: m.party(e), moved: true, turns: s.turns}
	if s.moved && next.party != s.party {
		if next.turns++; next.turns > m.most {
			return
		}
	}
	m.Model.Fire(s.state, e, func(to S, how Effect) {
		next.state, next.due = to, m.due(s.due, to)
		emit(next, how)
	})
}

// turnSearch looks for runs with few turns.
type turnSearch[S comparable] struct {
	ctx   context.Context
	sys   System[S]
	mode  Mode
	party func(Event) uint8
	opt   Options
	epoch time.Time
	prop  lifted[S]
}

// lifted is a property of the product, and the obligation that is part of its states.
type lifted[S comparable] struct {
	Property[turn[S]]
	due        func(before bool, s S) bool
	live       bool
	eventually bool
}

// liftTurns makes a property of the product. Of one of liveness it is where a run can
// stay for ever with its obligation.
func liftTurns[S comparable](m Model[S], p Property[S]) lifted[S] {
	on := func(f func(S) bool) func(turn[S]) bool {
		if f == nil {
			return nil
		}
		return func(s turn[S]) bool { return f(s.state) }
	}
	step := func(f func(S, Event, Label, S) bool) func(turn[S], Event, Label, turn[S]) bool {
		if f == nil {
			return nil
		}
		return func(from turn[S], e Event, how Label, to turn[S]) bool { return f(from.state, e, how, to.state) }
	}
	l := lifted[S]{Property: Property[turn[S]]{
		Name: p.Name, Kind: p.Kind, From: on(p.From), Goal: on(p.Goal), Guard: step(p.Guard), Step: step(p.Step), Bound: p.Bound,
	}, due: func(bool, S) bool { return false }}
	if !isLive(p.Kind) {
		return l
	}
	l.Kind, l.From, l.live, l.eventually = Reachable, nil, true, p.Kind == Eventually
	l.Goal = func(s turn[S]) bool { return s.due && calm(pending(m, s.state, nil)) }
	l.due = func(before bool, s S) bool {
		if p.Kind != Eventually {
			before = before || p.From == nil || p.From(s)
		}
		return before && !p.Goal(s)
	}
	return l
}

func (c *turnSearch[S]) model() Model[S] {
	if c.mode == Any {
		return c.sys.any()
	}
	return c.sys.Exact
}

// search looks for a run with at most so many turns; done tells that there is none.
func (c *turnSearch[S]) search(most uint8) (found *Trace[S], done bool) {
	m := turnModel[S]{c.model(), c.party, c.prop.due, c.prop.eventually, most}
	j := newJudge([]Property[turn[S]]{c.prop.Property})
	var t *Trace[turn[S]]
	var run Run
	k := &check[turn[S]]{ctx: c.ctx, opt: c.opt, epoch: c.epoch, props: j.props, out: make([]Outcome[turn[S]], 1)}
	switch {
	case c.mode == Any:
		x := newAnySearch[turn[S]](m, newMeter(c.ctx, c.opt, c.epoch, Any, c.prop.Name), j, nil)
		x.untilFound = true
		if run = x.explore(); j.found[0].yes {
			t = x.trace(x.path(id(uint32(j.found[0].at))), j.found[0].via)
		}
	case isBounded(c.prop.Kind):
		k.rel = newRelation[turn[S]](m)
		k.bounded(0)
		t, run = k.out[0].Trace, k.runs[len(k.runs)-1]
	default:
		k.rel = newRelation[turn[S]](m)
		x, r := k.safetyRun(purposeTraces, j, false)
		if run = r; j.found[0].yes {
			t = k.safetyTrace(x, j.found[0])
		}
	}
	if t == nil {
		return nil, run.Complete || run.Stopped == reasonDepth
	}
	found = &Trace[S]{Mode: t.Mode, Init: t.Init.state, Loop: t.Loop, End: t.End}
	for _, s := range t.Steps {
		found.Steps = append(found.Steps, Step[S]{At: s.At, Event: s.Event, Label: s.Label, State: s.State.state})
	}
	if c.prop.live {
		found.Loop = len(found.Steps)
	}
	return found, true
}
