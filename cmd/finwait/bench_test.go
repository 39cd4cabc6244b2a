package main

import (
	"context"
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
