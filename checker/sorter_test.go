package checker

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// drawBatches draws candidates, most of them more than once, shared out over batches
// and sorted by shard.
func drawBatches(t *rapid.T) []*batch {
	seed := rapid.Uint64().Draw(t, "seed")
	n := rapid.SampledFrom([]int{1, 50, 3000}).Draw(t, "states")
	near := rapid.SampledFrom([]uint{0, 0, 4, 16}).Draw(t, "near") // how many bits are the same for all
	all := make([]*batch, rapid.IntRange(1, 5).Draw(t, "batches"))
	for i := range all {
		b := &batch{}
		for k := range rapid.IntRange(0, 2*n).Draw(t, "candidates") {
			h := hashWords(seed, []uint64{uint64(k*(i+3)) % uint64(n)})
			h = h>>62<<62 | h<<8>>(8+near) // in one of four shards
			if k == 7 {
				h = 0
			}
			b.hashes = append(b.hashes, h)
		}
		slices.SortStableFunc(b.hashes, func(g, h uint64) int { return shardOf(g) - shardOf(h) })
		for _, h := range b.hashes {
			for to := shardOf(h) + 1; to <= shards; to++ {
				b.start[to]++
			}
		}
		all[i] = b
	}
	return all
}

// filled tells whether a sorter leaves in a shard, which has something already, what a
// map says.
func filled(o *sorter, known []uint64, batches []*batch, to int) bool {
	s := &newVisited(1, func(record []uint64) uint64 { return record[0] }, keepHashes).shard[to]
	want := map[uint64]bool{}
	for _, h := range known {
		want[h] = true
		s.addPrints([]uint64{h})
	}
	for _, b := range batches {
		for _, h := range b.hashes {
			if shardOf(h) == to {
				want[h] = true
			}
		}
	}
	o.fill(s, to, batches)
	for h := range want {
		if _, ok := s.prints.look(h); !ok {
			return false
		}
	}
	var kept []uint64
	for n := range s.count {
		kept = append(kept, s.record(n, 1)...)
	}
	slices.Sort(kept)
	return len(want) == int(s.count) && len(slices.Compact(kept)) == len(want)
}

// TestSorter fills shards of all sizes, one after the other.
func TestSorter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var o sorter
		for _, to := range []int{0, 64, 128, 255} {
			var known []uint64
			for k := range rapid.SampledFrom([]int{0, 10, 20_000}).Draw(t, "known") {
				known = append(known, uint64(to)<<(64-shardBits)|hashWords(5, []uint64{uint64(k)})>>shardBits)
			}
			require.True(t, filled(&o, known, drawBatches(t), to))
		}
	})
}

// TestSorterSeesFaults: a candidate that is sorted into no strip, or put where another
// is, is missed.
func TestSorterSeesFaults(t *testing.T) {
	one := &batch{candidates: candidates{hashes: []uint64{1 << 50, 3 << 50, 3<<50 + 1}}}
	for to := range shards {
		one.start[to+1] = 3
	}
	require.True(t, filled(&sorter{}, nil, []*batch{one}, 0))
	two := *one
	two.start[1] = 2
	require.False(t, filled(&sorter{}, nil, []*batch{&two}, 0))
	three := *one
	three.start[0] = 1
	require.False(t, filled(&sorter{}, nil, []*batch{&three}, 0))
}
