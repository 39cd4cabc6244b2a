package checker

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// The bounds of a clock grow with every level of a search, upwards or downwards.
// Numbering all anew that often, and with them the matrices of all classes, would
// make the time of a long chain grow with its square.
func TestGrowingBoundsSeldomChangeCodes(t *testing.T) {
	for name, step := range map[string]int64{"upwards": 1, "downwards": -1} {
		t.Run(name, func(t *testing.T) {
			table, renumbered := newValueTable(), 0
			for v := int64(1); v <= 20_000; v++ {
				if table.add([]int64{step * v, step * (v + 1)}) != nil {
					renumbered++
				}
			}
			require.Positive(t, renumbered, "lanes had to be widened")
			require.Less(t, renumbered, 200)
		})
	}
}
