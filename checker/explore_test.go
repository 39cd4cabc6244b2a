package checker

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestExploreOrder(t *testing.T) {
	m := race()
	// The same step twice, and one that only the order of Any allows.
	m.steps["none"] = append(m.steps["none"], toyStep{id: 1, to: "one"})
	for mode, want := range map[Mode][]string{
		Any: {"none", "one", "none -1> one", "two", "none -2> two", "one-two", "one -2> one-two", "two-one", "two -1> two-one"},
		// The second of the two equal steps is computed, but not visited.
		Exact: {"none", "one", "none -1> one", "one-two", "one -2> one-two"},
	} {
		var got []string
		run, err := Explore(context.Background(), Model[string](m), mode, Options{}, Visitor[string]{
			State: func(s string) { got = append(got, s) },
			Step: func(from string, e Event, _ Label, to string) {
				got = append(got, fmt.Sprintf("%s -%d> %s", from, e.ID, to))
			},
		})
		require.NoError(t, err)
		require.Equal(t, want, got)
		require.True(t, run.Complete)
		require.Equal(t, "explore", run.Purpose)
	}
}

func TestExploreStops(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	n := 0
	run, err := Explore(ctx, Model[cell](grid{side: 1000}), Any, Options{}, Visitor[cell]{State: func(cell) {
		if n++; n == 5000 {
			cancel()
		}
	}})
	require.NoError(t, err)
	require.Equal(t, "interrupted", run.Stopped)
	require.False(t, run.Complete)
	require.Less(t, n, 6000)
}

// runners are n independent loops whose laps take from 1 to slow each: their
// relative ages make many classes of few discrete states.
type runners struct {
	n    int
	laps uint8
	slow int64
}

func (m runners) Init() [][4]uint8 { return [][4]uint8{{}} }

func (m runners) Events(s [4]uint8, buf []Event) []Event {
	for i := range m.n {
		if s[i] < m.laps {
			buf = append(buf, Event{ID: uint64(i + 1), Earliest: int64(10 + 3*i), Latest: int64(10+3*i) + m.slow})
		}
	}
	return buf
}

func (m runners) Fire(s [4]uint8, e Event, emit func([4]uint8, Effect)) {
	how := Effect{}
	i := e.ID - 1
	if s[i]++; s[i] < m.laps {
		how.Fresh[0], how.FreshCount = e.ID, 1
	}
	emit(s, how)
}

func BenchmarkClasses(b *testing.B) {
	for _, equality := range []bool{false, true} {
		b.Run(fmt.Sprint("equality=", equality), func(b *testing.B) {
			for b.Loop() {
				w := newMeter(context.Background(), Options{}, time.Now(), Exact, "benchmark")
				x := newExactSearch(newRelation(Model[[4]uint8](runners{n: 4, laps: 6, slow: 20})), w)
				x.equality = equality
				run := x.explore()
				b.ReportMetric(float64(run.Classes), "classes")
				b.ReportMetric(float64(run.Transitions), "transitions")
				b.ReportMetric(float64(run.States), "states")
				b.ReportMetric(float64(w.memory())/1e6, "MB")
			}
		})
	}
}

func BenchmarkStates(b *testing.B) {
	for name, m := range map[string]Model[cell]{"map": grid{side: 1000}, "packed": packedGrid{grid{side: 1000}}} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				run, err := Explore(context.Background(), m, Any, Options{}, Visitor[cell]{})
				require.NoError(b, err)
				b.ReportMetric(float64(run.States), "states")
			}
		})
	}
}
