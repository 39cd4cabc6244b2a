package checker

import "slices"

// digraph is a graph in compressed rows. Nodes are opened in ascending order;
// one that is never opened has no edges.
type digraph struct {
	start []int // of the edges of a node; one more than there are nodes
	edges []edge
}

// edge leads to a node by a step, numbered as the search that built it does.
type edge struct{ to, via int32 }

func (g *digraph) open(v int32) {
	for len(g.start) <= int(v) {
		g.start = append(g.start, len(g.edges))
	}
}

func (g *digraph) add(e edge) { g.edges = append(g.edges, e) }

// close ends the last row.
func (g *digraph) close() { g.start = append(g.start, len(g.edges)) }

func (g *digraph) size() int { return max(0, len(g.start)-1) }

func (g *digraph) out(v int32) []edge {
	if int(v)+1 >= len(g.start) {
		return nil
	}
	return g.edges[g.start[v]:g.start[v+1]]
}

// cycles lists the strongly connected parts that hold a cycle, nodes ascending,
// in the order of their least nodes, and part[v] gives the index of the part of
// a node, or -1. Tarjan (SIAM J. Comput. 1972), with its recursion unrolled.
func (g *digraph) cycles() (parts [][]int32, part []int32) {
	n := g.size()
	part = make([]int32, n)
	index := make([]int32, n) // 0: not visited
	low := make([]int32, n)
	onStack := make([]bool, n)
	var stack []int32
	type frame struct {
		v    int32
		next int
	}
	var calls []frame
	clock := int32(0)
	enter := func(v int32) {
		clock++
		index[v], low[v] = clock, clock
		stack = append(stack, v)
		onStack[v] = true
		calls = append(calls, frame{v: v})
	}
	for v := range part {
		part[v] = -1
	}
	for root := range int32(n) {
		if index[root] != 0 {
			continue
		}
		enter(root)
		for len(calls) > 0 {
			f := &calls[len(calls)-1]
			v := f.v
			if out := g.out(v); f.next < len(out) {
				to := out[f.next].to
				f.next++
				if int(to) >= n {
					continue // kept, but never expanded: no cycle goes through it
				}
				if index[to] == 0 {
					enter(to)
				} else if onStack[to] {
					low[v] = min(low[v], index[to])
				}
				continue
			}
			calls = calls[:len(calls)-1]
			if len(calls) > 0 {
				p := calls[len(calls)-1].v
				low[p] = min(low[p], low[v])
			}
			if low[v] != index[v] {
				continue
			}
			at := len(stack) - 1
			for stack[at] != v {
				at--
			}
			for _, u := range stack[at:] {
				onStack[u] = false
			}
			if len(stack)-at > 1 || g.loops(v) {
				c := slices.Clone(stack[at:])
				slices.Sort(c)
				parts = append(parts, c)
			}
			stack = stack[:at]
		}
	}
	slices.SortFunc(parts, func(a, b []int32) int { return int(a[0]) - int(b[0]) })
	for i, c := range parts {
		for _, v := range c {
			part[v] = int32(i)
		}
	}
	return parts, part
}

func (g *digraph) loops(v int32) bool {
	return slices.ContainsFunc(g.out(v), func(e edge) bool { return e.to == v })
}

// reaching marks every node from which one of the targets can be reached.
func (g *digraph) reaching(targets [][]int32) []bool {
	n := g.size()
	back := make([][]int32, n)
	for v := range int32(n) {
		for _, e := range g.out(v) {
			back[e.to] = append(back[e.to], v)
		}
	}
	mark := make([]bool, n)
	var todo []int32
	visit := func(v int32) {
		if !mark[v] {
			mark[v] = true
			todo = append(todo, v)
		}
	}
	for _, part := range targets {
		for _, v := range part {
			visit(v)
		}
	}
	for len(todo) > 0 {
		v := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		for _, u := range back[v] {
			visit(u)
		}
	}
	return mark
}
