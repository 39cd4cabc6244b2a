package checker_test

import (
	"context"
	"testing"

	"github.com/finwait/finwait/checker"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// byParity is the party of an event in a random table.
func byParity(e checker.Event) uint8 { return uint8(e.ID % 2) }

// mostSteps bounds the runs that are looked at one by one.
const mostSteps = 12

// drawTurns draws a question with a run that answers it, nil where there is none, and
// the ticks of the model as the mode of the run sees it.
func drawTurns(t *rapid.T) (m *table, p checker.Property[tableState], found *checker.Trace[tableState], g *tickGraph[tableState]) {
	m = drawTable(t, sizes{earliest: 3, latest: 5, ids: 3, copies: 1})
	mode := rapid.SampledFrom([]checker.Mode{checker.Exact, checker.Exact, checker.Any}).Draw(t, "mode")
	if mode == checker.Any {
		for i := range m.windows {
			m.windows[i].Earliest, m.windows[i].Latest = 0, checker.Forever
		}
	}
	if g = exploreTicks(m, 5_000); g == nil {
		t.Skip("the oracle has no room for it; rapid draws another")
	}
	props := drawProperties(t, g)
	p = props[rapid.IntRange(0, len(props)-1).Draw(t, "property")]
	res, err := checker.Check(context.Background(), checker.System[tableState]{Exact: m}, []checker.Property[tableState]{p}, checker.Options{Time: mode, Reduction: checker.ReduceNone})
	require.NoError(t, err)
	found = res.Outcomes[0].Trace
	if found != nil && (found.Loop >= 0 && found.Loop < len(found.Steps) || len(found.Steps) > mostSteps) {
		found = nil
	}
	return m, p, found, g
}

// walk is a place of a run in a tick graph, with its turns.
type walk struct {
	node  int
	party int // -1: nobody yet
	due   bool
	stay  int64 // how long that has been so
}

// fewest is by brute force the least number of turns of a run of so many steps that
// shows the property; it looks at every run.
func fewest(g *tickGraph[tableState], m *table, p checker.Property[tableState], steps int) int {
	bad := func(s tableState) bool { return (p.From == nil || p.From(s)) && !p.Goal(s) }
	due := func(before bool, s tableState) bool {
		switch p.Kind {
		case checker.Eventually:
			return before && !p.Goal(s)
		case checker.StaysAtMost:
			return p.From(s)
		}
		return (before || p.From(s)) && !p.Goal(s)
	}
	level := map[walk]int{} // the fewest turns
	visit := func(w walk, n int, next map[walk]int) {
		if old, ok := next[w]; !ok || n < old {
			next[w] = n
		}
	}
	for _, i := range g.initial {
		w := walk{node: i, party: -1}
		if p.Kind >= checker.Eventually {
			w.due = due(p.Kind == checker.Eventually, g.nodes[i].state)
		}
		visit(w, 0, level)
	}
	best := -1
	hit := func(n int) {
		if best < 0 || n < best {
			best = n
		}
	}
	for step := 0; ; step++ {
		next := map[walk]int{}
		todo := []walk{}
		for w := range level {
			todo = append(todo, w)
		}
		for len(todo) > 0 {
			w := todo[0]
			todo = todo[1:]
			n, s := level[w], g.nodes[w.node].state
			if step == steps {
				switch p.Kind {
				case checker.Always:
					if bad(s) {
						hit(n)
					}
				case checker.Reachable:
					if p.Goal(s) {
						hit(n)
					}
				case checker.Eventually, checker.LeadsTo:
					if w.due && calmAt(m, s) {
						hit(n)
					}
				case checker.Within, checker.StaysAtMost:
					if w.due && (w.stay > p.Bound || calmAt(m, s)) {
						hit(n)
					}
				}
			}
			for _, a := range g.arcs[w.node] {
				to := g.nodes[a.to].state
				if a.tick {
					after := w
					if after.node = a.to; w.due && p.Kind >= checker.Within {
						after.stay = min(w.stay+1, p.Bound+1)
					}
					if old, ok := level[after]; !ok || n < old {
						level[after] = n
						todo = append(todo, after)
					}
					continue
				}
				if step == steps {
					continue
				}
				turns := n
				if party := int(byParity(a.event)); w.party >= 0 && party != w.party {
					turns++
				}
				if p.Kind == checker.StepAlways && step == steps-1 && p.Guard(s, a.event, a.label, to) && !p.Step(s, a.event, a.label, to) {
					hit(turns)
				}
				after := walk{node: a.to, party: int(byParity(a.event)), stay: w.stay}
				if p.Kind >= checker.Eventually {
					after.due = due(w.due, to)
				}
				if !after.due || !w.due {
					after.stay = 0
				}
				visit(after, turns, next)
			}
		}
		if step == steps {
			return best
		}
		level = next
	}
}

func calmAt(m *table, s tableState) bool {
	for _, e := range m.Events(s, nil) {
		if e.Latest != checker.Forever {
			return false
		}
	}
	return true
}

func turnsOf(t *checker.Trace[tableState]) (n int) {
	for i := 1; i < len(t.Steps); i++ {
		if byParity(t.Steps[i].Event) != byParity(t.Steps[i-1].Event) {
			n++
		}
	}
	return n
}

// Against brute force: as few turns as any run of that length has, and a run that shows
// what it should, whoever many workers look for it.
func TestFewestTurns(t *testing.T) {
	seen := 0
	rapid.Check(t, func(t *rapid.T) {
		m, p, found, g := drawTurns(t)
		if found == nil {
			return
		}
		seen++
		sys := checker.System[tableState]{Exact: m}
		best, sure := checker.FewestTurns(context.Background(), sys, p, found, byParity, checker.Options{Workers: 1})
		require.True(t, sure)
		require.Len(t, best.Steps, len(found.Steps))
		require.Equal(t, fewest(g, m, p, len(found.Steps)), turnsOf(best), "%v: %+v", p.Name, *best)
		require.NoError(t, checker.Replay(m, *best))
		require.True(t, shows(p, best), "%v: %+v", p.Name, *best)
		again, _ := checker.FewestTurns(context.Background(), sys, p, found, byParity, checker.Options{Workers: 3})
		require.Equal(t, best, again)
	})
	if !testing.Short() {
		require.Positive(t, seen)
	}
}

// A search that counts the turns of other parties than the oracle's is found out.
func TestFewestTurnsFault(t *testing.T) {
	sys := checker.System[[3]uint8]{Exact: three{}}
	p := checker.Property[[3]uint8]{Name: "reachable", Kind: checker.Reachable, Goal: func(s [3]uint8) bool { return s == [3]uint8{2, 2, 2} }}
	res, err := checker.Check(context.Background(), sys, []checker.Property[[3]uint8]{p}, checker.Options{Time: checker.Exact})
	require.NoError(t, err)
	for name, faulty := range map[string]func(checker.Event) uint8{
		"all are one party":                func(checker.Event) uint8 { return 0 },
		"the last two belong to one party": func(e checker.Event) uint8 { return uint8(e.ID / 2) },
	} {
		best, _ := checker.FewestTurns(context.Background(), sys, p, res.Outcomes[0].Trace, faulty, checker.Options{})
		turns := 0
		for i, step := range best.Steps[1:] {
			if byParity(step.Event) != byParity(best.Steps[i].Event) {
				turns++
			}
		}
		require.Greater(t, turns, 1, name)
	}
}

// three are counters that each of the events 1 to 3 moves on by one, up to two. The
// first and the last belong to one party.
type three struct{}

func (three) Init() [][3]uint8 { return [][3]uint8{{}} }

func (three) Events(s [3]uint8, buf []checker.Event) []checker.Event {
	for i, n := range s {
		if n < 2 {
			buf = append(buf, checker.Event{ID: uint64(i + 1), Latest: 10})
		}
	}
	return buf
}

func (three) Fire(s [3]uint8, e checker.Event, emit func([3]uint8, checker.Effect)) {
	if s[e.ID-1]++; s[e.ID-1] < 2 {
		emit(s, fresh(0, e.ID))
		return
	}
	emit(s, fresh(0))
}

func TestFewestTurnsIsFewer(t *testing.T) {
	done := func(s [3]uint8) bool { return s == [3]uint8{2, 2, 2} }
	for _, p := range []checker.Property[[3]uint8]{
		{Name: "reachable", Kind: checker.Reachable, Goal: done},
		{Name: "always", Kind: checker.Always, Goal: not(done)},
		{Name: "eventually", Kind: checker.Eventually, Goal: func([3]uint8) bool { return false }},
		{Name: "step", Kind: checker.StepAlways, Step: func(_ [3]uint8, _ checker.Event, _ checker.Label, to [3]uint8) bool { return !done(to) }},
	} {
		for _, mode := range []checker.Mode{checker.Exact, checker.Any} {
			sys := checker.System[[3]uint8]{Exact: three{}}
			res, err := checker.Check(context.Background(), sys, []checker.Property[[3]uint8]{p}, checker.Options{Time: mode})
			require.NoError(t, err)
			best, sure := checker.FewestTurns(context.Background(), sys, p, res.Outcomes[0].Trace, byParity, checker.Options{})
			require.True(t, sure)
			require.Len(t, best.Steps, 6)
			turns := 0
			for i, step := range best.Steps[1:] {
				if byParity(step.Event) != byParity(best.Steps[i].Event) {
					turns++
				}
			}
			require.Equal(t, 1, turns, "%s in %v", p.Name, mode)
			_, sure = checker.FewestTurns(context.Background(), sys, p, res.Outcomes[0].Trace, byParity, checker.Options{MaxStates: 3})
			require.False(t, sure, "a bound")
		}
	}
}

func TestFewestTurnsBounds(t *testing.T) {
	m := pingTable(3)
	p := checker.Property[tableState]{Name: "p", Kind: checker.Reachable, Goal: func(s tableState) bool { return s.at == 1 }}
	res, err := checker.Check(context.Background(), checker.System[tableState]{Exact: m}, []checker.Property[tableState]{p}, checker.Options{Time: checker.Exact})
	require.NoError(t, err)
	found := res.Outcomes[0].Trace
	require.NotNil(t, found)
	looping := *found
	looping.Loop = 0
	best, sure := checker.FewestTurns(context.Background(), checker.System[tableState]{Exact: m}, p, &looping, byParity, checker.Options{})
	require.False(t, sure, "loops are not looked at")
	require.Same(t, &looping, best)
}
