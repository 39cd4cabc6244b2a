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
	fmt.Fprintf(&s, "%d states folded by %s into %d classes. Edges: action × number of steps. ", g.States, strings.Join(g.By, ", "), len(g.Classes))
	fmt.Fprintf(&s, "%d steps inside of a class are not drawn.", g.Inside)
	if len(g.Dropped) > 0 {
		fmt.Fprintf(&s, " Too many classes: not folded by %s.", strings.Join(g.Dropped, ", "))
	}
	if g.Others > 0 {
		fmt.Fprintf(&s, " Too many classes: the %d with the fewest states are one, %q.", g.Others, otherClasses)
	}
	s.WriteString(" Double border: final, what is entered there is never left.")
	return s.String()
}

// Diagram is the graph as a picture.
func (g Folded) Diagram() Diagram {
	d := Diagram{Caption: g.Caption(), TopDown: true}
	for _, c := range g.Classes {
		n := Node{Name: c.Name, Initial: c.Initial, Final: c.Final}
		lines := c.Values
		if lines == nil {
			lines = []string{fmt.Sprintf("%d other classes", g.Others)}
		}
		n.Label = strings.Join(lines, "\n") + "\n" + plural(c.States, "state")
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
				e.Label = append(e.Label, fmt.Sprintf("%s × %d", g.Edges[i].Action, g.Edges[i].Steps))
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

func plural(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return fmt.Sprintf("%d %ss", n, word)
}
