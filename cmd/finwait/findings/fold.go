package findings

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/cmd/finwait/document"
	"github.com/finwait/finwait/graphs"
	"github.com/finwait/finwait/spec"
)

// foldedStates is how many states are folded at most.
const foldedStates = 50_000

// maxEvents is how many events an edge names.
const maxEvents = 3

type class [2]spec.ConnState

func (c class) String() string { return fmt.Sprintf("client %v, server %v", c[0], c[1]) }

func classOf(s spec.State) class { return class{s.Host[0].State, s.Host[1].State} }

// fold draws what can happen, folded by the states of the two connections, and
// tells which states were never reached.
func fold(ctx context.Context, m *spec.Model) (document.Graph, []document.Coverage, error) {
	sizes := map[class]int{}
	edges := map[[2]class]map[string]bool{}
	var first class
	run, err := checker.Explore(ctx, m, checker.Exact, checker.Options{MaxStates: foldedStates}, checker.Visitor[spec.State]{
		State: func(s spec.State) {
			if len(sizes) == 0 {
				first = classOf(s)
			}
			sizes[classOf(s)]++
		},
		Step: func(from spec.State, e checker.Event, _ checker.Label, to spec.State) {
			if a, b := classOf(from), classOf(to); a != b {
				if edges[[2]class{a, b}] == nil {
					edges[[2]class{a, b}] = map[string]bool{}
				}
				edges[[2]class{a, b}][event(m, from, e)] = true
			}
		},
	})
	if err != nil {
		return document.Graph{}, nil, err
	}
	d := graphs.Diagram{TopDown: true}
	g := document.Graph{Caption: fmt.Sprintf(
		"With the durations of the scenario %d states are reached, folded by the states of the two connections into %d. A number is how many states were folded; steps within a node are left out.", run.States, len(sizes))}
	coverage := []document.Coverage{reached(sizes, spec.Client), reached(sizes, spec.Server)}
	if !run.Complete {
		g.Caption += " Not all was explored: " + run.Stopped + "."
		coverage = append(coverage, document.Coverage{What: "Not explored", Value: "states beyond the bound: " + run.Stopped})
	}
	order := func(a, b class) int { return slices.Compare(a[:], b[:]) }
	for _, c := range slices.SortedFunc(maps.Keys(sizes), order) {
		d.Nodes = append(d.Nodes, graphs.Node{
			Name: c.String(), Label: fmt.Sprintf("client %v\nserver %v\n%d", c[0], c[1], sizes[c]),
			Initial: c == first, Final: c == class{spec.Closed, spec.Closed}, Group: "client " + c[0].String(),
		})
	}
	for _, e := range slices.SortedFunc(maps.Keys(edges), func(a, b [2]class) int {
		if n := order(a[0], b[0]); n != 0 {
			return n
		}
		return order(a[1], b[1])
	}) {
		events := slices.Sorted(maps.Keys(edges[e]))
		g.Rows = append(g.Rows, document.GraphRow{From: e[0].String(), To: e[1].String(), Events: strings.Join(events, "; ")})
		if further := len(events) - maxEvents; further > 0 {
			events = append(events[:maxEvents:maxEvents], fmt.Sprintf("and %d more", further))
		}
		d.Edges = append(d.Edges, graphs.Edge{From: e[0].String(), To: e[1].String(), Label: events})
	}
	var b strings.Builder
	err = d.WriteDOT(&b)
	g.DOT = b.String()
	return g, coverage, err
}

// event is what happens, without sequence numbers.
func event(m *spec.Model, from spec.State, e checker.Event) string {
	info := spec.EventOf(e.ID)
	text := m.Describe(from, e)
	if info.Kind == spec.Deliver {
		text, _, _ = strings.Cut(text, " seq=")
	}
	return fmt.Sprintf("%v: %s", info.Host, text)
}

// reached tells which states of a host were reached.
func reached(sizes map[class]int, h spec.Host) document.Coverage {
	seen := map[spec.ConnState]bool{}
	for c := range sizes {
		seen[c[h]] = true
	}
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
