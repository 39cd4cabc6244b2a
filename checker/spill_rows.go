package checker

// rowForm says how a state is written to disk: as a row of words, the first of
// which is its key. A key depends on the state alone and is spread evenly over all
// words, so rows sorted by key are sorted by shard too, and an order by rows is
// one that no worker had a part in, which the numbers in the records of a
// partCodec are not.
//
// Where a record is its own hash, it is the key and the whole row. Otherwise the key is the hash of the state, and the record
// follows it.
type rowForm struct {
	words int
	bare  bool
}

func newRowForm[S comparable](c codec[S]) rowForm {
	if _, spread := c.(*spreadCodec[S]); spread {
		return rowForm{1, true}
	}
	return rowForm{1 + c.words(), false}
}

// record is the record of a row.
func (f rowForm) record(row []uint64) []uint64 { return row[f.words-f.recordWords():] }

func (f rowForm) recordWords() int {
	if f.bare {
		return 1
	}
	return f.words - 1
}

// compareRows orders rows of equal length by their words.
func compareRows(a, b []uint64) int {
	for i, w := range a {
		switch {
		case w < b[i]:
			return -1
		case w > b[i]:
			return 1
		}
	}
	return 0
}

// rowBatch is what the states of one chunk lead to, shard by shard.
type rowBatch struct {
	rows  []uint64
	start [shards + 1]int // in rows
	found int
	full  bool
	// garbage counts the bytes that were given up.
	garbage int
}

// sort puts candidates into a batch in the order of their shards.
func (f rowForm) sort(c *candidates, to *rowBatch) {
	n := len(c.hashes)
	if cap(to.rows) < n*f.words {
		to.garbage += 8 * cap(to.rows)
		to.rows = make([]uint64, n*f.words*9/8)
	}
	to.rows = to.rows[:n*f.words]
	var next [shards + 1]int
	for _, h := range c.hashes {
		next[shardOf(h)+1]++
	}
	for i := range shards {
		next[i+1] += next[i]
	}
	to.start, to.found = next, n
	for i, h := range c.hashes {
		s := shardOf(h)
		at := next[s]
		next[s]++
		if f.bare {
			to.rows[at] = h
			continue
		}
		row := to.rows[at*f.words : (at+1)*f.words]
		row[0] = h
		copy(row[1:], c.records[i*(f.words-1):(i+1)*(f.words-1)])
	}
}

// of is what a batch has for a shard.
func (b *rowBatch) of(shard, words int) []uint64 {
	return b.rows[b.start[shard]*words : b.start[shard+1]*words]
}
