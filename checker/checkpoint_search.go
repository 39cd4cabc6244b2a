package checker

import (
	"fmt"
	"time"
)

// savedSearch is what a checkpoint holds of a search in Any between two rounds. What
// follows from there depends on nothing else: not on the number of workers, nor on
// the numbers of parts.
type savedSearch struct {
	Level, From    int // what is being expanded, and from which of its states on
	Kept           int
	Full           bool
	Run            Run
	Found, InLevel []savedFinding // by property: of earlier levels, and of this one
	Guarded        []bool
	// What the choosers did in this level, and whether they have given up.
	AmpleFull    Blocked
	AmpleReduced int
	AmpleOff     bool
}

type savedFinding struct {
	Yes     bool
	At, Via int32
}

func (f finding) saved() savedFinding   { return savedFinding{f.yes, f.at, f.via} }
func (f savedFinding) finding() finding { return finding{f.Yes, f.At, f.Via} }

// saveSearch tells all of a search but what was visited.
func (x *anySearch[S]) saveSearch(from int) *savedSearch {
	w := x.meter
	s := &savedSearch{Level: w.level, From: from, Kept: w.kept, Full: w.full, Run: w.run}
	s.Run.Stopped, s.Run.Elapsed = "", time.Since(w.began)
	for i := range x.judge.props {
		guarded := x.judge.guarded[i]
		for _, e := range x.workers {
			guarded = guarded || e.judge.guarded[i]
		}
		s.Found = append(s.Found, x.judge.found[i].saved())
		s.InLevel = append(s.InLevel, x.foundInLevel(i).saved())
		s.Guarded = append(s.Guarded, guarded)
	}
	if x.workers[0].ample != nil {
		s.AmpleOff = x.workers[0].ample.off
		for _, e := range x.workers {
			for c, n := range e.ample.full {
				s.AmpleFull[c] += n
			}
			s.AmpleReduced += e.ample.reduced
		}
	}
	return s
}

// underway tells all of a search whose next round begins with a state of the frontier.
func (x *anySearch[S]) underway(from int) underway {
	return underway{any: x.saveSearch(from), rest: func(w output) error {
		if c, ok := x.codec.(*partCodec[S]); ok {
			c.write(w)
		}
		x.set.write(w)
		return nil
	}}
}

// goOn makes a new search continue where another was saved.
func (x *anySearch[S]) goOn(s *savedSearch, r *input) error {
	if len(s.Found) != len(x.judge.props) || len(s.InLevel) != len(s.Found) || len(s.Guarded) != len(s.Found) {
		return fmt.Errorf("holds a search for %d properties, where %d are asked", len(s.Found), len(x.judge.props))
	}
	w := x.meter
	w.level, w.kept, w.full, w.run = s.Level-1, s.Kept, s.Full, s.Run // explore begins the level anew
	w.began = w.began.Add(-s.Run.Elapsed)
	x.from, x.begun = s.From, true
	copy(x.judge.guarded, s.Guarded)
	for i, f := range s.Found {
		x.judge.found[i] = f.finding()
	}
	for _, e := range x.workers {
		copy(e.judge.guarded, s.Guarded)
		copy(e.judge.found, x.judge.found)
		for i, f := range s.InLevel { // what is still to come is behind it
			if f.Yes {
				e.judge.found[i] = f.finding()
			}
		}
		if e.ample != nil {
			e.ample.off = s.AmpleOff
		}
	}
	if a := x.workers[0].ample; a != nil {
		a.full, a.reduced = s.AmpleFull, s.AmpleReduced
	}
	if c, ok := x.codec.(*partCodec[S]); ok {
		c.read(r)
	}
	x.set.read(r, len(x.workers))
	return r.err
}

// write writes the parts in the order of their numbers.
func (c *partCodec[S]) write(w output) {
	for _, d := range c.parts {
		w.word(uint64(d.count))
		for n := range d.count {
			w.words(d.at(n))
		}
	}
}

func (c *partCodec[S]) read(r *input) {
	for _, d := range c.parts {
		words := make([]uint64, d.width)
		for n := range uint32(r.room(r.word(), uint64(8*d.width))) {
			r.words(words)
			if d.number(hashWords(c.key, words), words) != n && r.err == nil {
				r.err = fmt.Errorf("holds a part of states twice")
			}
		}
	}
}

// write writes the records, and the parents or the hashes. Tables of records
// are made anew.
func (v *visited) write(w output) {
	for i := range v.shard {
		s := &v.shard[i]
		w.word(uint64(s.count))
		w.word(uint64(s.level))
		w.word(uint64(s.end))
		first := s.firstKept(v.store != keepRecords)
		for n := first; n < s.count; n += page {
			w.words(s.records[n>>pageBits][:int(min(page, s.count-n))*v.width])
		}
		if v.store != keepRecords {
			s.prints.write(w)
			continue
		}
		w.word(uint64(len(s.table)))
		for n := uint32(0); n < s.count; n += page {
			for _, parent := range s.parents[n>>pageBits][:min(page, s.count-n)] {
				w.half(uint32(parent))
			}
		}
	}
}

// firstKept is the first record of the first page that is kept.
func (s *shard) firstKept(hashes bool) uint32 {
	if hashes {
		return s.level &^ (page - 1)
	}
	return 0
}

// pageSize is the number of records for which the page from record n on is made: the
// first page of a shard grows, see append.
func (s *shard) pageSize(n uint32, hashes bool) int {
	if n == 0 && !hashes {
		return int(min(page, s.count))
	}
	return page
}

func (v *visited) read(r *input, workers int) {
	for i := range v.shard {
		s := &v.shard[i]
		s.count, s.level, s.end = uint32(r.word()), uint32(r.word()), uint32(r.word())
		first := s.firstKept(v.store != keepRecords)
		if s.level > s.end || s.end > s.count || s.count > maxRecords {
			r.err = fmt.Errorf("holds a level that is not among its states")
		}
		r.room(uint64(s.count-first), uint64(8*v.width))
		if r.err != nil {
			return
		}
		s.records = make([][]uint64, first>>pageBits)
		for n := first; n < s.count; n += page {
			count := int(min(page, s.count-n)) * v.width
			s.records = append(s.records, make([]uint64, count, s.pageSize(n, v.store != keepRecords)*v.width))
			r.words(s.records[n>>pageBits])
		}
		if v.store != keepRecords {
			s.prints.read(r)
			continue
		}
		slots := r.word()
		if slots <= uint64(s.count) || slots > 4*uint64(s.count)+shards {
			r.err = fmt.Errorf("holds a table of the wrong size")
			return
		}
		s.resize(int(slots))
		for n := uint32(0); n < s.count; n += page {
			size := s.pageSize(n, false)
			s.records[n>>pageBits] = s.records[n>>pageBits][:size*v.width]
			s.parents = append(s.parents, make([]id, size))
			r.halves(s.parents[n>>pageBits][:min(page, s.count-n)])
		}
	}
	if v.store != keepRecords || r.err != nil {
		return
	}
	share(workers, shards, func(_, i int) {
		s := &v.shard[i]
		for n := range s.count {
			s.insert(v.hash(s.record(n, v.width)), n)
		}
	})
}

func (t *prints) write(w output) {
	w.word(uint64(t.homes))
	zero := uint64(0)
	if t.zero {
		zero = 1
	}
	w.word(zero)
	w.word(uint64(len(t.slots)))
	w.words(t.slots)
}

func (t *prints) read(r *input) {
	homes, zero := int(r.word()), r.word()
	*t = prints{homes: homes, zero: zero != 0, dense: t.dense}
	t.limit = t.filled()
	t.slots = make([]uint64, r.room(r.word(), 8))
	r.words(t.slots)
	t.count = int(zero)
	for _, h := range t.slots {
		if h != 0 {
			t.count++
		}
	}
	if r.err == nil && (homes < leastHomes || len(t.slots) <= homes || t.count > t.limit || t.slots[len(t.slots)-1] != 0) {
		r.err = fmt.Errorf("holds a table of hashes of the wrong size")
	}
}
