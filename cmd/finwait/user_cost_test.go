package main

import (
	"context"
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

// BenchmarkOwnProperty is what a property over CEL costs beside a built-in one: at most twice
// as much is wanted.
func BenchmarkOwnProperty(b *testing.B) {
	for name, search := range costs(b) {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				search()
			}
		})
	}
}
