package checker

import "slices"

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
}

// sort puts candidates into a batch in the order of their shards.
func (f rowForm) sort(c *candidates, to *rowBatch) {
	n := len(c.hashes)
	if cap(to.rows) < n*f.words {
		to.rows = make([]uint64, n*f.words*5/4)
	}
	to.rows = to.rows[:n*f.words]
	for i := range c.hashes {
		if !f.bare && c.hashes[i] == 0 {
			c.hashes[i] = 1 // 0 is an empty slot; a hash may be any that depends on the state alone
		}
	}
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

// rowTable is the set of the rows of one shard that the level has met and that
// were not looked for on disk yet. Its probing is linear, from a place that grows
// with the key, so that its rows are almost sorted already.
type rowTable struct {
	words int
	slots []uint64 // [words] each; key 0 is an empty one
	zero  bool     // the bare row 0 was met, for which there is no slot
	size  int      // slots a row may begin its search at; some more lie behind them
	count int
	spare []uint64 // slots, to be used again
	// garbage counts the bytes that were given up.
	garbage int
	_       [4]uint64
}

const (
	slackSlots = 64
	leastSlots = 64
)

func (t *rowTable) place(key uint64) int {
	return int(uint64(uint32(key>>(32-shardBits))) * uint64(t.size) >> 32)
}

// reset empties a table and makes room for about that many rows.
func (t *rowTable) reset(rows int) {
	t.count, t.zero = 0, false
	t.size = max(leastSlots, rows*2)
	n := (t.size + slackSlots) * t.words
	if cap(t.spare) < n {
		t.garbage += 8 * cap(t.spare)
		t.spare = make([]uint64, n)
	}
	t.slots = t.spare[:n]
	clear(t.slots)
}

// touch loads what add will look at, as shard.touch does.
func (t *rowTable) touch(rows []uint64) (sum uint64) {
	for i := 0; i < len(rows); i += t.words {
		sum += t.slots[t.place(rows[i])*t.words]
	}
	return sum
}

// add adds rows that are not there yet.
func (t *rowTable) add(rows []uint64) {
	if t.words > 1 {
		for i := 0; i < len(rows); i += t.words {
			t.addWide(rows[i : i+t.words])
		}
		return
	}
	slots := t.slots
next:
	for _, key := range rows {
		if key == 0 {
			t.zero = true
			continue
		}
		at := t.place(key)
		for slots[at] != 0 {
			if slots[at] == key {
				continue next
			}
			at++
		}
		slots[at] = key
		t.count++
		if t.count*4 > t.size*3 || at >= len(slots)-1 {
			t.grow()
			slots = t.slots
		}
	}
}

func (t *rowTable) addWide(row []uint64) {
	at := t.place(row[0]) * t.words
	for t.slots[at] != 0 {
		if t.slots[at] == row[0] && same(t.slots[at:at+t.words], row) {
			return
		}
		at += t.words
	}
	copy(t.slots[at:at+t.words], row)
	t.count++
	if t.count*4 > t.size*3 || at >= len(t.slots)-t.words {
		t.grow()
	}
}

// grow makes more room. The last slot always stays empty: a search ends there.
func (t *rowTable) grow() {
	old := t.slots
	t.garbage += 8 * cap(t.spare)
	for more := t.size + t.size/2; ; more += more / 2 {
		t.size = more
		t.spare = make([]uint64, (more+slackSlots)*t.words)
		t.slots = t.spare
		if t.takeOver(old) {
			return
		}
	}
}

// takeOver copies the rows of old slots, and tells whether there was room.
func (t *rowTable) takeOver(old []uint64) bool {
	for i := 0; i < len(old); i += t.words {
		if old[i] == 0 {
			continue
		}
		at := t.place(old[i]) * t.words
		for t.slots[at] != 0 {
			at += t.words
		}
		if at >= len(t.slots)-t.words {
			return false
		}
		copy(t.slots[at:at+t.words], old[i:i+t.words])
	}
	return true
}

// sorted gives the rows in their order, in the memory of the table, which is of no
// use until the next reset.
func (t *rowTable) sorted() []uint64 {
	n, w := 0, t.words
	if t.zero {
		// Only bare rows can be 0, and a table never is full.
		i := slices.Index(t.slots, 0)
		copy(t.slots[1:i+1], t.slots[:i])
		t.slots[0] = 0
		n = 1
	}
	for i := n; i < len(t.slots); i += w {
		if t.slots[i] == 0 {
			continue
		}
		at := n * w
		if w == 1 {
			key := t.slots[i]
			for ; at > 0 && t.slots[at-1] > key; at-- {
				t.slots[at] = t.slots[at-1]
			}
			t.slots[at] = key
		} else {
			t.insert(at, i)
		}
		n++
	}
	return t.slots[:n*w]
}

// insert puts the row at slot from, at or behind the end of the sorted rows, to its
// place among them.
func (t *rowTable) insert(end, from int) {
	w := t.words
	at := end
	for at > 0 && compareRows(t.slots[at-w:at], t.slots[from:from+w]) > 0 {
		at -= w
	}
	if at == end {
		copy(t.slots[end:end+w], t.slots[from:from+w])
		return
	}
	row := append(make([]uint64, 0, 16), t.slots[from:from+w]...)
	copy(t.slots[at+w:end+w], t.slots[at:end])
	copy(t.slots[at:at+w], row)
}
