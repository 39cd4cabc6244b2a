package checker

import "math"

// number narrows a count to the four bytes in which states, classes and arcs
// are numbered everywhere.
func number(n int) int32 {
	if n >= math.MaxInt32 {
		panic("checker: more than 2^31 records in one run; bound it with MaxStates")
	}
	return int32(n)
}

// hashTable finds record numbers by hash, with linear probing. The owner
// compares whole records: the hash only says where to look.
type hashTable struct {
	slots []slot
	used  int
}

type slot struct {
	hash uint32
	id   int32 // number + 1; 0 is an empty slot
}

// find returns the record that same accepts, or -1.
func (t *hashTable) find(hash uint32, same func(id int32) bool) int32 {
	if t.used == 0 {
		return -1
	}
	mask := uint32(len(t.slots) - 1)
	for i := hash & mask; ; i = (i + 1) & mask {
		s := t.slots[i]
		if s.id == 0 {
			return -1
		}
		if s.hash == hash && same(s.id-1) {
			return s.id - 1
		}
	}
}

// insert adds a record that find did not find.
func (t *hashTable) insert(hash uint32, id int32) {
	if 4*(t.used+1) > 3*len(t.slots) {
		old := t.slots
		t.slots = make([]slot, max(64, 2*len(old)))
		for _, s := range old {
			if s.id != 0 {
				t.place(s)
			}
		}
	}
	t.place(slot{hash, id + 1})
	t.used++
}

func (t *hashTable) place(s slot) {
	mask := uint32(len(t.slots) - 1)
	i := s.hash & mask
	for t.slots[i].id != 0 {
		i = (i + 1) & mask
	}
	t.slots[i] = s
}

func mix(h, word uint64) uint64 {
	h = (h ^ word) * 0x9e3779b97f4a7c15 // 2^64 / golden ratio
	return h ^ h>>29
}

// fold spreads all bits over the low ones, which choose the slot: bounds are
// small numbers, and linear probing suffers from neighbours.
func fold(h uint64) uint32 {
	h = (h ^ h>>32) * 0xd6e8feb86659fd93
	return uint32(h ^ h>>32)
}
