package checker_test

import (
	"context"
	"testing"

	"github.com/finwait/finwait/checker"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// mostQuestions bounds the questions of one search that are answered with no, each in
// turn: they are as many as nodes that are walked through.
const mostQuestions = 60

// TestNoRoom refuses memory at each moment at which a check asks for some. What it says
// then is what it says otherwise, or that it does not know for want of memory; of a
// violation that was found only the trace may be missing.
func TestNoRoom(t *testing.T) {
	same, unknown, bare := 0, 0, 0
	rapid.Check(t, func(t *rapid.T) {
		m := drawTable(t, sizes{earliest: 4, latest: 8, ids: 3, copies: 2})
		p := checker.Property[tableState]{Name: "live", Kind: rapid.SampledFrom([]checker.Kind{checker.Eventually, checker.LeadsTo}).Draw(t, "kind"), Goal: drawSet(t, "goal")}
		if p.Kind == checker.LeadsTo {
			p.From = drawSet(t, "from")
		}
		opt := checker.Options{Time: rapid.SampledFrom([]checker.Mode{checker.Auto, checker.Exact, checker.Any}).Draw(t, "time"), MaxStates: 300, Workers: 1}
		ask := func(nth int, all bool) (checker.Outcome[tableState], int) {
			asked, restore := checker.Refusing(nth, all)
			defer restore()
			r, err := checker.Check(context.Background(), checker.System[tableState]{Exact: m}, []checker.Property[tableState]{p}, opt)
			require.NoError(t, err)
			return r.Outcomes[0], asked()
		}
		want, questions := ask(0, false)
		for nth := 1; nth <= min(questions, mostQuestions); nth++ {
			for _, all := range []bool{false, true} {
				got, _ := ask(nth, all)
				switch {
				case got.Verdict == checker.Unknown && got.Reason == "memory":
					require.Nil(t, got.Trace)
					unknown++
				case got.Verdict == checker.Violated && got.Trace == nil:
					require.Equal(t, "memory", got.Reason)
					require.Equal(t, checker.Violated, want.Verdict)
					bare++
				case opt.Time == checker.Auto && want.Scope == checker.AllDurations: // Exact made up for Any
					require.Equal(t, want.Verdict, got.Verdict)
				default:
					require.Equal(t, want, got)
					same++
				}
			}
		}
	})
	if !testing.Short() {
		require.Positive(t, same)
		require.Positive(t, unknown)
		require.Positive(t, bare)
	}
}

// TestNoRoomForStays does so while stays are measured.
func TestNoRoomForStays(t *testing.T) {
	unknown := 0
	rapid.Check(t, func(t *rapid.T) {
		m := drawTable(t, sizes{earliest: 4, latest: 8, ids: 3, copies: 2})
		pred := checker.Predicate[tableState]{Name: "in", In: drawSet(t, "in")}
		ask := func(nth int, all bool) (checker.Stay[tableState], int) {
			asked, restore := checker.Refusing(nth, all)
			defer restore()
			stays, _, err := checker.Stays(context.Background(), m, []checker.Predicate[tableState]{pred}, checker.Options{MaxStates: 300, Workers: 1})
			require.NoError(t, err)
			return stays[0], asked()
		}
		want, questions := ask(0, false)
		for nth := 1; nth <= min(questions, mostQuestions); nth++ {
			for _, all := range []bool{false, true} {
				got, _ := ask(nth, all)
				if got.Reason == "memory" {
					require.Zero(t, got.Max)
					require.Nil(t, got.MaxTrace)
					unknown++
					continue
				}
				require.Equal(t, want, got)
			}
		}
	})
	if !testing.Short() {
		require.Positive(t, unknown)
	}
}
