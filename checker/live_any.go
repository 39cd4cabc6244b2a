package checker

import "slices"

// pendingGraph is the graph of an Any search as far as the obligation of a
// property is pending in it: a run that violates stays in it from some moment on.
//
// The obligation of LeadsTo comes up in every state of From that is not one of
// Goal, whatever came before, and that of Eventually in the initial states; it
// stays until Goal.
type pendingGraph[S comparable] struct {
	*edges[S]
	prop *Property[S]
	goal []bool // by node
	from []bool // where the obligation comes up, if it is not met at once
}

// newPendingGraph is nil where there is no room for it.
func newPendingGraph[S comparable](g *edges[S], p *Property[S]) *pendingGraph[S] {
	if !g.search.meter.affords(2 * g.size()) {
		return nil
	}
	x := &pendingGraph[S]{edges: g, prop: p, goal: g.where(p.Goal)}
	switch {
	case p.Kind == Eventually:
		x.from = make([]bool, g.size())
		for _, s := range g.search.model.Init() {
			x.from[g.nodeOf(g.search.find(s))] = true
		}
	case p.From == nil:
		x.from = slices.Repeat([]bool{true}, g.size())
	default:
		x.from = g.where(p.From)
	}
	return x
}

func (g *pendingGraph[S]) pendingAt(v int32) []Event {
	return pending(g.search.model, g.state(v), nil)
}

func (g *pendingGraph[S]) out(v int32, buf []edge) []edge {
	for via, to := range g.of(v) {
		if !g.goal[to] {
			buf = append(buf, edge{to, int32(via)})
		}
	}
	return buf
}

// cycles is cyclesFrom where the obligation comes up.
func (g *pendingGraph[S]) cycles(room func(bytes int) bool) (parts [][]int32, part []int32, ok bool) {
	return cyclesFrom(g, g.size(), func(yield func(v int32) bool) {
		for v, from := range g.from {
			if from && !g.goal[v] && !yield(int32(v)) {
				return
			}
		}
	}, room)
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
		gone = append(append(gone[:0], fired.ID), made(s, fired, how)...)
		after = pending(g.search.model, to, after[:0])
		for _, f := range before {
			if count(after, f.ID) < count(before, f.ID) {
				gone = append(gone, f.ID)
			}
		}
		visit(fired, gone)
	})
}

// lasso is a weakly fair run that never meets the obligation of p, or nil. It is not ok
// where there is no room to look for one.
func (x *anySearch[S]) lasso(p *Property[S]) (t *Trace[S], ok bool) {
	if x.graph == nil {
		x.graph = newEdges(x, keptEdges)
	}
	g := newPendingGraph(x.graph, p)
	if g == nil {
		return nil, false
	}
	if path, ok := g.nearest(g.isCalm); path != nil || !ok {
		return x.prefix(path), ok
	}
	l, ok := newLassoSearch(g, g, false, x.meter.affords)
	if !ok {
		return nil, false
	}
	diverging := make([]bool, len(l.parts))
	for i, nodes := range l.parts {
		diverging[i] = x.graph.diverges(nodes, func() bool { return l.diverges(i) })
	}
	if !slices.Contains(diverging, true) {
		return nil, true
	}
	path, ok := g.nearest(func(v int32) bool { return l.part[v] >= 0 && diverging[l.part[v]] })
	if !ok {
		return nil, false
	}
	t = x.prefix(path)
	loop, ok := l.loop(g.nodeOf(x.find(t.Last())))
	if !ok {
		return nil, false
	}
	for _, via := range loop {
		x.refire(t.Last(), func(nth int32, e Event, how *Effect, to S) {
			if nth == via {
				t.Steps = append(t.Steps, Step[S]{Event: e, Label: how.Label, State: to})
			}
		})
	}
	return t, true
}

// prefix is the run along a path behind which the loop begins, nil for none.
func (x *anySearch[S]) prefix(path []S) *Trace[S] {
	if path == nil {
		return nil
	}
	t := x.trace(path, -1)
	t.Loop = len(t.Steps)
	return t
}

// nearest is a shortest path from an initial state to a node that is wanted, in
// the product of the model with the bit that tells whether the obligation is
// pending, or nil. It is not ok where there is no room for the search.
func (g *pendingGraph[S]) nearest(wanted func(v int32) bool) (path []S, ok bool) {
	var places, parent paged[int32]
	met := bitset{}
	reach := func(v int32, on bool, from int32) {
		on = (on || g.prop.Kind != Eventually && g.from[v]) && !g.goal[v]
		if at := place(v, on); met.set(int(at)) {
			places.add(at)
			parent.add(from)
		}
	}
	for _, s := range g.search.model.Init() {
		reach(g.nodeOf(g.search.find(s)), g.prop.Kind == Eventually, -1)
	}
	for i := int32(0); int(i) < places.size; i++ {
		if int(i)%nodesPerAsk == nodesPerAsk-1 && !g.search.meter.affords(0) {
			return nil, false
		}
		at := *places.at(i)
		v, on := at>>1, at&1 == 1
		if on && wanted(v) {
			for ; i >= 0; i = *parent.at(i) {
				path = append(path, g.state(*places.at(i)>>1))
			}
			slices.Reverse(path)
			return path, true
		}
		if !on && g.prop.Kind == Eventually {
			continue // settled
		}
		for _, to := range g.of(v) {
			reach(to, on, i)
		}
	}
	return nil, true
}
