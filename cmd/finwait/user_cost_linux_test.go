package main

import (
	"context"
	"slices"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/cmd/finwait/judge"
	"github.com/finwait/finwait/cmd/finwait/scenario"
	"github.com/finwait/finwait/properties"
	"github.com/finwait/finwait/properties/user"
	"github.com/finwait/finwait/spec"
)

// costs are searches of lossy-network for a property of the catalogue, and for the same
// one over CEL.
func costs(tb testing.TB) map[string]func() {
	found, err := scenario.Find("lossy-network")
	require.NoError(tb, err)
	i, err := found[0].Instantiate(spec.Linux, scenario.Overrides{})
	require.NoError(tb, err)
	builtin, err := properties.Select([]string{"last-ack-only-passive"})
	require.NoError(tb, err)
	own, err := user.Compile(user.Definition{Name: "mine", Pattern: user.Always,
		Of: "(client.state != LAST_ACK || client.peer_fin) && (server.state != LAST_ACK || server.peer_fin) && !(client.state == LAST_ACK && server.state == LAST_ACK)"})
	require.NoError(tb, err)
	search := func(p properties.Property) func() {
		return func() {
			c := judge.Case{Name: "lossy-network", Profile: "linux", Params: i.Params, Properties: []properties.Property{p}}
			s, err := judge.Judge(context.Background(), c, checker.Options{Time: checker.Any, Reduction: checker.ReduceNone, Workers: 1})
			require.NoError(tb, err)
			require.Equal(tb, checker.Holds.String(), s.Outcomes[0].Verdict)
			require.Greater(tb, s.States, 5000)
		}
	}
	return map[string]func(){"built-in": search(builtin[0]), "cel": search(own)}
}

// TestConditionsAreCheap: a property over CEL costs at most twice what a built-in one
// does, by the median of the processor time of searches one after the other.
func TestConditionsAreCheap(t *testing.T) {
	if testing.Short() {
		t.Skip("it measures")
	}
	spent := map[string][]int64{}
	of := costs(t)
	for range 3 {
		for name, search := range of {
			begin := processorTime(t)
			for range 5 {
				search()
			}
			spent[name] = append(spent[name], processorTime(t)-begin)
		}
	}
	median := func(name string) int64 {
		slices.Sort(spent[name])
		return spent[name][1]
	}
	t.Logf("built-in %d µs, cel %d µs", median("built-in"), median("cel"))
	require.LessOrEqual(t, median("cel"), 2*median("built-in"))
}

// processorTime is what the process has used so far, outside of the kernel, in microseconds.
func processorTime(t *testing.T) int64 {
	var used syscall.Rusage
	require.NoError(t, syscall.Getrusage(syscall.RUSAGE_SELF, &used))
	return used.Utime.Sec*1_000_000 + int64(used.Utime.Usec)
}

func BenchmarkOwnProperty(b *testing.B) {
	for name, search := range costs(b) {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				search()
			}
		})
	}
}
