package checker

import "slices"

// successors is a graph whose edges may be worked out when they are asked for.
type successors interface {
	// out appends the edges of v.
	out(v int32, buf []edge) []edge
}

// nodesPerAsk is the number of nodes after which a walk through a graph asks whether
// there is still room for what it keeps.
var nodesPerAsk = 1 << 12 // less in tests

// cyclesFrom lists the strongly connected parts that hold a cycle and can be
// reached from the roots, nodes ascending, in the order of their least nodes, and
// part[v] gives the index of the part of node v < n, or -1. Tarjan (SIAM J. Comput.
// 1972), with its recursion unrolled. Edges are kept only along the current path.
// It is not ok where there is no room for what that takes.
func cyclesFrom(g successors, n int, roots func(yield func(v int32) bool), room func(bytes int) bool) (parts [][]int32, part []int32, ok bool) {
	if !room(8 * n) {
		return nil, nil, false
	}
	part = make([]int32, n)   // -2 while on the stack
	index := make([]int32, n) // 0: not visited
	for v := range part {
		part[v] = -1
	}
	var stack paged[int32]
	type frame struct {
		v, low      int32
		first, next int32 // of its edges
		loops       bool
	}
	var calls paged[frame]
	var targets paged[int32] // of the edges
	var row []edge
	clock := int32(0)
	enter := func(v int32) {
		clock++
		index[v], part[v] = clock, -2
		stack.add(v)
		at := number(targets.size)
		row = g.out(v, row[:0])
		for _, e := range row {
			targets.add(e.to)
		}
		calls.add(frame{v: v, low: clock, first: at, next: at})
	}
	for root := range roots {
		if index[root] != 0 {
			continue
		}
		enter(root)
		for calls.size > 0 {
			f := calls.at(int32(calls.size - 1))
			if int(f.next) < targets.size {
				to := *targets.at(f.next)
				f.next++
				switch {
				case int(to) >= n: // kept, but never expanded: no cycle goes through it
				case index[to] == 0:
					if int(clock)%nodesPerAsk == 0 && !room(0) {
						return nil, nil, false
					}
					enter(to)
				case part[to] == -2:
					f.low = min(f.low, index[to])
					f.loops = f.loops || to == f.v
				}
				continue
			}
			done := *f
			targets.cut(int(done.first))
			calls.cut(calls.size - 1)
			if calls.size > 0 {
				up := calls.at(int32(calls.size - 1))
				up.low = min(up.low, done.low)
			}
			if done.low != index[done.v] {
				continue
			}
			from := stack.size - 1
			for *stack.at(int32(from)) != done.v {
				from--
			}
			for i := from; i < stack.size; i++ {
				part[*stack.at(int32(i))] = -1
			}
			if stack.size-from > 1 || done.loops {
				more := 4 * (stack.size - from)
				if len(parts) == cap(parts) {
					more += 2 * 24 * len(parts) // a list of slices that grows
				}
				if !room(more) {
					return nil, nil, false
				}
				c := stack.from(from)
				slices.Sort(c)
				parts = append(parts, c)
			}
			stack.cut(from)
		}
	}
	slices.SortFunc(parts, func(a, b []int32) int { return int(a[0]) - int(b[0]) })
	for i, c := range parts {
		for _, v := range c {
			part[v] = int32(i)
		}
	}
	return parts, part, true
}
