package main

import (
	"context"
	"fmt"

	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/cmd/finwait/picture"
	"github.com/finwait/finwait/graphs"
)

// productDiffJSON is the JSON form of two folded graphs compared.
type productDiffJSON struct {
	Schema   string            `json:"schema"`
	Kind     string            `json:"kind"`
	By       []string          `json:"by"`
	Dropped  []string          `json:"dropped"`
	Others   int               `json:"others"`
	MaxNodes int               `json:"max_nodes"`
	Before   productSideJSON   `json:"before"`
	After    productSideJSON   `json:"after"`
	Nodes    []classDiffJSON   `json:"nodes"`
	Edges    []productEdgeJSON `json:"edges"`
}

type productSideJSON struct {
	comparedJSON
	States   int    `json:"states"`
	Complete bool   `json:"complete"`
	Stopped  string `json:"stopped"`
}

type classDiffJSON struct {
	Name    string    `json:"name"`
	In      graphs.In `json:"in"` // before, after or both
	Before  int       `json:"states_before"`
	After   int       `json:"states_after"`
	Initial bool      `json:"initial"`
	Final   bool      `json:"final"`
}

type productEdgeJSON struct {
	From   string    `json:"from"`
	To     string    `json:"to"`
	Action string    `json:"action"`
	In     graphs.In `json:"in"`
	Before int       `json:"steps_before"`
	After  int       `json:"steps_after"`
}

// compare draws what is different in another scenario, a profile or a mutant than in c,
// which p is of.
func (o *productOptions) compare(ctx context.Context, c chosen, p *picture.Product, run checker.Run) error {
	other, err := o.other(c, o.diff)
	if err != nil {
		return err
	}
	p2, run2, err := o.fold(ctx, other)
	if err != nil {
		return err
	}
	d := picture.Difference(p, p2)
	worse := run
	if run.Complete {
		worse = run2
	}
	if o.format.value == "json" {
		return o.ended(worse, writeJSON(o.app.stdout, productDiffOf(d, productSideOf(c, run), productSideOf(other, run2))))
	}
	g := d.Diagram()
	g.Title = fmt.Sprintf("From %s to %s", c, other)
	g.Caption += o.unexplored(worse)
	return o.ended(worse, o.draw(ctx, g, c.name()+"."+c.profile()+"."+o.kind()+".diff"))
}

func productSideOf(c chosen, run checker.Run) productSideJSON {
	return productSideJSON{comparedJSON{c.name(), c.profile(), c.variant}, run.States, run.Complete, run.Stopped}
}

func productDiffOf(d graphs.Difference, before, after productSideJSON) productDiffJSON {
	j := productDiffJSON{
		Schema: "finwait.graph/1", Kind: "product-diff", By: d.By, Dropped: append([]string{}, d.Dropped...), Others: d.Others, MaxNodes: d.Max,
		Before: before, After: after, Nodes: []classDiffJSON{}, Edges: []productEdgeJSON{},
	}
	for _, c := range d.Classes {
		j.Nodes = append(j.Nodes, classDiffJSON{c.Name, c.In, c.Before, c.After, c.Initial, c.Final})
	}
	for _, e := range d.Edges {
		j.Edges = append(j.Edges, productEdgeJSON(e))
	}
	return j
}
