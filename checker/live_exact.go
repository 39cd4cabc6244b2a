package checker

// exactProduct is the graph of state classes, kept apart by equality, times the
// bit of one property.
type exactProduct[S comparable] struct {
	rel    *relation[S]
	search *exactSearch[S]
}

func (p exactProduct[S]) pendingAt(v int32) []Event {
	return p.rel.pending(p.search.start(v))
}

func (p exactProduct[S]) steps(v int32, edges []edge, visit func(fired Event, gone []uint64)) {
	var gone []uint64
	for _, e := range edges {
		a, from := p.rel.arcs.at(e.via), p.search.start(v)
		gone = p.rel.discharges(from, a, gone[:0])
		visit(p.rel.pending(from)[p.rel.manner(a).event], gone)
	}
}

// live judges Eventually and LeadsTo with durations. First it looks for a
// reachable state where the obligation stands and nothing has to happen: for
// that inclusion is exact. Without one, only a cycle can violate, and a cycle of
// classes is one of discrete steps too; so most models are done when these have
// none. Else the classes are built again, kept apart by equality, as far as they
// can still come to such a cycle.
func (c *check[S]) live(i int) {
	p, out := &c.props[i], &c.out[i]
	purpose := p.Name + " (cycles)"
	var within []bool // of a search that goes on, it is known
	if !c.resumes(purpose) {
		if within = c.cyclePlaces(p, out); within == nil {
			return
		}
		if out.Reason = c.halted(); out.Reason != "" {
			return
		}
	}
	x, run := c.product(p, purpose, func(x *exactSearch[S]) {
		x.equality, x.graph, x.within = true, &digraph{}, within
	})
	l, ok := newLassoSearch(exactProduct[S]{c.rel, x}, x.graph, true, x.meter.affords)
	if !ok {
		out.Reason = x.meter.run.Stopped
		return
	}
	head, zeno := l.first()
	out.Zeno = zeno
	switch {
	case head >= 0:
		out.Verdict = Violated
		loop, ok := l.loop(head)
		if !ok {
			out.Reason = x.meter.run.Stopped // violated without a doubt, but without a trace
			return
		}
		init, arcs := x.classes.path(head)
		out.Trace = c.rel.trace(x.start(init), append(arcs, loop...), len(arcs), -1, 0)
	case run.Complete:
		out.Verdict = Holds
	default:
		out.Reason = run.Stopped
	}
}

// cyclePlaces is the first search of live: the places from which a cycle can be come
// to, or nil when it has decided the property or was stopped.
func (c *check[S]) cyclePlaces(p *Property[S], out *Outcome[S]) []bool {
	x, run := c.product(p, p.Name, func(x *exactSearch[S]) {})
	out.Vacuous = !x.watch.guarded
	if x.found >= 0 {
		init, arcs := x.classes.path(x.found)
		out.Verdict = Violated
		out.Trace = c.rel.trace(x.start(init), arcs, len(arcs), -1, 0)
		return nil
	}
	if !run.Complete {
		out.Reason = run.Stopped
		return nil
	}
	within, ok := x.towardsCycles()
	switch {
	case !ok:
		out.Reason = x.meter.run.Stopped
	case within == nil:
		out.Verdict = Holds
	}
	return within
}

// places is the graph of the discrete steps that were met, by places; with
// pending, only those that leave the bit on. It is nil where there is no room for it.
func (x *exactSearch[S]) places(pending bool) *digraph {
	g := &digraph{}
	for id := range int32(x.rel.nodes.size) {
		if int(id)%nodesPerAsk == nodesPerAsk-1 && !x.meter.affords(0) {
			return nil
		}
		n := x.rel.nodes.at(id)
		for _, on := range [...]bool{false, true} {
			g.open(place(id, on))
			for a := n.arcs; n.arcs >= 0 && a < n.arcs+n.count; a++ {
				if !x.arcs.has(int(place(a, on))) {
					continue
				}
				to := x.rel.arcs.at(a).to
				if onto := x.watch.next(on, to); on && onto || !pending {
					g.add(edge{place(to, onto), a})
				}
			}
		}
	}
	g.close()
	return g
}

// towardsCycles marks the places from which a cycle can be come to along which the bit
// stays on; of a search that is staying, without it going off. It is nil where there is no
// such cycle, and not ok where there is no room for the search.
func (x *exactSearch[S]) towardsCycles() (within []bool, ok bool) {
	g := x.places(true)
	if g == nil {
		return nil, false
	}
	parts, _, ok := g.cycles(x.meter.affords)
	if !ok || len(parts) == 0 {
		return nil, ok
	}
	if !x.staying {
		if g = x.places(false); g == nil {
			return nil, false
		}
	}
	within = g.reaching(parts, x.meter.affords)
	return within, within != nil
}

// bounded judges Within and StaysAtMost: safety with a clock that runs while the
// bit is on. Inclusion stays exact, for a class inside another has no longer stay.
// So does merging: the instant at which the clock was started is one more whole
// number of each point, and the points of a hull are those of its classes (merge.go).
// It leaves a fraction of the classes, but no trace: that of a violation comes from a
// second search, which ends there.
func (c *check[S]) bounded(i int) {
	p, out := &c.props[i], &c.out[i]
	if c.resumes(p.Name + boundedTraces) {
		c.boundedTrace(p, out)
		return
	}
	x, run := c.product(p, p.Name, func(x *exactSearch[S]) { x.clock, x.merge = longest, true })
	out.Vacuous = !x.watch.guarded
	switch {
	case x.found >= 0:
		out.Verdict = Violated
		c.boundedTrace(p, out)
	case run.Complete:
		out.Verdict, out.Longest = Holds, x.longest
	default:
		out.Reason = run.Stopped
	}
}

// after judges NeverAfter: safety of the product, in which the bit tells that From has
// held. Inclusion stays exact, for what a class can come to another that it lies in can.
func (c *check[S]) after(i int) {
	p, out := &c.props[i], &c.out[i]
	x, run := c.product(p, p.Name, func(x *exactSearch[S]) {})
	out.Vacuous = !x.watch.guarded
	switch {
	case x.found >= 0:
		init, arcs := x.classes.path(x.found)
		out.Verdict = Violated
		out.Trace = c.rel.trace(x.start(init), arcs, -1, -1, 0)
	case run.Complete:
		out.Verdict = Holds
	default:
		out.Reason = run.Stopped
	}
}

const boundedTraces = " (trace)"

// boundedTrace finds the trace of a violated bound, by a search without merging.
func (c *check[S]) boundedTrace(p *Property[S], out *Outcome[S]) {
	x, run := c.product(p, p.Name+boundedTraces, func(x *exactSearch[S]) { x.clock = longest })
	if x.found < 0 {
		out.Reason = run.Stopped // violated without a doubt, but without a trace
		return
	}
	init, arcs := x.classes.path(x.found)
	start := x.start(init)
	since, last := c.stayBegins(x.watch, start, arcs)
	loop := -1
	if calm(c.rel.pending(last)) {
		loop = len(arcs)
	}
	out.Trace = c.rel.trace(start, arcs, loop, since, p.Bound)
}

// stayBegins is the number of the step with which the stay began that the end of
// a path is in, 0 for the start, and that end.
func (c *check[S]) stayBegins(w *watch[S], at int32, arcs []int32) (since int, last int32) {
	on := w.begin(at)
	for k, a := range arcs {
		at = c.rel.arcs.at(a).to
		onto := w.next(on, at)
		if onto && !on {
			since = k + 1
		}
		on = onto
	}
	return since, at
}

// product runs an exact search of the product with a property.
func (c *check[S]) product(p *Property[S], purpose string, with func(*exactSearch[S])) (*exactSearch[S], Run) {
	x := newExactSearch(c.rel, newMeter(c.ctx, c.opt, c.epoch, Exact, purpose))
	x.watch = newWatch(p, c.rel.states)
	with(x)
	return x, c.explored(x)
}
