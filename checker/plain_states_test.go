package checker

import "fmt"

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
