package checker

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
)

// toy is a model of a few named states. An event's window belongs to its ID.
type toy struct {
	start   []string
	windows map[uint64][2]int64
	pending map[string][]uint64
	steps   map[string][]toyStep
}

type toyStep struct {
	id    uint64
	to    string
	fresh []uint64
	full  bool
}

func (m *toy) Init() []string { return m.start }

func (m *toy) Events(s string, buf []Event) []Event {
	for _, id := range m.pending[s] {
		w := m.windows[id]
		buf = append(buf, Event{ID: id, Earliest: w[0], Latest: w[1]})
	}
	return buf
}

func (m *toy) Fire(s string, e Event, emit func(string, Effect)) {
	for _, step := range m.steps[s] {
		if step.id == e.ID {
			how := Effect{FreshCount: uint8(len(step.fresh)), Full: step.full}
			copy(how.Fresh[:], step.fresh)
			emit(step.to, how)
		}
	}
}

func in(states ...string) func(string) bool {
	return func(s string) bool {
		for _, other := range states {
			if s == other {
				return true
			}
		}
		return false
	}
}

func notIn(states ...string) func(string) bool {
	return func(s string) bool { return !in(states...)(s) }
}

// race has an event of [1, 2] and one of [3, 4]: their order is forced.
func race() *toy {
	return &toy{
		start:   []string{"none"},
		windows: map[uint64][2]int64{1: {1, 2}, 2: {3, 4}},
		pending: map[string][]uint64{"none": {1, 2}, "one": {2}, "two": {1}},
		steps: map[string][]toyStep{
			"none": {{id: 1, to: "one"}, {id: 2, to: "two"}},
			"one":  {{id: 2, to: "one-two"}},
			"two":  {{id: 1, to: "two-one"}},
		},
	}
}

// ticking has one event that comes again and again, and one that ends it unless
// the first restarts it too.
func ticking(tick, stop [2]int64, restart bool) *toy {
	fresh := []uint64{1}
	if restart {
		fresh = []uint64{1, 2}
	}
	return &toy{
		start:   []string{"on"},
		windows: map[uint64][2]int64{1: tick, 2: stop},
		pending: map[string][]uint64{"on": {1, 2}},
		steps:   map[string][]toyStep{"on": {{id: 1, to: "on", fresh: fresh}, {id: 2, to: "off"}}},
	}
}

// patience waits for an event that nothing forces, then 5 for another.
func patience() *toy {
	return &toy{
		start:   []string{"idle"},
		windows: map[uint64][2]int64{1: {2, Forever}, 2: {5, 5}},
		pending: map[string][]uint64{"idle": {1}, "busy": {2}},
		steps: map[string][]toyStep{
			"idle": {{id: 1, to: "busy", fresh: []uint64{2}}},
			"busy": {{id: 2, to: "done"}},
		},
	}
}

// queue holds one copy of event 1, of [1, 3]; event 2 adds a second one at 1.
func queue() *toy {
	return &toy{
		start:   []string{"1+"},
		windows: map[uint64][2]int64{1: {1, 3}, 2: {1, 1}},
		pending: map[string][]uint64{"1+": {2, 1}, "0+": {2}, "1": {1}, "2": {1, 1}},
		steps: map[string][]toyStep{
			"1+": {{id: 1, to: "0+"}, {id: 2, to: "2", fresh: []uint64{1}}},
			"0+": {{id: 2, to: "1", fresh: []uint64{1}}},
			"2":  {{id: 1, to: "1"}},
			"1":  {{id: 1, to: "0"}},
		},
	}
}

// timer is due at 10; an event of [4, 6] restarts or cancels it.
func timer(restart bool) *toy {
	m := &toy{
		start:   []string{"armed"},
		windows: map[uint64][2]int64{1: {10, 10}, 2: {4, 6}},
		pending: map[string][]uint64{"armed": {1, 2}, "again": {1}, "expired": {2}},
		steps: map[string][]toyStep{
			"armed":   {{id: 1, to: "expired"}, {id: 2, to: "cancelled"}},
			"again":   {{id: 1, to: "expired-later"}},
			"expired": {{id: 2, to: "late"}},
		},
	}
	if restart {
		m.steps["armed"][1] = toyStep{id: 2, to: "again", fresh: []uint64{1}}
	}
	return m
}

func ask(t *testing.T, m *toy, opt Options, props ...Property[string]) Result[string] {
	t.Helper()
	for i := range props {
		if props[i].Name == "" {
			props[i].Name = props[i].Kind.String()
		}
	}
	res, err := Check(context.Background(), System[string]{Exact: m}, props, opt)
	require.NoError(t, err)
	for _, o := range res.Outcomes {
		if o.Trace != nil {
			require.NoError(t, Replay(m, *o.Trace))
		}
	}
	return res
}

func instants(t *Trace[string]) (at []int64) {
	for _, s := range t.Steps {
		at = append(at, s.At)
	}
	return at
}

// summary is a run without what depends on the machine.
func summary(r Run) Run {
	r.Elapsed = 0
	return r
}
