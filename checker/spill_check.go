package checker

import (
	"errors"
	"fmt"
	"os"
)

// reasonSpill: liveness needs the graph at hand, and a search that spills keeps
// states only. Before a colon it is an error of the disk that stopped a run.
const reasonSpill = "spill"

// validateSpill: the conditions of a reduced search ask which states were known
// before, one at a time, and fingerprints are small enough for memory.
func validateSpill[S comparable](sys System[S], opt Options) error {
	if opt.Spill == "" {
		return nil
	}
	if info, err := os.Stat(opt.Spill); err != nil {
		return fmt.Errorf("checker: Options.Spill: a directory is wanted: %w", err)
	} else if !info.IsDir() {
		return fmt.Errorf("checker: Options.Spill: %s is no directory, and files are to be made in it", opt.Spill)
	}
	m := sys.any()
	if _, packs := m.(Packer[S]); !packs {
		return fmt.Errorf("checker: Options.Spill: %T is no Packer, and only packed states can be written to disk", m)
	}
	if opt.Reduction == ReduceAmple {
		return fmt.Errorf("checker: Options.Spill: a search that spills cannot be reduced; ask for ReduceNone or ReduceAuto")
	}
	if opt.Fingerprints {
		return fmt.Errorf("checker: Options.Spill: a search that spills keeps whole states; ask for it or for Fingerprints")
	}
	return nil
}

// anyOnDisk is anyRun for a search that spills.
func (c *check[S]) anyOnDisk(g group, w *meter, j *judge[S]) (err error) {
	s, err := newSpillSearch(c.sys.any(), w, j)
	if err != nil { // as in a directory that has become full
		w.run.Stopped = reasonSpill + ": " + err.Error()
		run := w.finish(false)
		c.runs = append(c.runs, run)
		for _, i := range g.props {
			c.judgeSpilled(i, s, spillPlace{}, false, run)
		}
		return nil
	}
	defer func() { err = s.close() }()
	if g.mirror {
		s.x.reflect()
	}
	run := s.explore()
	c.runs = append(c.runs, run)
	for k, i := range g.props {
		c.judgeSpilled(i, s, s.found[k], j.guarded[k], run)
	}
	return nil
}

func (c *check[S]) judgeSpilled(i int, s *spillSearch[S], found spillPlace, guarded bool, run Run) {
	p, out := &c.props[i], &c.out[i]
	out.Vacuous = run.Complete && !guarded
	switch {
	case p.needsTime():
	case found.yes && c.opt.Time == Auto: // whose trace is that of Exact
		out.Reason = reasonPossible
	case found.yes:
		states, err := s.path(found)
		switch {
		case errors.Is(err, errInterrupted):
			out.Reason = reasonInterrupted
		case err != nil:
			out.Reason = reasonSpill + ": " + err.Error()
		default:
			out.Reason, out.Trace = reasonPossible, s.x.trace(states, found.via)
		}
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
