package findings

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/cmd/finwait/document"
	"github.com/finwait/finwait/cmd/finwait/judge"
	"github.com/finwait/finwait/cmd/finwait/scenario"
)

// The report of every built-in scenario with a violation is below 3 MB, even if each value
// that is tried would have prevented it.
func TestReportsOfViolationsAreSmall(t *testing.T) {
	if testing.Short() {
		t.Skip("judges all built-in scenarios that have a violation")
	}
	scenarios, err := scenario.Builtin()
	require.NoError(t, err)
	seen := 0
	for _, s := range scenarios {
		for _, profile := range s.Profiles() {
			i, err := s.Instantiate(profile, scenario.Overrides{})
			require.NoError(t, err)
			violated := false
			for _, v := range i.Expect {
				violated = violated || v == checker.Violated
			}
			if !violated {
				continue
			}
			seen++
			c, err := judge.Of(i, nil)
			require.NoError(t, err)
			judged, err := judge.Judge(t.Context(), c, checker.Options{Reduction: checker.ReduceNone, AnyStates: 1000})
			require.NoError(t, err)
			told, err := (&Subject{Judged: judged, Instance: i, Asked: c, Ref: s.Name, try: func(scenario.Instance) (string, error) { return "holds", nil }}).Tell(t.Context())
			require.NoError(t, err)
			var page bytes.Buffer
			require.NoError(t, document.Document{Cases: []document.Case{told}}.WriteHTML(&page))
			require.Less(t, page.Len(), 3_000_000, c.String())
			for _, e := range told.Violations() {
				require.NotEmpty(t, e.Prevented, c.String())
				require.Contains(t, page.String(), `id="`+e.ID+`"`)
			}
		}
	}
	require.Greater(t, seen, 20)
}
