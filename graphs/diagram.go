package graphs

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Node is a state of a [Diagram].
type Node struct {
	Name  string // unique
	Label string // what is shown, by default the name
	// Initial nodes have an arrow from nowhere, Final ones a double border.
	Initial, Final bool
	// Group is what the colour of the node stands for; the legend names it.
	Group string
	// Nodes of one Rank stand in one row (TopDown) or column, in the order of
	// Column; ranks follow each other downwards or to the right. When all ranks
	// are 0, Graphviz ranks the nodes by their edges.
	Rank, Column int

	hidden bool // it keeps a place free
}

// Edge is a transition of a [Diagram].
type Edge struct {
	From, To string
	Label    []string // lines
	// Over: each line is "what happens / what is sent", and a picture has the one
	// over the other, as RFC 9293 does. "-" for what is sent is left away.
	Over      bool
	Highlight bool // drawn thick and red, for instance a path to be shown
	Gone      bool // drawn dashed, for what a comparison did not find any more
}

// Diagram is a state diagram. The order of its nodes and edges makes no
// difference to what is written.
type Diagram struct {
	Title, Caption string
	Nodes          []Node
	Edges          []Edge
	TopDown        bool // ranks are rows; otherwise columns, from left to right
	// Grouped: of lines "who: what" of an edge pictures have who once, above, which makes
	// them less wide.
	Grouped bool
	// Palette lists names of groups in the order in which they take the colours, so
	// that a group looks the same in several diagrams.
	Palette []string
}

// text is what is shown in the node.
func (n Node) text() string {
	if n.Label == "" {
		return n.Name
	}
	return n.Label
}

// canonical is the diagram in the order in which it is written, with parallel
// edges merged, or the reason why it cannot be drawn.
func (d Diagram) canonical() (Diagram, error) {
	d.Nodes = slices.Clone(d.Nodes)
	sortNodes(d.Nodes)
	position := map[string]int{}
	for i, n := range d.Nodes {
		if _, ok := position[n.Name]; ok {
			return d, fmt.Errorf("graphs: diagram %q: two nodes have the name %q", d.Title, n.Name)
		}
		position[n.Name] = i
	}
	for _, e := range d.Edges {
		for _, name := range []string{e.From, e.To} {
			if _, ok := position[name]; !ok {
				return d, fmt.Errorf("graphs: diagram %q: the edge from %q to %q has an end that is not a node", d.Title, e.From, e.To)
			}
		}
	}
	edges := slices.Clone(d.Edges)
	slices.SortFunc(edges, func(a, b Edge) int {
		return cmp.Or(
			cmp.Compare(position[a.From], position[b.From]),
			cmp.Compare(position[a.To], position[b.To]),
			slices.Compare(a.Label, b.Label),
		)
	})
	d.Edges = merged(edges)
	return d, nil
}

func sortNodes(nodes []Node) {
	slices.SortFunc(nodes, func(a, b Node) int {
		// Graphviz looks for cycles from the first node on: edges back to an initial node go up.
		initial := 0
		switch {
		case a.Initial && !b.Initial:
			initial = -1
		case b.Initial && !a.Initial:
			initial = 1
		}
		return cmp.Or(cmp.Compare(a.Rank, b.Rank), cmp.Compare(a.Column, b.Column), initial, cmp.Compare(a.Name, b.Name))
	})
}

// merged makes one edge of those that have the same ends and are next to each
// other. The lines of an edge stay together; an edge that says nothing new adds
// no lines.
func merged(edges []Edge) []Edge {
	var all []Edge
	var before []string // the lines of the edge before
	for _, e := range edges {
		last := len(all) - 1
		if last < 0 || all[last].From != e.From || all[last].To != e.To {
			before = e.Label
			e.Label = slices.Clone(e.Label)
			all = append(all, e)
			continue
		}
		if !slices.Equal(e.Label, before) {
			all[last].Label = append(all[last].Label, e.Label...)
		}
		all[last].Highlight = all[last].Highlight || e.Highlight
		before = e.Label
	}
	return all
}

// groups are the names of the groups in the order in which they take colours.
func (d Diagram) groups() []string {
	var names []string
	for _, n := range d.Nodes {
		if n.Group != "" && !slices.Contains(names, n.Group) {
			names = append(names, n.Group)
		}
	}
	return names
}

// ranked tells whether the nodes say where they stand.
func (d Diagram) ranked() bool {
	return slices.ContainsFunc(d.Nodes, func(n Node) bool { return n.Rank != 0 })
}

// marks are the words for what the shape of a node says.
func (n Node) marks() string {
	var words []string
	if n.Initial {
		words = append(words, "initial")
	}
	if n.Final {
		words = append(words, "final")
	}
	if n.Group != "" {
		words = append(words, oneLine(n.Group))
	}
	if len(words) == 0 {
		return ""
	}
	return " (" + strings.Join(words, ", ") + ")"
}
