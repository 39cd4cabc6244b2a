package claims

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/finwait/finwait/checker"
)

// TestEveryRowIsThere: all rows of the article are listed in order, each with tests or
// with the reason why there are none.
func TestEveryRowIsThere(t *testing.T) {
	all := Table()
	require.Len(t, all, 42)
	for i, c := range all {
		require.Equal(t, i+1, c.ID)
		require.NotEmpty(t, c.Statement)
		require.Equal(t, len(c.Tests) == 0, c.Unjudged != "", c.ID)
		for _, test := range c.Tests {
			require.NotEqual(t, checker.Unknown, test.Says, c.ID)
		}
	}
}

// TestVerdictsArePinned judges all claims: the verdicts are those of the table, and
// what is false is contradicted by a run where a run can do so.
func TestVerdictsArePinned(t *testing.T) {
	all, err := Judge(context.Background(), Table(), checker.Options{})
	require.NoError(t, err)
	shown := 0
	for _, j := range all {
		require.Len(t, j.Profiles, map[bool]int{true: 3, false: 0}[j.Judged])
		for profile, a := range j.Profiles {
			require.Equal(t, a.Expected, a.Verdict, "claim %d under %s: %s", j.ID, profile, a.Against)
			require.Equal(t, a.Verdict == checker.Violated.String(), a.Against != "")
			if a.Counterexample != "" {
				require.Equal(t, checker.Violated.String(), a.Verdict)
				shown++
			}
		}
	}
	require.GreaterOrEqual(t, shown, 20)
	var text, markdown bytes.Buffer
	require.NoError(t, Write(&text, all, false))
	require.NoError(t, Write(&markdown, all, true))
	require.NotContains(t, text.String(), "(!)")
	require.Equal(t, 43+1, strings.Count(markdown.String(), "\n| ")+1+strings.Count(markdown.String(), "|---|---|---|---|---|"))
}

// TestNothingIsJudgedVacuously: a test whose property says nothing of its scenario is
// refused, for it could not fail.
func TestNothingIsJudgedVacuously(t *testing.T) {
	for _, test := range []Test{
		{Scenario: "normal-close", Property: "every-last-ack-fin-finds-time-wait", Says: yes}, // excused: one connection
		{Scenario: "first-wave-lost", Property: "time-wait-length", Says: yes},                // no TIME_WAIT there
	} {
		_, err := Judge(context.Background(), []Claim{{ID: 1, Tests: []Test{test}, Expected: each(yes)}}, checker.Options{})
		require.ErrorContains(t, err, "says nothing there")
	}
}

// TestOtherVerdictsStandOut: a claim that comes out otherwise than expected is marked.
func TestOtherVerdictsStandOut(t *testing.T) {
	c := table[1]
	c.Expected = each(no)
	all, err := Judge(context.Background(), []Claim{c}, checker.Options{})
	require.NoError(t, err)
	require.True(t, all[0].Profiles["linux"].Different())
	var b bytes.Buffer
	require.NoError(t, Write(&b, all, false))
	require.Contains(t, b.String(), "true (!)")
}
