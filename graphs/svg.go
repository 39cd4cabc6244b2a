package graphs

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"
)

// shape is something on a canvas, as SVG draws it.
type shape struct {
	at            point // the centre; of a line one end
	to            point // of a line the other end
	width, height int
	fill, stroke  string
	round         bool

	line           bool
	dashes, weight string
	head           string // of an arrow

	font  font
	align byte
	lines []string
}

// WriteSVG draws the chart without Graphviz. Readers who prefer dark pages get
// it in dark colours.
func (c Chart) WriteSVG(w io.Writer) error {
	if err := c.validate(); err != nil {
		return err
	}
	return c.draw().svg(w, c.Title, false)
}

// WriteSVGForPage is WriteSVG for a page that shows a run step by step. Below each row is
// an invisible band of class "row", with the row's number in data-row, that the page may
// colour. The dark colours are left to the page, which has one [DarkStyle] for all of its
// pictures, and name is what the picture is called, which need not be written in it.
func (c Chart) WriteSVGForPage(w io.Writer, name string) error {
	if err := c.validate(); err != nil {
		return err
	}
	return c.draw().svg(w, name, true)
}

// svg writes lines below everything else, then the rest as it was drawn.
func (c *canvas) svg(w io.Writer, title string, forPage bool) error {
	low, high := c.bounds()
	const pad = 18
	p := svgWriter{left: low.x - pad, top: high.y + pad}
	width, height := high.x-low.x+2*pad, high.y-low.y+2*pad
	fmt.Fprintf(&p, "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\" role=\"img\" font-family=\"Helvetica,Arial,sans-serif\">\n",
		width, height, width, height)
	fmt.Fprintf(&p, "<title>%s</title>\n", xmlText(oneLine(title)))
	if !forPage {
		p.WriteString(DarkStyle() + "\n")
	}
	fmt.Fprintf(&p, "<rect width=\"%d\" height=\"%d\" fill=\"%s\"/>\n", width, height, paperColour)
	if forPage {
		p.bands(c.rows, width)
	}
	for _, s := range c.shapes {
		if s.line {
			p.line(s)
		}
	}
	for _, s := range c.shapes {
		if !s.line {
			p.box(s)
		}
	}
	p.WriteString("</svg>\n")
	_, err := io.WriteString(w, p.String())
	return err
}

// bands are the grounds of the rows of a chart, each from half way above it to half way
// below.
func (p *svgWriter) bands(rows []int, width int) {
	above := rows[0] + rowGap/2
	for i, y := range rows[:len(rows)-1] {
		below := (y + rows[i+1]) / 2
		fmt.Fprintf(p, "<rect class=\"row\" data-row=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"none\"/>\n", i, p.top-above, width, above-below)
		above = below
	}
}

// bounds are the corners of what is drawn, left below and right above.
func (c *canvas) bounds() (low, high point) {
	for i, s := range c.shapes {
		l, h := point{s.at.x - (s.width+1)/2, s.at.y - (s.height+1)/2}, point{s.at.x + (s.width+1)/2, s.at.y + (s.height+1)/2}
		if i == 0 {
			low, high = l, h
		}
		low = point{min(low.x, l.x), min(low.y, l.y)}
		high = point{max(high.x, h.x), max(high.y, h.y)}
	}
	return low, high
}

type svgWriter struct {
	strings.Builder
	left, top int
}

// place turns a canvas upside down.
func (p *svgWriter) place(at point) point { return point{at.x - p.left, p.top - at.y} }

var dashArrays = map[string]string{"dashed": "6 4", "dotted": "2 3"}

func (p *svgWriter) line(s shape) {
	a, b := p.place(s.at), p.place(s.to)
	fmt.Fprintf(p, "<line x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\" stroke=\"%s\" stroke-width=\"%s\"", a.x, a.y, b.x, b.y, s.stroke, s.weight)
	if d := dashArrays[s.dashes]; d != "" {
		fmt.Fprintf(p, " stroke-dasharray=\"%s\"", d)
	}
	p.WriteString("/>\n")
	if s.head == "" || s.head == "none" {
		return
	}
	dx, dy := b.x-a.x, b.y-a.y
	length := max(1, root(dx*dx+dy*dy))
	// The corners of the head, 9 points behind its tip and 4 to both sides.
	bx, by := b.x-9*dx/length, b.y-9*dy/length
	sx, sy := 4*dy/length, 4*dx/length
	fmt.Fprintf(p, "<polygon points=\"%d,%d %d,%d %d,%d\" fill=\"%s\"/>\n", b.x, b.y, bx+sx, by-sy, bx-sx, by+sy, s.stroke)
}

// root is the whole part of a square root: whole numbers are the same on any
// machine.
func root(n int) int {
	r := 0
	for (r+1)*(r+1) <= n {
		r++
	}
	return r
}

func (p *svgWriter) box(s shape) {
	at := p.place(s.at)
	switch {
	case s.fill == "" && s.stroke == "":
	case s.round:
		fmt.Fprintf(p, "<circle cx=\"%d\" cy=\"%d\" r=\"%d\" fill=\"%s\"/>\n", at.x, at.y, (s.width+1)/2, s.fill)
	default:
		fmt.Fprintf(p, "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"%s\"", at.x-s.width/2, at.y-s.height/2, s.width, s.height, s.fill)
		if s.stroke != "" {
			fmt.Fprintf(p, " stroke=\"%s\"", s.stroke)
		}
		p.WriteString("/>\n")
	}
	x, anchor := at.x, "middle"
	switch s.align {
	case leftAlign:
		x, anchor = at.x-s.width/2, "start"
	case rightAlign:
		x, anchor = at.x+s.width/2, "end"
	}
	top := at.y - s.font.height(len(s.lines))/2
	for i, line := range s.lines {
		// The base line is about four fifths below the top of a line.
		y := top + i*s.font.size*lineLeader/100 + s.font.size
		fmt.Fprintf(p, "<text x=\"%d\" y=\"%d\" text-anchor=\"%s\" font-size=\"%d\" fill=\"%s\"", x, y, anchor, s.font.size, s.font.colour)
		switch s.font.name {
		case boldFace:
			p.WriteString(" font-weight=\"bold\"")
		case obliqFace:
			p.WriteString(" font-style=\"italic\"")
		}
		fmt.Fprintf(p, ">%s</text>\n", xmlText(line))
	}
}

func xmlText(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s)) // a builder takes everything
	return b.String()
}
