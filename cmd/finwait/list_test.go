package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/finwait/finwait/cmd/finwait/judge"
	"github.com/finwait/finwait/cmd/finwait/mutants"
	"github.com/finwait/finwait/properties"
	"github.com/finwait/finwait/spec"
)

// TestCandidates: each of the rule book's candidates is judged by properties that there
// are, or left out for a reason.
func TestCandidates(t *testing.T) {
	all := properties.Candidates()
	require.Len(t, all, 47)
	for i, c := range all {
		require.Equal(t, i+1, c.Number)
		require.True(t, len(c.Judged) > 0 || c.LeftOut != "", c.Text)
		for _, name := range c.Judged {
			require.True(t, judge.Known(name), "%d: %s", c.Number, name)
		}
	}
	r := finwait(t, "list", "properties", "--long")
	require.Equal(t, 0, r.code)
	require.Contains(t, r.stdout, "47  an orphan at a closed window dies")
}

// TestMutantsAreNamed: each has its texts, is listed and explained, names properties that
// there are, and makes a scenario.
func TestMutantsAreNamed(t *testing.T) {
	list := finwait(t, "list", "mutants")
	require.Equal(t, 0, list.code)
	names := map[string]bool{}
	for _, m := range append(append([]spec.Mutant{}, spec.Mutants()...), spec.Systematic()...) {
		require.False(t, names[m.Name], m.Name)
		names[m.Name] = true
		require.NotEmpty(t, m.About)
		require.NotNil(t, spec.MutantNamed(m.Name))
		for _, p := range m.KilledBy {
			require.True(t, judge.Known(p), "%s: %s", m.Name, p)
		}
	}
	for _, m := range spec.Mutants() {
		require.Contains(t, list.stdout, m.Name)
		require.NotEmpty(t, m.Evidence)
		require.NotEmpty(t, m.KilledBy)
	}
	for _, name := range mutants.Caught() {
		require.True(t, names[name], "caught.txt: %s", name)
	}
	r := finwait(t, "explain", "last-ack-any-ack")
	require.Equal(t, 0, r.code)
	require.Contains(t, r.stdout, "smoltcp")
	r = finwait(t, "check", "normal-close", "--set", "server.mutant=last-ack-any")
	require.Equal(t, 2, r.code)
	require.Contains(t, r.stderr, "last-ack-any-ack")
}

// TestMutantsCommand: a mutant is caught by the property that must catch it, and one that
// was caught before and survives is told by the exit code.
func TestMutantsCommand(t *testing.T) {
	r := finwait(t, "mutants", "fin-stays-established", "time-wait-ignores-fin", "--quick", "--progress", "none", "--format", "json")
	require.Equal(t, 0, r.code, r.stderr)
	for _, m := range parse(t, r.stdout)["mutants"].([]any) {
		require.Equal(t, true, m.(map[string]any)["killed"], m)
	}
	r = finwait(t, "mutants", "no-such")
	require.Equal(t, 2, r.code)
	escaped := mutants.Result{Mutants: []mutants.Mutant{{Name: mutants.Caught()[0]}}}
	escaped.Compare()
	require.Len(t, escaped.Escaped, 1)
}

// TestListClaims: each claim is answered by scenarios and properties that exist, or it is
// said why not; 22 to 42, about TIME_WAIT and the next connection, are all there.
func TestListClaims(t *testing.T) {
	r := finwait(t, "list", "claims", "--long")
	require.Equal(t, 0, r.code, r.stderr)
	all := parse(t, finwait(t, "list", "claims", "--format", "json").stdout)["claims"].([]any)
	answered := map[int]bool{}
	for _, c := range all {
		c := c.(map[string]any)
		tests := c["tests"].([]any)
		answered[int(c["id"].(float64))] = true
		require.Equal(t, c["judged"], len(tests) > 0)
		require.NotEqual(t, c["judged"], c["reason"] != "", "tests, or the reason: %v", c)
		for _, test := range tests {
			name, _, _ := strings.Cut(strings.ReplaceAll(test.(string), " with ", ":"), ":")
			require.Contains(t, finwait(t, "list", "scenarios").stdout, name)
			require.Contains(t, strings.Join(strings.Fields(r.stdout), " "), "· "+test.(string))
		}
	}
	for id := 22; id <= 42; id++ {
		require.True(t, answered[id], "claim %d", id)
	}
}
