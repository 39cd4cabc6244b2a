package graphs

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// In says which of two behaviours has something.
type In string

// The behaviours, as JSON has them.
const (
	Before In = "before"
	After  In = "after"
	Both   In = "both"
)

// groups of the nodes of a diagram that compares.
var groupOf = map[In]string{Both: "in both", After: newGroup, Before: goneGroup}

const (
	newGroup  = "new"
	goneGroup = "gone"
)

// DiffClass is a class of states of either behaviour. Initial and final are those of the
// one after, where it has the class.
type DiffClass struct {
	Name           string
	In             In
	Before, After  int // states
	Initial, Final bool

	label []string
}

// DiffEdge are the steps between two classes that say the same.
type DiffEdge struct {
	From, To, Action string
	In               In
	Before, After    int // steps
}

// Difference is what two behaviours that are folded alike have, and have not, in common.
type Difference struct {
	By      []string
	Classes []DiffClass
	Edges   []DiffEdge
	Coarsened
}

// Diff compares two behaviours; see [FoldedAlike].
func Diff(before, after Folded) Difference {
	d := Difference{By: before.By, Coarsened: before.Coarsened}
	classes, edges := map[string]DiffClass{}, map[FoldedEdge]DiffEdge{}
	for _, in := range []In{Before, After} {
		g := before
		if in == After {
			g = after
		}
		for _, c := range g.Classes {
			n, ok := classes[c.Name]
			n.Name, n.In, n.Initial, n.Final, n.label = c.Name, joined(in, ok), c.Initial, c.Final, g.label(c)
			if in == Before {
				n.Before = c.States
			} else {
				n.After = c.States
			}
			classes[c.Name] = n
		}
		for _, e := range g.Edges {
			key := e
			key.Steps = 0
			n, ok := edges[key]
			n.From, n.To, n.Action, n.In = e.From, e.To, e.Action, joined(in, ok)
			if in == Before {
				n.Before = e.Steps
			} else {
				n.After = e.Steps
			}
			edges[key] = n
		}
	}
	d.Classes = slices.SortedFunc(maps.Values(classes), func(a, b DiffClass) int { return cmp.Compare(a.Name, b.Name) })
	d.Edges = slices.SortedFunc(maps.Values(edges), func(a, b DiffEdge) int {
		return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To), cmp.Compare(a.Action, b.Action))
	})
	return d
}

func joined(in In, met bool) In {
	if met {
		return Both
	}
	return in
}

// Diagram draws the difference: lines of edges begin with + where they are new and with −
// where they are gone, and edges of such lines alone are thick or dashed.
func (d Difference) Diagram() Diagram {
	g := Diagram{TopDown: true, Grouped: true, Palette: []string{groupOf[Both], newGroup, goneGroup}, Caption: fmt.Sprintf(
		"Folded by %s into %s. Lines with + and thick red edges: new. Lines with − and dashed edges: gone. The others are in both.%s",
		strings.Join(d.By, ", "), plural(len(d.Classes), "class"), d.Coarsened.caption())}
	for _, c := range d.Classes {
		g.Nodes = append(g.Nodes, Node{
			Name: c.Name, Label: strings.Join(c.label, "\n"), Group: groupOf[c.In], Initial: c.Initial, Final: c.Final,
		})
	}
	for i := 0; i < len(d.Edges); {
		e := Edge{From: d.Edges[i].From, To: d.Edges[i].To, Highlight: true, Gone: true}
		common := 0
		for ; i < len(d.Edges) && d.Edges[i].From == e.From && d.Edges[i].To == e.To; i++ {
			mark := map[In]string{After: newMark, Before: goneMark}[d.Edges[i].In]
			e.Highlight = e.Highlight && mark == newMark
			e.Gone = e.Gone && mark == goneMark
			if mark == "" {
				if common++; common > maxEdgeLines {
					continue
				}
			}
			e.Label = append(e.Label, mark+d.Edges[i].Action)
		}
		if common > maxEdgeLines {
			e.Label = append(e.Label, plural(common-maxEdgeLines, "more action")+" in both")
		}
		g.Edges = append(g.Edges, e)
	}
	return g
}
