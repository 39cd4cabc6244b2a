package checker

import (
	"cmp"
	"slices"
)

// anySearch explores a model without its windows, breadth-first and level by
// level: in every state each pending event may be the next, of equal IDs the
// oldest.
//
// A level is cut into chunks and these into rounds. In a round the workers first
// expand the chunks, each into a batch of its own, and then fill the shards of
// the visited set, each from all batches in the order of the chunks. So the ids
// of the states, their parents and all that follows from them are the same for
// any number of workers.
type anySearch[S comparable] struct {
	model  Model[S]
	set    *visited
	codec  codec[S]
	spread bool // the codec's records are their own hashes
	// composed is the codec of a search on words, nil for one on states. outgrown tells
	// that words were too short, and nothing else of the search is right.
	composed *composedCodec[S]
	outgrown bool
	meter    *meter
	judge    *judge[S] // nil for none
	hooks    hooks[S]  // nil for none; called in order, by one goroutine
	workers  []*expander[S]
	graph    *edges[S] // made when it is asked for
	batches  []*batch
	chunk    int // states
	// untilFound ends the search with the level in which its one property is.
	untilFound bool
	// before[i] is the number of frontier states in the shards before i.
	before [shards + 1]int
	// saver, when not nil, writes checkpoints between rounds. A search that goes on
	// where another was saved has begun, and is at frontier state from.
	saver *saver[S]
	begun bool
	from  int
}

// Lister is what a model may offer besides [Model] for searches that ignore
// windows and look at states only: all that the events of a state lead to, at
// once, in the order in which Fire would emit it, event by event in the order of
// Events. It appends to buf, or returns nil for a state of which Events and Fire
// are to be asked, as those are in which a bound of the model is hit.
type Lister[S comparable] interface {
	Successors(s S, buf []S) []S
}

// hooks are told of each discrete state and step of a search when it is first
// met. at is the state (Any: its id) or class (Exact) that has it, via the number of
// the step there. A state comes before the steps that lead to it.
type hooks[S comparable] interface {
	metState(at int32, s S)
	metStep(at, via int32, from S, e Event, how Label, to S)
}

const (
	chunkStates = 1024
	leastChunks = 16 // of a round
)

func newAnySearch[S comparable](m Model[S], w *meter, j *judge[S], h hooks[S]) *anySearch[S] {
	c, keep := newCodec(m, w.opt.Seed), keepRecords
	if w.opt.Fingerprints {
		keep = keepFingerprints
	}
	x := &anySearch[S]{model: m, codec: c, set: newVisited(c.words(), c.hash, keep), meter: w, judge: j, hooks: h, chunk: chunkStates}
	w.load = x.set.load
	_, x.spread = c.(*spreadCodec[S])
	n := w.opt.workers()
	if _, serves1 := c.(*mapCodec[S]); serves1 || h != nil {
		n = 1
	}
	for range n {
		x.workers = append(x.workers, newExpander(x, j))
	}
	return x
}

func (x *anySearch[S]) explore() Run {
	w := x.meter
	if !x.begun {
		w.level = 0
		x.begin()
		x.set.nextLevel()
	}
	for frontier := x.count(); frontier > 0; frontier = x.measure() {
		w.level++
		x.expandLevel(frontier)
		x.gather()
		x.sumReduction()
		if x.untilFound && x.judge.found[0].yes {
			return w.finish(true)
		}
		if w.run.Stopped != "" {
			// What was reached and not expanded is judged all the same.
			x.judgeOnly(0, x.measure())
			x.gather()
			break
		}
	}
	return w.finish(false)
}

// measure makes what was reached since the last call the level, and gives its size.
func (x *anySearch[S]) measure() (frontier int) {
	x.set.nextLevel()
	return x.count()
}

// count gives the size of the level, and notes where each shard begins in it.
func (x *anySearch[S]) count() (frontier int) {
	for i := range x.set.shard {
		s := &x.set.shard[i]
		x.before[i+1] = x.before[i] + int(s.end-s.level)
	}
	return x.before[shards]
}

// keepHashes lets the search keep hashes in place of states where nothing is missed
// by that. No way to a state is kept then, and no number: see searchAgain.
func (x *anySearch[S]) keepHashes() {
	if x.spread && x.set.store == keepRecords {
		x.set = newVisited(x.set.width, x.codec.hash, keepHashes)
		x.meter.load = x.set.load
	}
}

// reduce lets the search leave out orders of events; on trial it stops to do so when
// that is of little use.
func (x *anySearch[S]) reduce(props []Property[S], trial bool) {
	x.meter.run.Reduction = ReduceAmple.String()
	for _, e := range x.workers {
		e.ample = newAmple(x.model, props)
		e.ample.trial = trial
	}
}

// reflect lets the search keep one of two mirror images.
func (x *anySearch[S]) reflect() {
	x.meter.run.Symmetry = true
	for _, e := range x.workers {
		e.mirror = newMirror(x.model)
	}
}

// sumReduction adds up, at the end of a level, what the choosers did, so that all
// know the same.
func (x *anySearch[S]) sumReduction() {
	if x.workers[0].ample == nil {
		return
	}
	run := &x.meter.run
	for _, e := range x.workers {
		for c, n := range e.ample.full {
			run.Blocked[c] += n
		}
		run.Reduced += e.ample.reduced
		e.ample.full, e.ample.reduced = Blocked{}, 0
	}
	run.Full = run.Blocked.Total()
	for _, e := range x.workers {
		e.ample.nextLevel(run.Full, run.Reduced)
	}
}

// begin enters the initial states.
func (x *anySearch[S]) begin() {
	e := x.workers[0]
	e.parent = noID
	e.add(slices.Clone(x.model.Init()))
	x.insert(&e.met)
}

func (x *anySearch[S]) expandLevel(frontier int) {
	chunk := x.chunk
	if x.hooks != nil {
		chunk = 1 // what was met must be told before the next state is expanded
	}
	from, to := x.from, 0
	x.from = 0
	for ; from < frontier; from = to {
		to = min(frontier, from+chunk*x.roundChunks())
		goOn := x.meter.look(frontier-from) && x.meter.affords(x.moreForRound(to-from))
		if x.saver != nil {
			x.saver.between(!goOn, func() underway { return x.underway(from) })
		}
		if !goOn {
			x.judgeOnly(from, frontier)
			return
		}
		if !x.round(from, to, chunk) {
			x.judgeOnly(to, frontier)
			return
		}
	}
}

// roundChunks is the size of the next round in chunks. The larger a round, the more
// often a line of memory serves twice; but what it leads to is kept meanwhile, in as
// many words as three, or one, for each step: up to a share of the states that are
// known.
func (x *anySearch[S]) roundChunks() int {
	share, most := 6, 128
	switch x.set.store {
	case keepHashes:
		share, most = 2, 512
	case keepFingerprints:
		share, most = 12, 64
	}
	perState := 1 + x.meter.run.Transitions/x.meter.kept
	return min(max(x.meter.kept/share/perState/x.chunk, leastChunks), most)
}

// moreForRound is about how many bytes a round of so many states takes that those before
// it did not take: for what each step leads to, with a quarter to spare.
func (x *anySearch[S]) moreForRound(states int) int {
	steps := states * (1 + x.meter.run.Transitions/x.meter.kept) * 5 / 4
	for _, b := range x.batches {
		steps -= cap(b.hashes)
	}
	return max(0, steps) * 8 * (2 + x.set.width)
}

// round expands the frontier states from..to-1, and tells whether to go on.
func (x *anySearch[S]) round(from, to, chunk int) bool {
	n := (to - from + chunk - 1) / chunk
	if x.hooks != nil || n == 1 {
		e := x.workers[0]
		for at := from; at < to; at += chunk {
			if !x.roomy(func() { e.expandChunk(at, min(to, at+chunk)) }) {
				return false
			}
			x.meter.run.Transitions += len(e.met.hashes) + e.met.loops
			x.meter.full = x.meter.full || e.full
			if !x.insert(&e.met) {
				return false
			}
		}
		return true
	}
	for len(x.batches) < n {
		x.batches = append(x.batches, &batch{})
	}
	if !x.roomy(func() {
		share(len(x.workers), n, func(worker, task int) {
			e, at := x.workers[worker], from+task*chunk
			e.expandChunk(at, min(to, at+chunk))
			x.sort(&e.met, x.batches[task])
			x.batches[task].full = e.full
		})
	}) {
		return false
	}
	batches, found := x.batches[:n], 0
	for _, b := range batches {
		found += len(b.hashes)
		x.meter.run.Transitions += b.loops
		x.meter.full = x.meter.full || b.full
	}
	x.meter.run.Transitions += found
	if x.meter.near(found) {
		for _, b := range batches {
			if !x.insert(&b.candidates) {
				return false
			}
		}
		return true
	}
	var fresh [shards]int
	share(len(x.workers), shards, func(worker, to int) { fresh[to] = x.workers[worker].fill(to, batches) })
	total := 0
	for _, n := range fresh {
		total += n
	}
	x.meter.keepMany(total)
	x.set.collect()
	return true
}

// insert adds candidates one by one, and tells whether there was room for all.
func (x *anySearch[S]) insert(b *candidates) bool {
	w, details := x.set.width, x.workers[0].details
	for i, h := range b.hashes {
		record := b.records[i*w : (i+1)*w]
		// A set that is asked twice for each new state costs less than one that
		// must forget a state again.
		if x.meter.tight() && x.set.find(record, h) == noID && !x.meter.room(x.meter.level+1) {
			return false
		}
		s := shardOf(h)
		parent := noID
		if i < len(b.parents) {
			parent = b.parents[i]
		}
		n, fresh := x.set.add(&x.set.shard[s], record, h, parent)
		if fresh {
			x.meter.keep()
		}
		if x.hooks != nil {
			to := x.codec.decode(record, &x.workers[0].scratch)
			if fresh {
				x.hooks.metState(int32(idOf(s, n)), to)
			}
			if i < len(details) {
				d := &details[i]
				x.hooks.metStep(int32(b.parents[i]), d.via, x.workers[0].state, d.event, d.label, to)
			}
		}
	}
	return true
}

// frontierID is the id of a state of the level, counted from 0 shard by shard.
func (x *anySearch[S]) frontierID(at int) id {
	s, _ := slices.BinarySearchFunc(x.before[1:], at, func(end, at int) int {
		return cmp.Compare(end, at+1)
	})
	return idOf(s, x.set.shard[s].level+uint32(at-x.before[s]))
}

// judgeOnly judges the frontier states from..to-1 without a look at their steps.
func (x *anySearch[S]) judgeOnly(from, to int) {
	if x.judge == nil {
		return
	}
	share(len(x.workers), (to-from+chunkStates-1)/chunkStates, func(worker, task int) {
		for at := from + task*chunkStates; at < min(to, from+(task+1)*chunkStates); at++ {
			x.workers[worker].judgeState(at)
		}
	})
}

// gather takes over what the workers found in the level. Of several findings the
// one counts that comes first in the order of the level.
func (x *anySearch[S]) gather() {
	if x.judge == nil {
		return
	}
	for i := range x.judge.props {
		for _, w := range x.workers {
			x.judge.guarded[i] = x.judge.guarded[i] || w.judge.guarded[i]
		}
		if first := x.foundInLevel(i); first.yes {
			x.judge.found[i] = finding{yes: true, at: int32(x.frontierID(int(first.at))), via: first.via}
		}
	}
	for _, w := range x.workers {
		copy(w.judge.found, x.judge.found)
		copy(w.judge.guarded, x.judge.guarded)
	}
}

// foundInLevel is the first of what the workers found of a property in the level,
// unless it was found in an earlier one.
func (x *anySearch[S]) foundInLevel(i int) (first finding) {
	if x.judge.found[i].yes {
		return first
	}
	for _, w := range x.workers {
		f := w.judge.found[i]
		if f.yes && (!first.yes || cmp.Or(cmp.Compare(f.at, first.at), cmp.Compare(f.via, first.via)) < 0) {
			first = f
		}
	}
	return first
}

// find is the id of a state, or noID.
func (x *anySearch[S]) find(s S) id {
	e := x.workers[0]
	e.one[0] = s
	record := make([]uint64, x.set.width)
	var hash [1]uint64
	x.codec.encode(e.one[:], &e.scratch, record, hash[:])
	return x.set.find(record, hash[0])
}

// state is the state of an id.
func (x *anySearch[S]) state(i id) S {
	return x.codec.decode(x.set.record(i), &x.workers[0].scratch)
}
