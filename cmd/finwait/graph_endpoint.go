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
	var diff string
	cmd := &cobra.Command{
		Use:   "endpoint [SCENARIO]",
		Short: "The state diagram of one endpoint, as explored",
		Long: `Explore a scenario (default: ` + defaultScenario + `) and draw the states that one endpoint was in and
the steps it took, or with --side both those of either. No state and no edge is drawn
that was not reached.`,
		Example: `  finwait graph endpoint | dot -Tsvg -o client.svg
  finwait graph endpoint simultaneous-close --side server --format text
  finwait graph endpoint lossy-network --side both --profile rfc9293 --diff linux --format svg > linux.svg`,
		Args:              operands(0, 1),
		ValidArgsFunction: completeScenarios,
		RunE: func(cmd *cobra.Command, args []string) error {
			return o.runEndpoint(cmd.Context(), args, side.value, diff)
		},
	}
	o.register(cmd.Flags())
	side = choose(cmd.Flags(), "side", "the endpoint to draw", spec.Client.String(), spec.Server.String(), "both")
	cmd.Flags().StringVar(&diff, "diff", "", "what is new or gone in another profile, with a mutant at both hosts, or in another scenario")
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

func (o *graphOptions) runEndpoint(ctx context.Context, args []string, side, diff string) error {
	c, err := o.load(args)
	if err != nil {
		return err
	}
	g, run, err := o.endpoint(ctx, c, side)
	if err != nil {
		return err
	}
	of := map[string]string{"both": "Each endpoint", "client": "The client", "server": "The server"}[side]
	g.Title = fmt.Sprintf("%s in %s", of, c)
	name := c.name() + "." + c.profile() + ".endpoint"
	var compared any
	if diff != "" {
		other, err := o.other(c, diff)
		if err != nil {
			return err
		}
		g2, run2, err := o.endpoint(ctx, other, side)
		if err != nil {
			return err
		}
		compared = endpointDiffOf(c, other, side, g, g2)
		caption := g.Caption
		if g, err = graphs.Compare(g, g2); err != nil {
			return err
		}
		g.Title = fmt.Sprintf("%s: from %s to %s", of, c, other)
		g.Caption = fmt.Sprintf("Red, with +: %s only. Dashed or with −: %s only. %s", other, c, caption)
		name += ".diff"
		if !run2.Complete {
			run = run2
		}
	}
	if !run.Complete {
		g.Caption += fmt.Sprintf(" Not all was explored: %s.", run.Stopped)
	}
	switch {
	case o.format.value == "json" && compared != nil:
		err = writeJSON(o.app.stdout, compared)
	case o.format.value == "json":
		err = writeJSON(o.app.stdout, endpointOf(c, side, run, g))
	default:
		err = o.draw(ctx, g, name)
	}
	if err != nil {
		return err
	}
	if !run.Complete {
		return codeError(report.Unknown)
	}
	return nil
}

// endpoint explores c and keeps what one side does, or each of both.
func (o *graphOptions) endpoint(ctx context.Context, c chosen, side string) (graphs.Diagram, checker.Run, error) {
	m, err := judge.Model(c.params())
	if err != nil {
		return graphs.Diagram{}, checker.Run{}, fmt.Errorf("scenario %s: %w", c.ref, err)
	}
	opt := o.bounds.options()
	explored, mode := checker.Model[spec.State](m), checker.Exact
	if opt.Time == checker.Any {
		explored, mode = m.Any(), checker.Any
	}
	ends := []*picture.Endpoint{picture.NewEndpoint(m, spec.Client), picture.NewEndpoint(m, spec.Server)}
	run, err := checker.Explore(ctx, explored, mode, opt, checker.Visitor[spec.State]{
		State: func(s spec.State) {
			for _, d := range ends {
				d.State(s)
			}
		},
		Step: func(from spec.State, e checker.Event, how checker.Label, to spec.State) {
			for _, d := range ends {
				d.Step(from, e, how, to)
			}
		},
	})
	if err != nil {
		return graphs.Diagram{}, run, &judge.InternalError{Case: c.String(), Cause: err}
	}
	switch side {
	case spec.Server.String():
		return ends[spec.Server].Diagram(), run, nil
	case "both":
		ends[spec.Client].Join(ends[spec.Server])
	}
	return ends[spec.Client].Diagram(), run, nil
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
