package findings

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/cmd/finwait/document"
	"github.com/finwait/finwait/cmd/finwait/judge"
	"github.com/finwait/finwait/cmd/finwait/scenario"
	"github.com/finwait/finwait/spec"
)

// What a population violates is told like what a connection does, and each cure cures.
func TestPopulationIsTold(t *testing.T) {
	for name, c := range map[string]struct {
		text, when string
		course     bool
	}{
		"closed form": {`{name: x, population: {rate: 500, other_rate: 0, closes_first: client}, expect: {port-always-available: violated}}`, "once connections have come at this rate", false},
		"search":      {`{name: x, client: {sysctl: {net.ipv4.ip_local_port_range: "40000 40002"}, time_wait: 2s}, population: {rate: 2, other_rate: 0, closes_first: client}, expect: {port-always-available: violated}}`, "(step ", true},
	} {
		t.Run(name, func(t *testing.T) {
			parsed, err := scenario.Parse("x.yaml", []byte(c.text))
			require.NoError(t, err)
			instance := func(set ...string) scenario.Instance {
				i, err := parsed.Instantiate(spec.Linux, scenario.Overrides{Set: set})
				require.NoError(t, err)
				return i
			}
			i := instance()
			asked, err := judge.Of(i, nil)
			require.NoError(t, err)
			judged, err := judge.Judge(t.Context(), asked, checker.Options{})
			require.NoError(t, err)
			told, err := (&Subject{Judged: judged, Instance: i, Asked: asked, Ref: "x.yaml"}).Tell(t.Context())
			require.NoError(t, err)
			require.NotEmpty(t, told.Numbers)
			require.Len(t, told.Violations(), 1)
			e := told.Violations()[0]
			require.Equal(t, "port-always-available", e.Property)
			require.Contains(t, e.When, c.when)
			require.Equal(t, c.course, e.Course != "", e.Course)
			require.Equal(t, "finwait check x.yaml --property port-always-available --profile linux", e.Repeat[0].Line)
			require.NotEmpty(t, e.Prevented)
			for _, r := range e.Prevented {
				verdict, err := tryPopulation(t.Context(), e.Property, instance(r.Key))
				require.NoError(t, err)
				require.Equal(t, "holds", verdict, r.Key)
			}
			files, err := document.Document{Cases: []document.Case{told}}.Markdown()
			require.NoError(t, err)
			require.Len(t, files, 1, "there is nothing to draw")
		})
	}
}
