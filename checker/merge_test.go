package checker

import (
	"context"
	"testing"
	"time"

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

// TestMergingTooMuchIsFoundWithAClock: so do the longest stays, of which the one in
// "impossible" is for ever.
func TestMergingTooMuchIsFoundWithAClock(t *testing.T) {
	stays := Property[string]{Name: "stays", Kind: StaysAtMost, Bound: 9, From: func(s string) bool { return s == "impossible" }}
	found := func(convex func(*merger, *lanePlan) bool) bool {
		c := &check[string]{ctx: context.Background(), epoch: time.Now(), rel: newRelation[string](apart())}
		x, _ := c.product(&stays, stays.Name, func(x *exactSearch[string]) { x.clock, x.merge, x.convex = longest, true, convex })
		return x.found >= 0
	}
	require.False(t, found(nil))
	require.True(t, found(func(*merger, *lanePlan) bool { return true }))
}
