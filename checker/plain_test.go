package checker

import (
	"context"
	"math"
	"time"
)

// The plain search is the oracle of the fast one: one goroutine, matrices of
// whole numbers cell by cell, every class compared with all of its place. It has no
// watch and no clock, and its results must be those of exactSearch to the last
// class.
type plainSearch[S comparable] struct {
	rel       *plainRelation[S]
	classes   *plainClasses
	metState  func(c int32, s S)
	run       Run
	states    bitset
	level     int32
	depth     int
	now, next plainMatrix
	least     []int64
}

func newPlainSearch[S comparable](m Model[S]) *plainSearch[S] {
	return &plainSearch[S]{rel: newPlainRelation(m), classes: newPlainClasses()}
}

func (x *plainSearch[S]) explore() Run {
	for _, id := range x.rel.init() {
		x.next.begin(x.rel.pending(id), false)
		x.reach(id, -1, -1)
	}
	x.depth, x.level = 1, number(x.classes.size())
	for c := int32(0); int(c) < x.classes.size(); c++ {
		if c == x.level {
			x.depth++
			x.level = number(x.classes.size())
		}
		if !x.classes.dropped[c] {
			x.run.Explored++
			x.expand(c)
		}
	}
	x.run.Time, x.run.Purpose, x.run.Reduction = Exact, "explore", "none"
	x.run.Classes, x.run.Complete = x.classes.count, true
	return x.run
}

func (x *plainSearch[S]) expand(c int32) {
	id := x.classes.place[c]
	first, arcs := x.rel.arcsOf(id)
	n := x.rel.nodes[id].pending
	x.classes.load(c, width(n, false), &x.now)
	if cap(x.least) < x.now.width {
		x.least = make([]int64, 2*x.now.width)
	}
	x.least = x.least[:x.now.width]
	x.now.soonest(n, x.least)
	for a := first; a < first+arcs; a++ {
		arc := &x.rel.arcs[a]
		if f := int(arc.event); x.now.firable(f+1, n) {
			x.now.fire(f+1, x.least, x.rel.kept(arc), x.rel.pending(arc.to), false, false, &x.next)
			x.reach(arc.to, c, int32(a))
			x.run.Transitions++
		}
	}
}

func (x *plainSearch[S]) reach(id, parent, via int32) {
	x.classes.flatten(&x.next)
	c, fresh := x.classes.addIncluded(id, parent, via, int(x.level))
	if !fresh {
		return
	}
	x.run.Depth = max(x.run.Depth, x.depth+1)
	if x.states.set(int(id)) {
		x.run.States++
		if x.metState != nil {
			x.metState(c, x.rel.states.at(id))
		}
	}
}

type plainMatrix struct {
	width int
	cell  []int64
	from  []int // scratch of fire
}

func (m *plainMatrix) resize(width int) {
	m.width = width
	if cap(m.cell) < width*width {
		m.cell = make([]int64, 2*width*width)
	}
	m.cell = m.cell[:width*width]
}

// begin is the class in which all events became pending just now.
func (m *plainMatrix) begin(events []Event, clock bool) {
	m.resize(width(len(events), clock))
	m.cell[0] = 0
	m.fresh(events, nil, clock)
}

// firable tells whether event f (1..n) can be the next: no other event has to
// happen before. In a canonical plainMatrix comparing pairs is enough, since every
// cycle of constraints that "f first" closes passes through f.
func (m *plainMatrix) firable(f, n int) bool {
	for i := 1; i <= n; i++ {
		if m.cell[i*m.width+f] < 0 {
			return false
		}
	}
	return true
}

// soonest sets least[j] to the bound on (the next instant at which something
// happens) - x(j), which is the same whatever happens.
func (m *plainMatrix) soonest(n int, least []int64) {
	for j := range least {
		least[j] = Forever
	}
	for k := 1; k <= n; k++ {
		row := m.cell[k*m.width : (k+1)*m.width]
		for j, v := range row {
			least[j] = min(least[j], v)
		}
	}
}

// fire sets next to the class after event f of m. keep says which column of m
// each event of next was, 0 for the fresh ones.
//
// "f first" adds x(f) <= x(k) for every pending k, and closing over it gives
//
//	x(i) - x(j) <= min(m(i,j), m(i,f) + least(j)),
//
// because every path that uses a new constraint enters it through f once. Then
// f is the new now: x(0) of next is x(f) of m. Fresh events are bound to now
// alone, so their cells are sums. All of it is O(n²), and canonical, with no
// closure (Berthomieu and Diaz 1991).
func (m *plainMatrix) fire(f int, least []int64, keep []uint8, events []Event, clock, started bool, next *plainMatrix) {
	next.resize(width(len(events), clock))
	w := next.width
	from := next.from[:0] // the column of m that each column was, -1 when fresh
	from = append(from, f)
	for _, k := range keep {
		if k == 0 {
			from = append(from, -1)
		} else {
			from = append(from, int(k))
		}
	}
	if clock && started {
		from = append(from, -1)
	} else if clock {
		from = append(from, m.width-1)
	}
	next.from = from
	for a, i := range from {
		if i < 0 {
			continue
		}
		row := m.cell[i*m.width : (i+1)*m.width]
		viaF := row[f]
		for b, j := range from {
			if j >= 0 {
				next.cell[a*w+b] = min(row[j], plus(viaF, least[j]))
			}
		}
		next.cell[a*w+a] = 0
	}
	next.fresh(events, keep, clock && started)
}

// fresh fills in what begins now: the events with keep = 0 (all of them when
// keep is nil) and the clock when it is started.
func (m *plainMatrix) fresh(events []Event, keep []uint8, started bool) {
	w := m.width
	begin := func(a int, lo, hi int64) {
		m.cell[a*w], m.cell[a] = hi, -lo
	}
	isFresh := func(a int) bool {
		return a >= 1 && (a <= len(events) && (keep == nil || keep[a-1] == 0) || a > len(events) && started)
	}
	any := false
	for i, e := range events {
		if isFresh(i + 1) {
			begin(i+1, e.Earliest, e.Latest)
			any = true
		}
	}
	if started {
		begin(w-1, 0, Forever)
		any = true
	}
	if !any {
		return
	}
	for a := 1; a < w; a++ {
		freshA := isFresh(a)
		for b := 1; b < w; b++ {
			if a != b && (freshA || isFresh(b)) {
				m.cell[a*w+b] = plus(m.cell[a*w], m.cell[b])
			}
		}
		m.cell[a*w+a] = 0
	}
}

type plainRelation[S comparable] struct {
	model  Model[S]
	states stateSet[S]
	nodes  []plainNode
	arcs   []plainArc
	events []Event // of all nodes
	keep   []uint8 // of all arcs, see keptColumns
}

// plainNode is the discrete half of a state class.
type plainNode struct {
	events   int // first of its pending events
	pending  int // their number
	arcs     int // first of its arcs, -1 before it is expanded
	arcCount int
	calm     bool // nothing pending has to happen
}

// plainArc is a step between discrete states.
type plainArc struct {
	from, to int32 // to is -1 where the model was full
	keep     int
	event    uint8 // index of the event that fires, 0-based
	twin     bool  // an earlier plainArc has the same event, label and end
	label    Label
}

func newPlainRelation[S comparable](m Model[S]) *plainRelation[S] {
	return &plainRelation[S]{model: m, states: newStateSet(m)}
}

func (r *plainRelation[S]) add(s S) int32 {
	id, fresh := r.states.add(s)
	if fresh {
		at := len(r.events)
		r.events = pending(r.model, s, r.events)
		own := r.events[at:]
		r.nodes = append(r.nodes, plainNode{events: at, pending: len(own), arcs: -1, calm: calm(own)})
	}
	return id
}

func (r *plainRelation[S]) init() (ids []int32) {
	for _, s := range r.model.Init() {
		ids = append(ids, r.add(s))
	}
	return ids
}

func (r *plainRelation[S]) pending(id int32) []Event {
	n := &r.nodes[id]
	return r.events[n.events : n.events+n.pending : n.events+n.pending]
}

// arcsOf numbers the arcs that leave a state: first, and how many, in the order
// of the events.
func (r *plainRelation[S]) arcsOf(id int32) (first, n int) {
	if r.nodes[id].arcs < 0 {
		r.expand(id)
	}
	return r.nodes[id].arcs, r.nodes[id].arcCount
}

func (r *plainRelation[S]) expand(id int32) {
	s, begin := r.states.at(id), len(r.arcs)
	before := r.pending(id)
	for i, e := range before {
		if first(before, e.ID) != i {
			continue // the oldest stands for all of its ID
		}
		r.model.Fire(s, e, func(next S, how Effect) {
			if how.Full {
				r.arcs = append(r.arcs, plainArc{from: id, to: -1, event: uint8(i)})
				return
			}
			a := plainArc{from: id, to: r.add(next), event: uint8(i), label: how.Label, keep: len(r.keep)}
			for _, b := range r.arcs[begin:] {
				if a.event == b.event && a.to == b.to && a.label == b.label {
					a.twin = true
				}
			}
			r.keep = keptColumns(s, before, i, &how, next, r.pending(a.to), r.keep)
			r.arcs = append(r.arcs, a)
		})
	}
	r.nodes[id].arcs, r.nodes[id].arcCount = begin, len(r.arcs)-begin
}

// kept is what keptColumns found for an plainArc.
func (r *plainRelation[S]) kept(a *plainArc) []uint8 {
	return r.keep[a.keep : a.keep+r.nodes[a.to].pending]
}

// ExplorePlain is Explore in Exact by the plain search, for the tests and
// benchmarks outside of the package.
func ExplorePlain[S comparable](m Model[S]) Run { return newPlainSearch(m).explore() }

// ExploreMergingAll explores with a merge condition that is wrong.
func ExploreMergingAll[S comparable](m Model[S]) Run {
	x := newExactSearch(newRelation(m), newMeter(context.Background(), Options{}, time.Now(), Exact, "explore"))
	x.merge, x.convex = true, func(*merger, *lanePlan) bool { return true }
	return x.explore()
}

// SmallBatches makes pieces and tables small, until the function that it gives is
// called.
func SmallBatches() func() {
	piece, many, roomy, widths, room := pieceClasses, manyClasses, roomyClasses, laneWidths, roomForMatrices
	pieceClasses, manyClasses, roomyClasses, laneWidths, roomForMatrices = 1, 0, 0, []laneWidth{{10, 4}, {12, 6}, {16, 9}, {32, math.MaxInt}}, 0
	return func() {
		pieceClasses, manyClasses, roomyClasses, laneWidths, roomForMatrices = piece, many, roomy, widths, room
	}
}
