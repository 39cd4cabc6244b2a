package main

import (
	"context"
	"errors"
	"fmt"
	"io"
)

// errWrongCount is a search that found other states than exist.
var errWrongCount = errors.New("wrong number of states")

// board runs the searches, in rounds.
type board struct {
	log    io.Writer
	rounds int
	peers  *peers // nil: finwait alone
	// onlySpin leaves out the other peers in the first round too.
	onlySpin bool
}

// race is what the tools did on one model.
type race struct {
	states int  // that exist
	even   bool // two-phase commit with an even number of managers
	tools  []string
	runs   map[string][]figures // by tool, one a round
}

func (r *race) add(tool string, f figures) {
	if _, known := r.runs[tool]; !known {
		r.tools = append(r.tools, tool)
	}
	r.runs[tool] = append(r.runs[tool], f)
}

// race measures a model with each tool, once a round. Of the peers all are measured in
// the first round, which takes most of the time, and in the others the one that ratios
// refer to.
func (b *board) race(ctx context.Context, s search, size string, states int) (*race, error) {
	r := &race{states: states, even: s.Model == "twophase" && s.Managers%2 == 0, runs: map[string][]figures{}}
	for round := range b.rounds {
		for _, own := range variants(s) {
			f, err := own.measure(ctx)
			if err != nil {
				return nil, err
			}
			if f.States != states || f.Stopped != "" {
				return nil, fmt.Errorf("%w: %s found %d of %d (stopped: %q)", errWrongCount, own.name, f.States, states, f.Stopped)
			}
			b.tell(round, s.Model, size, own.name, f)
			r.add(own.name, f)
		}
		if b.peers == nil {
			continue
		}
		last := spinDFS
		if round == 0 && !b.onlySpin {
			last = ""
		} else if round > 0 && !r.complete(r.runs[spinDFS]) {
			continue // it does other work, see odd
		}
		all, err := b.peers.measure(ctx, s.Model, size, last)
		if err != nil {
			return nil, err
		}
		for _, m := range all {
			b.tell(round, s.Model, size, m.tool, m.figures)
			r.add(m.tool, m.figures)
		}
	}
	return r, nil
}

// variants are the ways in which finwait does a search.
func variants(s search) []row {
	one, two, prints := s, s, s
	one.Workers, two.Workers = 1, 2
	prints.Workers, prints.Fingerprints = 2, true
	return []row{{"finwait, 1 worker", one}, {"finwait, 2 workers", two}, {"finwait, 2 workers, fingerprints", prints}}
}

// curve measures the rows, one after the other in each round, and gives the table.
func (b *board) curve(ctx context.Context, column string, rows []row) (string, error) {
	runs := make([][]figures, len(rows))
	for round := range b.rounds {
		for i, r := range rows {
			f, err := r.measure(ctx)
			if err != nil {
				return "", err
			}
			b.tell(round, r.Scenario, r.name, r.Time.String(), f)
			runs[i] = append(runs[i], f)
		}
	}
	return curveTable(column, rows, runs), nil
}

func (b *board) tell(round int, model, size, tool string, f figures) {
	fmt.Fprintf(b.log, "round %d of %d: %s %s %s: %d states in %.2f s, %d MB\n",
		round+1, b.rounds, model, size, tool, f.States, f.Wall, f.Bytes>>20)
}
