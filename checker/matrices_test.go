package checker

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// TestMatricesKeepTheirWords numbers random matrices, leaves some out, and looks for the
// others under their new numbers; one that was left out in spite of being used is missed.
func TestMatricesKeepTheirWords(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		store, table := &matrixStore{}, newValueTable()
		words := func(width int, seed uint64) []uint64 {
			w := make([]uint64, table.words(cells(width)))
			for i := range w {
				w[i] = spread64(seed+uint64(i)) &^ table.borrows
			}
			return w
		}
		var used [maxWidth + 1]bitset
		type known struct {
			width int
			n     uint32
			words []uint64
		}
		var kept []known
		total := rapid.IntRange(1, 3*dictionaryPage).Draw(t, "matrices")
		for seed := range total {
			width := 2 + seed%3
			w := words(width, uint64(seed)<<8)
			n := store.number(width, w)
			require.Equal(t, n, store.number(width, w))
			if rapid.Bool().Draw(t, "used") {
				used[width].set(int(n))
				kept = append(kept, known{width, n, w})
			}
		}
		require.EqualValues(t, total, store.size(), "they are distinct")
		now := store.retain(&used)
		require.EqualValues(t, len(kept), store.size())
		for _, k := range kept {
			n := now[k.width][k.n]
			require.Equal(t, k.words, store.at(k.width, n))
			require.Equal(t, n, store.number(k.width, k.words), "it is found, not added")
		}
		if len(kept) > 0 { // the fault
			k := kept[len(kept)-1]
			var forgotten [maxWidth + 1]bitset
			store.retain(&forgotten)
			require.Zero(t, store.size())
			store.number(k.width, words(k.width, 1))
			require.NotEqual(t, k.words, store.at(k.width, 0))
		}
	})
}
