package checker

import (
	"cmp"
	"context"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// grid is a walk on a square, one event for each direction. It wraps around,
// so that cycles, many states and both kinds of sets are exercised.
type grid struct{ side uint16 }

type cell struct{ x, y uint16 }

func (g grid) Init() []cell { return []cell{{}} }

func (g grid) Events(_ cell, buf []Event) []Event {
	return append(buf, Event{ID: 1, Latest: Forever}, Event{ID: 2, Earliest: 1, Latest: 2})
}

func (g grid) Fire(c cell, e Event, emit func(cell, Effect)) {
	if e.ID == 1 {
		c.x = (c.x + 1) % g.side
	} else {
		c.y = (c.y + 1) % g.side
	}
	emit(c, Effect{Fresh: [MaxFresh]uint64{e.ID}, FreshCount: 1})
}

// packedGrid is a grid whose states can be packed.
type packedGrid struct{ grid }

func (packedGrid) Words() int { return 2 }
func (packedGrid) Pack(c cell, words []uint64) {
	words[0], words[1] = uint64(c.x), uint64(c.y)
}
func (packedGrid) Unpack(words []uint64) cell { return cell{uint16(words[0]), uint16(words[1])} }

// forgetful loses half of each state.
type forgetful struct{ packedGrid }

func (forgetful) Unpack(words []uint64) cell { return cell{x: uint16(words[0])} }

func TestSetsAgree(t *testing.T) {
	type visit struct {
		from, to cell
		id       uint64
	}
	explore := func(m Model[cell], mode Mode) (states []cell, steps []visit, run Run) {
		run, err := Explore(context.Background(), m, mode, Options{}, Visitor[cell]{
			State: func(s cell) { states = append(states, s) },
			Step:  func(from cell, e Event, _ Label, to cell) { steps = append(steps, visit{from, to, e.ID}) },
		})
		require.NoError(t, err)
		return states, steps, summary(run)
	}
	for _, mode := range []Mode{Any, Exact} {
		states, steps, run := explore(grid{side: 120}, mode)
		packedStates, packedSteps, packedRun := explore(packedGrid{grid{side: 120}}, mode)
		require.Equal(t, run, packedRun)
		if mode == Any { // where the order within a level is that of the hashes
			sortStates := func(a, b cell) int { return cmp.Or(cmp.Compare(a.x, b.x), cmp.Compare(a.y, b.y)) }
			sortSteps := func(a, b visit) int { return cmp.Or(sortStates(a.from, b.from), cmp.Compare(a.id, b.id)) }
			for _, s := range [][]cell{states, packedStates} {
				slices.SortFunc(s, sortStates)
			}
			for _, s := range [][]visit{steps, packedSteps} {
				slices.SortFunc(s, sortSteps)
			}
		}
		require.True(t, slices.Equal(states, packedStates))
		require.True(t, slices.Equal(steps, packedSteps))
		require.Equal(t, 120*120, run.States)
		require.Len(t, steps, 2*120*120)

	}
}

func TestUnpackIsChecked(t *testing.T) {
	require.PanicsWithValue(t, "checker: checker.forgetful: Unpack is not the inverse of Pack: packed {x:0 y:1}, got back {x:0 y:0}", func() {
		_, _ = Explore(context.Background(), forgetful{packedGrid{grid{side: 3}}}, Any, Options{}, Visitor[cell]{})
	})
}

func TestHashTable(t *testing.T) {
	var table hashTable
	// All in one chain: only same tells them apart.
	for id := range int32(500) {
		same := func(other int32) bool { return other == id }
		require.EqualValues(t, -1, table.find(7, same))
		table.insert(7, id)
		require.Equal(t, id, table.find(7, same))
	}
}

func TestInclusion(t *testing.T) {
	x := newClassSet(1)
	x.grow(1)
	x.values.add([]int64{2, 3, 4, 5, 6, 7, 8, 9, -2, -5, -6, -7, -8})
	add := func(lo, hi int64, level int32) (id int32, fresh bool) {
		var words [1]uint64
		encode([]int64{-lo, hi}, x.values, words[:])
		f := x.add(0, 2, words[:], level)
		if !f.fresh {
			return -1, false
		}
		return x.number(0, -1, -1, f), true
	}
	for _, c := range []struct {
		lo, hi int64
		level  int32
		id     int32 // of a fresh one
		fresh  bool
		count  int
	}{
		{2, 4, 0, 0, true, 1},
		{2, 3, 0, -1, false, 1},
		{6, 8, 0, 1, true, 2},
		{7, Forever, 1, 2, true, 3},
		{5, 9, 2, 3, true, 3},       // supersedes 1, which is of the level before
		{8, 9, 2, -1, false, 3},     // inside 2 and 3
		{0, Forever, 3, 4, true, 1}, // supersedes all, 3 on its own level
	} {
		id, fresh := add(c.lo, c.hi, c.level)
		require.Equal(t, c.fresh, fresh)
		require.Equal(t, c.count, x.count)
		if fresh {
			require.Equal(t, c.id, id)
		}
	}
	require.Equal(t, []int32{0, 1, 2, 4}, x.alive(0), "only those of the level itself are dropped")
}

func TestCycles(t *testing.T) {
	var g digraph
	for v, to := range [][]int32{{1}, {2}, {1, 3}, {4}, {4}, {6}, nil, {0, 5}} {
		g.open(int32(v))
		for _, w := range to {
			g.add(edge{to: w})
		}
	}
	g.close()
	room := func(int) bool { return true }
	parts, part, ok := g.cycles(room)
	require.True(t, ok)
	require.Equal(t, [][]int32{{1, 2}, {4}}, parts)
	require.Equal(t, []int32{-1, 0, 0, -1, 1, -1, -1, -1}, part)
	require.Equal(t, []bool{true, true, true, false, false, false, false, true}, g.reaching(parts[:1], room))
}
