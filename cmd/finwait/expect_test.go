package main

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/cmd/finwait/scenario"
	"github.com/finwait/finwait/properties"
)

// TestExpectationsOfTheFilesAreThoseOfTheCatalogue holds what the built-in files
// expect against each property's own condition on the parameters, which is worked
// out from the scripts and the network and never from a search. A condition may be
// silent; the two may not contradict each other.
func TestExpectationsOfTheFilesAreThoseOfTheCatalogue(t *testing.T) {
	all, err := scenario.Builtin()
	require.NoError(t, err)
	stated, silent := 0, 0
	for _, s := range all {
		for _, profile := range s.Profiles() {
			i, err := s.Instantiate(profile, scenario.Overrides{})
			require.NoError(t, err)
			for _, p := range properties.Catalogue() {
				if !i.Selects(p.Name) || p.Excuse != nil && p.Excuse(i.Params) != "" {
					continue
				}
				file, named := i.Expect[p.Name]
				if !named {
					file = checker.Holds
				}
				switch p.Expect(i.Params) {
				case properties.ExpectHolds:
					require.Equal(t, checker.Holds, file, "%s, %v: %s", s.Name, profile, p.Name)
				case properties.ExpectViolated:
					require.Equal(t, checker.Violated, file, "%s, %v: %s", s.Name, profile, p.Name)
				default:
					silent++
					continue
				}
				stated++
			}
		}
	}
	t.Logf("%d expectations agree with the catalogue, on %d it is silent", stated, silent)
	require.Greater(t, stated, silent, "most expectations have a condition behind them")
}
