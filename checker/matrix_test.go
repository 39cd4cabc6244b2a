package checker

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// sampleMatrix is a class in which n events have been pending for different times.
func sampleMatrix(n int, t *valueTable) *matrix {
	m := &matrix{}
	m.resize(n + 1)
	bound := func(i, j int) int64 { // x(i) - x(j), for x(i) in [i, 10·i]
		switch {
		case i == j:
			return 0
		case i == 0:
			return -int64(j)
		case j == 0:
			return 10 * int64(i)
		}
		return 10*int64(i) - int64(j)
	}
	var all []int64
	for i := range n + 1 {
		for j := range n + 1 {
			m.cell[i*(n+1)+j] = bound(i, j)
			all = append(all, bound(i, j))
		}
	}
	t.add(all)
	for i, v := range m.cell {
		m.code[i] = t.code(v)
	}
	return m
}

// TestPackAndLoad: a class that nothing happens to is the same after packing.
func TestPackAndLoad(t *testing.T) {
	for n := 1; n < 12; n++ {
		table := newValueTable()
		m := sampleMatrix(n, table)
		copy(m.least, m.cell) // what happens first is that time goes on
		copy(m.leastCode, m.code)
		h := &happening{of: m, code: m.code}
		var s successor
		keep := make([]byte, n)
		for k := range keep {
			keep[k] = byte(k + 1)
		}
		s.prepare(h, string(keep), nil, noClock, false)
		words, known := s.pack(h, table, nil)
		require.True(t, known)
		require.Len(t, words, table.words(cells(n+1)))
		var back matrix
		back.load(words, n+1, table)
		require.Equal(t, m.cell, back.cell)
		require.Equal(t, m.code, back.code)
		again := make([]uint64, len(words))
		encode(s.list(h, nil), table, again)
		require.Equal(t, words, again)
	}
}

// TestCodesAreInOrder adds bounds in an order that uses up gaps again and again,
// and past the number that narrow lanes can hold.
func TestCodesAreInOrder(t *testing.T) {
	defer SmallBatches()()
	laneWidths = []laneWidth{{10, 384}, {16, 500}, {32, math.MaxInt}}
	table := newValueTable()
	table.narrow()
	require.EqualValues(t, 10, table.laneBits)
	random := rand.New(rand.NewPCG(1, 2))
	renumbered := 0
	for i := range 90 {
		var fresh []int64
		for range 1 + i/4 {
			fresh = append(fresh, int64(random.IntN(100_000))-50_000, int64(i))
		}
		before := map[uint32]int64{}
		for _, v := range table.sorted {
			before[table.code(v)] = v
		}
		if r := table.add(fresh); r != nil {
			renumbered++
			for old, v := range before {
				require.Equal(t, table.code(v), r.code(old))
			}
		}
		for k, v := range table.sorted {
			code := table.code(v)
			require.Positive(t, code)
			require.Less(t, code, table.limit())
			require.Equal(t, v, table.value(code))
			if k > 0 {
				require.Less(t, table.code(table.sorted[k-1]), code)
			}
		}
	}
	require.Greater(t, renumbered, 2)
	require.EqualValues(t, 32, table.laneBits)
}

// TestConvex compares the rule with a count of integer points.
func TestConvex(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	yes, no := 0, 0
	for range 3000 {
		table := newValueTable()
		a, b := randomClass(random), randomClass(random)
		table.add(append(append([]int64{}, a...), b...))
		words := func(v []int64) []uint64 {
			w := make([]uint64, table.words(6))
			encode(v, table, w)
			return w
		}
		inside, covers := compare(words(a), words(b), table.borrows)
		if inside || covers {
			continue
		}
		hull := make([]int64, 6)
		for k := range hull {
			hull[k] = max(a[k], b[k])
		}
		exact := true
		for x := range int64(12) {
			for y := range int64(12) {
				if holdsPoint(hull, x, y) && !holdsPoint(a, x, y) && !holdsPoint(b, x, y) {
					exact = false
				}
			}
		}
		var g merger
		require.Equal(t, exact, convex(&g, g.load(3, words(a), words(b), table)), "%v %v", a, b)
		require.Equal(t, words(hull), g.join(words(a), words(b), table))
		if exact {
			yes++
		} else {
			no++
		}
	}
	require.Greater(t, yes, 20)
	require.Greater(t, no, 20)
}

// randomClass is a canonical class of two events, in the order of the lanes:
// (0,1) (1,0) (0,2) (2,0) (1,2) (2,1).
func randomClass(random *rand.Rand) []int64 {
	for {
		lo1, lo2 := random.Int64N(6), random.Int64N(6)
		hi1, hi2 := lo1+random.Int64N(5), lo2+random.Int64N(5)
		up, down := random.Int64N(11)-5, random.Int64N(11)-5
		up, down = min(up, hi1-lo2), min(down, hi2-lo1)
		if up+down < 0 {
			continue
		}
		lo1, hi1 = max(lo1, lo2-down), min(hi1, hi2+up)
		lo2, hi2 = max(lo2, lo1-up), min(hi2, hi1+down)
		if lo1 > hi1 || lo2 > hi2 {
			continue
		}
		up, down = min(up, hi1-lo2), min(down, hi2-lo1)
		return []int64{-lo1, hi1, -lo2, hi2, up, down}
	}
}

func holdsPoint(c []int64, x, y int64) bool {
	return -x <= c[0] && x <= c[1] && -y <= c[2] && y <= c[3] && x-y <= c[4] && y-x <= c[5]
}

func BenchmarkFire(b *testing.B) {
	for _, n := range []int{3, 6, 10} {
		b.Run("", func(b *testing.B) {
			table := newValueTable()
			m := sampleMatrix(n, table)
			keep := make([]byte, n)
			for i := range n - 1 {
				keep[i] = byte(i + 2)
			}
			fresh := []Event{{ID: 1, Earliest: 1, Latest: 10}}
			var first happening
			var s successor
			var words []uint64
			for b.Loop() {
				m.soonest(n)
				first.tighten(m, 1, table)
				s.prepare(&first, string(keep), fresh, noClock, false)
				words, _ = s.pack(&first, table, words[:0])
			}
		})
	}
}

// BenchmarkInclusion compares a class with some hundred of its place, none of
// which it is inside of.
func BenchmarkInclusion(b *testing.B) {
	x := newClassSet(1)
	x.grow(1)
	var all []int64
	for i := range int64(500) {
		all = append(all, -i, i+1000)
	}
	x.values.add(all)
	words := make([]uint64, x.values.words(cells(6)))
	class := func(i int64) []uint64 {
		values := make([]int64, cells(6))
		for k := range values {
			values[k] = i + 1000 - int64(k%2)*(2*i+1000) // looser one way, tighter the other
		}
		encode(values, x.values, words)
		return words
	}
	for i := range int64(400) {
		require.True(b, x.add(0, 6, class(i), 0).fresh)
	}
	other := class(450)
	for b.Loop() {
		if x.covered(0, 6, other) {
			b.Fatal("it is not")
		}
	}
}
