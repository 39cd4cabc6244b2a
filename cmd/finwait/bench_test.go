package main

import (
	"context"
	"io"
	"strings"
	"testing"
)

// BenchmarkCheck is the main job: every built-in scenario in every profile.
func BenchmarkCheck(b *testing.B) {
	for b.Loop() {
		if code := run(context.Background(), []string{"check", "--progress", "none"}, strings.NewReader(""), io.Discard, io.Discard); code != 0 {
			b.Fatalf("exit code %d", code)
		}
	}
}
