package checker_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/finwait/finwait/checker"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// table is a model given by its tables.
type table struct {
	windows  []checker.Event // the event of ID n is at n-1
	pending  [][]uint64      // IDs pending in each state, oldest first
	moves    map[move][]outcome
	remember bool
}

type move struct {
	at uint8
	id uint64
}

type outcome struct {
	next  uint8
	label uint64
	fresh []uint64
}

// tableState is a row of the table; one that remembers also has the last two
// events, so that the discrete states show in which order they can happen.
type tableState struct {
	at   uint8
	last [2]uint8
}

func (m *table) Init() []tableState { return []tableState{{}} }

func (m *table) Events(s tableState, buf []checker.Event) []checker.Event {
	for _, id := range m.pending[s.at] {
		buf = append(buf, m.windows[id-1])
	}
	return buf
}

func (m *table) Fire(s tableState, e checker.Event, emit func(tableState, checker.Effect)) {
	for _, o := range m.moves[move{s.at, e.ID}] {
		next := tableState{at: o.next}
		if m.remember {
			next.last = [2]uint8{uint8(e.ID), s.last[0]}
		}
		emit(next, fresh(o.label, o.fresh...))
	}
}

// sizes bound a random table: ends of windows are drawn up to earliest and
// latest, events up to ids, copies of one event up to copies.
type sizes struct {
	earliest, latest int64
	ids, copies      int
}

func drawTable(t *rapid.T, z sizes) *table {
	m := &table{moves: map[move][]outcome{}, remember: rapid.Bool().Draw(t, "remember")}
	ids := rapid.IntRange(1, z.ids).Draw(t, "ids")
	for id := 1; id <= ids; id++ {
		earliest := rapid.Int64Range(0, z.earliest).Draw(t, "earliest")
		latest := rapid.Int64Range(earliest, z.latest).Draw(t, "latest")
		if rapid.IntRange(0, 4).Draw(t, "forever") == 4 {
			latest = checker.Forever
		}
		m.windows = append(m.windows, checker.Event{ID: uint64(id), Earliest: earliest, Latest: latest})
	}
	states := rapid.IntRange(1, 6).Draw(t, "states")
	copies := make([][]int, states) // of each ID in each state
	for at := range states {
		copies[at] = make([]int, ids+1)
		var pending []uint64
		for id := 1; id <= ids; id++ {
			n := min(rapid.SampledFrom([]int{1, 0, 1, 2, 3}).Draw(t, "copies"), z.copies)
			copies[at][id] = n
			pending = append(pending, slices.Repeat([]uint64{uint64(id)}, n)...)
		}
		m.pending = append(m.pending, pending)
	}
	for at := range states {
		for id := 1; id <= ids; id++ {
			if copies[at][id] == 0 {
				continue
			}
			var outcomes []outcome
			for range rapid.IntRange(1, 2).Draw(t, "outcomes") {
				outcomes = append(outcomes, drawOutcome(t, copies, at, id))
			}
			m.moves[move{uint8(at), uint64(id)}] = outcomes
		}
	}
	return m
}

// drawOutcome draws a next state and which of its events are fresh: at least as
// many as cannot have been pending before, at most all.
func drawOutcome(t *rapid.T, copies [][]int, at, id int) outcome {
	o := outcome{next: uint8(rapid.IntRange(0, len(copies)-1).Draw(t, "next")), label: rapid.Uint64Range(0, 1).Draw(t, "label")}
	for other, n := range copies[o.next] {
		had := copies[at][other]
		if other == id {
			had--
		}
		least := max(0, n-had)
		for range rapid.IntRange(least, n).Draw(t, "fresh") {
			o.fresh = append(o.fresh, uint64(other))
		}
	}
	return o
}

// drawSet draws a set of states: some rows, or rows after some events.
func drawSet(t *rapid.T, name string) func(tableState) bool {
	rows := rapid.IntRange(0, 63).Draw(t, name+" rows")
	events := rapid.SampledFrom([]int{31, 31, 6, 9, 26}).Draw(t, name+" events")
	return func(s tableState) bool { return rows>>s.at&1 == 1 && events>>s.last[0]&1 == 1 }
}

// tickLimit is the number of tick states up to which the oracle is asked.
const tickLimit = 20_000

func TestRandomSmallWindows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) { agree(t, sizes{earliest: 6, latest: 6, ids: 4, copies: 2}) })
}

func TestRandomWideWindows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) { agree(t, sizes{earliest: 15, latest: 40, ids: 3, copies: 1}) })
}

func TestRandomQueues(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) { agree(t, sizes{earliest: 4, latest: 5, ids: 2, copies: 3}) })
}

// TestRandomInstants has many events that must happen at once, so that time often
// cannot diverge along a cycle.
func TestRandomInstants(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) { agree(t, sizes{earliest: 1, latest: 1, ids: 4, copies: 2}) })
}

// agree draws a table and compares the engine with the oracle on it.
func agree(t *rapid.T, z sizes) {
	m := drawTable(t, z)
	g := exploreTicks(m, tickLimit)
	if g == nil {
		t.Skip("the oracle has no room for it; rapid draws another")
	}
	exact := explored(t, m, checker.Exact)
	require.Equal(t, g.states(), exact, "states of exact")
	all := explored(t, m, checker.Any)
	for s := range exact {
		require.True(t, all[s], "any has %+v too", s)
	}

	props := drawProperties(t, g)
	system := checker.System[tableState]{Exact: m}
	for _, opt := range []checker.Options{{Time: checker.Exact}, {Time: checker.Any}, {Time: checker.Auto}, {Time: checker.Exact, Merge: true}} {
		mode := opt.Time
		opt.MaxTime = time.Minute
		res, err := checker.Check(context.Background(), system, props, opt)
		require.NoError(t, err)
		require.Len(t, res.Outcomes, len(props))
		for i, p := range props {
			judge(t, g, m, p, res.Outcomes[i], mode)
		}
	}
}

// explored is the set of states that an exploration visits.
func explored[S comparable](t require.TestingT, m checker.Model[S], mode checker.Mode) map[S]bool {
	set := map[S]bool{}
	run, err := checker.Explore(context.Background(), m, mode, checker.Options{}, checker.Visitor[S]{
		State: func(s S) { set[s] = true },
		Step:  func(S, checker.Event, checker.Label, S) {},
	})
	require.NoError(t, err)
	require.True(t, run.Complete, run.Stopped)
	require.Equal(t, len(set), run.States)
	return set
}

// drawProperties draws one property of each kind, and bounds around the longest
// stay that the oracle finds.
func drawProperties(t *rapid.T, g *tickGraph[tableState]) []checker.Property[tableState] {
	type property = checker.Property[tableState]
	from, goal := drawSet(t, "from"), drawSet(t, "goal")
	label := uint64(rapid.IntRange(0, 1).Draw(t, "label"))
	props := []property{
		{Name: "always", Kind: checker.Always, From: from, Goal: goal},
		{Name: "step", Kind: checker.StepAlways,
			Guard: func(s tableState, _ checker.Event, _ checker.Label, _ tableState) bool { return from(s) },
			Step: func(_ tableState, _ checker.Event, how checker.Label, to tableState) bool {
				return how[0] == label || goal(to)
			}},
		{Name: "reachable", Kind: checker.Reachable, Goal: goal},
		{Name: "eventually", Kind: checker.Eventually, Goal: goal},
		{Name: "leads-to", Kind: checker.LeadsTo, From: from, Goal: goal},
	}
	late, stay := g.longest(not(goal), from), g.longest(from, from)
	for i, bound := range bounds(late) {
		props = append(props, property{Name: fmt.Sprint("within-", i), Kind: checker.Within, From: from, Goal: goal, Bound: bound})
	}
	for i, bound := range bounds(stay) {
		props = append(props, property{Name: fmt.Sprint("stays-", i), Kind: checker.StaysAtMost, From: from, Bound: bound})
	}
	return props
}

// bounds are interesting bounds where the longest duration is n.
func bounds(n int64) []int64 {
	if n == checker.Forever || n < 1 {
		return []int64{0, 3, 25}
	}
	return []int64{n - 1, n, n + 25}
}

func not[S any](set func(S) bool) func(S) bool { return func(s S) bool { return !set(s) } }

// judge compares an outcome with what the oracle says, and its trace with what
// it claims to show.
func judge(t *rapid.T, g *tickGraph[tableState], m *table, p checker.Property[tableState], o checker.Outcome[tableState], mode checker.Mode) {
	want, longest, guarded := expected(g, p)
	switch {
	case mode == checker.Any && o.Verdict == checker.Unknown:
		// Orders that no time allows may be in the way.
	default:
		require.Equal(t, want, o.Verdict, "%v under %v, bound %d, longest %d: %q", p.Name, mode, p.Bound, longest, o.Reason)
	}
	timed := p.Kind == checker.Within || p.Kind == checker.StaysAtMost
	if timed && want == checker.Holds && guarded && o.Verdict == checker.Holds {
		require.Equal(t, max(0, longest), o.Longest, "longest of %v under %v, bound %d", p.Name, mode, p.Bound)
	}
	if mode == checker.Exact && p.Kind != checker.Eventually && p.Kind != checker.Reachable && want == checker.Holds {
		require.Equal(t, !guarded, o.Vacuous, "vacuous %v", p.Name)
	}
	wanted := o.Verdict == checker.Violated && p.Kind != checker.Reachable || o.Verdict == checker.Holds && p.Kind == checker.Reachable
	if o.Trace == nil {
		require.False(t, wanted, "%v is %v under %v without a trace", p.Name, o.Verdict, mode)
		return
	}
	require.NoError(t, checker.Replay(m, *o.Trace), "%v under %v: %+v", p.Name, mode, *o.Trace)
	if !wanted {
		return
	}
	require.Equal(t, checker.Exact, o.Trace.Mode)
	require.True(t, shows(p, o.Trace), "%v, bound %d: %+v", p.Name, p.Bound, *o.Trace)
	if o.Trace.Loop >= 0 {
		require.True(t, g.repeats(o.Trace), "%v: the loop cannot repeat: %+v", p.Name, *o.Trace)
	}
	switch p.Kind {
	case checker.Always:
		require.Len(t, o.Trace.Steps, g.steps(func(s tableState) bool { return p.From(s) && !p.Goal(s) }), "shortest")
	case checker.Reachable:
		require.Len(t, o.Trace.Steps, g.steps(p.Goal), "shortest")
	}
}

// expected is the oracle's answer, the longest stay or delay it is about, and
// whether the property says something at all.
func expected(g *tickGraph[tableState], p checker.Property[tableState]) (v checker.Verdict, longest int64, guarded bool) {
	holds := true
	guarded = true
	switch p.Kind {
	case checker.Always:
		guarded = g.steps(p.From) >= 0
		holds = g.steps(func(s tableState) bool { return p.From(s) && !p.Goal(s) }) < 0
	case checker.StepAlways:
		guarded = false
		for i, arcs := range g.arcs {
			for _, a := range arcs {
				from, to := g.nodes[i].state, g.nodes[a.to].state
				if !a.tick && p.Guard(from, a.event, a.label, to) {
					guarded = true
					holds = holds && p.Step(from, a.event, a.label, to)
				}
			}
		}
	case checker.Reachable:
		holds = g.steps(p.Goal) >= 0
	case checker.Eventually:
		holds = g.longestInitial(not(p.Goal)) != checker.Forever
	case checker.LeadsTo:
		guarded = g.steps(p.From) >= 0
		holds = g.longest(not(p.Goal), p.From) != checker.Forever
	case checker.Within:
		guarded = g.steps(p.From) >= 0
		longest = g.longest(not(p.Goal), p.From)
		holds = longest <= p.Bound
	case checker.StaysAtMost:
		guarded = g.steps(p.From) >= 0
		longest = g.longest(p.From, p.From)
		holds = longest <= p.Bound
	}
	if holds {
		return checker.Holds, longest, guarded
	}
	return checker.Violated, longest, guarded
}

// shows tells whether a trace is an example of what its property is about.
func shows[S comparable](p checker.Property[S], t *checker.Trace[S]) bool {
	switch last := t.Last(); p.Kind {
	case checker.Always:
		return p.From(last) && !p.Goal(last)
	case checker.Reachable:
		return p.Goal(last)
	case checker.StepAlways:
		n := len(t.Steps) - 1
		from := t.Init
		if n > 0 {
			from = t.Steps[n-1].State
		}
		s := t.Steps[n]
		return p.Guard(from, s.Event, s.Label, s.State) && !p.Step(from, s.Event, s.Label, s.State)
	}
	// The others are about a stretch from some instant on to the end: of what has
	// not reached the goal, or of what does not leave the set.
	set, from := not(p.Goal), p.From
	switch p.Kind {
	case checker.StaysAtMost:
		set = p.From
	case checker.Eventually:
		from = func(S) bool { return true }
	}
	states, instants := []S{t.Init}, []int64{0}
	for _, s := range t.Steps {
		states, instants = append(states, s.State), append(instants, s.At)
	}
	begins := -1
	for i := len(states) - 1; i >= 0 && set(states[i]); i-- {
		if from(states[i]) {
			begins = i
		}
	}
	if begins < 0 || p.Kind == checker.Eventually && begins > 0 {
		return false
	}
	if t.Loop >= 0 {
		return !slices.ContainsFunc(states[min(t.Loop, begins):], not(set))
	}
	timed := p.Kind == checker.Within || p.Kind == checker.StaysAtMost
	return timed && t.End-instants[begins] > p.Bound
}

// TestLongStayStaysSmall goes round a loop until a large bound is passed. Each
// lap must include the one before, instead of adding a class for every pair of a
// shortest and a longest time.
func TestLongStayStaysSmall(t *testing.T) {
	pinging := func(s tableState) bool { return s.at < 2 }
	stay := checker.Property[tableState]{Name: "stay", Kind: checker.StaysAtMost, From: pinging, Bound: 1000}
	res, err := checker.Check(context.Background(), checker.System[tableState]{Exact: pingTable(3)},
		[]checker.Property[tableState]{stay}, checker.Options{Time: checker.Exact, MaxStates: 20_000})
	require.NoError(t, err)
	require.Equal(t, checker.Violated, res.Outcomes[0].Verdict, res.Outcomes[0].Reason)
	require.Less(t, res.Runs[0].Classes, 20) // 502 without that
}
