package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/cmd/finwait/judge"
	"github.com/finwait/finwait/cmd/finwait/picture"
	"github.com/finwait/finwait/cmd/finwait/report"
	"github.com/finwait/finwait/cmd/finwait/tracefile"
	"github.com/finwait/finwait/cmd/finwait/wire"
	"github.com/finwait/finwait/graphs"
	"github.com/finwait/finwait/properties"
	counted "github.com/finwait/finwait/properties/population"
	"github.com/finwait/finwait/spec"
)

func newGraphTrace(a *app) *cobra.Command {
	o := &graphOptions{app: a, scenarios: scenarioFlags{app: a}}
	var property, connection string
	var side *choice
	cmd := &cobra.Command{
		Use:   "trace [SCENARIO|FILE]",
		Short: "The sequence chart of one run",
		Long: `Draw a shortest counterexample of a property, or the witness of a goal. Without
--property a shortest run to where the story ends: both sides closed, or nothing left
that has to happen. FILE is a run: a NAME.trace.json of finwait check --out, or a capture
(.pcap, .pcapng, .cap, .wire.json), drawn as finwait conform explains it. JSON is the form that finwait replay reads. pcapng is a capture of both
ends, or with --side of one: a lost segment is seen where it was sent.
packetdrill is a script that tests one host, by default the one that sends first.`,
		Example: `  finwait graph trace --format text
  finwait graph trace first-wave-lost --property both-closed --profile linux | dot -Tsvg -o trace.svg
  finwait graph trace first-wave-lost --profile linux --format pcapng > lost.pcapng
  finwait graph trace my.pcap --connection 1 --format svg > my.svg`,
		Args:              operands(0, 1),
		ValidArgsFunction: completeScenarios,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 && isRun(args[0]) {
				if property != "" {
					return fmt.Errorf("%s is a run; --property is for scenarios", args[0])
				}
				d, err := o.fromFile(cmd.Context(), args[0], connection)
				if err != nil {
					return err
				}
				return o.writeRun(cmd.Context(), d, filepath.Base(args[0]), pictureName(args[0]), side.value)
			}
			if connection != "" {
				return errors.New("--connection selects from a capture, and none is given")
			}
			return o.runTrace(cmd.Context(), args, property, side.value)
		},
	}
	o.register(cmd.Flags(), "pcapng", "packetdrill")
	side = choose(cmd.Flags(), "side", "where a capture is taken, or the host that a script tests", "both", spec.Client.String(), spec.Server.String())
	cmd.Flags().StringVar(&connection, "connection", "", "the connection of a capture: a number from 1 on, or a part of ADDR:PORT-ADDR:PORT")
	cmd.Flags().StringVar(&property, "property", "", "the property that is violated, or the goal that is reached")
	_ = cmd.RegisterFlagCompletionFunc("property", completeProperties) // the flag exists
	return cmd
}

// drawn is a run in the forms in which it can be written.
type drawn struct {
	chart graphs.Chart
	file  tracefile.File
	run   wire.Run
}

func (o *graphOptions) runTrace(ctx context.Context, args []string, property, side string) error {
	c, err := o.load(args)
	if err != nil {
		return err
	}
	find := o.story
	if property != "" {
		find = func(ctx context.Context, c chosen) (drawn, error) { return o.evidence(ctx, c, property) }
	}
	d, err := find(ctx, c)
	if err != nil {
		return err
	}
	return o.writeRun(ctx, d, c.String(), c.name()+"."+c.profile()+".trace", side)
}

// writeRun writes a run in the form asked for. source is what it is from, name that
// of a file for Graphviz.
func (o *graphOptions) writeRun(ctx context.Context, d drawn, source, name, side string) error {
	d.run.Title = fmt.Sprintf("%s: %s, %s. %s", source, d.chart.Title, d.chart.Verdict, d.chart.Explanation)
	w := o.app.stdout
	switch o.format.value {
	case "json":
		return d.file.Write(w)
	case "pcapng":
		return d.run.WritePcapng(w, endsOf(side))
	case "packetdrill":
		host := d.run.PacketdrillHost()
		if side != "both" {
			host = hostNamed(side)
		}
		script, err := d.run.Packetdrill(host)
		if err != nil {
			return err
		}
		return script.Write(w)
	}
	return o.draw(ctx, d.chart, name)
}

// hostNamed reads --side where it is one host.
func hostNamed(side string) spec.Host {
	if side == spec.Server.String() {
		return spec.Server
	}
	return spec.Client
}

// endsOf reads --side.
func endsOf(side string) wire.Ends {
	return wire.Ends{side != spec.Server.String(), side != spec.Client.String()}
}

// evidence is the trace that decides a property.
func (o *graphOptions) evidence(ctx context.Context, c chosen, property string) (drawn, error) {
	nothing := func(err error) (drawn, error) { return drawn{}, err }
	k, err := judge.Of(c.instance, []string{property})
	if err != nil {
		return nothing(err)
	}
	if len(k.Properties) != 1 {
		return nothing(fmt.Errorf("--property %q selects %d properties; one at a time can be drawn", property, len(k.Properties)))
	}
	k.Explain = judge.ExplainAll
	opt := o.bounds.options()
	opt.Reduction = checker.ReduceNone // a picture wants the shortest run
	s, err := judge.Judge(ctx, k, opt)
	if err != nil {
		return nothing(err)
	}
	found := s.Outcomes[0]
	if found.Trace != nil {
		return drawn{
			report.Chart(s, found), report.TraceFile(s, found, c.yaml()), wire.Run{Model: found.Model, Trace: *found.Trace},
		}, nil
	}
	what := fmt.Sprintf("%s in %s", found.Property, c)
	switch {
	case found.Unknown():
		fmt.Fprintf(o.app.stderr, "finwait: %s is unknown (%s): there is no run to draw\n", what, report.WhyUnknown(found.Reason))
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
func (o *graphOptions) story(ctx context.Context, c chosen) (drawn, error) {
	nothing := func(err error) (drawn, error) { return drawn{}, err }
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
		chart.Subtitle = c.instance.Scenario.About
		chart.Verdict = "the end: nothing has to happen any more"
		s := t.Last()
		if !closed(s) {
			chart.Loop = len(chart.Rows)
		}
		chart.Explanation = fmt.Sprintf("The client is %s, the server is %s.", s.Host[spec.Client].State, s.Host[spec.Server].State)
		origin := tracefile.Origin{Name: c.name(), Profile: c.profile(), Verdict: checker.Unknown.String(), Scenario: c.yaml()}
		return drawn{chart, tracefile.New(origin, m, t), wire.Run{Model: m, Trace: t}}, nil
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
