package fuzz

import (
	"flag"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/finwait/finwait/cmd/finwait/generate"
	"github.com/finwait/finwait/spec"
)

var everyMutant = flag.Bool("every-mutant", false, "look for every historic mutant, which takes minutes")

// sample are mutants of every theme that a few runs find.
var sample = []string{
	"last-ack-any-ack", "time-wait-ignores-fin",
}

// TestMutantsAreFound: random scenarios find a mutant, and of those that show it the one
// that is left has at most six keys, the mutant's among them.
func TestMutantsAreFound(t *testing.T) {
	names := sample
	if *everyMutant {
		names = nil
		for _, m := range spec.Mutants() {
			names = append(names, m.Name)
		}
	}
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			r, err := Run(t.Context(), Options{Runs: 500, Seed: 1, Workers: 2, Space: generate.Fix(generate.SpaceOfMutants(), "server.mutant", name)})
			require.NoError(t, err)
			require.Len(t, r.Findings, 1)
			f := r.Findings[0]
			require.Equal(t, "caught", r.Stopped)
			t.Logf("%-34s run %3d  keys %d  %s: %s", name, f.Run+1, len(f.Combination.Settings), f.Subject, f.Combination)
			require.LessOrEqual(t, len(f.Combination.Settings), 6)
		})
	}
}
