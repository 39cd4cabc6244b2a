package main

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestRealTimes judges scenarios with the constants of real connections, in dense
// time. The number of states is pinned: it depends on the rules alone, not on how
// the engine covers the instants.
func TestRealTimes(t *testing.T) {
	for _, c := range []struct {
		name   string
		states float64
	}{{"s1", 446}, {"s2", 320}, {"s2d", 1001}, {"s3", 6252}, {"s4", 2676}} {
		t.Run(c.name, func(t *testing.T) {
			if c.name == "s3" && testing.Short() {
				t.Skip("-short: s3 takes seconds")
			}
			args := realTimes(c.name)
			if c.name == "s3" {
				args = append(args, "--property", "fin-retries-bounded") // one search
			}
			r := finwait(t, append(args, "--format", "json")...)
			require.Equal(t, 0, r.code, r.stdout)
			s := parse(t, r.stdout)["scenarios"].([]any)[0].(map[string]any)
			safety := s["runs"].([]any)[0].(map[string]any)
			require.Equal(t, true, safety["complete"])
			require.Equal(t, c.states, safety["states"])
		})
	}
}

// BenchmarkRealTimes is the whole catalogue on each: milliseconds are meant.
func BenchmarkRealTimes(b *testing.B) {
	for _, name := range []string{"s1", "s2", "s2d", "s3", "s4"} {
		b.Run(name, func(b *testing.B) { benchmark(b, realTimes(name)) })
	}
}

func realTimes(name string) []string {
	return []string{"check", filepath.Join("testdata", "real-times", name+".yaml"), "--time", "exact", "--progress", "none"}
}
