package bench_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/checker/bench"
)

// lister is a model that lists successors at once.
type lister[S comparable] interface {
	checker.Model[S]
	checker.Packer[S]
	Successors(s S, buf []S) []S
}

// reach is the plainest search that there is: the distinct states level by level,
// their number of levels and of successors.
func reach[S comparable](m lister[S], look func(s S, next []S)) (states, transitions, depth int) {
	seen := map[S]bool{}
	var level, buf []S
	add := func(all []S) (fresh []S) {
		for _, s := range all {
			if !seen[s] {
				seen[s] = true
				fresh = append(fresh, s)
			}
		}
		return fresh
	}
	for level = add(m.Init()); len(level) > 0; depth++ {
		var next []S
		for _, s := range level {
			buf = m.Successors(s, buf[:0])
			transitions += len(buf)
			look(s, buf)
			next = append(next, add(buf)...)
		}
		level = next
	}
	return len(seen), transitions, depth
}

// requireFired compares successors with what Events and Fire say.
func requireFired[S comparable](t *testing.T, m lister[S]) func(s S, next []S) {
	var events []checker.Event
	var fired []S
	return func(s S, next []S) {
		events, fired = m.Events(s, events[:0]), fired[:0]
		for _, e := range events {
			m.Fire(s, e, func(to S, _ checker.Effect) { fired = append(fired, to) })
		}
		same := len(fired) == len(next)
		for i := 0; same && i < len(next); i++ {
			same = fired[i] == next[i]
		}
		if !same { // require.Equal on every state would take minutes
			require.Equal(t, fired, next, "state %#x with events %v", s, events)
		}
	}
}

// look checks the invariant in every state and the successors of every state; of
// every 16th where there are more than half a million.
func look[S comparable](t *testing.T, m lister[S], holds func(S) bool, states int) func(s S, next []S) {
	compare := requireFired(t, m)
	every, n := 1, 0
	if states > 500_000 {
		every = 16
	}
	return func(s S, next []S) {
		if n++; n%every == 0 {
			compare(s, next)
		}
		if !holds(s) {
			require.Fail(t, "the invariant", "state %#x", s)
		}
	}
}

// TestTCPCloseCounts: generated has the initial state and every successor, and is
// what SPIN calls transitions.
func TestTCPCloseCounts(t *testing.T) {
	for name, c := range map[string]struct {
		size      bench.Size
		generated int
	}{
		"small, with duplicates": {bench.Size{RTO: 1, Retries: 1, FinWait2: 2, MSL: 2, Duplicate: true, States: 53_665}, 433_571},
		"S":                      {bench.S, 1_459_236},
		"M":                      {bench.M, 21_478_615},
	} {
		t.Run(name, func(t *testing.T) {
			if c.size == bench.M && testing.Short() {
				t.Skip("-short: M has 2.3 million states")
			}
			m := bench.NewTCPClose(c.size)
			states, transitions, _ := reach(m, look(t, m, bench.FinWasSeen, c.size.States))
			require.Equal(t, c.size.States, states)
			require.Equal(t, c.generated, 1+transitions)
		})
	}
}

// TestTwoPhaseCounts pins the published counts; generated has the initial state
// and every successor.
func TestTwoPhaseCounts(t *testing.T) {
	for _, c := range []struct{ n, distinct, generated, depth int }{
		{2, 56, 154, 8},
		{3, 288, 1_146, 11},
		{4, 1_568, 8_258, 14},
		{5, 8_832, 58_146, 17},
		{6, 50_816, 402_306, 20},
		{7, 296_448, 2_744_706, 23},
		{8, 1_745_408, 18_507_778, 26},
	} {
		t.Run(fmt.Sprint(c.n), func(t *testing.T) {
			if c.n > 7 && testing.Short() {
				t.Skip("-short: N = 8 has 18.5 million transitions")
			}
			m := bench.NewTwoPhase(c.n)
			states, transitions, depth := reach(m, look(t, m, bench.Consistent, c.distinct))
			require.Equal(t, c.distinct, states)
			require.Equal(t, c.generated, 1+transitions)
			require.Equal(t, c.depth, depth)
		})
	}
}

// TestConstantsThatDoNotFit: a constant without room must not be cut silently.
func TestConstantsThatDoNotFit(t *testing.T) {
	for _, z := range []bench.Size{
		{RTO: 1, Retries: 6, MSL: 2},
		{RTO: 1, Retries: 8, MSL: 2},
		{RTO: 1, FinWait2: 64, MSL: 2},
		{RTO: 1, MSL: 9},
	} {
		require.Panics(t, func() { bench.NewTCPClose(z) }, "%+v", z)
	}
	require.Panics(t, func() { bench.NewTwoPhase(11) })
}
