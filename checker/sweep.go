package checker

// supersede takes a slot out of use. Its class needs no expansion if it is of this
// level or later, or has no number yet.
func (s *classShard) supersede(slot uint32, level int32) {
	head := &s.slots.at(slot)[slotHead]
	if n := *head & headNumber; n == unnumbered || int32(n) >= level {
		*head |= headDead
	}
	s.garbage = append(s.garbage, slot)
}

// sweep frees what was superseded, and forgets what only the expansion of the classes
// before a number asked for.
func (x *classSet) sweep(from int32, workers int) {
	for i := range x.shards {
		s := &x.shards[i]
		for _, slot := range s.garbage {
			s.slots.release(slot, x.slotWords())
		}
		s.garbage = s.garbage[:0]
	}
	x.recent = x.recent[:copy(x.recent, x.recent[from-x.base:])]
	x.base = from
	if !x.equality && x.matrices.crowded() {
		x.retain(workers)
	}
}

// retain leaves out the matrices that no class has any more.
func (x *classSet) retain(workers int) {
	var used [classShards][maxWidth + 1]bitset
	x.each(workers, func(shard, width int, entry *uint64) { used[shard][width].set(int(*entry >> entryMatrix)) })
	for _, more := range used[1:] {
		for width := range more {
			used[0][width].join(more[width])
		}
	}
	now := x.matrices.retain(&used[0])
	x.each(workers, func(_, width int, entry *uint64) {
		*entry = *entry&(1<<entryMatrix-1) | uint64(now[width][*entry>>entryMatrix])<<entryMatrix
	})
	for i := range x.recent { // the superseded ones are not expanded
		c := &x.recent[i]
		c.matrix = now[x.width(c.place)][c.matrix]
	}
}

// each visits the entries of all classes that are in a list, those of different shards at once.
func (x *classSet) each(workers int, visit func(shard, width int, entry *uint64)) {
	share(workers, classShards, func(_, i int) {
		s := &x.shards[i]
		for k := range int32(s.lists.size) {
			if l := s.lists.at(k); l.size > 0 {
				width := s.width(k)
				s.each(l, func(entry *uint64) { visit(i, width, entry) })
			}
		}
	})
}

// each visits the entries of a list.
func (s *classShard) each(l *antichain, visit func(entry *uint64)) {
	if l.length() == 0 {
		return
	}
	_, entries := s.block(l)
	for i := range entries {
		visit(&entries[i])
	}
}
