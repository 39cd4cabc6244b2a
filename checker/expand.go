package checker

// expander computes the successors of a piece of the frontier. It only reads what
// the search has, so several work at once.
type expander[S comparable] struct {
	search  *exactSearch[S]
	records []record
	words   []uint64
	raw     []int64 // bounds of the records that use some without a code
	missing []int64
	bins    [classShards][]int32 // the records by shard
	passed  int32                // steps to known classes since the last record

	now, first matrix
	least      []int64
	next       successor
}

// record is a class that was come to: by an arc of another one, or as an initial
// one when class is -1. place is -1 where the model was full.
type record struct {
	place, class, arc int32
	width             int32
	words             int32 // where its codes begin
	raw               int32 // where its bounds begin, -1 when all have codes
	passed            int32 // steps before it that led to known classes, and are no news otherwise
	fate              fate
	stay              int64
}

func (e *expander[S]) reset() {
	e.records, e.words, e.raw, e.missing = e.records[:0], e.words[:0], e.raw[:0], e.missing[:0]
	e.passed = 0
	for i := range e.bins {
		e.bins[i] = e.bins[i][:0]
	}
}

// note adds a record.
func (e *expander[S]) note(r record) {
	r.passed, e.passed = e.passed, 0
	if r.place >= 0 {
		bin := &e.bins[int(r.place>>1)%classShards]
		*bin = append(*bin, int32(len(e.records)))
	}
	e.records = append(e.records, r)
}

// initial adds the class in which all events of a state became pending just now.
func (e *expander[S]) initial(id int32) {
	x := e.search
	on := x.watch != nil && x.watch.begin(id)
	e.first.resize(1)
	e.first.cell[0], e.first.code[0] = 0, x.classes.values.code(0)
	e.enter(place(id, on), 0, "", on, -1, -1)
}

// enter adds the class after an event of e.first, which brings about keep.
func (e *expander[S]) enter(to int32, f int, keep string, started bool, class, arc int32) {
	x := e.search
	events := x.rel.pending(to >> 1)
	c := x.clock
	if to&1 == 0 {
		c = noClock
	}
	e.next.prepare(&e.first, f, keep, events, c, started)
	r := record{place: to, class: class, arc: arc, width: int32(e.next.width), words: int32(len(e.words)), raw: -1}
	var known bool
	e.words, known = e.next.pack(&e.first, x.classes.values, e.words)
	if !known {
		r.raw = int32(len(e.raw))
		e.raw = e.next.list(&e.first, e.raw)
		for _, v := range e.raw[r.raw:] {
			if x.classes.values.code(v) == 0 {
				e.missing = append(e.missing, v)
			}
		}
	}
	if known && class >= 0 && !x.news(class, arc) && x.classes.covered(to, e.words[r.words:]) {
		e.words = e.words[:r.words]
		e.passed++
		return
	}
	if c == longest {
		r.stay = e.next.stay(&e.first, len(events))
	}
	e.note(r)
}

// expand adds the successors of a class.
func (e *expander[S]) expand(c int32) {
	x := e.search
	rel := x.rel
	at := *x.classes.place.at(c)
	id, on := at>>1, at&1 == 1
	node := rel.nodes.at(id)
	n := int(rel.listAt(id).count)
	e.now.load(x.classes.at(c), width(n, x.clock != noClock && on), x.classes.values)
	e.soonest(n)
	event, firable := -1, false
	for a := node.arcs; a < node.arcs+node.arcCount; a++ {
		arc := rel.arcs.at(a)
		m := rel.manner(arc)
		if f := int(m.event); f != event {
			event = f
			if firable = e.now.firable(f+1, n); firable {
				e.now.tighten(f+1, e.least, x.classes.values, &e.first)
			}
		}
		if firable {
			e.step(c, on, a, arc, m)
		}
	}
}

func (e *expander[S]) soonest(n int) {
	if cap(e.least) < e.now.width {
		e.least = make([]int64, 2*e.now.width)
	}
	e.least = e.least[:e.now.width]
	e.now.soonest(n, e.least)
}

// step adds what an arc leads to from class c, where its event is firable.
func (e *expander[S]) step(c int32, on bool, a int32, arc *arc, m *manner) {
	x := e.search
	if arc.to < 0 {
		e.note(record{place: -1, class: c, arc: a})
		return
	}
	onto := x.watch != nil && x.watch.next(on, arc.to)
	to := place(arc.to, onto)
	if x.within != nil && !x.within[to] {
		return
	}
	e.enter(to, int(m.event)+1, m.keep, !on, c, a)
}

func (e *expander[S]) recode(r *recode) {
	old := e.words
	e.words = make([]uint64, 0, len(old))
	for i := range e.records {
		if k := &e.records[i]; k.place >= 0 {
			from := old[k.words:]
			k.words = int32(len(e.words))
			e.words = r.translate(from, cells(int(k.width)), e.words)
		}
	}
}

// encodeRaw gives codes to the records that lacked some.
func (e *expander[S]) encodeRaw(t *valueTable) {
	for i := range e.records {
		if r := &e.records[i]; r.place >= 0 && r.raw >= 0 {
			n := int32(cells(int(r.width)))
			encode(e.raw[r.raw:r.raw+n], t, e.words[r.words:r.words+int32(t.words(int(n)))])
		}
	}
}
