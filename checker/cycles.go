package checker

import "slices"

// successors is a graph whose edges may be worked out when they are asked for.
type successors interface {
	// out appends the edges of v.
	out(v int32, buf []edge) []edge
}

// cyclesFrom lists the strongly connected parts that hold a cycle and can be
// reached from the roots, nodes ascending, in the order of their least nodes, and
// part[v] gives the index of the part of node v < n, or -1. Tarjan (SIAM J. Comput.
// 1972), with its recursion unrolled. Edges are kept only along the current path.
func cyclesFrom(g successors, n int, roots func(yield func(v int32) bool)) (parts [][]int32, part []int32) {
	part = make([]int32, n)   // -2 while on the stack
	index := make([]int32, n) // 0: not visited
	for v := range part {
		part[v] = -1
	}
	var stack []int32
	type frame struct {
		v, low      int32
		first, next int // of its edges
		loops       bool
	}
	var calls []frame
	var edges []edge
	clock := int32(0)
	enter := func(v int32) {
		clock++
		index[v], part[v] = clock, -2
		stack = append(stack, v)
		at := len(edges)
		edges = g.out(v, edges)
		calls = append(calls, frame{v: v, low: clock, first: at, next: at})
	}
	for root := range roots {
		if index[root] != 0 {
			continue
		}
		enter(root)
		for len(calls) > 0 {
			f := &calls[len(calls)-1]
			if f.next < len(edges) {
				to := edges[f.next].to
				f.next++
				switch {
				case int(to) >= n: // kept, but never expanded: no cycle goes through it
				case index[to] == 0:
					enter(to)
				case part[to] == -2:
					f.low = min(f.low, index[to])
					f.loops = f.loops || to == f.v
				}
				continue
			}
			done := *f
			edges = edges[:done.first]
			calls = calls[:len(calls)-1]
			if len(calls) > 0 {
				up := &calls[len(calls)-1]
				up.low = min(up.low, done.low)
			}
			if done.low != index[done.v] {
				continue
			}
			at := len(stack) - 1
			for stack[at] != done.v {
				at--
			}
			for _, u := range stack[at:] {
				part[u] = -1
			}
			if len(stack)-at > 1 || done.loops {
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
