package graphs

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/emicklei/dot"
)

// canvas draws at fixed places. Its graph asks for Graphviz' layout engine
// "nop", which any of Graphviz' commands obeys, and which leaves every node
// where it is put. Lines are below everything else; among the rest what is
// drawn later is on top.
//
// Coordinates are whole points, x to the right and y upwards, so that the
// output does not depend on how a machine rounds.
type canvas struct {
	graph  *dot.Graph
	count  int
	shapes []shape        // the same for SVG
	owner  map[string]int // the shape of a node, by its identifier
	rows   []int          // the heights of the rows of a chart, and of what follows them
}

func newCanvas() *canvas {
	g := dot.NewGraph(dot.Directed).ID("chart")
	g.Attrs("layout", "nop", "splines", "line", "outputorder", "edgesfirst",
		"pad", "0.25", "bgcolor", paperColour)
	return &canvas{graph: g, owner: map[string]int{}}
}

// point is a place on a canvas.
type point struct{ x, y int }

// inches is a length in points as Graphviz wants the sizes of nodes. A text may
// be wider than what was estimated, never too small for its node to be drawn.
func inches(points int) dot.Literal {
	return dot.Literal(strconv.FormatFloat(float64(points)/72, 'f', 3, 64))
}

// node is a node of a size at a place. The library sorts by identifier.
func (c *canvas) node(at point, width, height int) dot.Node {
	n := c.graph.Node(fmt.Sprintf("%06d", c.count))
	c.owner[n.ID()] = len(c.shapes)
	c.shapes = append(c.shapes, shape{at: at, width: width, height: height})
	c.count++
	n.Attrs("pos", fmt.Sprintf("%d,%d", at.x, at.y), "label", dot.Literal(`""`),
		"width", inches(width), "height", inches(height), "margin", dot.Literal("0"))
	return n
}

// shape is that of a node.
func (c *canvas) shape(n dot.Node) *shape { return &c.shapes[c.owner[n.ID()]] }

// anchor is an invisible end for lines.
func (c *canvas) anchor(at point) dot.Node {
	return c.node(at, 0, 0).Attr("shape", "none").Attr("fixedsize", dot.Literal("true"))
}

// dot is a mark on a life line.
func (c *canvas) dot(at point, colour string) dot.Node {
	n := c.node(at, 5, 5).Attr("shape", "circle")
	c.shape(n).fill, c.shape(n).round = colour, true
	n.Attrs("style", "filled", "fillcolor", colour, "color", colour, "fixedsize", dot.Literal("true"))
	return n
}

// font is a way to write.
type font struct {
	name   string
	size   int
	colour string
	paper  bool // on a white ground, hiding what is below
}

const (
	plainFace  = "Helvetica"
	boldFace   = "Helvetica-Bold"
	obliqFace  = "Helvetica-Oblique"
	lineLeader = 125 // the height of a line in hundredths of the font size
)

// height is that of some lines.
func (f font) height(lines int) int { return (lines*f.size*lineLeader + 99) / 100 }

// width is that of some lines, with some room for bold faces.
func (f font) width(lines []string) int {
	w := widest(lines, f.size)
	if f.name == boldFace {
		w += w/9 + 1 // wider by a tenth
	}
	return w
}

// text writes lines. Its place is the middle of the left end, of the right end
// or of the whole, as align says.
func (c *canvas) text(at point, align byte, f font, lines []string) dot.Node {
	w := f.width(lines)
	switch align {
	case leftAlign:
		at.x += (w + 1) / 2
	case rightAlign:
		at.x -= (w + 1) / 2
	}
	n := c.node(at, w, f.height(len(lines))).Attr("shape", "plaintext")
	if f.paper {
		c.shape(n).fill = paperColour
		n.Attrs("style", "filled", "fillcolor", paperColour)
	}
	return c.write(n, align, f, lines)
}

// write puts lines into a node.
func (c *canvas) write(n dot.Node, align byte, f font, lines []string) dot.Node {
	s := c.shape(n)
	s.align, s.font, s.lines = align, f, lines
	n.Attrs("label", quoted(strings.Join(lines, "\n"), align),
		"fontname", f.name, "fontsize", dot.Literal(strconv.Itoa(f.size)), "fontcolor", f.colour)
	return n
}

// box is a rectangle.
func (c *canvas) box(at point, width, height int, fill, line string) dot.Node {
	n := c.node(at, width, height).Attr("shape", "box")
	c.shape(n).fill, c.shape(n).stroke = fill, line
	n.Attrs("style", "filled", "fillcolor", fill, "color", line)
	return n
}

// line joins two nodes without an arrowhead.
func (c *canvas) line(from, to dot.Node, colour, style, width string) dot.Edge {
	c.shapes = append(c.shapes, shape{
		line: true, at: c.shape(from).at, to: c.shape(to).at, stroke: colour, dashes: style, weight: width,
	})
	e := c.graph.Edge(from, to)
	e.Attrs("color", colour, "style", style, "penwidth", dot.Literal(width), "arrowhead", "none")
	return e
}

// arrow is a line with a head.
func (c *canvas) arrow(from, to dot.Node, colour, style, head string) dot.Edge {
	e := c.line(from, to, colour, style, "1.3")
	c.shapes[len(c.shapes)-1].head = head
	e.Attrs("arrowhead", head, "arrowsize", dot.Literal("0.8"))
	return e
}
