package graphs

import (
	"fmt"
	"slices"
)

// The groups of a diagram that compares.
const (
	commonGroup = "in both"
	newGroup    = "new"
	goneGroup   = "gone"
)

// Diff compares the diagrams of two behaviours: what only after has is new, what
// only before has is gone. Lines of edges begin with + or −. Final and initial are
// those of after, where there is such a node.
func Diff(before, after Folded) Diagram {
	d := Diagram{TopDown: true, Caption: fmt.Sprintf(
		"Folded by %v. Lines with + and thick red edges: new. Lines with − and dashed edges: gone. The others are in both.", before.By)}
	node := func(c Class, group string) {
		d.Nodes = append(d.Nodes, Node{Name: c.Name, Group: group, Initial: c.Initial, Final: c.Final})
	}
	for _, c := range after.Classes {
		group := newGroup
		if slices.ContainsFunc(before.Classes, func(o Class) bool { return o.Name == c.Name }) {
			group = commonGroup
		}
		node(c, group)
	}
	for _, c := range before.Classes {
		if !slices.ContainsFunc(after.Classes, func(o Class) bool { return o.Name == c.Name }) {
			node(c, goneGroup)
		}
	}
	marks := map[FoldedEdge]string{}
	var edges []FoldedEdge
	add := func(all []FoldedEdge, mark string) {
		for _, e := range all {
			e.Steps = 0
			if _, ok := marks[e]; ok {
				marks[e] = "" // in both
				continue
			}
			marks[e] = mark
			edges = append(edges, e)
		}
	}
	add(before.Edges, goneMark)
	add(after.Edges, newMark)
	sortEdges(edges)
	for i := 0; i < len(edges); {
		e := Edge{From: edges[i].From, To: edges[i].To, Highlight: true, Gone: true}
		for ; i < len(edges) && edges[i].From == e.From && edges[i].To == e.To; i++ {
			mark := marks[edges[i]]
			e.Highlight = e.Highlight && mark == newMark
			e.Gone = e.Gone && mark == goneMark
			e.Label = append(e.Label, mark+edges[i].Action)
		}
		d.Edges = append(d.Edges, e)
	}
	return d
}
