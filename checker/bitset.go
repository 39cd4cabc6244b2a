package checker

// bitset is a set of small numbers.
type bitset []uint64

// set adds i and tells whether it is new.
func (b *bitset) set(i int) bool {
	for len(*b) <= i/64 {
		*b = append(*b, 0)
	}
	w, m := &(*b)[i/64], uint64(1)<<(i%64)
	old := *w
	*w |= m
	return old&m == 0
}

// join adds the numbers of another set.
func (b *bitset) join(more bitset) {
	if len(*b) < len(more) {
		*b = append(*b, make(bitset, len(more)-len(*b))...)
	}
	for i, w := range more {
		(*b)[i] |= w
	}
}

func (b bitset) has(i int) bool { return i/64 < len(b) && b[i/64]>>(i%64)&1 == 1 }
