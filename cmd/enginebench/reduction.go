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
	about := "States of the full search of the scenario reduction for one property divided by those of the search with ample sets, in any; " +
		"in brackets the same of their seconds, and of those of the search by default, in one round"
	on := grounds
	if quick {
		on = on[:1]
	}
	return section{name: "reduction", about: about, rounds: 1, measure: func(ctx context.Context, b *board) (string, error) {
		columns := []string{"property"}
		cells := map[string][]string{}
		text := notReduced
		var all []factor
		for _, g := range on {
			columns = append(columns, g.name)
			of, err := g.measure(ctx, b)
			if err != nil {
				return "", err
			}
			for _, f := range of {
				cells[f.property] = append(cells[f.property], f.String())
			}
			text += g.name + ": " + whatBlocks(of)
			all = append(all, of...)
		}
		var rows [][]string
		for _, p := range properties.Catalogue() {
			if c := cells[p.Name]; c != nil {
				rows = append(rows, append([]string{p.Name}, c...))
			}
		}
		return markdown(columns, rows) + text + meanings(all) + byDefault(all), nil
	}}
}

// reductionStates bounds each search; the largest has 46,484.
const reductionStates = 1_000_000

// measure searches for each property by itself: in full, reduced, and as by default.
func (g ground) measure(ctx context.Context, b *board) (all []factor, err error) {
	p, err := search{Scenario: "reduction", Set: g.set}.params()
	if err != nil {
		return nil, err
	}
	m, err := judge.Model(p)
	if err != nil {
		return nil, err
	}
	sys := checker.System[spec.State]{Exact: m, Any: m.Any()}
	for _, property := range properties.Catalogue() {
		if property.OnlyReopened {
			continue
		}
		asked := []checker.Property[spec.State]{property.Make(p)}
		var runs [3]checker.Run
		for i, how := range []checker.Reduction{checker.ReduceNone, checker.ReduceAmple, checker.ReduceAuto} {
			res, err := checker.Check(ctx, sys, asked, checker.Options{Time: checker.Any, Reduction: how, MaxStates: reductionStates})
			if err != nil {
				return nil, err
			}
			if len(res.Runs) > 0 { // what needs durations has none
				runs[i] = res.Runs[0]
			}
		}
		f := factor{property.Name, runs[0], runs[1], runs[2]}
		fmt.Fprintf(b.log, "reduction: %s: %s: %d states, %s\n", g.name, f.property, f.full.States, f)
		all = append(all, f)
	}
	return all, nil
}
