package checker

// exactSearch explores the state classes of a model, breadth-first. With a watch
// it explores their product with the bit of a property, and with a clock the
// classes also bound the time since the bit went on.
type exactSearch[S comparable] struct {
	rel     *relation[S]
	meter   *meter
	classes *classSet
	hooks   hooks[S] // nil for none
	watch   *watch[S]
	clock   bool
	// equality keeps every class apart. Inclusion is smaller and reaches the
	// same states by the same shortest paths, but may close a cycle that no run
	// can follow: the class at its end lies inside the one at its head, and need
	// not hold the timings that go round again.
	equality bool
	graph    *digraph // of the classes with the bit on, under equality only
	within   []bool   // places to stay in; nil for all

	found   int32 // the class that decides, -1 while there is none
	longest int64 // that the clock showed

	states, arcs bitset // met: discrete states, arcs by twice their number + bit
	level        int32  // first class of the level after the one being expanded
	now, next    matrix
	least        []int64
}

func newExactSearch[S comparable](r *relation[S], w *meter) *exactSearch[S] {
	return &exactSearch[S]{rel: r, meter: w, classes: newClassSet(), found: -1}
}

func (x *exactSearch[S]) explore() Run {
	w := x.meter
	w.level = 0
	for _, id := range x.rel.init() {
		on := x.watch != nil && x.watch.begin(id)
		x.next.begin(x.rel.pending(id), x.clock && on)
		x.reach(id, on, -1, -1)
	}
	w.level = 1
	x.level = number(x.classes.size())
	for c := int32(0); int(c) < x.classes.size() && x.found < 0; c++ {
		if c == x.level {
			w.level++
			x.level = number(x.classes.size())
		}
		if !w.beat(int(x.level - c)) {
			break
		}
		if !x.classes.dropped[c] {
			x.expand(c)
		}
	}
	if x.graph != nil {
		x.graph.close()
	}
	return w.finish(x.found >= 0)
}

func (x *exactSearch[S]) expand(c int32) {
	at := x.classes.place[c]
	id, on := at>>1, at&1 == 1
	if x.graph != nil && on {
		x.graph.open(c)
	}
	first, arcs := x.rel.arcsOf(id)
	n := x.rel.nodes[id].pending
	x.classes.load(c, width(n, x.clock && on), &x.now)
	if cap(x.least) < x.now.width {
		x.least = make([]int64, 2*x.now.width)
	}
	x.least = x.least[:x.now.width]
	x.now.soonest(n, x.least)
	event, firable := -1, false
	for a := first; a < first+arcs && x.found < 0; a++ {
		if f := int(x.rel.arcs[a].event); f != event {
			event, firable = f, x.now.firable(f+1, n)
		}
		if firable && !x.step(c, on, int32(a)) {
			return
		}
	}
}

// step takes an arc out of class c, and tells whether there is room for more.
func (x *exactSearch[S]) step(c int32, on bool, a int32) bool {
	arc := &x.rel.arcs[a]
	if arc.to < 0 {
		x.meter.full = true
		return true
	}
	onto := x.watch != nil && x.watch.next(on, arc.to)
	if x.within != nil && !x.within[place(arc.to, onto)] {
		return true
	}
	x.now.fire(int(arc.event)+1, x.least, x.rel.kept(arc), x.rel.pending(arc.to), x.clock && onto, !on, &x.next)
	to := x.reach(arc.to, onto, c, a)
	if to < 0 {
		return false
	}
	x.meter.run.Transitions++
	if x.graph != nil && on && onto {
		x.graph.add(edge{to, a})
	}
	if fresh := x.arcs.set(int(place(a, on))); fresh && x.hooks != nil && !arc.twin {
		x.hooks.metStep(c, a, x.rel.states.at(arc.from), x.rel.pending(arc.from)[arc.event], arc.label, x.rel.states.at(arc.to))
	}
	return true
}

// reach gives the class of x.next, -1 when there is no room for it.
func (x *exactSearch[S]) reach(id int32, on bool, parent, via int32) int32 {
	w := x.meter
	x.classes.flatten(&x.next)
	room := func() bool { w.kept = x.classes.count; return w.room(w.level + 1) }
	var c int32
	var fresh bool
	if x.equality {
		c, fresh = x.classes.addEqual(place(id, on), parent, via, room)
	} else {
		c, fresh = x.classes.addIncluded(place(id, on), parent, via, int(x.level), room)
	}
	if !fresh {
		return c
	}
	w.keep()
	w.kept = x.classes.count
	if x.states.set(int(id)) {
		w.run.States++
		if x.hooks != nil {
			x.hooks.metState(c, x.rel.states.at(id))
		}
	}
	if x.watch != nil && x.watch.settled(on) {
		x.classes.dropped[c] = true // kept, not expanded
	}
	if on && x.decides(id) {
		x.found = c
	}
	return c
}

// decides tells whether the class of x.next violates the watched property by
// itself: nothing has to happen in it any more, or the clock can show too much.
func (x *exactSearch[S]) decides(id int32) bool {
	if x.equality {
		return false // calm classes were looked for before, under inclusion
	}
	n := &x.rel.nodes[id]
	if !x.clock {
		return n.calm
	}
	stay := x.next.stay(n.pending)
	if stay > x.watch.prop.Bound {
		return true
	}
	x.longest = max(x.longest, stay)
	return false
}

// places is the graph of the discrete steps that were met, by places; with
// pending, only those that leave the bit on.
func (x *exactSearch[S]) places(pending bool) *digraph {
	g := &digraph{}
	for id := range int32(len(x.rel.nodes)) {
		n := &x.rel.nodes[id]
		for _, on := range [...]bool{false, true} {
			g.open(place(id, on))
			for a := n.arcs; n.arcs >= 0 && a < n.arcs+n.arcCount; a++ {
				if !x.arcs.has(int(place(int32(a), on))) {
					continue
				}
				to := x.rel.arcs[a].to
				if onto := x.watch.next(on, to); on && onto || !pending {
					g.add(edge{place(to, onto), int32(a)})
				}
			}
		}
	}
	g.close()
	return g
}

// bitset is a set of small numbers.
type bitset []uint64

// set adds i and tells whether it is new.
func (b *bitset) set(i int) bool {
	for len(*b) <= i/64 {
		*b = append(*b, 0)
	}
	w, m := &(*b)[i/64], uint64(1)<<(i%64)
	old := *w
	*w |= m
	return old&m == 0
}

func (b bitset) has(i int) bool { return i/64 < len(b) && b[i/64]>>(i%64)&1 == 1 }
