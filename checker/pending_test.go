package checker

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// TestKeptSingly: where every event has its own ID, those that are kept are found in any
// order; a queue, a window that changed, or the fired event among them is left to keptColumns.
func TestKeptSingly(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(2, 9).Draw(t, "before")
		var before []Event
		for i := range n {
			before = append(before, Event{ID: uint64(i), Earliest: int64(i), Latest: int64(2 * i)})
		}
		fired := rapid.IntRange(0, n-1).Draw(t, "fired")
		var after []Event
		var fresh []uint64
		var want []uint8
		for _, id := range rapid.Permutation([]int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10}).Draw(t, "after") {
			switch what := rapid.IntRange(0, 2).Draw(t, "what"); {
			case what == 0: // made, or made anew
				fresh = append(fresh, uint64(id))
				after, want = append(after, Event{ID: uint64(id), Latest: 7}), append(want, 0)
			case what == 1 && id < n && id != fired:
				after, want = append(after, before[id]), append(want, uint8(id+1))
			}
		}
		cols := make([]uint8, len(after)+1)
		require.True(t, keptSingly(before, fired, fresh, after, cols[:len(after)]))
		require.Equal(t, append(want, 0), append(cols[:len(after):len(after)], 0))

		refused := func(before, after []Event, fresh []uint64) {
			require.False(t, keptSingly(before, fired, fresh, after, make([]uint8, len(after))))
		}
		refused(append(before[:n:n], before[0]), after, fresh)
		refused(before, append(after[:len(after):len(after)], Event{ID: 99}), fresh)
		refused(before, after, append(fresh[:len(fresh):len(fresh)], 99))
		for i, c := range want {
			if c > 0 {
				changed := append([]Event{}, after...)
				changed[i].Latest++
				refused(before, changed, fresh)
			}
		}
		if f := before[fired]; first(after, f.ID) < 0 {
			refused(before, append(after[:len(after):len(after)], f), fresh)
		}
	})
}
