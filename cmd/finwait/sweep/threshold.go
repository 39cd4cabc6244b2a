package sweep

import (
	"fmt"
	"slices"
	"strings"

	"github.com/finwait/finwait/cmd/finwait/vary"
)

// Threshold is where the verdict of a property changes along an axis, with the other
// values fixed.
type Threshold struct {
	Property string            `json:"property"`
	Key      string            `json:"key"`
	Fixed    map[string]string `json:"fixed"`
	Goal     bool              `json:"goal"` // holds means reached
	// Monotone: among the values that were judged the verdict changes once. Otherwise
	// the values below are no more than the extreme ones.
	Monotone        bool    `json:"monotone"`
	SmallestFailing *string `json:"smallest_failing"`
	LargestFailing  *string `json:"largest_failing"`
	SmallestHolding *string `json:"smallest_holding"`
	LargestHolding  *string `json:"largest_holding"`
	// Judged of Values is how many were looked at.
	Judged int `json:"judged"`
	Values int `json:"values"`
}

// thresholds finds them along every ordered axis.
func thresholds(p Plan, cells []Cell) []Threshold {
	all := []Threshold{}
	for k, a := range p.Axes {
		if !ordered(a) {
			continue
		}
		var lines []string
		byLine := map[string][]Cell{}
		for _, c := range cells {
			if !c.Judged() {
				continue
			}
			name := lineOf(p, k, c)
			if byLine[name] == nil {
				lines = append(lines, name)
			}
			byLine[name] = append(byLine[name], c)
		}
		for _, name := range lines {
			line := byLine[name]
			slices.SortFunc(line, func(x, y Cell) int { return x.Index - y.Index })
			for _, o := range line[0].Outcomes {
				if t, changes := along(p, a, line, o.Property); changes {
					all = append(all, t)
				}
			}
		}
	}
	return all
}

// lineOf names the line along an axis that a cell is of.
func lineOf(p Plan, axis int, c Cell) string {
	var fixed []string
	for i, a := range p.Axes {
		if i != axis {
			fixed = append(fixed, c.Values[a.Key])
		}
	}
	return strings.Join(fixed, "\x00")
}

// along is what the cells of a line, in order, have of a property; changes is false
// when there are not both verdicts.
func along(p Plan, a vary.Axis, line []Cell, property string) (t Threshold, changes bool) {
	t = Threshold{Property: property, Key: a.Key, Fixed: map[string]string{}, Monotone: true, Values: len(a.Values)}
	for _, other := range p.Axes {
		if other.Key != a.Key && len(other.Values) > 1 {
			t.Fixed[other.Key] = line[0].Values[other.Key]
		}
	}
	last, switches := "", 0
	for _, c := range line {
		o := c.outcome(property)
		if o == nil || o.Verdict == "unknown" {
			continue
		}
		t.Judged, t.Goal = t.Judged+1, o.Goal
		if last != "" && o.Verdict != last {
			switches++
		}
		last = o.Verdict
		value := c.Values[a.Key]
		least, most := &t.SmallestHolding, &t.LargestHolding
		if o.Verdict == "violated" {
			least, most = &t.SmallestFailing, &t.LargestFailing
		}
		if *least == nil {
			*least = &value
		}
		*most = &value
	}
	t.Monotone = switches < 2
	return t, switches > 0
}

// String tells it in a sentence.
func (t Threshold) String() string {
	var fixed []string
	for key, v := range t.Fixed {
		fixed = append(fixed, shortKey(key)+"="+v)
	}
	slices.Sort(fixed)
	fails, holds := "fails", "holds"
	if t.Goal {
		fails, holds = "is not reached", "is reached"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s ", t.Property)
	switch {
	case !t.Monotone:
		fmt.Fprintf(&b, "changes more than once: %s from %s to %s, %s from %s to %s", fails, *t.SmallestFailing, *t.LargestFailing, holds, *t.SmallestHolding, *t.LargestHolding)
	case before(t):
		fmt.Fprintf(&b, "%s up to %s, %s from %s on", holds, *t.LargestHolding, fails, *t.SmallestFailing)
	default:
		fmt.Fprintf(&b, "%s up to %s, %s from %s on", fails, *t.LargestFailing, holds, *t.SmallestHolding)
	}
	fmt.Fprintf(&b, " of %s", shortKey(t.Key))
	if t.Judged < t.Values {
		fmt.Fprintf(&b, " (%d of %d values judged)", t.Judged, t.Values)
	}
	if len(fixed) > 0 {
		fmt.Fprintf(&b, ", with %s", strings.Join(fixed, ", "))
	}
	return b.String()
}

// before tells whether it holds below the threshold.
func before(t Threshold) bool {
	h, _ := quantity(*t.LargestHolding)
	f, _ := quantity(*t.SmallestFailing)
	return h < f
}
