package graphs

// parts marks strongly connected parts (Tarjan 1972) and those that nothing leaves.
func (g *Folded) parts() {
	number := map[string]int{}
	for i, c := range g.Classes {
		number[c.Name] = i
	}
	next := make([][]int, len(g.Classes))
	for _, e := range g.Edges {
		next[number[e.From]] = append(next[number[e.From]], number[e.To])
	}
	part := components(next)
	size, leaves := map[int]int{}, map[int]bool{}
	for i, p := range part {
		size[p]++
		for _, j := range next[i] {
			leaves[p] = leaves[p] || part[j] != p
		}
	}
	shown := map[int]int{}
	for i, p := range part {
		g.Classes[i].Final = !leaves[p]
		if size[p] > 1 {
			if shown[p] == 0 {
				shown[p] = len(shown) + 1
			}
			g.Classes[i].Part = shown[p]
		}
	}
}

// components numbers the strongly connected component of every node.
func components(next [][]int) []int {
	part, low, seen := make([]int, len(next)), make([]int, len(next)), make([]int, len(next))
	var stack []int
	met, parts := 0, 0
	var visit func(v int)
	visit = func(v int) {
		met++
		seen[v], low[v] = met, met
		stack = append(stack, v)
		for _, w := range next[v] {
			if seen[w] == 0 {
				visit(w)
				low[v] = min(low[v], low[w])
			} else if part[w] == 0 {
				low[v] = min(low[v], seen[w])
			}
		}
		if low[v] != seen[v] {
			return
		}
		parts++
		for {
			w := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			part[w] = parts
			if w == v {
				return
			}
		}
	}
	for v := range next {
		if seen[v] == 0 {
			visit(v)
		}
	}
	return part
}
