package sweep

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/cmd/finwait/judge"
	"github.com/finwait/finwait/cmd/finwait/scenario"
	"github.com/finwait/finwait/properties"
	"github.com/finwait/finwait/spec"
)

func profileNamed(name string) (spec.Profile, error) {
	var known []string
	for _, p := range spec.Profiles() {
		if p.String() == name {
			return p, nil
		}
		known = append(known, p.String())
	}
	return 0, fmt.Errorf("unknown profile %q; there are %v", name, known)
}

// selected are the properties that a cell is asked.
func (s *sweeper) selected(i scenario.Instance) ([]properties.Property, error) {
	all, err := properties.Select(s.plan.Properties)
	if err != nil || len(s.plan.Properties) > 0 {
		return all, err
	}
	return slices.DeleteFunc(all, func(p properties.Property) bool { return !i.Selects(p.Name) }), nil
}

// judge fills in what a check of the scenario finds.
func (s *sweeper) judge(ctx context.Context, i scenario.Instance, selected []properties.Property, c *Cell) error {
	stays, fins := needs(s.columns)
	j, err := judge.Judge(ctx, judge.Case{
		Name: i.Scenario.Name, Profile: i.Profile.String(), Params: i.Params, Properties: selected, Expect: i.Expect,
		Overridden: i.Overridden, Assumptions: i.Assumptions, Stays: stays,
	}, s.opt.Search)
	if err != nil {
		return err
	}
	c.States, c.Seconds, c.Complete, c.Stopped, c.Stays = j.States, j.Seconds, j.Complete, j.Stopped, j.Stays
	for _, o := range j.Outcomes {
		c.Outcomes = append(c.Outcomes, Outcome{
			Property: o.Property, Verdict: o.Verdict, Reason: o.Reason, Scope: o.Scope, Expected: o.Expected, AsExpected: o.AsExpected,
			Vacuous: o.Vacuous, Steps: o.Steps, Goal: o.Kind == checker.Reachable.String(),
		})
	}
	if fins {
		c.FINs, err = s.countFINs(ctx, i.Params)
	}
	return err
}

// manyFINs is above what tcp_retries2 = 15 makes of a FIN.
const manyFINs = 64

// countFINs is the largest number of copies of its FIN that each host sends, over all
// behaviours with these durations.
func (s *sweeper) countFINs(ctx context.Context, p spec.Params) ([]int, error) {
	p.CountFins = manyFINs
	m, err := spec.New(p)
	if err != nil {
		return nil, err
	}
	most := []int{0, 0}
	_, err = checker.Explore(ctx, m, checker.Exact, s.opt.Search, checker.Visitor[spec.State]{State: func(st spec.State) {
		for h := range most {
			most[h] = max(most[h], int(st.Host[h].FinsSent))
		}
	}})
	return most, err
}

// quantity is a value as a number, durations in seconds.
func quantity(value string) (float64, bool) {
	if n, err := strconv.ParseFloat(value, 64); err == nil {
		return n, true
	}
	if d, err := time.ParseDuration(value); err == nil {
		return d.Seconds(), true
	}
	return 0, false
}
