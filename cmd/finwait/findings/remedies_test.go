package findings

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/cmd/finwait/judge"
	"github.com/finwait/finwait/cmd/finwait/scenario"
	"github.com/finwait/finwait/spec"
)

// Each violation names the parameter that would have prevented it, and a check with
// that value holds, not vacuously.
func TestRemediesAreProved(t *testing.T) {
	for _, c := range []struct{ file, set, property, want string }{
		{"first-wave-lost", "", "both-closed", "network.lose=[]"},
		{"time-wait-1msl", "", "quiescence", "client.time_wait=2s"},
		{"normal-close", "client.mutant=no-fin-rexmt-in-fin-wait-1", "every-wait-has-a-timer", "client.mutant=none"},
	} {
		t.Run(c.file, func(t *testing.T) {
			text, err := os.ReadFile(filepath.Join("..", "scenario", "scenarios", c.file+".yaml"))
			require.NoError(t, err)
			parsed, err := scenario.Parse(c.file, text)
			require.NoError(t, err)
			var over scenario.Overrides
			if c.set != "" {
				over.Set = []string{c.set}
			}
			judged := func(over scenario.Overrides) (scenario.Instance, *Subject) {
				i, err := parsed.Instantiate(spec.Article, over)
				require.NoError(t, err)
				asked, err := judge.Of(i, []string{c.property})
				require.NoError(t, err)
				s, err := judge.Judge(t.Context(), asked, checker.Options{})
				require.NoError(t, err)
				return i, &Subject{Judged: s, Instance: i, Asked: asked, Ref: c.file, Over: over}
			}
			_, s := judged(over)
			o := s.Judged.Outcomes[0]
			require.Equal(t, "violated", o.Verdict)
			found, _, tried, err := s.remedies(t.Context(), o)
			require.NoError(t, err)
			require.NotEmpty(t, tried)
			var keys []string
			for _, r := range found {
				keys = append(keys, r.Key)
				_, again := judged(scenario.Overrides{Set: append(append([]string{}, over.Set...), r.Key)})
				require.Equal(t, "holds", again.Judged.Outcomes[0].Verdict, r.Key)
				require.False(t, again.Judged.Outcomes[0].Vacuous, r.Key)
			}
			require.Contains(t, keys, c.want)
		})
	}
}

// The next larger number of retries that helps is told, and no other.
func TestNextLargerOrphanRetries(t *testing.T) {
	text := `{name: x, client: {app: [{do: close, when: start}], sysctl: {net.ipv4.tcp_orphan_retries: 1}}, server: {app: [{do: close, when: after-eof, within: 1s}]},
  network: {lose: [{from: client, segment: FIN, nth: 1}, {from: client, segment: FIN, nth: 2}, {from: client, segment: FIN, nth: 3}]}, profiles: {article: {}}}`
	parsed, err := scenario.Parse("x.yaml", []byte(text))
	require.NoError(t, err)
	i, err := parsed.Instantiate(spec.Article, scenario.Overrides{})
	require.NoError(t, err)
	asked, err := judge.Of(i, []string{"both-closed"})
	require.NoError(t, err)
	judged, err := judge.Judge(t.Context(), asked, checker.Options{})
	require.NoError(t, err)
	require.Equal(t, "violated", judged.Outcomes[0].Verdict)
	s := &Subject{Judged: judged, Instance: i, Asked: asked, Ref: "x.yaml"}
	found, _, _, err := s.remedies(t.Context(), judged.Outcomes[0])
	require.NoError(t, err)
	var retries []string
	for _, r := range found {
		if strings.Contains(r.Key, "client.sysctl.net.ipv4.tcp_orphan_retries") {
			retries = append(retries, r.Key)
		}
		require.Equal(t, strings.HasPrefix(r.Key, "network."), r.Network, r.Key)
	}
	require.Equal(t, []string{"client.sysctl.net.ipv4.tcp_orphan_retries=3"}, retries)
}
