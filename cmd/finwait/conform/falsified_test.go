package conform

import (
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/finwait/finwait/spec"
)

// clone can be changed without changing o.
func (o *Observation) clone() *Observation {
	c := *o
	for l := range c.Lanes {
		c.Lanes[l] = slices.Clone(c.Lanes[l])
	}
	for h := range c.States {
		c.States[h] = slices.Clone(c.States[h])
	}
	return &c
}

// later moves an item.
func (i *Item) later(by int64) { i.At, i.Lo, i.Hi = i.At+by, i.Lo+by, i.Hi+by }

// falsified are changes of what a host sent, or was in, that no kernel does: the
// i-th thing of a lane becomes another. They report whether it can be changed so.
var falsified = map[string]func(o *Observation, l lane, i int) bool{
	"another number": func(o *Observation, l lane, i int) bool {
		o.Lanes[l][i].Segment.Seq++
		return true
	},
	"another acknowledgment": func(o *Observation, l lane, i int) bool {
		g := &o.Lanes[l][i].Segment
		g.Ack++
		return g.Has(spec.ACK)
	},
	"FIN or not": func(o *Observation, l lane, i int) bool {
		o.Lanes[l][i].Segment.Flags ^= spec.FIN
		return true
	},
	"one more FIN": func(o *Observation, l lane, i int) bool {
		more := o.Lanes[l][i]
		more.later(100 * spec.Millisecond)
		more.Lost = true
		o.add(l, more)
		o.End = max(o.End, more.Hi)
		return more.Segment.Has(spec.FIN)
	},
	// What is lost was sent by a timer, but for the first.
	"a timer 30 % early": func(o *Observation, l lane, i int) bool {
		items := o.Lanes[l]
		if i == 0 || !items[i].Lost {
			return false
		}
		early := (items[i].At - items[i-1].At) * 3 / 10
		items[i].later(-early)
		return early > 20*spec.Millisecond
	},
	"a timer 30 % late": func(o *Observation, l lane, i int) bool {
		items := o.Lanes[l]
		if i == 0 || !items[i].Lost {
			return false
		}
		late := (items[i].At - items[i-1].At) * 3 / 10
		if i+1 < len(items) && items[i+1].At < items[i].At+late {
			return false
		}
		items[i].later(late)
		o.End = max(o.End, items[i].Hi)
		return late > 20*spec.Millisecond
	},
	"left out": func(o *Observation, l lane, i int) bool {
		lost := o.Lanes[l][i].Lost
		o.Lanes[l] = slices.Delete(o.Lanes[l], i, i+1)
		return lost
	},
	"another state": func(o *Observation, l lane, i int) bool {
		samples := o.States[l-sending]
		if i >= len(samples) {
			return false
		}
		samples[i].State = map[bool]string{true: "CLOSE_WAIT", false: "ESTABLISHED"}[samples[i].State != "CLOSE_WAIT"]
		return true
	},
	"never gone": func(o *Observation, l lane, i int) bool {
		samples := o.States[l-sending]
		if o.Open != nil || len(samples) < 2 || samples[len(samples)-1].State != goneState || o.End < samples[len(samples)-1].At+100*spec.Millisecond {
			return false
		}
		// A timer may be late to the end of its slack, and a state may last shorter
		// than the samples tell.
		timed := samples[len(samples)-2].State == "TIME_WAIT" || samples[len(samples)-2].State == "FIN_WAIT_2(tw)"
		o.States[l-sending] = samples[:len(samples)-1]
		return !timed
	},
}

// every how many of them are tried: all of them (1) take a minute. It has no divisor in
// common with the number of kinds.
const every = 7

// What was measured and then falsified deviates: a wrong number, bit, copy, time or
// state is noticed wherever it is.
func TestFalsifiedScenariosDeviate(t *testing.T) {
	in, err := Load("testdata/scenarios", Options{Tolerance: spec.Millisecond})
	require.NoError(t, err)
	tried, n := map[string]int{}, 0
	for _, source := range in.Observed {
		if source.Kind != KindTeardowns {
			continue
		}
		for _, name := range slices.Sorted(maps.Keys(falsified)) {
			for l := sending; l < arriving; l++ {
				for i := range source.Lanes[l] {
					if n++; n%every != 0 {
						continue
					}
					o := source.clone()
					if !falsified[name](o, l, i) || o.validate() != nil {
						continue
					}
					tried[name]++
					require.Equal(t, Deviates, verdict(t, o), "%s: %s: lane %d, %v", source.Name, name, l, source.Lanes[l][i])
				}
			}
		}
	}
	require.Len(t, tried, len(falsified), "of each kind at least one")
	t.Log(tried)
}
