// Package judge runs the checker on scenarios and compares what it finds with
// what is expected. Its results are values, in the form of the JSON report.
package judge

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"runtime/debug"
	"time"

	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/cmd/finwait/why"
	"github.com/finwait/finwait/properties"
	counted "github.com/finwait/finwait/properties/population"
	"github.com/finwait/finwait/spec"
	"github.com/finwait/finwait/spec/population"
)

// Case is one scenario in one profile, ready to be judged.
type Case struct {
	Name, Profile string
	Params        spec.Params
	Properties    []properties.Property
	Expect        map[string]checker.Verdict // by property; absent: holds
	// Overridden: parameters are not those of the file any longer, and each
	// property's own condition on them replaces Expect.
	Overridden  bool
	Assumptions []string
	// AnyStates bounds the search without durations that auto begins with; 0: by opt alone.
	AnyStates int
	// Coverage asks for what of the rules was exercised, and for vacuity in exact time.
	Coverage bool
	// CoverStates bounds the state classes that are walked through for that; 0 leaves it
	// to the bounds of the search.
	CoverStates int
	// Stays asks for the stays in every state too, Explain for explanations.
	Stays   bool
	Explain Explaining
	// Population, where it is not nil, is judged by Counted in place of Params by
	// Properties.
	Population *population.Params
	Counted    []counted.Property
	// File is the scenario file, Line where it speaks of a property; nil: nowhere.
	File string
	Line func(property string) int
}

// Scenario is the result of a Case. The field names of its JSON form are a
// contract (design.md section 7).
type Scenario struct {
	Name        string    `json:"name"`
	Profile     string    `json:"profile"`
	States      int       `json:"states"`
	Transitions int       `json:"transitions"`
	Depth       int       `json:"depth"`
	Seconds     float64   `json:"seconds"`
	Complete    bool      `json:"complete"`
	Stopped     string    `json:"stopped"`
	Structure   []string  `json:"structure"`
	Runs        []Run     `json:"runs"`
	Outcomes    []Outcome `json:"outcomes"`
	Stays       []Stay    `json:"stays,omitempty"` // where they were asked for
	Coverage    *Coverage `json:"coverage,omitempty"`
	// Population is nil for one connection.
	Population *Population `json:"population,omitempty"`
	// Drift tells what is no longer as it was pinned, besides verdicts.
	Drift []string `json:"drift,omitempty"`
	File  string   `json:"-"`
}

// Run is one exploration.
type Run struct {
	Time        string `json:"time"`
	Purpose     string `json:"purpose"`
	Reduction   string `json:"reduction"`
	Symmetry    bool   `json:"symmetry"`
	Full        int    `json:"full"`    // states of which all events were fired, in a reduced run
	Reduced     int    `json:"reduced"` // states of which only some were
	States      int    `json:"states"`
	Classes     int    `json:"classes"`
	Transitions int    `json:"transitions"`
	Depth       int    `json:"depth"`
	Complete    bool   `json:"complete"`
	Spilled     int64  `json:"spilled"` // bytes written to disk
}

// Outcome is the answer for one property.
type Outcome struct {
	Property    string   `json:"property"`
	Kind        string   `json:"kind"`
	Verdict     string   `json:"verdict"`
	Reason      string   `json:"reason"`
	Scope       string   `json:"scope"`
	Assumptions []string `json:"assumptions"`
	// Expected is nil where nothing is expected.
	Expected *string `json:"expected"`
	// AsExpected is true when the verdict is the expected one or nothing is
	// expected, false when a definite verdict is another one, and nil when the
	// verdict is unknown.
	AsExpected *bool `json:"as_expected"`
	Vacuous    bool  `json:"vacuous"`
	// Exact is false for a verdict that rests on fingerprints, with a bound on the
	// probability that states were missed.
	Exact        bool              `json:"exact"`
	MissedAtMost float64           `json:"missed_at_most"`
	Steps        *int              `json:"steps"` // nil without a trace
	Files        map[string]string `json:"files"`
	// Explanation of a violation, where it was asked for.
	Explanation *why.Explanation `json:"explanation,omitempty"`
	// Known: the verdict is not the expected one, and the baseline has it already.
	Known bool `json:"known,omitempty"`

	// FailVacuous: a guard that never occurs is a difference.
	FailVacuous bool `json:"-"`
	// Excused: the property says nothing for these parameters, as Reason tells.
	Excused bool                         `json:"excused"`
	Model   *spec.Model                  `json:"-"` // of the trace
	About   properties.Property          `json:"-"`
	Checked checker.Property[spec.State] `json:"-"`
	Trace   *checker.Trace[spec.State]   `json:"-"`
	// Course is the trace in a scenario with a population.
	Course []CourseStep `json:"-"`
	Line   int          `json:"-"` // of the scenario file
	Repeat string       `json:"-"` // the command that shows it again
}

// Different reports whether a definite verdict is not the expected one, and that is news.
func (o Outcome) Different() bool {
	return (o.AsExpected != nil && !*o.AsExpected || o.GuardMissing()) && !o.Known
}

// GuardMissing reports whether a property holds as expected, but only because its guard
// never occurred, and that will not do.
func (o Outcome) GuardMissing() bool {
	return o.FailVacuous && o.Vacuous && !o.Excused && o.AsExpected != nil && *o.AsExpected
}

// Unknown reports whether nothing was decided.
func (o Outcome) Unknown() bool { return o.Verdict == checker.Unknown.String() }

// InternalError is a fault of finwait and not of its input.
type InternalError struct {
	Case  string
	Cause any
	Stack []byte // of a panic
}

func (e *InternalError) Error() string { return fmt.Sprintf("%s: %v", e.Case, e.Cause) }

// check is checker.Check; tests replace it.
type check func(context.Context, checker.System[spec.State], []checker.Property[spec.State], checker.Options) (checker.Result[spec.State], error)

// Judge checks the properties of a case. An error is an *InternalError, or says
// what is wrong with the parameters or with a checkpoint.
func Judge(ctx context.Context, c Case, opt checker.Options) (Scenario, error) {
	return c.judge(ctx, opt, checker.Check[spec.State])
}

// Model makes the model on which the catalogue is judged.
func Model(p spec.Params) (*spec.Model, error) {
	p.CountFins = properties.CountFins(p)
	return spec.New(p)
}

func (c Case) String() string { return c.Name + " (" + c.Profile + ")" }

func (c Case) judge(ctx context.Context, opt checker.Options, run check) (s Scenario, err error) {
	s = Scenario{Name: c.Name, Profile: c.Profile, Structure: append([]string{}, c.Params.Structure()...), Runs: []Run{}, Outcomes: []Outcome{}, File: c.File}
	defer func() {
		if cause := recover(); cause != nil {
			err = &InternalError{c.String(), cause, debug.Stack()}
		}
	}()
	if c.Population != nil {
		return c.judgePopulation(ctx, opt)
	}
	begin := time.Now()
	m, err := Model(c.Params)
	if err != nil {
		return s, fmt.Errorf("scenario %s, profile %s: %w", c.Name, c.Profile, err)
	}
	if m.Mutated() {
		// Which events can be exchanged is known of the rules, not of deviations.
		if opt.Reduction == checker.ReduceAmple || opt.Symmetry {
			return s, fmt.Errorf("scenario %s, profile %s: a host is a mutant, and neither reduction nor symmetry is sound for it; leave --reduction ample and --symmetry out", c.Name, c.Profile)
		}
		opt.Reduction = checker.ReduceNone
		if opt.Time == checker.Auto { // without durations nothing keeps a deviation finite
			opt.Time = checker.Exact
		}
	}
	if opt.Symmetry {
		if err := m.Symmetric(); err != nil {
			return s, fmt.Errorf("scenario %s, profile %s: no symmetry: %w", c.Name, c.Profile, err)
		}
	}
	var asked []int
	for i, p := range c.Properties {
		o := c.outcome(p, m)
		if !o.Excused {
			asked = append(asked, i)
		}
		s.Outcomes = append(s.Outcomes, o)
	}
	if c.AnyStates > 0 && (opt.AnyStates == 0 || c.AnyStates < opt.AnyStates) {
		opt.AnyStates = c.AnyStates
	}
	if opt.Time == checker.Auto && c.Params.Incarnations > 1 {
		opt.Time = checker.Exact // without durations any old segment may come: nothing would be decided
	}
	if len(asked) > 0 {
		if err := s.ask(ctx, c, m, asked, opt, run); err != nil {
			return s, err
		}
	}
	if c.Stays {
		if s.Stays, err = c.measure(ctx, m, opt); err != nil {
			return s, err
		}
	}
	if c.Coverage {
		if err := c.cover(ctx, m, &s, opt); err != nil {
			return s, err
		}
	}
	s.finish(begin)
	return s, s.explain(ctx, c.Explain, opt.Workers)
}

// finish fills in what follows from the rest.
func (s *Scenario) finish(begin time.Time) {
	s.Complete = s.Stopped == ""
	s.Seconds = math.Round(time.Since(begin).Seconds()*1000) / 1000
	for i := range s.Outcomes {
		s.Outcomes[i].compare()
	}
}

// ask checks some of the properties in one go.
func (s *Scenario) ask(ctx context.Context, c Case, m *spec.Model, which []int, opt checker.Options, run check) error {
	var asked []checker.Property[spec.State]
	params := m.Params()
	params.Forget = spec.AllGhosts
	for _, i := range which {
		asked = append(asked, s.Outcomes[i].Checked)
		params.Forget &^= s.Outcomes[i].About.Reads()
	}
	lean, err := spec.New(params)
	if err != nil {
		return &InternalError{Case: c.String(), Cause: err}
	}
	result, err := run(ctx, properties.System(lean), asked, opt)
	var unusable *checker.CheckpointError
	var refused *fs.PathError // by the operating system, as files that cannot be removed
	if errors.As(err, &unusable) || errors.As(err, &refused) {
		return err
	}
	if err == nil && len(result.Outcomes) != len(asked) {
		err = fmt.Errorf("%d answers for %d properties", len(result.Outcomes), len(asked))
	}
	if err != nil {
		return &InternalError{Case: c.String(), Cause: err}
	}
	for _, o := range result.Outcomes {
		if o.Trace != nil {
			if err := withGhosts(m, lean, o.Trace); err != nil {
				return &InternalError{Case: c.String(), Cause: err}
			}
		}
	}
	if m.Mutated() {
		// That a search without durations covers all runs is argued from the rules.
		for i := range result.Outcomes {
			if o := &result.Outcomes[i]; o.Scope == checker.AllDurations {
				o.Verdict, o.Scope, o.Reason = checker.Unknown, checker.TheseDurations, "a host is a mutant: use --time exact"
			}
		}
	}
	s.take(which, result)
	return nil
}

// outcome is what is known of a property before the search.
func (c Case) outcome(p properties.Property, m *spec.Model) Outcome {
	params := m.Params()
	o := Outcome{
		Property: p.Name, Kind: p.Kind.String(), Verdict: checker.Unknown.String(),
		Scope:       checker.TheseDurations.String(),
		Exact:       true,
		Assumptions: append(append([]string{}, c.Assumptions...), p.Assumptions...),
		Files:       map[string]string{}, About: p, Model: m, Line: 1,
	}
	if c.Line != nil {
		o.Line = c.Line(p.Name)
	}
	if want := c.expected(p, params); want != checker.Unknown {
		text := want.String()
		o.Expected = &text
	}
	if excuse := p.Excuse(params); excuse != "" {
		o.Excused = true
		if c.Overridden {
			o.Expected = nil // where it says nothing, its condition on the parameters says nothing either
		}
		o.Verdict, o.Reason, o.Vacuous = checker.Holds.String(), "excused: "+excuse, true
	} else {
		o.Checked = p.Make(params)
	}
	return o
}

// expected is Unknown where nothing is expected.
func (c Case) expected(p properties.Property, params spec.Params) checker.Verdict {
	if c.Overridden {
		switch p.Expect(params) {
		case properties.ExpectHolds:
			return checker.Holds
		case properties.ExpectViolated:
			return checker.Violated
		default:
			return checker.Unknown
		}
	}
	if want, ok := c.Expect[p.Name]; ok {
		return want
	}
	return checker.Holds
}

// take fills in what the checker found. The figures at the top are those of the
// last run; Stopped is the first reason why a run stopped, apart from an attempt
// to prove for any durations that exact made up for.
func (s *Scenario) take(which []int, result checker.Result[spec.State]) {
	s.takeRuns(result.Runs)
	for n, found := range result.Outcomes {
		o := &s.Outcomes[which[n]]
		o.Verdict, o.Reason = found.Verdict.String(), found.Reason
		o.Scope, o.Vacuous, o.Trace = found.Scope.String(), found.Vacuous, found.Trace
		o.Exact, o.MissedAtMost = found.Exact, found.MissedAtMost
		if o.Trace != nil {
			steps := len(o.Trace.Steps)
			o.Steps = &steps
		}
	}
}

func (s *Scenario) takeRuns(runs []checker.Run) {
	for _, r := range runs {
		s.Runs = append(s.Runs, Run{
			r.Time.String(), r.Purpose, r.Reduction, r.Symmetry, r.Full, r.Reduced, r.States, r.Classes, r.Transitions, r.Depth, r.Complete, r.Spilled,
		})
		s.States, s.Transitions, s.Depth = r.States, r.Transitions, r.Depth
		madeUp := r.Time == checker.Any && runs[len(runs)-1].Time == checker.Exact
		if s.Stopped == "" && !madeUp {
			s.Stopped = r.Stopped
		}
	}
}

// compare says whether the verdict is the expected one.
func (o *Outcome) compare() {
	if o.Unknown() {
		o.AsExpected = nil
		return
	}
	same := o.Expected == nil || *o.Expected == o.Verdict
	o.AsExpected = &same
}
