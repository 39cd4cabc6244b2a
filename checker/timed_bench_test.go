package checker_test

import (
	"context"
	"runtime/debug"
	"runtime/metrics"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/cmd/finwait/collector"
	"github.com/finwait/finwait/cmd/finwait/scenario"
	"github.com/finwait/finwait/spec"
)

// timedScenarios are S1 to S4, and one of 388,545 classes.
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

// BenchmarkExact is a whole search of each scenario, by the plain search and by the fast
// one with one and two workers, in turn. classes/s counts explored classes, and ×plain
// is the speed of two workers against the plain search. runtime-B/class is the most memory
// that the Go runtime had from the system during a search, for each kept class, B/class
// that less what it had before, and allowed-B/class half of what the prototype took, plus 100.
func BenchmarkExact(b *testing.B) {
	collect() // as the command does
	for _, name := range timedScenarios {
		b.Run(name, func(b *testing.B) {
			if testing.Short() && name == "large" {
				b.Skip("it takes half a minute")
			}
			m := timedModel(b, name, nil)
			for b.Loop() {
				one, _, _ := watched(b, m, 1)
				two, before, most := watched(b, m, 2)
				begin := time.Now()
				plain := checker.ExplorePlain[spec.State](m)
				plain.Elapsed = time.Since(begin)
				perSecond := func(r checker.Run) float64 { return float64(r.Explored) / r.Elapsed.Seconds() }
				b.ReportMetric(perSecond(plain), "plain-classes/s")
				b.ReportMetric(perSecond(one), "1-worker-classes/s")
				b.ReportMetric(perSecond(two), "2-workers-classes/s")
				b.ReportMetric(perSecond(two)/perSecond(plain), "×plain")
				b.ReportMetric(float64(two.Classes), "kept")
				b.ReportMetric(float64(most-before)/float64(two.Classes), "B/class")
				b.ReportMetric(float64(most)/float64(two.Classes), "runtime-B/class")
			}
			b.ReportMetric(checker.PrototypeBytes[spec.State](m)/2+100, "allowed-B/class")
		})
		b.Run(name+"/merge", func(b *testing.B) {
			m := timedModel(b, name, nil)
			for b.Loop() {
				report(b, exploreTimed(b, m, checker.Options{Workers: 2, Merge: true}))
			}
		})
	}
}

var collect = sync.OnceFunc(collector.Tune)

// watched is a search with the memory of the runtime before it and the most during it.
func watched(b *testing.B, m *spec.Model, workers int) (run checker.Run, before, most uint64) {
	memory := func() uint64 {
		samples := []metrics.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
		metrics.Read(samples)
		return samples[0].Value.Uint64() - samples[1].Value.Uint64()
	}
	debug.FreeOSMemory()
	before = memory()
	done, result := make(chan struct{}), make(chan uint64)
	go func() {
		most := memory()
		for {
			select {
			case <-done:
				result <- max(most, memory())
				return
			case <-time.After(5 * time.Millisecond):
				most = max(most, memory())
			}
		}
	}()
	run = exploreTimed(b, m, checker.Options{Workers: workers})
	close(done)
	return run, before, <-result
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
