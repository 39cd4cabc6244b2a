package checker

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// TestSubtractAndMerge compares runs with sets, with blocks and windows of a few
// rows.
func TestSubtractAndMerge(t *testing.T) {
	dir := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.IntRange(1, 3).Draw(t, "words")
		keys := rapid.SampledFrom([]uint64{8, 200, 2000}).Draw(t, "keys")
		small := rapid.IntRange(1, 5).Draw(t, "rows of a window")
		s, err := newSpillStore(dir, rowForm{words: words, bare: words == 1})
		require.NoError(t, err)
		defer func() { require.NoError(t, s.close()) }()
		s.ends = []int64{0}
		draw := func(name string) (rows [][]uint64) {
			for range rapid.IntRange(0, 300).Draw(t, name) {
				row := make([]uint64, words)
				for i := range row {
					row[i] = rapid.Uint64Range(0, 2).Draw(t, "word")
				}
				row[0] = rapid.Uint64Range(0, keys).Draw(t, "key") << 48
				rows = append(rows, row)
			}
			slices.SortFunc(rows, slices.Compare)
			return slices.CompactFunc(rows, slices.Equal)
		}
		known := map[string]bool{}
		name := func(row []uint64) string { return string(bytesOf(row)) }
		for range rapid.IntRange(1, 4).Draw(t, "runs") {
			var sizes [shards]int64
			var flat []uint64
			for _, row := range draw("rows") {
				if !known[name(row)] {
					known[name(row)] = true
					sizes[shardOf(row[0])]++
					flat = append(flat, row...)
				}
			}
			r := s.newRun(s.levels, s.end(), &sizes)
			r.blockRows = int64(small)
			r.keys = make([]uint64, (r.rows()+r.blockRows-1)/r.blockRows)
			require.NoError(t, r.write(0, flat, words))
			s.ends[0] += r.rows()
			s.runs = append(s.runs, r)
		}
		sought := draw("sought")
		buf := make([]uint64, words*rapid.IntRange(1, 9).Draw(t, "window"))
		check := func() {
			for shard := range shards {
				var flat, want []uint64
				for _, row := range sought {
					if shardOf(row[0]) == shard {
						flat = append(flat, row...)
						if !known[name(row)] {
							want = append(want, row...)
						}
					}
				}
				for _, r := range s.runs {
					flat, err = r.subtract(flat, shard, words, buf)
					require.NoError(t, err)
				}
				require.True(t, slices.Equal(want, flat))
			}
		}
		check()
		rows := int64(0)
		for _, r := range s.runs {
			rows += r.rows()
		}
		require.NoError(t, s.merge(len(s.runs), 2))
		require.Len(t, s.runs, 1)
		require.Equal(t, rows, s.runs[0].rows())
		check()
	})
}

// TestRunMerger merges with windows of a few rows.
func TestRunMerger(t *testing.T) {
	s, err := newSpillStore(t.TempDir(), rowForm{words: 1, bare: true})
	require.NoError(t, err)
	s.ends = []int64{0}
	for i := range uint64(3) {
		var flat []uint64
		for k := range uint64(100) {
			flat = append(flat, k*k*3+i)
		}
		r := s.newRun(s.levels, s.end(), &[shards]int64{0: 100})
		require.NoError(t, r.write(0, flat, 1))
		s.ends[0] += 100
		s.runs = append(s.runs, r)
	}
	to := s.newRun(s.levels, s.end(), &[shards]int64{0: 300})
	m := newRunMerger(1)
	m.memory = [][]uint64{make([]uint64, 3), make([]uint64, 1), make([]uint64, 200)}
	require.NoError(t, m.merge(s.runs, to, 0))
	all := make([]uint64, 300)
	require.NoError(t, readRows(s.levels, 300, all, 1))
	require.True(t, slices.IsSorted(all))
	require.Len(t, slices.Compact(all), 300)
	require.NoError(t, s.close())
}

// TestMetRows: of rows that were met, each that was not met before is among the sorted
// ones, once.
func TestMetRows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.IntRange(1, 3).Draw(t, "words")
		shift := rapid.SampledFrom([]int{0, 20, 46, 54}).Draw(t, "shift")
		bare := rapid.SampledFrom([]uint64{0, 1<<64 - 1}).Draw(t, "turned")
		table, sorter := metRows{words: words}, rowSorter{}
		table.remember(rapid.IntRange(2, 100).Draw(t, "remembered"))
		known := map[string]bool{}
		for range 3 { // what is remembered outlives a flush
			for range rapid.IntRange(0, 3).Draw(t, "rounds") {
				var rows []uint64
				for range rapid.IntRange(0, 200).Draw(t, "rows") {
					row := make([]uint64, words)
					for i := range row {
						row[i] = rapid.Uint64Range(0, 300).Draw(t, "word")
					}
					row[0] = bare ^ row[0]<<shift
					rows = append(rows, row...)
				}
				table.add(rows, rapid.SampledFrom([]int{0, 300}).Draw(t, "most"))
				for i := 0; i < len(rows); i += words {
					name := string(bytesOf(rows[i : i+words]))
					known[name] = known[name] || false
				}
				if rapid.Bool().Draw(t, "sort") {
					sorter.sort(&table)
				}
			}
			sorter.sort(&table)
			for i := 0; i < len(table.rows); i += words {
				if i > 0 {
					require.Negative(t, compareRows(table.rows[i-words:i], table.rows[i:i+words]))
				}
				name := string(bytesOf(table.rows[i : i+words]))
				require.Contains(t, known, name)
				known[name] = true
			}
			for name, sorted := range known {
				require.True(t, sorted, "%x", name)
			}
			table.rows, table.sorted = table.rows[:0], 0
		}
	})
}
