// Package fuzz judges random scenarios and looks for what nobody expects: a verdict that
// contradicts the catalogue's own condition on the parameters, a property that a mutant
// breaks, or an answer of the engine that contradicts another one (see selfcheck.go).
// What it finds is shrunk by pgregory.net/rapid to the fewest keys.
//
//	r, err := fuzz.Run(ctx, fuzz.Options{Runs: 500, Seed: 1, SelfCheck: true})
//	for _, f := range r.Findings {
//		os.Stdout.Write(f.File("finding").Write()) // a scenario file
//	}
//
// Runs are numbered, and each has a seed of its own: a run finds the same wherever and
// with whatever others it is made. Budgets are counted in states, so that the speed of
// the machine plays no part but in how small a finding becomes and in Duration.
package fuzz

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"pgregory.net/rapid"

	"github.com/finwait/finwait/cmd/finwait/generate"
	"github.com/finwait/finwait/cmd/finwait/judge"
	"github.com/finwait/finwait/cmd/finwait/scenario"
	"github.com/finwait/finwait/cmd/finwait/shard"
	"github.com/finwait/finwait/spec"
)

// Options say what to try. The zero value tries nothing.
type Options struct {
	// Runs is how many scenarios are tried, Duration for how long; of both, what ends
	// first. 0 is no bound; with neither nothing is tried.
	Runs     int
	Duration time.Duration
	Seed     uint64
	// Space is what is drawn from; nil is generate.Space().
	Space []generate.Dimension
	// Focuses are what the runs turn to, one after the other, besides the space as it is.
	Focuses []generate.Focus
	// Properties are names and globs; none asks all.
	Properties []string
	SelfCheck  bool
	// MaxStates is the budget of each search; 0 is DefaultStates.
	MaxStates int
	Workers   int // at a time; 0 is one
	Shard     shard.Shard
	// Corpus are scenarios that are tried first.
	Corpus []*scenario.Scenario
	// Progress, when not nil, is called after each batch of runs.
	Progress func(Result)
	// Found, when not nil, is called for each finding as soon as it is small.
	Found func(Finding) error
}

// DefaultStates is the budget of a search: what a teardown with a loss or two needs.
const DefaultStates = 2000

// Result is what was tried and found.
type Result struct {
	Runs     int // combinations that were judged
	Refused  int // draws that made no scenario
	Idle     int // draws in which the mutants do nothing wrong
	Verdicts int // of properties
	Unknown  int // of them, for want of budget
	Coverage Coverage
	// Tried names the choices of each run, for Covered.
	Tried    map[int]string
	Findings []Finding
	// Stopped is "" when all runs were made; else "interrupted", "duration", or
	// "caught" when the one mutant that there is was found.
	Stopped string
}

// Finding is something unexpected.
type Finding struct {
	// Subject is a property, or an oracle of the self-check.
	Subject string
	Oracle  bool
	Text    string // what is unexpected
	Run     int    // from 0; -1: of the corpus
	Seed    uint64
	// Scenario is the smallest combination, Found its verdicts.
	Combination generate.Combination
	Found       judge.Scenario
	// Draft is set for a finding of the corpus: the file it is in.
	Known *scenario.Scenario
}

// batch is how many runs are made before findings are shrunk; fewer where a mutant is to
// be found, most of which show soon.
const (
	batch       = 64
	mutantBatch = 8
)

// Run tries. An error is one of finwait itself, or of Found.
func Run(ctx context.Context, opt Options) (Result, error) {
	if opt.Space == nil {
		opt.Space = generate.Space()
	}
	if opt.MaxStates == 0 {
		opt.MaxStates = DefaultStates
	}
	e, err := start()
	if err != nil {
		return Result{}, err
	}
	defer e.stop()
	f := &fuzzer{Options: opt, engine: e, tried: newTried(opt.Space), known: map[string]bool{}, large: map[string]Finding{}}
	err = f.run(ctx)
	for _, about := range slices.Sorted(maps.Keys(f.large)) {
		if err == nil {
			err = f.add(f.large[about])
		}
	}
	f.Result.Coverage, f.Tried = f.tried.coverage(), f.tried.runs
	return f.Result, err
}

type fuzzer struct {
	Options
	Result
	engine *engine
	tried  *tried
	known  map[string]bool    // subjects and mutants with a finding
	large  map[string]Finding // of mutants, too large to be told yet
}

func (f *fuzzer) run(ctx context.Context) error {
	if err := f.corpus(ctx); err != nil {
		return err
	}
	deadline := time.Now().Add(f.Options.Duration)
	mutant, most := fixedMutants(f.Space), batch
	if mutant != "" {
		most = mutantBatch
	}
	for next := 0; f.Options.Runs > 0 || f.Options.Duration > 0; {
		var runs []int
		for ; len(runs) < most && (f.Options.Runs == 0 || next < f.Options.Runs); next++ {
			if f.Shard.Has(next) {
				runs = append(runs, next)
			}
		}
		switch {
		case len(runs) == 0:
			return nil
		case ctx.Err() != nil:
			f.Stopped = "interrupted"
			return nil
		case mutant != "" && f.known[mutant]:
			f.Stopped = "caught"
			return nil
		case f.Options.Duration > 0 && time.Now().After(deadline):
			f.Stopped = "duration"
			return nil
		}
		if err := f.batch(ctx, runs); err != nil {
			return err
		}
		if f.Progress != nil {
			f.Result.Coverage = f.tried.coverage()
			f.Progress(f.Result)
		}
	}
	return nil
}

// batch makes some runs, several at a time, and then shrinks what is new, in the order
// of the runs.
func (f *fuzzer) batch(ctx context.Context, runs []int) error {
	trials, errs := make([]trials, len(runs)), make([]error, len(runs))
	f.each(len(runs), func(n int) { trials[n], errs[n] = f.once(ctx, runs[n]) })
	for n, r := range trials {
		if ctx.Err() != nil {
			return nil // searches that were interrupted say nothing
		}
		if errs[n] != nil {
			return fmt.Errorf("run %d of seed %d: %w", runs[n], f.Seed, errs[n])
		}
		f.Refused += r.refused
		f.Idle += r.passed
		if r.combination.Choices == nil {
			continue // no draw made a scenario, or one in which something is wrong
		}
		f.Result.Runs++
		f.Verdicts += len(r.found.Outcomes)
		f.Unknown += r.unknown
		f.tried.add(runs[n], r.combination.Choices)
		for _, flaw := range r.flaws {
			about := flaw.about(r.combination)
			if f.known[about] {
				continue
			}
			f.known[about] = true
			if err := f.shrink(ctx, runs[n], flaw, r.trial); err != nil {
				return err
			}
		}
	}
	return nil
}

// each calls do for 0 to n-1, some at a time.
func (f *fuzzer) each(n int, do func(int)) {
	var all sync.WaitGroup
	tasks := make(chan int)
	for range max(f.Workers, 1) {
		all.Go(func() {
			for i := range tasks {
				do(i)
			}
		})
	}
	for i := range n {
		tasks <- i
	}
	close(tasks)
	all.Wait()
}

// draw is where a combination comes from: a seed, and a space of a focus.
type draw struct {
	seed  uint64
	space []generate.Dimension
}

// draw is one of a run. Runs and draws turn to all focuses; either host plays the one.
func (f *fuzzer) draw(run, attempt int) draw {
	d := draw{seedOf(f.Seed, run), f.Options.Space}
	if attempt > 0 {
		d.seed = seedOf(d.seed, attempt)
	}
	if n := (run + attempt) % (len(f.Focuses) + 1); n > 0 {
		d.space = f.Focuses[n-1].Of(d.space, spec.Host(d.seed&1))
	}
	return d
}

// attempts is how often a run draws where mutants do nothing wrong in what was drawn:
// that is told much sooner than verdicts, and most rules are about something rare.
const attempts = 20

// trials are the draws of one run, of which one was judged at most.
type trials struct {
	trial
	refused, passed int
}

// once makes one run without shrinking.
func (f *fuzzer) once(ctx context.Context, run int) (all trials, err error) {
	for n := 0; n < attempts && ctx.Err() == nil; n++ {
		d := f.draw(run, n)
		t := tester{opt: f.Options, space: d.space}
		drawn, r := 0, trial{}
		e := f.engine.check(d.seed, func(rt *rapid.T) {
			drawn++
			r, err = t.try(ctx, rt)
		})
		if err == nil {
			err = e
		}
		switch {
		case err != nil:
			return all, err
		case r.combination.Choices == nil:
			all.refused += drawn
			continue
		}
		all.refused += drawn - 1
		if !r.idle {
			r.draw = d
			all.trial = r
			return all, nil
		}
		all.passed++
	}
	return all, nil
}

// shrink makes a run again, for one flaw only, and hands out the smallest that has it. A
// mutant is caught by whatever catches it: what is left may be told by another property.
func (f *fuzzer) shrink(ctx context.Context, run int, what flaw, first trial) error {
	t := tester{opt: f.Options, space: first.draw.space, only: what.subject}
	about := what.about(first.combination)
	if about != what.subject {
		t.only, t.opt.SelfCheck = "", false
	}
	if what.subject != byDurations {
		t.known = map[string]trial{}
	}
	finding := Finding{Subject: what.subject, Oracle: what.oracle, Text: what.text, Run: run, Seed: f.Seed, Combination: first.combination, Found: first.found}
	var trouble error
	err := f.engine.check(first.draw.seed, func(rt *rapid.T) {
		r, err := t.try(ctx, rt)
		if err != nil {
			trouble = err
			return
		}
		for _, w := range r.flaws {
			if w.about(r.combination) == about && ctx.Err() == nil {
				finding.Subject, finding.Text, finding.Combination, finding.Found = w.subject, w.text, r.combination, r.found
				rt.Fatal(w.subject)
			}
		}
	})
	if trouble != nil {
		err = trouble
	}
	if err != nil {
		return fmt.Errorf("run %d of seed %d, %s: %w", run, f.Seed, what.subject, err)
	}
	if about != what.subject && len(finding.Combination.Settings) > small {
		delete(f.known, about) // another run may show the mutant in fewer keys
		if other, met := f.large[about]; !met || len(finding.Combination.Settings) < len(other.Combination.Settings) {
			f.large[about] = finding
		}
		return nil
	}
	delete(f.large, about)
	return f.add(finding)
}

// small is how many keys the scenario of a mutant has at most, the mutant's among them;
// what has more is told when nothing smaller was found in all runs.
const small = 6

func (f *fuzzer) add(finding Finding) error {
	f.Findings = append(f.Findings, finding)
	if f.Found == nil {
		return nil
	}
	return f.Found(finding)
}

// seedOf spreads the runs of a seed (splitmix64, Steele, Lea and Flood 2014).
func seedOf(seed uint64, run int) uint64 {
	x := seed + uint64(run+1)*0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
