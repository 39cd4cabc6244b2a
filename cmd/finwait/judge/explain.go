package judge

import (
	"context"

	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/cmd/finwait/why"
	"github.com/finwait/finwait/properties"
	"github.com/finwait/finwait/spec"
)

// Explaining is which runs are explained: that costs further searches.
type Explaining uint8

// Of none, of violations that were not expected, of all violations.
const (
	ExplainNone Explaining = iota
	ExplainDifferent
	ExplainAll
)

// turnStates bounds each search for a run with fewer changes of host, in state classes.
const turnStates = 20_000

// explain gives the runs that are asked for the fewest changes of host, and says why
// they violate their property.
func (s *Scenario) explain(ctx context.Context, which Explaining, workers int) error {
	for i := range s.Outcomes {
		o := &s.Outcomes[i]
		if o.Trace == nil || o.Unknown() || which == ExplainNone || which == ExplainDifferent && !o.Different() {
			continue
		}
		fewest, err := o.straighten(ctx, workers)
		if err != nil {
			return &InternalError{Case: s.Name + " (" + s.Profile + ")", Cause: err}
		}
		if o.Verdict != checker.Violated.String() {
			continue
		}
		e, err := why.Explain(ctx, why.Question{Model: o.Model, About: o.About, Checked: o.Checked, Trace: *o.Trace, Workers: workers})
		if err != nil {
			return &InternalError{Case: s.Name + " (" + s.Profile + ")", Cause: err}
		}
		e.Fewest = fewest
		o.Explanation = &e
	}
	return nil
}

// straighten takes among the runs as short as the one that was found one with the fewest
// changes of host. It tells whether there is none with fewer.
func (o *Outcome) straighten(ctx context.Context, workers int) (bool, error) {
	lean, err := leanFor(o.Model, o.About)
	if err != nil {
		return false, err
	}
	host := func(e checker.Event) uint8 { return uint8(spec.EventOf(e.ID).Host) }
	best, sure := checker.FewestTurns(ctx, checker.System[spec.State]{Exact: lean, Any: lean.Any()}, o.Checked, o.Trace, host,
		checker.Options{MaxStates: turnStates, Workers: workers})
	if best == o.Trace {
		return sure, nil
	}
	if err := withGhosts(o.Model, lean, best); err != nil {
		return false, err
	}
	steps := len(best.Steps)
	o.Trace, o.Steps = best, &steps
	return sure, nil
}

// leanFor is a model without the ghosts that a property does not read.
func leanFor(m *spec.Model, p properties.Property) (*spec.Model, error) {
	params := m.Params()
	params.Forget = spec.AllGhosts &^ p.Reads()
	return spec.New(params)
}
