package checker

import (
	"errors"
	"slices"
)

var errInterrupted = errors.New(reasonInterrupted)

// path is a shortest way from an initial state to the state at a place.
func (s *spillSearch[S]) path(to spillPlace) (states []S, err error) {
	row := make([]uint64, s.form.words)
	for at, level := to.at, to.level; ; level-- {
		if err := readRows(s.store.levels, at, row, s.form.words); err != nil {
			return nil, err
		}
		record := slices.Clone(s.form.record(row))
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
		round := s.roundChunks()
		until := min(to, from+int64(s.chunk*round))
		hits := make([]int64, round) // by chunk, -1 for none
		err := s.eachChunk(from, until, func(worker, task int, at int64, rows []uint64) {
			hits[task] = s.leadsTo(s.x.workers[worker], at, rows, record)
		})
		if err != nil {
			return 0, err
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
		e.met = candidates{e.met.records[:0], e.met.hashes[:0], e.met.parents[:0], 0}
		s.expand(e, at, rows[i:i+s.form.words], false)
		for met := e.met.records; len(met) > 0; met = met[len(record):] {
			if same(met[:len(record)], record) {
				return at + int64(i/s.form.words)
			}
		}
	}
	return -1
}
