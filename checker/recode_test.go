package checker

import (
	"math"
	"runtime"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestWideLanesAreRenumberedInLittleMemory: codes of 32 bits are spread over all of their
// range, which is no size for a table.
func TestWideLanesAreRenumberedInLittleMemory(t *testing.T) {
	before := laneWidths
	laneWidths = []laneWidth{{16, 4}, {32, math.MaxInt}}
	defer func() { laneWidths = before }()
	table := newValueTable()
	wide := 0
	for v := int64(1 << 40); v > 1<<4; v >>= 1 { // each into the gap below the last one
		bits := table.laneBits
		before, oldCodes := slices.Clone(table.sorted), slices.Clone(table.codes)
		var from, to runtime.MemStats
		runtime.ReadMemStats(&from)
		r := table.add([]int64{v})
		runtime.ReadMemStats(&to)
		if r == nil || bits != 32 {
			continue
		}
		wide++
		require.Less(t, to.TotalAlloc-from.TotalAlloc, uint64(1<<20))
		for i, old := range oldCodes {
			require.Equal(t, []uint64{uint64(table.code(before[i]))}, r.translate([]uint64{uint64(old)}, 1, nil))
		}
	}
	require.Positive(t, wide, "wide lanes were renumbered")
}
