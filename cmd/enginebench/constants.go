package main

import (
	"context"
	"maps"
	"slices"

	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/spec"
)

// constants are the instants, other than 0 and never, at which the windows of a
// scenario begin or end, in ascending order.
func (s search) constants(ctx context.Context) ([]int64, error) {
	m, err := s.specification()
	if err != nil {
		return nil, err
	}
	found := map[int64]bool{}
	var events []spec.Event
	_, err = checker.Explore(ctx, m, checker.Exact, checker.Options{}, checker.Visitor[spec.State]{
		State: func(at spec.State) {
			events = m.Events(at, events[:0])
			for _, e := range events {
				found[e.Earliest], found[e.Latest] = true, true
			}
		},
	})
	delete(found, 0)
	delete(found, checker.Forever)
	return slices.Sorted(maps.Keys(found)), err
}
