package main

import (
	"os"
	"os/exec"
	"syscall"
	"testing"
)

// BenchmarkGraphProduct is what a folded graph costs beside the check of the same
// scenario: processor time of the user, and memory. The second one has the most states of
// the built-in scenarios. At most 1.5 times is meant.
func BenchmarkGraphProduct(b *testing.B) {
	for _, name := range []string{"lossy-network", "time-wait-assassination"} {
		b.Run(name, func(b *testing.B) {
			var graph, check [2]float64
			for b.Loop() {
				add(&graph, cost(b, "graph", "product", name, "--profile", "linux"))
				add(&check, cost(b, "check", name, "--profile", "linux", "--progress", "none"))
			}
			b.ReportMetric(graph[0]/check[0], "time-of-check")
			b.ReportMetric(graph[1]/check[1], "memory-of-check")
		})
	}
}

func add(sum *[2]float64, more [2]float64) {
	sum[0] += more[0]
	sum[1] += more[1]
}

// cost is what a run of the program takes: microseconds, and KiB of memory.
func cost(b *testing.B, args ...string) [2]float64 {
	program := exec.Command(os.Args[0], args...)
	program.Env = append(os.Environ(), asProgram+"=1")
	if err := program.Run(); err != nil {
		b.Fatal(err)
	}
	used := program.ProcessState.SysUsage().(*syscall.Rusage)
	return [2]float64{float64(used.Utime.Sec)*1e6 + float64(used.Utime.Usec), float64(used.Maxrss)}
}
