package checker

// expander computes the successors of a piece of the frontier. It only reads what
// the search has, so several work at once.
type classExpander[S comparable] struct {
	search  *exactSearch[S]
	records []arrival
	words   []uint64
	raw     []int64 // bounds of the records that use some without a code
	missing []int64
	bins    [classShards][]int32 // the records by shard
	passed  int32                // steps to known classes since the last record

	now    matrix
	clocks int // 1 when the last column of now is a clock
	first  happening
	next   successor
}

// record is a class that was come to: by an arc of another one, or as an initial
// one when class is -1. place is full where the model was full, and leaves where a
// stay ends.
type arrival struct {
	place, class, arc int32
	width             int32
	calm              bool  // nothing pending has to happen
	words             int32 // where its codes begin
	raw               int32 // where its bounds begin, -1 when all have codes
	passed            int32 // steps before it that led to known classes, and are no news otherwise
	fate              fate
	stay              int64
}

// What a place is when it is none.
const full, leaves = -1, -2

func (e *classExpander[S]) reset() {
	e.records, e.words, e.raw, e.missing = e.records[:0], e.words[:0], e.raw[:0], e.missing[:0]
	e.passed = 0
	for i := range e.bins {
		e.bins[i] = e.bins[i][:0]
	}
}

// note adds a record.
func (e *classExpander[S]) note(r arrival) {
	r.passed, e.passed = e.passed, 0
	if r.place >= 0 {
		bin := &e.bins[int(r.place>>1)%classShards]
		*bin = append(*bin, int32(len(e.records)))
	}
	e.records = append(e.records, r)
}

// initial adds the class in which all events of a state became pending just now.
func (e *classExpander[S]) initial(id int32) {
	x := e.search
	on := x.watch != nil && x.watch.begin(id)
	e.now.resize(1)
	e.now.cell[0], e.now.least[0] = 0, 0
	e.first = happening{of: &e.now, code: e.first.code}
	events := x.rel.pending(id)
	e.enter(place(id, on), &manner{keep: string(make([]byte, len(events))), fresh: events, calm: calm(events)}, on, -1, -1)
}

// enter adds the class after e.first.
func (e *classExpander[S]) enter(to int32, how *manner, started bool, class, arc int32) {
	x := e.search
	c := x.clock
	if to&1 == 0 {
		c = noClock
	}
	e.next.prepare(&e.first, how.keep, how.fresh, c, started)
	r := arrival{place: to, class: class, arc: arc, width: int32(e.next.width), calm: how.calm, words: int32(len(e.words)), raw: -1}
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
	if known && class >= 0 && !x.news(class, arc) && x.classes.covered(to, e.next.width, e.words[r.words:]) {
		e.words = e.words[:r.words]
		e.passed++
		return
	}
	if c == longest {
		r.stay = e.next.stay(&e.first, len(how.keep))
	}
	e.note(r)
}

// expand adds the successors of a class.
func (e *classExpander[S]) expand(c int32) {
	x := e.search
	at := x.classes.at(c)
	on, w := at.place&1 == 1, x.classes.width(at.place)
	e.now.load(x.classes.matrices.at(w, at.matrix), w, x.classes.values)
	e.clocks = width(0, x.clock != noClock && on) - 1
	e.fireAll(x.rel.nodes.at(at.place>>1), func(a int32, arc *arc, m *manner) { e.step(c, on, a, arc, m) })
}

// load takes a class of another search, in whose table its bounds have other codes.
func (e *classExpander[S]) load(from *classSet, matrix uint32, width int) {
	e.now.load(from.matrices.at(width, matrix), width, from.values)
	for i, v := range e.now.cell {
		e.now.code[i] = e.search.classes.values.code(v)
		e.now.unknown = e.now.unknown || e.now.code[i] == 0
	}
	e.clocks = 0
}

// fireAll visits the arcs of a node that can be the next after e.now, each with
// e.first set to when they are.
func (e *classExpander[S]) fireAll(n *node, visit func(a int32, arc *arc, m *manner)) {
	rel := e.search.rel
	events := e.now.width - 1 - e.clocks
	e.now.soonest(events)
	event, firable := -1, false
	for a := n.arcs; a < n.arcs+n.count; a++ {
		arc := rel.arcs.at(a)
		m := rel.manner(arc)
		if f := int(m.event); f != event {
			event = f
			if firable = e.now.firable(f + 1); firable {
				e.first.tighten(&e.now, f+1, e.search.classes.values)
			}
		}
		if firable {
			visit(a, arc, m)
		}
	}
}

// step adds what an arc leads to from class c, where its event is firable.
func (e *classExpander[S]) step(c int32, on bool, a int32, arc *arc, m *manner) {
	x := e.search
	if arc.to < 0 {
		e.note(arrival{place: full, class: c, arc: a})
		return
	}
	onto := x.watch != nil && x.watch.next(on, arc.to)
	if x.staying && !onto {
		if x.clock == shortest {
			w := e.now.width
			e.note(arrival{place: leaves, class: c, arc: a, stay: -e.now.cell[(w-1)*w+e.first.event]})
		}
		return
	}
	to := place(arc.to, onto)
	if x.within != nil && !x.within[to] {
		return
	}
	e.enter(to, m, !on, c, a)
}

func (e *classExpander[S]) recode(r *recode) {
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
func (e *classExpander[S]) encodeRaw(t *valueTable) {
	for i := range e.records {
		if r := &e.records[i]; r.place >= 0 && r.raw >= 0 {
			n := int32(cells(int(r.width)))
			encode(e.raw[r.raw:r.raw+n], t, e.words[r.words:r.words+int32(t.words(int(n)))])
		}
	}
}
