package checker_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/spec"
)

// visited is an exploration in the order of its visits.
func visited[S comparable](t require.TestingT, m checker.Model[S], opt checker.Options) ([]S, []string, checker.Run) {
	var states []S
	var steps []string
	run, err := checker.Explore(context.Background(), m, checker.Exact, opt, checker.Visitor[S]{
		State: func(s S) { states = append(states, s) },
		Step: func(from S, e checker.Event, how checker.Label, to S) {
			steps = append(steps, fmt.Sprint(from, e.ID, how, to))
		},
	})
	require.NoError(t, err)
	run.Elapsed = 0
	return states, steps, run
}

// sameForAllWorkers compares the plain search, and the fast one with one, two and
// eight workers.
func sameForAllWorkers[S comparable](t require.TestingT, m checker.Model[S]) {
	if small, err := checker.Explore(context.Background(), m, checker.Exact, checker.Options{MaxStates: 1000}, checker.Visitor[S]{}); err != nil || !small.Complete {
		return // too large to compare so often
	}
	states, steps, run := visited(t, m, checker.Options{Workers: 1})
	require.Equal(t, checker.ExplorePlain(m), run)
	for _, workers := range []int{2, 8} {
		otherStates, otherSteps, otherRun := visited(t, m, checker.Options{Workers: workers})
		require.Equal(t, run, otherRun, "workers %d", workers)
		require.Equal(t, states, otherStates)
		require.Equal(t, steps, otherSteps)
	}
}

func TestPlainSearchAgrees(t *testing.T) {
	for _, z := range []sizes{{6, 6, 4, 2}, {15, 40, 3, 1}, {1000, 5000, 3, 2}} {
		t.Run(fmt.Sprint(z), func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) { sameForAllWorkers(t, drawTable(t, z)) })
		})
	}
	t.Run("teardown", func(t *testing.T) {
		rapid.Check(t, func(t *rapid.T) { sameForAllWorkers[spec.State](t, drawTeardown(t)) })
	})
}

// TestSmallBatches makes batches so small that every level takes several, codes so few
// that lanes become wider on the way, and leaves out matrices as soon as there are more.
func TestSmallBatches(t *testing.T) {
	defer checker.SmallBatches()()
	rapid.Check(t, func(t *rapid.T) { sameForAllWorkers(t, drawTable(t, sizes{30, 60, 3, 2})) })
}

// TestResultsDoNotDependOnWorkers compares verdicts and traces.
func TestResultsDoNotDependOnWorkers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := drawTable(t, sizes{6, 6, 4, 2})
		g := exploreTicks(m, tickLimit)
		if g == nil {
			t.Skip("more than tickLimit states: the oracle has no room for it, and rapid draws another")
		}
		props := drawProperties(t, g)
		check := func(workers int) checker.Result[tableState] {
			r, err := checker.Check(context.Background(), checker.System[tableState]{Exact: m}, props, checker.Options{Time: checker.Exact, Workers: workers})
			require.NoError(t, err)
			for i := range r.Runs {
				r.Runs[i].Elapsed = 0
			}
			return r
		}
		one := check(1)
		require.Equal(t, one, check(2))
		require.Equal(t, one, check(8))
	})
}

// TestBoundsCutAtTheSameClass: a bound ends the run at the same class for any
// number of workers, and one of exactly the size of the graph does not.
func TestBoundsCutAtTheSameClass(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := drawTable(t, sizes{6, 6, 4, 2})
		_, _, whole := visited(t, m, checker.Options{Workers: 1})
		bound := rapid.IntRange(1, whole.Classes+1).Draw(t, "bound")
		states, steps, run := visited(t, m, checker.Options{Workers: 1, MaxStates: bound})
		require.LessOrEqual(t, run.Classes, bound)
		for _, workers := range []int{2, 8} {
			s, p, r := visited(t, m, checker.Options{Workers: workers, MaxStates: bound})
			require.Equal(t, run, r)
			require.Equal(t, states, s)
			require.Equal(t, steps, p)
		}
	})
}

// TestMergingReachesTheSame compares the discrete states with and without merging,
// on many tables and on teardowns.
func TestMergingReachesTheSame(t *testing.T) {
	fewer := 0
	compare := func(t *rapid.T, unmerged, merged checker.Run, same bool) {
		require.True(t, same)
		require.Equal(t, unmerged.States, merged.States)
		if merged.Classes < unmerged.Classes {
			fewer++
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		m := drawTable(t, rapid.SampledFrom([]sizes{{6, 6, 4, 2}, {15, 40, 3, 1}, {4, 5, 2, 3}}).Draw(t, "sizes"))
		a, b := map[tableState]bool{}, map[tableState]bool{}
		u, mg := reach(t, m, false, a), reach(t, m, true, b)
		compare(t, u, mg, equalSets(a, b))
	})
	rapid.Check(t, func(t *rapid.T) {
		m := drawTeardown(t)
		if small, err := checker.Explore[spec.State](context.Background(), m, checker.Exact, checker.Options{MaxStates: 1000}, checker.Visitor[spec.State]{}); err != nil || !small.Complete {
			return
		}
		a, b := map[spec.State]bool{}, map[spec.State]bool{}
		u, mg := reach[spec.State](t, m, false, a), reach[spec.State](t, m, true, b)
		compare(t, u, mg, equalSets(a, b))
	})
	if !testing.Short() { // which draws a fifth as many
		require.Greater(t, fewer, 20, "merging merges")
	}
}

func reach[S comparable](t require.TestingT, m checker.Model[S], merge bool, set map[S]bool) checker.Run {
	run, err := checker.Explore(context.Background(), m, checker.Exact, checker.Options{Merge: merge, Workers: 2},
		checker.Visitor[S]{State: func(s S) { set[s] = true }})
	require.NoError(t, err)
	require.True(t, run.Complete)
	return run
}

func equalSets[S comparable](a, b map[S]bool) bool {
	for s := range a {
		if !b[s] {
			return false
		}
	}
	return len(a) == len(b)
}
