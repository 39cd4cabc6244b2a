package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"strings"
	"testing"
)

// BenchmarkCheck is the main job: every built-in scenario in every profile.
func BenchmarkCheck(b *testing.B) { benchmark(b, []string{"check", "--progress", "none"}) }

func benchmark(b *testing.B, args []string) {
	for b.Loop() {
		if code := run(context.Background(), args, strings.NewReader(""), io.Discard, io.Discard); code != 0 {
			b.Fatalf("exit code %d", code)
		}
	}
}

// BenchmarkLargeAny is the search of testdata/large-any.yaml, without reduction, for
// two always properties. It must be complete, and its counts are these.
func BenchmarkLargeAny(b *testing.B) {
	if testing.Short() {
		b.Skip("takes a minute")
	}
	var report struct {
		Scenarios []struct {
			States, Transitions, Depth int
			Complete                   bool
		}
	}
	for b.Loop() {
		var out bytes.Buffer
		code := run(context.Background(), []string{
			"check", "testdata/large-any.yaml", "--time", "any", "--reduction", "none", "--max-time", "0s", "--progress", "none",
			"--property", "no-stuck-state,every-wait-has-a-timer", "--format", "json",
		}, strings.NewReader(""), &out, io.Discard)
		if err := json.Unmarshal(out.Bytes(), &report); err != nil || code != 0 || !report.Scenarios[0].Complete {
			b.Fatalf("exit code %d, error %v, %+v", code, err, report)
		}
	}
	s := report.Scenarios[0]
	if s.States != 6_618_306 || s.Transitions != 128_929_040 || s.Depth != 24 {
		b.Fatalf("%d states, %d transitions, depth %d", s.States, s.Transitions, s.Depth)
	}
	b.ReportMetric(float64(s.States)*float64(b.N)/b.Elapsed().Seconds(), "states/s")
	b.ReportMetric(float64(s.States), "states")
	b.ReportMetric(float64(s.Transitions), "transitions")
	b.ReportMetric(float64(s.Depth), "depth")
}
