package checker

import "math"

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
	// Of the next instant at which something happens, whatever that is, less x(j): a bound
	// and its code, see soonest.
	least     []int64
	leastCode []uint32

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
		m.least, m.leastCode = make([]int64, 2*width), make([]uint32, 2*width)
	}
	m.cell, m.code = m.cell[:width*width], m.code[:width*width]
	m.least, m.leastCode = m.least[:width], m.leastCode[:width]
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
		row[i], code[i] = 0, zero
		n := copy(code[i+1:], codes)
		copy(code[1:i], codes[n:])
		codes = codes[width-2:]
		for j := 1; j < width; j++ {
			row[j] = t.value(code[j])
		}
	}
}

// soonest finds what bounds the next instant at which one of the first n events
// happens: the least of their rows.
func (m *matrix) soonest(n int) {
	w := m.width
	least, code := m.least[:w], m.leastCode[:w]
	for j := range least {
		least[j], code[j] = Forever, math.MaxUint32
	}
	for k := 1; k <= n; k++ {
		row, codes := m.cell[k*w:(k+1)*w], m.code[k*w:(k+1)*w]
		for j := range least {
			least[j], code[j] = min(least[j], row[j]), min(code[j], codes[j])
		}
	}
}

// firable tells, after soonest, whether event f can be the next: no other one has to
// happen before. In a canonical matrix comparing pairs is enough, since every
// cycle of constraints that "f first" closes passes through f.
func (m *matrix) firable(f int) bool { return m.least[f] >= 0 }

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
