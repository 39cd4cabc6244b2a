package checker

import (
	"fmt"
	"math"
)

// savedBounds are the bounds on size with which a checkpoint was written, 0 being none. A
// search that has not hit one is what it would be with a larger one.
type savedBounds struct{ AnyStates, MaxStates, MaxDepth int }

func boundsOf(o Options) savedBounds {
	b := savedBounds{o.AnyStates, o.MaxStates, o.MaxDepth}
	if b.AnyStates == 0 {
		b.AnyStates = defaultAnyStates
	}
	return b
}

// raisedTo tells why a check with bounds b whose runs are known, as far as they have
// ended, cannot go on with bounds to; "" where it can. A run that was stopped cannot: its
// last round was left in the middle.
func (b savedBounds) raisedTo(to savedBounds, ended []Run) string {
	for _, bound := range []struct {
		name, reason string
		was, is      int
	}{
		{"any-states", reasonAnyStates, b.AnyStates, to.AnyStates},
		{"max-states", reasonStates, b.MaxStates, to.MaxStates},
		{"max-depth", reasonDepth, b.MaxDepth, to.MaxDepth},
	} {
		if unbounded(bound.is) < unbounded(bound.was) {
			return fmt.Sprintf("was written with %s %d (0: none), and %[1]s %d is smaller; a bound can be raised, not lowered", bound.name, bound.was, bound.is)
		}
		for _, r := range ended {
			if bound.is != bound.was && r.Stopped == bound.reason {
				return fmt.Sprintf("holds a search that was stopped by %s %d, and such a search does not go on with another bound (%[1]s %d): begin anew; "+
					"a search that is to go on later can be stopped by its time, its memory, or an interrupt", bound.name, bound.was, bound.is)
			}
		}
	}
	return ""
}

func unbounded(bound int) int {
	if bound == 0 {
		return math.MaxInt
	}
	return bound
}
