package checker

// addIncluded keeps a class unless it is inside a known one. Known classes inside
// the new one are superseded, and those of its own level need no expansion either;
// an earlier one does, or paths would no longer be shortest.
func (x *classSet) addIncluded(s *classShard, i, place int32, width int, words []uint64, level int32) fate {
	l, top := s.lists.at(i), x.values.borrows
	var f fate
	word := firstWord(words)
	if l.length() > 0 {
		firsts, entries := s.block(l)
		matrices := x.matrices.all(width)
		stay := 0
		for i, first := range firsts {
			entry := entries[i]
			if ((first|top)-word)&top == top || ((word|top)-first)&top == top {
				inside, covers := compare(words, matrices.at(uint32(entry>>entryMatrix)), top)
				if inside {
					// Nothing was removed: what the new class covers, this one
					// would have covered as well.
					return fate{slot: uint32(entry)}
				}
				if covers {
					s.supersede(uint32(entry), level)
					f.removed++
					continue
				}
			}
			firsts[stay], entries[stay] = first, entry
			stay++
		}
		l.shorten(stay)
	}
	x.keep(s, i, place, width, words, &f)
	s.append(l, word, f.entry())
	return f
}

// compare tells whether the matrix of codes a is inside b, and whether it covers
// b: no lane of one is above that of the other.
func compare(a, b []uint64, top uint64) (inside, covers bool) {
	inside, covers = true, true
	b = b[:len(a)]
	for i, v := range a {
		u := b[i]
		inside = inside && ((u|top)-v)&top == top
		covers = covers && ((v|top)-u)&top == top
		if !inside && !covers {
			return false, false
		}
	}
	return inside, covers
}

// covered tells whether a class is inside a known one. It only reads.
func (x *classSet) covered(place int32, width int, words []uint64) bool {
	s, i := x.shardOf(place)
	if int(i) >= s.lists.size {
		return false
	}
	l, top := s.lists.at(i), x.values.borrows
	if l.length() == 0 {
		return false
	}
	firsts, entries := s.block(l)
	matrices, word := x.matrices.all(width), firstWord(words)
	for i := len(firsts) - 1; i >= 0; i-- { // the last one is the likeliest
		if ((firsts[i]|top)-word)&top == top && within(words, matrices.at(uint32(entries[i]>>entryMatrix)), top) {
			return true
		}
	}
	return false
}

// within tells whether no lane of a is above that of b.
func within(a, b []uint64, top uint64) bool {
	b = b[:len(a)]
	for i, v := range a {
		if ((b[i]|top)-v)&top != top {
			return false
		}
	}
	return true
}

// look tells whether add would find a class to be no new one, and how many it
// would supersede otherwise.
func (x *classSet) look(place int32, width int, words []uint64) (known bool, covered int) {
	s, i := x.shardOf(place)
	words = words[:x.values.words(cells(width))]
	if x.equality {
		return x.findEqual(s, place, x.matrices.number(width, words)) >= 0, 0
	}
	s.each(s.lists.at(i), func(entry *uint64) {
		inside, covers := compare(words, x.matrices.at(width, uint32(*entry>>entryMatrix)), x.values.borrows)
		known = known || inside
		if covers {
			covered++
		}
	})
	if known {
		covered = 0
	}
	return known, covered
}
