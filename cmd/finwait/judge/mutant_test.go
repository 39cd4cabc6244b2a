package judge

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/cmd/finwait/scenario"
	"github.com/finwait/finwait/spec"
)

// TestMutantsProveNothingForAllDurations: what a search without durations finds holds of
// the rules for all durations, and of a host that deviates from them it proves nothing.
func TestMutantsProveNothingForAllDurations(t *testing.T) {
	found, err := scenario.Find("normal-close")
	require.NoError(t, err)
	for mutant, want := range map[string]checker.Verdict{"none": checker.Holds, "repeated-fin-ignored": checker.Unknown} {
		i, err := found[0].Instantiate(spec.Linux, scenario.Overrides{Set: []string{"server.mutant=" + mutant}})
		require.NoError(t, err)
		c, err := Of(i, []string{"last-ack-only-passive"})
		require.NoError(t, err)
		s, err := Judge(context.Background(), c, checker.Options{Time: checker.Any, MaxStates: 100_000})
		require.NoError(t, err)
		require.Equal(t, want.String(), s.Outcomes[0].Verdict, mutant)
	}
}
