package checker

import (
	"fmt"
	"slices"
	"time"
)

// savedExact is what a checkpoint holds of a search in Exact between two batches,
// apart from its classes and steps. What follows from there depends on nothing else.
type savedExact struct {
	Purpose string
	Next    int32 // first class of the next level
	Depth   int   // of the level
	Kept    int
	Full    bool
	Run     Run
	// By property, where there is a judge, and the watch where there is one.
	Found            []savedFinding
	Guarded          []bool
	Watched          bool
	Longest          int64
	LongestAt        int32
	Shortest         int64
	ShortestAt       int32
	ShortestVia      int32
	Limited, Charted bool // there is a within, and a graph
}

// underway tells all of the search.
func (x *exactSearch[S]) underway() underway {
	w := x.meter
	s := &savedExact{
		Purpose: w.run.Purpose, Next: x.level, Depth: w.level, Kept: w.kept, Full: w.full, Run: w.run,
		Longest: x.longest, LongestAt: x.longestAt,
		Shortest: x.shortest.time, ShortestAt: x.shortest.class, ShortestVia: x.shortest.arc,
		Limited: x.within != nil, Charted: x.graph != nil,
	}
	s.Run.Stopped, s.Run.Elapsed = "", time.Since(w.began)
	if j := x.judge; j != nil {
		s.Guarded = j.guarded
		for _, f := range j.found {
			s.Found = append(s.Found, f.saved())
		}
	}
	if x.watch != nil {
		s.Watched = x.watch.guarded
	}
	return underway{exact: s, rest: x.write}
}

// write writes what was visited.
func (x *exactSearch[S]) write(w output) error {
	if err := x.rel.write(w); err != nil {
		return err
	}
	x.classes.write(w)
	writeHalves(w, x.todo)
	x.states.write(w)
	x.arcs.write(w)
	if x.graph != nil {
		x.graph.write(w)
	}
	if x.within != nil {
		var within bitset
		for i, in := range x.within {
			if in {
				within.set(i)
			}
		}
		within.write(w)
	}
	return nil
}

// goOn makes a new search continue where another was saved.
func (x *exactSearch[S]) goOn(s *savedExact, r *input) error {
	if s.Purpose != x.meter.run.Purpose || s.Charted != (x.graph != nil) || x.judge != nil && (len(s.Found) != len(x.judge.props) || len(s.Guarded) != len(s.Found)) {
		return fmt.Errorf("holds a search for %q, which is not the one that comes next", s.Purpose)
	}
	w := x.meter
	w.level, w.kept, w.full, w.run = s.Depth, s.Kept, s.Full, s.Run
	w.began = w.began.Add(-s.Run.Elapsed)
	x.longest, x.longestAt = s.Longest, s.LongestAt
	x.shortest = shortestStay{s.Shortest, s.ShortestAt, s.ShortestVia}
	x.level, x.begun = s.Next, true
	if j := x.judge; j != nil {
		copy(j.guarded, s.Guarded)
		for i, f := range s.Found {
			j.found[i] = f.finding()
		}
	}
	x.rel.read(r)
	x.classes = x.newClasses()
	x.classes.read(r)
	x.todo = readHalves[int32](r)
	x.states.read(r)
	x.arcs.read(r)
	if x.graph != nil {
		x.graph.read(r)
	}
	if s.Limited {
		x.within = make([]bool, 2*x.rel.nodes.size)
		var within bitset
		within.read(r)
		for i := range x.within {
			x.within[i] = within.has(i)
		}
	}
	if r.err == nil && (int(x.level) > x.classes.size() || slices.ContainsFunc(x.todo, func(c int32) bool { return c < x.classes.base || c >= x.level })) {
		r.err = fmt.Errorf("holds a level that is not among its classes")
	}
	if r.err == nil && x.watch != nil {
		x.watch.guarded = s.Watched
		x.look()
	}
	return r.err
}

// attachExact makes a search in Exact write checkpoints, and go on where it was saved.
func (v *saver[S]) attachExact(x *exactSearch[S]) error {
	x.saver = v
	if v.exact == nil {
		return nil
	}
	s := v.exact
	v.exact = nil
	return v.close(x.goOn(s, v.rest))
}

// resumes tells whether a checkpoint holds a search in Exact, and is just there: with
// this purpose, or with any.
func (c *check[S]) resumes(purpose string) bool {
	return c.saver != nil && c.saver.exact != nil && (purpose == "" || c.saver.exact.Purpose == purpose)
}

// explored is a search in Exact of this check.
func (c *check[S]) explored(x *exactSearch[S]) Run {
	if c.saver != nil {
		if c.err = c.saver.attachExact(x); c.err != nil {
			x.classes = x.newClasses()
			return Run{}
		}
	}
	run := x.explore()
	c.runs = append(c.runs, run)
	if c.saver != nil && circumstance(run.Stopped) {
		c.saver.off = true // whatever was found in its last batch: what follows is no part of a whole check
	}
	return run
}
