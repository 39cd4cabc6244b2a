package checker

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// leaky are threads whose footprints leave the variables out that are read, or written.
type leaky struct {
	*threads
	reads, writes bool
}

func (m leaky) Footprint(s threadsState, e Event) (reads, writes uint64) {
	reads, writes = m.threads.Footprint(s, e)
	own := uint64(1) << m.Process(e)
	if m.reads {
		reads &= own
	}
	if m.writes {
		writes &= own
	}
	return reads, writes
}

// TestFootprintsOfThreads: those of random systems are right, and one that leaves
// something out is wrong in many of them.
func TestFootprintsOfThreads(t *testing.T) {
	compared, wrong := 0, map[string]int{}
	for seed := range 300 {
		m, _ := drawnThreads(seed)
		n, err := CheckFootprints[threadsState](m, 0)
		require.NoError(t, err, "seed %d", seed)
		compared += n
		for what, less := range map[string]leaky{"reads": {m, true, false}, "writes": {m, false, true}} {
			if _, err := CheckFootprints[threadsState](less, 0); err != nil {
				wrong[what]++
				require.ErrorContains(t, err, "checker: checker.leaky: event ")
				require.ErrorContains(t, err, "does not commute with event ")
			}
		}
	}
	require.Greater(t, compared, 3000)
	require.Greater(t, wrong["reads"], 30)
	require.Greater(t, wrong["writes"], 30)
}

// TestCommutes has one case for each thing that can be wrong.
func TestCommutes(t *testing.T) {
	a, b := Event{ID: 1, Latest: 2}, Event{ID: 2, Latest: 4}
	square := func() *toy {
		return &toy{
			start: []string{"none"}, windows: map[uint64][2]int64{1: {0, 2}, 2: {0, 4}},
			pending: map[string][]uint64{"none": {1, 2}, "one": {2}, "two": {1}},
			steps:   map[string][]toyStep{"none": {{id: 1, to: "one"}, {id: 2, to: "two"}}, "one": {{id: 2, to: "both"}}, "two": {{id: 1, to: "both"}}},
		}
	}
	room, err := Commutes[string](square(), "none", a, b)
	require.NoError(t, err)
	require.True(t, room)
	for says, spoil := range map[string]func(*toy){
		"event 1 does not commute with event 2: it ends the other":              func(m *toy) { m.pending["one"] = nil },
		"event 2 does not commute with event 1: it ends the other":              func(m *toy) { m.pending["two"] = nil },
		"it has 1 outcomes, and 2 behind it":                                    func(m *toy) { m.steps["two"] = append(m.steps["two"], toyStep{id: 1, to: "third"}) },
		"behind it, it leads to third, which the other order does not\nin none": func(m *toy) { m.steps["two"][0].to = "third" },
	} {
		m := square()
		spoil(m)
		room, err := Commutes[string](m, "none", a, b)
		require.ErrorContains(t, err, says)
		require.True(t, room)
	}
	for _, at := range []string{"none", "one", "two"} {
		m := square()
		m.steps[at][0].full = true
		room, err := Commutes[string](m, "none", a, b)
		require.NoError(t, err)
		require.False(t, room, at)
	}
	_, err = CheckFootprints[string](square(), 0)
	require.ErrorContains(t, err, "*checker.toy has no Footprint method")
}

// watchful is a grid of which each direction is a process; the label of a step along x
// may tell of y.
type watchful struct {
	grid
	tells bool
}

func (watchful) Process(e Event) int { return int(e.ID) }
func (watchful) Footprint(_ cell, e Event) (reads, writes uint64) {
	return 1 << e.ID, 1 << e.ID
}
func (watchful) Around(cell, int) (awaits, reads, writes uint64) { return 0, 6, 6 }

func (m watchful) Fire(c cell, e Event, emit func(cell, Effect)) {
	m.grid.Fire(c, e, func(to cell, how Effect) {
		if m.tells && e.ID == 1 {
			how.Label[0] = uint64(c.y)
		}
		emit(to, how)
	})
}

// TestCommutesSeesLabels: what a label tells of another process moves with it.
func TestCommutesSeesLabels(t *testing.T) {
	_, err := CheckFootprints[cell](watchful{grid{side: 3}, true}, 0)
	require.ErrorContains(t, err, "event 1 does not commute with event 2: its label is [0 0], and [1 0] behind it")
	n, err := CheckFootprints[cell](watchful{grid{side: 3}, false}, 0)
	require.NoError(t, err)
	require.Equal(t, 9*2, n)
	n, err = CheckFootprints[cell](watchful{grid{side: 300}, false}, 5)
	require.NoError(t, err)
	require.Equal(t, 5*2, n, "as many states as it is told")
}
