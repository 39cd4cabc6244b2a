package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/finwait/finwait/cmd/finwait/fuzz"
	"github.com/finwait/finwait/cmd/finwait/generate"
	"github.com/finwait/finwait/cmd/finwait/progress"
	"github.com/finwait/finwait/cmd/finwait/report"
	"github.com/finwait/finwait/cmd/finwait/scenario"
	"github.com/finwait/finwait/cmd/finwait/vary"
	"github.com/finwait/finwait/properties"
	"github.com/finwait/finwait/spec"
)

type fuzzOptions struct {
	app              *app
	runs, states     count
	duration         span
	seed             uint64
	patterns         []string
	vary, fix        []string
	corpus, share    string
	selfCheck        bool
	workers          count
	format, progress *choice
}

func newFuzz(a *app) *cobra.Command {
	o := &fuzzOptions{app: a, runs: 500, states: fuzz.DefaultStates, workers: count(runtime.GOMAXPROCS(0))}
	var oracles []string
	for name, claim := range fuzz.Oracles() {
		oracles = append(oracles, fmt.Sprintf("  %-22s %s", name, claim))
	}
	slices.Sort(oracles)
	cmd := &cobra.Command{
		Use:   "fuzz",
		Short: "Look for surprises in random scenarios",
		Long: `Judge random scenarios: sysctls and socket options of both hosts, applications, network,
profile. A verdict that contradicts the property's own condition on the parameters is a
finding. It is made as small as it can be, and written into the folder of --corpus as a
scenario file with its counterexample; what is in that folder is tried first. Every search
has a budget, and what it does not reach is unknown.

With --set server.mutant=NAME, or --vary server.mutant, which draws from all of them
(finwait list mutants), a host deviates from the rules, and a finding is what it violates
and what holds without it. There is one finding for each mutant; when the only one is
caught the search is over.

--vary KEY varies these keys only (names or globs, or KEY=VALUES as finwait sweep takes
them); applications then close as usual. --fix KEY=VALUE, also called --set, gives a key
one value.

With --self-check finwait is asked each question in several ways, too:
` + strings.Join(oracles, "\n"),
		Example: `  finwait fuzz --runs 500 --self-check
  finwait fuzz --duration 1h --seed 7 --corpus findings
  finwait fuzz --vary 'client.sysctl.*' --vary network.loss=0..3 --property 'fin-*'
  finwait fuzz --set server.mutant=last-ack-any-ack
  finwait fuzz --runs 0 --corpus findings      # the corpus only
  finwait fuzz --shard 3/16 --format json > 3.json
  finwait merge *.json`,
		Args: operands(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if !cmd.Flags().Changed("runs") && o.duration > 0 {
				o.runs = 0 // as many as there is time for
			}
			return o.run(cmd.Context())
		},
	}
	f := cmd.Flags()
	f.Var(&o.runs, "runs", "try this many scenarios (0: as many as --duration allows)")
	f.Var(&o.duration, "duration", "try for this long")
	f.Uint64Var(&o.seed, "seed", 1, "another seed tries other scenarios")
	f.StringSliceVar(&o.patterns, "property", nil, "judge these properties only: names or globs (repeatable)")
	f.StringArrayVar(&o.vary, "vary", nil, "vary these keys only: `KEY`, a glob, or KEY=VALUES (repeatable)")
	f.StringArrayVar(&o.fix, "fix", nil, "give a key one value, `KEY=VALUE` (repeatable)")
	f.StringArrayVar(&o.fix, "set", nil, "the same as --fix")
	f.StringVar(&o.corpus, "corpus", "finwait-fuzz", "folder of earlier findings, tried first, to which new ones are added")
	f.BoolVar(&o.selfCheck, "self-check", false, "ask each question in several ways, too")
	f.Var(&o.states, "max-states", "budget of each search, in states or state classes")
	f.Var(&o.workers, "workers", "try this many scenarios at a time")
	f.StringVar(&o.share, "shard", "", "make the `INDEX/COUNT`th share of the runs only, such as 3/16; by itself it is taken from the environment of the CI system")
	o.format = choose(f, "format", "form of the results on stdout", "text", "json")
	o.progress = choose(f, "progress", "form of the progress on stderr", progress.Styles()...)
	_ = cmd.RegisterFlagCompletionFunc("property", completeProperties) // the flag exists
	return cmd
}

func (o *fuzzOptions) run(ctx context.Context) error {
	begin := time.Now()
	opt, err := o.options()
	if err != nil {
		return err
	}
	follow := progress.New(o.app.stderr, o.progress.value, 1)
	opt.Progress = func(r fuzz.Result) { follow.Say(o.line(r), o.progressJSON(r)) }
	var written []fuzzFinding
	opt.Found = func(f fuzz.Finding) error {
		follow.Clear()
		w, err := o.write(f)
		if err != nil {
			return err
		}
		written = append(written, w)
		if o.format.value == "text" {
			return w.print(o.app.stdout)
		}
		return nil
	}
	r, err := fuzz.Run(ctx, opt)
	follow.Clear()
	if err != nil {
		return err
	}
	if o.format.value == "json" {
		var all fuzzReport
		if all, err = o.json(opt, r, written); err == nil {
			err = writeJSON(o.app.stdout, all)
		}
	} else {
		_, err = fmt.Fprintf(o.app.stdout, "%s in %s\n", o.line(r), time.Since(begin).Round(10*time.Millisecond))
	}
	switch {
	case err != nil:
		return err
	case len(r.Findings) > 0:
		return codeError(report.Different)
	case r.Stopped == "interrupted":
		return codeError(report.Unknown)
	}
	return nil
}

func (o *fuzzOptions) options() (fuzz.Options, error) {
	opt := fuzz.Options{
		Runs: int(o.runs), Duration: time.Duration(o.duration), Seed: o.seed, Properties: o.patterns,
		SelfCheck: o.selfCheck, MaxStates: int(o.states), Workers: int(o.workers),
	}
	var err error
	if opt.Space, opt.Focuses, err = o.space(); err != nil {
		return opt, err
	}
	if _, err := properties.Select(o.patterns); err != nil {
		return opt, fmt.Errorf("--property: %w", err)
	}
	if opt.Shard, err = o.app.share(o.share); err != nil {
		return opt, err
	}
	if opt.Corpus, err = o.earlier(); err == nil && o.runs == 0 && o.duration == 0 && len(opt.Corpus) == 0 {
		err = errors.New("nothing to try: --runs or --duration is wanted, or a corpus")
	}
	return opt, err
}

// space is what --vary and --fix leave, and what the runs turn to: where --vary says what
// is varied, it says so of all of them.
func (o *fuzzOptions) space() ([]generate.Dimension, []generate.Focus, error) {
	all, focuses := generate.Space(), generate.Focuses()
	var patterns []string
	for _, arg := range o.vary {
		if isMutantKey(arg) {
			arg += "=" + strings.Join(mutantNames(), ",")
		}
		if !strings.Contains(arg, "=") {
			patterns = append(patterns, arg)
			continue
		}
		axis, err := vary.Parse(arg)
		if err != nil {
			return nil, nil, fmt.Errorf("--vary: %w", err)
		}
		all = generate.Among(all, axis.Key, axis.Values)
		patterns = append(patterns, axis.Key)
	}
	if !slices.ContainsFunc(patterns, func(p string) bool { return !isMutantKey(p) }) {
		patterns = nil // mutants are no parameters: with these alone all else varies
	}
	if len(patterns) > 0 {
		focuses = nil
		var err error
		if all, err = generate.Only(all, patterns); err != nil {
			return nil, nil, fmt.Errorf("--vary: %w", err)
		}
	}
	for _, arg := range o.fix {
		key, value, ok := strings.Cut(arg, "=")
		if !ok {
			return nil, nil, fmt.Errorf("--fix %s: KEY=VALUE is wanted, such as client.rto=300ms", arg)
		}
		all = generate.Fix(all, strings.TrimSpace(key), value)
	}
	return all, focuses, generate.Validate(all)
}

func isMutantKey(key string) bool { return strings.HasSuffix(key, generate.Mutant) }

func mutantNames() (names []string) {
	for _, m := range spec.Mutants() {
		names = append(names, m.Name)
	}
	return names
}

// earlier are the findings in the corpus.
func (o *fuzzOptions) earlier() ([]*scenario.Scenario, error) {
	names, err := filepath.Glob(filepath.Join(o.corpus, "*.yaml"))
	if err != nil {
		return nil, fmt.Errorf("--corpus: %w", err)
	}
	var all []*scenario.Scenario
	for _, name := range names {
		some, err := scenario.Load(name)
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	return all, nil
}

// fuzzFinding is a finding as it is written and told.
type fuzzFinding struct {
	Subject  string            `json:"subject"`
	Oracle   bool              `json:"self_check"`
	Text     string            `json:"text"`
	Run      int               `json:"run"` // -1: of the corpus
	Profile  string            `json:"profile"`
	Keys     map[string]string `json:"keys"`
	Steps    *int              `json:"steps"`
	Scenario string            `json:"scenario"` // the file
	Files    map[string]string `json:"files"`
	Repeat   string            `json:"repeat"`

	chart string
}

// write adds a finding to the corpus.
func (o *fuzzOptions) write(f fuzz.Finding) (fuzzFinding, error) {
	w := fuzzFinding{
		Subject: f.Subject, Oracle: f.Oracle, Text: f.Text, Run: f.Run, Profile: f.Combination.Profile.String(),
		Keys: map[string]string{}, Files: map[string]string{},
	}
	for _, s := range f.Combination.Settings {
		w.Keys[s.Key] = s.Value
	}
	if f.Known != nil {
		w.Scenario = f.Known.File
	} else {
		w.Scenario = path.Join(filepath.ToSlash(o.corpus), f.Name()+".yaml")
	}
	w.Repeat = commandLine([]string{"check", w.Scenario})
	if f.Oracle {
		w.Repeat = o.again(f)
	}
	s := f.Known
	if s == nil {
		text := f.File(w.Repeat).Write()
		if err := os.MkdirAll(o.corpus, 0o755); err != nil {
			return w, err
		}
		if err := os.WriteFile(w.Scenario, text, 0o644); err != nil {
			return w, err
		}
		var err error
		if s, err = scenario.Parse(w.Scenario, text); err != nil {
			return w, err
		}
	}
	i, err := s.Instantiate(f.Combination.Profile, scenario.Overrides{})
	if err != nil {
		return w, err
	}
	found := f.Found
	found.Name = s.Name
	found.Outcomes = nil
	for _, out := range f.Found.Outcomes {
		if out.Property == f.Subject {
			found.Outcomes = append(found.Outcomes, out)
		}
	}
	if err := report.Save(o.corpus, found, string(i.YAML())); err != nil {
		return w, err
	}
	for _, out := range found.Outcomes {
		w.Steps, w.Files = out.Steps, out.Files
		w.chart = report.Tell(found, out)
	}
	return w, nil
}

// again is the command that makes a run once more.
func (o *fuzzOptions) again(f fuzz.Finding) string {
	args := []string{"fuzz", "--seed", fmt.Sprint(o.seed), "--runs", fmt.Sprint(f.Run + 1), "--max-states", o.states.String()}
	if o.selfCheck {
		args = append(args, "--self-check")
	}
	for flag, values := range map[string][]string{"--property": o.patterns, "--vary": o.vary, "--fix": o.fix} {
		for _, v := range values {
			args = append(args, flag, v)
		}
	}
	return commandLine(args)
}
