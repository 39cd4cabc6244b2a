package checker

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// spillTwins begins a search for least states on disk, with little memory.
func spillTwins(t *testing.T, dir string, m twins, props []Property[threadsState], limit int) *spillSearch[threadsState] {
	opt := Options{Workers: 2, Spill: dir}
	s, err := newSpillSearch[threadsState](m, newMeter(context.Background(), opt, time.Now(), Any, "test"), newJudge(props))
	require.NoError(t, err)
	s.chunk, s.limit = 3, limit
	rememberFew(s)
	s.x.reflect()
	return s
}

// TestSpilledMirror compares a search for least states on disk with the plain one, and
// its number of states with that of the same in memory. Searches with a fault must
// differ.
func TestSpilledMirror(t *testing.T) {
	dir := t.TempDir()
	differ := map[string]int{}
	for seed := range 150 {
		m, props := drawnTwins(seed)
		check := func(opt Options) Result[threadsState] {
			opt.Time, opt.Reduction = Any, ReduceNone
			res, err := Check(context.Background(), System[threadsState]{Exact: m}, props, opt)
			require.NoError(t, err)
			return res
		}
		full, least := check(Options{}).Outcomes, check(Options{Symmetry: true}).Runs[0].States
		for _, limit := range []int{1, 20} {
			s := spillTwins(t, dir, m, props, limit)
			run := s.explore()
			require.Equal(t, least, run.States, "twins %d", seed)
			require.True(t, run.Symmetry)
			require.Positive(t, run.Spilled)
			for i, f := range s.found {
				require.Equal(t, full[i].Trace != nil, f.yes, "%s of twins %d", props[i].Name, seed)
				if !f.yes {
					continue
				}
				states, err := s.path(f)
				require.NoError(t, err)
				trace := s.x.trace(states, f.via)
				require.NoError(t, Replay[threadsState](m, *trace), "twins %d", seed)
				require.Len(t, trace.Steps, len(full[i].Trace.Steps), "still shortest")
				last := trace.Last()
				require.Equal(t, props[i].Kind == Reachable, props[i].Goal(last))
				require.True(t, props[i].From == nil || props[i].From(last))
			}
			require.NoError(t, s.close())
		}
		crooked := m
		crooked.crooked = true
		for name, fault := range map[string]func(*expander[threadsState]){
			"no mirror":        func(e *expander[threadsState]) { e.mirror = nil },
			"a crooked mirror": func(e *expander[threadsState]) { e.mirror = newMirror[threadsState](crooked) },
		} {
			s := spillTwins(t, dir, m, props, 20)
			for _, e := range s.x.workers {
				fault(e)
			}
			if run := s.explore(); run.States != least {
				differ[name]++
			}
			require.NoError(t, s.close())
		}
	}
	require.Greater(t, differ["no mirror"], 20)
	require.Greater(t, differ["a crooked mirror"], 20)
}
