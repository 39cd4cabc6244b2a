package checker

import (
	"cmp"
	"slices"
)

// spillSearch explores a model in Any like an anySearch, and keeps its states on
// disk: memory holds only what the level has met since the last flush, and some rows met
// lately, which need not be looked for again.
//
// A flush takes what each shard has met, sorts it and subtracts the sorted runs of
// all that was met before, reading them from begin to end (delayed duplicate
// detection: Stern and Dill, "Using magnetic disk instead of main memory in the
// Murφ verifier", 1998). What is left is written as one more run, and is part of
// the next level. It happens at the end of a level, and before when memory is full.
//
// No library does this: a store of keys and values, such as those built on
// log-structured merge trees, pays with filters, caches and compaction in the
// background for finding a single key at any time, which is never asked for here.
//
// There are no parents. The way to a state is found backwards, by expanding the
// level before it once more.
type spillSearch[S comparable] struct {
	x        *anySearch[S] // expands states; its set of them stays empty
	store    *spillStore
	form     rowForm
	met      [shards]metRows
	sorters  []rowSorter // by worker
	limit    int         // rows met that make a flush
	recent   int         // the most recent rows that are remembered
	rows     int         // that may be under way in a round
	chunk    int         // states
	perState int         // rows that a state of the last round led to
	batches  []*rowBatch
	found    []spillPlace // by property
	base     int64        // the row, in the file of levels, at which judges begin to count
	buffers  [][]uint64
	failure  error
}

// spillPlace is where a property was decided: a state of a level, and the step from
// it, or -1.
type spillPlace struct {
	yes   bool
	level int
	at    int64 // in the file of levels
	via   int32
}

// newSpillSearch begins a search that spills to a directory of its own below
// opt.Spill. It is to be closed, unless there is an error, which is one of the disk.
func newSpillSearch[S comparable](m Model[S], w *meter, j *judge[S]) (*spillSearch[S], error) {
	x := newAnySearch(m, w, j, nil)
	s := &spillSearch[S]{x: x, form: newRowForm(x.codec), perState: rowsOfState, found: make([]spillPlace, len(j.props))}
	var err error
	if s.store, err = newSpillStore(w.opt.Spill, s.form); err != nil {
		return nil, err
	}
	memory := cmp.Or(w.opt.Memory, defaultSpillMemory)
	memory -= min(memory, w.memory())
	s.shareOut(memory)
	for i := range s.met {
		s.met[i].words = s.form.words
		s.met[i].remember(leastRecent)
	}
	s.sorters = make([]rowSorter, len(x.workers))
	for range x.workers {
		s.buffers = append(s.buffers, make([]uint64, windowWords(windowBytes, s.form.words)))
	}
	return s, nil
}

func (s *spillSearch[S]) close() error { return s.store.close() }

func (s *spillSearch[S]) explore() Run {
	w := s.x.meter
	s.begin()
	s.endLevel()
	for level := 0; s.failure == nil; level++ {
		from, to := s.store.level(level)
		if from == to {
			break
		}
		w.level = level + 1
		s.expandLevel(level, from, to)
		s.endLevel()
		if w.run.Stopped != "" {
			// What was reached and not expanded is judged all the same.
			from, to = s.store.level(level + 1)
			s.judgeOnly(level+1, from, to)
			break
		}
	}
	w.run.Spilled = s.store.bytes
	return w.finish(false)
}

// begin enters the initial states.
func (s *spillSearch[S]) begin() {
	s.x.meter.level = 0
	e, b := s.x.workers[0], &rowBatch{}
	e.parent = noID
	e.add(slices.Clone(s.x.model.Init()))
	s.form.sort(&e.met, b)
	for i := range s.met {
		s.met[i].add(b.of(i, s.form.words), 0)
	}
	s.store.ends = []int64{0}
}

// endLevel closes the level that was met, and opens the next.
func (s *spillSearch[S]) endLevel() {
	s.flush()
	s.store.ends = append(s.store.ends, s.store.end())
}

func (s *spillSearch[S]) fail(err error) {
	if err != nil && s.failure == nil {
		s.failure = err
		if s.x.meter.run.Stopped == "" {
			s.x.meter.run.Stopped = reasonSpill + ": " + err.Error()
		}
	}
}

// expandLevel expands the states of a level, rows from..to-1 of the file of levels.
func (s *spillSearch[S]) expandLevel(level int, from, to int64) {
	for at := from; at < to; {
		if s.failure != nil {
			return
		}
		if s.x.meter.run.Stopped != "" || !s.x.meter.look(int(to-at)) {
			s.judgeOnly(level, at, to)
			return
		}
		until := min(to, at+int64(s.chunk*s.roundChunks()))
		s.round(at, until)
		s.gather(level)
		if at = until; s.count() >= s.limit {
			if s.sort(); s.count() >= s.limit/4*3 { // else there is room again
				s.flush()
			}
		}
	}
}

// count is the number of rows that were met since the last flush.
func (s *spillSearch[S]) count() (rows int) {
	for i := range s.met {
		rows += s.met[i].count()
	}
	return rows
}

// sort sorts what was met.
func (s *spillSearch[S]) sort() {
	share(len(s.x.workers), shards, func(worker, shard int) { s.sorters[worker].sort(&s.met[shard]) })
}

// round expands some states of the level, and enters what they lead to.
func (s *spillSearch[S]) round(from, to int64) {
	s.base = from
	n := int(to-from+int64(s.chunk)-1) / s.chunk
	for len(s.batches) < n {
		s.batches = append(s.batches, &rowBatch{})
	}
	batches := s.batches[:n]
	s.fail(s.eachChunk(from, to, func(worker, task int, at int64, rows []uint64) {
		e := s.x.workers[worker]
		e.met = candidates{e.met.records[:0], e.met.hashes[:0], e.met.parents[:0], 0}
		e.full = false
		s.expand(e, at, rows, true)
		s.form.sort(&e.met, batches[task])
		batches[task].full = e.full
	}))
	if s.failure != nil {
		return
	}
	found := 0
	for _, b := range batches {
		found += b.found
		s.x.meter.run.Transitions += b.found
		s.x.meter.full = s.x.meter.full || b.full
	}
	s.perState = 1 + found/int(to-from)
	share(len(s.x.workers), shards, func(_, shard int) {
		for _, b := range batches {
			s.met[shard].add(b.of(shard, s.form.words), s.most())
		}
	})
	s.collect()
}

// expand expands the states in some rows of the file of levels, the first of which is
// row at, after judging them where that is asked for.
func (s *spillSearch[S]) expand(e *expander[S], at int64, rows []uint64, judged bool) {
	for i := 0; i < len(rows); i += s.form.words {
		e.at, e.parent = int(at-s.base)+i/s.form.words, noID
		e.state = s.x.codec.decode(s.form.record(rows[i:i+s.form.words]), &e.scratch)
		if judged && e.judge != nil {
			e.judge.metState(int32(e.at), e.state)
		}
		e.expand()
	}
}

// eachChunk reads rows from..to-1 of the file of levels in chunks, each by one of the
// workers. The rows that do gets are good until it returns.
func (s *spillSearch[S]) eachChunk(from, to int64, do func(worker, task int, at int64, rows []uint64)) error {
	errs := make([]error, (to-from+int64(s.chunk)-1)/int64(s.chunk))
	share(len(s.x.workers), len(errs), func(worker, task int) {
		at := from + int64(task*s.chunk)
		n := int(min(to-at, int64(s.chunk))) * s.form.words
		if cap(s.buffers[worker]) < n {
			s.buffers[worker] = make([]uint64, n)
		}
		rows := s.buffers[worker][:n]
		if errs[task] = readRows(s.store.levels, at, rows, s.form.words); errs[task] == nil {
			do(worker, task, at, rows)
		}
	})
	return firstError(errs)
}

// judgeOnly judges rows from..to-1 of a level without a look at their steps.
func (s *spillSearch[S]) judgeOnly(level int, from, to int64) {
	for at := from; at < to && s.failure == nil; {
		until := min(to, at+int64(s.chunk*s.roundChunks()))
		s.base = at
		s.fail(s.eachChunk(at, until, func(worker, _ int, at int64, rows []uint64) {
			e := s.x.workers[worker]
			for i := 0; i < len(rows); i += s.form.words {
				state := s.x.codec.decode(s.form.record(rows[i:i+s.form.words]), &e.scratch)
				e.judge.metState(int32(at-s.base)+int32(i/s.form.words), state)
			}
		}))
		s.gather(level)
		at = until
	}
}

// gather takes over what the workers found in a round, the first of several
// findings in the order of the level.
func (s *spillSearch[S]) gather(level int) {
	j := s.x.judge
	for i := range j.props {
		first := finding{}
		for _, w := range s.x.workers {
			f := w.judge.found[i]
			if f.yes && !s.found[i].yes && (!first.yes || cmp.Or(cmp.Compare(f.at, first.at), cmp.Compare(f.via, first.via)) < 0) {
				first = f
			}
			j.guarded[i] = j.guarded[i] || w.judge.guarded[i]
		}
		if first.yes {
			s.found[i] = spillPlace{yes: true, level: level, at: s.base + int64(first.at), via: first.via}
			j.found[i].yes = true
		}
	}
	for _, w := range s.x.workers {
		copy(w.judge.found, j.found)
		copy(w.judge.guarded, j.guarded)
	}
}

// flush turns what was met into a run of new states.
func (s *spillSearch[S]) flush() {
	if s.failure != nil {
		return
	}
	var fresh [shards][]uint64
	errs := make([]error, shards)
	workers := len(s.x.workers)
	share(workers, shards, func(worker, shard int) {
		s.sorters[worker].sort(&s.met[shard])
		rows := s.met[shard].rows
		for _, r := range slices.Backward(s.store.runs) { // most steps lead to states met lately
			if len(rows) > 0 && errs[shard] == nil {
				rows, errs[shard] = r.subtract(rows, shard, s.form.words, s.buffers[worker])
			}
		}
		fresh[shard] = rows
	})
	if s.fail(firstError(errs)); s.failure != nil {
		return
	}
	s.append(&fresh)
	for i := range s.met {
		s.met[i].rows, s.met[i].sorted = s.met[i].rows[:0], 0
	}
	s.remember()
	s.collect()
	for s.failure == nil {
		newest := s.store.crowd()
		if newest < 2 {
			break
		}
		s.fail(s.store.merge(newest, workers))
	}
}

// append adds new rows to the file of levels as a run, as far as the bounds of the
// search allow.
func (s *spillSearch[S]) append(fresh *[shards][]uint64) {
	w := s.x.meter
	total, room := 0, 0
	for _, rows := range fresh {
		total += len(rows) / s.form.words
	}
	if total == 0 {
		return
	}
	if room = w.roomFor(total); room == 0 {
		return
	}
	var sizes [shards]int64
	left := room
	for i, rows := range fresh {
		n := min(left, len(rows)/s.form.words)
		fresh[i], sizes[i] = rows[:n*s.form.words], int64(n)
		left -= n
	}
	run := s.store.newRun(s.store.levels, s.store.end(), &sizes)
	errs := make([]error, shards)
	share(len(s.x.workers), shards, func(_, shard int) {
		if len(fresh[shard]) > 0 {
			errs[shard] = run.write(run.start[shard], fresh[shard], s.form.words)
		}
	})
	if s.fail(firstError(errs)); s.failure != nil {
		return
	}
	s.store.runs = append(s.store.runs, run)
	s.store.ends[len(s.store.ends)-1] += int64(room)
	w.keepMany(room)
}

// roomFor is how many of some more states of the next level may be kept. The run
// is stopped when that is not all.
func (m *meter) roomFor(states int) int {
	room := states
	if m.opt.MaxDepth > 0 && m.level >= m.opt.MaxDepth {
		room = 0
	} else if m.bound > 0 {
		room = min(room, m.bound-m.kept)
	}
	if room < states && m.run.Stopped == "" {
		m.run.Stopped = m.because
		if m.opt.MaxDepth > 0 && m.level >= m.opt.MaxDepth {
			m.run.Stopped = reasonDepth
		}
	}
	return room
}
