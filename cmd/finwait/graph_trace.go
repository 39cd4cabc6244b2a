package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/cmd/finwait/judge"
	"github.com/finwait/finwait/cmd/finwait/picture"
	"github.com/finwait/finwait/cmd/finwait/report"
	"github.com/finwait/finwait/cmd/finwait/tracefile"
	"github.com/finwait/finwait/graphs"
	"github.com/finwait/finwait/properties"
	counted "github.com/finwait/finwait/properties/population"
	"github.com/finwait/finwait/spec"
)

func newGraphTrace(a *app) *cobra.Command {
	o := &graphOptions{app: a, scenarios: scenarioFlags{app: a}}
	var property string
	cmd := &cobra.Command{
		Use:   "trace [SCENARIO]",
		Short: "The sequence chart of one run",
		Long: `Draw a shortest counterexample of a property, or the witness of a goal. Without
--property a shortest run to where the story ends: both sides closed, or nothing left
that has to happen. JSON is the form that finwait replay reads.`,
		Example: `  finwait graph trace --format text
  finwait graph trace first-wave-lost --property both-closed --profile linux | dot -Tsvg -o trace.svg`,
		Args:              cobra.MaximumNArgs(1),
		ValidArgsFunction: completeScenarios,
		RunE: func(cmd *cobra.Command, args []string) error {
			return o.runTrace(cmd.Context(), args, property)
		},
	}
	o.register(cmd.Flags())
	cmd.Flags().StringVar(&property, "property", "", "the property that is violated, or the goal that is reached")
	_ = cmd.RegisterFlagCompletionFunc("property", completeProperties) // the flag exists
	return cmd
}

func (o *graphOptions) runTrace(ctx context.Context, args []string, property string) error {
	c, err := o.load(args)
	if err != nil {
		return err
	}
	var chart graphs.Chart
	var file tracefile.File
	if property == "" {
		chart, file, err = o.story(ctx, c)
	} else {
		chart, file, err = o.evidence(ctx, c, property)
	}
	if err != nil {
		return err
	}
	switch o.format.value {
	case "text":
		return chart.WriteText(o.app.stdout)
	case "json":
		return file.Write(o.app.stdout)
	default:
		return chart.WriteDOT(o.app.stdout)
	}
}

// evidence is the trace that decides a property.
func (o *graphOptions) evidence(ctx context.Context, c chosen, property string) (graphs.Chart, tracefile.File, error) {
	nothing := func(err error) (graphs.Chart, tracefile.File, error) { return graphs.Chart{}, tracefile.File{}, err }
	k, err := judge.Of(c.instance, []string{property})
	if err != nil {
		return nothing(err)
	}
	if len(k.Properties) != 1 {
		return nothing(fmt.Errorf("--property %q selects %d properties; one at a time can be drawn", property, len(k.Properties)))
	}
	opt := o.bounds.options()
	opt.Reduction = checker.ReduceNone // a picture wants the shortest run
	s, err := judge.Judge(ctx, k, opt)
	if err != nil {
		return nothing(err)
	}
	found := s.Outcomes[0]
	if found.Trace != nil {
		return report.Chart(s, found), report.TraceFile(s, found, c.yaml()), nil
	}
	what := fmt.Sprintf("%s in %s", found.Property, c)
	switch {
	case found.Unknown():
		fmt.Fprintf(o.app.stderr, "finwait: %s is unknown (%s): there is no run to draw\n", what, found.Reason)
		return nothing(codeError(report.Unknown))
	case found.Excused:
		return nothing(fmt.Errorf("%s is %s; there is no run to draw", what, found.Reason))
	case found.Kind == checker.Reachable.String():
		return nothing(fmt.Errorf("%s is not reached; there is no run to draw", what))
	default:
		return nothing(fmt.Errorf("%s holds; there is no counterexample to draw", what))
	}
}

// story is a shortest run to where nothing has to happen any more, with both
// sides closed if that can be.
func (o *graphOptions) story(ctx context.Context, c chosen) (graphs.Chart, tracefile.File, error) {
	nothing := func(err error) (graphs.Chart, tracefile.File, error) { return graphs.Chart{}, tracefile.File{}, err }
	m, err := judge.Model(c.params())
	if err != nil {
		return nothing(fmt.Errorf("scenario %s: %w", c.ref, err))
	}
	opt := o.bounds.options()
	if opt.Time == checker.Auto {
		opt.Time = checker.Exact // a picture wants its times
	}
	settled := func(s spec.State) bool { return settledIn(m, s) }
	closed := func(s spec.State) bool {
		return s.Host[spec.Client].State == spec.Closed && s.Host[spec.Server].State == spec.Closed && settled(s)
	}
	result, err := checker.Check(ctx, checker.System[spec.State]{Exact: m, Any: m.Any()}, []checker.Property[spec.State]{
		{Name: "closed", Kind: checker.Reachable, Goal: closed},
		{Name: "settled", Kind: checker.Reachable, Goal: settled},
	}, opt)
	if err != nil {
		return nothing(&judge.InternalError{Case: c.String(), Cause: err})
	}
	for _, found := range result.Outcomes {
		if found.Trace == nil {
			continue
		}
		t := *found.Trace
		chart := picture.Chart(m, t)
		chart.Title = fmt.Sprintf("A shortest run of %s", c)
		chart.Verdict = "the end: nothing has to happen any more"
		s := t.Last()
		chart.Explanation = fmt.Sprintf("The client is %s, the server is %s.", s.Host[spec.Client].State, s.Host[spec.Server].State)
		origin := tracefile.Origin{Name: c.name(), Profile: c.profile(), Verdict: checker.Unknown.String(), Scenario: c.yaml()}
		return chart, tracefile.New(origin, m, t), nil
	}
	why := result.Outcomes[1].Reason
	if why == "" {
		why = "every run goes on for ever"
	}
	fmt.Fprintf(o.app.stderr, "finwait: no run of %s that was explored comes to an end (%s)\n", c, why)
	return nothing(codeError(report.Unknown))
}

// settledIn reports whether no event has to happen in s.
func settledIn(m *spec.Model, s spec.State) bool {
	for _, e := range m.Events(s, nil) {
		if e.Latest != checker.Forever {
			return false
		}
	}
	return true
}

func completeProperties(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	var names []string
	for _, p := range properties.Catalogue() {
		names = append(names, p.Name+"\t"+p.Claim)
	}
	for _, p := range counted.Catalogue() {
		names = append(names, p.Name+"\t"+p.Claim)
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}
