package checker

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestVerdicts(t *testing.T) {
	always := func(from, goal func(string) bool) Property[string] {
		return Property[string]{Kind: Always, From: from, Goal: goal}
	}
	goal := func(k Kind, goal func(string) bool) Property[string] { return Property[string]{Kind: k, Goal: goal} }
	leads := func(from, goal func(string) bool) Property[string] {
		return Property[string]{Kind: LeadsTo, From: from, Goal: goal}
	}
	step := func(from string, ok bool) Property[string] {
		return Property[string]{Kind: StepAlways,
			Guard: func(s string, _ Event, _ Label, _ string) bool { return s == from },
			Step:  func(string, Event, Label, string) bool { return ok }}
	}
	within := func(from, goal func(string) bool, bound int64) Property[string] {
		return Property[string]{Kind: Within, From: from, Goal: goal, Bound: bound}
	}
	stays := func(from func(string) bool, bound int64) Property[string] {
		return Property[string]{Kind: StaysAtMost, From: from, Bound: bound}
	}
	type answer struct {
		verdict Verdict
		reason  string
		scope   Scope
		vacuous bool
		longest int64
		zeno    int
		at      []int64 // nil: no trace wanted
		loop    int
		end     int64
	}
	none := []int64{}
	for _, c := range []struct {
		name string
		m    *toy
		p    Property[string]
		time Mode
		want answer
	}{
		{"order is forced", race(), always(nil, notIn("two")), Exact, answer{verdict: Holds}},
		{"auto finds it too", race(), always(nil, notIn("two")), Auto, answer{verdict: Holds}},
		{"any cannot know", race(), always(nil, notIn("two")), Any, answer{reason: "possible", at: []int64{0}, loop: -1}},
		{"true of all orders", race(), always(nil, notIn("three")), Auto, answer{verdict: Holds, scope: AllDurations}},
		{"earliest instants", race(), always(nil, notIn("one-two")), Auto, answer{verdict: Violated, at: []int64{1, 3}, loop: -1, end: 3}},
		{"violated at once", race(), always(nil, notIn("none")), Auto, answer{verdict: Violated, at: none, loop: -1}},
		{"vacuous for sure", race(), always(in("three"), in()), Auto, answer{verdict: Holds, scope: AllDurations, vacuous: true}},
		{"vacuous in time", race(), always(in("two"), in()), Auto, answer{verdict: Holds, vacuous: true}},

		{"step holds", race(), step("none", true), Auto, answer{verdict: Holds, scope: AllDurations}},
		{"step violated", race(), step("one", false), Auto, answer{verdict: Violated, at: []int64{1, 3}, loop: -1, end: 3}},
		{"step that never happens", race(), step("two", false), Auto, answer{verdict: Holds, vacuous: true}},
		{"step is possible", race(), step("two", false), Any, answer{reason: "possible", at: []int64{0, 0}, loop: -1}},

		{"goal reached", race(), goal(Reachable, in("one-two")), Auto, answer{verdict: Holds, at: []int64{1, 3}, loop: -1, end: 3}},
		{"goal is possible", race(), goal(Reachable, in("one-two")), Any, answer{reason: "possible", at: []int64{0, 0}, loop: -1}},
		{"goal out of reach", race(), goal(Reachable, in("two-one")), Auto, answer{verdict: Violated}},
		{"goal of no order", race(), goal(Reachable, in("three")), Auto, answer{verdict: Violated, scope: AllDurations}},

		{"eventually in any order", race(), goal(Eventually, in("one-two", "two-one")), Auto, answer{verdict: Holds, scope: AllDurations}},
		{"eventually in time", race(), goal(Eventually, in("one-two")), Auto, answer{verdict: Holds}},
		{"eventually is doubtful", race(), goal(Eventually, in("one-two")), Any, answer{reason: "possible", at: []int64{0, 0}, loop: 2}},
		{"never, in the end state", race(), goal(Eventually, in("two")), Auto, answer{verdict: Violated, at: []int64{1, 3}, loop: 2, end: 3}},
		{"waits for ever", patience(), goal(Eventually, in("done")), Auto, answer{verdict: Violated, at: none, loop: 0}},
		{"once begun it ends", patience(), leads(in("busy"), in("done")), Auto, answer{verdict: Holds, scope: AllDurations}},
		{"begun, and then never", patience(), leads(in("busy"), in("idle")), Auto, answer{verdict: Violated, at: []int64{2, 7}, loop: 2, end: 7}},
		{"never begun", patience(), leads(in("absent"), in()), Auto, answer{verdict: Holds, scope: AllDurations, vacuous: true}},

		// A tick of [1, 1] keeps a stop of [0, 10]: no fair run stays on.
		{"unfair loop", ticking([2]int64{1, 1}, [2]int64{0, 10}, false), goal(Eventually, in("off")), Auto, answer{verdict: Holds, scope: AllDurations}},
		{"unfair loop in time", ticking([2]int64{1, 1}, [2]int64{0, 10}, false), goal(Eventually, in("off")), Exact, answer{verdict: Holds}},
		{"restarted for ever", ticking([2]int64{1, 1}, [2]int64{0, 10}, true), goal(Eventually, in("off")), Auto, answer{verdict: Violated, at: []int64{1}, loop: 0, end: 1}},
		{"restarted too late", ticking([2]int64{7, 7}, [2]int64{5, 5}, true), goal(Eventually, in("off")), Auto, answer{verdict: Holds}},
		// Ticks without duration: the stop is due at 5, and the loop stops time.
		{"zeno, due event", ticking([2]int64{0, 0}, [2]int64{5, 5}, false), goal(Eventually, in("off")), Exact, answer{verdict: Holds, zeno: 1}},
		{"zeno, all restarted", ticking([2]int64{0, 0}, [2]int64{5, 5}, true), goal(Eventually, in("off")), Auto, answer{verdict: Holds, zeno: 1}},
		{"not zeno, may take time", ticking([2]int64{0, 1}, [2]int64{5, 5}, true), goal(Eventually, in("off")), Auto, answer{verdict: Violated, at: []int64{0}, loop: 0}},
		{"leads to, cyclic", ticking([2]int64{1, 1}, [2]int64{0, 10}, true), leads(in("on"), in("off")), Auto, answer{verdict: Violated, at: []int64{1}, loop: 0, end: 1}},

		{"within, to the microsecond", race(), within(nil, in("one-two"), 4), Auto, answer{verdict: Holds, longest: 4}},
		{"one less is too little", race(), within(nil, in("one-two"), 3), Auto, answer{verdict: Violated, at: []int64{1}, loop: -1, end: 4}},
		{"from a state on", race(), within(in("one"), in("one-two"), 3), Auto, answer{verdict: Holds, longest: 3}},
		{"latest stay solved", race(), within(in("one"), in("one-two"), 2), Auto, answer{verdict: Violated, at: []int64{1}, loop: -1, end: 4}},
		{"within needs exact", race(), within(nil, in("one-two"), 4), Any, answer{reason: "needs exact time"}},
		{"within, vacuous", race(), within(in("two"), in(), 0), Auto, answer{verdict: Holds, vacuous: true}},
		{"within, waits for ever", patience(), within(nil, in("done"), 9), Auto, answer{verdict: Violated, at: none, loop: 0, end: 10}},
		{"within, goal at once", race(), within(nil, in("none", "one", "one-two"), 0), Auto, answer{verdict: Holds}},

		{"queue, the younger is due later", queue(), stays(notIn("0"), 4), Auto, answer{verdict: Holds, longest: 4}},
		{"queue, too long", queue(), stays(notIn("0"), 3), Auto, answer{verdict: Violated, at: []int64{1, 1}, loop: -1, end: 4}},
		{"queue of two", queue(), stays(in("2"), 2), Auto, answer{verdict: Holds, longest: 2}},
		{"restarted timer", timer(true), stays(in("armed", "again"), 16), Auto, answer{verdict: Holds, longest: 16}},
		{"restarted timer, again", timer(true), stays(in("again"), 9), Auto, answer{verdict: Violated, at: []int64{4}, loop: -1, end: 14}},
		{"cancelled timer", timer(false), goal(Reachable, in("expired")), Auto, answer{verdict: Violated}},
		{"stays for ever", timer(false), stays(in("cancelled"), 100), Auto, answer{verdict: Violated, at: []int64{4}, loop: 1, end: 105}},
		{"stays nowhere", timer(false), stays(in("absent"), 100), Auto, answer{verdict: Holds, vacuous: true}},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := ask(t, c.m, Options{Time: c.time}, c.p).Outcomes[0]
			got := answer{verdict: o.Verdict, reason: o.Reason, scope: o.Scope, vacuous: o.Vacuous, longest: o.Longest, zeno: o.Zeno}
			if o.Trace != nil {
				got.at, got.loop, got.end = append(none, instants(o.Trace)...), o.Trace.Loop, o.Trace.End
			}
			require.Equal(t, c.want, got)
			require.Equal(t, c.p.Kind, o.Kind)
		})
	}
}

func TestCounts(t *testing.T) {
	for _, c := range []struct {
		name string
		m    *toy
		mode Mode
		want Run
	}{
		{"race", race(), Any, Run{States: 5, Classes: 5, Transitions: 4, Depth: 3}},
		{"race", race(), Exact, Run{States: 3, Classes: 3, Explored: 3, Transitions: 2, Depth: 3}},
		{"queue", queue(), Any, Run{States: 5, Classes: 5, Transitions: 5, Depth: 4}},
		// "1" is come to from "2" with the window [0, 3], and then from "0+" with
		// [1, 3], which that includes.
		{"queue", queue(), Exact, Run{States: 5, Classes: 5, Explored: 5, Transitions: 5, Depth: 4}},
		// Classes with the stop due in 10, 9 ... 0, and the one without; at 10 the
		// last tick and the stop come in both orders.
		{"ticking", ticking([2]int64{1, 1}, [2]int64{10, 10}, false), Exact, Run{States: 2, Classes: 12, Explored: 12, Transitions: 12, Depth: 11}},
		// With a stop from 0 on the first class includes all others.
		{"stopping", ticking([2]int64{1, 1}, [2]int64{0, 10}, false), Exact, Run{States: 2, Classes: 2, Explored: 2, Transitions: 2, Depth: 2}},
	} {
		t.Run(c.name+" "+c.mode.String(), func(t *testing.T) {
			c.want.Time, c.want.Purpose, c.want.Reduction, c.want.Complete = c.mode, "safety", "none", true
			for range 2 {
				res := ask(t, c.m, Options{Time: c.mode}, Property[string]{Kind: Always, Goal: notIn()})
				require.Equal(t, c.want, summary(res.Runs[0]))
			}
		})
	}
}

// A bound turns "no violation" into unknown; what was found stays found.
func TestBounds(t *testing.T) {
	m := ticking([2]int64{2, 2}, [2]int64{1000, 1000}, false) // classes do not merge: odd instants lie between
	holds := Property[string]{Name: "holds", Kind: Always, Goal: notIn("absent")}
	finds := Property[string]{Name: "finds", Kind: Always, Goal: notIn("on")}
	late := Property[string]{Name: "late", Kind: Within, Goal: in("off"), Bound: 2000}
	live := Property[string]{Name: "live", Kind: Eventually, Goal: in("absent")}
	done, cancel := context.WithCancel(context.Background())
	cancel()
	for _, c := range []struct {
		reason string
		ctx    context.Context
		opt    Options
		found  bool
	}{
		{"states", context.Background(), Options{MaxStates: 5}, true},
		{"depth", context.Background(), Options{MaxDepth: 3}, true},
		{"time", context.Background(), Options{MaxTime: time.Nanosecond}, false},
		{"memory", context.Background(), Options{Memory: 1}, true},
		{"interrupted", done, Options{}, false},
	} {
		t.Run(c.reason, func(t *testing.T) {
			c.opt.Time = Exact
			res, err := Check(c.ctx, System[string]{Exact: m}, []Property[string]{holds, finds, late}, c.opt)
			require.NoError(t, err)
			require.Equal(t, Unknown, res.Outcomes[0].Verdict)
			require.Equal(t, c.reason, res.Outcomes[0].Reason)
			require.Equal(t, Unknown, res.Outcomes[2].Verdict)
			require.Equal(t, c.reason, res.Outcomes[2].Reason)
			if c.found {
				require.Equal(t, Violated, res.Outcomes[1].Verdict)
				require.False(t, res.Runs[0].Complete)
				require.Equal(t, c.reason, res.Runs[0].Stopped)
			} else {
				require.Equal(t, c.reason, res.Outcomes[1].Reason)
			}

			c.opt.Time = Any
			res, err = Check(c.ctx, System[string]{Exact: race()}, []Property[string]{holds, live}, c.opt)
			require.NoError(t, err)
			if c.opt.MaxStates+c.opt.MaxDepth == 0 { // race has five states on three levels
				require.Equal(t, c.reason, res.Outcomes[0].Reason)
				require.Equal(t, c.reason, res.Outcomes[1].Reason)
				return
			}
			require.Equal(t, Holds, res.Outcomes[0].Verdict)
			require.True(t, res.Runs[0].Complete, "a bound of the size of the graph is not hit")
		})
	}
	res := ask(t, race(), Options{MaxStates: 4, Time: Any}, holds, live)
	require.Equal(t, "states", res.Outcomes[0].Reason)
	require.Equal(t, "states", res.Outcomes[1].Reason)
	require.Equal(t, Run{Purpose: "safety and liveness", Time: Any, Reduction: "none", States: 4, Classes: 4, Transitions: 4, Depth: 3, Stopped: "states"}, summary(res.Runs[0]))
}

// TestStatesBoundWhatIsExpanded: two clocks that drift apart by 1 at each tick go on for
// a thousand levels, on each of which larger classes take the place of those before.
func TestStatesBoundWhatIsExpanded(t *testing.T) {
	m := &toy{
		start: []string{"on"}, windows: map[uint64][2]int64{1: {1000, 1001}, 2: {1000, 1001}}, pending: map[string][]uint64{"on": {1, 2}},
		steps: map[string][]toyStep{"on": {{id: 1, to: "on", fresh: []uint64{1}}, {id: 2, to: "on", fresh: []uint64{2}}}},
	}
	holds := Property[string]{Name: "holds", Kind: Always, Goal: notIn("absent")}
	whole := ask(t, m, Options{Time: Exact}, holds)
	require.Equal(t, Holds, whole.Outcomes[0].Verdict)
	run := whole.Runs[0]
	require.Greater(t, run.Explored, 100*run.Classes)
	for _, workers := range []int{1, 2} {
		res := ask(t, m, Options{Time: Exact, MaxStates: 50, Workers: workers}, holds)
		require.Equal(t, Unknown, res.Outcomes[0].Verdict)
		require.Equal(t, "states", res.Outcomes[0].Reason)
		require.LessOrEqual(t, res.Runs[0].Explored, expandedPerKept*50)
	}
}

func TestAutoGivesUpAny(t *testing.T) {
	p := Property[string]{Name: "p", Kind: Always, Goal: notIn("three")}
	res := ask(t, race(), Options{AnyStates: 4}, p)
	require.Equal(t, []string{"any-states", ""}, []string{res.Runs[0].Stopped, res.Runs[1].Stopped})
	require.Equal(t, Holds, res.Outcomes[0].Verdict)
	require.Equal(t, TheseDurations, res.Outcomes[0].Scope)
}

func TestFull(t *testing.T) {
	m := race()
	m.steps["one"] = append(m.steps["one"], toyStep{id: 2, full: true})
	never := Property[string]{Name: "never", Kind: Always, Goal: notIn("absent")}
	found := Property[string]{Name: "found", Kind: Always, Goal: notIn("one-two")}
	live := Property[string]{Name: "live", Kind: Eventually, Goal: in("one", "two")}
	for _, mode := range []Mode{Auto, Exact, Any} {
		res := ask(t, m, Options{Time: mode}, never, found, live)
		require.Equal(t, "full", res.Outcomes[0].Reason)
		require.Equal(t, mode != Any, res.Outcomes[1].Verdict == Violated)
		require.Equal(t, "full", res.Runs[0].Stopped)
	}
	// What is full only in an order that time forbids is not full.
	m = race()
	m.steps["two"][0].full = true
	res := ask(t, m, Options{}, never)
	require.Equal(t, Holds, res.Outcomes[0].Verdict)
	require.Equal(t, TheseDurations, res.Outcomes[0].Scope)
}

func TestAnySystem(t *testing.T) {
	lacking := race()
	lacking.steps["none"] = lacking.steps["none"][1:]
	sys := System[string]{Exact: race(), Any: lacking}
	props := []Property[string]{
		{Name: "p", Kind: Always, Goal: notIn("one")},
		{Name: "q", Kind: Always, Goal: notIn("two")},
	}
	require.PanicsWithValue(t, `checker: property "p" is decided in Any and refuted in Exact; System.Any lacks a run of System.Exact`, func() {
		_, _ = Check(context.Background(), sys, props, Options{})
	})
}

func TestSeveralInitialStates(t *testing.T) {
	m := race()
	m.start = []string{"none", "two", "none"}
	res := ask(t, m, Options{Time: Exact},
		Property[string]{Name: "met", Kind: Reachable, Goal: in("two-one")},
		Property[string]{Name: "late", Kind: Within, Goal: in("two-one", "one-two"), Bound: 4},
		Property[string]{Name: "live", Kind: Eventually, Goal: in("one-two")})
	require.Equal(t, "two", res.Outcomes[0].Trace.Init)
	require.Equal(t, []int64{1}, instants(res.Outcomes[0].Trace))
	require.EqualValues(t, 4, res.Outcomes[1].Longest)
	require.Equal(t, "two", res.Outcomes[2].Trace.Init)
	require.Equal(t, Run{Time: Exact, Purpose: "safety", Reduction: "none", States: 5, Classes: 5, Explored: 5, Transitions: 3, Depth: 3, Complete: true}, summary(res.Runs[0]))
}

func TestProgress(t *testing.T) {
	var got []Progress
	opt := Options{Time: Any, MaxStates: 10, Progress: func(p Progress) { got = append(got, p) }}
	ask(t, race(), opt, Property[string]{Kind: Always, Goal: notIn()})
	require.Len(t, got, 1)
	require.Equal(t, 5, got[0].States)
	require.InDelta(t, 0.5, got[0].Share, 1e-9)
	require.NotZero(t, got[0].Memory)
}

func TestMisuse(t *testing.T) {
	ok := Property[string]{Name: "p", Kind: Always, Goal: notIn()}
	with := func(change func(*Property[string])) []Property[string] {
		p := ok
		change(&p)
		return []Property[string]{ok, {Name: "q", Kind: Reachable, Goal: in()}, p}
	}
	for says, props := range map[string][]Property[string]{
		"property 3 of 3 has no name":                        with(func(p *Property[string]) { p.Name = "" }),
		`property "p" is given twice`:                        with(func(*Property[string]) {}),
		`property "r" has no kind (0)`:                       with(func(p *Property[string]) { p.Name, p.Kind = "r", 0 }),
		`property "r" has no kind (99)`:                      with(func(p *Property[string]) { p.Name, p.Kind = "r", 99 }),
		`"r": a property of kind "always" needs Goal`:        with(func(p *Property[string]) { p.Name, p.Goal = "r", nil }),
		`"r": a property of kind "step" needs Step`:          with(func(p *Property[string]) { p.Name, p.Kind = "r", StepAlways }),
		`"r": a property of kind "stays-at-most" needs From`: with(func(p *Property[string]) { p.Name, p.Kind = "r", StaysAtMost }),
		`"r": Bound is -1`:                                   with(func(p *Property[string]) { p.Name, p.Kind, p.Bound = "r", Within, -1 }),
	} {
		_, err := Check(context.Background(), System[string]{Exact: race()}, props, Options{})
		require.ErrorContains(t, err, says)
	}
	_, err := Check(context.Background(), System[string]{}, nil, Options{})
	require.ErrorContains(t, err, "System.Exact is nil")
	_, err = Check(context.Background(), System[string]{Exact: &toy{}}, nil, Options{})
	require.ErrorContains(t, err, "no initial state")
	_, err = Check(context.Background(), System[string]{Exact: race(), Any: &toy{}}, nil, Options{})
	require.ErrorContains(t, err, "System.Any) has no initial state")
	_, err = Explore(context.Background(), Model[string](&toy{}), Any, Options{}, Visitor[string]{})
	require.ErrorContains(t, err, "no initial state")
	_, err = Explore(context.Background(), nil, Any, Options{}, Visitor[string]{})
	require.ErrorContains(t, err, "a model is needed")
}

func TestModelBugs(t *testing.T) {
	for says, spoil := range map[string]func(*toy){
		"event 1 has the window [2, 1]":                                    func(m *toy) { m.windows[1] = [2]int64{2, 1} },
		"event 1 has the window [-1, 1]":                                   func(m *toy) { m.windows[1] = [2]int64{-1, 1} },
		"event 3 is pending 1 times after event 1 fired":                   func(m *toy) { m.pending["one"] = []uint64{2, 3} },
		"event 1 is pending 1 times after event 1 fired":                   func(m *toy) { m.pending["one"] = []uint64{1, 2} },
		"event 2 is pending 1 times after event 1 fired, of which 2 fresh": func(m *toy) { m.steps["none"][0].fresh = []uint64{2, 2} },
		"event 9 is fresh after event 1 fired, but not pending":            func(m *toy) { m.steps["none"][0].fresh = []uint64{9} },
		"FreshCount is 17 after event 1 fired in none; at most 16":         func(m *toy) { m.steps["none"][0].fresh = make([]uint64, 17) },
	} {
		m := race()
		spoil(m)
		func() {
			defer func() { require.Contains(t, recover(), says) }()
			ask(t, m, Options{Time: Exact}, Property[string]{Kind: Always, Goal: notIn()})
			t.Error("no panic: " + says)
		}()
	}
}
