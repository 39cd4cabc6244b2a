package fuzz

import (
	"context"
	"errors"
	"flag"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/finwait/finwait/cmd/finwait/generate"
	"github.com/finwait/finwait/cmd/finwait/judge"
	"github.com/finwait/finwait/cmd/finwait/scenario"
	"github.com/finwait/finwait/cmd/finwait/shard"
	"github.com/finwait/finwait/spec"
)

// with puts an oracle in place of the others until the test is over.
func with(t *testing.T, ask func(p spec.Params) (string, error)) {
	before := oracles
	oracles = []oracle{{name: "seeded", ask: func(_ tester, _ context.Context, q query) (string, error) { return ask(q.asked.Params) }}}
	t.Cleanup(func() { oracles = before })
}

// TestFindingsAreShrunk: of all that was drawn, what a fault needs is left.
func TestFindingsAreShrunk(t *testing.T) {
	with(t, func(p spec.Params) (string, error) {
		if p.Host[spec.Server].TCPFinTimeout > 80*spec.Second && p.Net.Losses > 0 && len(p.Host[spec.Client].Script) > 0 {
			return "a fault", nil
		}
		return "", nil
	})
	r, err := Run(t.Context(), Options{Runs: 600, Seed: 4, SelfCheck: true, MaxStates: 20, Workers: 2})
	require.NoError(t, err)
	require.Len(t, r.Findings, 1, "one for each subject")
	f := r.Findings[0]
	require.Equal(t, "self-check-seeded", f.Subject)
	require.True(t, f.Oracle)
	var keys []string
	for _, s := range f.Combination.Settings {
		keys = append(keys, s.Key)
	}
	require.Equal(t, []string{"client.app", "server.sysctl.net.ipv4.tcp_fin_timeout", "network.loss"}, keys)
	require.Equal(t, "1", f.Combination.Settings[2].Value)
	s, err := scenario.Parse("found.yaml", f.File("finwait …").Write())
	require.NoError(t, err)
	require.Len(t, s.Settings(), 3)

	// The scenario finds it again, as part of a corpus.
	again, err := Run(t.Context(), Options{Corpus: []*scenario.Scenario{s}, SelfCheck: true, MaxStates: 50})
	require.NoError(t, err)
	require.Len(t, again.Findings, 1)
	require.Equal(t, -1, again.Findings[0].Run)
	require.Equal(t, s, again.Findings[0].Known)
	require.Equal(t, 1, again.Runs)
}

// TestFaultsAreFindings: a search that ends in a fault of finwait is shrunk as well, an
// error that says something else is handed on.
func TestFaultsAreFindings(t *testing.T) {
	with(t, func(p spec.Params) (string, error) {
		if p.Net.Duplicates > 0 {
			return "", &judge.InternalError{Case: "drawn", Cause: "a fault"}
		}
		return "", nil
	})
	r, err := Run(t.Context(), Options{Runs: 40, Seed: 1, SelfCheck: true, MaxStates: 20})
	require.NoError(t, err)
	require.Len(t, r.Findings, 1)
	require.Equal(t, broken, r.Findings[0].Subject)
	require.Equal(t, []scenario.Setting{{Key: "network.duplicates", Value: "1"}}, r.Findings[0].Combination.Settings)

	with(t, func(spec.Params) (string, error) { return "", errors.New("trouble") })
	_, err = Run(t.Context(), Options{Runs: 2, Seed: 1, SelfCheck: true, MaxStates: 20})
	require.ErrorContains(t, err, "run 0 of seed 1: self-check-seeded: trouble")
}

// TestRunsDoNotDependOnOthers: workers and shards change nothing.
func TestRunsDoNotDependOnOthers(t *testing.T) {
	found := map[string]bool{}
	with(t, func(p spec.Params) (string, error) { return "", nil })
	tried := func(o Options) (Result, []string) {
		o.Seed, o.SelfCheck, o.MaxStates, o.Runs = 9, true, 20, 24
		r, err := Run(t.Context(), o)
		require.NoError(t, err)
		return r, nil
	}
	one, _ := tried(Options{})
	two, _ := tried(Options{Workers: 3})
	require.Equal(t, one, two)
	require.Equal(t, 24, one.Runs)
	sum := 0
	for i := 1; i <= 5; i++ {
		r, _ := tried(Options{Shard: shard.Shard{Index: i, Count: 5}})
		sum += r.Verdicts
	}
	require.Equal(t, one.Verdicts, sum)
	require.Empty(t, found)
}

func TestBoundsAreKept(t *testing.T) {
	with(t, func(spec.Params) (string, error) { return "", nil })
	r, err := Run(t.Context(), Options{})
	require.NoError(t, err)
	require.Zero(t, r.Runs, "the zero value tries nothing")
	r, err = Run(t.Context(), Options{Duration: time.Nanosecond, MaxStates: 10})
	require.NoError(t, err)
	require.Equal(t, "duration", r.Stopped)
	ctx, cancel := context.WithCancel(t.Context())
	r, err = Run(ctx, Options{Runs: 1000, MaxStates: 10, Progress: func(Result) { cancel() }})
	require.NoError(t, err)
	require.Equal(t, "interrupted", r.Stopped)
	require.Equal(t, batch, r.Runs)
}

// TestEngineLeavesFlagsAlone: rapid is used by tests, too.
func TestEngineLeavesFlagsAlone(t *testing.T) {
	before := map[string]string{}
	flag.VisitAll(func(f *flag.Flag) { before[f.Name] = f.Value.String() })
	_, err := Run(t.Context(), Options{Runs: 2, Seed: 1, MaxStates: 10})
	require.NoError(t, err)
	flag.VisitAll(func(f *flag.Flag) { require.Equal(t, before[f.Name], f.Value.String(), f.Name) })
}

func TestCoverage(t *testing.T) {
	space := []generate.Dimension{
		{Key: "a", Choices: []generate.Choice{{Label: "0"}, {Label: "1"}}},
		{Key: "b", Choices: []generate.Choice{{Label: "0"}, {Label: "1"}, {Label: "2"}}},
	}
	c := newTried(space)
	require.Equal(t, Coverage{Keys: 2, Values: 5, Pairs: 6, Untried: []string{"a=0", "a=1", "b=0", "b=1", "b=2"}}, c.coverage())
	c.add(0, []int{0, 2})
	c.add(1, []int{0, 2})
	c.add(2, []int{1, 2})
	require.Equal(t, Coverage{Keys: 2, Values: 5, ValuesTried: 3, Pairs: 6, PairsTried: 2, Untried: []string{"b=0", "b=1"}}, c.coverage())
	again, err := Covered(space, c.runs)
	require.NoError(t, err)
	require.Equal(t, c.coverage(), again)
	for _, bad := range []string{"0", "03", "0-", "000"} {
		_, err = Covered(space, map[int]string{0: bad})
		require.ErrorContains(t, err, "names no choices", bad)
	}
}
