package main

import (
	"cmp"
	"context"
	"fmt"

	"github.com/dustin/go-humanize"
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
	by       terms
	nodes    count
	minimize bool
	diff     string
	unfolded bool
}

func newProductOptions(a *app, cmd *cobra.Command) *productOptions {
	o := &productOptions{graphOptions: graphOptions{app: a, scenarios: scenarioFlags{app: a}}, nodes: 60}
	f := cmd.Flags()
	o.register(f)
	o.by.all = []string{"client.state", "server.state"}
	f.Var(&o.by, "by", "variables that make the classes, or expressions in CEL such as 'client.fins_sent > 2'")
	f.Var(&o.nodes, "max-nodes", fmt.Sprintf("coarsen until there are no more nodes than these (0: as many as there are, up to %s)", humanize.Comma(picture.MostNodes)))
	cmd.Args = operands(0, 1)
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
States are of one class when the variables of --by have equal values: fields as trace files
name them, what finwait explain variables lists, or expressions of that in CEL, separated
by commas. With more classes than --max-nodes, variables are left out from the last one on
while there are more than two, and then the classes of the fewest states become one. Steps
inside of a class are counted, not drawn. --minimize keeps every state until all are known:
no more than a million unless --max-states says otherwise, and with --memory half of that.`,
		Example: `  finwait graph product lossy-network --format svg > product.svg
  finwait graph product --by client.state,client.open --minimize --format mermaid
  finwait graph product lossy-network --by 'client.state in [FIN_WAIT_1, CLOSING], server.fins_sent > 2'
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
	MaxNodes int          `json:"max_nodes"`
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
	p, run, err := o.fold(ctx, c)
	if err != nil {
		return err
	}
	if o.diff != "" {
		return o.compare(ctx, c, p, run)
	}
	g := p.Graph()
	if o.format.value == "json" {
		return o.ended(run, writeJSON(o.app.stdout, productOf(o.kind(), c, run, g)))
	}
	d := g.Diagram()
	d.Title = fmt.Sprintf("Joint behaviour in %s", c)
	d.Caption += o.unexplored(run)
	return o.ended(run, o.draw(ctx, d, c.name()+"."+c.profile()+"."+o.kind()))
}

// unexplored says in a caption that a bound was hit.
func (o *productOptions) unexplored(run checker.Run) string {
	if run.Complete {
		return ""
	}
	text := fmt.Sprintf(" Not all was explored: %s.", run.Stopped)
	if o.minimize && o.bounds.states == 0 {
		text += fmt.Sprintf(" With --minimize no more than %s are kept, unless --max-states says otherwise.", humanize.Comma(minimizedStates))
	}
	return text
}

// ended is the error that a command ends with.
func (o *productOptions) ended(run checker.Run, err error) error {
	if err == nil && !run.Complete {
		return codeError(report.Unknown)
	}
	return err
}

// minimizedStates is how many states are kept until it is known which are bisimilar.
const minimizedStates = 1_000_000

// fold explores c.
func (o *productOptions) fold(ctx context.Context, c chosen) (*picture.Product, checker.Run, error) {
	m, err := judge.Model(c.params())
	if err != nil {
		return nil, checker.Run{}, fmt.Errorf("scenario %s: %w", c.ref, err)
	}
	opt := o.bounds.options()
	how := picture.Folding{By: o.by.all, Max: int(o.nodes)}
	switch {
	case o.minimize:
		how.Numbering = picture.Minimized
		opt.MaxStates = cmp.Or(opt.MaxStates, minimizedStates)
		opt.Memory /= 2 // the other half is for the partition
	case o.unfolded:
		how.Numbering = picture.Unfolded
	}
	p, err := picture.NewProduct(m, how)
	if err != nil {
		return nil, checker.Run{}, byError(err)
	}
	explored, mode := checker.Model[spec.State](m), checker.Exact
	if opt.Time == checker.Any {
		explored, mode = m.Any(), checker.Any
	}
	run, err := checker.Explore(ctx, explored, mode, opt, checker.Visitor[spec.State]{State: p.State, Step: p.Step})
	if err != nil {
		return nil, run, &judge.InternalError{Case: c.String(), Cause: err}
	}
	return p, run, nil
}

func productOf(kind string, c chosen, run checker.Run, g graphs.Folded) productJSON {
	p := productJSON{
		Schema: "finwait.graph/1", Kind: kind, Scenario: c.name(), Profile: c.profile(),
		By: g.By, Dropped: append([]string{}, g.Dropped...), Others: g.Others, MaxNodes: g.Max, States: g.States, Inside: g.Inside,
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
