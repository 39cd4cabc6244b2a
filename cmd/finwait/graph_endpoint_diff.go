package main

import (
	"slices"

	"github.com/finwait/finwait/graphs"
)

// endpointDiffJSON is the JSON form of two endpoint diagrams compared.
type endpointDiffJSON struct {
	Schema string         `json:"schema"`
	Kind   string         `json:"kind"`
	Side   string         `json:"side"`
	Before comparedJSON   `json:"before"`
	After  comparedJSON   `json:"after"`
	Nodes  []nodeDiffJSON `json:"nodes"`
	Edges  []edgeDiffJSON `json:"edges"`
}

type comparedJSON struct {
	Scenario string `json:"scenario"`
	Profile  string `json:"profile"`
	Variant  string `json:"variant"` // what was changed besides
}

type nodeDiffJSON struct {
	Name string `json:"name"`
	In   string `json:"in"` // before, after or both
}

type edgeDiffJSON struct {
	From  string `json:"from"`
	To    string `json:"to"`
	Label string `json:"label"`
	In    string `json:"in"`
}

func endpointDiffOf(c, other chosen, side string, before, after graphs.Diagram) endpointDiffJSON {
	d := endpointDiffJSON{
		Schema: "finwait.graph/1", Kind: "endpoint-diff", Side: side, Nodes: []nodeDiffJSON{}, Edges: []edgeDiffJSON{},
		Before: comparedJSON{c.name(), c.profile(), c.variant}, After: comparedJSON{other.name(), other.profile(), other.variant},
	}
	for i, diagram := range []graphs.Diagram{before, after} {
		in := []string{"before", "after"}[i]
		for _, n := range diagram.Nodes {
			if at := slices.Index(d.Nodes, nodeDiffJSON{n.Name, "before"}); at >= 0 {
				d.Nodes[at].In = "both"
			} else {
				d.Nodes = append(d.Nodes, nodeDiffJSON{n.Name, in})
			}
		}
		for _, e := range diagram.Edges {
			for _, label := range e.Label {
				if at := slices.Index(d.Edges, edgeDiffJSON{e.From, e.To, label, "before"}); at >= 0 {
					d.Edges[at].In = "both"
				} else {
					d.Edges = append(d.Edges, edgeDiffJSON{e.From, e.To, label, in})
				}
			}
		}
	}
	return d
}
