package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/cmd/finwait/judge"
	"github.com/finwait/finwait/cmd/finwait/progress"
	"github.com/finwait/finwait/cmd/finwait/report"
)

type checkOptions struct {
	app       *app
	scenarios scenarioFlags
	patterns  []string
	bounds    bounds
	format    *choice
	progress  *choice
	out       string
	workers   count
	reduction *choice
	symmetry  bool
	merge     bool
	stays     bool
	coverage  bool
	failOn    []string
	explain   bool
	// A checkpoint to write, and one to go on from.
	checkpoint, resume string
	spill              string
	pins               pins
}

func newCheck(a *app) *cobra.Command {
	o := &checkOptions{app: a, scenarios: scenarioFlags{app: a}}
	cmd := &cobra.Command{
		Use:   "check [SCENARIO…]",
		Short: "Judge scenarios",
		Long: `Judge scenarios: each property of the catalogue holds, is violated, or stays unknown.
SCENARIO is a built-in name, a file or a directory; without one all built-in scenarios
are judged, each in every profile that it names.

With --set, --sysctl or --host the parameters are not those of the file any longer:
what is expected then is each property's own condition on the parameters.

With --checkpoint a long run of one scenario in one profile keeps what it knows in a file,
every second or so and when it is stopped; it can be killed at any moment. --resume FILE,
with the same arguments and the same build, goes on from there and ends with the same
results; --stays and coverage begin anew. --workers, --max-time and --memory may be others,
and --max-states, --max-depth and --any-states larger where they have stopped nothing yet.`,
		Example: `  finwait check
  finwait check first-wave-lost fin-wait-2-after-shutdown --profile linux
  finwait check first-wave-lost --set client.sysctl.net.ipv4.tcp_orphan_retries=5
  finwait check --host --property 'fin-*' --out traces
  finwait check my-scenarios/ --format json
  finwait check lossy-network --profile linux --time any --checkpoint lossy.ckpt
  finwait check lossy-network --profile linux --time any --resume lossy.ckpt`,
		ValidArgsFunction: completeScenarios,
		RunE: func(cmd *cobra.Command, args []string) error {
			return o.run(cmd.Context(), args)
		},
	}
	f := cmd.Flags()
	o.scenarios.register(f)
	f.StringSliceVar(&o.patterns, "property", nil, "judge these properties only: names or globs (repeatable)")
	o.bounds.register(f)
	o.reduction = choose(f, "reduction", "leave out orders of events that make no difference, where durations are any: auto does so when all properties asked allow it",
		checker.ReduceAuto.String(), checker.ReduceNone.String(), checker.ReduceAmple.String())
	f.BoolVar(&o.symmetry, "symmetry", false, "keep one of two mirror images of a state, where durations are any and both hosts are configured alike")
	o.workers = count(runtime.GOMAXPROCS(0))
	f.Var(&o.workers, "workers", "work with this many processors, on as many scenarios at a time")
	o.format = choose(f, "format", "form of the results on stdout: github is text with annotations", "text", "json", "junit", "sarif", "github")
	o.pins.register(f)
	o.progress = choose(f, "progress", "form of the progress on stderr", progress.Styles()...)
	_ = cmd.RegisterFlagCompletionFunc("property", completeProperties) // the flag exists
	f.BoolVar(&o.merge, "merge", false, "merge state classes in exact time where that is exact: smaller, for always, step and goals")
	f.BoolVar(&o.stays, "stays", false, "measure the shortest and longest time in each state, and until both are CLOSED")
	f.BoolVar(&o.coverage, "coverage", false, "tell which rows of the transition tables, actions, kinds of segments and timers are exercised in exact time, and which never")
	f.StringSliceVar(&o.failOn, "fail-on", nil, "exit with 1 also where `WHAT` is found: vacuous, a property whose guard never occurs; uncovered, a part of the rules that nothing exercises")
	f.BoolVar(&o.explain, "explain", false, "explain expected violations too, as those that differ are: the failed part of the condition, the decisive event, the run")
	f.StringVar(&o.checkpoint, "checkpoint", "", "keep in FILE what is known, so that --resume can go on; it replaces one that is there")
	f.StringVar(&o.resume, "resume", "", "go on from the checkpoint in FILE, and keep it up to date unless --checkpoint names another")
	f.StringVar(&o.spill, "spill", "", "without durations, keep states below `DIR` while a search runs: it can then be larger than memory (--memory, or 512 MiB)")
	f.StringVar(&o.out, "out", "", "write DIR/SCENARIO.PROFILE.PROPERTY.{dot,txt,trace.json} for each violation and each witness")
	return cmd
}

func (o *checkOptions) run(ctx context.Context, args []string) error {
	begin := time.Now()
	opt, err := o.options()
	if err != nil {
		return err
	}
	failOn, err := o.failures()
	if err != nil {
		return err
	}
	all, err := o.scenarios.load(args)
	if err != nil {
		return err
	}
	cases := make([]judge.Case, len(all))
	for i, c := range all { // all of the input is looked at before the first search
		if cases[i], err = judge.Of(c.instance, o.patterns); err != nil {
			return err
		}
		cases[i].Stays, cases[i].Coverage, cases[i].Explain = o.stays, o.coverage || failOn != report.FailOn{}, judge.ExplainDifferent
		if o.explain || o.out != "" {
			cases[i].Explain = judge.ExplainAll
		}
	}
	if err := o.pins.read(cases); err != nil {
		return err
	}
	if opt.Checkpoint, err = o.keep(all); err != nil {
		return err
	}
	if o.out != "" {
		if err := os.MkdirAll(o.out, 0o755); err != nil {
			return fmt.Errorf("--out: %w", err)
		}
	}
	r := report.Report{Schema: report.Schema, Version: version(), Asked: len(all), FailOn: failOn}
	follow := progress.New(o.app.stderr, o.progress.value, len(all))
	err = judgeAll(ctx, cases, int(o.workers), opt, follow, func(i int, s judge.Scenario) error {
		if o.out != "" {
			if err := report.Save(o.out, s, all[i].yaml()); err != nil {
				return err
			}
		}
		for n := range s.Outcomes {
			s.Outcomes[n].Repeat = o.repeat(all[i], s.Outcomes[n])
			s.Outcomes[n].FailVacuous = failOn.Vacuous
		}
		o.pins.compare(&s)
		r.Scenarios = append(r.Scenarios, s)
		if o.format.value != "text" && o.format.value != "github" {
			return nil
		}
		return report.WriteScenario(o.app.stdout, s)
	})
	if err != nil {
		return err
	}
	r.Cover()
	r.Elapsed, r.Interrupted, r.Baseline = time.Since(begin), ctx.Err() != nil, o.pins.baselineFile != ""
	if err := r.Writers()[o.format.value](o.app.stdout); err != nil {
		return err
	}
	if err := o.pins.finish(r, o.app.stderr); err != nil {
		return err
	}
	if code := r.Code(); code != report.AsExpected {
		return codeError(code)
	}
	return nil
}

var reductions = map[string]checker.Reduction{
	checker.ReduceAuto.String(): checker.ReduceAuto, checker.ReduceNone.String(): checker.ReduceNone, checker.ReduceAmple.String(): checker.ReduceAmple,
}

func (o *checkOptions) options() (checker.Options, error) {
	opt := o.bounds.options()
	opt.Reduction, opt.Symmetry, opt.Merge = reductions[o.reduction.value], o.symmetry, o.merge
	if opt.Time == checker.Exact && opt.Symmetry {
		return opt, errors.New("--symmetry is for searches without durations (the constraints between events would have to be exchanged too); use --time any, or auto, which begins with one")
	}
	if opt.Time == checker.Exact && opt.Reduction == checker.ReduceAmple {
		return opt, errors.New("--reduction ample is for searches without durations; use --time any, or auto, which begins with one")
	}
	if err := o.bounds.refused(); err != nil {
		return opt, err
	}
	if o.spill != "" {
		opt.Spill = o.spill
		return opt, spillable(opt)
	}
	return opt, nil
}

// failures reads --fail-on.
func (o *checkOptions) failures() (f report.FailOn, err error) {
	for _, what := range o.failOn {
		switch what {
		case "vacuous":
			f.Vacuous = true
		case "uncovered":
			f.Uncovered = true
		default:
			return f, fmt.Errorf("--fail-on: %w", unknownName("finding", what, []string{"vacuous", "uncovered"}))
		}
	}
	return f, nil
}

// keep says what the checkpoint is of, if there is to be one.
func (o *checkOptions) keep(all []chosen) (checker.Checkpoint, error) {
	to := checker.Checkpoint{File: o.checkpoint, Resume: o.resume}
	switch {
	case to.File == "" && to.Resume == "":
		return to, nil
	case o.spill != "":
		return to, errors.New("a search with --spill keeps no checkpoint; choose one")
	case len(all) != 1:
		return to, fmt.Errorf("a checkpoint is of one scenario in one profile, and these are %d; name one, with --profile", len(all))
	case to.File == "":
		to.File = to.Resume
	}
	if all[0].instance.Population != nil {
		return to, fmt.Errorf("%s counts connections, which takes no checkpoint", all[0])
	}
	to.Name, to.Key = all[0].String(), all[0].yaml()
	to.Failed = func(err error) { fmt.Fprintf(o.app.stderr, "finwait: note: %v\n", err) }
	return to, nil
}

// spillable tells what is wrong with a search that is to spill.
func spillable(opt checker.Options) error {
	switch {
	case opt.Time == checker.Exact:
		return errors.New("--spill is for searches without durations; use --time any, or auto, which begins with one")
	case opt.Fingerprints:
		return errors.New("--spill keeps whole states on disk, and --fingerprints a few bytes of each in memory; choose one")
	case opt.Reduction == checker.ReduceAmple:
		return errors.New("--spill cannot go with --reduction ample, which has to look up single states; leave one out")
	}
	dir, err := os.MkdirTemp(opt.Spill, "finwait-spill-")
	if err != nil {
		return fmt.Errorf("--spill: a directory is wanted in which files can be made: %w", err)
	}
	return os.Remove(dir)
}

// repeat is the command that shows an outcome again.
func (o *checkOptions) repeat(c chosen, out judge.Outcome) string {
	if name, ok := out.Files["trace.json"]; ok {
		return commandLine([]string{"replay", name})
	}
	if c.instance.Population != nil {
		return commandLine(append([]string{"check", c.ref, "--property", out.Property, "--profile", c.profile()}, o.scenarios.words()...))
	}
	args := []string{"graph", "trace", c.ref, "--property", out.Property, "--profile", c.profile()}
	args = append(args, o.scenarios.words()...)
	if out.Trace != nil && out.Trace.Mode == checker.Any {
		args = append(args, "--time", checker.Any.String())
	}
	return strings.TrimSpace(commandLine(args))
}
