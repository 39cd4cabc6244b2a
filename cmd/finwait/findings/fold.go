package findings

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/cmd/finwait/document"
	"github.com/finwait/finwait/cmd/finwait/picture"
	"github.com/finwait/finwait/spec"
)

// foldedStates is how many states are folded at most.
const foldedStates = 500_000

// foldedNodes is how many nodes a graph has at most.
const foldedNodes = 60

// fold draws what can happen, folded by the states of the two connections, and
// tells which states were never reached.
func fold(ctx context.Context, m *spec.Model) (document.Graph, []document.Coverage, error) {
	p, err := picture.NewProduct(m, picture.Folding{By: []string{"client.state", "server.state"}, Max: foldedNodes})
	if err != nil {
		return document.Graph{}, nil, err
	}
	met := [2]map[spec.ConnState]bool{{}, {}}
	run, err := checker.Explore(ctx, m, checker.Exact, checker.Options{MaxStates: foldedStates}, checker.Visitor[spec.State]{
		State: func(s spec.State) {
			for h := range s.Host {
				met[h][s.Host[h].State] = true
			}
			p.State(s)
		},
		Step: p.Step,
	})
	if err != nil {
		return document.Graph{}, nil, err
	}
	folded := p.Graph()
	g := document.Graph{Caption: "With the durations of the scenario: " + folded.Caption()}
	coverage := []document.Coverage{reached(met[spec.Client], spec.Client), reached(met[spec.Server], spec.Server)}
	if !run.Complete {
		g.Caption += " Not all was explored: " + run.Stopped + "."
		coverage = append(coverage, document.Coverage{What: "Not explored", Value: "states beyond the bound: " + run.Stopped})
	}
	for i := 0; i < len(folded.Edges); {
		row := document.GraphRow{From: folded.Edges[i].From, To: folded.Edges[i].To}
		var events []string
		for ; i < len(folded.Edges) && folded.Edges[i].From == row.From && folded.Edges[i].To == row.To; i++ {
			events = append(events, folded.Edges[i].Says())
		}
		row.Events = strings.Join(events, "; ")
		g.Rows = append(g.Rows, row)
	}
	var dot, mermaid strings.Builder
	d := folded.Diagram()
	d.Caption = "" // the document has it beside
	err = errors.Join(d.WriteDOT(&dot), d.WriteMermaid(&mermaid))
	g.DOT, g.Mermaid = dot.String(), mermaid.String()
	return g, coverage, err
}

// reached tells which states of a host were reached.
func reached(seen map[spec.ConnState]bool, h spec.Host) document.Coverage {
	var yes, no []string
	for _, s := range spec.ConnStates() {
		switch {
		case seen[s]:
			yes = append(yes, s.String())
		case s != spec.SynSent && s != spec.SynRcvd: // those are of connections that follow
			no = append(no, s.String())
		}
	}
	return document.Coverage{What: fmt.Sprintf("States of the %v", h), Value: fmt.Sprintf("%d of %d reached: %s. Never: %s", len(yes), len(yes)+len(no), list(yes), list(no))}
}
