package graphs

import (
	"io"

	"github.com/emicklei/dot"
)

// WriteDOT draws the chart for Graphviz. Every place in it is fixed, and the
// graph says so to whichever of Graphviz' commands renders it.
func (c Chart) WriteDOT(w io.Writer) error {
	if err := c.validate(); err != nil {
		return err
	}
	return write(w, c.draw().graph)
}

// draw puts the chart on a canvas.
func (c Chart) draw() *canvas {
	d := chartDrawing{chartLayout: newChartLayout(c), canvas: newCanvas(), palette: newPalette(c.Palette)}
	for _, r := range c.Rows {
		d.palette.fill(r.LeftState)
		d.palette.fill(r.RightState)
	}
	d.heads()
	d.rules()
	d.timers()
	d.lives()
	d.arrows()
	d.rowTexts()
	d.loop()
	d.legend(d.verdict())
	d.canvas.rows = d.y
	return d.canvas
}

// chartDrawing is a chart on its way to a canvas.
type chartDrawing struct {
	*chartLayout
	canvas  *canvas
	palette *palette
	marks   [2][]dot.Node // on the life lines, one for each row
}

// heads writes title, subtitle and the names of the columns.
func (d *chartDrawing) heads() {
	y := headGap
	for _, s := range []Side{Left, Right} {
		lines := []string{oneLine(d.head(s))}
		n := d.canvas.box(point{d.life[s], y}, headFont.width(lines)+2*boxPadding, headFont.height(1)+boxPadding, paperColour, inkColour)
		d.canvas.write(n, centred, headFont, lines)
	}
	if d.Rows[0].Time != "" {
		d.canvas.text(point{d.time, y}, rightAlign, timeFont, []string{"time"})
	}
	y += 20
	above := func(f font, s string) {
		lines := wrap(s, max(d.end-d.begin, minMiddle)*9/10, func(line string) int { return f.width([]string{line}) })
		if len(lines) == 0 {
			return
		}
		h := f.height(len(lines))
		d.canvas.text(point{d.begin, y + h/2}, leftAlign, f, lines)
		y += h + 3
	}
	above(noteFont, d.Subtitle)
	above(titleFont, d.Title)
}

// rules lead the eye from a time to what happened.
func (d *chartDrawing) rules() {
	for _, y := range d.y[:len(d.Rows)] {
		from := d.canvas.anchor(point{d.time + columnGap/2, y})
		to := d.canvas.anchor(point{d.inner - columnGap, y})
		d.canvas.line(from, to, ruleColour, "solid", "0.7")
	}
}

// lives draws the life lines in the colours of the states.
func (d *chartDrawing) lives() {
	for _, s := range []Side{Left, Right} {
		above := d.canvas.anchor(point{d.life[s], headGap - 12})
		line := inkColour
		for i := range d.Rows {
			at := point{d.life[s], d.y[i]}
			var mark dot.Node
			if !d.shown(i, s) && d.happens(i, s) {
				mark = d.canvas.dot(at, inkColour)
			} else {
				mark = d.canvas.anchor(at)
			}
			if i == 0 {
				d.canvas.line(above, mark, line, "solid", "1")
			} else {
				d.piece(above, mark, d.Rows[i-1].state(s))
			}
			d.marks[s] = append(d.marks[s], mark)
			above = mark
		}
		last := d.Rows[len(d.Rows)-1].state(s)
		y := d.y[len(d.Rows)]
		if !d.emptyLoop() {
			d.piece(above, d.canvas.anchor(point{d.life[s], y + rowGap/2}), last)
			continue
		}
		end := d.canvas.anchor(point{d.life[s], y})
		d.piece(above, end, last)
		d.canvas.arrow(end, d.canvas.anchor(point{d.life[s], y - rowGap}), inkColour, "dotted", "vee")
	}
}

// piece is a part of a life line, in the colour of a state.
func (d *chartDrawing) piece(from, to dot.Node, state string) {
	e := d.canvas.line(from, to, d.palette.fill(state), "solid", "4")
	e.Attrs("headclip", dot.Literal("false"), "tailclip", dot.Literal("false"))
}

// happens tells whether there is something at a side in a row besides the state.
func (d *chartDrawing) happens(row int, s Side) bool {
	if row > 0 && d.Rows[row].Side == s {
		return true
	}
	for _, a := range d.Arrows {
		if a.From == s && a.Sent == row || a.to() == s && a.Received == row {
			return true
		}
	}
	return false
}

// arrows draws the segments and what they carry.
func (d *chartDrawing) arrows() {
	for i, a := range d.Arrows {
		from := d.marks[a.From][a.Sent]
		f := labelFont
		switch {
		case a.Lost:
			f.colour = lostColour
			d.stub(i, from, lostColour, "dashed", "none", "×", lostText)
		case !a.arrives():
			f.colour = inFlightColour
			d.stub(i, from, inFlightColour, "dotted", "vee", "", inFlightText)
		default:
			if a.Copy {
				f.colour = copyColour
			}
			d.canvas.arrow(from, d.marks[a.to()][a.Received], f.colour, "solid", "normal")
		}
		if a.text() != "" {
			d.canvas.text(d.places[i], centred, f, []string{a.text()})
		}
	}
}

// stub draws an arrow that never arrives: half of it, with a mark at its end and
// a word why.
func (d *chartDrawing) stub(i int, from dot.Node, colour, style, head, mark, word string) {
	to := d.way(i).to
	d.canvas.arrow(from, d.canvas.anchor(to), colour, style, head)
	inward := -outward(d.Arrows[i].From)
	x := to.x + inward*3
	if mark != "" {
		d.canvas.text(to, centred, font{name: boldFace, size: 18, colour: colour}, []string{mark})
		x = to.x + inward*10
	}
	f := labelFont
	f.colour, f.name = colour, boldFace
	align := byte(leftAlign)
	if inward < 0 {
		align = rightAlign
	}
	d.canvas.text(point{x, to.y}, align, f, []string{word})
}

// rowTexts writes times, events and states.
func (d *chartDrawing) rowTexts() {
	for i, r := range d.Rows {
		if r.Time != "" {
			d.canvas.text(point{d.time, d.y[i]}, rightAlign, timeFont, []string{oneLine(r.Time)})
		}
		for _, s := range []Side{Left, Right} {
			if d.shown(i, s) {
				d.state(i, s)
			}
		}
		if len(d.lines[i]) > 0 {
			d.event(i, r.Side)
		}
	}
}

// state is a flag at a life line. One that is only repeated has no bold text.
func (d *chartDrawing) state(row int, s Side) {
	text := d.Rows[row].state(s)
	lines, f, line := stateLines(text), stateFont, inkColour
	at := point{d.life[s] + outward(s)*d.states[s]/2, d.y[row]}
	if !d.changed(row, s) {
		f, line = againFont, ruleColour
	}
	n := d.canvas.box(at, d.states[s], d.boxHeight(row, s), d.palette.fill(text), line)
	d.canvas.write(n, centred, f, lines)
}

// event says what happened in a row.
func (d *chartDrawing) event(row int, s Side) {
	f := eventFont
	f.paper = true
	at := point{(d.life[Left] + d.life[Right]) / 2, d.y[row]}
	align := byte(centred)
	switch s {
	case Left, Right:
		align = [2]byte{Left: rightAlign, Right: leftAlign}[s]
		at.x = d.events[s]
		if !d.shown(row, s) {
			at.x = d.life[s] + outward(s)*columnGap
		}
	default:
		f = betweenFont
	}
	d.canvas.text(at, align, f, d.lines[row])
}

// loop marks what repeats for ever.
func (d *chartDrawing) loop() {
	switch {
	case d.emptyLoop():
		y := d.y[len(d.Rows)]
		f := betweenFont
		f.size = 12
		d.canvas.text(point{(d.life[Left] + d.life[Right]) / 2, y - rowGap/2}, centred, f, []string{passesForEver})
	case d.hasLoop():
		last, first := d.y[len(d.Rows)-1], d.y[d.Loop]
		if d.Loop == len(d.Rows)-1 {
			last, first = last-8, first+8
		}
		corners := []dot.Node{
			d.canvas.anchor(point{d.inner, last}),
			d.canvas.anchor(point{d.outer, last}),
			d.canvas.anchor(point{d.outer, first}),
			d.canvas.anchor(point{d.inner, first}),
		}
		for i := range 3 {
			head := "none"
			if i == 2 {
				head = "normal"
			}
			d.canvas.arrow(corners[i], corners[i+1], inkColour, "solid", head)
		}
		d.canvas.text(point{d.outer + columnGap, (last + first) / 2}, leftAlign, betweenFont, wrapPoints(repeatsForEver, 45, 10))
	}
}

// verdict writes what the run shows, and returns where there is room below it.
func (d *chartDrawing) verdict() int {
	top := d.y[len(d.Rows)]
	if d.emptyLoop() {
		top -= rowGap + 8
	}
	if d.Verdict == "" && d.Explanation == "" {
		return top - rowGap/2
	}
	width := max(d.end-d.begin, minMiddle)
	fill, line := goodFill, goodColour
	if d.Violated {
		fill, line = badFill, lostColour
	}
	big := verdictFont
	big.colour = line
	words := wrapPoints(d.Verdict, width*17/20, big.size)
	why := wrapPoints(d.Explanation, width*19/20, eventFont.size)
	height := big.height(len(words)) + eventFont.height(len(why)) + 14
	centre := (d.begin + d.end) / 2
	d.canvas.box(point{centre, top - height/2}, width, height, fill, line)
	left := centre - width/2 + 8
	y := top - 7
	if len(words) > 0 {
		d.canvas.text(point{left, y - big.height(len(words))/2}, leftAlign, big, words)
		y -= big.height(len(words))
	}
	if len(why) > 0 {
		d.canvas.text(point{left, y - eventFont.height(len(why))/2}, leftAlign, eventFont, why)
	}
	return top - height
}
