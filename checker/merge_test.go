package checker

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
)

// apart comes to "mid" in two classes: event 9 is due in 4 or in 1, and nothing
// between. A hull of both would hold 2 and 3, with which "impossible" is reached.
func apart() *toy {
	return &toy{
		start:   []string{"start"},
		windows: map[uint64][2]int64{1: {1, 1}, 2: {4, 4}, 3: {2, 2}, 4: {1, 1}, 5: {0, 0}, 9: {5, 5}},
		pending: map[string][]uint64{"start": {5, 9}, "a": {1, 9}, "b": {2, 9}, "mid": {3, 9}, "late": {4, 9}},
		steps: map[string][]toyStep{
			"start": {{id: 5, to: "a", fresh: []uint64{1}}, {id: 5, to: "b", fresh: []uint64{2}}},
			"a":     {{id: 1, to: "mid", fresh: []uint64{3}}},
			"b":     {{id: 2, to: "mid", fresh: []uint64{3}}},
			"mid":   {{id: 3, to: "late", fresh: []uint64{4}}, {id: 9, to: "early"}},
			"late":  {{id: 4, to: "possible"}, {id: 9, to: "impossible"}},
		},
	}
}

// TestMergingTooMuchIsFound: with a wrong condition the discrete states differ.
func TestMergingTooMuchIsFound(t *testing.T) {
	for _, opt := range []Options{{}, {Merge: true}} {
		run, err := Explore(context.Background(), Model[string](apart()), Exact, opt, Visitor[string]{})
		require.NoError(t, err)
		require.Equal(t, 7, run.States)
	}
	require.Equal(t, 8, ExploreMergingAll[string](apart()).States)
}
