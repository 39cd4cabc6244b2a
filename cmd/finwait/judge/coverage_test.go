package judge

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/cmd/finwait/scenario"
	"github.com/finwait/finwait/properties"
	"github.com/finwait/finwait/spec"
)

// TestVacuityIsExact: without durations the FIN may be sent again although its ACK comes
// in time, so that a guard on that holds there. With the durations it never does.
func TestVacuityIsExact(t *testing.T) {
	found, err := scenario.Find("normal-close")
	require.NoError(t, err)
	i, err := found[0].Instantiate(spec.Linux, scenario.Overrides{})
	require.NoError(t, err)
	again := func(s spec.State) bool { return s.Host[spec.Client].FinsSent > 1 }
	closing := func(s spec.State) bool { return s.Host[spec.Client].State == spec.FinWait1 }
	for name, c := range map[string]struct {
		from             func(spec.State) bool
		vacuous, exactly bool
	}{
		"sent-again": {again, false, true},
		"sent":       {closing, false, false},
	} {
		p := properties.Property{Name: name, Kind: checker.Always, Excuse: func(spec.Params) string { return "" }}
		p.Make = func(spec.Params) checker.Property[spec.State] {
			return checker.Property[spec.State]{Name: name, Kind: checker.Always, From: c.from, Goal: func(spec.State) bool { return true }}
		}
		for _, coverage := range []bool{false, true} {
			s, err := Judge(context.Background(), Case{Name: "x", Profile: "linux", Params: i.Params, Properties: []properties.Property{p}, Coverage: coverage}, checker.Options{})
			require.NoError(t, err)
			require.Equal(t, checker.AllDurations.String(), s.Outcomes[0].Scope)
			require.Equal(t, coverage && c.exactly || !coverage && c.vacuous, s.Outcomes[0].Vacuous, name)
			require.Equal(t, coverage, s.Coverage != nil)
		}
	}
}
