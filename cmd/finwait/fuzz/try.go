package fuzz

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"pgregory.net/rapid"

	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/cmd/finwait/generate"
	"github.com/finwait/finwait/cmd/finwait/judge"
	"github.com/finwait/finwait/cmd/finwait/mutants"
	"github.com/finwait/finwait/cmd/finwait/scenario"
	"github.com/finwait/finwait/properties"
)

// flaw is something unexpected of one combination.
type flaw struct {
	subject string // a property, or an oracle
	oracle  bool
	text    string
}

// trial is one combination with what was found of it.
type trial struct {
	combination generate.Combination
	found       judge.Scenario
	flaws       []flaw
	unknown     int // verdicts that the budget did not reach
	// idle: its mutants do nothing wrong within the budget, and nothing was judged.
	idle bool
	draw draw
}

// tester tries combinations.
type tester struct {
	opt   Options
	space []generate.Dimension
	only  string // the property or oracle that shrinking is about; "": all
	// known has what was found of combinations, as shrinking draws many again and again.
	known map[string]trial
}

// try draws a combination and asks everything of it. An error is one of finwait itself.
func (f tester) try(ctx context.Context, t *rapid.T) (trial, error) {
	c := generate.Scenario(f.space).Draw(t, "scenario")
	i, err := c.Instance()
	if err != nil {
		t.Skip(err)
	}
	if r, ok := f.known[c.String()]; ok {
		return r, nil
	}
	r := trial{combination: c}
	err = f.all(ctx, t, i, &r)
	if internal := (*judge.InternalError)(nil); errors.As(err, &internal) {
		r.add(broken, true, err.Error()) // is a finding, too
		err = nil
	}
	if f.known != nil && err == nil {
		f.known[c.String()] = r
	}
	return r, err
}

// all asks everything, but where a mutant does nothing wrong.
func (f tester) all(ctx context.Context, t *rapid.T, i scenario.Instance, r *trial) error {
	if isMutated(r.combination) {
		shows, err := mutants.Shows(ctx, i.Params, f.search())
		if r.idle = !shows; err != nil || r.idle {
			return err
		}
	}
	err := f.judge(ctx, i, r)
	if err == nil && f.opt.SelfCheck {
		err = f.selfCheck(ctx, t, i, r)
	}
	return err
}

// broken is the subject of a fault of finwait that ended a search.
const broken = oraclePrefix + "no-internal-error"

// search has the budget of one search. Levels are bounded too: a search can go on for
// long with few classes, each of which takes the place of a smaller one.
func (f tester) search() checker.Options {
	return checker.Options{MaxStates: f.opt.MaxStates, AnyStates: f.opt.MaxStates, MaxDepth: max(1, f.opt.MaxStates/4), Workers: 1, Seed: 1}
}

// anySearch is the same without durations, where a state costs a fraction of a class.
func (f tester) anySearch() checker.Options {
	return checker.Options{Time: checker.Any, MaxStates: 3 * f.opt.MaxStates, Workers: 1, Seed: 1}
}

// question is what is asked of a scenario: each property with its own condition on the
// parameters.
func (f tester) question(i scenario.Instance) (judge.Case, error) {
	c, err := judge.Of(i, f.opt.Properties)
	c.Overridden = true
	if f.isProperty(f.only) {
		var one []properties.Property
		for _, p := range c.Properties {
			if p.Name == f.only {
				one = append(one, p)
			}
		}
		c.Properties = one
	}
	return c, err
}

func (f tester) isProperty(name string) bool {
	return name != "" && !strings.HasPrefix(name, oraclePrefix)
}

// judge compares the verdicts with the conditions of the catalogue.
func (f tester) judge(ctx context.Context, i scenario.Instance, r *trial) error {
	c, err := f.question(i)
	if err != nil {
		return err
	}
	if r.found, err = judge.Judge(ctx, c, f.search()); err != nil {
		return err
	}
	mutated := isMutated(r.combination)
	for _, o := range r.found.Outcomes {
		switch {
		case o.Unknown():
			r.unknown++
		case o.Different() && !mutated:
			r.add(o.Property, false, fmt.Sprintf("%s, and the catalogue expects %s", o.Verdict, *o.Expected))
		}
	}
	if mutated {
		return f.catch(ctx, r)
	}
	return nil
}

func (r *trial) add(subject string, oracle bool, text string) {
	r.flaws = append(r.flaws, flaw{subject, oracle, text})
}

// verdictOf is the verdict of a property, "" where it says nothing.
func verdictOf(s judge.Scenario, property string) string {
	for _, o := range s.Outcomes {
		if o.Property == property && !o.Excused {
			return o.Verdict
		}
	}
	return ""
}
