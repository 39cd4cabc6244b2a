// Package findings puts what was judged into the words of a report: for each run
// that decides a property what went wrong, when, because of which segment, and which
// parameter would have prevented it.
//
// Segments are blamed by what the run shows: those that were lost, those that took
// longer than they must, and those that arrived where nobody was left. That is no
// proof that the run would have ended well without them; of the event that is called
// decisive it was proved, see package why.
package findings

import (
	"context"
	"fmt"
	"strings"

	"github.com/dustin/go-humanize"

	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/cmd/finwait/document"
	"github.com/finwait/finwait/cmd/finwait/judge"
	"github.com/finwait/finwait/cmd/finwait/report"
	"github.com/finwait/finwait/cmd/finwait/scenario"
	"github.com/finwait/finwait/spec"
)

// Subject is a scenario in one profile that was judged.
type Subject struct {
	Judged   judge.Scenario
	Instance scenario.Instance
	Asked    judge.Case
	// Over are the overrides of the instance, and Ref and Words what names it on the
	// command line.
	Over  scenario.Overrides
	Ref   string
	Words []string

	try func(scenario.Instance) (string, error) // of tests, instead of a search
}

// Tell says what was found.
func (s *Subject) Tell(ctx context.Context) (document.Case, error) {
	j := &s.Judged
	id := anchor(j.Name + "." + j.Profile)
	c := document.Case{
		ID: id, Name: j.Name, Profile: j.Profile, About: s.Instance.Scenario.About, Stopped: j.Stopped,
		Scenario: string(s.Instance.YAML()), Assumptions: s.Asked.Assumptions,
		Figures: fmt.Sprintf("%s states, %s transitions, depth %d", humanize.Comma(int64(j.States)), humanize.Comma(int64(j.Transitions)), j.Depth),
	}
	for _, o := range j.Outcomes {
		v := document.Verdict{
			Property: o.Property, Claim: o.About.Claim, Verdict: report.Words(o), Detail: detail(o), Weight: weight(o),
			Bad: o.Verdict == checker.Violated.String() && o.Kind != checker.Reachable.String(),
		}
		switch {
		case o.Different():
			v.Mark = "no: " + *o.Expected + " was expected"
		case o.Unknown():
			v.Mark = "not decided"
		case o.Expected == nil:
			v.Mark, v.Good = "nothing is expected", true
		default:
			v.Mark, v.Good = "yes", true
		}
		if counted := j.Population != nil && bad(o); counted || o.Trace != nil && !o.Unknown() {
			v.Evidence = id + "." + anchor(o.Property)
			tell := s.evidence
			if counted {
				tell = s.counting
			}
			e, err := tell(ctx, o)
			if err != nil {
				return c, err
			}
			e.ID = v.Evidence
			c.Evidence = append(c.Evidence, e)
		}
		c.Verdicts = append(c.Verdicts, v)
	}
	if j.Population != nil {
		c.Figures = "in closed form, as one population of connections"
		for _, l := range report.PopulationLines(j.Population) {
			c.Numbers = append(c.Numbers, document.Field{Name: capital(l.Name), Value: l.Text})
		}
		return c, nil
	}
	m, err := judge.Model(s.Instance.Params)
	if err != nil {
		return c, err
	}
	c.Graph, c.Coverage, err = fold(ctx, m)
	c.Graph.Title = "What can happen in " + s.Asked.String()
	c.Coverage = append(c.Coverage, Coverage(j.Coverage)...)
	return c, err
}

// weight is how much there is to say about an outcome.
func weight(o judge.Outcome) document.Weight {
	switch {
	case o.Different(), o.Unknown(), o.Trace != nil, bad(o):
		return document.Telling
	case o.Excused, o.Vacuous:
		return document.Silent
	}
	return document.Plain
}

// bad tells whether a property is violated; a goal that is not reached is none.
func bad(o judge.Outcome) bool {
	return o.Verdict == checker.Violated.String() && o.Kind != checker.Reachable.String()
}

// detail is what a verdict is restricted by.
func detail(o judge.Outcome) string {
	if weight(o) == document.Silent {
		return o.Reason
	}
	var parts []string
	if o.Reason != "" {
		parts = append(parts, o.Reason)
	}
	if o.Scope == checker.AllDurations.String() {
		parts = append(parts, "for all durations")
	}
	return strings.Join(parts, "; ")
}

func (s *Subject) evidence(ctx context.Context, o judge.Outcome) (document.Evidence, error) {
	e := document.Evidence{
		Property: o.Property, Claim: o.About.Claim, About: o.About.About, Source: o.About.Source, Expect: o.About.HoldsWhen,
		Verdict: report.Words(o), Chart: report.Chart(s.Judged, o), Steps: steps(o.Model, *o.Trace),
		When: when(o), Because: because(o.Model.Params(), *o.Trace),
	}
	e.Violated, e.Expected = bad(o), !o.Different()
	e.Wrong = e.Chart.Explanation
	if why := o.Explanation; why != nil {
		e.Wrong, e.Decided, e.Failed = why.What, why.Decided, why.Conjunct.Says
		for _, v := range why.Conjunct.Values {
			e.Values = append(e.Values, document.Value(v))
		}
		if why.Decisive != nil {
			e.Decisive = why.Decisive.Step
		}
	}
	args := append([]string{"graph", "trace", s.Ref, "--property", o.Property, "--profile", s.Judged.Profile}, s.Words...)
	if o.Trace.Mode == checker.Any {
		args = append(args, "--time", "any")
	}
	e.Repeat = []document.Command{{What: "The run as a chart in text:", Line: report.Command(append(args, "--format", "text"))}}
	if o.Trace.Mode == checker.Exact {
		e.Repeat = append(e.Repeat, document.Command{What: "The run as packets for Wireshark:", Line: report.Command(append(args, "--format", "pcapng")) + " > run.pcapng"})
	}
	if !e.Violated {
		return e, nil
	}
	var err error
	e.Prevented, e.Moot, e.Tried, err = s.remedies(ctx, o)
	return e, err
}

// Coverage tells what of the rules was exercised.
func Coverage(c *judge.Coverage) (all []document.Coverage) {
	if c == nil {
		return nil
	}
	for _, k := range report.CoveredBy(c) {
		d := document.Coverage{What: capital(k.Kind), Value: fmt.Sprintf("%d of %d exercised", k.Exercised, k.Of), Never: strings.Join(k.Never, "; ")}
		if !c.Complete {
			d.Value += ", and perhaps more: not everything was looked at"
		}
		all = append(all, d)
	}
	return all
}

func capital(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

func list(names []string) string {
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(names, ", ")
}

// anchor is a name as a link can have it.
func anchor(name string) string {
	return strings.Map(func(r rune) rune {
		if r == '-' || r == '.' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
			return r
		}
		return '_'
	}, name)
}

var hosts = [2]spec.Host{spec.Client, spec.Server}
