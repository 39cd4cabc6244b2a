package checker

import "slices"

// pendingGraph is the graph of an Any search as far as the obligation of a
// property is pending in it: a run that violates stays in it from some moment on.
// Its nodes are states, numbered shard by shard; its edges are worked out anew when
// they are asked for, for there are several times as many.
//
// The obligation of LeadsTo comes up in every state of From that is not one of
// Goal, whatever came before, and that of Eventually in the initial states; it
// stays until Goal.
type pendingGraph[S comparable] struct {
	search *anySearch[S]
	prop   *Property[S]
	offset [shards + 1]int32 // the first node of each shard
	calm   bool              // a state was met in which nothing has to happen
	events []Event
}

func newPendingGraph[S comparable](x *anySearch[S], p *Property[S]) *pendingGraph[S] {
	g := &pendingGraph[S]{search: x, prop: p}
	for i := range x.set.shard {
		g.offset[i+1] = number(int(g.offset[i]) + int(x.set.shard[i].count))
	}
	return g
}

func (g *pendingGraph[S]) size() int { return int(g.offset[shards]) }

func (g *pendingGraph[S]) node(s S) int32 {
	i := g.search.find(s)
	return g.offset[i.shard()] + int32(i.number())
}

func (g *pendingGraph[S]) state(v int32) S {
	s, _ := slices.BinarySearch(g.offset[1:], v+1)
	return g.search.state(idOf(s, uint32(v-g.offset[s])))
}

func (g *pendingGraph[S]) pendingAt(v int32) []Event {
	return pending(g.search.model, g.state(v), nil)
}

func (g *pendingGraph[S]) out(v int32, buf []edge) []edge {
	s := g.state(v)
	g.events = pending(g.search.model, s, g.events[:0])
	g.calm = g.calm || calm(g.events)
	g.search.fireAll(s, g.events, func(nth int32, _ Event, how *Effect, to S) {
		if !how.Full && !g.prop.Goal(to) {
			buf = append(buf, edge{g.node(to), nth})
		}
	})
	return buf
}

// cycles is cyclesFrom where the obligation comes up.
func (g *pendingGraph[S]) cycles() (parts [][]int32, part []int32) {
	return cyclesFrom(g, g.size(), g.roots)
}

// roots are the nodes in which the obligation comes up.
func (g *pendingGraph[S]) roots(yield func(v int32) bool) {
	if g.prop.Kind == Eventually {
		for _, s := range g.search.model.Init() {
			if !g.prop.Goal(s) && !yield(g.node(s)) {
				return
			}
		}
		return
	}
	for v := range int32(g.size()) {
		s := g.state(v)
		if (g.prop.From == nil || g.prop.From(s)) && !g.prop.Goal(s) && !yield(v) {
			return
		}
	}
}

// steps does not hold the model to the sums that keptColumns checks: a model for
// Any may count its queues roughly. It need not be told of every copy that goes,
// for a queue that never gets a fresh one is empty at last.
func (g *pendingGraph[S]) steps(v int32, edges []edge, visit func(fired Event, gone []uint64)) {
	s := g.state(v)
	before := pending(g.search.model, s, nil)
	var after []Event
	var gone []uint64
	g.search.refire(s, func(nth int32, fired Event, how *Effect, to S) {
		if len(edges) == 0 || edges[0].via != nth {
			return
		}
		edges = edges[1:]
		gone = append(append(gone[:0], fired.ID), made(how)...)
		after = pending(g.search.model, to, after[:0])
		for _, f := range before {
			if count(after, f.ID) < count(before, f.ID) {
				gone = append(gone, f.ID)
			}
		}
		visit(fired, gone)
	})
}

// lasso is a weakly fair run that never meets the obligation of p, or nil.
func (x *anySearch[S]) lasso(p *Property[S]) *Trace[S] {
	g := newPendingGraph(x, p)
	l := newLassoSearch(g, g, false)
	if g.calm {
		path := g.nearest(func(v int32) bool { return calm(g.pendingAt(v)) })
		return x.trace(path, -1, len(path)-1)
	}
	diverging := make([]bool, len(l.parts))
	for i := range l.parts {
		diverging[i] = l.diverges(i)
	}
	if !slices.Contains(diverging, true) {
		return nil
	}
	path := g.nearest(func(v int32) bool { return l.part[v] >= 0 && diverging[l.part[v]] })
	t := x.trace(path, -1, len(path)-1)
	for _, via := range l.loop(g.node(t.Last())) {
		x.refire(t.Last(), func(nth int32, e Event, how *Effect, to S) {
			if nth == via {
				t.Steps = append(t.Steps, Step[S]{Event: e, Label: how.Label, State: to})
			}
		})
	}
	return t
}

// nearest is a shortest path from an initial state to a node that is wanted, in
// the product of the model with the bit that tells whether the obligation is
// pending.
func (g *pendingGraph[S]) nearest(wanted func(v int32) bool) (path []S) {
	p := g.prop
	next := func(on bool, s S) bool {
		from := on || p.Kind != Eventually && (p.From == nil || p.From(s))
		return from && !p.Goal(s)
	}
	var places, parent []int32
	met := bitset{}
	reach := func(s S, on bool, from int32) {
		if at := place(g.node(s), on); met.set(int(at)) {
			places, parent = append(places, at), append(parent, from)
		}
	}
	for _, s := range g.search.model.Init() {
		reach(s, next(p.Kind == Eventually, s), -1)
	}
	for i := int32(0); int(i) < len(places); i++ {
		v, on := places[i]>>1, places[i]&1 == 1
		if on && wanted(v) {
			for ; i >= 0; i = parent[i] {
				path = append(path, g.state(places[i]>>1))
			}
			slices.Reverse(path)
			return path
		}
		if !on && p.Kind == Eventually {
			continue // settled
		}
		g.search.refire(g.state(v), func(_ int32, _ Event, how *Effect, to S) {
			if !how.Full {
				reach(to, next(on, to), i)
			}
		})
	}
	panic("checker: a state in which an obligation is pending cannot be reached; this is a bug of checker")
}
