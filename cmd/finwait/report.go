package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/spf13/cobra"

	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/cmd/finwait/document"
	"github.com/finwait/finwait/cmd/finwait/findings"
	"github.com/finwait/finwait/cmd/finwait/judge"
	"github.com/finwait/finwait/cmd/finwait/progress"
	"github.com/finwait/finwait/cmd/finwait/report"
	"github.com/finwait/finwait/spec"
)

// coverStates is how many state classes are walked through for the coverage of a scenario:
// what a check decides without durations may have many more with them.
const coverStates = 200_000

type reportOptions struct {
	app       *app
	scenarios scenarioFlags
	patterns  []string
	bounds    bounds
	format    *choice
	progress  *choice
	out       string
	check     bool
	bounded   []string // the bounds that were given
}

func newReport(a *app) *cobra.Command {
	o := &reportOptions{app: a, scenarios: scenarioFlags{app: a}}
	cmd := &cobra.Command{
		Use:   "report [SCENARIO…] --out DIR",
		Short: "Judge scenarios and write a report",
		Long: `Judge scenarios as finwait check does and write DIR/report.html: one file that works without
a network. For each violation it tells what went wrong, when, because of which segment,
which single parameter would have prevented it, and how to repeat it, with a chart, a player
of the run, and the folded graph of all that can happen.

--format markdown writes DIR/report.md with its pictures beside it. The same input gives the
same bytes: with --check nothing is written, and what is not current is told (exit code 1).`,
		Example: `  finwait report first-wave-lost --out out
  finwait report my-scenarios/ --profile linux --format markdown --out docs
  finwait report my-scenarios/ --profile linux --format markdown --out docs --check`,
		ValidArgsFunction: completeScenarios,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.bounded = boundWords(cmd.Flags())
			return o.run(cmd.Context(), args)
		},
	}
	f := cmd.Flags()
	o.scenarios.register(f)
	f.StringSliceVar(&o.patterns, "property", nil, "judge these properties only: names or globs (repeatable)")
	_ = cmd.RegisterFlagCompletionFunc("property", completeProperties) // the flag exists
	o.bounds.register(f)
	o.format = choose(f, "format", "form of the report", "html", "markdown")
	o.progress = choose(f, "progress", "form of the progress on stderr", progress.Styles()...)
	f.StringVar(&o.out, "out", "", "write into this directory")
	f.BoolVar(&o.check, "check", false, "write nothing: tell whether what is there is current")
	return cmd
}

func (o *reportOptions) run(ctx context.Context, args []string) error {
	if o.out == "" {
		return errors.New("report: --out DIR is wanted, where the report is written")
	}
	all, err := o.scenarios.load(args)
	if err != nil {
		return err
	}
	cases := make([]judge.Case, len(all))
	for i, c := range all {
		if cases[i], err = judge.Of(c.instance, o.patterns); err != nil {
			return err
		}
		cases[i].Explain, cases[i].Coverage, cases[i].CoverStates = judge.ExplainAll, true, coverStates
	}
	if err := o.bounds.refused(); err != nil {
		return err
	}
	opt := o.bounds.options()
	opt.Reduction = checker.ReduceNone // a report wants the shortest runs
	r := report.Report{Asked: len(all)}
	d := document.Document{Version: version(), Command: o.command(args), Bounds: o.limits()}
	follow := progress.New(o.app.stderr, o.progress.value, len(all))
	err = judgeAll(ctx, cases, runtime.GOMAXPROCS(0), opt, follow, func(i int, s judge.Scenario) error {
		r.Scenarios = append(r.Scenarios, s)
		subject := findings.Subject{
			Judged: s, Instance: all[i].instance, Asked: cases[i], Over: o.scenarios.over, Ref: all[i].ref, Words: o.scenarios.words(),
		}
		c, err := subject.Tell(ctx)
		if err != nil {
			return &judge.InternalError{Case: cases[i].String(), Cause: err}
		}
		d.Cases = append(d.Cases, c)
		return nil
	})
	if err != nil {
		return err
	}
	r.Cover()
	for _, p := range spec.Profiles() {
		if c := r.Coverage[p.String()]; c != nil {
			d.Coverage = append(d.Coverage, document.ProfileCoverage{Profile: p.String(), Coverage: findings.Coverage(c)})
		}
	}
	d.Summary = r.Summary()
	files, err := o.files(d)
	if err != nil {
		return err
	}
	if o.check {
		return o.compare(files)
	}
	if err := o.write(files); err != nil {
		return err
	}
	if code := r.Code(); code != report.AsExpected {
		return codeError(code)
	}
	return nil
}

// command makes the report again.
func (o *reportOptions) command(args []string) string {
	words := append([]string{"report"}, args...)
	words = append(words, o.scenarios.words()...)
	for _, p := range o.scenarios.profiles {
		words = append(words, "--profile", p)
	}
	for _, p := range o.patterns {
		words = append(words, "--property", p)
	}
	if o.format.value != "html" {
		words = append(words, "--format", o.format.value)
	}
	return commandLine(append(append(words, o.bounded...), "--out", "DIR"))
}

// limits says what bounds the searches.
func (o *reportOptions) limits() string {
	if len(o.bounded) == 0 {
		return "the defaults of finwait check; where one was hit, that is said below"
	}
	return strings.Join(o.bounded, " ")
}

func (o *reportOptions) files(d document.Document) ([]document.File, error) {
	if o.format.value == "markdown" {
		return d.Markdown()
	}
	var b bytes.Buffer
	err := d.WriteHTML(&b)
	return []document.File{{Name: "report.html", Data: b.Bytes()}}, err
}

func (o *reportOptions) write(files []document.File) error {
	if err := os.MkdirAll(o.out, 0o755); err != nil {
		return fmt.Errorf("--out: %w", err)
	}
	for _, f := range files {
		if err := os.WriteFile(filepath.Join(o.out, f.Name), f.Data, 0o644); err != nil {
			return fmt.Errorf("--out: %w", err)
		}
	}
	_, err := fmt.Fprintf(o.app.stdout, "%s\n", filepath.Join(o.out, files[0].Name))
	return err
}

// compare tells which files are not what would be written.
func (o *reportOptions) compare(files []document.File) error {
	stale := 0
	for _, f := range files {
		name := filepath.Join(o.out, f.Name)
		old, err := os.ReadFile(name)
		switch {
		case errors.Is(err, os.ErrNotExist):
			stale++
			fmt.Fprintf(o.app.stderr, "finwait: %s is missing\n", name)
		case err != nil:
			return err
		case !bytes.Equal(old, f.Data):
			stale++
			fmt.Fprintf(o.app.stderr, "finwait: %s is not current\n", name)
		}
	}
	if stale > 0 {
		return codeError(report.Different)
	}
	_, err := fmt.Fprintf(o.app.stdout, "%d files are current\n", len(files))
	return err
}
