package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/finwait/finwait/checker"
)

// someFactor is that of a search whose reduced one had this many states, of which
// C1 and C2 blocked some.
func someFactor(states, c1, c2 int) factor {
	return factor{
		property: "p",
		full:     checker.Run{States: 300, Complete: true, Elapsed: 4 * time.Second},
		ample: checker.Run{
			States: states, Complete: true, Elapsed: 2 * time.Second, Reduction: checker.ReduceAmple.String(),
			Full: c1 + c2, Blocked: checker.Blocked{checker.C1: c1, checker.C2: c2},
		},
		auto: checker.Run{States: 300, Complete: true, Elapsed: 5 * time.Second},
	}
}

// TestFactor: states are compared only where both searches ended in the same way.
func TestFactor(t *testing.T) {
	shows := func(change func(*factor)) string {
		f := someFactor(100, 0, 0)
		change(&f)
		return f.String()
	}
	require.Equal(t, "3.00 (2.00, 0.80)", shows(func(*factor) {}))
	require.Equal(t, "3.00 (2.00, 0.80 off)", shows(func(f *factor) { f.auto.Blocked[checker.GivenUp] = 1 }))
	require.Equal(t, "decided after 100 states", shows(func(f *factor) { f.ample.Complete = false }))
	require.Equal(t, `stopped: "states", not ""`, shows(func(f *factor) { f.ample.Stopped, f.ample.Complete = "states", false }))
	require.Equal(t, "not reduced", shows(func(f *factor) { f.ample.Reduction = "none" }))
	require.Equal(t, "not reduced", factor{}.String())
	require.Equal(t, "1.00 (2.00, 0.80) C2 75 %", someFactor(300, 75, 225).String())
}

// TestWhatBlocks: what is said comes from the counts, and of factors below 1.2 only.
func TestWhatBlocks(t *testing.T) {
	high, one, other, visible := someFactor(100, 0, 50), someFactor(300, 200, 100), someFactor(300, 270, 30), someFactor(290, 1, 3)
	require.Equal(t, "no factor is below 1.2.\n", whatBlocks([]factor{high, {}}))
	require.Equal(t, "C1 blocks p, p in 67 % or more of the states expanded in full; C2 blocks p in 75 % or more of the states expanded in full.\n",
		whatBlocks([]factor{high, one, visible, other}))
	many := make([]factor, 9)
	for i := range many {
		many[i] = one
	}
	require.Contains(t, whatBlocks(many), "9 properties")
	require.Empty(t, meanings([]factor{high}))
	require.Contains(t, meanings([]factor{high, one}), "C1 (independence)")
	require.NotContains(t, meanings([]factor{high, one}), "C2")
}

// TestByDefault counts the searches that reduction slows down, and those that go on
// without it.
func TestByDefault(t *testing.T) {
	slow := someFactor(300, 300, 0)
	slow.ample.Elapsed = 8 * time.Second
	off := slow
	off.auto.Blocked[checker.GivenUp], off.auto.Elapsed = 200, 4*time.Second
	text := byDefault([]factor{someFactor(100, 0, 0), slow, off, {}})
	require.Contains(t, text, "search in 2 cells; by default reduction was off in 1 of them, and the search had 0.90 times")
}
