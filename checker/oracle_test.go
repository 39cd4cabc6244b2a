package checker_test

import (
	"cmp"
	"fmt"
	"slices"
	"testing"

	"github.com/finwait/finwait/checker"
	"github.com/stretchr/testify/require"
)

// The oracle explores a model in ticks of one microsecond: a state is a discrete
// state with the age of every pending event, and time is a step like any other.
// It is far too slow for real durations, and simple enough to be believed. For
// closed windows with integer ends it agrees with dense time (Henzinger, Manna
// and Pnueli 1992), so the engine must agree with it on small windows.

// tickState is a discrete state and the ages of its pending events, a byte each,
// by ID and oldest first.
type tickState[S comparable] struct {
	state S
	ages  string
}

// tickArc is a step of the model or a tick of the clock.
type tickArc struct {
	to    int
	tick  bool
	event checker.Event
	label checker.Label
}

// tickGraph is all that can be reached.
type tickGraph[S comparable] struct {
	nodes   []tickState[S]
	arcs    [][]tickArc
	initial []int
}

// exploreTicks is nil when there are more than limit states.
func exploreTicks[S comparable](m checker.Model[S], limit int) *tickGraph[S] {
	g := &tickGraph[S]{}
	known := map[tickState[S]]int{}
	add := func(n tickState[S]) int {
		i, ok := known[n]
		if !ok {
			i = len(g.nodes)
			known[n] = i
			g.nodes = append(g.nodes, n)
		}
		return i
	}
	for _, s := range m.Init() {
		if i := add(tickState[S]{s, string(make([]byte, len(m.Events(s, nil))))}); !slices.Contains(g.initial, i) {
			g.initial = append(g.initial, i)
		}
	}
	for i := 0; i < len(g.nodes); i++ {
		if len(g.nodes) > limit {
			return nil
		}
		n := g.nodes[i]
		var arcs []tickArc
		if ages, ok := aged(m, n); ok {
			arcs = append(arcs, tickArc{to: add(tickState[S]{n.state, ages}), tick: true})
		}
		events := byID(m, n.state)
		for k, e := range events {
			if k > 0 && events[k-1].ID == e.ID || int64(n.ages[k]) < e.Earliest {
				continue // not the oldest, or too early
			}
			m.Fire(n.state, e, func(next S, how checker.Effect) {
				to := add(tickState[S]{next, agesAfter(m, n, k, next, how)})
				arcs = append(arcs, tickArc{to: to, event: e, label: how.Label})
			})
		}
		g.arcs = append(g.arcs, arcs)
	}
	return g
}

func byID[S comparable](m checker.Model[S], s S) []checker.Event {
	events := m.Events(s, nil)
	slices.SortStableFunc(events, func(a, b checker.Event) int { return cmp.Compare(a.ID, b.ID) })
	return events
}

// aged is n a tick later, unless some event must happen first.
func aged[S comparable](m checker.Model[S], n tickState[S]) (string, bool) {
	ages := []byte(n.ages)
	for k, e := range byID(m, n.state) {
		switch {
		case e.Latest == checker.Forever:
			ages[k] = byte(min(int64(ages[k])+1, e.Earliest)) // older makes no difference
		case int64(ages[k]) == e.Latest:
			return "", false
		default:
			ages[k]++
		}
	}
	return string(ages), true
}

// agesAfter are the ages in next after event number k of n fired.
func agesAfter[S comparable](m checker.Model[S], n tickState[S], k int, next S, how checker.Effect) string {
	before := map[uint64][]byte{}
	for j, e := range byID(m, n.state) {
		if j != k {
			before[e.ID] = append(before[e.ID], n.ages[j])
		}
	}
	after := map[uint64]int{}
	for _, e := range m.Events(next, nil) {
		after[e.ID]++
	}
	fresh := map[uint64]int{}
	for _, id := range how.Fresh[:how.FreshCount] {
		fresh[id]++
	}
	var ages []byte
	for _, id := range sortedKeys(after) {
		old := before[id]
		kept := after[id] - fresh[id]
		if kept < 0 || kept > len(old) {
			panic(fmt.Sprintf("inconsistent model: event %d in %+v", id, next))
		}
		ages = append(ages, old[len(old)-kept:]...) // the oldest are cancelled first
		ages = append(ages, make([]byte, fresh[id])...)
	}
	return string(ages)
}

func sortedKeys[V any](m map[uint64]V) []uint64 {
	var keys []uint64
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// states are the discrete states that can be reached.
func (g *tickGraph[S]) states() map[S]bool {
	set := map[S]bool{}
	for _, n := range g.nodes {
		set[n.state] = true
	}
	return set
}

// steps is the least number of steps to a state of set, -1 when there is none.
func (g *tickGraph[S]) steps(set func(S) bool) int {
	seen := make([]bool, len(g.nodes))
	level := g.initial
	for n := 0; len(level) > 0; n++ {
		var next []int
		for k := 0; k < len(level); k++ {
			i := level[k]
			if seen[i] {
				continue
			}
			seen[i] = true
			if set(g.nodes[i].state) {
				return n
			}
			for _, a := range g.arcs[i] {
				if a.tick {
					level = append(level, a.to) // costs no step
				} else {
					next = append(next, a.to)
				}
			}
		}
		level = next
	}
	return -1
}

// longest is how long a run can stay in a set, counted from the moment it is in
// a state of from: Forever when there is no end to it, -1 when it never is.
func (g *tickGraph[S]) longest(set, from func(S) bool) int64 {
	var start []int
	for i, n := range g.nodes {
		if set(n.state) && from(n.state) {
			start = append(start, i)
		}
	}
	return g.longestFrom(set, start)
}

// longestInitial is the same from the initial states.
func (g *tickGraph[S]) longestInitial(set func(S) bool) int64 {
	var start []int
	for _, i := range g.initial {
		if set(g.nodes[i].state) {
			start = append(start, i)
		}
	}
	return g.longestFrom(set, start)
}

func (g *tickGraph[S]) longestFrom(set func(S) bool, start []int) int64 {
	return longestPath(g.arcs, func(i int) bool { return set(g.nodes[i].state) }, start)
}

// repeats tells whether a lasso is one of g: some run takes the steps of the trace
// and then its loop again and again, with time diverging.
func (g *tickGraph[S]) repeats(t *checker.Trace[S]) bool {
	type place struct{ node, step int }
	var places []place
	known := map[place]int{}
	add := func(p place) int {
		if p.step == len(t.Steps) && t.Loop < len(t.Steps) {
			p.step = t.Loop
		}
		i, ok := known[p]
		if !ok {
			i = len(places)
			known[p] = i
			places = append(places, p)
		}
		return i
	}
	for _, i := range g.initial {
		if g.nodes[i].state == t.Init {
			add(place{i, 0})
		}
	}
	var arcs [][]tickArc
	var start []int
	for i := 0; i < len(places); i++ {
		p := places[i]
		if p.step >= t.Loop {
			start = append(start, i)
		}
		var out []tickArc
		for _, a := range g.arcs[p.node] {
			if a.tick {
				out = append(out, tickArc{to: add(place{a.to, p.step}), tick: true})
			} else if p.step < len(t.Steps) {
				want := t.Steps[p.step]
				if a.event == want.Event && a.label == want.Label && g.nodes[a.to].state == want.State {
					out = append(out, tickArc{to: add(place{a.to, p.step + 1})})
				}
			}
		}
		arcs = append(arcs, out)
	}
	return longestPath(arcs, func(i int) bool { return places[i].step >= t.Loop }, start) == checker.Forever
}

// longestPath is the largest number of ticks along a path from start through
// inside: Forever when a cycle has a tick. It finds the strongly connected
// components (Tarjan 1972), which come out in reverse topological order.
func longestPath(arcs [][]tickArc, inside func(int) bool, start []int) int64 {
	var (
		index  = make([]int, len(arcs)) // 0: not seen
		low    = make([]int, len(arcs))
		part   = make([]int, len(arcs)) // 0: not known yet
		parts  int
		length = make([]int64, len(arcs))
		stack  []int
		seen   int
		visit  func(int)
	)
	visit = func(i int) {
		seen++
		index[i], low[i] = seen, seen
		stack = append(stack, i)
		for _, a := range arcs[i] {
			if !inside(a.to) {
				continue
			}
			if index[a.to] == 0 {
				visit(a.to)
			}
			if part[a.to] == 0 {
				low[i] = min(low[i], low[a.to])
			}
		}
		if low[i] != index[i] {
			return
		}
		parts++
		at := len(stack) - 1
		for stack[at] != i {
			at--
		}
		members := stack[at:]
		stack = stack[:at]
		for _, j := range members {
			part[j] = parts
		}
		var best int64
		for _, j := range members {
			for _, a := range arcs[j] {
				switch {
				case !inside(a.to):
				case part[a.to] == parts && a.tick, length[a.to] == checker.Forever:
					best = checker.Forever
				case part[a.to] != parts && a.tick:
					best = max(best, length[a.to]+1)
				case part[a.to] != parts:
					best = max(best, length[a.to])
				}
			}
		}
		for _, j := range members {
			length[j] = best
		}
	}
	best := int64(-1)
	for _, i := range start {
		if index[i] == 0 {
			visit(i)
		}
		best = max(best, length[i])
	}
	return best
}

func TestOracle(t *testing.T) {
	g := exploreTicks(lingering{}, 100_000)
	require.NotNil(t, g)
	notClosed := func(s lingerState) bool { return !isClosed(s) }
	require.EqualValues(t, 3, g.longest(isOpen, isOpen))
	// Closed at 2, the first arrival at 5 at the latest, three more just before
	// the timer of 4 expires, and the timer.
	require.EqualValues(t, 3+4*4, g.longest(isLingering, isLingering))
	require.EqualValues(t, 2+3+4*4, g.longestInitial(notClosed))
	require.EqualValues(t, checker.Forever, g.longest(isClosed, isClosed))
	require.EqualValues(t, 5, g.longest(isDraining, isDraining))
	require.EqualValues(t, -1, g.longest(isLingering, isOpen))
	require.Equal(t, 0, g.steps(isOpen))
	require.Equal(t, 1, g.steps(isClosed))
	require.Equal(t, -1, g.steps(func(s lingerState) bool { return s.sent > 4 }))
}
