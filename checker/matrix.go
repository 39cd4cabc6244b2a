package checker

// matrix is a difference-bound matrix (Dill 1989): cell (i, j) is an upper bound
// on x(i) - x(j), canonical, that is, the tightest that all cells imply. x(0) is
// now, x(1..n) are the instants at which the pending events will happen, and
// with a clock the last x is the instant at which it was started. Bounds are
// closed integers; Forever is no bound.
//
// Of a clock only the longest time that it can show matters, so its row, which
// would bound that from below, is left at Forever. It never tightens another
// cell, for the clock is no event that something must precede; with it, a stay
// that goes round a loop would give classes for all pairs of a shortest and a
// longest time, where now each lap includes the one before.
//
// A discrete state with such a matrix is a state class (Berthomieu and Menasche
// 1983): the set of all ways of having got there by one sequence of steps.
type matrix struct {
	width int
	cell  []int64
	from  []int // scratch of fire
}

func (m *matrix) resize(width int) {
	m.width = width
	if cap(m.cell) < width*width {
		m.cell = make([]int64, 2*width*width)
	}
	m.cell = m.cell[:width*width]
}

func plus(a, b int64) int64 {
	if a == Forever || b == Forever {
		return Forever
	}
	return a + b
}

// begin is the class in which all events became pending just now.
func (m *matrix) begin(events []Event, clock bool) {
	m.resize(width(len(events), clock))
	m.cell[0] = 0
	m.fresh(events, nil, clock)
}

func width(events int, clock bool) int {
	if clock {
		return events + 2
	}
	return events + 1
}

// firable tells whether event f (1..n) can be the next: no other event has to
// happen before. In a canonical matrix comparing pairs is enough, since every
// cycle of constraints that "f first" closes passes through f.
func (m *matrix) firable(f, n int) bool {
	for i := 1; i <= n; i++ {
		if m.cell[i*m.width+f] < 0 {
			return false
		}
	}
	return true
}

// soonest sets least[j] to the bound on (the next instant at which something
// happens) - x(j), which is the same whatever happens.
func (m *matrix) soonest(n int, least []int64) {
	for j := range least {
		least[j] = Forever
	}
	for k := 1; k <= n; k++ {
		row := m.cell[k*m.width : (k+1)*m.width]
		for j, v := range row {
			least[j] = min(least[j], v)
		}
	}
}

// fire sets next to the class after event f of m. keep says which column of m
// each event of next was, 0 for the fresh ones.
//
// "f first" adds x(f) <= x(k) for every pending k, and closing over it gives
//
//	x(i) - x(j) <= min(m(i,j), m(i,f) + least(j)),
//
// because every path that uses a new constraint enters it through f once. Then
// f is the new now: x(0) of next is x(f) of m. Fresh events are bound to now
// alone, so their cells are sums. All of it is O(n²), and canonical, with no
// closure (Berthomieu and Diaz 1991).
func (m *matrix) fire(f int, least []int64, keep []uint8, events []Event, clock, started bool, next *matrix) {
	next.resize(width(len(events), clock))
	w := next.width
	from := next.from[:0] // the column of m that each column was, -1 when fresh
	from = append(from, f)
	for _, k := range keep {
		if k == 0 {
			from = append(from, -1)
		} else {
			from = append(from, int(k))
		}
	}
	if clock && started {
		from = append(from, -1)
	} else if clock {
		from = append(from, m.width-1)
	}
	next.from = from
	for a, i := range from {
		if i < 0 {
			continue
		}
		row := m.cell[i*m.width : (i+1)*m.width]
		viaF := row[f]
		for b, j := range from {
			if j >= 0 {
				next.cell[a*w+b] = min(row[j], plus(viaF, least[j]))
			}
		}
		next.cell[a*w+a] = 0
	}
	next.fresh(events, keep, clock && started)
}

// fresh fills in what begins now: the events with keep = 0 (all of them when
// keep is nil) and the clock when it is started.
func (m *matrix) fresh(events []Event, keep []uint8, started bool) {
	w := m.width
	begin := func(a int, lo, hi int64) {
		m.cell[a*w], m.cell[a] = hi, -lo
	}
	isFresh := func(a int) bool {
		return a >= 1 && (a <= len(events) && (keep == nil || keep[a-1] == 0) || a > len(events) && started)
	}
	any := false
	for i, e := range events {
		if isFresh(i + 1) {
			begin(i+1, e.Earliest, e.Latest)
			any = true
		}
	}
	if started {
		begin(w-1, 0, Forever)
		any = true
	}
	if !any {
		return
	}
	for a := 1; a < w; a++ {
		freshA := isFresh(a)
		for b := 1; b < w; b++ {
			if a != b && (freshA || isFresh(b)) {
				m.cell[a*w+b] = plus(m.cell[a*w], m.cell[b])
			}
		}
		m.cell[a*w+a] = 0
	}
}

// stay is the longest time that the clock can show before anything happens: no
// event, if it must happen, can be later than its row says.
func (m *matrix) stay(n int) int64 {
	longest := Forever
	for i := 1; i <= n; i++ {
		longest = min(longest, m.cell[i*m.width+m.width-1])
	}
	return longest
}
