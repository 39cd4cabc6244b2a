package checker

// digraph is a graph in compressed rows. Nodes are opened in ascending order;
// one that is never opened has no edges.
type digraph struct {
	start paged[int32] // of the edges of a node; one more than there are nodes
	edges paged[edge]
}

// edge leads to a node by a step, numbered as the search that built it does.
type edge struct{ to, via int32 }

func (g *digraph) open(v int32) {
	for g.start.size <= int(v) {
		g.close()
	}
}

func (g *digraph) add(e edge) { g.edges.add(e) }

// close ends the last row.
func (g *digraph) close() { g.start.add(number(g.edges.size)) }

func (g *digraph) size() int { return max(0, g.start.size-1) }

func (g *digraph) out(v int32, buf []edge) []edge {
	if int(v) >= g.size() {
		return buf
	}
	for i := *g.start.at(v); i < *g.start.at(v + 1); i++ {
		buf = append(buf, *g.edges.at(i))
	}
	return buf
}

// cycles lists the strongly connected parts of the whole graph, see cyclesFrom.
func (g *digraph) cycles(room func(bytes int) bool) (parts [][]int32, part []int32, ok bool) {
	return cyclesFrom(g, g.size(), func(yield func(v int32) bool) {
		for v := int32(0); int(v) < g.size() && yield(v); v++ {
		}
	}, room)
}

// reaching marks every node from which one of the targets can be reached. It is nil where
// there is no room for it.
func (g *digraph) reaching(targets [][]int32, room func(bytes int) bool) []bool {
	n := g.size()
	if !room(9*n + 4*g.edges.size) {
		return nil
	}
	// The edges backwards: those to v are back[ends[v-1]:ends[v]] in the end.
	ends, back := make([]int32, n), make([]int32, g.edges.size)
	for i := range int32(g.edges.size) {
		if to := g.edges.at(i).to; int(to)+1 < n {
			ends[to+1]++
		}
	}
	for v := 1; v < n; v++ {
		ends[v] += ends[v-1]
	}
	for v := range int32(n) {
		for i := *g.start.at(v); i < *g.start.at(v + 1); i++ {
			to := g.edges.at(i).to
			back[ends[to]] = v
			ends[to]++
		}
	}
	mark, todo := make([]bool, n), make([]int32, 0, n)
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
		begin := int32(0)
		if v > 0 {
			begin = ends[v-1]
		}
		for _, u := range back[begin:ends[v]] {
			visit(u)
		}
	}
	return mark
}
