package fuzz

import (
	"flag"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/finwait/finwait/cmd/finwait/generate"
	"github.com/finwait/finwait/cmd/finwait/mutants"
	"github.com/finwait/finwait/cmd/finwait/scenario"
	"github.com/finwait/finwait/spec"
)

var (
	everyMutant = flag.Bool("every-mutant", false, "look for every historic mutant, which takes minutes")
	mutantSeed  = flag.Uint64("mutant-seed", 1, "with --every-mutant: where to begin")
)

// sample are mutants of every theme, which a few runs find.
var sample = []string{
	"close-resets", "no-fin-rexmt-in-fin-wait-1", "last-ack-any-ack", "fin-wait-1-skips-closing", "fin-wait-2-ignores-text",
	"close-wait-cannot-send", "unacceptable-ack-resets", "fin-wait-2-no-timeout", "time-wait-ignores-fin", "rst-ignored",
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
			r, err := Run(t.Context(), Options{Runs: 500, Seed: *mutantSeed, Workers: 2, Focuses: generate.Focuses(), Space: generate.Fix(generate.Space(), "server.mutant", name)})
			require.NoError(t, err)
			require.Len(t, r.Findings, 1)
			f := r.Findings[0]
			require.Equal(t, "caught", r.Stopped)
			t.Logf("%-34s run %3d  keys %d  %s: %s", name, f.Run+1, len(f.Combination.Settings), f.Subject, f.Combination)
			require.LessOrEqual(t, len(f.Combination.Settings), 6)
		})
	}
}

// TestSoundHostsCatchNothing: what is violated without the mutant, too, is not its doing.
func TestSoundHostsCatchNothing(t *testing.T) {
	space, err := generate.Only(generate.Space(), []string{"server.app"})
	require.NoError(t, err)
	for _, app := range []string{"never", "[{do: close, when: start}]"} { // never closes: both-closed is violated by itself
		space = generate.Fix(generate.Fix(space, "server.app", app), "server.mutant", "no-persist-timer") // which nothing here needs
		r, err := Run(t.Context(), Options{Runs: 3, Seed: 1, Space: space})
		require.NoError(t, err)
		require.Empty(t, r.Findings)
		require.Empty(t, r.Stopped)
	}
}

// TestConformOnRequest: the second table catches nearly all, and counts where it is named.
func TestConformOnRequest(t *testing.T) {
	space := generate.Fix(generate.Space(), "server.mutant", "fin-wait-1-fin-to-last-ack")
	r, err := Run(t.Context(), Options{Runs: 50, Seed: 1, Space: space, Properties: []string{"transitions-*"}})
	require.NoError(t, err)
	require.Empty(t, r.Findings)
	r, err = Run(t.Context(), Options{Runs: 50, Seed: 1, Space: space, Properties: []string{mutants.Conform}})
	require.NoError(t, err)
	require.Len(t, r.Findings, 1)
}

// TestCorpusOfMutants: a finding of a mutant is tried where that mutant is asked for.
func TestCorpusOfMutants(t *testing.T) {
	s, err := scenario.Parse("x.yaml", []byte("server: {app: [{do: close}], mutant: close-resets}\nprofiles: {linux: {}}\n"))
	require.NoError(t, err)
	for mutant, findings := range map[string]int{"none": 0, "rst-ignored": 0, "close-resets": 1} {
		space := generate.Fix(generate.Space(), "server.mutant", mutant)
		r, err := Run(t.Context(), Options{Seed: 1, Space: space, Corpus: []*scenario.Scenario{s}})
		require.NoError(t, err)
		require.Len(t, r.Findings, findings, mutant)
		require.Equal(t, findings, r.Runs)
	}
}
