package graphs

import "slices"

// Compare is a diagram of what two have, in the places and groups of their nodes:
// lines of edges that only after has begin with +, and its edges are thick; those
// that only before has begin with −, and its edges are dashed.
func Compare(before, after Diagram) (Diagram, error) {
	before, err := before.canonical() // with one edge between two nodes
	if err != nil {
		return before, err
	}
	if after, err = after.canonical(); err != nil {
		return after, err
	}
	d := Diagram{TopDown: after.TopDown, Palette: after.Palette}
	for _, n := range after.Nodes {
		if !hasNode(before, n.Name) {
			n.Group = newGroup
		}
		d.Nodes = append(d.Nodes, n)
	}
	for _, n := range before.Nodes {
		if !hasNode(after, n.Name) {
			n.Group, n.Initial = goneGroup, false
			d.Nodes = append(d.Nodes, n)
		}
	}
	for _, e := range after.Edges {
		old := linesBetween(before, e.From, e.To)
		both := Edge{From: e.From, To: e.To, Over: e.Over, Highlight: old == nil}
		for _, line := range e.Label {
			if !slices.Contains(old, line) {
				line = newMark + line
			}
			both.Label = append(both.Label, line)
		}
		for _, line := range old {
			if !slices.Contains(e.Label, line) {
				both.Label = append(both.Label, goneMark+line)
			}
		}
		d.Edges = append(d.Edges, both)
	}
	for _, e := range before.Edges {
		if linesBetween(after, e.From, e.To) == nil {
			gone := Edge{From: e.From, To: e.To, Over: e.Over, Gone: true}
			for _, line := range e.Label {
				gone.Label = append(gone.Label, goneMark+line)
			}
			d.Edges = append(d.Edges, gone)
		}
	}
	return d, nil
}

func hasNode(d Diagram, name string) bool {
	return slices.ContainsFunc(d.Nodes, func(n Node) bool { return n.Name == name })
}

// linesBetween are those of the edge between two nodes; nil when there is none.
func linesBetween(d Diagram, from, to string) []string {
	for _, e := range d.Edges {
		if e.From == from && e.To == to {
			return append([]string{}, e.Label...)
		}
	}
	return nil
}
