package checker_test

import (
	"context"
	"testing"

	"github.com/finwait/finwait/checker"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// remembering is a model that remembers whether it has been in a set.
type remembering struct {
	*table
	set func(tableState) bool
}

type remembered struct {
	tableState
	been bool
}

func (m remembering) Init() (all []remembered) {
	for _, s := range m.table.Init() {
		all = append(all, remembered{s, m.set(s)})
	}
	return all
}

func (m remembering) Events(s remembered, buf []checker.Event) []checker.Event {
	return m.table.Events(s.tableState, buf)
}

func (m remembering) Fire(s remembered, e checker.Event, emit func(remembered, checker.Effect)) {
	m.table.Fire(s.tableState, e, func(next tableState, how checker.Effect) {
		emit(remembered{next, s.been || m.set(next)}, how)
	})
}

// TestNeverAfter compares never-after with the same said of a model that remembers.
func TestNeverAfter(t *testing.T) {
	verdicts, vacuous := map[checker.Verdict]int{}, 0
	rapid.Check(t, func(t *rapid.T) {
		m := drawTable(t, sizes{earliest: 4, latest: 8, ids: 3, copies: 2})
		from, goal := drawSet(t, "from"), drawSet(t, "goal")
		p := checker.Property[tableState]{Name: "x", Kind: checker.NeverAfter, From: from, Goal: goal}
		opt := checker.Options{Time: checker.Exact, MaxStates: 2000}
		got, err := checker.Check(context.Background(), checker.System[tableState]{Exact: m}, []checker.Property[tableState]{p}, opt)
		require.NoError(t, err)
		same := checker.Property[remembered]{Name: "x", Kind: checker.Always, Goal: func(s remembered) bool { return !s.been || !goal(s.tableState) }}
		been := checker.Property[remembered]{Name: "been", Kind: checker.Reachable, Goal: func(s remembered) bool { return s.been }}
		want, err := checker.Check(context.Background(), checker.System[remembered]{Exact: remembering{m, from}}, []checker.Property[remembered]{same, been}, opt)
		require.NoError(t, err)
		g, w := got.Outcomes[0], want.Outcomes[0]
		if g.Verdict == checker.Unknown || w.Verdict == checker.Unknown {
			return // a bound
		}
		verdicts[g.Verdict]++
		require.Equal(t, w.Verdict, g.Verdict)
		if g.Verdict == checker.Violated {
			require.Len(t, g.Trace.Steps, len(w.Trace.Steps))
			require.True(t, goal(g.Trace.Last()))
			require.NoError(t, checker.Replay[tableState](m, *g.Trace))
		} else {
			require.Equal(t, want.Outcomes[1].Verdict == checker.Violated, g.Vacuous)
		}
		if g.Vacuous {
			vacuous++
		}
	})
	if !testing.Short() {
		require.Greater(t, verdicts[checker.Holds], 10)
		require.Positive(t, verdicts[checker.Violated])
		require.Positive(t, vacuous)
	}
}

// TestNeverAfterNeedsExact: without durations it is unknown, and auto hands it on.
func TestNeverAfterNeedsExact(t *testing.T) {
	m := &table{windows: []checker.Event{{ID: 1, Latest: 5}}, pending: [][]uint64{{1}, {}}, moves: map[move][]outcome{{0, 1}: {{next: 1}}}}
	at := func(n uint8) func(tableState) bool { return func(s tableState) bool { return s.at == n } }
	for _, c := range []struct {
		mode checker.Mode
		p    checker.Property[tableState]
		want checker.Verdict
	}{
		{checker.Any, checker.Property[tableState]{From: at(1), Goal: at(0)}, checker.Unknown},
		{checker.Auto, checker.Property[tableState]{From: at(1), Goal: at(0)}, checker.Holds},
		{checker.Auto, checker.Property[tableState]{From: at(0), Goal: at(1)}, checker.Violated},
		{checker.Auto, checker.Property[tableState]{From: at(0), Goal: at(0)}, checker.Violated}, // then or later
	} {
		c.p.Name, c.p.Kind = "x", checker.NeverAfter
		r, err := checker.Check(context.Background(), checker.System[tableState]{Exact: m}, []checker.Property[tableState]{c.p}, checker.Options{Time: c.mode})
		require.NoError(t, err)
		require.Equal(t, c.want, r.Outcomes[0].Verdict, r.Outcomes[0].Reason)
		require.Equal(t, checker.TheseDurations, r.Outcomes[0].Scope)
	}
	_, err := checker.Check(context.Background(), checker.System[tableState]{Exact: m}, []checker.Property[tableState]{{Name: "x", Kind: checker.NeverAfter, Goal: at(0)}}, checker.Options{})
	require.ErrorContains(t, err, "From")
}
