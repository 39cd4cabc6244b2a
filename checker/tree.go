package checker

import "fmt"

// treeSet is a set of packed states for searches that keep more per state than
// its words. The words are the leaves of a binary tree of pairs, and each pair that
// occurs is kept once: states that differ in one host or one direction share all
// the rest (the tree compression of Blom, Lisser, van de Pol and Weber 2011). It is
// exact, and find and at may be called in parallel.
type treeSet[S comparable] struct {
	packer Packer[S]
	leaves pairs[[2]uint64]
	inner  pairs[[2]uint32]
	roots  pairs[[2]uint32] // numbered as the states are
	width  int
}

func newTreeSet[S comparable](p Packer[S]) *treeSet[S] {
	x := &treeSet[S]{packer: p, width: p.Words()}
	x.leaves.hash = func(k [2]uint64) uint64 { return mix(mix(1, k[0]), k[1]) }
	narrow := func(k [2]uint32) uint64 { return mix(1, uint64(k[0])|uint64(k[1])<<32) }
	x.inner.hash, x.roots.hash = narrow, narrow
	return x
}

// maxTreeWords bounds the scratch that needs no allocation.
const maxTreeWords = 64

// walk climbs from the leaves to the root, by what gives the number of a pair; it
// is false where that is negative.
func (x *treeSet[S]) walk(s S, leaf func([2]uint64) int32, pair func([2]uint32) int32) (root [2]uint32, ok bool) {
	var space [maxTreeWords]uint64
	words := space[:]
	if x.width > maxTreeWords {
		words = make([]uint64, x.width)
	}
	words = words[:x.width]
	x.packer.Pack(s, words)
	var ids [maxTreeWords/2 + 1]uint32
	row := ids[:0]
	for i := 0; i < len(words); i += 2 {
		k := [2]uint64{words[i]}
		if i+1 < len(words) {
			k[1] = words[i+1]
		}
		id := leaf(k)
		if id < 0 {
			return root, false
		}
		row = append(row, uint32(id))
	}
	for len(row) > 2 {
		n := 0
		for i := 0; i < len(row); i += 2 {
			up := row[i]
			if i+1 < len(row) {
				id := pair([2]uint32{row[i], row[i+1]})
				if id < 0 {
					return root, false
				}
				up = uint32(id)
			}
			row[n] = up
			n++
		}
		row = row[:n]
	}
	copy(root[:], row)
	return root, true
}

func (x *treeSet[S]) find(s S) int32 {
	root, ok := x.walk(s, x.leaves.find, x.inner.find)
	if !ok {
		return -1
	}
	return x.roots.find(root)
}

func (x *treeSet[S]) add(s S) (int32, bool) {
	root, _ := x.walk(s, x.leaves.add, x.inner.add)
	if id := x.roots.find(root); id >= 0 {
		return id, false
	}
	id := x.roots.add(root)
	if back := x.at(id); back != s {
		panic(fmt.Sprintf("checker: %T: Unpack is not the inverse of Pack: packed %+v, got back %+v", x.packer, s, back))
	}
	return id, true
}

func (x *treeSet[S]) at(id int32) S {
	leaves := (x.width + 1) / 2
	var space [maxTreeWords/2 + 1]uint32
	row := space[:]
	if leaves+1 > len(space) {
		row = make([]uint32, leaves+1)
	}
	root := *x.roots.keys.at(id)
	row[0], row[1] = root[0], root[1]
	// Downwards, the number of nodes of each row is known from that of the leaves.
	var sizes [8]int
	depth := 0
	for n := leaves; n > 2; n = (n + 1) / 2 {
		sizes[depth] = n
		depth++
	}
	for depth--; depth >= 0; depth-- {
		n := sizes[depth]
		for i := (n+1)/2 - 1; i >= 0; i-- {
			if 2*i+1 < n {
				k := *x.inner.keys.at(int32(row[i]))
				row[2*i], row[2*i+1] = k[0], k[1]
			} else {
				row[2*i] = row[i]
			}
		}
	}
	var wordSpace [maxTreeWords + 1]uint64
	words := wordSpace[:]
	if x.width > maxTreeWords {
		words = make([]uint64, x.width+1)
	}
	for i := range leaves {
		k := *x.leaves.keys.at(int32(row[i]))
		words[2*i], words[2*i+1] = k[0], k[1]
	}
	return x.packer.Unpack(words[:x.width])
}

func (x *treeSet[S]) size() int { return x.roots.keys.size }

// pairs numbers pairs in the order in which they come.
type pairs[K comparable] struct {
	keys  paged[K]
	table []uint32 // number + 1, 0 where there is none
	hash  func(K) uint64
}

func (p *pairs[K]) find(k K) int32 {
	if len(p.table) == 0 {
		return -1
	}
	mask := uint32(len(p.table) - 1)
	for i := fold(p.hash(k)) & mask; ; i = (i + 1) & mask {
		switch n := p.table[i]; {
		case n == 0:
			return -1
		case *p.keys.at(int32(n - 1)) == k:
			return int32(n - 1)
		}
	}
}

func (p *pairs[K]) add(k K) int32 {
	if id := p.find(k); id >= 0 {
		return id
	}
	if 2*(p.keys.size+1) > len(p.table) { // short probes: most states are looked up many times
		p.table = make([]uint32, max(64, 2*len(p.table)))
		for id := range int32(p.keys.size) {
			p.place(*p.keys.at(id), id)
		}
	}
	id := p.keys.add(k)
	p.place(k, id)
	return id
}

func (p *pairs[K]) place(k K, id int32) {
	mask := uint32(len(p.table) - 1)
	i := fold(p.hash(k)) & mask
	for p.table[i] != 0 {
		i = (i + 1) & mask
	}
	p.table[i] = uint32(id) + 1
}
