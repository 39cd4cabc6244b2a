package checker

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// numberedWeb is the composed form of a web: a word is the number of a node, of a width
// that grows, below a digest. Successors of every fifth node are to be asked for.
type numberedWeb struct {
	web
	mu     sync.Mutex
	number map[knot]uint64
	all    []knot
	width  uint
	most   uint   // the width that cannot be exceeded
	turned uint64 // bits of all numbers, as if states were met in another order

	forgetful bool // a fault: words keep their old places where there is more room
	blind     bool // a fault: what is outgrown is not noticed
}

func newNumberedWeb(g web, most uint) *numberedWeb {
	return &numberedWeb{web: g, number: map[knot]uint64{}, width: 3, most: most}
}

// place makes words of a width that tells numbers apart only below it.
func (c *numberedWeb) place(n uint64) uint64 { return n & (1<<c.width - 1) << (20 - c.width) }

func (c *numberedWeb) Workers(int) {}

func (c *numberedWeb) Pack(_ int, s knot) uint64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	n, ok := c.number[s]
	if !ok {
		n = uint64(len(c.all))
		c.number[s], c.all = n, append(c.all, s)
	}
	return c.place(n^c.turned) | s.m>>56<<56
}

func (c *numberedWeb) Unpack(_ int, word uint64) knot {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.all[word&(1<<20-1)>>(20-c.width)^c.turned]
}

func (c *numberedWeb) Successors(worker int, word uint64, buf []uint64) ([]uint64, bool) {
	s := c.Unpack(worker, word)
	for _, e := range c.Events(s, nil) {
		c.Fire(s, e, func(to knot, _ Effect) { buf = append(buf, c.Pack(worker, to)) })
	}
	return buf, s.n%5 != 2
}

func (c *numberedWeb) Outgrown() bool { return len(c.all)>>c.width != 0 && !c.blind }

func (c *numberedWeb) Widen() func(uint64) uint64 {
	old := c.width
	for len(c.all)>>c.width != 0 {
		c.width++
	}
	if c.width > c.most {
		return nil
	}
	return func(word uint64) uint64 {
		if c.forgetful {
			return word
		}
		return word>>56<<56 | c.place(word&(1<<20-1)>>(20-old))
	}
}

func onWords(c *numberedWeb, j *judge[knot], opt Options, chunk int) (*anySearch[knot], Run) {
	x := newAnySearch(Model[knot](packedWeb{c.web}), newMeter(context.Background(), opt, time.Now(), Any, "test"), j, nil)
	x.compose(c)
	x.chunk = chunk
	run := x.explore()
	run.Elapsed = 0
	return x, run
}

// TestWordsAreStates compares searches on words with the plain one.
func TestWordsAreStates(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g, _ := genWeb(t)
		g.width = 1
		bad := func(s knot) bool { return s.n != 0 && hashWords(0, []uint64{s.n, g.seed})%97 == 0 }
		props := []Property[knot]{
			{Name: "never-bad", Kind: Always, Goal: func(s knot) bool { return !bad(s) }},
			{Name: "odd", Kind: Always, From: func(s knot) bool { return s.n == g.nodes-1 }, Goal: func(knot) bool { return true }},
		}
		opt := Options{
			Seed:         rapid.Uint64().Draw(t, "seed"),
			Fingerprints: rapid.Bool().Draw(t, "dense"),
			MaxStates:    rapid.SampledFrom([]int{0, 0, 50, 500}).Draw(t, "max states"),
			MaxDepth:     rapid.SampledFrom([]int{0, 4, 6}).Draw(t, "max depth"),
		}
		chunk := rapid.SampledFrom([]int{1, 3, 50}).Draw(t, "chunk")
		_, j, want := search(t, packedWeb{g}, props, Options{MaxStates: opt.MaxStates, MaxDepth: opt.MaxDepth}, chunk)
		var at [2]finding
		var runs [2]Run
		for i, workers := range []int{1, 3} {
			opt.Workers = workers
			k := newJudge(props)
			c := newNumberedWeb(g, 20)
			if i == 1 && want.Stopped == reasonDepth {
				c.width, c.turned = 20, rapid.Uint64Range(0, 1<<20-1).Draw(t, "turned")
			}
			x, run := onWords(c, k, opt, chunk)
			require.False(t, x.outgrown)
			runs[i] = run
			require.Equal(t, []any{want.States, want.Depth, want.Stopped}, []any{run.States, run.Depth, run.Stopped})
			if at[i] = k.found[0]; !want.Complete {
				continue
			}
			require.Equal(t, want, run)
			require.Equal(t, j.guarded, k.guarded)
			require.Equal(t, j.found[0].yes, k.found[0].yes)
		}
		if want.Stopped == reasonDepth {
			require.Equal(t, runs[0], runs[1], "how far a level was looked at shows")
			require.Equal(t, at[0].yes, at[1].yes)
		}
		if want.Complete {
			require.Equal(t, at[0], at[1], "what is found depends on the number of workers")
		}
	})
}

// TestOutgrownWordsGiveWay: where no word holds a state, the search is one on states.
func TestOutgrownWordsGiveWay(t *testing.T) {
	g := web{nodes: 2000, degree: 3, seed: 7, width: 1}
	states, transitions, _, _ := plain(Model[knot](g), func(knot) bool { return false })
	require.Greater(t, states, 1<<8)
	x, _ := onWords(newNumberedWeb(g, 8), nil, Options{}, 10)
	require.True(t, x.outgrown)
	sys := System[knot]{Exact: packedWeb{g}, Composed: func() Composed[knot] { return newNumberedWeb(g, 8) }}
	r, err := Check(context.Background(), sys, []Property[knot]{{Name: "true", Kind: Always, Goal: func(knot) bool { return true }}}, Options{Time: Any})
	require.NoError(t, err)
	require.Equal(t, Holds, r.Outcomes[0].Verdict)
	require.Len(t, r.Runs, 1)
	require.Equal(t, []any{states, transitions, ""}, []any{r.Runs[0].States, r.Runs[0].Transitions, r.Runs[0].Stopped})
}

// TestWordsSeeFaults makes words wrong on purpose.
func TestWordsSeeFaults(t *testing.T) {
	g := web{nodes: 2000, degree: 3, seed: 7, width: 1}
	states, _, _, _ := plain(Model[knot](g), func(knot) bool { return false })
	_, run := onWords(newNumberedWeb(g, 20), nil, Options{}, 10)
	require.Equal(t, states, run.States)
	forgetful, blind := newNumberedWeb(g, 20), newNumberedWeb(g, 20)
	forgetful.forgetful, blind.blind = true, true
	for name, c := range map[string]*numberedWeb{"words that are not renewed": forgetful, "numbers that do not fit": blind} {
		wrong := func() (wrong bool) {
			defer func() { wrong = wrong || recover() != nil }()
			_, run := onWords(c, nil, Options{Workers: 1}, 10)
			return run.States != states
		}
		require.True(t, wrong(), name)
	}
}

func TestWordsAreSpreadByABijection(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := rapid.Uint64().Draw(t, "word")
		c := composedCodec[knot]{key: rapid.Uint64().Draw(t, "key")}
		require.Equal(t, w, c.gather(c.spread(w)))
		require.Equal(t, w>>56, c.spread(w)>>56)
	})
}

// TestBoundedWords: what a search on words says that hits a bound does not depend on the
// workers, nor what it decides on whether it is one on words.
func TestBoundedWords(t *testing.T) {
	for why, opt := range map[string]Options{
		"":              {Time: Any},
		reasonStates:    {Time: Any, MaxStates: 50},
		reasonAnyStates: {Time: Auto, AnyStates: 40},
		reasonDepth:     {Time: Auto, MaxDepth: 3},
	} {
		stopped := 0
		rapid.Check(t, func(t *rapid.T) { boundedWords(t, opt, why, &stopped) })
		require.Positive(t, stopped, why)
	}
}

func boundedWords(t *rapid.T, opt Options, why string, stopped *int) {
	g, _ := genWeb(t)
	g.width = 1
	bad := func(s knot) bool { return s.n != 0 && hashWords(0, []uint64{s.n, g.seed})%97 == 0 }
	props := []Property[knot]{
		{Name: "never-bad", Kind: Always, Goal: func(s knot) bool { return !bad(s) }},
		{Name: "bad", Kind: Reachable, Goal: bad},
	}
	ask := func(workers int, words bool, turned uint64) Result[knot] {
		opt.Workers = workers
		sys := System[knot]{Exact: freshWeb{packedWeb{g}}}
		if words {
			sys.Composed = func() Composed[knot] {
				c := newNumberedWeb(g, 20)
				c.width, c.turned = 20, turned
				return c
			}
		}
		r, err := Check(context.Background(), sys, props, opt)
		require.NoError(t, err)
		for i := range r.Runs {
			r.Runs[i].Elapsed = 0
		}
		return r
	}
	want := ask(1, true, 0)
	if want.Runs[0].Stopped == why {
		*stopped++
	}
	for _, workers := range []int{2, 8} {
		require.Equal(t, want, ask(workers, true, rapid.Uint64Range(0, 1<<20-1).Draw(t, "turned")))
	}
	onStates := ask(3, false, 0)
	require.Equal(t, len(onStates.Runs), len(want.Runs))
	for i := range want.Outcomes {
		require.Equal(t, onStates.Outcomes[i].Verdict, want.Outcomes[i].Verdict)
		require.Equal(t, onStates.Outcomes[i].Reason, want.Outcomes[i].Reason)
	}
	require.Equal(t, onStates.Runs[0].States, want.Runs[0].States)
	require.Equal(t, onStates.Runs[0].Depth, want.Runs[0].Depth)
}
