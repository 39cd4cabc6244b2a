package main

import (
	"context"
	"fmt"

	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/cmd/finwait/judge"
	"github.com/finwait/finwait/properties"
	"github.com/finwait/finwait/spec"
)

// ground is a way to close on a kind of network.
type ground struct {
	name string
	set  []string
}

var (
	queue = "network.reorder=false"
	both  = "server.app=[{do: close, when: start}]"
)

var grounds = []ground{
	{"queue, one closes first", []string{queue}},
	{"queue, both close", []string{queue, both}},
	{"bag, one closes first", nil},
	{"bag, both close", []string{both}},
}

// reduction compares the reduced search for each property with the full search of the
// same model. States are counts, so one round is enough for them.
func reduction(quick bool) section {
	about := "States of the full search of the scenario reduction divided by those of the search with ample sets, in any; " +
		"in brackets the same of their seconds, in one round"
	on := grounds
	if quick {
		on = on[:1]
	}
	return section{name: "reduction", about: about, rounds: 1, measure: func(ctx context.Context, b *board) (string, error) {
		columns := []string{"property"}
		factors := map[string][]string{}
		for _, g := range on {
			columns = append(columns, g.name)
			if err := g.measure(ctx, b, factors); err != nil {
				return "", err
			}
		}
		var rows [][]string
		for _, p := range properties.Catalogue() {
			if cells := factors[p.Name]; cells != nil {
				rows = append(rows, append([]string{p.Name}, cells...))
			}
		}
		return markdown(columns, rows) + why, nil
	}}
}

// measure adds a column to the factors of all properties.
func (g ground) measure(ctx context.Context, b *board, factors map[string][]string) error {
	p, err := search{Scenario: "reduction", Set: g.set}.params()
	if err != nil {
		return err
	}
	m, err := judge.Model(p)
	if err != nil {
		return err
	}
	sys := checker.System[spec.State]{Exact: m, Any: m.Any()}
	full, err := checker.Check(ctx, sys, nil, checker.Options{Time: checker.Any})
	if err != nil {
		return err
	}
	all := full.Runs[0]
	fmt.Fprintf(b.log, "reduction: %s: %d states (stopped: %q)\n", g.name, all.States, all.Stopped)
	for _, property := range properties.Catalogue() {
		if property.OnlyReopened {
			continue
		}
		res, err := checker.Check(ctx, sys, []checker.Property[spec.State]{property.Make(p)},
			checker.Options{Time: checker.Any, Reduction: checker.ReduceAmple})
		if err != nil {
			return err
		}
		factors[property.Name] = append(factors[property.Name], factor(all, res))
	}
	return nil
}

// factor is what a cell of the table shows.
func factor(full checker.Run, res checker.Result[spec.State]) string {
	if len(res.Runs) == 0 || res.Runs[0].Reduction != checker.ReduceAmple.String() {
		return "not reduced"
	}
	run := res.Runs[0]
	switch {
	case run.Stopped != full.Stopped:
		return fmt.Sprintf("stopped: %q, not %q", run.Stopped, full.Stopped)
	case run.Complete != full.Complete:
		return fmt.Sprintf("decided after %d states", run.States)
	}
	return fmt.Sprintf("%.2f (%.2f)", float64(full.States)/float64(run.States), full.Elapsed.Seconds()/run.Elapsed.Seconds())
}

// why says which condition blocks the reduction where a factor is below 1.2.
const why = `
Both searches meet the same bound where a queue has no room left, and leave out the same
steps. A factor below 1.2 stands in every column of a bag: there C1 blocks. A bag gives its
segments in any order, so what the peer may still send can be the next event at a host, and
until the peer has fallen silent no set of events of one host is independent of all that can
come before it; in a queue that holds a segment it comes behind that one. "not reduced" are
liveness and bounded time, of which ample sets keep no fairness and no durations, and
properties that do not tell what they look for. By default reduction is only tried, where
it is sound, and the search goes on without it where it turns out to be of little use.
`
