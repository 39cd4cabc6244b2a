package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/finwait/finwait/cmd/finwait/scenario"
	"github.com/finwait/finwait/cmd/finwait/sweep"
)

// TestExplainScenario: what is shown of each built-in scenario is a scenario of its own.
func TestExplainScenario(t *testing.T) {
	all, err := scenario.Builtin()
	require.NoError(t, err)
	require.NotEmpty(t, all)
	mine := filepath.Join(t.TempDir(), "mine.yaml")
	for _, s := range all {
		r := finwait(t, "explain", s.Name)
		require.Equal(t, 0, r.code, r.stderr)
		text := r.stdout
		if _, file, ok := strings.Cut(text, "\nAlso:\n\n"); ok { // a property has it too
			text = file
		}
		require.NoError(t, os.WriteFile(mine, []byte(text), 0o600))
		again, err := scenario.Load(mine)
		require.NoError(t, err, s.Name)
		require.Len(t, again, 1)
		require.Equal(t, []string{s.Name, s.About}, []string{again[0].Name, again[0].About})
	}
	r := finwait(t, "explain", "time-wait-assassination")
	require.Contains(t, r.stdout, "time-wait-assassination (reachable)")
	require.Contains(t, r.stdout, "name: time-wait-assassination")
	require.Contains(t, parse(t, finwait(t, "explain", "normal-close", "--format", "json").stdout)["scenario"], "text")
}

func TestExplainSweep(t *testing.T) {
	for _, p := range sweep.Builtin() {
		r := finwait(t, "explain", p.Name)
		require.Equal(t, 0, r.code, r.stderr)
		for _, a := range p.Axes {
			require.Contains(t, r.stdout, "--vary "+a.Key+"=")
		}
	}
	r := finwait(t, "explain", "fin-is-ackd")
	require.Equal(t, 2, r.code)
	require.Contains(t, r.stderr, `did you mean "fin-is-acknowledged"?`)
	require.Contains(t, finwait(t, "explain").stderr, "found 0 arguments, want finwait explain")
}
