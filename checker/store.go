package checker

import (
	"fmt"
	"math"
)

// stateSet numbers distinct states in the order in which they come. It is keyed
// by the whole state: a verdict must not rest on the odds of a fingerprint.
type stateSet[S comparable] interface {
	// add gives the number of s and tells whether it is new.
	add(s S) (id int32, fresh bool)
	// find gives the number of s, or -1.
	find(s S) int32
	at(id int32) S
	size() int
}

func newStateSet[S comparable](m Model[S]) stateSet[S] {
	if p, ok := m.(Packer[S]); ok {
		return newPackedSet(p)
	}
	return &mapSet[S]{index: map[S]int32{}}
}

// mapSet is the set for a model that is no Packer.
type mapSet[S comparable] struct {
	index  map[S]int32
	states []S
}

func (x *mapSet[S]) add(s S) (int32, bool) {
	if id, ok := x.index[s]; ok {
		return id, false
	}
	id := number(len(x.states))
	x.index[s] = id
	x.states = append(x.states, s)
	return id, true
}

func (x *mapSet[S]) find(s S) int32 {
	if id, ok := x.index[s]; ok {
		return id
	}
	return -1
}

func (x *mapSet[S]) at(id int32) S { return x.states[id] }
func (x *mapSet[S]) size() int     { return len(x.states) }

// packedSet keeps the words of every state in pages, and their numbers in an
// open-addressing table.
type packedSet[S comparable] struct {
	packer Packer[S]
	width  int
	pages  [][]uint64
	count  int
	table  hashTable
	words  []uint64 // scratch
}

// pageStates is how many states share a page: pages never move, so growing
// copies nothing and wastes little.
const pageStates = 1 << 12

func newPackedSet[S comparable](p Packer[S]) *packedSet[S] {
	w := p.Words()
	return &packedSet[S]{packer: p, width: w, words: make([]uint64, w)}
}

func (x *packedSet[S]) record(id int32) []uint64 {
	i := int(id) % pageStates * x.width
	return x.pages[int(id)/pageStates][i : i+x.width : i+x.width]
}

func (x *packedSet[S]) pack(s S) (hash uint32) {
	clear(x.words)
	x.packer.Pack(s, x.words)
	h := uint64(x.width)
	for _, w := range x.words {
		h = mix(h, w)
	}
	return fold(h)
}

func (x *packedSet[S]) same(id int32) bool {
	for i, w := range x.record(id) {
		if w != x.words[i] {
			return false
		}
	}
	return true
}

func (x *packedSet[S]) find(s S) int32 { return x.table.find(x.pack(s), x.same) }

func (x *packedSet[S]) add(s S) (int32, bool) {
	h := x.pack(s)
	if id := x.table.find(h, x.same); id >= 0 {
		return id, false
	}
	id := number(x.count)
	if x.count%pageStates == 0 {
		x.pages = append(x.pages, make([]uint64, pageStates*x.width))
	}
	x.count++
	r := x.record(id)
	copy(r, x.words)
	if back := x.packer.Unpack(r); back != s {
		panic(fmt.Sprintf("checker: %T: Unpack is not the inverse of Pack: packed %+v, got back %+v", x.packer, s, back))
	}
	x.table.insert(h, id)
	return id, true
}

func (x *packedSet[S]) at(id int32) S { return x.packer.Unpack(x.record(id)) }
func (x *packedSet[S]) size() int     { return x.count }

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
