package checker

import (
	"encoding/binary"
	"slices"
)

// edges is the graph that an Any search has explored, for the properties that are
// judged on cycles. Its nodes are the states, numbered shard by shard, and the
// edges of a node are numbered as what it emits. They are kept where they fit, and
// worked out anew each time where they do not.
type edges[S comparable] struct {
	search *anySearch[S]
	offset [shards + 1]int32 // the first node of each shard
	chunks []edgeChunk       // of chunkStates nodes each; nil where edges are not kept
	worker *expander[S]      // works them out
	// diverging tells of parts that were judged whether time can diverge in them.
	diverging map[string]bool
}

// edgeChunk holds the edges of some nodes, and where those of each begin.
type edgeChunk struct {
	start []uint32
	to    []int32
	calm  []bool
}

// keptEdges is the number of edges, four bytes each, up to which they are kept.
const keptEdges = 1 << 28

// newEdges makes the graph of a complete search.
func newEdges[S comparable](x *anySearch[S], kept int) *edges[S] {
	g := &edges[S]{search: x, worker: newExpander(x, nil), diverging: map[string]bool{}}
	for i := range x.set.shard {
		g.offset[i+1] = number(int(g.offset[i]) + int(x.set.shard[i].count))
	}
	if n := x.meter.run.Transitions; n > kept || !fits(x.meter, 5*n+8*g.size()) {
		return g
	}
	g.chunks = make([]edgeChunk, (g.size()+chunkStates-1)/chunkStates)
	workers := make([]*expander[S], len(x.workers))
	share(len(workers), len(g.chunks), func(worker, task int) {
		if workers[worker] == nil {
			workers[worker] = newExpander(x, nil)
		}
		e, c := workers[worker], &g.chunks[task]
		for v := task * chunkStates; v < min(g.size(), (task+1)*chunkStates); v++ {
			c.start = append(c.start, uint32(len(c.to)))
			c.to = g.workOut(e, int32(v), c.to)
			e.events = pending(x.model, e.state, e.events[:0])
			c.calm = append(c.calm, calm(e.events))
		}
		c.start = append(c.start, uint32(len(c.to)))
		c.to = slices.Clip(c.to)
	})
	return g
}

func (g *edges[S]) size() int { return int(g.offset[shards]) }

func (g *edges[S]) nodeOf(i id) int32 { return g.offset[i.shard()] + int32(i.number()) }

func (g *edges[S]) idOf(v int32) id {
	s, _ := slices.BinarySearch(g.offset[1:], v+1)
	return idOf(s, uint32(v-g.offset[s]))
}

func (g *edges[S]) state(v int32) S { return g.search.state(g.idOf(v)) }

func (g *edges[S]) workOut(e *expander[S], v int32, to []int32) []int32 {
	w := g.search.set.width
	e.expandOne(g.idOf(v))
	for i, h := range e.met.hashes {
		to = append(to, g.nodeOf(g.search.set.find(e.met.records[i*w:(i+1)*w], h)))
	}
	return to
}

// of lists where the edges of v lead to. They are not to be written to, and valid
// until the next call.
func (g *edges[S]) of(v int32) []int32 {
	if g.chunks == nil {
		g.worker.targets = g.workOut(g.worker, v, g.worker.targets[:0])
		return g.worker.targets
	}
	c, i := &g.chunks[v/chunkStates], v%chunkStates
	return c.to[c.start[i]:c.start[i+1]]
}

// isCalm tells that nothing has to happen in v.
func (g *edges[S]) isCalm(v int32) bool {
	if g.chunks == nil {
		return calm(pending(g.search.model, g.state(v), nil))
	}
	return g.chunks[v/chunkStates].calm[v%chunkStates]
}

// where marks the nodes whose states a function accepts.
func (g *edges[S]) where(accepts func(S) bool) []bool {
	marks := make([]bool, g.size())
	chunks := (len(marks) + chunkStates - 1) / chunkStates
	share(len(g.search.workers), chunks, func(worker, task int) {
		at := &g.search.workers[worker].scratch
		for v := task * chunkStates; v < min(len(marks), (task+1)*chunkStates); v++ {
			marks[v] = accepts(g.search.codec.decode(g.search.set.record(g.idOf(int32(v))), at))
		}
	})
	return marks
}

// diverges gives what find says of a part, which is asked once: several properties are
// judged on the same parts, and the edges of a part are all that stay among its nodes.
func (g *edges[S]) diverges(nodes []int32, find func() bool) bool {
	if !fits(g.search.meter, 8*len(nodes)) {
		return find()
	}
	key := make([]byte, 0, 4*len(nodes))
	for _, v := range nodes {
		key = binary.NativeEndian.AppendUint32(key, uint32(v))
	}
	yes, known := g.diverging[string(key)]
	if !known {
		yes = find()
		g.diverging[string(key)] = yes
	}
	return yes
}
