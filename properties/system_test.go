package properties_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/properties"
	"github.com/finwait/finwait/spec"
)

// TestComposedSearchesAgree compares all that is said of invariants and goals in a search
// on words with what one on states says.
func TestComposedSearchesAgree(t *testing.T) {
	composed := 0
	rapid.Check(t, func(t *rapid.T) {
		p := drawParams(t)
		m, err := spec.New(p)
		if err != nil {
			t.Skip("spec.New refuses what was drawn, rapid draws again: ", err)
		}
		var props []checker.Property[spec.State]
		for _, c := range properties.Catalogue() {
			if made := c.Make(p); made.Kind == checker.Always || made.Kind == checker.Reachable {
				props = append(props, made)
			}
		}
		require.NotEmpty(t, props)
		opt := checker.Options{Time: checker.Any, Reduction: checker.ReduceNone, MaxStates: 3000, Workers: 1}
		want, err := checker.Check(context.Background(), checker.System[spec.State]{Exact: m, Any: m.Any()}, props, opt)
		require.NoError(t, err)
		if m.Any().Compose() != nil {
			composed++
		}
		for _, workers := range []int{1, 3} {
			opt.Workers = workers
			got, err := checker.Check(context.Background(), properties.System(m), props, opt)
			require.NoError(t, err)
			complete := want.Runs[0].Complete
			for i := range want.Outcomes {
				a, b := want.Outcomes[i], got.Outcomes[i]
				require.Equal(t, a.Verdict, b.Verdict, a.Property)
				require.Equal(t, a.Vacuous, b.Vacuous, a.Property)
				if complete { // else what is met before a bound differs
					require.Equal(t, a.Reason, b.Reason, a.Property)
				}
				if a.Trace != nil && b.Trace != nil {
					require.Len(t, b.Trace.Steps, len(a.Trace.Steps), a.Property)
				}
			}
			require.Equal(t, []any{want.Runs[0].States, want.Runs[0].Depth, want.Runs[0].Stopped}, []any{got.Runs[0].States, got.Runs[0].Depth, got.Runs[0].Stopped})
			if complete {
				require.Equal(t, want.Runs[0].Transitions, got.Runs[0].Transitions)
			}
		}
	})
	require.NotZero(t, composed)
}
