package main

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/cmd/finwait/judge"
	"github.com/finwait/finwait/cmd/finwait/scenario"
	"github.com/finwait/finwait/spec"
)

// TestBuiltinScenariosExerciseAllRules: over the built-in scenarios of a profile every row
// of every table, every kind of event and of segment and every timer is exercised, or
// listed as unreachable with the reason.
func TestBuiltinScenariosExerciseAllRules(t *testing.T) {
	all, err := scenario.Builtin()
	require.NoError(t, err)
	var judged []judge.Scenario
	for _, s := range all {
		for _, profile := range s.Profiles() {
			i, err := s.Instantiate(profile, scenario.Overrides{})
			require.NoError(t, err)
			c, err := judge.Of(i, nil)
			require.NoError(t, err)
			c.Properties, c.Coverage = nil, true // what holds is judged elsewhere
			j, err := judge.Judge(context.Background(), c, checker.Options{})
			require.NoError(t, err)
			judged = append(judged, j)
		}
	}
	over := judge.Over(judged)
	for _, p := range spec.Profiles() {
		c := over[p.String()]
		require.True(t, c.Complete)
		require.False(t, c.Uncovered())
		for _, parts := range c.Kinds() {
			require.Empty(t, parts.Never, p)
			require.NotEmpty(t, parts.Exercised)
			for _, u := range parts.Unreachable {
				require.NotEmpty(t, u.Reason, u.Name)
			}
		}
		require.Len(t, c.Rows.Exercised, 80-len(c.Rows.Unreachable))
		require.GreaterOrEqual(t, len(c.Rows.Exercised), 45)
	}
}

func TestCoverageIsReported(t *testing.T) {
	check := []string{"check", "first-wave-lost", "three-segment-close", "port-exhaustion", "--profile", "linux", "--property", "fin-*,port-always-available", "--coverage"}
	r := finwait(t, append(check, "--format", "json")...)
	require.Equal(t, 0, r.code, r.stderr)
	report := parse(t, r.stdout)
	parts := func(of any, kind string) map[string]any {
		c := of.(map[string]any)
		require.Equal(t, []string{"actions", "complete", "rows", "segments", "timers"}, keysOf(c))
		require.Equal(t, true, c["complete"])
		p := c[kind].(map[string]any)
		require.Equal(t, []string{"exercised", "never", "unreachable"}, keysOf(p))
		return p
	}
	scenarios := report["scenarios"].([]any)
	first, second := scenarios[0].(map[string]any)["coverage"], scenarios[1].(map[string]any)["coverage"]
	require.NotContains(t, scenarios[2], "coverage", "a population has no rules of one connection")
	require.Equal(t, []any{"on-close.ESTABLISHED"}, parts(first, "rows")["exercised"])
	require.Equal(t, []any{"rto", "tail-loss-probe"}, parts(first, "timers")["exercised"])
	require.NotContains(t, parts(first, "rows")["exercised"], "on-fin.ESTABLISHED")
	require.Contains(t, parts(first, "rows")["never"], "on-fin.ESTABLISHED")
	require.Contains(t, parts(second, "rows")["exercised"], "on-fin.ESTABLISHED")
	all := report["coverage"].(map[string]any)
	require.Equal(t, []string{"linux"}, keysOf(all))
	sum := parts(all["linux"], "rows")
	require.Subset(t, sum["exercised"], parts(first, "rows")["exercised"])
	require.Contains(t, sum["exercised"], "on-fin.ESTABLISHED")
	require.NotContains(t, sum["never"], "on-fin.ESTABLISHED")
	require.Contains(t, sum["unreachable"], map[string]any{"name": "lingers.CLOSE_WAIT", "reason": "close() queues the FIN, and so leaves the state, before it blocks"})

	r = finwait(t, check...)
	require.Equal(t, 0, r.code, r.stderr)
	for _, text := range []string{
		"exercised                        on-close of ESTABLISHED; actions application-call",
		"coverage · linux", "never exercised: on-close of FIN_WAIT_1", "table rows, ", "lingers of ESTABLISHED, CLOSE_WAIT: close() queues the FIN",
	} {
		require.Contains(t, r.stdout, text)
	}
	require.NotContains(t, finwait(t, check[:len(check)-1]...).stdout, "exercised", "only where it is asked for")
}

// TestFailOn: what is found besides verdicts decides the exit code only where that is
// asked for, and not where a bound kept it from being found.
func TestFailOn(t *testing.T) {
	one := []string{"check", "first-wave-lost", "--profile", "linux", "--property"}
	guarded, plain := append(one[:len(one):len(one)], "time-wait-length"), append(one[:len(one):len(one)], "fin-is-retransmitted")
	for _, c := range []struct {
		args []string
		code int
		says string
	}{
		{guarded, 0, "1 vacuously"},
		{with(guarded, "--fail-on", "vacuous"), 1, "DIFFERENT: holds vacuously, but its guard was expected to occur"},
		{with(plain, "--fail-on", "vacuous"), 0, "1 property holds"},
		{with(plain, "--fail-on", "uncovered"), 1, "rules NOT COVERED"},
		{with(plain, "--fail-on", "vacuous,uncovered"), 1, "✗ never exercised: on-close of FIN_WAIT_1"},
		{with(guarded, "--fail-on", "vacuous", "--fail-on", "uncovered"), 1, "DIFFERENT"},
		{with(plain, "--fail-on", "uncovered", "--max-states", "2"), 3, "1 unknown"},
		{with(plain, "--coverage"), 0, "never exercised"},
		{with(guarded, "--fail-on", "vacuous", "--format", "junit"), 1, `message="holds vacuously`},
		{with(plain, "--fail-on", "uncovered", "--format", "junit"), 1, `message="never exercised: on-close`},
		{with(plain, "--fail-on", "uncovered", "--format", "github"), 1, "::error file="},
		{with(plain, "--fail-on", "uncovered", "--format", "sarif"), 1, `"ruleId": "uncovered"`},
		{with([]string{"check", "fin-wait-2-after-shutdown", "--profile", "linux", "--property", "both-closed"}, "--fail-on", "vacuous"), 0, "excused"},
	} {
		r := finwait(t, c.args...)
		require.Equal(t, c.code, r.code, strings.Join(c.args, " ")+"\n"+r.stdout+r.stderr)
		require.Contains(t, r.stdout, c.says, strings.Join(c.args, " "))
	}
	r := finwait(t, with(plain, "--fail-on", "vacous")...)
	require.Equal(t, 2, r.code)
	require.Contains(t, r.stderr, `--fail-on: unknown finding "vacous" (did you mean "vacuous"?); there are vacuous, uncovered`)
}
