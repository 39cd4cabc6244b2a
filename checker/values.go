package checker

import (
	"math"
	"slices"
)

// valueTable numbers the bounds that occur in the matrices of one search. Few
// different ones do, for all are sums of some windows, and the numbers are in the
// order of the bounds: matrices compare by their codes, several to a word.
//
// A code has one bit less than its lane, so that a word of lanes can be
// subtracted from another without a borrow between them. Code 0 is padding.
// A new bound gets a code in the gap between its neighbours; where there is no
// gap, all are numbered anew and whoever keeps codes has to translate them.
type valueTable struct {
	laneBits uint   // wider once there are too many bounds
	roomy    bool   // lanes are wider than need be, for there are few classes yet
	borrows  uint64 // the top bits of all lanes
	sorted   []int64
	codes    []uint32 // of sorted
	slots    []valueSlot
	shift    uint
	dense    []int64          // by code, in narrow lanes
	sparse   map[uint32]int64 // by code, in lanes of 32 bits
}

type valueSlot struct {
	value int64
	code  uint32
}

// laneWidths are the widths that lanes have in turn, each up to a number of bounds.
// In the last there is always room.
var laneWidths = []laneWidth{{10, 3 << 5}, {12, 3 << 9}, {16, 1 << 13}, {32, math.MaxInt}} // less in tests

type laneWidth struct {
	bits uint
	most int
}

// roomyBits are wide lanes, in which codes are seldom numbered anew: of a small search
// that took a third of the time, and its classes take little memory anyway.
const roomyBits = 16

func newValueTable() *valueTable {
	t := &valueTable{sorted: []int64{0, Forever}, laneBits: roomyBits, roomy: true}
	t.widen()
	t.renumber()
	return t
}

// widen chooses the width of lanes for the bounds that there are.
func (t *valueTable) widen() {
	for _, w := range laneWidths {
		if t.laneBits = max(t.laneBits, w.bits); t.laneBits == w.bits && len(t.sorted) <= w.most {
			break
		}
	}
	t.borrows = 0
	for i := range t.lanes() {
		t.borrows |= uint64(t.limit()) << (uint(i) * t.laneBits)
	}
}

// room tells whether the lanes are wide enough for more bounds.
func (t *valueTable) room(more int) bool {
	for _, w := range laneWidths {
		if w.bits == t.laneBits {
			return len(t.sorted)+more <= w.most
		}
	}
	return false
}

func (t *valueTable) lanes() int    { return 64 / int(t.laneBits) }
func (t *valueTable) mask() uint64  { return 1<<t.laneBits - 1 }
func (t *valueTable) limit() uint32 { return 1 << (t.laneBits - 1) } // codes are below

// words is the number of words that the codes of a number of cells take.
func (t *valueTable) words(cells int) int {
	l := t.lanes()
	return (cells + l - 1) / l
}

// code is the code of a bound, 0 when it has none yet.
func (t *valueTable) code(v int64) uint32 {
	for i := uint64(v) * 0x9e3779b97f4a7c15 >> t.shift; ; i++ {
		s := &t.slots[i&uint64(len(t.slots)-1)]
		if s.value == v && s.code != 0 {
			return s.code
		}
		if s.code == 0 {
			return 0
		}
	}
}

// value is the bound of a code.
func (t *valueTable) value(code uint32) int64 {
	if t.dense != nil {
		return t.dense[code]
	}
	return t.sparse[code]
}

// pack appends codes to words, lane by lane.
func (t *valueTable) pack(codes []uint32, words []uint64) []uint64 {
	lanes, bits := t.lanes(), t.laneBits
	switch bits { // nearly all searches need but the first two of laneWidths
	case 10:
		for len(codes) >= 6 {
			c := codes[:6]
			words = append(words, uint64(c[0])|uint64(c[1])<<10|uint64(c[2])<<20|uint64(c[3])<<30|uint64(c[4])<<40|uint64(c[5])<<50)
			codes = codes[6:]
		}
	case 12:
		for len(codes) >= 5 {
			c := codes[:5]
			words = append(words, uint64(c[0])|uint64(c[1])<<12|uint64(c[2])<<24|uint64(c[3])<<36|uint64(c[4])<<48)
			codes = codes[5:]
		}
	}
	for len(codes) > 0 {
		var word uint64
		n := min(lanes, len(codes))
		for i, shift := 0, uint(0); i < n; i++ {
			word |= uint64(codes[i]) << (shift & 63)
			shift += bits
		}
		words, codes = append(words, word), codes[n:]
	}
	return words
}

// unpack takes codes out of words again.
func (t *valueTable) unpack(words []uint64, codes []uint32) {
	lanes, mask := t.lanes(), t.mask()
	for i := 0; len(codes) > 0; i++ {
		word := words[i]
		n := min(lanes, len(codes))
		for k := range codes[:n] {
			codes[k] = uint32(word & mask)
			word >>= t.laneBits
		}
		codes = codes[n:]
	}
}

// add numbers new bounds. Where codes had to change, recode tells what has to be done
// with old ones; lanes may have become wider then.
func (t *valueTable) add(fresh []int64) *recode {
	slices.Sort(fresh)
	fresh = slices.DeleteFunc(slices.Compact(fresh), func(v int64) bool { return t.code(v) != 0 })
	if len(fresh) == 0 {
		return nil
	}
	if t.fill(fresh) {
		if 2*len(t.sorted) > len(t.slots) {
			t.index()
			return nil
		}
		for _, v := range fresh {
			at, _ := slices.BinarySearch(t.sorted, v)
			t.enlist(v, t.codes[at])
		}
		return nil
	}
	return t.renew(fresh)
}

// narrow makes the lanes of a roomy table as narrow as they can be.
func (t *valueTable) narrow() *recode {
	t.roomy = false
	return t.renew(nil)
}

// renew numbers all bounds anew, and some more.
func (t *valueTable) renew(fresh []int64) *recode {
	old, oldCodes, oldBits := t.sorted, t.codes, t.laneBits
	t.sorted = slices.Concat(old, fresh)
	slices.Sort(t.sorted)
	if !t.roomy {
		t.laneBits = 0
	}
	t.widen()
	t.renumber()
	now, at := make([]uint32, len(old)), 0
	for i, v := range old {
		for t.sorted[at] != v {
			at++
		}
		now[i] = t.codes[at]
	}
	return newRecode(oldCodes, now, oldBits, t)
}

// fill puts new bounds into the gaps between the codes of their neighbours, or
// changes nothing when there is none.
func (t *valueTable) fill(fresh []int64) bool {
	if !t.room(len(fresh)) {
		return false
	}
	codes := make([]uint32, 0, len(fresh))
	for len(codes) < len(fresh) {
		rest := fresh[len(codes):]
		i, _ := slices.BinarySearch(t.sorted, rest[0]) // above them; Forever is above all
		n, _ := slices.BinarySearch(rest, t.sorted[i])
		below := uint32(0)
		if i > 0 {
			below = t.codes[i-1]
		}
		gap := uint64(t.codes[i] - below)
		if gap <= uint64(n) {
			return false
		}
		// A clock makes the bounds grow beyond the outermost ones, step by step: were
		// such a gap halved each time, it would soon be used up.
		parts, first := uint64(n+1), uint64(1)
		if i == 0 || i == len(t.sorted)-1 {
			parts = min(parts+uint64(len(t.sorted)), gap)
		}
		if i == 0 {
			first = parts - uint64(n)
		}
		for k := range uint64(n) {
			codes = append(codes, below+uint32(gap*(first+k)/parts))
		}
	}
	for k := len(fresh) - 1; k >= 0; k-- { // from the top, where they mostly are
		i, _ := slices.BinarySearch(t.sorted, fresh[k])
		t.sorted = slices.Insert(t.sorted, i, fresh[k])
		t.codes = slices.Insert(t.codes, i, codes[k])
	}
	return true
}

// renumber spreads the codes evenly, after a quarter of those to spare is put aside
// for bounds below all others, and one for bounds above all but Forever.
func (t *valueTable) renumber() {
	n, last := uint64(len(t.sorted)), uint64(t.limit()-1)
	outside := (last - n) / 4
	t.codes = make([]uint32, n)
	for i := range n {
		t.codes[i] = uint32(outside + (last-2*outside)*(i+1)/n)
	}
	t.codes[n-1] = uint32(last)
	t.index()
}

// index finds room for all bounds and enlists them.
func (t *valueTable) index() {
	bits := uint(6)
	for 1<<bits < 4*len(t.sorted) {
		bits++
	}
	t.slots, t.shift = make([]valueSlot, 1<<bits), 64-bits
	if t.laneBits < 32 {
		t.dense, t.sparse = make([]int64, t.limit()), nil
	} else {
		t.dense, t.sparse = nil, make(map[uint32]int64, len(t.sorted))
	}
	for i, v := range t.sorted {
		t.enlist(v, t.codes[i])
	}
}

// enlist makes the code of a bound known.
func (t *valueTable) enlist(v int64, code uint32) {
	i := uint64(v) * 0x9e3779b97f4a7c15 >> t.shift
	for t.slots[i&uint64(len(t.slots)-1)].code != 0 {
		i++
	}
	t.slots[i&uint64(len(t.slots)-1)] = valueSlot{v, code}
	if t.dense != nil {
		t.dense[code] = v
	} else {
		t.sparse[code] = v
	}
}
