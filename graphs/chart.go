package graphs

import "fmt"

// Side is a column of a [Chart].
type Side uint8

// The sides. Neither is for what happens to both or between them.
const (
	Left Side = iota
	Right
	Neither
)

var sideNames = [...]string{Left: "left", Right: "right", Neither: "neither"}

func (s Side) String() string {
	if int(s) < len(sideNames) {
		return sideNames[s]
	}
	return fmt.Sprintf("Side(%d)", uint8(s))
}

// Row is one instant of a run: what happened, at which side, and the states
// after it. Row 0 of a chart is the initial state.
type Row struct {
	Time  string // as it is to be shown; empty when times do not count
	Side  Side
	Event string // empty when the arrows of the row say enough
	// LeftState and RightState may have several lines. The first one is the
	// state's name and decides its colour; a change of any line is drawn.
	LeftState, RightState string
}

// Arrow is one copy of a segment.
type Arrow struct {
	From  Side
	Label string
	// Sent and Received are the rows in which the copy left and arrived.
	// A negative Received means that it never did: it was lost, or it is still
	// in flight at the end.
	Sent, Received int
	Lost           bool
	Copy           bool // a duplicate that the network made
	Again          int  // the number of a retransmission, 0 for what is sent the first time
}

// Chart is a sequence chart of one run. Time runs downwards, and is written at
// the rows rather than drawn to scale.
type Chart struct {
	Title, Subtitle string
	Left, Right     string // the heads of the columns
	Rows            []Row
	Arrows          []Arrow
	Timers          []Timer
	// Loop is the first row of the part that repeats for ever, and len(Rows)
	// when nothing happens after the last row and time passes for ever. No loop
	// begins with row 0, which is no step: 0 or less means that there is none.
	Loop        int
	Verdict     string // for instance "violated: both-closed"
	Violated    bool   // whether Verdict is bad news
	Explanation string // the verdict's condition in words
	// Palette lists state names in the order in which they take the colours, so
	// that a state looks the same in several charts. States that are not in it
	// follow in the order of their appearance.
	Palette []string
}

const (
	repeatsForEver = "repeats for ever"
	passesForEver  = "time passes for ever"
	lostText       = "lost"
	flyingText     = "in flight"
	inFlightText   = flyingText + " at the end"
	copyText       = " (copy)"
)

// text is what is written at the arrow.
func (a Arrow) text() string {
	s := oneLine(a.Label)
	if a.Again > 0 {
		s += fmt.Sprintf(" (retransmission %d)", a.Again)
	}
	if a.Copy {
		s += copyText
	}
	return s
}

// arrives tells whether the arrow reaches the other side.
func (a Arrow) arrives() bool { return a.Received >= 0 }

// to is the side that the arrow points to.
func (a Arrow) to() Side { return 1 - a.From }

// hasLoop tells whether some rows, or none at all, repeat for ever.
func (c Chart) hasLoop() bool { return c.Loop > 0 }

// emptyLoop tells whether time passes for ever after the last row.
func (c Chart) emptyLoop() bool { return c.hasLoop() && c.Loop == len(c.Rows) }

// state is what is drawn at a side in a row.
func (r Row) state(s Side) string {
	if s == Left {
		return r.LeftState
	}
	return r.RightState
}

// changed tells whether the state of a side is another one than in the row before.
func (c Chart) changed(row int, s Side) bool {
	return row == 0 || c.Rows[row].state(s) != c.Rows[row-1].state(s)
}

// shown tells whether the state of a side is written in a row: where it changed,
// and once more at the end.
func (c Chart) shown(row int, s Side) bool {
	return c.Rows[row].state(s) != "" && (c.changed(row, s) || row == len(c.Rows)-1)
}

// validate says what cannot be drawn.
func (c Chart) validate() error {
	n := len(c.Rows)
	if n == 0 {
		return fmt.Errorf("graphs: chart %q has no rows; row 0 is the initial state", c.Title)
	}
	if c.Loop > n {
		return fmt.Errorf("graphs: chart %q: the loop begins with row %d of %d (%d: an empty loop, 0: none)", c.Title, c.Loop, n, n)
	}
	for i, r := range c.Rows {
		if r.Side > Neither {
			return fmt.Errorf("graphs: chart %q: row %d happens at %v, which is not left, right or neither", c.Title, i, r.Side)
		}
	}
	for i, a := range c.Arrows {
		where := fmt.Sprintf("graphs: chart %q: arrow %d (%q)", c.Title, i, a.Label)
		switch {
		case a.From != Left && a.From != Right:
			return fmt.Errorf("%s leaves from %v, which is not left or right", where, a.From)
		case a.Sent < 0 || a.Sent >= n:
			return fmt.Errorf("%s is sent in row %d, but the rows are 0 to %d", where, a.Sent, n-1)
		case a.Received >= n:
			return fmt.Errorf("%s arrives in row %d, but the rows are 0 to %d (-1: it never arrives)", where, a.Received, n-1)
		case a.arrives() && a.Received < a.Sent:
			return fmt.Errorf("%s arrives in row %d, before it is sent in row %d", where, a.Received, a.Sent)
		case a.arrives() && a.Lost:
			return fmt.Errorf("%s is lost and arrives in row %d", where, a.Received)
		}
	}
	for i, t := range c.Timers {
		if err := t.validate(n); err != nil {
			return fmt.Errorf("graphs: chart %q: timer %d (%q) %w", c.Title, i, t.Label, err)
		}
	}
	return nil
}
