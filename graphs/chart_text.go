package graphs

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// The measures of a text chart, in characters.
const (
	textColumns = 100 // of a line, unless labels are long
	textMiddle  = 34  // between the life lines, at least
	textEvents  = 24  // for the events, at least
)

// WriteText draws the chart for a terminal. A segment is an arrow away from the
// line of its sender in the row in which it was sent, and an arrow to the line of
// its receiver in the row in which it arrived; the states stand where they changed
// and once more in the last row.
func (c Chart) WriteText(w io.Writer) error {
	if err := c.validate(); err != nil {
		return err
	}
	t := newChartText(c)
	t.head()
	for i := range c.Rows {
		t.row(i)
	}
	t.foot()
	_, err := io.WriteString(w, t.out.String())
	return err
}

// chartText is a text chart on its way.
type chartText struct {
	Chart
	out    strings.Builder
	time   int    // widths of the columns
	states [2]int //
	middle int
	events int
	marked bool // the column that brackets a loop is there
}

func newChartText(c Chart) *chartText {
	t := &chartText{Chart: c, time: len("time"), middle: textMiddle, marked: c.hasLoop() && !c.emptyLoop()}
	t.states = [2]int{runes(oneLine(c.Left)), runes(oneLine(c.Right))}
	for _, r := range c.Rows {
		t.time = max(t.time, runes(oneLine(r.Time)))
		for _, s := range []Side{Left, Right} {
			t.states[s] = max(t.states[s], runes(oneLine(r.state(s))))
		}
		if r.Side == Neither {
			t.middle = max(t.middle, runes(oneLine(r.Event))+2)
		}
	}
	for _, a := range c.Arrows {
		t.middle = max(t.middle, runes(t.departure(a))+2, runes(t.arrival(a))+2)
	}
	t.events = max(textEvents, textColumns-t.width(0))
	return t
}

// width is that of a line whose event has some width.
func (t *chartText) width(event int) int {
	return 2 + t.time + 2 + t.states[Left] + 1 + 1 + t.middle + 1 + 1 + t.states[Right] + 2 + event
}

// departure is an arrow as it leaves its sender.
func (t *chartText) departure(a Arrow) string {
	switch {
	case a.From == Left && a.Lost:
		return fmt.Sprintf("--%s--X %s", a.text(), lostText)
	case a.From == Right && a.Lost:
		return fmt.Sprintf("%s X--%s--", lostText, a.text())
	case a.From == Left && !a.arrives():
		return fmt.Sprintf("--%s..> %s", a.text(), flyingText)
	case a.From == Right && !a.arrives():
		return fmt.Sprintf("%s <..%s--", flyingText, a.text())
	}
	return t.arrival(a)
}

// arrival is an arrow as it gets to its receiver.
func (t *chartText) arrival(a Arrow) string {
	if a.From == Left {
		return fmt.Sprintf("--%s-->", a.text())
	}
	return fmt.Sprintf("<--%s--", a.text())
}

// art are the lines between the life lines in a row: what arrives, then what
// leaves.
func (t *chartText) art(row int) []string {
	var lines []string
	if r := t.Rows[row]; r.Side == Neither && r.Event != "" {
		lines = append(lines, pad(oneLine(r.Event), t.middle, centred))
	}
	for _, a := range t.Arrows {
		if a.Received == row {
			lines = append(lines, t.at(a.to(), t.arrival(a)))
		}
	}
	for _, a := range t.Arrows {
		if a.Sent == row {
			lines = append(lines, t.at(a.From, t.departure(a)))
		}
	}
	return lines
}

// at puts an arrow next to the life line of a side.
func (t *chartText) at(s Side, arrow string) string {
	if s == Left {
		return pad(arrow, t.middle, leftAlign)
	}
	return pad(arrow, t.middle, rightAlign)
}

// head writes the titles and the heads of the columns.
func (t *chartText) head() {
	for _, s := range []string{t.Title, t.Subtitle} {
		for _, line := range wrapColumns(s, textColumns) {
			t.out.WriteString(line + "\n")
		}
	}
	if t.Title != "" || t.Subtitle != "" {
		t.out.WriteByte('\n')
	}
	t.line(" ", "time", oneLine(t.Left), "", oneLine(t.Right), "event")
}

// row writes a row, in as many lines as it takes.
func (t *chartText) row(i int) {
	r := t.Rows[i]
	var events []string
	if r.Side != Neither {
		event := r.Event
		if name := oneLine(t.name(r.Side)); name != "" && event != "" {
			event = name + ": " + event
		}
		events = wrapColumns(event, t.events)
	}
	var states [2]string
	for _, s := range []Side{Left, Right} {
		if t.shown(i, s) {
			states[s] = oneLine(r.state(s))
		}
	}
	art := t.art(i)
	for n := 0; n == 0 || n < max(len(art), len(events)); n++ {
		time, state := "", [2]string{}
		if n == 0 {
			time, state = oneLine(r.Time), states
		}
		t.line(t.bracket(i, n == 0), time, state[Left], nth(art, n), state[Right], nth(events, n))
	}
}

func (t *chartText) name(s Side) string {
	if s == Left {
		return t.Left
	}
	return t.Right
}

// bracket marks the rows of a loop at the left edge.
func (t *chartText) bracket(row int, first bool) string {
	switch {
	case !t.marked || row < t.Loop:
		return " "
	case row == t.Loop && first:
		return ">" // where the loop comes back to
	}
	return ":"
}

// line writes the columns of one line.
func (t *chartText) line(bracket, time, left, middle, right, event string) {
	line := bracket + " " + pad(time, t.time, rightAlign) + "  " + pad(left, t.states[Left], leftAlign) + " |" +
		pad(middle, t.middle, leftAlign) + "| " + pad(right, t.states[Right], leftAlign) + "  " + event
	t.out.WriteString(strings.TrimRight(line, " ") + "\n")
}

// foot says how the run goes on and what it shows.
func (t *chartText) foot() {
	switch {
	case t.emptyLoop():
		t.line(" ", "", "", pad(passesForEver, t.middle, centred), "", "")
	case t.hasLoop():
		fmt.Fprintf(&t.out, ":%s the rows marked with : repeat for ever, from the one marked with >\n", strings.Repeat(".", t.time))
	}
	if t.Verdict == "" && t.Explanation == "" {
		return
	}
	t.out.WriteByte('\n')
	for _, s := range []string{t.Explanation, t.Verdict} {
		for _, line := range wrapColumns(s, textColumns) {
			t.out.WriteString(line + "\n")
		}
	}
}

func runes(s string) int { return utf8.RuneCountInString(s) }

// nth is an element, or "" after the last.
func nth(lines []string, n int) string {
	if n < len(lines) {
		return lines[n]
	}
	return ""
}

// pad fills s with spaces up to a width.
func pad(s string, width int, align byte) string {
	gap := max(0, width-runes(s))
	switch align {
	case leftAlign:
		return s + strings.Repeat(" ", gap)
	case rightAlign:
		return strings.Repeat(" ", gap) + s
	}
	return strings.Repeat(" ", gap/2) + s + strings.Repeat(" ", gap-gap/2)
}
