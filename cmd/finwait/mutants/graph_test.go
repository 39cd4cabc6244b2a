package mutants

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/finwait/finwait/cmd/finwait/judge"
	"github.com/finwait/finwait/cmd/finwait/scenario"
	"github.com/finwait/finwait/spec"
)

// TestSameGraph: a deviation that never shows leaves the graph as it is, and one that
// shows in a window alone does not.
func TestSameGraph(t *testing.T) {
	s, err := scenario.Find("first-wave-lost")
	require.NoError(t, err)
	i, err := s[0].Instantiate(spec.Linux, scenario.Overrides{})
	require.NoError(t, err)
	g, err := explore(context.Background(), i.Params)
	require.NoError(t, err)
	for _, tt := range []struct {
		client string
		change func(*spec.HostParams)
		want   bool
	}{
		{"", nil, true},
		{"on-fin.CLOSING.CLOSED", nil, true}, // the peer's FIN comes once
		{"on-close.ESTABLISHED.CLOSING", nil, false},
		{"unarmed.RTO.FIN_WAIT_1", nil, false},
		{"limit.tcp_orphan_retries.+1", nil, false},
		{"", func(c *spec.HostParams) { c.RTO++ }, false},
	} {
		p := i.Params
		p.Host[spec.Client].Mutant, p.Host[spec.Server].Mutant = tt.client, spec.Faithful
		if tt.change != nil {
			tt.change(&p.Host[spec.Client])
		}
		m, err := judge.Model(p)
		require.NoError(t, err)
		require.Equal(t, tt.want, g.same(m), tt.client)
		require.Equal(t, tt.want, g.renamed(m), "%s, one state after the other", tt.client)
	}
}
