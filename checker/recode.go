package checker

// recode is what has to be done where the codes of bounds change.
type recode struct {
	// The new codes by old ones: dense where old lanes are narrow, sparse where
	// 32 bits would make a table of gigabytes. Code 0, the padding, stays 0.
	dense   []uint32
	sparse  map[uint32]uint32
	oldBits uint
	values  *valueTable // with the new codes
}

func newRecode(renumbered map[uint32]uint32, oldBits uint, t *valueTable) *recode {
	r := &recode{oldBits: oldBits, values: t}
	if oldBits == 32 {
		r.sparse = renumbered
		return r
	}
	r.dense = make([]uint32, 1<<oldBits)
	for old, code := range renumbered {
		r.dense[old] = code
	}
	return r
}

func (r *recode) code(old uint32) uint32 {
	if r.dense != nil {
		return r.dense[old]
	}
	return r.sparse[old]
}

// translate appends old codes of a number of cells in their new form. The result
// may be in the place of the old ones if lanes are no wider than before.
func (r *recode) translate(old []uint64, cells int, words []uint64) []uint64 {
	lanes, bits := r.values.lanes(), r.values.laneBits
	var from, word uint64
	left := 0 // codes in from
	lane := 0
	for range cells {
		if left == 0 {
			from, left, old = old[0], 64/int(r.oldBits), old[1:]
		}
		word |= uint64(r.code(uint32(from&(1<<r.oldBits-1)))) << (uint(lane) * bits & 63)
		from, left = from>>r.oldBits, left-1
		if lane++; lane == lanes {
			words = append(words, word)
			word, lane = 0, 0
		}
	}
	if lane > 0 {
		words = append(words, word)
	}
	return words
}

// recode renews the codes of all classes, those of each shard apart. Where lanes have become wider, every
// matrix moves to a new slot.
func (x *classSet) recode(r *recode, workers int) {
	wider := r.oldBits != x.values.laneBits
	old := x.shards
	x.epoch ^= headEpoch
	if wider {
		for i := range x.shards {
			x.shards[i] = classShard{lists: old[i].lists}
		}
	}
	// renew gives the new slot of an old one, whose head tells when that was done
	// already, and then names the new one if it moved.
	renew := func(i int, slot uint32) uint32 {
		w := old[i].slots.at(slot)
		if w[0]&headEpoch == x.epoch {
			if wider {
				return uint32(w[0] & headNumber)
			}
			return slot
		}
		width := int(w[0]>>headWidth&0xff) + 1
		w[0] ^= headEpoch
		if !wider {
			codes := w[x.prefix():]
			r.translate(codes, cells(width), codes[:0])
			return slot
		}
		moved := x.shards[i].slots.alloc(x.prefix() + x.values.words(cells(width)))
		to := x.shards[i].slots.at(moved)
		copy(to[:x.prefix()], w)
		r.translate(w[x.prefix():], cells(width), to[x.prefix():x.prefix()])
		w[0] = w[0]&^headNumber | uint64(moved)
		return moved
	}
	share(workers, classShards, func(_, i int) {
		s := &x.shards[i]
		for k := range s.lists.size {
			x.renewList(&old[i], s, s.lists.at(int32(k)), wider, func(slot uint32) uint32 { return renew(i, slot) })
		}
		if x.equality {
			slots := old[i].byHash.slots
			s.byHash = hashTable{}
			for _, b := range slots {
				if b.id != 0 {
					slot := renew(i, uint32(b.id-1))
					w := s.slots.at(slot)
					s.byHash.insert(hashOf(int32(w[1]), x.matrix(s, slot)), int32(slot))
				}
			}
		}
		s.garbage = s.garbage[:0]
		if !wider {
			s.garbage = old[i].garbage
		}
	})
	for k := range x.slots {
		i := int(*x.place.at(x.base + int32(k))>>1) % classShards
		x.slots[k] = renew(i, x.slots[k])
	}
}

// renewList replaces the slots of a list and what it knows of them.
func (x *classSet) renewList(from, to *classShard, l *antichain, moves bool, renew func(uint32) uint32) {
	n := l.length()
	if n == 1 {
		l.ref = renew(l.ref)
	}
	if n <= 1 {
		return
	}
	_, known := from.block(l)
	if moves {
		l.ref = to.blocks.alloc(blockWords(l.room()))
	}
	firsts, slots := to.block(l)
	for i := range n {
		slot := renew(slotAt(known, i))
		setSlot(slots, i, slot)
		firsts[i] = to.slots.at(slot)[x.prefix()]
	}
}
