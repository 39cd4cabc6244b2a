package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/cmd/finwait/judge"
	"github.com/finwait/finwait/cmd/finwait/picture"
	"github.com/finwait/finwait/cmd/finwait/report"
	"github.com/finwait/finwait/graphs"
	"github.com/finwait/finwait/spec"
)

// productOptions say how the joint behaviour is folded.
type productOptions struct {
	graphOptions
	by       []string
	nodes    count
	minimize bool
	diff     string
	unfolded bool
}

func newProductOptions(a *app, cmd *cobra.Command) *productOptions {
	o := &productOptions{graphOptions: graphOptions{app: a, scenarios: scenarioFlags{app: a}}, nodes: 60}
	f := cmd.Flags()
	o.register(f)
	f.StringSliceVar(&o.by, "by", []string{"client.state", "server.state"}, "variables that make the classes, as trace files name them")
	f.Var(&o.nodes, "max-nodes", "coarsen until there are no more nodes than these (0: never)")
	cmd.Args = cobra.MaximumNArgs(1)
	cmd.ValidArgsFunction = completeScenarios
	cmd.RunE = func(cmd *cobra.Command, args []string) error { return o.run(cmd.Context(), args) }
	_ = cmd.RegisterFlagCompletionFunc("by", func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return picture.Variables(), cobra.ShellCompDirectiveNoFileComp
	}) // the flag exists
	return o
}

func newGraphProduct(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "product [SCENARIO]",
		Short: "The joint behaviour of both hosts, folded",
		Long: `Explore a scenario (default: ` + defaultScenario + `) and draw which classes of states follow each other.
States are of one class when the variables of --by have equal values. With more classes
than --max-nodes, variables are left out from the last one on while there are more than
two, and then the classes of the fewest states become one. Steps inside of a class are
counted, not drawn.`,
		Example: `  finwait graph product lossy-network --format svg > product.svg
  finwait graph product --by client.state,client.open --minimize --format mermaid
  finwait graph product --profile article --diff linux`,
	}
	o := newProductOptions(a, cmd)
	cmd.Flags().BoolVar(&o.minimize, "minimize", false, "tell states of a class apart unless they are strongly bisimilar")
	cmd.Flags().StringVar(&o.diff, "diff", "", "what is new or gone in another profile, with a mutant at both hosts, or in another scenario")
	return cmd
}

func newGraphReachable(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "reachable [SCENARIO]",
		Short: "The reachable states, not folded",
		Long: `Explore a scenario (default: ` + defaultScenario + `) and draw each of its states. With more states than
--max-nodes they are folded like those of finwait graph product.`,
		Example: `  finwait graph reachable --max-nodes 200 --format svg > reachable.svg`,
	}
	newProductOptions(a, cmd).unfolded = true
	return cmd
}

// productJSON is the JSON form of a folded graph.
type productJSON struct {
	Schema   string       `json:"schema"`
	Kind     string       `json:"kind"`
	Scenario string       `json:"scenario"`
	Profile  string       `json:"profile"`
	By       []string     `json:"by"`
	Dropped  []string     `json:"dropped"`
	Others   int          `json:"others"`
	States   int          `json:"states"`
	Inside   int          `json:"inside"`
	Complete bool         `json:"complete"`
	Stopped  string       `json:"stopped"`
	Nodes    []classJSON  `json:"nodes"`
	Edges    []foldedJSON `json:"edges"`
}

type classJSON struct {
	Name    string `json:"name"`
	States  int    `json:"states"`
	Initial bool   `json:"initial"`
	Final   bool   `json:"final"`
	Part    int    `json:"part"`
}

type foldedJSON struct {
	From   string `json:"from"`
	To     string `json:"to"`
	Action string `json:"action"`
	Steps  int    `json:"steps"`
}

func (o *productOptions) kind() string {
	if o.unfolded {
		return "reachable"
	}
	return "product"
}

func (o *productOptions) run(ctx context.Context, args []string) error {
	c, err := o.load(args)
	if err != nil {
		return err
	}
	max := int(o.nodes)
	if o.diff != "" {
		if o.format.value == "json" {
			return errors.New("--diff has no JSON form; dot, svg, png, mermaid and text are there")
		}
		max = 0 // both have to be folded alike
	}
	g, run, err := o.fold(ctx, c, max)
	if err != nil {
		return err
	}
	if o.format.value == "json" {
		err = writeJSON(o.app.stdout, productOf(o.kind(), c, run, g))
	} else {
		d := g.Diagram()
		d.Title = fmt.Sprintf("Joint behaviour in %s", c)
		name := c.name() + "." + c.profile() + "." + o.kind()
		if o.diff != "" {
			other, err := o.other(c, o.diff)
			if err != nil {
				return err
			}
			g2, run2, err := o.fold(ctx, other, max)
			if err != nil {
				return err
			}
			d = graphs.Diff(g, g2)
			d.Title = fmt.Sprintf("From %s to %s", c, other)
			name += ".diff"
			if !run2.Complete {
				run = run2
			}
		}
		if !run.Complete {
			d.Caption += fmt.Sprintf(" Not all was explored: %s.", run.Stopped)
		}
		err = o.draw(ctx, d, name)
	}
	if err == nil && !run.Complete {
		return codeError(report.Unknown)
	}
	return err
}

// fold explores c.
func (o *productOptions) fold(ctx context.Context, c chosen, max int) (graphs.Folded, checker.Run, error) {
	m, err := judge.Model(c.params())
	if err != nil {
		return graphs.Folded{}, checker.Run{}, fmt.Errorf("scenario %s: %w", c.ref, err)
	}
	numbering := picture.Folded
	switch {
	case o.minimize:
		numbering = picture.Minimized
	case o.unfolded:
		numbering = picture.Unfolded
	}
	p, err := picture.NewProduct(m, o.by, numbering, max)
	var unknown picture.Unknown
	if errors.As(err, &unknown) {
		all := picture.Variables()
		// Most have one name for either host.
		short := slices.DeleteFunc(slices.Clone(all), func(s string) bool { return strings.HasPrefix(s, "server.") })
		return graphs.Folded{}, checker.Run{}, fmt.Errorf("--by: %w%s; there are, with server. too, %s", err, didYouMean(unknown.Name, all), strings.Join(short, ", "))
	}
	if err != nil {
		return graphs.Folded{}, checker.Run{}, fmt.Errorf("--by: %w", err)
	}
	opt := o.bounds.options()
	explored, mode := checker.Model[spec.State](m), checker.Exact
	if opt.Time == checker.Any {
		explored, mode = m.Any(), checker.Any
	}
	run, err := checker.Explore(ctx, explored, mode, opt, checker.Visitor[spec.State]{State: p.State, Step: p.Step})
	if err != nil {
		return graphs.Folded{}, run, &judge.InternalError{Case: c.String(), Cause: err}
	}
	return p.Graph(), run, nil
}

func productOf(kind string, c chosen, run checker.Run, g graphs.Folded) productJSON {
	p := productJSON{
		Schema: "finwait.graph/1", Kind: kind, Scenario: c.name(), Profile: c.profile(),
		By: g.By, Dropped: append([]string{}, g.Dropped...), Others: g.Others, States: g.States, Inside: g.Inside,
		Complete: run.Complete, Stopped: run.Stopped, Nodes: []classJSON{}, Edges: []foldedJSON{},
	}
	for _, n := range g.Classes {
		p.Nodes = append(p.Nodes, classJSON{n.Name, n.States, n.Initial, n.Final, n.Part})
	}
	for _, e := range g.Edges {
		p.Edges = append(p.Edges, foldedJSON{e.From, e.To, e.Action, e.Steps})
	}
	return p
}
