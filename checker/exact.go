package checker

// exactSearch explores the state classes of a model, breadth-first. With a watch
// it explores their product with the bit of a property, and with a clock the
// classes also bound the time since the bit went on.
//
// A level is expanded a batch of classes at a time, and that in four steps: the
// discrete steps that are missing are computed (relation.expand); the successors of
// all classes are computed, in parallel; they are compared with the known
// classes, those of different places in parallel (classSet); and what is new is
// numbered, in the order in which one worker alone would have found it. So nothing
// that is found depends on the number of workers.
type exactSearch[S comparable] struct {
	rel     *relation[S]
	meter   *meter
	workers int
	classes *classSet
	hooks   hooks[S] // nil for none
	watch   *watch[S]
	clock   clock
	// equality keeps every class apart. Inclusion is smaller and reaches the
	// same states by the same shortest paths, but may close a cycle that no run
	// can follow: the class at its end lies inside the one at its head, and need
	// not hold the timings that go round again.
	equality bool
	// merge joins classes where only the discrete states that are reached matter.
	merge  bool
	convex func(*merger, *lanePlan) bool // instead of the rule, in tests
	graph  *digraph                      // of the classes with the bit on, under equality only
	within []bool                        // places to stay in; nil for all
	// seed adds the initial classes, if they are others than those of the model.
	seed func(e *classExpander[S])
	// staying: the search ends where the bit goes off.
	staying bool

	found   int32 // the class that decides, -1 while there is none
	longest int64 // that the clock showed
	// longestAt is the class that showed it first.
	longestAt int32
	shortest  shortestStay

	states, arcs bitset  // met: discrete states, arcs by twice their number + bit
	level        int32   // first class of the level after the one being expanded
	todo         []int32 // of the level, the classes that are to be expanded
	pieces       []classExpander[S]
	missing      []int64

	judge *judge[S] // behind the hooks, nil for none
	// saver, when not nil, writes checkpoints between batches. A search that goes on
	// where another was saved has begun.
	saver *saver[S]
	begun bool
}

// shortestStay is the least that the clock showed where a stay ended, -1 when
// none did: after a class, by an arc.
type shortestStay struct {
	time       int64
	class, arc int32
}

func newExactSearch[S comparable](r *relation[S], w *meter) *exactSearch[S] {
	return &exactSearch[S]{rel: r, meter: w, workers: w.opt.workers(), found: -1, longestAt: -1, shortest: shortestStay{time: -1}}
}

// A batch is so many pieces of so many classes; these bound the memory that
// successors take before they are compared.
var pieceClasses = 64 // less in tests

var batchPieces = 16 // less in tests

// Lanes are roomy up to so many classes.
var roomyClasses = 1 << 14 // none in tests

// Fewer classes than that are looked through by one worker.
var manyClasses = 1 << 12 // none in tests

func (x *exactSearch[S]) explore() Run {
	w := x.meter
	if !x.begun {
		w.level = 0
		x.classes = x.newClasses()
		x.begin()
	}
	for x.found < 0 && w.run.Stopped == "" {
		if len(x.todo) == 0 && !x.nextLevel() {
			break
		}
		for len(x.todo) > 0 && x.found < 0 {
			n := 0
			for n < min(len(x.todo), pieceClasses*batchPieces) && w.beat(len(x.todo)-n) {
				n++
			}
			if x.saver != nil {
				x.saver.between(w.run.Stopped != "", x.underway)
			}
			if w.spent(n) {
				break
			}
			x.expand(x.todo[:n])
			if w.run.Stopped != "" {
				break
			}
			x.todo = x.todo[n:]
		}
	}
	if x.graph != nil {
		x.graph.close()
	}
	return w.finish(x.found >= 0)
}

func (x *exactSearch[S]) newClasses() *classSet {
	places := 1
	if x.watch != nil {
		places = 2
	}
	set := newClassSet(places)
	set.equality = x.equality
	if x.merge {
		set.convex = convex
		if x.convex != nil {
			set.convex = x.convex
		}
	}
	return set
}

// forTasks is how many workers are worth waking for so many tasks, of which one alone
// does a number in less time than that takes.
func (x *exactSearch[S]) forTasks(tasks, few int) int {
	if tasks <= few {
		return 1
	}
	return x.workers
}

// nextLevel begins the next level, and tells whether there is anything to expand in it.
func (x *exactSearch[S]) nextLevel() bool {
	x.todo = x.classes.alive(x.level) // before the slots of the others are used again
	x.classes.sweep(x.level, x.forTasks(x.classes.count, manyClasses))
	x.level = number(x.classes.size())
	x.meter.level++
	return len(x.todo) > 0
}

func (x *exactSearch[S]) begin() {
	ids := x.rel.init()
	x.look()
	e := x.piece(0)
	e.reset()
	if x.seed != nil {
		x.seed(e)
	} else {
		for _, id := range ids {
			e.initial(id)
		}
	}
	x.commit(1)
}

func (x *exactSearch[S]) piece(i int) *classExpander[S] {
	for len(x.pieces) <= i {
		x.pieces = append(x.pieces, classExpander[S]{search: x})
	}
	return &x.pieces[i]
}

// look lets the watch judge the states that are new to it.
func (x *exactSearch[S]) look() {
	if x.watch != nil {
		x.watch.fill(x.workers)
	}
}

// expand explores the successors of some classes.
func (x *exactSearch[S]) expand(classes []int32) {
	if len(classes) == 0 {
		return
	}
	var ids []int32
	for _, c := range classes {
		id := x.classes.at(c).place >> 1
		if n := x.rel.nodes.at(id); n.arcs < 0 {
			n.arcs = 0 // asked for; expand says where they are
			ids = append(ids, id)
		}
	}
	x.rel.expand(ids, x.forTasks(len(ids), firedTogether))
	x.look()
	x.meter.run.Explored += len(classes)
	n := (len(classes) + pieceClasses - 1) / pieceClasses
	x.piece(n - 1)
	share(x.workers, n, func(_, i int) {
		e := &x.pieces[i]
		e.reset()
		for _, c := range classes[i*pieceClasses : min(len(classes), (i+1)*pieceClasses)] {
			e.expand(c)
		}
	})
	x.commit(n)
}

// commit adds the classes of the first n pieces.
func (x *exactSearch[S]) commit(n int) {
	x.learn(n)
	records := 0
	for i := range n {
		records += len(x.pieces[i].records)
	}
	w := x.meter
	x.classes.grow(x.rel.states.size())
	if w.tight() && (w.bound > 0 && x.classes.count+records > w.bound || w.opt.MaxDepth > 0 && w.level+1 > w.opt.MaxDepth) {
		x.commitOneByOne(n)
		return
	}
	share(x.forTasks(records, pieceClasses), classShards, func(_, shard int) {
		for i := range n {
			e := &x.pieces[i]
			for _, k := range e.bins[shard] {
				r := &e.records[k]
				r.fate = x.classes.add(r.place, int(r.width), e.words[r.words:], x.level)
			}
		}
	})
	for i := range n {
		e := &x.pieces[i]
		for k := range e.records {
			if x.enter(&e.records[k]); x.found >= 0 {
				return
			}
		}
		w.run.Transitions += int(e.passed)
	}
}

// commitOneByOne is commit where a bound may be hit.
func (x *exactSearch[S]) commitOneByOne(n int) {
	for i := range n {
		e := &x.pieces[i]
		for k := range e.records {
			r := &e.records[k]
			if r.place >= 0 {
				words := e.words[r.words:]
				known, covered := x.classes.look(r.place, int(r.width), words)
				x.meter.kept = x.classes.count - covered
				if !known && !x.meter.room(x.meter.level+1) {
					x.meter.run.Transitions += int(r.passed)
					return
				}
				r.fate = x.classes.add(r.place, int(r.width), words, x.level)
			}
			if x.enter(r); x.found >= 0 {
				return
			}
		}
		x.meter.run.Transitions += int(e.passed)
	}
}

// learn gives codes to the bounds that the first n pieces have brought up.
func (x *exactSearch[S]) learn(n int) {
	t := x.classes.values
	if t.roomy && x.classes.count > roomyClasses {
		x.recode(t.narrow(), n)
	}
	x.missing = x.missing[:0]
	for i := range n {
		x.missing = append(x.missing, x.pieces[i].missing...)
	}
	if len(x.missing) == 0 {
		return
	}
	if r := t.add(x.missing); r != nil {
		x.recode(r, n)
	}
	for i := range n {
		x.pieces[i].encodeRaw(t)
	}
}

// recode renews the codes of all classes and of the first n pieces.
func (x *exactSearch[S]) recode(r *recode, n int) {
	x.classes.recode(r, x.forTasks(x.classes.count, manyClasses))
	for i := range n {
		x.pieces[i].recode(r)
	}
}

// enter takes the class of a record into the books, and the step to it.
func (x *exactSearch[S]) enter(r *arrival) {
	w := x.meter
	w.run.Transitions += int(r.passed)
	switch {
	case r.place == full:
		w.full = true
		return
	case r.place == leaves:
		if x.shortest.time < 0 || r.stay < x.shortest.time {
			x.shortest = shortestStay{r.stay, r.class, r.arc}
		}
		return
	}
	id, on := r.place>>1, r.place&1 == 1
	if x.watch != nil {
		x.watch.met(id)
	}
	if r.fate.fresh {
		c := x.classes.number(r.place, r.class, r.arc, r.fate)
		w.keep()
		w.kept = x.classes.count
		if x.states.set(int(id)) {
			w.run.States++
			if x.hooks != nil {
				x.hooks.metState(c, x.rel.states.load(id, &x.rel.at))
			}
		}
		if x.watch != nil && x.watch.settled(on) {
			x.classes.drop(c) // kept, not expanded
		}
		if on && x.decides(r) {
			x.found = c
		}
	}
	if r.class < 0 {
		return
	}
	w.run.Transitions++
	from := x.classes.at(r.class).place
	if x.graph != nil && from&1 == 1 && on {
		x.graph.open(r.class)
		x.graph.add(edge{x.classes.numberOf(r.place, r.fate.slot), r.arc})
	}
	if x.watch == nil && x.hooks == nil || !x.arcs.set(int(place(r.arc, from&1 == 1))) {
		return
	}
	if arc := x.rel.arcs.at(r.arc); x.hooks != nil && arc.manner&(arcTwin|arcQuiet) == 0 {
		m := x.rel.manner(arc)
		x.hooks.metStep(r.class, r.arc, x.rel.states.at(from>>1), x.rel.pending(from >> 1)[m.event], x.rel.labels[m.label], x.rel.states.at(id))
	}
}

// news tells whether a step must be entered even if its class is known.
func (x *exactSearch[S]) news(class, arc int32) bool {
	switch {
	case x.equality:
		return true
	case x.watch != nil:
	case x.hooks == nil, x.rel.arcs.at(arc).manner&(arcTwin|arcQuiet) != 0:
		return false
	}
	return !x.arcs.has(int(place(arc, x.classes.at(class).place&1 == 1)))
}

// decides tells whether a new class violates the watched property by itself:
// nothing has to happen in it any more, or the clock can show too much.
func (x *exactSearch[S]) decides(r *arrival) bool {
	switch {
	case x.equality:
		return false // calm classes were looked for before, under inclusion
	case x.watch.prop.Kind == NeverAfter:
		return x.watch.look(r.place>>1)&factGoal != 0
	case x.clock == noClock:
		return r.calm
	case x.clock == shortest:
		return false
	case r.stay > x.watch.prop.Bound:
		return true
	}
	if r.stay > x.longest || x.longestAt < 0 {
		x.longest, x.longestAt = r.stay, int32(x.classes.size())-1
	}
	return false
}

// start is the discrete state of a class: where the arc to it leads.
func (x *exactSearch[S]) start(c int32) int32 {
	if *x.classes.parent.at(c) < 0 {
		return x.classes.initial[c] >> 1
	}
	return x.rel.arcs.at(*x.classes.via.at(c)).to
}
