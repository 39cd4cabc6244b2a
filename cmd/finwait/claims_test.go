package main

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/cmd/finwait/claims"
	"github.com/finwait/finwait/cmd/finwait/report"
)

// TestClaims judges all claims by the command: as they are pinned, each
// false one with the run or the arithmetic that contradicts it, or without one where no
// run does what is claimed.
func TestClaims(t *testing.T) {
	r := finwait(t, "claims", "--format", "json")
	require.Equal(t, 0, r.code, r.stderr)
	require.Empty(t, r.stderr)
	v := parse(t, r.stdout)
	require.Equal(t, "finwait.claims/1", v["schema"])
	all := v["claims"].([]any)
	require.Len(t, all, 42)
	judged, shown, never := 0, 0, 0
	for i, item := range all {
		c := item.(map[string]any)
		require.Equal(t, []string{"id", "judged", "profiles", "reason", "statement", "tests"}, keysOf(c))
		require.EqualValues(t, i+1, c["id"])
		profiles := c["profiles"].(map[string]any)
		if c["judged"] == false {
			require.NotEmpty(t, c["reason"])
			require.Empty(t, profiles)
			continue
		}
		judged++
		require.Equal(t, []string{"article", "linux", "rfc9293"}, keysOf(profiles))
		for _, answer := range profiles {
			a := answer.(map[string]any)
			require.Equal(t, a["expected"], a["verdict"], "claim %v", c["id"])
			if a["verdict"] == "holds" {
				require.Equal(t, []string{"expected", "verdict"}, keysOf(a))
				continue
			}
			require.Equal(t, "violated", a["verdict"])
			against := a["against"].(string)
			require.Contains(t, c["tests"], against)
			if _, ok := a["counterexample"]; ok {
				shown++
			} else { // it is claimed that something can happen, and it cannot
				require.Regexp(t, `(reachable|eventually|violated|connected-again)`, against, "claim %v", c["id"])
				never++
			}
		}
	}
	require.GreaterOrEqual(t, judged, 33)
	require.GreaterOrEqual(t, shown, 25)
	require.Less(t, never, 12)
}

// TestClaimsAreWritten: the forms of the table, and the exit codes, of a few claims.
func TestClaimsAreWritten(t *testing.T) {
	table := claims.Table()
	some := []claims.Claim{table[0], table[1], table[29]} // false under linux, true, not judged
	write := func(ctx context.Context, some []claims.Claim, format string) (string, error) {
		var out bytes.Buffer
		err := (&app{stdout: &out, stderr: &out}).claims(ctx, some, format)
		return out.String(), err
	}
	text, err := write(context.Background(), some, "text")
	require.NoError(t, err)
	require.Contains(t, text, "  1  true       false      false      A connection is torn down with four segments")
	require.Contains(t, text, " 30  -          -          -          TIME_WAIT costs descriptors, memory, CPU and threads. (resources of a kernel are not modelled)")
	require.Contains(t, text, "\n1 under linux: not so: normal-close: three-segment-close violated\n")
	require.Contains(t, text, "CLOSE_WAIT", "the run that shows it")

	markdown, err := write(context.Background(), some, "markdown")
	require.NoError(t, err)
	require.Contains(t, markdown, "| 1 | true | false | false | A connection is torn down")
	require.Equal(t, 2*strings.Count(markdown, "not so:"), strings.Count(markdown, "```\n"))

	some[1].Expected[2] = checker.Violated
	text, err = write(context.Background(), some, "text")
	require.Equal(t, codeError(report.Different), err)
	require.Contains(t, text, "true (!)")

	stopped, cancel := context.WithCancel(context.Background())
	cancel()
	text, err = write(stopped, some, "text")
	require.Equal(t, codeError(report.Unknown), err)
	require.Contains(t, text, "unknown")

	r := finwait(t, "claims", "--format", "yaml")
	require.Equal(t, 2, r.code)
	require.Contains(t, r.stderr, "text, json, markdown")
	require.Equal(t, 2, finwait(t, "claims", "all").code)
	list := finwait(t, "list", "claims", "--format", "json")
	require.Len(t, parse(t, list.stdout)["claims"].([]any), 42, fmt.Sprint(list.code))
}
