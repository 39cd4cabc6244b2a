package checker_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/spec"
)

// stays are the shortest and the longest stay in a set by the oracle, -1 when
// there is none; the shortest is Forever when no stay ends.
func (g *tickGraph[S]) stays(set func(S) bool) (shortest, longest int64) {
	begins := map[int]bool{}
	for _, i := range g.initial {
		if set(g.nodes[i].state) {
			begins[i] = true
		}
	}
	for i, arcs := range g.arcs {
		for _, a := range arcs {
			if !a.tick && !set(g.nodes[i].state) && set(g.nodes[a.to].state) {
				begins[a.to] = true
			}
		}
	}
	if len(begins) == 0 {
		return -1, -1
	}
	var start, level []int
	for i := range begins {
		start, level = append(start, i), append(level, i)
	}
	seen := map[int]bool{}
	for at := int64(0); len(level) > 0; at++ {
		var next []int
		for k := 0; k < len(level); k++ {
			i := level[k]
			if seen[i] {
				continue
			}
			seen[i] = true
			for _, a := range g.arcs[i] {
				switch {
				case !set(g.nodes[a.to].state):
					return at, g.longestFrom(set, start)
				case a.tick:
					next = append(next, a.to)
				default:
					level = append(level, a.to)
				}
			}
		}
		level = next
	}
	return checker.Forever, g.longestFrom(set, start)
}

func measured[S comparable](t require.TestingT, m checker.Model[S], in func(S) bool, workers int) checker.Stay[S] {
	stays, _, err := checker.Stays(context.Background(), m, []checker.Predicate[S]{{Name: "set", In: in}}, checker.Options{Workers: workers})
	require.NoError(t, err)
	require.Empty(t, stays[0].Reason)
	return stays[0]
}

// sameStays compares a stay with the oracle's, and its traces with what they are
// to show.
func sameStays[S comparable](t require.TestingT, g *tickGraph[S], m checker.Model[S], in func(S) bool) {
	shortest, longest := g.stays(in)
	s := measured(t, m, in, 2)
	require.Equal(t, longest >= 0, s.Reached)
	if !s.Reached {
		return
	}
	require.Equal(t, longest, s.Max, "longest")
	require.Equal(t, shortest, s.Min, "shortest")
	require.NoError(t, checker.Replay(m, *s.MaxTrace))
	if s.Max != checker.Forever {
		require.Equal(t, s.Max, s.MaxTrace.End-stayBegin(s.MaxTrace, in, len(s.MaxTrace.Steps)))
	} else {
		require.True(t, g.repeats(s.MaxTrace))
	}
	if s.Min != checker.Forever {
		require.NoError(t, checker.Replay(m, *s.MinTrace))
		n := len(s.MinTrace.Steps)
		require.False(t, in(s.MinTrace.Last()))
		require.Equal(t, s.Min, s.MinTrace.Steps[n-1].At-stayBegin(s.MinTrace, in, n-1))
	}
}

// stayBegin is when the stay began that is on after the first n steps.
func stayBegin[S comparable](t *checker.Trace[S], in func(S) bool, n int) int64 {
	for ; n > 0; n-- {
		before := t.Init
		if n > 1 {
			before = t.Steps[n-2].State
		}
		if !in(before) {
			return t.Steps[n-1].At
		}
	}
	return 0
}

func TestRandomStays(t *testing.T) {
	for name, z := range map[string]sizes{
		"small":    {earliest: 6, latest: 6, ids: 4, copies: 2},
		"wide":     {earliest: 15, latest: 40, ids: 3, copies: 1},
		"queues":   {earliest: 4, latest: 5, ids: 2, copies: 3},
		"instants": {earliest: 1, latest: 1, ids: 4, copies: 2},
	} {
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				m := drawTable(t, z)
				g := exploreTicks(m, tickLimit)
				if g == nil {
					t.Skip("more than tickLimit states: the oracle has no room for it, and rapid draws another")
				}
				sameStays(t, g, m, drawSet(t, "set"))
			})
		})
	}
}

func TestTeardownStaysAgreeWithTheOracle(t *testing.T) {
	compared := 0
	rapid.Check(t, func(t *rapid.T) {
		m := drawTeardown(t)
		g := exploreTicks[spec.State](m, 60_000)
		if g == nil {
			return // too large for the oracle
		}
		compared++
		for _, state := range []spec.ConnState{spec.FinWait1, spec.FinWait2, spec.TimeWait, spec.CloseWait} {
			sameStays(t, g, m, func(s spec.State) bool { return s.Host[spec.Client].State == state })
		}
	})
	if !testing.Short() { // which draws a fifth as many
		require.Greater(t, compared, 30, "most models are small enough to compare")
	}
}

func TestStaysKnown(t *testing.T) {
	s := measured(t, lingering{}, isLingering, 1)
	require.EqualValues(t, 19, s.Max) // as the oracle's test says
	require.Nil(t, measured(t, lingering{}, func(s lingerState) bool { return s.sent > 4 }, 1).MaxTrace)
	require.Equal(t, checker.Forever, measured(t, lingering{}, isClosed, 1).Max)
	require.Equal(t, checker.Forever, measured(t, lingering{}, isClosed, 1).Min)
}

func TestStaysQuestions(t *testing.T) {
	ask := func(preds ...checker.Predicate[lingerState]) error {
		_, _, err := checker.Stays(context.Background(), lingering{}, preds, checker.Options{})
		return err
	}
	require.ErrorContains(t, ask(checker.Predicate[lingerState]{Name: "x"}), "predicate 1 of 1")
	p := checker.Predicate[lingerState]{Name: "x", In: isOpen}
	require.ErrorContains(t, ask(p, p), "given twice")
	stays, runs, err := checker.Stays(context.Background(), lingering{}, []checker.Predicate[lingerState]{p}, checker.Options{MaxStates: 1})
	require.NoError(t, err)
	require.Equal(t, "states", stays[0].Reason)
	require.Len(t, runs, 1)
}
