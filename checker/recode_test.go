package checker

import (
	"math"
	"runtime"
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
		renumbered := table.add([]int64{v})
		if renumbered == nil || bits != 32 {
			continue
		}
		wide++
		var from, to runtime.MemStats
		runtime.ReadMemStats(&from)
		r := newRecode(renumbered, bits, table)
		runtime.ReadMemStats(&to)
		require.Less(t, to.TotalAlloc-from.TotalAlloc, uint64(1<<20))
		for old, code := range renumbered {
			word := uint64(old)
			require.Equal(t, []uint64{uint64(code)}, r.translate([]uint64{word}, 1, nil))
		}
	}
	require.Positive(t, wide, "wide lanes were renumbered")
}
