package checker

import "slices"

// matrix is a difference-bound matrix (Dill 1989): cell (i, j) is an upper bound
// on x(i) - x(j), canonical, that is, the tightest that all cells imply. x(0) is
// now, x(1..n) are the instants at which the pending events will happen, and
// with a clock the last x is the instant at which it was started. Bounds are
// closed integers; Forever is no bound.
//
// A discrete state with such a matrix is a state class (Berthomieu and Menasche
// 1983): the set of all ways of having got there by one sequence of steps.
type matrix struct {
	width int
	cell  []int64
	code  []uint32 // of each cell in the value table
	// unknown: the table lacks a cell, whose code is 0.
	unknown bool

	packed []uint32 // scratch of load
}

// clock is what is measured of a stay. Only one side of it matters at a time, so
// the row or column of the other is left at Forever. It never tightens another
// cell, for the clock is no event that something must precede; with both sides, a
// stay that goes round a loop would give classes for all pairs of a shortest and a
// longest time, where so each lap includes the one before, or lies inside it.
type clock uint8

const (
	noClock  clock = iota
	longest        // the longest time that it can show: its column
	shortest       // the shortest: its row
)

func (m *matrix) resize(width int) {
	m.width = width
	if cap(m.cell) < width*width {
		m.cell = make([]int64, 2*width*width)
		m.code = make([]uint32, 2*width*width)
	}
	m.cell, m.code = m.cell[:width*width], m.code[:width*width]
}

func plus(a, b int64) int64 {
	if a == Forever || b == Forever {
		return Forever
	}
	return a + b
}

func width(events int, clock bool) int {
	if clock {
		return events + 2
	}
	return events + 1
}

// cells is the number of bounds of a matrix, its diagonal left out.
func cells(width int) int { return width * (width - 1) }

// load restores a matrix from its codes. They are in the order of pack.
func (m *matrix) load(words []uint64, width int, t *valueTable) {
	m.resize(width)
	m.unknown = false
	n := cells(width)
	if cap(m.packed) < n {
		m.packed = make([]uint32, 2*n)
	}
	codes := m.packed[:n]
	t.unpack(words, codes)
	zero := t.code(0)
	m.cell[0], m.code[0] = 0, zero
	for j := 1; j < width; j++ {
		m.code[j], m.code[j*width] = codes[2*j-2], codes[2*j-1]
		m.cell[j], m.cell[j*width] = t.value(codes[2*j-2]), t.value(codes[2*j-1])
	}
	codes = codes[2*(width-1):]
	for i := 1; i < width; i++ {
		row, code := m.cell[i*width:(i+1)*width], m.code[i*width:(i+1)*width]
		k := 0
		for j := 1; j < width; j++ {
			if i == j {
				row[j], code[j] = 0, zero
				continue
			}
			code[j], row[j] = codes[k], t.value(codes[k])
			k++
		}
		codes = codes[k:]
	}
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

// tighten sets to to the part of m in which event f is the next.
//
// "f first" adds x(f) <= x(k) for every pending k, and closing over it gives
//
//	x(i) - x(j) <= min(m(i,j), m(i,f) + least(j)),
//
// because every path that uses a new constraint enters it through f once. It is
// O(n²), and canonical, with no closure (Berthomieu and Diaz 1991). A cell that
// the table does not know gets the code 0.
func (m *matrix) tighten(f int, least []int64, t *valueTable, to *matrix) {
	w := m.width
	to.resize(w)
	to.unknown = m.unknown
	for i := range w {
		row, code := m.cell[i*w:(i+1)*w], m.code[i*w:(i+1)*w]
		outRow, outCode := to.cell[i*w:(i+1)*w], to.code[i*w:(i+1)*w]
		viaF := row[f]
		if viaF == Forever {
			copy(outRow, row)
			copy(outCode, code)
			continue
		}
		for j, v := range row {
			if l := least[j]; l != Forever && viaF+l < v && i != j {
				c := t.code(viaF + l)
				outRow[j], outCode[j] = viaF+l, c
				to.unknown = to.unknown || c == 0
			} else {
				outRow[j], outCode[j] = v, code[j]
			}
		}
	}
}

// successor makes a class out of a tightened one: the event that happens is the
// new now, what stays pending keeps its rows and columns, and what begins now is
// bound to now alone, so its cells are sums.
type successor struct {
	width int
	from  []int   // the column that each was; but for the first, 0 for one that begins now
	begun []int   // the columns that begin now
	ahead []int64 // x(a) - now at most
	since []int64 // now - x(a) at most
	codes []uint32
}

// prepare reads what happens to the columns. keep says which event of m each of
// the next events was, its number + 1, or 0 for a fresh one.
func (s *successor) prepare(m *matrix, f int, keep string, fresh []Event, c clock, started bool) {
	s.width = width(len(keep), c != noClock)
	s.resize(s.width)
	w := m.width
	s.from[0], s.ahead[0], s.since[0], s.begun = f, 0, 0, s.begun[:0]
	row := m.cell[f*w : (f+1)*w]
	from, ahead, since := s.from[1:], s.ahead[1:], s.since[1:]
	for i := range len(keep) {
		if k := int(keep[i]); k > 0 {
			from[i], ahead[i], since[i] = k, m.cell[k*w+f], row[k]
		} else {
			from[i], ahead[i], since[i] = 0, fresh[0].Latest, -fresh[0].Earliest
			s.begun, fresh = append(s.begun, i+1), fresh[1:]
		}
	}
	if i := len(keep); c != noClock && !started {
		from[i], ahead[i], since[i] = w-1, m.cell[(w-1)*w+f], row[w-1]
	} else if c != noClock {
		from[i], ahead[i], since[i] = 0, Forever, 0
		if c == shortest {
			ahead[i], since[i] = 0, Forever
		}
		s.begun = append(s.begun, i+1)
	}
}

func (s *successor) resize(width int) {
	if cap(s.from) < width {
		s.from, s.ahead, s.since = make([]int, 2*width), make([]int64, 2*width), make([]int64, 2*width)
		s.codes = make([]uint32, cells(2*width))
	}
	s.from, s.ahead, s.since, s.codes = s.from[:width], s.ahead[:width], s.since[:width], s.codes[:cells(width)]
}

// cell is a bound of the next class.
func (s *successor) cell(m *matrix, a, b int) int64 {
	if i, j := s.from[a], s.from[b]; (i > 0 || a == 0) && (j > 0 || b == 0) {
		return m.cell[i*m.width+j]
	}
	return plus(s.ahead[a], s.since[b])
}

// pack appends the codes of the next class, lane by lane: first the bounds to now
// and from now, which tell classes apart soonest, then the others by rows. It
// tells whether the table knew all of them.
func (s *successor) pack(m *matrix, t *valueTable, words []uint64) ([]uint64, bool) {
	w, f := m.width, s.from[0]
	known := true
	code := func(v int64) uint32 {
		c := t.code(v)
		known = known && c != 0
		return c
	}
	out := s.codes
	for b := 1; b < s.width; b++ {
		if j := s.from[b]; j > 0 {
			out[0], out[1] = m.code[f*w+j], m.code[j*w+f]
		} else {
			out[0], out[1] = code(s.since[b]), code(s.ahead[b])
		}
		out = out[2:]
	}
	for a := 1; a < s.width; a++ {
		i, ahead := s.from[a], s.ahead[a]
		left, right := out[:a-1], out[a-1:s.width-2]
		out = out[s.width-2:]
		if i == 0 {
			for b := range left {
				left[b] = code(plus(ahead, s.since[b+1]))
			}
			for b := range right {
				right[b] = code(plus(ahead, s.since[a+1+b]))
			}
			continue
		}
		row := m.code[i*w : (i+1)*w]
		for b, j := range s.from[1:a] {
			left[b] = row[j]
		}
		for b, j := range s.from[a+1:] {
			right[b] = row[j]
		}
		for _, b := range s.begun {
			if c := code(plus(ahead, s.since[b])); b < a {
				left[b-1] = c
			} else {
				right[b-a-1] = c
			}
		}
	}
	if m.unknown {
		known = known && !slices.Contains(s.codes, 0) // perhaps none of those is left
	}
	return t.pack(s.codes, words), known
}

// list appends the bounds themselves in the same order.
func (s *successor) list(m *matrix, values []int64) []int64 {
	for b := 1; b < s.width; b++ {
		values = append(values, s.cell(m, 0, b), s.cell(m, b, 0))
	}
	for a := 1; a < s.width; a++ {
		for b := 1; b < s.width; b++ {
			if a != b {
				values = append(values, s.cell(m, a, b))
			}
		}
	}
	return values
}

// encode packs bounds that are all known.
func encode(values []int64, t *valueTable, words []uint64) {
	lanes := t.lanes()
	for i := range words {
		words[i] = 0
	}
	for i, v := range values {
		words[i/lanes] |= uint64(t.code(v)) << (uint(i%lanes) * t.laneBits)
	}
}

// stay is the longest time that the clock can show before anything happens: no
// event, if it must happen, can be later than its row says.
func (s *successor) stay(m *matrix, events int) int64 {
	most := Forever
	for k := 1; k <= events; k++ {
		most = min(most, s.cell(m, k, s.width-1))
	}
	return most
}
