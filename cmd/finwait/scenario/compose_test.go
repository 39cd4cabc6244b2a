package scenario

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/spec"
)

func TestDraft(t *testing.T) {
	d := Draft{
		Comments: []string{"found"}, Name: "found-1", About: "what \"happens\"", Profile: spec.Article,
		Settings: []Setting{
			{"network.loss", "3"}, {"server.rto", "300ms"}, {"client.sysctl.net.ipv4.tcp_fin_timeout", "5"}, {"client.app", "[{do: close}]"},
			{"client.sysctl.net.ipv4.tcp_retries2", "3"},
		},
		Properties: []string{"both-closed", "fin-*"}, Expect: map[string]Expectation{"both-closed": checker.Violated},
	}
	text := d.Write()
	require.Equal(t, `# found
name: found-1
about: "what \"happens\""
client:
  app: [{do: close}]
  sysctl:
    net.ipv4.tcp_retries2: 3
    net.ipv4.tcp_fin_timeout: 5
server:
  rto: 300ms
network:
  loss: 3
profiles: {article: {}}
expect:
  "both-closed": violated
properties: ["both-closed", "fin-*"]
`, string(text))
	s, err := Parse("found.yaml", text)
	require.NoError(t, err)
	i, err := s.Instantiate(spec.Article, Overrides{})
	require.NoError(t, err)
	require.Equal(t, uint8(3), i.Params.Host[spec.Client].TCPRetries2)
	require.Equal(t, 3, i.Params.Net.Losses)
	require.Equal(t, d.Expect, i.Expect)
}
