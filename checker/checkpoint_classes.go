package checker

import (
	"fmt"
	"maps"
	"slices"
)

// What a search in Exact has visited is written structure by structure, each as it
// is: numbers of slots and matrices stay what they were. Tables are made anew.

func (r *input) count(bytes uint64) int { return r.room(r.word(), bytes) }

func writeHalves[T ~int32 | ~uint32](w output, all []T) {
	w.word(uint64(len(all)))
	for _, v := range all {
		w.half(uint32(v))
	}
}

func readHalves[T ~int32 | ~uint32](r *input) []T {
	all := make([]T, r.count(4))
	for i := range all {
		all[i] = T(r.half())
	}
	return all
}

func (p *paged[T]) write(w output, put func(v *T)) {
	w.word(uint64(p.size))
	for i := range int32(p.size) {
		put(p.at(i))
	}
}

func (p *paged[T]) read(r *input, get func() T) {
	*p = paged[T]{}
	for range r.count(1) {
		p.add(get())
	}
}

func (b bitset) write(w output) {
	w.word(uint64(len(b)))
	w.words(b)
}

func (b *bitset) read(r *input) {
	*b = make(bitset, r.count(8))
	r.words(*b)
}

func (g *digraph) write(w output) {
	g.start.write(w, func(at *int32) { w.half(uint32(*at)) })
	g.edges.write(w, func(e *edge) { w.half(uint32(e.to)); w.half(uint32(e.via)) })
}

func (g *digraph) read(r *input) {
	g.start.read(r, func() int32 { return int32(r.half()) })
	g.edges.read(r, func() edge { return edge{int32(r.half()), int32(r.half())} })
}

// savedManner is a manner in JSON.
type savedManner struct {
	Event uint8
	Calm  bool
	Label int32
	Keep  []byte
	Fresh []Event
}

func (x *relation[S]) write(w output) error {
	if c, ok := x.states.codec.(*partCodec[S]); ok {
		c.write(w)
	}
	w.word(uint64(x.states.count))
	for id := range int32(x.states.count) {
		w.words(x.states.record(id))
	}
	x.nodes.write(w, func(n *node) { w.half(uint32(n.arcs)); w.half(uint32(n.count)) })
	x.arcs.write(w, func(a *arc) { w.half(uint32(a.to)); w.half(a.manner) })
	manners := make([]savedManner, len(x.manners))
	for i, m := range x.manners {
		manners[i] = savedManner{m.event, m.calm, m.label, []byte(m.keep), m.fresh}
	}
	if err := w.json(x.labels); err != nil {
		return err
	}
	return w.json(manners)
}

// read fills a new relation.
func (x *relation[S]) read(r *input) {
	if c, ok := x.states.codec.(*partCodec[S]); ok {
		c.read(r)
	}
	record := make([]uint64, x.states.codec.words())
	for range r.count(uint64(8 * len(record))) {
		r.words(record)
		if _, fresh := x.states.add(record, x.states.codec.hash(record)); !fresh && r.err == nil {
			r.err = fmt.Errorf("holds a state twice")
		}
	}
	x.nodes.read(r, func() node { return node{int32(r.half()), int32(r.half())} })
	x.arcs.read(r, func() arc { return arc{int32(r.half()), r.half()} })
	r.json(&x.labels)
	var manners []savedManner
	r.json(&manners)
	for i, l := range x.labels {
		x.labelOf[l] = int32(i)
	}
	for _, s := range manners {
		m := manner{s.Event, s.Calm, s.Label, string(s.Keep), s.Fresh}
		x.mannerOf[string(m.key(nil))] = number(len(x.manners))
		x.manners = append(x.manners, m)
	}
}

func (t *valueTable) write(w output) {
	w.word(uint64(t.laneBits))
	roomy := uint32(0)
	if t.roomy {
		roomy = 1
	}
	w.half(roomy)
	w.word(uint64(len(t.sorted)))
	for i, v := range t.sorted {
		w.word(uint64(v))
		w.half(t.codes[i])
	}
}

func (t *valueTable) read(r *input) {
	t.laneBits, t.roomy, t.sorted, t.codes = uint(r.word()), r.half() == 1, nil, nil
	for range r.count(12) {
		t.sorted, t.codes = append(t.sorted, int64(r.word())), append(t.codes, r.half())
	}
	if r.err != nil {
		return
	}
	t.widen() // which is as wide as it was
	t.index()
}

func (m *matrixStore) write(w output) {
	w.word(uint64(m.settle))
	for width := range m.of {
		d := m.of[width].Load()
		if d == nil {
			w.word(0)
			continue
		}
		w.word(uint64(d.count))
		for n := range d.count {
			w.words(d.at(n))
		}
	}
}

func (m *matrixStore) read(r *input, values *valueTable) {
	m.settle = uint32(r.word())
	for width := range m.of {
		words := make([]uint64, values.words(cells(width)))
		for n := range uint32(r.count(uint64(8 * len(words)))) {
			r.words(words)
			if r.err == nil && m.number(width, words) != n {
				r.err = fmt.Errorf("holds a matrix twice")
			}
		}
	}
}

func (a *arena[W]) write(w output, put func(W)) {
	w.word(uint64(a.used))
	w.word(uint64(len(a.pages)))
	for i := 0; i < len(a.pages); {
		count := len(a.pages[i]) >> arenaBits // that are in one piece
		w.word(uint64(count))
		for _, v := range a.pages[i] {
			put(v)
		}
		i += count
	}
	w.word(uint64(len(a.free)))
	for _, size := range slices.Sorted(maps.Keys(a.free)) {
		w.word(uint64(size))
		writeHalves(w, a.free[size])
	}
}

func (a *arena[W]) read(r *input, get func() W) {
	*a = arena[W]{used: int(r.word())}
	for pages := r.count(4 << arenaBits); len(a.pages) < pages && r.err == nil; {
		count := r.count(4 << arenaBits)
		whole := make([]W, count<<arenaBits)
		for i := range whole {
			whole[i] = get()
		}
		for i := range count {
			a.pages = append(a.pages, whole[i<<arenaBits:])
		}
		if count == 0 {
			r.err = errShort
		}
	}
	for range r.count(16) {
		if a.free == nil {
			a.free = map[int][]uint32{}
		}
		size := int(r.word())
		a.free[size] = readHalves[uint32](r)
	}
}

func (x *classSet) write(w output) {
	x.values.write(w)
	x.matrices.write(w)
	for i := range x.shards {
		s := &x.shards[i]
		s.slots.write(w, w.half)
		s.blocks.write(w, w.word)
		s.widths.write(w, func(v *uint8) { w.half(uint32(*v)) })
		s.lists.write(w, func(l *antichain) { w.half(l.ref); w.half(l.size) })
		writeHalves(w, s.garbage)
		w.word(uint64(s.byHash.used))
	}
	number := func(v *int32) { w.half(uint32(*v)) }
	x.parent.write(w, number)
	x.via.write(w, number)
	w.word(uint64(x.count))
	writeHalves(w, x.initial)
	w.word(uint64(len(x.recent)))
	for _, c := range x.recent {
		w.half(uint32(c.place))
		w.half(c.slot)
		w.half(c.matrix)
	}
	w.word(uint64(x.base))
}

func (x *classSet) read(r *input) {
	x.values.read(r)
	x.matrices.read(r, x.values)
	for i := range x.shards {
		s := &x.shards[i]
		s.slots.read(r, r.half)
		s.blocks.read(r, r.word)
		s.widths.read(r, func() uint8 { return uint8(r.half()) })
		s.lists.read(r, func() antichain { return antichain{r.half(), r.half()} })
		s.garbage = readHalves[uint32](r)
		x.findAgain(s, r.word(), r)
	}
	number := func() int32 { return int32(r.half()) }
	x.parent.read(r, number)
	x.via.read(r, number)
	x.count = int(r.word())
	x.initial = readHalves[int32](r)
	x.recent = make([]recentClass, r.count(12))
	for i := range x.recent {
		x.recent[i] = recentClass{int32(r.half()), r.half(), r.half()}
	}
	x.base = int32(r.word())
	if r.err == nil && (x.via.size != x.size() || int(x.base)+len(x.recent) != x.size()) {
		r.err = fmt.Errorf("holds classes without their slots")
	}
}

// findAgain enters the classes of a shard, under equality, into the table that finds
// them. They take the slots from the first on, for none is ever given back.
func (x *classSet) findAgain(s *classShard, classes uint64, r *input) {
	ref := uint32(0)
	for ; classes > 0 && r.err == nil; classes-- {
		if ref&(1<<arenaBits-1)+slotSize > 1<<arenaBits {
			ref = (ref>>arenaBits + 1) << arenaBits // as it is where one begins
		}
		if int(ref>>arenaBits) >= len(s.slots.pages) {
			r.err = errShort
			return
		}
		w := s.slots.at(ref)
		s.byHash.insert(hashOf(int32(w[slotPlace]), w[slotMatrix]), int32(ref))
		ref += slotSize
	}
}
