package graphs

// The measures of a chart, in points.
const (
	rowGap      = 36 // between rows, at least
	stubGap     = 18 // between the ends of arrows from one place that never arrive
	stubRoom    = 24 // more between rows for each arrow beside such a one
	eventWidth  = 118
	minMiddle   = 290
	maxMiddle   = 400
	columnGap   = 7
	headGap     = 36 // from the heads to row 0
	loopGap     = 14
	boxPadding  = 8
	labelMargin = 4
)

var (
	titleFont   = font{name: boldFace, size: 15, colour: inkColour}
	noteFont    = font{name: plainFace, size: 10, colour: faintColour}
	headFont    = font{name: boldFace, size: 12, colour: inkColour}
	timeFont    = font{name: plainFace, size: 10, colour: faintColour}
	eventFont   = font{name: plainFace, size: 10, colour: inkColour}
	stateFont   = font{name: boldFace, size: 10, colour: onFillColour}
	againFont   = font{name: plainFace, size: 10, colour: onFillColour}
	labelFont   = font{name: plainFace, size: 10, colour: inkColour, paper: true}
	betweenFont = font{name: obliqFace, size: 10, colour: inkColour, paper: true}
	verdictFont = font{name: boldFace, size: 13, colour: inkColour}
)

// chartLayout says where everything of a chart is. From left to right: times,
// timers, events and states of the left side, its life line, the arrows, and the
// same in reverse for the right side, then the bracket of a loop.
type chartLayout struct {
	Chart
	gap    int        // between rows, at least
	y      []int      // of each row, and of the row after the last
	places []point    // of the texts of arrows
	time   int        // right end of the times
	begin  int        // left end of everything
	life   [2]int     // the life lines
	states [2]int     // width of the state boxes
	events [2]int     // where the events of a side begin, next to its states
	lines  [][]string // of the event of each row
	inner  int        // where the bracket of a loop begins
	outer  int        // where its vertical line is
	end    int        // right end of everything
	stub   []int      // of each arrow that never arrives, how far it descends

	lane       []int    // of each timer, counted from the inside
	laneWidth  [2][]int // of each lane of a side
	laneGround [2]int   // where the lanes of a side begin
}

func newChartLayout(c Chart) *chartLayout {
	l := &chartLayout{Chart: c}
	l.lanes()
	l.columns()
	for l.gap = rowGap; ; l.gap += rowGap / 3 {
		l.y = nil
		l.rows()
		if free := l.labels(); free || l.gap > 5*rowGap {
			return l
		}
	}
}

// columns places everything from left to right.
func (l *chartLayout) columns() {
	var times []string
	events := [2]int{}
	for i, r := range l.Rows {
		times = append(times, oneLine(r.Time))
		limit := eventWidth
		switch {
		case r.Side == Neither:
			limit = minMiddle
		case !l.shown(i, r.Side):
			limit += boxPadding + 70 // the event is where the state would be
		}
		lines := wrapPoints(r.Event, limit, eventFont.size)
		l.lines = append(l.lines, lines)
		for _, s := range []Side{Left, Right} {
			if l.shown(i, s) {
				l.states[s] = max(l.states[s], stateFont.width(stateLines(r.state(s)))+boxPadding)
			}
		}
	}
	heads := 0
	for _, s := range []Side{Left, Right} { // a head may be wider than the states
		half := headFont.width([]string{oneLine(l.head(s))})/2 + boxPadding
		l.states[s] = max(l.states[s], half)
		heads += half
	}
	for i, r := range l.Rows {
		if r.Side == Neither {
			continue
		}
		w := eventFont.width(l.lines[i])
		if !l.shown(i, r.Side) {
			w -= l.states[r.Side]
		}
		events[r.Side] = max(events[r.Side], w)
	}
	middle := minMiddle
	for _, a := range l.Arrows {
		w := labelFont.width([]string{a.text()})
		if !a.arrives() {
			w += 20 // a stub is half as long as the way
			w *= 2
		} else {
			w += 70 // so that the line is seen at both ends of its text
		}
		middle = max(middle, w)
	}
	middle = max(min(middle, maxMiddle), heads+boxPadding)

	l.time = timeFont.width(times)
	l.laneGround[Left] = l.time + columnGap + l.lanesWidth(Left)
	l.events[Left] = l.laneGround[Left] + columnGap + events[Left]
	l.life[Left] = l.events[Left] + columnGap + l.states[Left]
	l.life[Right] = l.life[Left] + middle
	l.events[Right] = l.life[Right] + l.states[Right] + columnGap
	l.laneGround[Right] = l.events[Right] + events[Right]
	l.inner = l.laneGround[Right] + l.lanesWidth(Right) + columnGap
	l.end = l.inner
	if l.hasLoop() && !l.emptyLoop() {
		l.outer = l.inner + loopGap
		l.end = l.outer + columnGap + eventFont.width([]string{"repeats"})
	}
}

// rows places everything from top to bottom.
func (l *chartLayout) rows() {
	half := func(row int) int {
		h := eventFont.height(max(1, len(l.lines[row])))
		for _, s := range []Side{Left, Right} {
			if l.shown(row, s) {
				h = max(h, l.boxHeight(row, s))
			}
		}
		return h/2 + 4
	}
	y := 0
	for i := range l.Rows {
		if i > 0 {
			y -= max(l.gap+stubRoom*l.gap/rowGap*l.further(i-1), half(i-1)+half(i), l.labelRoom(i))
		}
		l.y = append(l.y, y)
	}
	last := len(l.Rows) - 1
	l.y = append(l.y, y-max(l.gap+stubRoom*l.gap/rowGap*l.further(last), half(last)+rowGap/2, l.labelRoom(last+1)))
	l.stubs()
}

// further is the number of arrows besides one that leave in a row where one never
// arrives: each needs some room of its own.
func (l *chartLayout) further(row int) int {
	all, stubs := 0, 0
	for _, a := range l.Arrows {
		if a.Sent == row {
			all++
			if !a.arrives() {
				stubs++
			}
		}
	}
	if stubs == 0 {
		return 0
	}
	return all - 1
}

// stubs lets the arrows of a row that never arrive descend by so much that none
// is covered by another arrow from the same place.
func (l *chartLayout) stubs() {
	l.stub = make([]int, len(l.Arrows))
	for i, a := range l.Arrows {
		if a.arrives() {
			continue
		}
		l.stub[i] = rowGap / 2
		if l.further(a.Sent) > 0 {
			l.stub[i] = 12 // its end and the words there are above the others then
		}
		for l.covered(i) {
			l.stub[i]++
		}
	}
}

// covered tells whether stub i ends too near to the end of a stub before it, or to
// an arrow from the same place that arrives.
func (l *chartLayout) covered(i int) bool {
	a := l.Arrows[i]
	for j, o := range l.Arrows {
		var apart int
		switch {
		case o.arrives() && o.From == a.From && o.Sent == a.Sent:
			apart = (l.y[o.Sent]-l.y[o.Received])/2 - l.stub[i]
		case !o.arrives() && j < i:
			apart = l.y[o.Sent] - l.stub[j] - l.y[a.Sent] + l.stub[i]
		default:
			continue
		}
		if abs(apart) < stubGap*l.gap/rowGap {
			return true
		}
	}
	for row := range l.Rows {
		if n := l.between(row); n > 0 && abs(l.y[a.Sent]-l.stub[i]-l.y[row]) < (stubGap+betweenFont.height(n))/2 {
			return true
		}
	}
	return false
}

// between is the number of lines of the event in a row, if it is written between
// the life lines.
func (l *chartLayout) between(row int) int {
	if l.Rows[row].Side != Neither {
		return 0
	}
	return len(l.lines[row])
}

func (l *chartLayout) head(s Side) string {
	if s == Left {
		return l.Left
	}
	return l.Right
}

func (l *chartLayout) boxHeight(row int, s Side) int {
	return stateFont.height(len(stateLines(l.Rows[row].state(s)))) + boxPadding - 2
}

// stateLines are the lines of a state, as they are shown.
func stateLines(s string) []string { return wrap(s, 1<<30, func(string) int { return 0 }) }

// outward is the direction away from the other side.
func outward(s Side) int {
	if s == Left {
		return -1
	}
	return 1
}

// segment is the line of an arrow.
type segment struct{ from, to point }

// at is the point n/100 of the way along the line.
func (s segment) at(n int) point {
	return point{s.from.x + (s.to.x-s.from.x)*n/100, s.from.y + (s.to.y-s.from.y)*n/100}
}

// way is the line that an arrow is drawn along. One that never arrives ends half
// way, a little lower.
func (l *chartLayout) way(i int) segment {
	a := l.Arrows[i]
	from := point{l.life[a.From], l.y[a.Sent]}
	if a.arrives() {
		return segment{from, point{l.life[a.to()], l.y[a.Received]}}
	}
	return segment{from, point{(l.life[Left] + l.life[Right]) / 2, from.y - l.stub[i]}}
}
