package checker

import (
	"context"
	"fmt"
	"time"
)

// Predicate is a set of states with a name.
type Predicate[S comparable] struct {
	Name string
	In   func(s S) bool
}

// Stay tells how long runs stay in the states of a predicate. A stay is a maximal
// stretch of time in which the predicate holds all along, at the start of a run or
// after a step that makes it hold; it ends with a step that makes it fail.
type Stay[S comparable] struct {
	Predicate string
	// Reached: there is a stay at all.
	Reached bool
	// Min and Max are the shortest and the longest stay, exactly. Max is Forever
	// when some run stays for ever, or runs stay as long as one likes; Min is when
	// no stay ends. Both are 0 where Reason says why they are unknown: "states",
	// "depth", "time", "memory", "interrupted" or "full", as in Outcome.
	Min, Max int64
	Reason   string
	// MinTrace ends with the step that ends a shortest stay, MaxTrace in a longest
	// one, with an end or a loop.
	MinTrace, MaxTrace *Trace[S]
}

// Stays finds the exact shortest and longest stay in each of some sets of states,
// over all runs of a model with its durations. It enumerates no paths: one search
// finds all classes, and the classes of a set are searched again, from all ways
// into it, with a clock that was started on the way.
//
// Such a search ends, for cells that no clock is in are bounded by the windows.
// The clock's shortest times grow, and a class whose times have grown lies inside
// the one before. Its longest times could grow without end, but only along a cycle
// in which time diverges, and those are looked for first.
func Stays[S comparable](ctx context.Context, m Model[S], preds []Predicate[S], opt Options) ([]Stay[S], []Run, error) {
	if m == nil || len(m.Init()) == 0 {
		return nil, nil, fmt.Errorf("checker: stays: a model with an initial state is needed")
	}
	names := map[string]bool{}
	for i, p := range preds {
		switch {
		case p.Name == "" || p.In == nil:
			return nil, nil, fmt.Errorf("checker: stays: predicate %d of %d needs a name and the function In", i+1, len(preds))
		case names[p.Name]:
			return nil, nil, fmt.Errorf("checker: stays: predicate %q is given twice; names must differ", p.Name)
		}
		names[p.Name] = true
	}
	c := &check[S]{ctx: ctx, opt: opt, epoch: time.Now(), rel: newRelation(m)}
	base := newExactSearch(c.rel, newMeter(ctx, opt, c.epoch, Exact, "stays"))
	run := base.explore()
	c.runs = append(c.runs, run)
	stays := make([]Stay[S], len(preds))
	for i, p := range preds {
		s := &staySearch[S]{check: c, base: base, stay: &stays[i]}
		s.stay.Predicate = p.Name
		s.prop = Property[S]{Name: p.Name, Kind: StaysAtMost, From: p.In, Bound: Forever - 1}
		if s.stay.Reason = run.Stopped; s.stay.Reason == "" {
			s.measure()
		}
		if s.stay.Reason != "" {
			s.stay.Min, s.stay.Max, s.stay.MinTrace, s.stay.MaxTrace = 0, 0, nil, nil
		}
	}
	return stays, c.runs, nil
}

// staySearch measures the stays of one predicate.
type staySearch[S comparable] struct {
	check *check[S]
	base  *exactSearch[S]
	prop  Property[S]
	stay  *Stay[S]
	// entries are the ways into the set: steps after classes of base.
	entries []entry
}

type entry struct{ class, arc int32 }

func (s *staySearch[S]) measure() {
	// A state of the set in which nothing has to happen ends the question.
	x, ok := s.explore("calm", func(*exactSearch[S]) {})
	s.stay.Reached = x.classes.size() > 0
	if !s.stay.Reached || !ok {
		return
	}
	switch lasso := s.lasso(x); {
	case s.stay.Reason != "":
		return
	case x.found >= 0:
		start, arcs, _ := s.path(x, x.found)
		s.stay.Max, s.stay.MaxTrace = Forever, s.check.rel.trace(start, arcs, len(arcs), -1, 0)
	case lasso != nil:
		s.stay.Max, s.stay.MaxTrace = Forever, lasso
	default:
		if x, ok = s.explore("longest", func(x *exactSearch[S]) { x.clock = longest }); !ok {
			return
		}
		start, arcs, since := s.path(x, x.longestAt)
		s.stay.Max, s.stay.MaxTrace = x.longest, s.check.rel.trace(start, arcs, -1, since, x.longest-1)
	}
	if x, ok = s.explore("shortest", func(x *exactSearch[S]) { x.clock = shortest }); !ok {
		return
	}
	s.stay.Min = Forever
	if end := x.shortest; end.time >= 0 {
		start, arcs, since := s.path(x, end.class)
		arcs = append(arcs, end.arc)
		s.stay.Min = end.time
		s.stay.MinTrace = s.check.rel.trace(start, arcs, -1, -1, 0, atLeast{int32(len(arcs)), int32(since), -end.time})
	}
}

// lasso is a run that goes round in the set for ever while time diverges, or nil. With a
// reason why the stay is unknown, it was not looked for to the end.
func (s *staySearch[S]) lasso(x *exactSearch[S]) *Trace[S] {
	if x.found >= 0 {
		return nil
	}
	within, ok := x.towardsCycles()
	if within == nil {
		if !ok {
			s.stay.Reason = x.meter.run.Stopped
		}
		return nil
	}
	y, _ := s.explore("cycles", func(y *exactSearch[S]) {
		y.equality, y.graph, y.within = true, &digraph{}, within
	})
	l, ok := newLassoSearch(exactProduct[S]{s.check.rel, y}, y.graph, true, y.meter.affords)
	if !ok {
		s.stay.Reason = y.meter.run.Stopped
		return nil
	}
	head, _ := l.first()
	if head < 0 {
		return nil
	}
	loop, ok := l.loop(head)
	if !ok {
		s.stay.Reason = y.meter.run.Stopped
		return nil
	}
	s.stay.Reason = "" // found before a bound was hit
	start, arcs, _ := s.path(y, head)
	return s.check.rel.trace(start, append(arcs, loop...), len(arcs), -1, 0)
}

// explore searches the set from all ways into it. It is false when a bound was hit.
func (s *staySearch[S]) explore(purpose string, with func(*exactSearch[S])) (*exactSearch[S], bool) {
	c := s.check
	x := newExactSearch(c.rel, newMeter(c.ctx, c.opt, c.epoch, Exact, s.prop.Name+" ("+purpose+")"))
	x.watch, x.staying = newWatch(&s.prop, c.rel.states), true
	x.seed = s.enter
	with(x)
	run := x.explore()
	c.runs = append(c.runs, run)
	if run.Stopped != "" {
		s.stay.Reason = run.Stopped
	}
	return x, run.Stopped == ""
}

// enter seeds a search with the classes in which stays begin. The classes of base
// that no other includes hold all timings, so no others are needed.
func (s *staySearch[S]) enter(e *classExpander[S]) {
	x, base := e.search, s.base
	s.entries = s.entries[:0]
	for _, id := range x.rel.init() {
		if x.watch.begin(id) {
			e.initial(id)
		}
	}
	for id := range int32(x.rel.nodes.size) {
		node := x.rel.nodes.at(id)
		if node.arcs < 0 || !base.states.has(int(id)) || x.watch.begin(id) || !s.leadsIn(x, node) {
			continue
		}
		shard, i := base.classes.shardOf(place(id, false))
		shard.each(shard.lists.at(i), func(known *uint64) {
			class := base.classes.numberOf(place(id, false), uint32(*known))
			e.load(base.classes, uint32(*known>>entryMatrix), shard.width(i))
			e.fireAll(node, func(a int32, arc *arc, m *manner) {
				if arc.to >= 0 && x.watch.begin(arc.to) {
					s.entries = append(s.entries, entry{class, a})
					e.enter(place(arc.to, true), m, true, -1, number(len(s.entries)-1))
				}
			})
		})
	}
}

func (s *staySearch[S]) leadsIn(x *exactSearch[S], n *node) bool {
	for a := n.arcs; a < n.arcs+n.count; a++ {
		if to := x.rel.arcs.at(a).to; to >= 0 && x.watch.begin(to) {
			return true
		}
	}
	return false
}

// path is the way to a class of the set, and the number of the step with which the
// stay began, 0 for the start.
func (s *staySearch[S]) path(x *exactSearch[S], class int32) (start int32, arcs []int32, since int) {
	init, inside := x.classes.path(class)
	way := *x.classes.via.at(init)
	if way < 0 {
		return x.start(init), inside, 0
	}
	e := s.entries[way]
	init, arcs = s.base.classes.path(e.class)
	arcs = append(arcs, e.arc)
	return s.base.start(init), append(arcs, inside...), len(arcs)
}
