package graphs

import (
	"fmt"
	"strings"
)

// maxEdgeLines is the number of actions that are written at one edge.
const maxEdgeLines = 4

// Caption says what was folded.
func (g Folded) Caption() string {
	var s strings.Builder
	fmt.Fprintf(&s, "%d states folded by %s into %s. Edges: action × number of steps. ", g.States, strings.Join(g.By, ", "), plural(len(g.Classes), "class"))
	fmt.Fprintf(&s, "%d steps inside of a class are not drawn.", g.Inside)
	s.WriteString(g.Coarsened.caption())
	s.WriteString(" Double border: final, what is entered there is never left.")
	return s.String()
}

// Diagram is the graph as a picture.
func (g Folded) Diagram() Diagram {
	d := Diagram{Caption: g.Caption(), TopDown: true, Grouped: true}
	for _, c := range g.Classes {
		n := Node{Name: c.Name, Initial: c.Initial, Final: c.Final}
		n.Label = strings.Join(append(g.label(c), plural(c.States, "state")), "\n")
		if c.Part > 0 {
			n.Group = fmt.Sprintf("strongly connected part %d", c.Part)
		}
		d.Nodes = append(d.Nodes, n)
	}
	for i := 0; i < len(g.Edges); {
		e := Edge{From: g.Edges[i].From, To: g.Edges[i].To}
		more, steps := 0, 0
		for ; i < len(g.Edges) && g.Edges[i].From == e.From && g.Edges[i].To == e.To; i++ {
			if len(e.Label) < maxEdgeLines {
				e.Label = append(e.Label, g.Edges[i].Says())
				continue
			}
			more++
			steps += g.Edges[i].Steps
		}
		if more > 0 {
			e.Label = append(e.Label, fmt.Sprintf("%s more × %d", plural(more, "action"), steps))
		}
		d.Edges = append(d.Edges, e)
	}
	return d
}

// Says is the action and how many steps do it.
func (e FoldedEdge) Says() string { return fmt.Sprintf("%s × %d", e.Action, e.Steps) }

// label is what a class is, in lines.
func (g Folded) label(c Class) []string {
	if c.Values == nil {
		return []string{plural(g.Others, "other class")}
	}
	var lines []string
	for _, v := range c.Values {
		lines = append(lines, wrapColumns(v, labelColumns)...)
	}
	return lines
}

// labelColumns is how wide a line in a node can be.
const labelColumns = 32

func plural(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	if strings.HasSuffix(word, "s") {
		word += "e"
	}
	return fmt.Sprintf("%d %ss", n, word)
}
