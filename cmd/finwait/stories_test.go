package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/finwait/finwait/cmd/finwait/scenario"
)

// TestStories pins a run of every built-in scenario in every profile that it
// names: the chart, and for the article's also the trace, of which replay
// recomputes every state. Rewrite them with: go test ./cmd/finwait -run Stories -update
func TestStories(t *testing.T) {
	all, err := scenario.Builtin()
	require.NoError(t, err)
	for _, s := range all {
		for _, p := range s.Profiles() {
			name := s.Name + "." + p.String()
			t.Run(name, func(t *testing.T) {
				golden(t, filepath.Join("testdata", "stories", name+".txt"), "text", s.Name, p.String())
				if p.String() != "article" {
					return
				}
				trace := filepath.Join("testdata", "stories", name+".trace.json")
				golden(t, trace, "json", s.Name, p.String())
				r := finwait(t, "replay", trace)
				require.Equal(t, 0, r.code, r.stderr)
			})
		}
	}
}

func golden(t *testing.T, path, format, scenario, profile string) {
	t.Helper()
	r := finwait(t, "graph", "trace", scenario, "--profile", profile, "--format", format)
	require.Equal(t, 0, r.code, r.stderr)
	if *update {
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte(r.stdout), 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, string(want), r.stdout)
}
