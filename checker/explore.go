package checker

import (
	"context"
	"fmt"
	"time"
)

// Visitor is called with what an exploration meets. A nil function is not called.
type Visitor[S comparable] struct {
	State func(s S)
	Step  func(from S, e Event, how Label, to S)
}

// Explore visits each distinct discrete state of a model once, and each distinct
// discrete step (from, e, how, to) that can happen in that mode once, in
// breadth-first order, a state before the steps that lead to it. In Exact, Auto
// included, these are the states and steps that some choice of instants allows.
//
// Bounds and the end of ctx end the run and are told in Run.Stopped.
func Explore[S comparable](ctx context.Context, m Model[S], mode Mode, opt Options, v Visitor[S]) (Run, error) {
	if m == nil {
		return Run{}, fmt.Errorf("checker: explore: a model is needed")
	}
	if mode > Any {
		return Run{}, fmt.Errorf("checker: explore: the mode is %d; wanted Auto, Exact or Any", mode)
	}
	if len(m.Init()) == 0 {
		return Run{}, fmt.Errorf("checker: explore: %T has no initial state", m)
	}
	if opt.Spill != "" {
		return Run{}, fmt.Errorf("checker: explore: Options.Spill is set, and only Check spills")
	}
	h := &visits[S]{visitor: v}
	if mode == Any {
		w := newMeter(ctx, opt, time.Now(), Any, "explore")
		if v.State != nil || v.Step != nil {
			return newAnySearch(m, w, nil, h).explore(), nil
		}
		x := newAnySearch(m, w, nil, nil)
		x.keepHashes()
		return x.explore(), nil
	}
	x := newExactSearch(newRelation(m), newMeter(ctx, opt, time.Now(), Exact, "explore"))
	x.hooks, x.merge = h, opt.Merge
	x.rel.glance = func(S, Event, Label, S) bool { return v.Step != nil }
	return x.explore(), nil
}

// visits passes on what a search meets, and leaves out what a state emitted
// twice.
type visits[S comparable] struct {
	visitor Visitor[S]
	at      int32
	seen    []Step[S]
}

func (h *visits[S]) metState(_ int32, s S) {
	if h.visitor.State != nil {
		h.visitor.State(s)
	}
}

func (h *visits[S]) metStep(at, _ int32, from S, e Event, how Label, to S) {
	if h.visitor.Step == nil {
		return
	}
	if at != h.at {
		h.at, h.seen = at, h.seen[:0]
	}
	step := Step[S]{Event: e, Label: how, State: to}
	for _, s := range h.seen {
		if s == step {
			return
		}
	}
	h.seen = append(h.seen, step)
	h.visitor.Step(from, e, how, to)
}
