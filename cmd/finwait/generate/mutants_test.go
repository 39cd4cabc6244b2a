package generate

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// TestSpaceOfMutants has all that Space has, and most of it makes scenarios.
func TestSpaceOfMutants(t *testing.T) {
	space := SpaceOfMutants()
	for i, d := range Space() {
		require.Equal(t, d.Key, space[i].Key)
		require.GreaterOrEqual(t, len(space[i].Choices), len(d.Choices))
		require.Less(t, len(space[i].Choices)-1, slots-space[i].Rare+1, "%s: each choice needs a slot", d.Key)
	}
	good, all := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		all++
		if _, err := Scenario(space).Draw(t, "scenario").Instance(); err == nil {
			good++
		}
	})
	require.Greater(t, good*10, all*6, "%d of %d are scenarios", good, all)
}
