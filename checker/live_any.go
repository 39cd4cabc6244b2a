package checker

import "slices"

// anyProduct is the graph of an Any search times the bit of one property, its
// nodes numbered in breadth-first order. Only edges that leave the bit on are
// kept: a run that violates stays among them from some moment on.
type anyProduct[S comparable] struct {
	search *anySearch[S]
	places []int32
	parent []int32
	via    []int32
	graph  digraph
	calm   int32 // the first node with the bit on where nothing has to happen, or -1
}

func newAnyProduct[S comparable](x *anySearch[S], w *watch[S]) *anyProduct[S] {
	p := &anyProduct[S]{search: x, calm: -1}
	index := make([]int32, 2*x.states.size()) // node + 1 by place
	reach := func(id int32, on bool, parent, via int32) int32 {
		at := place(id, on)
		if index[at] == 0 {
			p.places = append(p.places, at)
			p.parent = append(p.parent, parent)
			p.via = append(p.via, via)
			index[at] = int32(len(p.places))
			if on && p.calm < 0 && x.calm[id] {
				p.calm = index[at] - 1
			}
		}
		return index[at] - 1
	}
	for id := int32(0); int(id) < x.states.size() && x.parent[id] < 0; id++ {
		reach(id, w.begin(id), -1, -1)
	}
	for v := int32(0); int(v) < len(p.places); v++ {
		id, on := p.places[v]>>1, p.places[v]&1 == 1
		if w.settled(on) {
			continue
		}
		p.graph.open(v)
		for _, e := range x.graph.out(id) {
			onto := w.next(on, e.to)
			to := reach(e.to, onto, v, e.via)
			if on && onto {
				p.graph.add(edge{to, e.via})
			}
		}
	}
	p.graph.close()
	return p
}

func (p *anyProduct[S]) state(v int32) S { return p.search.states.at(p.places[v] >> 1) }

func (p *anyProduct[S]) pendingAt(v int32) []Event {
	return pending(p.search.model, p.state(v), nil)
}

// steps does not hold the model to the sums that keptColumns checks: a model for
// Any may count its queues roughly. It need not be told of every copy that goes,
// for a queue that never gets a fresh one is empty at last.
func (p *anyProduct[S]) steps(v int32, edges []edge, visit func(fired Event, gone []uint64)) {
	model, s := p.search.model, p.state(v)
	before := pending(model, s, nil)
	var after []Event
	var gone []uint64
	for i, fired := range before {
		if first(before, fired.ID) != i {
			continue
		}
		nth := stepOf(i)
		model.Fire(s, fired, func(to S, how Effect) {
			if len(edges) > 0 && edges[0].via == nth {
				edges = edges[1:]
				gone = append(append(gone[:0], fired.ID), made(&how)...)
				after = pending(model, to, after[:0])
				for _, f := range before {
					if count(after, f.ID) < count(before, f.ID) {
						gone = append(gone, f.ID)
					}
				}
				visit(fired, gone)
			}
			nth++
		})
	}
}

// lasso is a weakly fair run that never meets its obligation, or nil.
func (p *anyProduct[S]) lasso() *Trace[S] {
	if p.calm >= 0 {
		init, vias := p.path(p.calm)
		return p.search.trace(init, vias, len(vias))
	}
	l := newLassoSearch(p, &p.graph, false)
	head, _ := l.first()
	if head < 0 {
		return nil
	}
	init, vias := p.path(head)
	return p.search.trace(init, append(vias, l.loop(head)...), len(vias))
}

func (p *anyProduct[S]) path(v int32) (init int32, vias []int32) {
	for ; p.parent[v] >= 0; v = p.parent[v] {
		vias = append(vias, p.via[v])
	}
	slices.Reverse(vias)
	return p.places[v] >> 1, vias
}
