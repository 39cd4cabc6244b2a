package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/cmd/finwait/judge"
	"github.com/finwait/finwait/cmd/finwait/picture"
	"github.com/finwait/finwait/cmd/finwait/report"
	"github.com/finwait/finwait/graphs"
	"github.com/finwait/finwait/spec"
)

func newGraphEndpoint(a *app) *cobra.Command {
	o := &graphOptions{app: a, scenarios: scenarioFlags{app: a}}
	var side *choice
	cmd := &cobra.Command{
		Use:   "endpoint [SCENARIO]",
		Short: "The state diagram of one endpoint, as explored",
		Long: `Explore a scenario (default: ` + defaultScenario + `) and draw the states that one endpoint was in and
the steps it took. No state and no edge is drawn that was not reached.`,
		Example: `  finwait graph endpoint | dot -Tsvg -o client.svg
  finwait graph endpoint simultaneous-close --side server --format text`,
		Args:              cobra.MaximumNArgs(1),
		ValidArgsFunction: completeScenarios,
		RunE: func(cmd *cobra.Command, args []string) error {
			return o.runEndpoint(cmd.Context(), args, side.value)
		},
	}
	o.register(cmd.Flags())
	side = choose(cmd.Flags(), "side", "the endpoint to draw", spec.Client.String(), spec.Server.String())
	return cmd
}

// endpointJSON is the JSON form of an endpoint diagram.
type endpointJSON struct {
	Schema   string     `json:"schema"`
	Kind     string     `json:"kind"`
	Scenario string     `json:"scenario"`
	Profile  string     `json:"profile"`
	Side     string     `json:"side"`
	States   int        `json:"states"`
	Complete bool       `json:"complete"`
	Stopped  string     `json:"stopped"`
	Nodes    []nodeJSON `json:"nodes"`
	Edges    []edgeJSON `json:"edges"`
}

type nodeJSON struct {
	Name    string `json:"name"`
	Group   string `json:"group"`
	Initial bool   `json:"initial"`
	Final   bool   `json:"final"`
}

type edgeJSON struct {
	From   string   `json:"from"`
	To     string   `json:"to"`
	Labels []string `json:"labels"`
}

func (o *graphOptions) runEndpoint(ctx context.Context, args []string, side string) error {
	c, err := o.load(args)
	if err != nil {
		return err
	}
	m, err := judge.Model(c.params())
	if err != nil {
		return fmt.Errorf("scenario %s: %w", c.ref, err)
	}
	host := spec.Client
	if side == spec.Server.String() {
		host = spec.Server
	}
	opt := o.bounds.options()
	explored, mode := checker.Model[spec.State](m), checker.Exact
	if opt.Time == checker.Any {
		explored, mode = m.Any(), checker.Any
	}
	d := picture.NewEndpoint(m, host)
	run, err := checker.Explore(ctx, explored, mode, opt, checker.Visitor[spec.State]{State: d.State, Step: d.Step})
	if err != nil {
		return &judge.InternalError{Case: c.String(), Cause: err}
	}
	g := d.Diagram()
	g.Title = fmt.Sprintf("The %s in %s", host, c)
	if !run.Complete {
		g.Caption += fmt.Sprintf(" Not all was explored: %s.", run.Stopped)
	}
	if o.format.value == "json" {
		err = writeJSON(o.app.stdout, endpointOf(c, side, run, g))
	} else {
		err = o.draw(ctx, g, c.name()+"."+c.profile()+".endpoint")
	}
	if err != nil {
		return err
	}
	if !run.Complete {
		return codeError(report.Unknown)
	}
	return nil
}

func endpointOf(c chosen, side string, run checker.Run, g graphs.Diagram) endpointJSON {
	e := endpointJSON{
		Schema: "finwait.graph/1", Kind: "endpoint", Scenario: c.name(), Profile: c.profile(), Side: side,
		States: run.States, Complete: run.Complete, Stopped: run.Stopped, Nodes: []nodeJSON{}, Edges: []edgeJSON{},
	}
	for _, n := range g.Nodes {
		e.Nodes = append(e.Nodes, nodeJSON{n.Name, n.Group, n.Initial, n.Final})
	}
	for _, edge := range g.Edges {
		e.Edges = append(e.Edges, edgeJSON{edge.From, edge.To, edge.Label})
	}
	return e
}
