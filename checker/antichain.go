package checker

import "slices"

// antichain are the classes of a place, none inside another. They are in a block: the
// first words of the matrices of all, by which nearly every comparison is decided, and
// behind these an entry for each.
type antichain struct {
	ref  uint32
	size uint32 // and which size the block has, above sizeBits
}

// An entry is the slot of a class, and above it the number of its matrix.
const entryMatrix = 32

const sizeBits = 26

func (l *antichain) length() int { return int(l.size & (1<<sizeBits - 1)) }

// room is how many classes the block has room for: 1, 2, 3, 4, 6, 8, 12 and so on.
func (l *antichain) room() int { return roomOf(l.size >> sizeBits) }

func roomOf(size uint32) int { return (2 | int(size&1)) << (size >> 1) >> 1 }

func (s *classShard) block(l *antichain) (firsts, entries []uint64) {
	n := l.length()
	w := s.blocks.at(l.ref)
	return w[:n], w[l.room():][:n]
}

// shorten leaves the first n entries of a list.
func (l *antichain) shorten(n int) { l.size = l.size>>sizeBits<<sizeBits | uint32(n) }

// firstWord is that of a matrix, 0 where nothing is pending.
func firstWord(matrix []uint64) uint64 {
	if len(matrix) == 0 {
		return 0
	}
	return matrix[0]
}

// remove takes an entry out of a list, and puts the last one into its place.
func (s *classShard) remove(l *antichain, entry uint64) {
	firsts, entries := s.block(l)
	i, last := slices.Index(entries, entry), len(entries)-1
	firsts[i], entries[i] = firsts[last], entries[last]
	l.shorten(last)
}

// append adds an entry to a list, and the first word of its matrix.
func (s *classShard) append(l *antichain, first, entry uint64) {
	n := l.length()
	if n == 0 && l.size == 0 {
		*l = antichain{ref: s.blocks.alloc(2)}
	} else if n == l.room() {
		size := max(2, l.size>>sizeBits+1)
		grown := antichain{ref: s.blocks.alloc(2 * roomOf(size)), size: size<<sizeBits | uint32(n)}
		firsts, entries := s.block(l)
		toFirsts, toEntries := s.block(&grown)
		copy(toFirsts, firsts)
		copy(toEntries, entries)
		s.blocks.release(l.ref, 2*l.room())
		*l = grown
	}
	l.size++
	firsts, entries := s.block(l)
	firsts[n], entries[n] = first, entry
}
