package judge

import (
	"context"

	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/spec"
)

// Stay is the shortest and the longest time that is spent in some states over all
// behaviours, in microseconds.
type Stay struct {
	// Host is "client" or "server" and State its state, or both are empty for the
	// whole teardown: until both are CLOSED.
	Host  string `json:"host"`
	State string `json:"state"`
	// Reached is false where no behaviour comes there.
	Reached bool `json:"reached"`
	// Min and Max are nil for ever: where no stay ends, or some stay need not end.
	Min *int64 `json:"min_us"`
	Max *int64 `json:"max_us"`
	// Reason tells why the times are unknown; it is empty when they are exact.
	Reason string `json:"reason"`
}

// measure finds the stays of each host in each state, and of the teardown.
func (c Case) measure(ctx context.Context, m *spec.Model, opt checker.Options) ([]Stay, error) {
	closed := func(s spec.State) bool {
		return s.Host[spec.Client].State == spec.Closed && s.Host[spec.Server].State == spec.Closed
	}
	stays := []Stay{{}}
	preds := []checker.Predicate[spec.State]{{Name: "teardown", In: func(s spec.State) bool { return !closed(s) }}}
	for h := spec.Client; h <= spec.Server; h++ {
		for _, state := range spec.ConnStates() {
			stays = append(stays, Stay{Host: h.String(), State: state.String()})
			preds = append(preds, checker.Predicate[spec.State]{
				Name: h.String() + " " + state.String(),
				In:   func(s spec.State) bool { return s.Host[h].State == state },
			})
		}
	}
	found, _, err := checker.Stays(ctx, m, preds, opt)
	if err != nil {
		return nil, &InternalError{Case: c.String(), Cause: err}
	}
	for i, f := range found {
		s := &stays[i]
		s.Reached, s.Reason = f.Reached, f.Reason
		if !f.Reached || f.Reason != "" {
			continue
		}
		if f.Min != checker.Forever {
			s.Min = &found[i].Min
		}
		if f.Max != checker.Forever {
			s.Max = &found[i].Max
		}
	}
	return stays, nil
}
