package document

import (
	"fmt"
	"html/template"
	"strings"

	"github.com/finwait/finwait/graphs"
)

// Sizes of a chart, in pixels. Rows are one line of text for each thing that has to
// be said, so that texts cannot overlap.
const (
	chartWidth   = 760
	leftLine     = 235
	rightLine    = 525
	lineHeight   = 17
	chartHead    = 34
	glyph        = 7 // of 12 px text, at most
	longestLabel = (rightLine - leftLine) / glyph
)

// chartSVG draws a chart in the colours of the page that it is a part of.
func chartSVG(c graphs.Chart) template.HTML {
	var b strings.Builder
	heights := make([]int, len(c.Rows))
	sent := make([][]int, len(c.Rows))
	landed := make([][]int, len(c.Rows))
	for i, a := range c.Arrows {
		sent[a.Sent] = append(sent[a.Sent], i)
		if a.Received >= 0 {
			landed[a.Received] = append(landed[a.Received], i)
		}
	}
	y := make([]int, len(c.Rows))
	at := chartHead
	for i, r := range c.Rows {
		lines := 1 + max(strings.Count(r.LeftState, "\n"), strings.Count(r.RightState, "\n")) + len(sent[i])
		if r.Event != "" {
			lines++
		}
		heights[i] = lines*lineHeight + 8
		y[i] = at
		at += heights[i]
	}
	text := func(class string, x, y int, anchor, s string) {
		fmt.Fprintf(&b, `<text class="%s" x="%d" y="%d" text-anchor="%s">%s</text>`, class, x, y, anchor, template.HTMLEscapeString(s))
	}
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" class="chart" role="img" viewBox="0 0 %d %d" aria-label="%s">`,
		chartWidth, at+30, template.HTMLEscapeString("Sequence chart: "+c.Title))
	fmt.Fprintf(&b, `<line class="life" x1="%d" y1="%d" x2="%d" y2="%d"/><line class="life" x1="%d" y1="%d" x2="%d" y2="%d"/>`,
		leftLine, chartHead-8, leftLine, at, rightLine, chartHead-8, rightLine, at)
	text("head", leftLine, 18, "middle", c.Left)
	text("head", rightLine, 18, "middle", c.Right)
	for i, r := range c.Rows {
		fmt.Fprintf(&b, `<g class="row" data-row="%d"><rect class="band" x="0" y="%d" width="%d" height="%d"/>`, i, y[i]-2, chartWidth, heights[i])
		line := y[i] + 12
		text("time", 6, line, "start", r.Time)
		states := func(x int, anchor, now, before string) {
			if i > 0 && i < len(c.Rows)-1 && now == before {
				return
			}
			for n, s := range strings.Split(now, "\n") {
				text("state", x, line+n*lineHeight, anchor, s)
			}
		}
		before := graphs.Row{}
		if i > 0 {
			before = c.Rows[i-1]
		}
		states(leftLine-10, "end", r.LeftState, before.LeftState)
		states(rightLine+10, "start", r.RightState, before.RightState)
		if r.Event != "" {
			event := r.Event
			switch r.Side {
			case graphs.Left:
				event = c.Left + ": " + event
			case graphs.Right:
				event = c.Right + ": " + event
			}
			text("event", (leftLine+rightLine)/2, line, "middle", event)
			line += lineHeight
		}
		for _, n := range landed[i] {
			x := rightLine
			if c.Arrows[n].From == graphs.Right {
				x = leftLine
			}
			fmt.Fprintf(&b, `<circle class="dot" cx="%d" cy="%d" r="3"/>`, x, y[i]+8)
		}
		b.WriteString("</g>")
	}
	for _, a := range c.Arrows {
		from, to := leftLine, rightLine
		if a.From == graphs.Right {
			from, to = rightLine, leftLine
		}
		start := y[a.Sent] + 12
		if c.Rows[a.Sent].Event != "" {
			start += lineHeight
		}
		for _, n := range sent[a.Sent] {
			if c.Arrows[n] == a {
				break
			}
			start += lineHeight
		}
		class, label, end := "arrow", a.Label, start+4
		switch {
		case a.Lost:
			class, label, to = "arrow lost", label+" lost", from+(to-from)*3/4
		case a.Received < 0:
			class, label, to = "arrow flying", label+" in flight", from+(to-from)*3/4
		default:
			end = max(end, y[a.Received]+8)
		}
		if a.Copy {
			label += " copy"
		}
		if len(label) > longestLabel {
			label = label[:longestLabel]
		}
		fmt.Fprintf(&b, `<line class="%s" x1="%d" y1="%d" x2="%d" y2="%d"/>`, class, from, start+4, to, end)
		side := 1
		if to < from {
			side = -1
		}
		if a.Lost {
			fmt.Fprintf(&b, `<path class="%s" d="M%d %d l10 10 m0 -10 l-10 10"/>`, class, to-5, end-5)
		} else {
			fmt.Fprintf(&b, `<path class="%s tip" d="M%d %d l%d -4 v8 z"/>`, class, to, end, -8*side)
		}
		text("label", (leftLine+rightLine)/2, start, "middle", label)
	}
	if c.Loop > 0 {
		words := "time passes for ever"
		if c.Loop < len(c.Rows) {
			words = fmt.Sprintf("steps %d to %d repeat for ever", c.Loop, len(c.Rows)-1)
		}
		text("event", (leftLine+rightLine)/2, at+16, "middle", words)
	}
	b.WriteString("</svg>")
	return template.HTML(b.String()) // every text in it is escaped
}
