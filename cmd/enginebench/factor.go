package main

import (
	"fmt"
	"strings"

	"github.com/finwait/finwait/checker"
)

// factor is what reduction does for a property: the full search, the one with ample
// sets, and the one by default.
type factor struct {
	property          string
	full, ample, auto checker.Run
}

// worthwhile is the factor below which the table says what blocks.
const worthwhile = 1.2

// String is a cell of the table.
func (f factor) String() string {
	switch {
	case !f.reduced():
		return "not reduced"
	case f.ample.Stopped != f.full.Stopped:
		return fmt.Sprintf("stopped: %q, not %q", f.ample.Stopped, f.full.Stopped)
	case f.ample.Complete != f.full.Complete:
		return fmt.Sprintf("decided after %d states", f.ample.States)
	}
	auto := fmt.Sprintf("%.2f", f.seconds(f.auto))
	if f.givenUp() {
		auto += " off"
	}
	text := fmt.Sprintf("%.2f (%.2f, %s)", f.states(), f.seconds(f.ample), auto)
	if f.states() < worthwhile {
		c, share := f.blocked()
		text += fmt.Sprintf(" %v %.0f %%", c, 100*share)
	}
	return text
}

func (f factor) reduced() bool { return f.ample.Reduction == checker.ReduceAmple.String() }

// below: both searches came to the same end, and the factor is below worthwhile.
func (f factor) below() bool {
	return f.reduced() && f.ample.Stopped == f.full.Stopped && f.ample.Complete == f.full.Complete && f.states() < worthwhile
}

func (f factor) states() float64 { return float64(f.full.States) / float64(f.ample.States) }
func (f factor) seconds(run checker.Run) float64 {
	return f.full.Elapsed.Seconds() / run.Elapsed.Seconds()
}
func (f factor) givenUp() bool { return f.auto.Blocked[checker.GivenUp] > 0 }

// blocked is the condition that blocks most, and its share of the states that were
// expanded in full.
func (f factor) blocked() (most checker.Condition, share float64) {
	for c, n := range f.ample.Blocked {
		if n > f.ample.Blocked[most] {
			most = checker.Condition(c)
		}
	}
	return most, float64(f.ample.Blocked[most]) / float64(f.ample.Full)
}

// notReduced is the first paragraph behind the table.
const notReduced = `
"not reduced" are liveness and bounded time, of which ample sets keep no fairness and no durations, and properties that do not
tell what they look for. Behind a factor below 1.2 stands the condition that blocks most, and of how many of the states that were
expanded in full. Where a queue has no room left both searches meet that bound of the model.

`

// whatBlocks tells which conditions block where factors are below worthwhile.
func whatBlocks(all []factor) string {
	by := map[checker.Condition][]factor{}
	for _, f := range all {
		if f.below() {
			c, _ := f.blocked()
			by[c] = append(by[c], f)
		}
	}
	if len(by) == 0 {
		return fmt.Sprintf("no factor is below %.1f.\n", worthwhile)
	}
	var parts []string
	for c := checker.C0; c < checker.GivenUp; c++ {
		if of := by[c]; of != nil {
			least := 1.0
			for _, f := range of {
				_, share := f.blocked()
				least = min(least, share)
			}
			parts = append(parts, fmt.Sprintf("%v blocks %s in %.0f %% or more of the states expanded in full", c, propertiesOf(of), 100*least))
		}
	}
	return strings.Join(parts, "; ") + ".\n"
}

// propertiesOf names some properties, or counts many.
func propertiesOf(all []factor) string {
	if len(all) > 8 {
		return fmt.Sprintf("%d properties", len(all))
	}
	var names []string
	for _, f := range all {
		names = append(names, f.property)
	}
	return strings.Join(names, ", ")
}

// meaning says of each condition how it comes to block in this model.
var meaning = [...]string{
	checker.C0: "C0: all that is pending is of one host, and there is nothing to choose.",
	checker.C1: "C1 (independence): the next event of either host depends on what its peer can still do before it. A bag gives its " +
		"segments in any order, so what the peer may still send can be that event until the peer has fallen silent; in a queue that " +
		"holds a segment it comes behind that one.",
	checker.C2: "C2 (visibility): what a host would do alone may undo what the property looks for.",
	checker.C3: "C3 (the proviso): all that a host would do alone is known before the level begins.",
}

// meanings explain the conditions that were named.
func meanings(all []factor) (text string) {
	named := map[checker.Condition]bool{}
	for _, f := range all {
		if f.below() {
			c, _ := f.blocked()
			named[c] = true
		}
	}
	for c, says := range meaning {
		if named[checker.Condition(c)] {
			text += "\n" + says + "\n"
		}
	}
	return text
}

// byDefault tells whether reduction is off by default where it costs time.
func byDefault(all []factor) string {
	off := 0
	var auto []float64 // the speeds of the searches by default where ample sets are slower
	for _, f := range all {
		if !f.reduced() || f.seconds(f.ample) >= 1 {
			continue
		}
		auto = append(auto, f.seconds(f.auto))
		if f.givenUp() {
			off++
		}
	}
	if len(auto) == 0 {
		return "\nAmple sets took longer than the full search nowhere.\n"
	}
	return fmt.Sprintf(`
By default reduction is tried where all properties asked allow it (the whole catalogue has liveness in it, and is searched in
full), and is off from the first 1,000 states on when fewer than a tenth of them were reduced. Ample sets took longer than the full
search in %d cells; by default reduction was off in %d of them, and the search had %.2f times the speed of the full one (median).
`, len(auto), off, middle(auto))
}
