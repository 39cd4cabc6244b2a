package checker

// Two classes of one place may become one where their union is convex: where the
// hull, whose bounds are the looser ones of both, holds no integer point that
// neither has. Windows are closed and have integer ends, so the runs at integer
// instants reach every discrete state (Henzinger, Manna and Pnueli 1992), and
// nothing is reached from the hull that was not reached before. The path to a merged
// class need not be the path of all its points, though: traces come from a
// search without merging.

// lanePlan says which cell of a matrix is in which lane.
type lanePlan struct {
	cell [][2]int // of each lane
	lane [][]int  // of each cell
}

func newLanePlan(width int) *lanePlan {
	p := &lanePlan{lane: make([][]int, width)}
	for i := range width {
		p.lane[i] = make([]int, width)
	}
	put := func(i, j int) {
		p.lane[i][j] = len(p.cell)
		p.cell = append(p.cell, [2]int{i, j})
	}
	for j := 1; j < width; j++ {
		put(0, j)
		put(j, 0)
	}
	for i := 1; i < width; i++ {
		for k := range width - 2 {
			put(i, (i+k)%(width-1)+1)
		}
	}
	return p
}

// merger holds what comparing two matrices needs.
type merger struct {
	plans map[int]*lanePlan
	a, b  []int64
	codes []uint32
	hull  []uint64
	tight [2][]int // the lanes in which a, or b, is the tighter one
	// entries are those of a list before some are removed.
	entries []uint64
}

// load takes two matrices that are not inside each other.
func (g *merger) load(width int, a, b []uint64, t *valueTable) *lanePlan {
	p := g.plans[width]
	if p == nil {
		if g.plans == nil {
			g.plans = map[int]*lanePlan{}
		}
		p = newLanePlan(width)
		g.plans[width] = p
	}
	n := cells(width)
	values := func(words []uint64, out []int64) []int64 {
		if cap(g.codes) < n {
			g.codes = make([]uint32, n)
		}
		codes := g.codes[:n]
		t.unpack(words, codes)
		out = out[:0]
		for _, c := range codes {
			out = append(out, t.value(c))
		}
		return out
	}
	g.a, g.b = values(a, g.a), values(b, g.b)
	g.tight[0], g.tight[1] = g.tight[0][:0], g.tight[1][:0]
	for k, v := range g.a {
		if v < g.b[k] {
			g.tight[0] = append(g.tight[0], k)
		} else if v > g.b[k] {
			g.tight[1] = append(g.tight[1], k)
		}
	}
	return p
}

// convex tells whether the hull H of two classes A and B has no other integer
// points than theirs. What is in H and not in A exceeds some bound of A that B does
// not have,
//
//	x(i) - x(j) >= a(i,j) + 1,
//
// and H with that constraint is canonical after one more look at each cell,
//
//	x(p) - x(q) <= min(h(p,q), h(p,j) - (a(i,j) + 1) + h(i,q)).
//
// It must lie in B: keep each bound in which B is tighter than A. That is
// asked of pairs of cells, with no closure, and nearly all classes fail the first.
func convex(g *merger, p *lanePlan) bool {
	h := func(i, j int) int64 {
		if i == j {
			return 0
		}
		k := p.lane[i][j]
		return max(g.a[k], g.b[k])
	}
	for _, k := range g.tight[0] {
		i, j := p.cell[k][0], p.cell[k][1]
		for _, l := range g.tight[1] {
			to, from := p.cell[l][0], p.cell[l][1]
			left, right := h(to, j), h(i, from)
			if left == Forever || right == Forever || left-(g.a[k]+1)+right > g.b[l] {
				return false
			}
		}
	}
	return true
}

// addMerged is addIncluded where classes are merged too, with any number of known
// ones, one after the other, until none fits any more.
func (x *classSet) addMerged(s *classShard, i, place int32, width int, words []uint64, level int32) fate {
	l, top := s.lists.at(i), x.values.borrows
	var f fate
	for again := true; again; {
		again = false
		s.merger.entries = s.merger.entries[:0]
		s.each(l, func(entry *uint64) { s.merger.entries = append(s.merger.entries, *entry) })
		for _, entry := range s.merger.entries {
			slot, known := uint32(entry), x.matrices.at(width, uint32(entry>>entryMatrix))
			inside, covers := compare(words, known, top)
			if inside {
				return fate{slot: slot} // nothing was removed, as in addIncluded
			}
			if !covers {
				if plan := s.merger.load(width, words, known, x.values); !x.convex(&s.merger, plan) {
					continue
				}
				words = s.merger.join(words, known, x.values)
				again = true
			}
			s.supersede(slot, level)
			f.removed++
			s.remove(l, entry)
		}
	}
	x.keep(s, i, place, width, words, &f)
	s.append(l, firstWord(words), f.entry())
	return f
}

// join gives the greater one of each lane.
func (g *merger) join(a, b []uint64, t *valueTable) []uint64 {
	top, bits := t.borrows, t.laneBits
	if cap(g.hull) < len(a) {
		g.hull = make([]uint64, len(a))
	}
	g.hull = g.hull[:len(a)]
	for i := range a {
		// The top bit of a lane stays where a is not below b; spread over the lane,
		// it selects a.
		keep := ((a[i] | top) - b[i]) & top
		lane := keep - keep>>(bits-1)
		g.hull[i] = a[i]&lane | b[i]&^lane&^top
	}
	return g.hull
}
