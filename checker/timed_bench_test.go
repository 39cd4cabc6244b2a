package checker_test

import (
	"context"
	"os"
	"runtime"
	"runtime/pprof"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/cmd/finwait/scenario"
	"github.com/finwait/finwait/spec"
)

func timedScenario(tb testing.TB, name string) *spec.Model {
	tb.Helper()
	all, err := scenario.Load("../cmd/finwait/testdata/timed/" + name + ".yaml")
	if err != nil {
		tb.Fatal(err)
	}
	i, err := all[0].Instantiate(spec.Linux, scenario.Overrides{})
	if err != nil {
		tb.Fatal(err)
	}
	m, err := spec.New(i.Params)
	if err != nil {
		tb.Fatal(err)
	}
	return m
}

func TestProbe(t *testing.T) {
	name := os.Getenv("SCEN")
	if name == "" {
		t.Skip()
	}
	m := timedScenario(t, name)
	b := time.Now()
	if os.Getenv("PLAIN") != "" {
		run := checker.ExplorePlain[spec.State](m)
		t.Logf("%s plain: %+v %v", name, run, time.Since(b))
	} else {
		var opt checker.Options
		opt.Workers, _ = strconv.Atoi(os.Getenv("W"))
		if f := os.Getenv("HEAP"); f != "" {
			opt.Progress = func(p checker.Progress) {
				if p.Frontier == 0 {
					return
				}
				runtime.GC()
				w, _ := os.Create(f)
				pprof.WriteHeapProfile(w)
				w.Close()
				var ms runtime.MemStats
				runtime.ReadMemStats(&ms)
				t.Logf("%d kept, live %d MB", p.Classes, ms.HeapAlloc>>20)
			}
		}
		opt.Merge = os.Getenv("MERGE") != ""
		run, err := checker.Explore(context.Background(), m, checker.Exact, opt, checker.Visitor[spec.State]{})
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%s: %+v %v", name, run, time.Since(b))
	}
	var ru syscall.Rusage
	syscall.Getrusage(0, &ru)
	var ms runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&ms)
	t.Logf("maxrss %d MB, cpu %.2f s live %d MB", ru.Maxrss>>10, float64(ru.Utime.Nano()+ru.Stime.Nano())/1e9, ms.HeapAlloc>>20)
}
