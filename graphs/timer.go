package graphs

import (
	"cmp"
	"fmt"
	"slices"
)

// Timer is something that runs at a side while rows go by. It is drawn as a
// bracket beside the side's events, as long as it runs.
type Timer struct {
	Side     Side
	Label    string // lines, for instance its name and its length
	From, To int    // rows; what Runs goes to len(Rows)
	End      TimerEnd
}

// TimerEnd is how a [Timer] ends.
type TimerEnd uint8

// The ends of timers.
const (
	Expires TimerEnd = iota // it is what happens in row To
	Stopped                 // it ends in row To without having expired
	Runs                    // it still runs behind the last row
)

// validate says why a timer cannot be drawn beside some rows.
func (t Timer) validate(rows int) error {
	last := rows - 1
	if t.End == Runs {
		last = rows
	}
	switch {
	case t.Side != Left && t.Side != Right:
		return fmt.Errorf("runs at %v, which is not left or right", t.Side)
	case t.End > Runs:
		return fmt.Errorf("has the end %d, which is none", t.End)
	case t.From < 0 || t.From >= t.To || t.To > last:
		return fmt.Errorf("runs from row %d to %d; rows go up to %d, and it needs two", t.From, t.To, last)
	}
	return nil
}

const (
	laneGap     = 10 // between a bracket and the label of the one further in
	bracketTick = 5
)

var timerFont = font{name: plainFace, size: 9, colour: inkColour, paper: true}

// lines are those of a timer's label.
func (t Timer) lines() []string { return wrapPoints(t.Label, 90, timerFont.size) }

// lanes puts brackets that run at the same time beside each other, short ones
// further in.
func (l *chartLayout) lanes() {
	order := make([]int, len(l.Timers))
	for i := range order {
		order[i] = i
	}
	length := func(i int) int { return l.Timers[i].To - l.Timers[i].From }
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(length(a), length(b)) })
	l.lane = make([]int, len(l.Timers))
	for n, i := range order {
		l.lane[i] = 0
		for slices.ContainsFunc(order[:n], func(j int) bool {
			a, b := l.Timers[i], l.Timers[j]
			return a.Side == b.Side && l.lane[i] == l.lane[j] && a.From < b.To && b.From < a.To
		}) {
			l.lane[i]++
		}
		side := l.Timers[i].Side
		for len(l.laneWidth[side]) <= l.lane[i] {
			l.laneWidth[side] = append(l.laneWidth[side], 0)
		}
		w := timerFont.width(l.Timers[i].lines()) + bracketTick + laneGap + 2*labelMargin
		l.laneWidth[side][l.lane[i]] = max(l.laneWidth[side][l.lane[i]], w)
	}
}

// lanesWidth is that of all brackets of a side.
func (l *chartLayout) lanesWidth(s Side) int {
	w := 0
	for _, lane := range l.laneWidth[s] {
		w += lane
	}
	return w
}

// bracketAt is where the line of a bracket is.
func (l *chartLayout) bracketAt(i int) int {
	s := l.Timers[i].Side
	x := l.laneGround[s] + outward(s)*(laneGap+bracketTick)
	for _, w := range l.laneWidth[s][:l.lane[i]] {
		x += outward(s) * w
	}
	return x
}

// labelRoom is how far a row has to be from the one before for the labels of the
// brackets that begin there.
func (l *chartLayout) labelRoom(row int) int {
	room := 0
	for _, t := range l.Timers {
		if t.From == row-1 {
			room = max(room, timerFont.height(len(t.lines()))+6-rowGap*(t.To-t.From-1))
		}
	}
	return room
}

// timers draws the brackets.
func (d *chartDrawing) timers() {
	for i, t := range d.Timers {
		x, top, bottom := d.bracketAt(i), d.y[t.From]-2, d.y[t.To]+2
		inward := -outward(t.Side)
		colour, style, head := t.End.look()
		f := timerFont
		f.colour = colour
		tick := func(y int, head string) {
			d.canvas.arrow(d.canvas.anchor(point{x, y}), d.canvas.anchor(point{x + inward*(bracketTick+4), y}), colour, "solid", head)
		}
		tick(top, "none")
		d.canvas.line(d.canvas.anchor(point{x, top}), d.canvas.anchor(point{x, bottom}), colour, style, "1.3")
		if t.End != Runs {
			tick(bottom, head)
		}
		align := byte(rightAlign)
		if t.Side == Right {
			align = leftAlign
		}
		if lines := t.lines(); len(lines) > 0 {
			d.canvas.text(point{x + outward(t.Side)*labelMargin, (top + bottom) / 2}, align, f, lines)
		}
	}
}

// look is how the bracket of a timer is drawn.
func (e TimerEnd) look() (colour, style, head string) {
	if e == Expires {
		return inkColour, "solid", "normal"
	}
	return faintColour, "dashed", "none"
}

// legend says what the lines mean whose texts do not say it.
func (d *chartDrawing) legend(top int) {
	x, y := d.begin, top-12
	entry := func(colour, style, head, text string) {
		d.canvas.arrow(d.canvas.anchor(point{x, y}), d.canvas.anchor(point{x + 26, y}), colour, style, head)
		d.canvas.text(point{x + 31, y}, leftAlign, noteFont, []string{text})
		x += 31 + noteFont.width([]string{text}) + 14
	}
	for _, l := range []struct {
		end  TimerEnd
		text string
	}{{Expires, "timer, from being set to its expiry"}, {Stopped, "timer that did not expire: stopped, set anew or still running"}} {
		if slices.ContainsFunc(d.Timers, func(t Timer) bool { return (t.End == Expires) == (l.end == Expires) }) {
			colour, style, head := l.end.look()
			entry(colour, style, head, l.text)
		}
	}
	if slices.ContainsFunc(d.Arrows, func(a Arrow) bool { return a.Copy && a.arrives() }) {
		entry(copyColour, "solid", "normal", "copy made by the network")
	}
}
