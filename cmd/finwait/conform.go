package main

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/cmd/finwait/conform"
	"github.com/finwait/finwait/cmd/finwait/judge"
	"github.com/finwait/finwait/cmd/finwait/picture"
	"github.com/finwait/finwait/cmd/finwait/report"
	"github.com/finwait/finwait/cmd/finwait/scenario"
	"github.com/finwait/finwait/graphs"
	"github.com/finwait/finwait/spec"
)

type conformOptions struct {
	app        *app
	steps      string
	over       scenario.Overrides
	connection string
	tolerance  span
	states     count
	time       span
	format     *choice
}

func newConform(a *app) *cobra.Command {
	o := &conformOptions{app: a}
	cmd := &cobra.Command{
		Use:   "conform FILE…",
		Short: "Is an observed teardown a behaviour of the model?",
		Long: `Decide whether observed teardowns are behaviours of the linux profile: the segments, which
of them were lost, what the applications called, the states that were seen, and when.
FILE is NAME.wire.json with NAME.meta.json and NAME.timeline.json beside it, a list of
measured rows (how often a FIN is sent, what restarts TIME_WAIT) or steps (as for --steps),
or NAME.pcap (.pcapng, .cap), a capture of one end, of both ends merged, or of a loopback
interface; or a directory of such files. --connection selects from captures. What a capture does not tell, such as the calls of the
applications, is tried out.

What a capture does not tell of the hosts is Linux's default; --set, --sysctl and --host
say otherwise, with the keys of a scenario file (finwait explain scenario-file).
The parameters of steps are those of their measurement.

Several verdicts end with a table of agreement; --format table prints nothing else.

With --steps: FILE lists single steps instead, each a state, a segment that arrives in
it, and what a kernel did: next state, answer, error of the socket.

Exit codes: 0 all conform, 1 something deviates, 3 something is unknown, 2 the input
cannot be judged.`,
		Example: `  finwait conform a_normal.wire.json
  finwait conform captures/ --format json
  finwait conform my.pcap --connection 192.0.2.1:443
  finwait conform a_normal.wire.json --set client.time_wait=30s
  finwait conform --steps steps.json`,
		RunE: func(cmd *cobra.Command, args []string) error {
			switch {
			case o.steps != "" && len(args) > 0:
				return fmt.Errorf("conform: %q besides --steps; one or the other is wanted", args[0])
			case o.steps != "" && o.connection != "":
				return fmt.Errorf("conform: --connection besides --steps; only captures have connections")
			case o.steps != "":
				return o.runSteps()
			case len(args) == 0:
				return fmt.Errorf("conform: a file NAME.wire.json, a directory of them, or --steps FILE is wanted")
			default:
				return o.run(cmd.Context(), args)
			}
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.steps, "steps", "", "compare a JSON list of measured steps (- for standard input)")
	f.StringVar(&o.connection, "connection", "", "judge these connections of captures only: a number from 1 on, or a part of ADDR:PORT-ADDR:PORT")
	o.tolerance = span(time.Millisecond)
	o.registerOverrides(f)
	f.Var(&o.tolerance, "tolerance", "how far the instants of segments in a capture may be from the true ones")
	o.states = 1_000_000
	f.Var(&o.states, "max-states", "stop a search at this many state classes (0: no bound)")
	f.Var(&o.time, "max-time", "stop a search after this time (0: no bound)")
	o.format = choose(f, "format", "form of the result on stdout", "text", "json", "table")
	return cmd
}

func (o *conformOptions) registerOverrides(f *pflag.FlagSet) {
	f.StringArrayVar(&o.over.Set, "set", nil, "override a parameter of a host, KEY=VALUE (repeatable)")
	f.StringArrayVar(&o.over.Sysctl, "sysctl", nil, "read sysctls from [client:|server:]FILE, in the format of sysctl.conf (repeatable)")
	f.BoolVar(&o.over.Host, "host", false, "read the sysctls of this machine, for both hosts")
}

// adjust overrides the parameters of an observation. What is given is not left
// open any more.
func (o *conformOptions) adjust(seen *conform.Observation) error {
	p, notes, err := scenario.Adjust(seen.Params, o.over)
	if err != nil {
		return err
	}
	seen.Params = p
	seen.Notes = append(seen.Notes, notes...)
	const open = "tcp_orphan_retries"
	if o.over.Host || len(o.over.Sysctl) > 0 || slices.ContainsFunc(o.over.Set, func(s string) bool { return strings.Contains(s, open) }) {
		seen.Open = nil
	}
	return nil
}

// conformJSON is the result in its JSON form.
type conformJSON struct {
	Schema   string        `json:"schema"`
	Captures []captureJSON `json:"captures"`
	// Steps is null when no file holds measured steps.
	Steps *stepsJSON `json:"steps"`
}

type captureJSON struct {
	Name string `json:"name"`
	File string `json:"file"`
	// Connection counts those of a capture from 1; null for what is no capture.
	Connection *int   `json:"connection"`
	Verdict    string `json:"verdict"`
	Reason     string `json:"reason"` // why it is unknown
	Matched    int    `json:"matched"`
	Of         int    `json:"of"`
	States     int    `json:"states"`
	// FirstUnexplained is null when all is explained.
	FirstUnexplained *unexplainedJSON `json:"first_unexplained"`
	Allowed          []allowedJSON    `json:"allowed"`
	// Assumed is the choice of a parameter that the capture does not tell, other
	// than the default, that explains it; "" when the defaults do.
	Assumed string   `json:"assumed"`
	Notes   []string `json:"notes"`
}

type unexplainedJSON struct {
	What string  `json:"what"`
	At   float64 `json:"at"` // seconds, by the clock of the capture
}

type allowedJSON struct {
	Host string `json:"host"`
	What string `json:"what"`
	// At is an instant at which it could happen, in seconds by the clock of the
	// capture; null where none was worked out.
	At *float64 `json:"at"`
}

func (o *conformOptions) run(ctx context.Context, args []string) error {
	tolerance := max(1, time.Duration(o.tolerance).Microseconds()) // instants are whole microseconds
	in := conform.Input{}
	for _, arg := range args { // all of the input is looked at before the first search
		found, err := conform.Load(arg, conform.Options{Tolerance: tolerance, Connection: o.connection})
		if err != nil {
			return fmt.Errorf("conform: %w", err)
		}
		for _, note := range found.Notes {
			fmt.Fprintf(o.app.stderr, "finwait: %s\n", note)
		}
		in.Observed = append(in.Observed, found.Observed...)
		in.Steps = append(in.Steps, found.Steps...)
	}
	for _, source := range in.Observed {
		if err := o.adjust(source.Observation); err != nil {
			return err
		}
	}
	opt := checker.Options{MaxStates: int(o.states), MaxTime: time.Duration(o.time)}
	result, code, count := conformJSON{Schema: "finwait.conform/1", Captures: []captureJSON{}}, report.AsExpected, newSummary()
	alone := len(in.Observed) == 1 && len(in.Steps) == 0
	for _, source := range in.Observed {
		r, err := conform.Judge(ctx, source.Observation, opt)
		if err != nil {
			return &judge.InternalError{Case: source.File, Cause: err}
		}
		agree := 0
		switch {
		case r.Verdict == conform.Deviates:
			code = report.Different
		case r.Verdict == conform.Conforms:
			agree = 1
		case code == report.AsExpected:
			code = report.Unknown
		}
		count.add(source.Kind, 1, agree)
		result.Captures = append(result.Captures, captureOf(&source, &r))
		if o.format.value == "text" {
			if err := writeCapture(o.app.stdout, &source, &r, alone); err != nil {
				return err
			}
		}
	}
	for _, steps := range in.Steps {
		r, err := compareSteps(steps.Cells)
		if err != nil {
			return &judge.InternalError{Case: steps.File, Cause: err}
		}
		if len(r.Differ) > 0 {
			code = report.Different
		}
		count.add(conform.KindSteps, r.Cells, r.Agree)
		result.Steps = result.Steps.join(r)
		if o.format.value == "text" {
			if err := r.text(o.app.stdout); err != nil {
				return err
			}
		}
	}
	if err := o.conclude(result, count); err != nil {
		return err
	}
	if code != report.AsExpected {
		return codeError(code)
	}
	return nil
}

// conclude writes what comes behind all verdicts.
func (o *conformOptions) conclude(result conformJSON, count summary) error {
	w := o.app.stdout
	switch {
	case o.format.value == "json":
		return writeJSON(w, result)
	case o.format.value == "table":
		return count.write(w)
	case count.total() == 1:
		return nil
	}
	if _, err := fmt.Fprintln(w); err != nil {
		return err
	}
	return count.write(w)
}

func captureOf(source *conform.Source, r *conform.Result) captureJSON {
	seconds := func(us int64) float64 { return float64(us+source.Origin) / float64(spec.Second) }
	c := captureJSON{
		Name: r.Name, File: source.File, Verdict: r.Verdict, Reason: r.Reason, Matched: r.Matched, Of: r.Of, States: r.States,
		Allowed: []allowedJSON{}, Assumed: r.Assumed, Notes: append([]string{}, r.Notes...),
	}
	if source.Connection > 0 {
		c.Connection = &source.Connection
	}
	if r.Verdict == conform.Deviates {
		c.FirstUnexplained = &unexplainedJSON{r.Unexplained, seconds(r.UnexplainedAt)}
	}
	for _, step := range r.Allowed {
		a := allowedJSON{Host: step.Host, What: step.Text}
		if step.At >= 0 {
			at := seconds(step.At)
			a.At = &at
		}
		c.Allowed = append(c.Allowed, a)
	}
	return c
}

// writeCapture is the verdict in a line, and the chart of the explanation where
// it is the only one or ends early.
func writeCapture(w io.Writer, source *conform.Source, r *conform.Result, alone bool) error {
	line := ""
	if source.Connection > 0 && !alone {
		line = fmt.Sprintf("%s %d: ", filepath.Base(source.File), source.Connection)
	}
	line += fmt.Sprintf("%s: %s, %d of %d explained", r.Name, r.Verdict, r.Matched, r.Of)
	if r.Reason != "" {
		line += " (" + r.Reason + ")"
	}
	if r.Assumed != "" {
		line += "\n  assumed, for it is not told: " + r.Assumed
	}
	if r.Verdict == conform.Deviates {
		line += deviation(source.Observation, r)
	}
	for _, note := range r.Notes {
		line += "\n  note: " + note
	}
	if _, err := fmt.Fprintln(w, line); err != nil {
		return err
	}
	if r.Trace == nil || !alone && r.Verdict == conform.Conforms {
		return nil
	}
	return conformChart(source.Observation, r).WriteText(w)
}

// conformChart is the explanation by the clock of the capture. What happened before
// its beginning happened at its beginning.
func conformChart(o *conform.Observation, r *conform.Result) graphs.Chart {
	t := *r.Trace
	t.Steps = slices.Clone(t.Steps)
	for i := range t.Steps {
		t.Steps[i].At = max(0, t.Steps[i].At+o.Origin)
	}
	c := picture.Chart(r.Model, t)
	for i, wave := range r.Waves() {
		if wave != "" && i < len(c.Arrows) {
			c.Arrows[i].Label += ", " + wave
		}
	}
	c.Title = "How the model explains " + r.Name
	c.Verdict = "conforms: all that was seen is a run of the model"
	if r.Verdict != conform.Deviates {
		return c
	}
	c.Violated = true
	c.Title = "How far the model explains " + r.Name
	c.Verdict = "deviates: what comes next is not explained"
	if last := len(c.Rows) - 1; len(r.Allowed) > 0 && last > 0 {
		c.Title += ", and a step that was not seen"
		c.Rows[last].Event = strings.TrimSpace(c.Rows[last].Event + " (not seen)")
	}
	return c
}

// deviation says in words what is not explained, and what would have been.
func deviation(o *conform.Observation, r *conform.Result) string {
	at := func(t int64) string { return picture.Seconds(max(0, t+o.Origin)) + " s" }
	text := fmt.Sprintf("\n  not explained: %s, at %s", r.Unexplained, at(r.UnexplainedAt))
	if len(r.Allowed) == 0 {
		return text + "\n  there the model waits: no step of it comes next"
	}
	text += "\n  there the model allows:"
	for _, step := range r.Allowed {
		text += fmt.Sprintf("\n    %s: %s", step.Host, step.Text)
		if step.At >= 0 {
			text += ", such as at " + at(step.At)
		}
	}
	return text
}
