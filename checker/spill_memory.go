package checker

import "runtime"

const (
	mostChunkStates  = 2048
	leastChunkStates = 64
	leastRoundChunks = 4
	// defaultSpillMemory is what a search that spills uses when no bound is given.
	defaultSpillMemory = 512 << 20
	// spillOverhead is what workers, windows and runs need besides, and pages of the
	// program that are not resident yet when a search begins.
	spillOverhead = 8 << 20
	// rowsOfState is what the states of the first round are taken to lead to.
	rowsOfState = 16
)

// shareOut shares memory out: to the rows that were met, and those of a round, which come
// on top; to the recent ones; and to what a round finds before that. The rest is for the
// keys of blocks, and for what the collector has not been to.
func (s *spillSearch[S]) shareOut(memory uint64) {
	memory -= min(memory, spillOverhead)
	row := uint64(8 * s.form.words)
	s.limit, s.recent, s.rows = int(memory*42/100/row), int(memory*17/100/row), int(memory*8/100/row)
	s.chunk = min(max(s.rows/rowsOfState/leastRoundChunks, leastChunkStates), mostChunkStates)
}

// most is the number of words that a shard is to have room for. Shards are filled evenly.
func (s *spillSearch[S]) most() int { return (s.limit + s.rows) / shards * 17 / 16 * s.form.words }

// roundChunks is the size of the next round in chunks.
func (s *spillSearch[S]) roundChunks() int {
	return max(leastRoundChunks, s.rows/s.perState/s.chunk)
}

// remember makes room for more recent rows as there are more states, so that a small
// search needs little memory. It does so seldom: the old ones are forgotten.
func (s *spillSearch[S]) remember() {
	rows := min(s.recent, s.x.meter.kept) / shards
	for i := range s.met {
		t := &s.met[i]
		if has := len(t.recent) / t.words; rows >= 8*has || rows > has && rows == s.recent/shards {
			t.remember(rows)
		}
	}
}

// collect frees what was outgrown, as visited.collect does.
func (s *spillSearch[S]) collect() {
	garbage, used := 0, 0
	for i := range s.met {
		garbage += s.met[i].garbage
		used += 8 * (cap(s.met[i].rows) + len(s.met[i].recent))
	}
	for _, b := range s.batches {
		garbage += b.garbage
		used += 8 * cap(b.rows)
	}
	if garbage < 1<<20 || 8*garbage < used {
		return
	}
	runtime.GC()
	for i := range s.met {
		s.met[i].garbage = 0
	}
	for _, b := range s.batches {
		b.garbage = 0
	}
}
