package checker

import (
	"math/bits"
	"slices"
)

// metRows are the rows of one shard that were met and not looked for on disk yet: in no
// order, and some more than once. A table of them would find each row that comes again,
// but take twice the memory, and so the disk would be read twice as often.
type metRows struct {
	words int
	rows  []uint64
	// recent has, at the place of its key, a row that was met lately. It is among
	// rows or on disk, so that it need not be looked for when it is met again.
	recent []uint64
	// garbage counts the bytes that were given up.
	garbage int
	// sorted is the number of words of rows up to which they are sorted.
	sorted int
	_      [5]uint64
}

const leastRecent = 64 // rows

// remember makes room for so many recent rows, all of which are forgotten: at each place
// is a key of another.
func (t *metRows) remember(rows int) {
	t.garbage += 8 * cap(t.recent)
	t.recent = make([]uint64, rows*t.words)
	for i := 0; i < len(t.recent)-t.words; i += t.words {
		t.recent[i] = 1<<64 - 1
	}
}

// place is where the row of a key is among the recent ones.
func (t *metRows) place(key uint64, recent int) int {
	return int(uint64(uint32(key>>(32-shardBits))) * uint64(recent) >> 32)
}

// add adds rows, but not those that are remembered.
func (t *metRows) add(rows []uint64, most int) {
	t.reserve(len(rows), most)
	if t.words > 1 {
		for i := 0; i < len(rows); i += t.words {
			t.addWide(rows[i : i+t.words])
		}
		return
	}
	recent, n := t.recent, len(t.rows)
	met := t.rows[:cap(t.rows)]
	for _, key := range rows {
		at := t.place(key, len(recent))
		differ := recent[at] ^ key
		recent[at], met[n] = key, key
		n += int((differ | -differ) >> 63) // 1 if they do: a jump could not be foretold
	}
	t.rows = met[:n]
}

func (t *metRows) addWide(row []uint64) {
	at := t.place(row[0], len(t.recent)/t.words) * t.words
	if recent := t.recent[at : at+t.words]; !same(recent, row) {
		copy(recent, row)
		t.rows = append(t.rows, row...)
	}
}

// reserve makes room for more words. Once it has an eighth of the most it is to have, it
// takes that, so that what is given up is little.
func (t *metRows) reserve(more, most int) {
	need := len(t.rows) + more
	if need <= cap(t.rows) {
		return
	}
	t.garbage += 8 * cap(t.rows)
	room := 2 * need
	if room > most/8 {
		room = max(need, most)
	}
	t.rows = append(make([]uint64, 0, room), t.rows...)
}

// count is the number of rows, of which some may be equal.
func (t *metRows) count() int { return len(t.rows) / t.words }

// rowSorter is what one worker sorts rows with.
type rowSorter struct {
	rows []uint64
	next []int // where the next row of each bucket goes
}

// sort puts the rows in their order and drops all but one of equal ones. Keys are
// spread evenly, so rows put in the order of about a quarter as many buckets as there
// are rows, each for an equal part of the keys, are almost sorted.
func (o *rowSorter) sort(t *metRows) {
	n, w := t.count(), t.words
	if t.sorted == len(t.rows) {
		return
	}
	least, most := t.rows[0], t.rows[0]
	for i := w; i < len(t.rows); i += w {
		least, most = min(least, t.rows[i]), max(most, t.rows[i])
	}
	shift := max(0, bits.Len64(most-least)-bits.Len(uint(n/4)))
	buckets := int((most-least)>>shift) + 1
	o.rows = slices.Grow(o.rows[:0], n*w)[:n*w]
	o.next = slices.Grow(o.next[:0], buckets)[:buckets]
	clear(o.next)
	for i := 0; i < len(t.rows); i += w {
		o.next[(t.rows[i]-least)>>shift]++
	}
	at := 0
	for i, rows := range o.next {
		o.next[i] = at
		at += rows * w
	}
	next := o.next
	if w == 1 {
		for _, key := range t.rows {
			bucket := (key - least) >> shift
			o.rows[next[bucket]] = key
			next[bucket]++
		}
		t.rows = insertKeys(t.rows[:0], o.rows)
	} else {
		for i := 0; i < len(t.rows); i += w {
			bucket := (t.rows[i] - least) >> shift
			copy(o.rows[next[bucket]:], t.rows[i:i+w])
			next[bucket] += w
		}
		t.rows = t.rows[:0]
		for i := 0; i < len(o.rows); i += w {
			t.insert(o.rows[i : i+w])
		}
	}
	t.sorted = len(t.rows)
}

// insertKeys inserts keys that are almost in order into sorted ones.
func insertKeys(to, keys []uint64) []uint64 {
next:
	for _, key := range keys {
		at := len(to)
		for at > 0 && to[at-1] >= key {
			if at--; to[at] == key {
				continue next
			}
		}
		to = append(to, key)
		if at < len(to)-1 {
			copy(to[at+1:], to[at:])
			to[at] = key
		}
	}
	return to
}

// insert inserts a row into the sorted ones.
func (t *metRows) insert(row []uint64) {
	at := len(t.rows)
	for at > 0 {
		order := compareRows(t.rows[at-t.words:at], row)
		if order == 0 {
			return
		}
		if order < 0 {
			break
		}
		at -= t.words
	}
	t.rows = slices.Insert(t.rows, at, row...)
}
