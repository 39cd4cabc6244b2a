// Package properties is the catalogue of what should be true of a TCP teardown:
// invariants, step conditions, bounds in time, liveness and goals over
// [spec.State], one file for each theme.
//
//	all, err := properties.Select([]string{"fin-*", "both-closed"})
//	params.CountFins = properties.CountFins(params)
//	for _, p := range all {
//		if why := p.Excuse(params); why != "" {
//			continue // it says nothing for these parameters
//		}
//		props = append(props, p.Make(params))
//	}
//
// A property never uses the transition rules of package spec: what it needs to
// know of TCP (retry budgets, acceptance of segments, the states allowed after
// an event) is written here a second time, from the RFC and the kernel's
// documented behaviour, so that a mistake in one of the two shows.
//
// Limits: a property sees one state, or one step with the segments it sent and
// the event that caused it, and whether it set the timer of FIN_WAIT_2 or TIME_WAIT.
// One that reads the window of the event is judged with durations only.
package properties
