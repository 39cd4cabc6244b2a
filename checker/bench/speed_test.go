package bench_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/checker/bench"
)

// BenchmarkSuccessors measures what a model costs, without any search: every
// reachable state is expanded once, in the order of its discovery.
func BenchmarkSuccessors(b *testing.B) {
	b.Run("tcpclose S", func(b *testing.B) { expand(b, bench.NewTCPClose(bench.S)) })
	b.Run("tcpclose M", func(b *testing.B) { expand(b, bench.NewTCPClose(bench.M)) })
	b.Run("twophase 7", func(b *testing.B) { expand(b, bench.NewTwoPhase(7)) })
}

func expand[S comparable](b *testing.B, m lister[S]) {
	var all, buf []S
	_, transitions, _ := reach(m, func(s S, _ []S) { all = append(all, s) })
	for b.Loop() {
		sum := 0
		for _, s := range all {
			buf = m.Successors(s, buf[:0])
			sum += len(buf)
		}
		if sum != transitions {
			b.Fatalf("%d successors, %d before", sum, transitions)
		}
	}
	perState := float64(b.Elapsed().Nanoseconds()) / float64(b.N) / float64(len(all))
	b.ReportMetric(perState, "ns/state")
	b.ReportMetric(float64(transitions)/float64(len(all)), "successors/state")
}

// BenchmarkCheck is a whole search with its invariant.
func BenchmarkCheck(b *testing.B) {
	for _, workers := range []int{1, 2} {
		name := func(model string) string { return fmt.Sprintf("%s, %d workers", model, workers) }
		for size, z := range map[string]bench.Size{"S": bench.S, "M": bench.M} {
			b.Run(name("tcpclose "+size), func(b *testing.B) {
				check(b, bench.NewTCPClose(z), bench.FinWasSeen, workers, z.States)
			})
		}
		for n, states := range map[int]int{7: 296_448, 8: 1_745_408} {
			b.Run(name(fmt.Sprint("twophase ", n)), func(b *testing.B) {
				check(b, bench.NewTwoPhase(n), bench.Consistent, workers, states)
			})
		}
	}
}

// BenchmarkSpill is a whole search whose states are on disk.
func BenchmarkSpill(b *testing.B) {
	for size, z := range map[string]bench.Size{"S": bench.S, "M": bench.M} {
		b.Run("tcpclose "+size, func(b *testing.B) {
			checkWith(b, bench.NewTCPClose(z), bench.FinWasSeen, checker.Options{Spill: b.TempDir()}, z.States)
		})
	}
}

func check[S comparable](b *testing.B, m lister[S], invariant func(S) bool, workers, states int) {
	checkWith(b, m, invariant, checker.Options{Workers: workers}, states)
}

func checkWith[S comparable](b *testing.B, m lister[S], invariant func(S) bool, opt checker.Options, states int) {
	always := []checker.Property[S]{{Name: "invariant", Kind: checker.Always, Goal: invariant}}
	opt.Time = checker.Any
	for b.Loop() {
		res, err := checker.Check(context.Background(), checker.System[S]{Exact: m}, always, opt)
		require.NoError(b, err)
		require.Equal(b, checker.Holds, res.Outcomes[0].Verdict)
		require.Equal(b, states, res.Runs[0].States)
	}
	b.ReportMetric(float64(states)*float64(b.N)/b.Elapsed().Seconds(), "states/s")
}
