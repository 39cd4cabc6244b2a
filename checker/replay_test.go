package checker_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/finwait/finwait/checker"
	"github.com/stretchr/testify/require"
)

// lingering is a toy of a socket that lingers after its close for as long as
// segments of its peer arrive. Every rule of time occurs in it: a timer that is
// restarted, events that are cancelled, segments that queue, and an event that
// nothing forces.
type lingering struct{}

type lingerState struct {
	phase  uint8
	flight uint8 // segments on their way
	sent   uint8 // segments sent so far, at most 4
	closer bool  // the close is pending
}

const (
	opened uint8 = iota + 1
	lingered
	closed
	aborted
)

var (
	closing = checker.Event{ID: 1, Earliest: 2, Latest: 3}
	arrival = checker.Event{ID: 2, Earliest: 1, Latest: 5}
	timeout = checker.Event{ID: 3, Earliest: 4, Latest: 4}
	abort   = checker.Event{ID: 4, Earliest: 0, Latest: checker.Forever}
)

func isOpen(s lingerState) bool      { return s.phase == opened }
func isLingering(s lingerState) bool { return s.phase == lingered }
func isClosed(s lingerState) bool    { return s.phase >= closed }
func isDraining(s lingerState) bool  { return isClosed(s) && s.flight > 0 }

func (lingering) Init() []lingerState {
	return []lingerState{{phase: opened, flight: 1, sent: 1, closer: true}}
}

func (lingering) Events(s lingerState, buf []checker.Event) []checker.Event {
	if s.closer {
		buf = append(buf, closing)
	}
	for range s.flight {
		buf = append(buf, arrival)
	}
	if s.phase == lingered {
		buf = append(buf, timeout)
	}
	if s.phase == opened {
		buf = append(buf, abort)
	}
	return buf
}

func (lingering) Fire(s lingerState, e checker.Event, emit func(lingerState, checker.Effect)) {
	switch e.ID {
	case closing.ID:
		s.closer = false
		if s.phase != opened {
			emit(s, checker.Effect{})
			return
		}
		s.phase = lingered
		emit(s, fresh(0, timeout.ID))
	case timeout.ID:
		s.phase = closed
		emit(s, checker.Effect{})
	case abort.ID:
		s.phase, s.closer = aborted, false
		emit(s, checker.Effect{})
	case arrival.ID:
		s.flight--
		var ids []uint64
		if s.phase == lingered {
			ids = append(ids, timeout.ID)
		}
		emit(s, fresh(0, ids...))
		for n := uint64(1); n <= 2 && !isClosed(s) && s.sent < 4; n++ {
			s.flight++
			s.sent++
			ids = append(ids, arrival.ID)
			emit(s, fresh(n, ids...))
		}
	}
}

// fresh is an effect that makes ids pending; label is how many segments were sent.
func fresh(label uint64, ids ...uint64) checker.Effect {
	how := checker.Effect{Label: checker.Label{label}, FreshCount: uint8(len(ids))}
	copy(how.Fresh[:], ids)
	return how
}

func linger(at int64, e checker.Event, label uint64, s lingerState) checker.Step[lingerState] {
	return checker.Step[lingerState]{At: at, Event: e, Label: checker.Label{label}, State: s}
}

// aLingerTrace closes at 2, gets a segment at 5, which restarts the timer, and
// expires at 9; a last segment arrives at 10 and then nothing happens any more.
func aLingerTrace() checker.Trace[lingerState] {
	return checker.Trace[lingerState]{
		Mode: checker.Exact,
		Init: lingering{}.Init()[0],
		Steps: []checker.Step[lingerState]{
			linger(2, closing, 0, lingerState{phase: lingered, flight: 1, sent: 1}),
			linger(5, arrival, 1, lingerState{phase: lingered, flight: 1, sent: 2}),
			linger(9, timeout, 0, lingerState{phase: closed, flight: 1, sent: 2}),
			linger(10, arrival, 0, lingerState{phase: closed, sent: 2}),
		},
		Loop: 4,
		End:  10,
	}
}

// aQueueTrace has segments of different ages under way: sent at 1, 1 and 2.
func aQueueTrace() checker.Trace[lingerState] {
	return checker.Trace[lingerState]{
		Mode: checker.Exact,
		Init: lingering{}.Init()[0],
		Steps: []checker.Step[lingerState]{
			linger(1, arrival, 2, lingerState{phase: opened, flight: 2, sent: 3, closer: true}),
			linger(2, arrival, 1, lingerState{phase: opened, flight: 2, sent: 4, closer: true}),
			linger(3, abort, 0, lingerState{phase: aborted, flight: 2, sent: 4}),
			linger(6, arrival, 0, lingerState{phase: aborted, flight: 1, sent: 4}),
		},
		Loop: -1,
		End:  7,
	}
}

func TestReplay(t *testing.T) {
	require.NoError(t, checker.Replay(lingering{}, aLingerTrace()))
	require.NoError(t, checker.Replay(lingering{}, aQueueTrace()))
	untimed := aLingerTrace()
	untimed.Mode = checker.Any
	for i := range untimed.Steps {
		untimed.Steps[i].At = 0
	}
	require.NoError(t, checker.Replay(lingering{}, untimed))
	empty := checker.Trace[lingerState]{Mode: checker.Exact, Init: lingering{}.Init()[0], Loop: -1, End: 3}
	require.NoError(t, checker.Replay(lingering{}, empty))
}

// TestReplayRefuses spoils good traces, each in one place.
func TestReplayRefuses(t *testing.T) {
	type trace = checker.Trace[lingerState]
	for name, c := range map[string]struct {
		trace trace
		spoil func(t *trace)
		says  string
	}{
		"no mode":              {aLingerTrace(), func(t *trace) { t.Mode = checker.Auto }, "neither exact nor any"},
		"not initial":          {aLingerTrace(), func(t *trace) { t.Init.sent = 2 }, "none of the 1 initial states"},
		"too early by one":     {aLingerTrace(), func(t *trace) { t.Steps[0].At-- }, "step 1: event 1 at 1 is too early: pending since 0, it cannot happen before 2"},
		"too late by one":      {aLingerTrace(), func(t *trace) { t.Steps[1].At++ }, "step 2: at 6 the latest instant 5 of event 2 has passed"},
		"restart ignored":      {aLingerTrace(), func(t *trace) { t.Steps[2].At = 6 }, "step 3: event 3 at 6 is too early: pending since 5"},
		"time goes back":       {aLingerTrace(), func(t *trace) { t.Steps[3].At = 8 }, "step 4: event 2 at 8 comes before the instant 9"},
		"wrong state":          {aLingerTrace(), func(t *trace) { t.Steps[1].State.flight = 2 }, "step 2: event 2 does not lead from"},
		"wrong label":          {aLingerTrace(), func(t *trace) { t.Steps[1].Label[0] = 2 }, "step 2: event 2 does not lead from"},
		"wrong second label":   {aLingerTrace(), func(t *trace) { t.Steps[1].Label[1] = 1 }, "step 2: event 2 does not lead from"},
		"wrong window":         {aLingerTrace(), func(t *trace) { t.Steps[2].Event.Latest = 5 }, "step 3: event 3 has the window [4, 5] in the trace and [4, 4] in"},
		"unknown event":        {aLingerTrace(), func(t *trace) { t.Steps[1].Event.ID = 17 }, "step 2: event 17 is not pending in {phase:2 flight:1 sent:1 closer:false} (pending: 2 [1, 5] since 0, 3 [4, 4] since 2)"},
		"missing first step":   {aLingerTrace(), func(t *trace) { t.Steps = t.Steps[1:]; t.Loop-- }, "step 1: at 5 the latest instant 3 of event 1 has passed"},
		"missing middle step":  {aLingerTrace(), func(t *trace) { t.Steps = slices.Delete(t.Steps, 2, 3); t.Loop-- }, "step 3: at 10 the latest instant 9 of event 3 has passed"},
		"step twice":           {aLingerTrace(), func(t *trace) { t.Steps = slices.Insert(t.Steps, 2, t.Steps[2]); t.Loop++ }, "step 4: event 3 is not pending"},
		"steps exchanged":      {aLingerTrace(), func(t *trace) { t.Steps[2], t.Steps[3] = t.Steps[3], t.Steps[2] }, "step 3: at 10 the latest instant 9"},
		"ends too soon":        {aLingerTrace(), func(t *trace) { t.End = 9 }, "end: it ends at 9, before its last step at 10"},
		"loop outside":         {aLingerTrace(), func(t *trace) { t.Loop = 5 }, "loop 5 is outside of the 4 steps"},
		"loop below":           {aLingerTrace(), func(t *trace) { t.Loop = -2 }, "loop -2 is outside of the 4 steps"},
		"loop does not close":  {aLingerTrace(), func(t *trace) { t.Loop = 2 }, "loop: it ends in"},
		"time cannot pass":     {aLingerTrace(), func(t *trace) { t.Steps = t.Steps[:3]; t.Loop = 3; t.End = 9 }, "loop: time cannot pass for ever in"},
		"second in the queue":  {aQueueTrace(), func(t *trace) { t.Steps[3].At = 7 }, "step 4: at 7 the latest instant 6 of event 2 has passed"},
		"stays past the queue": {aQueueTrace(), func(t *trace) { t.End = 8 }, "end: at 8 the latest instant 7 of event 2 has passed"},
		"cancelled":            {aQueueTrace(), func(t *trace) { t.Steps[3].Event = closing }, "step 4: event 1 is not pending"},
	} {
		t.Run(name, func(t *testing.T) {
			c.spoil(&c.trace)
			require.ErrorContains(t, checker.Replay(lingering{}, c.trace), "checker: replay: ")
			require.ErrorContains(t, checker.Replay(lingering{}, c.trace), c.says)
		})
	}
}

// pingTable goes from 0 to 1 and back with events 1 and 2, while event 3 has to
// happen within 5 and goes to 2, where nothing is left.
func pingTable(restart ...uint64) *table {
	return &table{
		windows: []checker.Event{{ID: 1, Earliest: 1, Latest: 2}, {ID: 2, Earliest: 1, Latest: 2}, {ID: 3, Earliest: 0, Latest: 5}},
		pending: [][]uint64{{1, 3}, {2, 3}, {}},
		moves: map[move][]outcome{
			{0, 1}: {{next: 1, fresh: []uint64{2}}, {next: 1, fresh: append([]uint64{2}, restart...)}},
			{1, 2}: {{next: 0, fresh: []uint64{1}}},
			{0, 3}: {{next: 2}},
			{1, 3}: {{next: 2}},
		},
	}
}

func pings(m *table, mode checker.Mode, at ...int64) checker.Trace[tableState] {
	tr := checker.Trace[tableState]{Mode: mode, Init: m.Init()[0], Loop: 0}
	for i, instant := range at {
		tr.Steps = append(tr.Steps, checker.Step[tableState]{
			At: instant, Event: m.windows[i%2], State: tableState{at: uint8((i + 1) % 2)},
		})
		tr.End = instant
	}
	return tr
}

// TestReplayFairness: a loop cannot leave an event waiting that must happen.
func TestReplayFairness(t *testing.T) {
	for _, mode := range []checker.Mode{checker.Any, checker.Exact} {
		kept := pingTable()
		require.ErrorContains(t, checker.Replay(kept, pings(kept, mode, 1, 2)), "loop: event 3 must happen within 5")
		restarted := pingTable(3)
		require.NoError(t, checker.Replay(restarted, pings(restarted, mode, 1, 2)))
	}
}

// TestReplayTriesAll: the first step may restart event 3 or not, and only a later
// step tells which was meant.
func TestReplayTriesAll(t *testing.T) {
	kept, both := pingTable(), pingTable(3)
	tr := pings(kept, checker.Exact, 2, 4, 6)
	tr.Loop = -1
	require.NoError(t, checker.Replay(both, tr))
	require.ErrorContains(t, checker.Replay(kept, tr), "step 3: at 6 the latest instant 5 of event 3 has passed")
}

// TestReplayFindsBadModels: Replay also holds a model to its contract.
func TestReplayFindsBadModels(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(m *table)
		says  string
	}{
		"fresh mark missing": {func(m *table) { m.moves[move{0, 1}][0].fresh = nil }, "in {at:1 last:[0 0]} event 2 is pending 1 times, but 0 were pending and are not fired, and 0 are fresh"},
		"fresh twice":        {func(m *table) { m.moves[move{0, 1}][0].fresh = []uint64{2, 2} }, "event 2 is pending 1 times"},
		"fresh, not pending": {func(m *table) { m.moves[move{0, 1}][0].fresh = []uint64{2, 1} }, "event 1 is fresh but not pending"},
		"empty window":       {func(m *table) { m.windows[1].Latest = 0 }, "event 2 has the window [1, 0]"},
	} {
		t.Run(name, func(t *testing.T) {
			m := pingTable()
			m.moves[move{0, 1}] = m.moves[move{0, 1}][:1]
			tr := pings(m, checker.Exact, 1)
			tr.Loop = -1
			require.NoError(t, checker.Replay(m, tr))
			c.spoil(m)
			require.ErrorContains(t, checker.Replay(m, tr), c.says)
		})
	}
}

// faulty is lingering with a fault sown in its windows or in its steps.
type faulty struct {
	lingering
	events func([]checker.Event)
	fire   func(s lingerState, e checker.Event, next *lingerState, how *checker.Effect)
}

func (f faulty) Events(s lingerState, buf []checker.Event) []checker.Event {
	n := len(buf)
	buf = f.lingering.Events(s, buf)
	if f.events != nil {
		f.events(buf[n:])
	}
	return buf
}

func (f faulty) Fire(s lingerState, e checker.Event, emit func(lingerState, checker.Effect)) {
	f.lingering.Fire(s, e, func(next lingerState, how checker.Effect) {
		if f.fire != nil {
			f.fire(s, e, &next, &how)
		}
		emit(next, how)
	})
}

// shifted moves the ends of one event's window.
func shifted(id uint64, earliest, latest int64) func([]checker.Event) {
	return func(events []checker.Event) {
		for i := range events {
			if events[i].ID == id {
				events[i].Earliest += earliest
				events[i].Latest += latest
			}
		}
	}
}

// TestFaultsAreSeen shows that the checks of this package are not blind: what the
// engine says of a model with a fault differs from what the oracle says of the
// model without it, or its traces are not runs of that.
func TestFaultsAreSeen(t *testing.T) {
	none := faulty{}
	require.Empty(t, differences(t, none))
	for name, f := range map[string]faulty{
		"timer one late":         {events: shifted(timeout.ID, 0, 1)},
		"timer one early":        {events: shifted(timeout.ID, -1, 0)},
		"timer shifted":          {events: shifted(timeout.ID, 1, 1)},
		"arrival one later":      {events: shifted(arrival.ID, 0, 1)},
		"arrival one less late":  {events: shifted(arrival.ID, 0, -1)},
		"arrival one early":      {events: shifted(arrival.ID, -1, 0)},
		"arrival one less early": {events: shifted(arrival.ID, 1, 0)},
		"close one late":         {events: shifted(closing.ID, 0, 1)},
		"restart not marked": {fire: func(s lingerState, e checker.Event, _ *lingerState, how *checker.Effect) {
			if e.ID == arrival.ID && s.phase == lingered { // the timer is the first of them
				copy(how.Fresh[:], how.Fresh[1:])
				how.FreshCount--
			}
		}},
		"kept marked fresh": {fire: func(s lingerState, e checker.Event, next *lingerState, how *checker.Effect) {
			if e.ID == arrival.ID && isClosed(s) {
				*how = fresh(0, slices.Repeat([]uint64{arrival.ID}, int(next.flight))...)
			}
		}},
		"cancellation forgotten": {fire: func(s lingerState, e checker.Event, next *lingerState, _ *checker.Effect) {
			next.closer = next.closer || e.ID == abort.ID
		}},
		"label forgotten": {fire: func(_ lingerState, _ checker.Event, _ *lingerState, how *checker.Effect) {
			how.Label = checker.Label{}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			found := differences(t, f)
			require.NotEmpty(t, found)
			t.Log(found)
		})
	}
}

// differences lists by what the engine's view of f differs from lingering.
func differences(t *testing.T, f faulty) []string {
	g := exploreTicks(lingering{}, 100_000)
	require.NotNil(t, g)
	var found []string
	note := func(differs bool, what string) {
		if differs && !slices.Contains(found, what) {
			found = append(found, what)
		}
	}
	states := explored(t, f, checker.Exact)
	note(!maps.Equal(g.states(), states), "states")
	var props []checker.Property[lingerState]
	for s := range states {
		props = append(props, checker.Property[lingerState]{
			Name: fmt.Sprintf("%+v", s), Kind: checker.Reachable, Goal: func(other lingerState) bool { return other == s },
		})
	}
	sets := map[string]func(lingerState) bool{} // by property
	for name, set := range map[string]func(lingerState) bool{"open": isOpen, "lingering": isLingering, "draining": isDraining} {
		longest := g.longest(set, set)
		for _, bound := range []int64{longest - 1, longest, longest + 1000} {
			unique := fmt.Sprintf("%s at most %d", name, bound)
			sets[unique] = set
			props = append(props, checker.Property[lingerState]{Name: unique, Kind: checker.StaysAtMost, From: set, Bound: bound})
		}
	}
	res, err := checker.Check(context.Background(), checker.System[lingerState]{Exact: f}, props, checker.Options{Time: checker.Exact})
	require.NoError(t, err)
	for i, o := range res.Outcomes {
		require.NotEqual(t, checker.Unknown, o.Verdict, o.Reason)
		if o.Trace != nil {
			for k := range o.Trace.Steps { // its instants count, not the windows it shows
				e := &o.Trace.Steps[k].Event
				*e = [...]checker.Event{closing, arrival, timeout, abort}[e.ID-1]
			}
			note(checker.Replay(lingering{}, *o.Trace) != nil, "replay")
		}
		if set := sets[o.Property]; set != nil {
			longest := g.longest(set, set)
			note((o.Verdict == checker.Holds) != (longest <= props[i].Bound), "verdict on "+o.Property)
			note(o.Verdict == checker.Holds && o.Longest != longest, "longest of "+o.Property)
		}
	}
	return found
}
