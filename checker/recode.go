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

// newRecode is what has to be done where old codes become these.
func newRecode(old, now []uint32, oldBits uint, t *valueTable) *recode {
	r := &recode{oldBits: oldBits, values: t}
	if oldBits == 32 {
		r.sparse = make(map[uint32]uint32, len(old))
		for i, code := range old {
			r.sparse[code] = now[i]
		}
		return r
	}
	r.dense = make([]uint32, 1<<oldBits)
	for i, code := range old {
		r.dense[code] = now[i]
	}
	return r
}

func (r *recode) code(old uint32) uint32 {
	if r.dense != nil {
		return r.dense[old]
	}
	return r.sparse[old]
}

// translate appends old codes of a number of cells in their new form.
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

// recode renews the codes of all classes, and the first words that lists have of them.
func (x *classSet) recode(r *recode, workers int) {
	x.matrices.recode(r, workers)
	share(workers, classShards, func(_, i int) {
		s := &x.shards[i]
		for k := range int32(s.lists.size) {
			l := s.lists.at(k)
			if l.length() == 0 {
				continue
			}
			firsts, entries := s.block(l)
			matrices := x.matrices.all(s.width(k))
			for at, entry := range entries {
				firsts[at] = firstWord(matrices.at(uint32(entry >> entryMatrix)))
			}
		}
	})
}
