package checker

import "slices"

// Liveness is judged on runs in which time diverges. Such a run either ends where
// nothing has to happen, or goes round a strongly connected part of the graph
// for ever. Which parts allow it is decided from the events alone.
//
// (a) No event of finite Latest may wait through all of the part: it would be
// due after a bounded time. By ID that says: each ID is, somewhere in the part,
// not pending, fired, made anew or cancelled. Of several pending events of one
// ID the oldest goes first, so each of them goes in its turn.
//
// Without durations this is all that is known (weak fairness). With durations,
// (b) the laps must take time. Say all runs along some loop that satisfies (a)
// stay below a bound. An event that fires in the loop was made in it, a bounded
// number of laps before, so if its Earliest were positive, time would grow by
// that again and again. So all that fires has Earliest 0, and the only
// constraints are instants that ascend and deadlines. The latest instants are
// then shortest paths of steps "at most Latest after it was made" (forwards) and
// "not after the next step" (backwards, at no cost). To go on for ever at bounded
// cost, nearly all forward steps must cost nothing: events of Latest 0, each
// made before the last one is gone, so that one is pending at every moment of
// the loop. Conversely such a chain, where nothing has a positive Earliest,
// stops time. So time can diverge in a part that satisfies (a) exactly when
//
//	an event of positive Earliest fires in it, or
//	in some state of it no event of Latest 0 is pending;
//
// and one loop through the witnesses of (a) and (b) shows it. There is no need
// to unroll loops and solve for growth. The classes must be kept apart by
// equality for this: only then every infinite path is a run.

// lassoSpace is a graph whose nodes have pending events.
type lassoSpace interface {
	pendingAt(v int32) []Event
	// steps visits some of the edges of v, in their order, with the event that
	// fires along each and the IDs that are fired, made or cancelled by it. The
	// IDs are valid during the visit only.
	steps(v int32, edges []edge, visit func(fired Event, gone []uint64))
}

type lassoSearch struct {
	space lassoSpace
	graph lassoGraph
	timed bool // (b) counts
	parts [][]int32
	part  []int32 // of each node
	room  func(bytes int) bool
}

// lassoGraph is a graph that knows its cycles, see cyclesFrom.
type lassoGraph interface {
	successors
	cycles(room func(bytes int) bool) (parts [][]int32, part []int32, ok bool)
}

// newLassoSearch is not ok where there is no room for it.
func newLassoSearch(space lassoSpace, g lassoGraph, timed bool, room func(bytes int) bool) (l *lassoSearch, ok bool) {
	l = &lassoSearch{space: space, graph: g, timed: timed, room: room}
	l.parts, l.part, ok = g.cycles(room)
	return l, ok
}

// doubts are what still speaks against a set of nodes and edges.
type doubts struct {
	waiting []uint64 // IDs that were not seen to leave
	frozen  bool     // no time was seen to pass
}

func (d doubts) none() bool { return len(d.waiting) == 0 && !d.frozen }

func (l *lassoSearch) begin(v int32) doubts {
	d := doubts{frozen: l.timed}
	for _, e := range l.space.pendingAt(v) {
		if e.Latest != Forever && !slices.Contains(d.waiting, e.ID) {
			d.waiting = append(d.waiting, e.ID)
		}
	}
	return l.enter(d, v)
}

// enter and pass return d without what a node or an edge disproves.
func (l *lassoSearch) enter(d doubts, v int32) doubts {
	var due []uint64
	instant := false
	for _, e := range l.space.pendingAt(v) {
		if e.Latest != Forever {
			due = append(due, e.ID)
		}
		instant = instant || e.Latest == 0
	}
	return d.without(func(id uint64) bool { return !slices.Contains(due, id) }, !instant)
}

func (l *lassoSearch) pass(d doubts, v int32, e edge) doubts {
	l.space.steps(v, []edge{e}, func(fired Event, gone []uint64) { d = d.after(fired, gone) })
	return d
}

func (d doubts) after(fired Event, gone []uint64) doubts {
	return d.without(func(id uint64) bool { return slices.Contains(gone, id) }, fired.Earliest > 0)
}

func (d doubts) without(gone func(id uint64) bool, moves bool) doubts {
	return doubts{
		waiting: slices.DeleteFunc(slices.Clone(d.waiting), gone),
		frozen:  d.frozen && !moves,
	}
}

// diverges tells whether time can diverge in a part. Most doubts go with the
// nodes; only what they leave is looked for on the edges, which must be fired
// again.
func (l *lassoSearch) diverges(i int) bool {
	d := l.begin(l.parts[i][0])
	for _, v := range l.parts[i] {
		if d = l.enter(d, v); d.none() {
			return true
		}
	}
	for _, v := range l.parts[i] {
		l.space.steps(v, l.inside(v), func(fired Event, gone []uint64) {
			d = d.after(fired, gone)
		})
		if d.none() {
			return true
		}
	}
	return false
}

// inside are the edges of v that stay in its part.
func (l *lassoSearch) inside(v int32) (edges []edge) {
	for _, e := range l.graph.out(v, nil) {
		if int(e.to) < len(l.part) && l.part[e.to] == l.part[v] {
			edges = append(edges, e)
		}
	}
	return edges
}

// loop is a short loop from a node that leaves no doubt: always on to the
// nearest edge that disposes of one, then home. It is not ok where there is no room for
// the search.
func (l *lassoSearch) loop(head int32) (vias []int32, ok bool) {
	d, at := l.begin(head), head
	for !d.none() {
		way, ok := l.nearest(at, func(v int32, e edge) bool {
			left := l.enter(l.pass(d, v, e), e.to)
			return len(left.waiting) < len(d.waiting) || left.frozen != d.frozen
		})
		if !ok {
			return nil, false
		}
		for _, e := range way {
			d = l.enter(l.pass(d, at, e), e.to)
			at = e.to
			vias = append(vias, e.via)
		}
	}
	if at != head || len(vias) == 0 {
		way, ok := l.nearest(at, func(_ int32, e edge) bool { return e.to == head })
		if !ok {
			return nil, false
		}
		for _, e := range way {
			vias = append(vias, e.via)
		}
	}
	return vias, true
}

// nearest is the shortest way from a node, inside its part, up to and with an
// edge that is wanted. It is not ok where there is no room for the search.
func (l *lassoSearch) nearest(from int32, wanted func(v int32, e edge) bool) (way []edge, ok bool) {
	type hop struct {
		v int32
		e edge
	}
	came := map[int32]hop{from: {v: -1}}
	back := func(v int32, way []edge) []edge {
		for came[v].v >= 0 {
			way = append(way, came[v].e)
			v = came[v].v
		}
		slices.Reverse(way)
		return way
	}
	todo := []int32{from}
	for i := 0; i < len(todo); i++ {
		if i%nodesPerAsk == nodesPerAsk-1 && !l.room(0) {
			return nil, false
		}
		v := todo[i]
		for _, e := range l.inside(v) {
			if wanted(v, e) {
				return back(v, []edge{e}), true
			}
			if _, ok := came[e.to]; !ok {
				came[e.to] = hop{v, e}
				todo = append(todo, e.to)
			}
		}
	}
	panic("checker: a strongly connected part lacks the witness it was chosen for; this is a bug of checker")
}

// first is the earliest node, in the order of the graph, of a part in which time
// can diverge, or -1; zeno counts the parts in which it cannot.
func (l *lassoSearch) first() (head int32, zeno int) {
	head = -1
	for i, nodes := range l.parts {
		switch {
		case !l.diverges(i):
			zeno++
		case head < 0:
			head = nodes[0] // parts come in the order of their least nodes
		}
	}
	return head, zeno
}
