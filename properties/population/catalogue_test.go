package population

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/properties"
	"github.com/finwait/finwait/spec/population"
)

// TestEachPropertyHoldsAndFails: for each there are real numbers for which it holds,
// and others for which it does not.
func TestEachPropertyHoldsAndFails(t *testing.T) {
	bad := map[string]func(p *population.Params){
		"port-always-available":             func(p *population.Params) { p.Rate[0] = 471 },
		"other-destination-still-reachable": func(p *population.Params) { p.Rate[0], p.Rate[1], p.Bind = 0, 600, true },
		"server-side-never-short-of-ports": func(p *population.Params) {
			p.ClosesFirst, p.ArbitraryISN, p.Host[population.Server].Timestamps = population.Server, true, false
		},
		"buckets-never-overflow": func(p *population.Params) { p.Host[population.Client].MaxTwBuckets = 5999 },
		"orphans-within-limit":   func(p *population.Params) { p.OrphanTime, p.Host[population.Server].MaxOrphans = 10_000_000, 1000 },
	}
	names := map[string]bool{}
	for _, p := range properties.Catalogue() {
		names[p.Name] = true
	}
	require.Len(t, bad, len(Catalogue()))
	for _, p := range Catalogue() {
		require.False(t, names[p.Name], "%s is the name of another property", p.Name)
		good := population.Default()
		good.Rate = [2]int64{100, 1}
		v, reason := p.Closed(good)
		require.Equal(t, checker.Holds, v, "%s: %s", p.Name, reason)
		broken := good
		bad[p.Name](&broken)
		v, reason = p.Closed(broken)
		require.Equal(t, checker.Violated, v, "%s: %s", p.Name, reason)
		for _, text := range []string{p.Claim, p.About, p.Source, p.HoldsWhen, reason} {
			require.NotEmpty(t, text, p.Name)
		}
	}
}
