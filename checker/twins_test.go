package checker

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// fan has one event, with outcomes that are told apart by where they lead, by their label
// and by the event that they make.
type fan struct{ outcomes []outcome }

type outcome struct {
	step  uint8
	label uint64
	full  bool
}

func (m fan) Init() []uint8 { return []uint8{0} }

func (m fan) Events(s uint8, buf []Event) []Event {
	if s > 0 {
		return append(buf, Event{ID: 1, Earliest: int64(s), Latest: int64(s)})
	}
	return append(buf, Event{ID: 1, Latest: 1})
}

func (m fan) Fire(s uint8, _ Event, emit func(uint8, Effect)) {
	for _, o := range m.outcomes {
		how := Effect{Label: Label{o.label}, FreshCount: 1, Full: o.full}
		how.Fresh[0] = 1
		emit((s+o.step)%3, how)
	}
}

// TestTwins compares the twins that are found with those of a plain search, whatever the
// number of arcs from which on there is a table of them.
func TestTwins(t *testing.T) {
	defer func(few int32) { fewArcs = few }(fewArcs)
	twins := 0
	rapid.Check(t, func(t *rapid.T) {
		m := fan{rapid.SliceOfN(rapid.Custom(func(t *rapid.T) outcome {
			return outcome{rapid.Uint8Range(0, 3).Draw(t, "step"), rapid.Uint64Range(0, 4).Draw(t, "label"), rapid.IntRange(0, 9).Draw(t, "full") == 9}
		}), 1, 40).Draw(t, "outcomes")}
		for _, fewArcs = range []int32{0, 1, 5, 1 << 30} {
			r := newRelation[uint8](m)
			r.expand(r.init(), 1)
			r.expand([]int32{1, 2}[:r.states.size()-1], 1)
			for id := range int32(r.states.size()) {
				n := r.nodes.at(id)
				seen := map[twinKey]bool{}
				for i := n.arcs; i < n.arcs+n.count; i++ {
					a, key := r.arcs.at(i), r.twinKey(i)
					require.Equal(t, a.to >= 0 && seen[key], a.manner&arcTwin != 0, "arc %d of state %d, few are %d", i, id, fewArcs)
					if seen[key] = true; a.manner&arcTwin != 0 {
						twins++
					}
				}
			}
		}
	})
	require.Positive(t, twins)
}

// BenchmarkManyOutcomes records the arcs of states whose one event has many outcomes: the
// time for each outcome must not grow with their number.
func BenchmarkManyOutcomes(b *testing.B) {
	for _, c := range []struct {
		name string
		n    int
	}{{"1000", 1000}, {"100000", 100_000}} {
		m := fan{make([]outcome, c.n)}
		for i := range m.outcomes {
			m.outcomes[i] = outcome{step: uint8(i % 3), label: uint64(i)}
		}
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				r := newRelation[uint8](m)
				r.expand(r.init(), 1)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*c.n), "ns/outcome")
		})
	}
}
