package checker

import "math/bits"

// prints is a set of hashes of one shard: an open-addressing table with linear
// probing whose runs of occupied slots are in ascending order, so that a search for
// what is not there ends as early as one for what is (Amble and Knuth, "Ordered hash
// tables", 1974), and growing it is a walk from its first slot to its last.
type prints struct {
	// slots holds the hashes, 0 in an empty slot. The last one is always empty.
	slots   []uint64
	homes   int // a hash is looked for from one of so many first slots on
	limit   int // hashes at which the table grows
	count   int
	zero    bool // hash 0 is in the set
	dense   bool // less memory matters more than time
	garbage int  // bytes of tables that were given up
}

const leastHomes = 32

// home is the first slot to look at: it ascends with the hash. The first bits of
// the hash chose the shard.
func (t *prints) home(hash uint64) int {
	at, _ := bits.Mul64(hash<<shardBits, uint64(t.homes))
	return int(at)
}

// look finds a hash, or the slot before which it belongs.
func (t *prints) look(hash uint64) (at int, ok bool) {
	if hash == 0 {
		return 0, t.zero
	}
	slots := t.slots
	at = t.home(hash)
	for slots[at]-1 < hash-1 { // an empty slot is above all others
		at++
	}
	return at, slots[at] == hash
}

// add tells whether a hash is new to the set.
func (t *prints) add(hash uint64) bool {
	at, ok := t.look(hash)
	if !ok {
		t.enter(at, hash)
	}
	return !ok
}

// enter puts a new hash where look says.
func (t *prints) enter(at int, hash uint64) {
	t.count++
	if hash == 0 {
		t.zero = true
		return
	}
	for slots := t.slots; hash != 0; at++ {
		slots[at], hash = hash, slots[at]
	}
	if t.count >= t.limit || t.slots[len(t.slots)-1] != 0 {
		if t.dense {
			t.resize(t.homes + t.homes/16)
		} else {
			t.resize(t.homes + t.homes/2)
		}
	}
}

// filled is the number of hashes at which the table has to grow. They stand side by
// side, so that a long probe costs little.
func (t *prints) filled() int {
	if t.dense {
		return t.homes * 15 / 16
	}
	return t.homes * 7 / 8
}

// resize makes a table of a number of first slots.
func (t *prints) resize(homes int) {
	old := t.slots
	t.garbage += 8 * len(old)
	t.homes = homes
	t.limit = t.filled()
	t.slots = make([]uint64, homes+homes/32+8)
	at := 0
	for _, hash := range old {
		if hash == 0 {
			continue
		}
		for at = max(at, t.home(hash)); at >= len(t.slots)-1; {
			t.slots = append(t.slots, 0) // the last run is uncommonly long
		}
		t.slots[at] = hash
		at++
	}
}

// renew replaces every hash by another.
func (t *prints) renew(again func(uint64) uint64) {
	next := prints{dense: t.dense, garbage: t.garbage + 8*len(t.slots)}
	next.resize(t.homes)
	for _, hash := range t.slots {
		if hash != 0 {
			next.add(again(hash))
		}
	}
	if t.zero {
		next.add(again(0))
	}
	*t = next
}

// unknown leaves out what stands in one of its first slots, which is most of what
// is known. The loads of many hashes overlap, where those of one look after the other
// would each wait for memory, and nothing depends on a guess of the processor.
func (t *prints) unknown(hashes []uint64) []uint64 {
	slots, n := t.slots, 0
	for _, h := range hashes {
		at := t.home(h)
		hashes[n] = h
		n += int(notZero(slots[at]^h)&notZero(slots[at+1]^h) | (1 - notZero(h)))
	}
	return hashes[:n]
}

// notZero is 0 for 0 and 1 for all others.
func notZero(w uint64) uint64 { return (w | -w) >> 63 }
