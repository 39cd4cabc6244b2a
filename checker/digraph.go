package checker

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

func (g *digraph) out(v int32, buf []edge) []edge {
	if int(v)+1 >= len(g.start) {
		return buf
	}
	return append(buf, g.edges[g.start[v]:g.start[v+1]]...)
}

// cycles lists the strongly connected parts of the whole graph, see cyclesFrom.
func (g *digraph) cycles() (parts [][]int32, part []int32) {
	return cyclesFrom(g, g.size(), func(yield func(v int32) bool) {
		for v := int32(0); int(v) < g.size() && yield(v); v++ {
		}
	})
}

// reaching marks every node from which one of the targets can be reached.
func (g *digraph) reaching(targets [][]int32) []bool {
	n := g.size()
	back := make([][]int32, n)
	for v := range int32(n) {
		for _, e := range g.out(v, nil) {
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
