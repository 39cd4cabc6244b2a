package checker

import (
	"fmt"
	"slices"
)

// expander expands states for one worker of an anySearch.
type expander[S comparable] struct {
	x       *anySearch[S]
	judge   *judge[S]  // a copy of the search's
	lister  Lister[S]  // nil when steps are to be looked at one by one
	steps   bool       // a property looks at steps
	ample   *ample[S]  // nil: every event of a state is fired
	mirror  *mirror[S] // nil: states are kept as they are
	scratch scratch
	buf     []S
	one     [1]S
	record  []uint64
	hash    [1]uint64
	emit    func(S, Effect) // one method value for all states
	met     candidates      // what the chunk leads to, in order
	details []detail        // for hooks only
	full    bool            // a bound of the model was hit

	// What is being expanded.
	at     int // its place in the level
	parent id
	state  S
	events []Event
	fired  int
	nth    int32

	touched uint64 // see shard.touch
	sorter  sorter
	targets []int32 // see edges.of
}

// candidates are states that may be new, as records. Where a record is its own hash,
// records and hashes are one and the same.
type candidates struct {
	records []uint64
	hashes  []uint64
	parents []id
	loops   int // steps from a state to itself, which are only counted
}

// batch is what the states of one chunk lead to, shard by shard.
type batch struct {
	candidates
	start [shards + 1]uint32
	full  bool
}

type detail struct {
	event Event
	label Label
	via   int32
}

// newExpander makes a worker of x that judges for a copy of j, if there is one.
func newExpander[S comparable](x *anySearch[S], j *judge[S]) *expander[S] {
	e := &expander[S]{x: x, buf: make([]S, 0, 16)}
	e.emit = e.fire
	if j != nil {
		e.judge = newJudge(j.props)
		e.steps = e.judge.asksSteps()
	}
	if x.hooks == nil && !e.steps {
		e.lister, _ = x.model.(Lister[S])
	}
	return e
}

// expandOne works out what one state leads to.
func (e *expander[S]) expandOne(i id) {
	e.met = candidates{e.met.records[:0], e.met.hashes[:0], e.met.parents[:0], 0}
	e.state = e.x.codec.decode(e.x.set.record(i), &e.scratch)
	e.expand()
}

// expandChunk expands the frontier states from..to-1.
func (e *expander[S]) expandChunk(from, to int) {
	e.met = candidates{e.met.records[:0], e.met.hashes[:0], e.met.parents[:0], 0}
	e.details, e.full = e.details[:0], false
	i := e.x.frontierID(from)
	s := &e.x.set.shard[i.shard()]
	for at := from; at < to; at++ {
		for i.number() == s.end { // empty shards are passed over
			next := i.shard() + 1
			s = &e.x.set.shard[next]
			i = idOf(next, s.level)
		}
		e.at, e.parent = at, i
		if e.x.composed != nil {
			e.expandWord(s.record(i.number(), 1))
			i++
			continue
		}
		e.state = e.x.codec.decode(s.record(i.number(), e.x.set.width), &e.scratch)
		if e.judge != nil {
			e.judge.metState(int32(at), e.state)
		}
		e.expand()
		i++
	}
}

// expandWord expands the state of a record of a search on words.
func (e *expander[S]) expandWord(record []uint64) {
	listed := e.successors(record[0])
	if listed && e.judge == nil {
		return
	}
	e.state = e.x.codec.decode(record, &e.scratch)
	// A word that was kept had room for its numbers, which new ones may not have.
	if c := e.x.composed; e.scratch.due() && c.spread(c.model.Pack(e.scratch.worker, e.state)) != record[0] {
		panic(fmt.Sprintf("checker: %T: Pack is not the inverse of Unpack: %+v has another word", c.model, e.state))
	}
	if e.judge != nil {
		e.judge.metState(int32(e.at), e.state)
	}
	if !listed {
		e.expand()
	}
}

func (e *expander[S]) judgeState(at int) {
	e.judge.metState(int32(at), e.x.codec.decode(e.x.set.record(e.x.frontierID(at)), &e.scratch))
}

func (e *expander[S]) expand() {
	only := all
	e.events = e.events[:0]
	if e.ample != nil && !e.ample.off {
		e.events = pending(e.x.model, e.state, e.events)
		only = e.ample.choose(e.state, e.events, e.old)
	} else if e.ample != nil {
		e.ample.full[GivenUp]++
	}
	if e.lister != nil && only == all {
		if next := e.lister.Successors(e.state, e.buf[:0]); next != nil {
			e.add(next)
			e.buf = next
			return
		}
	}
	if len(e.events) == 0 {
		e.events = pending(e.x.model, e.state, e.events)
	}
	for i, f := range e.events {
		if (only == all || only == e.ample.foot.Process(f)) && first(e.events, f.ID) == i {
			e.fired, e.nth = i, stepOf(i)
			e.x.model.Fire(e.state, f, e.emit)
		}
	}
}

// old tells whether a state was known when the level began.
func (e *expander[S]) old(s S) bool {
	if e.mirror != nil {
		s = e.mirror.least(s)
	}
	w := e.x.set.width
	if len(e.record) < w {
		e.record = make([]uint64, w)
	}
	e.one[0] = s
	e.x.codec.encode(e.one[:], &e.scratch, e.record, e.hash[:])
	return e.x.set.old(e.record, e.hash[0])
}

func (e *expander[S]) fire(next S, how Effect) {
	nth := e.nth
	e.nth++
	if how.Full {
		e.full = true
		return
	}
	if e.steps {
		e.judge.metStep(int32(e.at), nth, e.state, e.events[e.fired], how.Label, next)
	}
	if e.x.hooks != nil {
		e.details = append(e.details, detail{e.events[e.fired], how.Label, nth})
	}
	e.one[0] = next
	e.add(e.one[:])
}

// add appends successors.
func (e *expander[S]) add(next []S) {
	if e.mirror != nil {
		for i, s := range next {
			next[i] = e.mirror.least(s)
		}
	}
	c, w := &e.met, e.x.set.width
	n := len(c.hashes)
	c.hashes = slices.Grow(c.hashes, len(next))[:n+len(next)]
	if e.x.spread {
		c.records = c.hashes
	} else {
		c.records = slices.Grow(c.records, len(next)*w)[:(n+len(next))*w]
	}
	e.x.codec.encode(next, &e.scratch, c.records[n*w:], c.hashes[n:])
	if e.x.set.store != keepRecords && e.x.hooks == nil {
		return // no way to a state is kept
	}
	for range next {
		c.parents = append(c.parents, e.parent)
	}
}

// sort puts candidates into a batch in the order of their shards.
func (x *anySearch[S]) sort(c *candidates, to *batch) {
	n, w := len(c.hashes), x.set.width
	to.loops = c.loops
	if cap(to.hashes) < n {
		to.hashes = make([]uint64, n*5/4)
		if !x.spread {
			to.records = make([]uint64, n*w*5/4)
		}
		if x.set.store == keepRecords {
			to.parents = make([]id, n*5/4)
		}
	}
	to.hashes = to.hashes[:n]
	if !x.spread {
		to.records = to.records[:n*w]
	}
	if x.set.store == keepRecords {
		to.parents = to.parents[:n]
	}
	var next [shards + 1]uint32
	for _, h := range c.hashes {
		next[shardOf(h)+1]++
	}
	for i := range shards {
		next[i+1] += next[i]
	}
	to.start = next
	parents, records := x.set.store == keepRecords, !x.spread
	for i, h := range c.hashes {
		s := shardOf(h)
		at := next[s]
		next[s]++
		to.hashes[at] = h
		if parents {
			to.parents[at] = c.parents[i]
		}
		if records {
			copy(to.records[int(at)*w:int(at+1)*w], c.records[i*w:(i+1)*w])
		}
	}
	if x.spread {
		to.records = to.hashes
	}
}

// fill adds to one shard what the batches have for it, and tells how much was
// new.
func (e *expander[S]) fill(to int, batches []*batch) (fresh int) {
	v := e.x.set
	s := &v.shard[to]
	before := s.count
	if v.store != keepRecords && e.x.spread {
		e.touched += e.sorter.fill(s, to, batches)
		return int(s.count - before)
	}
	for _, b := range batches {
		e.touched += s.touch(b.hashes[b.start[to]:b.start[to+1]], v.width)
	}
	for _, b := range batches {
		from, until := b.start[to], b.start[to+1]
		if e.x.spread {
			v.addWords(s, b.hashes[from:until], b.parents[from:until])
			continue
		}
		for i := int(from); i < int(until); i++ {
			parent := noID
			if v.store == keepRecords {
				parent = b.parents[i]
			}
			v.add(s, b.records[i*v.width:(i+1)*v.width], b.hashes[i], parent)
		}
	}
	return int(s.count - before)
}
