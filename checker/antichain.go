package checker

// antichain are the classes of a place, none inside another. One is named by its
// slot; of several there is a block: the first words of all, by which nearly every
// comparison is decided, and their slots, two to a word.
type antichain struct {
	ref  uint32
	size uint32 // and the logarithm of the block's room, above sizeBits
}

const sizeBits = 27

func (l *antichain) length() int { return int(l.size & (1<<sizeBits - 1)) }

func (l *antichain) room() int { return 1 << (l.size >> sizeBits) }

func blockWords(room int) int { return room + (room+1)/2 }

func (s *classShard) block(l *antichain) (firsts, slots []uint64) {
	r := l.room()
	w := s.blocks.at(l.ref)
	return w[:r], w[r:blockWords(r)]
}

func slotAt(slots []uint64, i int) uint32 { return uint32(slots[i/2] >> (i % 2 * 32)) }

func setSlot(slots []uint64, i int, slot uint32) {
	shift := i % 2 * 32
	slots[i/2] = slots[i/2]&^((1<<32-1)<<shift) | uint64(slot)<<shift
}

// shrink leaves the first n entries of a block, and gives n.
func (s *classShard) shrink(l *antichain, n int) int {
	if n > 1 {
		l.size = l.size>>sizeBits<<sizeBits | uint32(n)
		return n
	}
	_, slots := s.block(l)
	slot := slotAt(slots, 0)
	s.blocks.release(l.ref, blockWords(l.room()))
	*l = antichain{ref: slot, size: uint32(n)}
	return n
}

// remove takes a slot out of a list, and gives the length that is left.
func (s *classShard) remove(l *antichain, slot uint32) int {
	n := l.length()
	if n == 1 {
		*l = antichain{}
		return 0
	}
	firsts, slots := s.block(l)
	for i := range n {
		if slotAt(slots, i) == slot {
			firsts[i] = firsts[n-1]
			setSlot(slots, i, slotAt(slots, n-1))
			break
		}
	}
	return s.shrink(l, n-1)
}

// append adds a slot to a list of n, which is in a block if n is more than 1.
func (x *classSet) append(s *classShard, l *antichain, n int, slot uint32, width int) {
	if n == 0 {
		*l = antichain{ref: slot, size: 1}
		return
	}
	if n == 1 || n == l.room() {
		log := uint32(1)
		for 1<<log <= n {
			log++
		}
		grown := antichain{ref: s.blocks.alloc(blockWords(1 << log)), size: log<<sizeBits | uint32(n)}
		firsts, slots := s.block(&grown)
		if n == 1 {
			firsts[0] = x.matrix(s, l.ref, width)[0]
			setSlot(slots, 0, l.ref)
		} else {
			oldFirsts, oldSlots := s.block(l)
			copy(firsts, oldFirsts)
			copy(slots, oldSlots)
			s.blocks.release(l.ref, blockWords(l.room()))
		}
		*l = grown
	}
	firsts, slots := s.block(l)
	firsts[n] = x.matrix(s, slot, width)[0]
	setSlot(slots, n, slot)
	l.size++
}

// each visits the slots of a list.
func (s *classShard) each(l *antichain, visit func(slot uint32)) {
	n := l.length()
	if n == 1 {
		visit(l.ref)
	} else if n > 1 {
		_, slots := s.block(l)
		for i := range n {
			visit(slotAt(slots, i))
		}
	}
}
