package judge

import (
	"context"
	"fmt"

	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/spec"
)

// Coverage is what of the rules the runs of a scenario used, or those of several in one
// profile. It is of exact time: without durations more happens than can.
type Coverage struct {
	// Complete: all runs were looked at. Otherwise what was never exercised may be.
	Complete bool  `json:"complete"`
	Rows     Parts `json:"rows"`     // of the transition tables, TABLE.STATE
	Actions  Parts `json:"actions"`  // kinds of pending events
	Segments Parts `json:"segments"` // kinds that arrived
	Timers   Parts `json:"timers"`   // uses of the timers that have more than one

	profile spec.Profile
	used    spec.Coverage
}

// Parts are parts of the rules of one kind.
type Parts struct {
	Exercised   []string      `json:"exercised"`
	Never       []string      `json:"never"` // of those that a run can exercise
	Unreachable []Unreachable `json:"unreachable"`
}

// Unreachable is a part of the rules that no run of the profile can exercise.
type Unreachable struct {
	Name   string `json:"name"`
	Reason string `json:"reason"`
}

func newCoverage(p spec.Profile, used spec.Coverage, complete bool) *Coverage {
	c := &Coverage{Complete: complete, profile: p, used: used}
	for _, parts := range c.Kinds() {
		*parts = Parts{Exercised: []string{}, Never: []string{}, Unreachable: []Unreachable{}}
	}
	for _, part := range used.Parts(p) {
		to := c.Kinds()[part.Kind]
		switch {
		case part.Used:
			to.Exercised = append(to.Exercised, part.Name)
		case part.Unreachable != "":
			to.Unreachable = append(to.Unreachable, Unreachable{part.Name, part.Unreachable})
		default:
			to.Never = append(to.Never, part.Name)
		}
	}
	return c
}

// Kinds are the parts of each kind.
func (c *Coverage) Kinds() [spec.NumPartKinds]*Parts {
	return [...]*Parts{spec.RowPart: &c.Rows, spec.ActionPart: &c.Actions, spec.SegmentPart: &c.Segments, spec.TimerPart: &c.Timers}
}

// Uncovered reports whether something was never exercised that a run can exercise.
func (c *Coverage) Uncovered() bool {
	for _, parts := range c.Kinds() {
		if len(parts.Never) > 0 {
			return true
		}
	}
	return false
}

// Over is the coverage of several scenarios together, by profile.
func Over(all []Scenario) map[string]*Coverage {
	sum := map[string]*Coverage{}
	for _, s := range all {
		switch c, before := s.Coverage, sum[s.Profile]; {
		case c == nil:
		case before == nil:
			sum[s.Profile] = c
		default:
			used := before.used
			used.Add(c.used)
			sum[s.Profile] = newCoverage(c.profile, used, c.Complete && before.Complete)
		}
	}
	return sum
}

// cover walks through all states and steps of the scenario in exact time. It finds what
// they use of the rules, and of the guards which ever held: without durations a guard
// may hold that never does with them.
func (c Case) cover(ctx context.Context, m *spec.Model, s *Scenario, opt checker.Options) error {
	opt.Checkpoint, opt.Spill = checker.Checkpoint{}, ""
	if c.CoverStates > 0 && (opt.MaxStates == 0 || c.CoverStates < opt.MaxStates) {
		opt.MaxStates = c.CoverStates
	}
	var open []*Outcome // outcomes whose guard has not held so far
	params := m.Params()
	params.Forget = spec.AllGhosts
	for i := range s.Outcomes {
		if o := &s.Outcomes[i]; !o.Excused && guarded(&o.Checked) {
			open = append(open, o)
			params.Forget &^= o.About.Reads()
		}
	}
	lean, err := spec.New(params)
	if err != nil {
		return &InternalError{Case: c.String(), Cause: err}
	}
	unmet := func(holds func(*checker.Property[spec.State]) bool) {
		kept := open[:0]
		for _, o := range open {
			if !holds(&o.Checked) {
				kept = append(kept, o)
			}
		}
		open = kept
	}
	var used spec.Coverage
	run, err := checker.Explore(ctx, lean, checker.Exact, opt, checker.Visitor[spec.State]{
		State: func(s spec.State) {
			unmet(func(p *checker.Property[spec.State]) bool { return p.Kind != checker.StepAlways && p.From(s) })
		},
		Step: func(from spec.State, e checker.Event, how checker.Label, to spec.State) {
			lean.Cover(from, e, &used)
			unmet(func(p *checker.Property[spec.State]) bool {
				return p.Kind == checker.StepAlways && p.Guard(from, e, how, to)
			})
		},
	})
	if err != nil {
		return &InternalError{Case: c.String(), Cause: fmt.Errorf("coverage: %w", err)}
	}
	for _, o := range open {
		o.Vacuous = o.Vacuous || run.Complete
	}
	s.Coverage = newCoverage(c.Params.Profile, used, run.Complete)
	return nil
}

// guarded reports whether a property has a guard that may never hold.
func guarded(p *checker.Property[spec.State]) bool {
	switch p.Kind {
	case checker.Reachable, checker.Eventually:
		return false
	case checker.StepAlways:
		return p.Guard != nil
	default:
		return p.From != nil
	}
}
