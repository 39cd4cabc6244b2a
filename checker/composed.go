package checker

// Composed is what a model may offer besides [Model]: itself with states of one word,
// the numbers of what a state is composed of, in the order in which a run met them. What
// happens to a part is worked out once then, and a successor is put together of numbers.
// Many workers may ask at once, each under its own number.
//
// The highest byte of a word is a digest of the state that does not depend on the numbers,
// which the order of the workers may change.
type Composed[S comparable] interface {
	// Workers is called once, before all others.
	Workers(n int)
	Pack(worker int, s S) uint64
	Unpack(worker int, word uint64) S
	// Successors appends the words of all that the events of a state lead to, in the order
	// of [Lister], and tells whether that is all. Where it is not, as where a bound of the
	// model is hit, Events and Fire are asked.
	Successors(worker int, word uint64, buf []uint64) ([]uint64, bool)
	// Outgrown tells whether words had no room for a number: those given since the last
	// time that they had may be wrong. Widen makes room, and gives the function that makes a
	// new word of an old one, nil if a word cannot hold it all. Neither is called while a
	// worker asks.
	Outgrown() bool
	Widen() func(uint64) uint64
}

// composedCodec keeps the word of a state, spread by a bijection of the bits below the
// digest: like that of spreadCodec the record is its own hash, and tells all of the state.
type composedCodec[S comparable] struct {
	model Composed[S]
	key   uint64
}

func (c *composedCodec[S]) words() int { return 1 }

func (c *composedCodec[S]) encode(states []S, at *scratch, records, hashes []uint64) {
	for i, s := range states {
		records[i] = c.spread(c.model.Pack(at.worker, s))
		hashes[i] = records[i]
	}
}

func (c *composedCodec[S]) decode(record []uint64, at *scratch) S {
	return c.model.Unpack(at.worker, c.gather(record[0]))
}

func (c *composedCodec[S]) hash(record []uint64) uint64 { return record[0] }

const digestBits = 8

// spread keeps the digest, which chooses the shard, and spreads the rest. gather is its
// inverse.
func (c *composedCodec[S]) spread(word uint64) uint64 {
	const low = 1<<(64-digestBits) - 1
	w := (word ^ c.key) & low
	w = w * oddA & low
	w ^= w >> 28
	w = w * oddB & low
	w ^= w >> 28
	return word&^low | w
}

func (c *composedCodec[S]) gather(record uint64) uint64 {
	const low = 1<<(64-digestBits) - 1
	w := record & low
	w ^= w >> 28
	w = w * oddBInverse & low
	w ^= w >> 28
	w = w * oddAInverse & low
	return record&^low | w ^ c.key&low
}

// onWords is a run of a group for safety on the model's composed form, if it has one that
// does. It tells whether it was.
func (c *check[S]) onWords(g group, w *meter, j *judge[S]) (done bool) {
	if c.sys.Composed == nil || j.asksSteps() {
		return false
	}
	m := c.sys.Composed()
	if m == nil {
		return false
	}
	x := newAnySearch(c.sys.any(), w, j, nil)
	x.compose(m)
	run := x.explore()
	if x.outgrown || run.Stopped == reasonStates {
		return false
	}
	c.judgeRun(g, x, run)
	return true
}

// cutShort ends a search on words that hit a bound in a level, before which there were so
// many transitions. The order of the level has the numbers in it, which depend on the
// workers; so what depends on how far the search came in it is left out. Where MaxStates
// chose which states are kept, nothing else is right, and states are searched.
func (x *anySearch[S]) cutShort(transitions int) Run {
	w := x.meter
	w.run.Transitions = transitions
	if w.run.Stopped == reasonDepth { // of the level all is judged
		x.gather()
	}
	return w.finish(false)
}

// bounded tells whether a bound on the number or the depth of states has stopped the run.
func (m *meter) bounded() bool {
	return m.run.Stopped == reasonStates || m.run.Stopped == reasonAnyStates || m.run.Stopped == reasonDepth
}

// compose lets a search of a model's states work on words, and keep them where no way to
// a state is asked for.
func (x *anySearch[S]) compose(m Composed[S]) {
	m.Workers(len(x.workers))
	c := &composedCodec[S]{m, x.meter.opt.Seed}
	keep := keepHashes
	if x.meter.opt.Fingerprints {
		keep = keepFingerprints // in a denser table; nothing is missed by it
	}
	x.codec, x.composed, x.spread = c, c, true
	x.set = newVisited(1, c.hash, keep)
	x.meter.load = x.set.load
	for i, e := range x.workers {
		e.scratch.worker = i
	}
}

// roomy expands, and does so again where words had no room for what was met. It tells
// whether there was any in the end.
func (x *anySearch[S]) roomy(expand func()) bool {
	expand()
	for x.composed != nil && x.composed.model.Outgrown() {
		if x.outgrown = x.widen(); x.outgrown {
			x.meter.run.Stopped = reasonOutgrown
			return false
		}
		expand()
	}
	return true
}

// reasonOutgrown is not seen from outside: the search is done again on states.
const reasonOutgrown = "outgrown"

// widen makes room in words where there is none any more. outgrown tells that there is no
// way to.
func (x *anySearch[S]) widen() (outgrown bool) {
	renew := x.composed.model.Widen()
	if renew == nil {
		return true
	}
	share(len(x.workers), shards, func(_, to int) {
		s := &x.set.shard[to]
		again := func(record uint64) uint64 { return x.composed.spread(renew(x.composed.gather(record))) }
		for _, p := range s.records {
			for i, r := range p {
				p[i] = again(r)
			}
		}
		s.prints.renew(again)
	})
	return false
}

// successors appends the words of what the state of a record leads to.
func (e *expander[S]) successors(record uint64) bool {
	c, met := e.x.composed, &e.met
	words, ok := c.model.Successors(e.scratch.worker, c.gather(record), met.hashes)
	if !ok {
		return false
	}
	n := len(met.hashes)
	for _, word := range words[n:] {
		if words[n] = c.spread(word); words[n] != record {
			n++
		}
	}
	met.loops += len(words) - n
	met.hashes, met.records = words[:n], words[:n]
	return true
}
