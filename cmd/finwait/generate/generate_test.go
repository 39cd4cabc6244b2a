package generate

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/finwait/finwait/cmd/finwait/scenario"
	"github.com/finwait/finwait/spec"
)

// TestEveryKeyIsDrawn: a key that a scenario can have has a dimension. Mutants are drawn
// on request only.
func TestEveryKeyIsDrawn(t *testing.T) {
	known := map[string]bool{Profile: true}
	for _, key := range scenario.Settable() {
		known[key] = true
		if strings.HasSuffix(key, ".mutant") {
			continue
		}
		require.GreaterOrEqual(t, find(Space(), key), 0, "add a dimension for %s to space.go: the values that make a difference", key)
	}
	for _, d := range Space() {
		require.True(t, known[d.Key], "%s is no key", d.Key)
		require.Greater(t, len(d.Choices), 1, d.Key)
		require.Less(t, len(d.Choices)-1, slots-d.Rare, "%s: each choice needs a slot", d.Key)
	}
}

// TestEveryChoiceMakesAScenario, alone.
func TestEveryChoiceMakesAScenario(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := rapid.SampledFrom(Space()).Draw(t, "dimension")
		space, err := Only(Space(), []string{d.Key})
		require.NoError(t, err)
		if d.Key != "incarnations" {
			space = Fix(space, "incarnations", "2") // connect needs it
		}
		c := Scenario(space).Draw(t, "scenario")
		_, err = c.Instance()
		require.NoError(t, err, c.String())
	})
}

// TestMostAreScenarios: what does not go together is drawn now and then only.
func TestMostAreScenarios(t *testing.T) {
	good, all := 0, 0
	space := Space()
	met := map[int]map[int]bool{}
	rapid.Check(t, func(t *rapid.T) {
		all++
		c := Scenario(space).Draw(t, "scenario")
		require.Len(t, c.Choices, len(space))
		if _, err := c.Instance(); err == nil {
			good++
		}
		for d, i := range c.Choices {
			if met[d] == nil {
				met[d] = map[int]bool{}
			}
			met[d][i] = true
		}
	})
	require.Greater(t, good*10, all*6, "%d of %d are scenarios", good, all)
	n := 0
	for d := range met {
		n += len(met[d])
	}
	if !testing.Short() {
		require.Greater(t, n, 2*len(space), "values of all dimensions are drawn")
	}
}

func TestFixAndOnly(t *testing.T) {
	space, err := Only(Space(), []string{"client.rto", "network.*"})
	require.NoError(t, err)
	network := 0
	for _, d := range Space() {
		if strings.HasPrefix(d.Key, "network.") {
			network++
		}
	}
	require.Len(t, space, 1+network+3, "what is needed has one value")
	space = Fix(Fix(space, "client.rto", "300ms"), "server.rto", "2s")
	rapid.Check(t, func(t *rapid.T) {
		c := Scenario(space).Draw(t, "scenario")
		i, err := c.Instance()
		if err != nil {
			t.Skip(err)
		}
		require.Equal(t, 300*spec.Millisecond, i.Params.Host[spec.Client].RTO)
		require.Equal(t, 2*spec.Second, i.Params.Host[spec.Server].RTO)
		require.Equal(t, spec.Linux, i.Profile)
		require.Len(t, i.Params.Host[spec.Client].Script, 1)
	})
	_, err = Only(Space(), []string{"client.rtoo"})
	require.ErrorContains(t, err, `no key matches "client.rtoo"`)
	_, err = Only(Space(), []string{"["})
	require.Error(t, err)
}
