package sweep

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/cmd/finwait/judge"
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
	return 0, fmt.Errorf("unknown profile %q; there are %s", name, strings.Join(known, ", "))
}

// judge fills in what a check of the scenario finds.
func (s *sweeper) judge(ctx context.Context, k judge.Case, c *Cell) error {
	var fins bool
	k.Stays, fins = needs(s.columns)
	j, err := judge.Judge(ctx, k, s.opt.Search)
	if err != nil {
		return err
	}
	c.States, c.Seconds, c.Complete, c.Stopped, c.Stays = j.States, j.Seconds, j.Complete, j.Stopped, j.Stays
	c.Population = j.Population
	for _, o := range j.Outcomes {
		c.Outcomes = append(c.Outcomes, Outcome{
			Property: o.Property, Verdict: o.Verdict, Reason: o.Reason, Scope: o.Scope, Expected: o.Expected, AsExpected: o.AsExpected,
			Vacuous: o.Vacuous, Steps: o.Steps, Goal: o.Kind == checker.Reachable.String(),
		})
	}
	if fins && k.Population == nil {
		c.FINs, err = s.countFINs(ctx, k.Params)
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
