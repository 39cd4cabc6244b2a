package checker

import (
	"errors"
	"slices"
)

// reasonSpill: liveness needs the graph at hand, and a search that spills keeps
// states only. Before a colon it is an error of the disk that stopped a run.
const reasonSpill = "spill"

var errInterrupted = errors.New(reasonInterrupted)

// path is a shortest way from an initial state to the state at a place.
func (s *spillSearch[S]) path(to place64) (states []S, err error) {
	row := make([]uint64, s.form.words)
	for at, level := to.at, to.level; ; level-- {
		if err := readRows(s.store.levels, at, row, s.form.words); err != nil {
			return nil, err
		}
		var one [1]uint64
		record := slices.Clone(s.form.record(row, &one))
		states = append(states, s.x.codec.decode(record, &s.x.workers[0].scratch))
		if level == 0 {
			slices.Reverse(states)
			return states, nil
		}
		if at, err = s.predecessor(level-1, record); err != nil {
			return nil, err
		}
	}
}

// predecessor is the first row of a level that leads to a record.
func (s *spillSearch[S]) predecessor(level int, record []uint64) (at int64, err error) {
	for from, to := s.store.level(level); from < to; {
		if s.x.meter.ctx.Err() != nil {
			return 0, errInterrupted
		}
		until := min(to, from+int64(s.chunk*roundChunks))
		hits := make([]int64, roundChunks) // by chunk, -1 for none
		s.eachChunk(from, until, func(worker, task int, at int64, rows []uint64) {
			hits[task] = s.leadsTo(s.x.workers[worker], at, rows, record)
		})
		if s.failure != nil {
			return 0, s.failure
		}
		chunks := (until - from + int64(s.chunk) - 1) / int64(s.chunk)
		for _, at := range hits[:chunks] {
			if at >= 0 {
				return at, nil
			}
		}
		from = until
	}
	panic("checker: no state leads to a state that was met; is Fire a pure function of its arguments?")
}

// leadsTo is the first of some rows of the file of levels that leads to a record, or -1.
func (s *spillSearch[S]) leadsTo(e *expander[S], at int64, rows, record []uint64) int64 {
	steps := e.steps
	e.steps = false // all has been judged
	defer func() { e.steps = steps }()
	for i := 0; i < len(rows); i += s.form.words {
		e.met = candidates{e.met.records[:0], e.met.hashes[:0], e.met.parents[:0]}
		s.expand(e, at, rows[i:i+s.form.words], false)
		for met := e.met.records; len(met) > 0; met = met[len(record):] {
			if same(met[:len(record)], record) {
				return at + int64(i/s.form.words)
			}
		}
	}
	return -1
}

// anyOnDisk is any for a search that spills.
func (c *check[S]) anyOnDisk(w *meter, j *judge[S]) (err error) {
	s, err := newSpillSearch(c.anyModel(), w, j)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	run := s.explore()
	c.runs = append(c.runs, run)
	for i := range c.props {
		c.judgeSpilled(i, s, run)
	}
	return nil
}

func (c *check[S]) judgeSpilled(i int, s *spillSearch[S], run Run) {
	p, out, found := &c.props[i], &c.out[i], s.found[i]
	out.Vacuous = run.Complete && !s.x.judge.guarded[i]
	switch {
	case p.needsTime():
	case found.yes && c.opt.Time == Auto: // whose trace is that of Exact
		out.Reason = reasonPossible
	case found.yes:
		out.Reason = reasonPossible
		states, err := s.path(found)
		if err != nil { // the trace is what shows that it is possible
			out.Reason = err.Error()
			if err != errInterrupted {
				out.Reason = reasonSpill + ": " + out.Reason
			}
			return
		}
		out.Trace = s.x.trace(states, found.via, -1)
	case !run.Complete:
		out.Reason = run.Stopped
	case isLive(p.Kind):
		out.Reason = reasonSpill
	default:
		out.Verdict, out.Scope = Holds, AllDurations
		if p.Kind == Reachable {
			out.Verdict = Violated
		}
		c.decided[i] = true
	}
}
