package checker

import (
	"context"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// OftenStopped makes a search in Exact look for the end of its context every second
// class, and batches and tables small, until the function that it gives is called.
func OftenStopped() func() {
	restore, beats, batch := SmallBatches(), beatsPerLook, batchPieces
	beatsPerLook, batchPieces = 2, 3
	return func() {
		restore()
		beatsPerLook, batchPieces = beats, batch
	}
}

// EndsAfter is a context that ends when it was asked a number of times.
func EndsAfter(looks int) context.Context { return after(looks) }

// wheels turn by themselves, each by one place in its window, which begins anew. A
// turn tells the number of its wheel.
type wheels struct {
	windows [3]Event
	sizes   [3]uint8
}

type turned [3]uint8

func (m wheels) Init() []turned                       { return []turned{{}} }
func (m wheels) Events(_ turned, buf []Event) []Event { return append(buf, m.windows[:]...) }
func (m wheels) Words() int                           { return 3 }
func (m wheels) Parts() []int                         { return []int{2, 1} }
func (m wheels) Unpack(words []uint64) turned {
	return turned{uint8(words[0]), uint8(words[1]), uint8(words[2])}
}
func (m wheels) Pack(s turned, words []uint64) {
	words[0], words[1], words[2] = uint64(s[0]), uint64(s[1]), uint64(s[2])
}
func (m wheels) Fire(s turned, e Event, emit func(turned, Effect)) {
	s[e.ID-1] = (s[e.ID-1] + 1) % m.sizes[e.ID-1]
	how := Effect{FreshCount: 1, Label: Label{e.ID}}
	how.Fresh[0] = e.ID
	emit(s, how)
}

// halfWay is a search for a property, with its judge if there is one.
type halfWay struct {
	props []Property[turned]
	with  func(*exactSearch[turned])
	live  bool // one property is watched
}

// search is one that is stopped after some looks and saved to a file, or goes on from it
// when it is spoiled.
func (h halfWay) search(t *testing.T, opt Options, looks int, spoil func(*exactSearch[turned])) (run Run, all []any) {
	m := wheels{[3]Event{{ID: 1, Earliest: 3, Latest: 5}, {ID: 2, Earliest: 4, Latest: 7}, {ID: 3, Earliest: 5, Latest: 6}}, [3]uint8{3, 3, 2}}
	c := &check[turned]{sys: System[turned]{Exact: m}, props: h.props, opt: opt, rel: newRelation[turned](m),
		out: make([]Outcome[turned], len(h.props)), decided: make([]bool, len(h.props))}
	v, err := newSaver(c)
	require.NoError(t, err)
	x := newExactSearch(c.rel, newMeter(after(looks), opt, time.Now(), Exact, "half way"))
	if h.live {
		x.watch = newWatch(&h.props[0], c.rel.states)
	} else {
		x.judge = newJudge(h.props)
		x.hooks, c.rel.glance = x.judge, x.judge.glance
	}
	h.with(x)
	if v != nil {
		require.NoError(t, v.attachExact(x))
	}
	if spoil != nil {
		spoil(x)
	}
	run = x.explore()
	run.Elapsed = 0
	all = []any{run, x.found, x.longest, x.longestAt, x.shortest, x.classes.size(), x.states, x.arcs}
	for c := range int32(x.classes.size()) {
		init, arcs := x.classes.path(c)
		all = append(all, x.rel.along(x.start(init), arcs))
	}
	if x.graph != nil {
		all = append(all, x.graph.start, x.graph.edges)
	}
	if x.judge != nil {
		all = append(all, x.judge.found, x.judge.guarded)
	} else {
		all = append(all, x.watch.guarded)
	}
	return run, all
}

// TestResumeSeesExactFaults leaves out one part after the other of what is read of a
// search in Exact, and finds something else then.
func TestResumeSeesExactFaults(t *testing.T) {
	defer OftenStopped()()
	type search = exactSearch[turned]
	atStart := func(s turned) bool { return s == turned{} }
	at := func(a, b, c uint8) func(turned) bool { return func(s turned) bool { return s == turned{a, b, c} } }
	kinds := map[string]halfWay{
		"safety": {props: []Property[turned]{
			{Name: "goal", Kind: Reachable, Goal: at(1, 0, 0)},
			{Name: "guarded", Kind: Always, From: atStart, Goal: atStart},
			{Name: "step", Kind: StepAlways, Step: func(from turned, _ Event, how Label, to turned) bool { return how[0] != 3 || from != turned{2, 2, 1} }},
		}, with: func(*search) {}},
		"merged": {props: []Property[turned]{{Name: "goal", Kind: Reachable, Goal: at(1, 0, 0)}}, with: func(x *search) { x.merge = true }},
		"within": {live: true, props: []Property[turned]{{Name: "w", Kind: Within, From: atStart, Goal: at(2, 2, 1), Bound: 40}}, with: func(x *search) { x.clock = longest }},
		"cycles": {live: true, props: []Property[turned]{{Name: "l", Kind: LeadsTo, From: atStart, Goal: at(2, 2, 1)}}, with: func(x *search) {
			x.equality, x.graph = true, &digraph{}
		}},
	}
	spoils := map[string]struct {
		kinds string
		spoil func(*search)
	}{
		"classes known": {"safety merged within", func(x *search) {
			for i := range x.classes.shards {
				l := &x.classes.shards[i].lists
				for k := range int32(l.size) {
					*l.at(k) = antichain{}
				}
			}
		}},
		"classes known by equality": {"cycles", func(x *search) { x.classes.shards[0].byHash = hashTable{} }},
		"rest of the level":         {"safety merged within cycles", func(x *search) { x.todo = x.todo[1:] }},
		"discrete states met":       {"safety", func(x *search) { x.states = nil }},
		"steps met":                 {"within", func(x *search) { x.arcs = nil }},
		"parents":                   {"safety merged", func(x *search) { *x.classes.parent.at(x.classes.base) = 0 }},
		"arcs from parents":         {"safety", func(x *search) { *x.classes.via.at(x.classes.base) = 0 }},
		"transitions":               {"safety merged within cycles", func(x *search) { x.meter.run.Transitions = 0 }},
		"explored":                  {"safety merged within cycles", func(x *search) { x.meter.run.Explored = 0 }},
		"kept":                      {"safety", func(x *search) { x.classes.count = 0 }},
		"depth":                     {"safety", func(x *search) { x.meter.level = 0 }},
		"findings":                  {"safety", func(x *search) { clear(x.judge.found) }},
		"guards":                    {"safety", func(x *search) { x.judge.guarded[1] = false }},
		"longest":                   {"within", func(x *search) { x.longest = 1 << 40 } /* 0 would soon be made up for */},
		"graph":                     {"cycles", func(x *search) { *x.graph.edges.at(3) = edge{} }},
		"manners": {"safety merged within cycles", func(x *search) {
			for i := range x.rel.manners {
				x.rel.manners[i].fresh = []Event{x.rel.manners[0].fresh[0]}
			}
		}},
	}
	for _, name := range slices.Sorted(maps.Keys(kinds)) {
		h := kinds[name]
		opt := Options{Workers: 1, Checkpoint: checkpoints(t, t.TempDir())}
		whole, all := h.search(t, Options{Workers: 1}, 1<<30, nil)
		require.Equal(t, "", whole.Stopped)
		first, _ := h.search(t, opt, whole.Explored*5/12, nil)
		require.Equal(t, reasonInterrupted, first.Stopped)
		opt.Checkpoint.Resume, opt.Checkpoint.File = opt.Checkpoint.File, ""
		_, again := h.search(t, opt, 1<<30, func(x *search) {
			require.Greater(t, int(x.level-x.classes.base), len(x.todo), "within a level")
		})
		require.Equal(t, all, again, name)
		for what, f := range spoils {
			if !slices.Contains(strings.Fields(f.kinds), name) {
				continue
			}
			_, spoiled := h.search(t, opt, 1<<30, f.spoil)
			require.NotEqual(t, all, spoiled, "%s: %s are left out", name, what)
		}
	}
}
