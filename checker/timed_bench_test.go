package checker_test

import (
	"context"
	"fmt"
	"runtime"
	"runtime/debug"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/cmd/finwait/scenario"
	"github.com/finwait/finwait/spec"
)

// timedScenarios are S1 to S4, and one of more than 200,000 classes.
var timedScenarios = []string{"s1", "s2", "s3", "s4", "large"}

// timedModel makes the model of one of them, its parameters changed if that is
// wanted.
func timedModel(tb testing.TB, name string, change func(*spec.Params)) *spec.Model {
	tb.Helper()
	all, err := scenario.Load("../cmd/finwait/testdata/timed/" + name + ".yaml")
	require.NoError(tb, err)
	i, err := all[0].Instantiate(spec.Linux, scenario.Overrides{})
	require.NoError(tb, err)
	if change != nil {
		change(&i.Params)
	}
	m, err := spec.New(i.Params)
	require.NoError(tb, err)
	return m
}

func exploreTimed(tb testing.TB, m checker.Model[spec.State], opt checker.Options) checker.Run {
	tb.Helper()
	run, err := checker.Explore(context.Background(), m, checker.Exact, opt, checker.Visitor[spec.State]{})
	require.NoError(tb, err)
	require.True(tb, run.Complete)
	return run
}

// scaled is a model with all its windows multiplied.
type scaled struct {
	*spec.Model
	by int64
}

func (m scaled) Events(s spec.State, buf []checker.Event) []checker.Event {
	start := len(buf)
	buf = m.Model.Events(s, buf)
	for i := range buf[start:] {
		e := &buf[start+i]
		e.Earliest *= m.by
		if e.Latest != checker.Forever {
			e.Latest *= m.by
		}
	}
	return buf
}

// TestTheUnitDoesNotMatter: classes speak of differences, so no constant is too long.
func TestTheUnitDoesNotMatter(t *testing.T) {
	for _, name := range []string{"s1", "s2", "s4"} {
		m := timedModel(t, name, nil)
		want := exploreTimed(t, m, checker.Options{})
		want.Elapsed = 0
		for _, by := range []int64{60, 3600} {
			run := exploreTimed(t, scaled{m, by}, checker.Options{})
			run.Elapsed = 0
			require.Equal(t, want, run, "%s, windows times %d", name, by)
		}
	}
}

// TestTimedCounts pins what the search of each scenario finds.
func TestTimedCounts(t *testing.T) {
	for _, c := range []struct {
		name                              string
		states, kept, mergedKept, mergedX int
	}{
		{"s1", 879, 3945, 1740, 2531},
		{"s2", 320, 1045, 580, 915},
		{"s4", 2676, 9245, 4809, 5675},
	} {
		m := timedModel(t, c.name, nil)
		plain := checker.ExplorePlain[spec.State](m)
		run := exploreTimed(t, m, checker.Options{})
		run.Elapsed = 0
		require.Equal(t, plain, run, c.name)
		require.Equal(t, []int{c.states, c.kept}, []int{run.States, run.Classes}, c.name)
		merged := exploreTimed(t, m, checker.Options{Merge: true})
		require.Equal(t, []int{c.states, c.mergedKept, c.mergedX}, []int{merged.States, merged.Classes, merged.Explored}, c.name)
	}
}

// BenchmarkExact is a whole search of each scenario. classes/s counts explored
// classes, B/class is the heap that is in use near the end for each kept one, and
// allowed-B/class half of what the prototype took for it, plus 100.
func BenchmarkExact(b *testing.B) {
	defer debug.SetGCPercent(debug.SetGCPercent(10)) // as the command does
	for _, name := range timedScenarios {
		m := timedModel(b, name, nil)
		allowed := checker.PrototypeBytes[spec.State](m)/2 + 100
		b.Run(name+"/plain", func(b *testing.B) {
			for b.Loop() {
				begin := time.Now()
				run := checker.ExplorePlain[spec.State](m)
				run.Elapsed = time.Since(begin)
				report(b, run)
			}
		})
		for _, opt := range []checker.Options{{Workers: 1}, {Workers: 2}, {Workers: 2, Merge: true}} {
			b.Run(fmt.Sprintf("%s/workers=%d,merge=%t", name, opt.Workers, opt.Merge), func(b *testing.B) {
				perClass := 0.0
				opt.Progress = func(p checker.Progress) {
					if p.Frontier > 0 && p.Classes > 0 {
						perClass = float64(p.Memory) / float64(p.Classes)
					}
				}
				runtime.GC()
				for b.Loop() {
					report(b, exploreTimed(b, m, opt))
				}
				b.ReportMetric(perClass, "B/class")
				b.ReportMetric(allowed, "allowed-B/class")
			})
		}
	}
}

func report(b *testing.B, run checker.Run) {
	b.ReportMetric(float64(run.Explored)/run.Elapsed.Seconds(), "classes/s")
	b.ReportMetric(float64(run.Explored), "explored")
	b.ReportMetric(float64(run.Classes), "kept")
	b.ReportMetric(float64(run.Transitions), "transitions")
}

// BenchmarkOneMicrosecond adds 1 µs to one constant at a time.
func BenchmarkOneMicrosecond(b *testing.B) {
	for name, change := range map[string]func(p *spec.Params){
		"none":      nil,
		"rto":       func(p *spec.Params) { p.Host[spec.Client].RTO++ },
		"delay":     func(p *spec.Params) { p.Net.Delay[spec.Client][1]++ },
		"within":    func(p *spec.Params) { p.Host[spec.Server].Script[0].Within++ },
		"time_wait": func(p *spec.Params) { p.Host[spec.Client].TimeWait++ },
	} {
		m := timedModel(b, "s4", change)
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				report(b, exploreTimed(b, m, checker.Options{Workers: 2}))
			}
		})
	}
}
