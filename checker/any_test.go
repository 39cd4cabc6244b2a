package checker

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// plain is the search in its plainest form: a map, a queue and parents.
func plain[S comparable](m Model[S], bad func(S) bool) (states, transitions, depth, steps int) {
	level := map[S]int{}
	var queue []S
	reach := func(s S, l int) {
		if level[s] == 0 {
			level[s] = l
			queue = append(queue, s)
		}
	}
	for _, s := range m.Init() {
		reach(s, 1)
	}
	steps = -1
	for ; len(queue) > 0; queue = queue[1:] {
		s := queue[0]
		depth = level[s]
		if bad(s) && steps < 0 {
			steps = depth - 1
		}
		for _, e := range m.Events(s, nil) {
			m.Fire(s, e, func(to S, _ Effect) {
				transitions++
				reach(to, level[s]+1)
			})
		}
	}
	return len(level), transitions, depth, steps
}

// search runs an Any search in small chunks.
func search(t require.TestingT, m Model[knot], props []Property[knot], opt Options, chunk int) (*anySearch[knot], *judge[knot], Run) {
	return searchKeeping(keepRecords, m, props, opt, chunk)
}

func searchKeeping(keep store, m Model[knot], props []Property[knot], opt Options, chunk int) (*anySearch[knot], *judge[knot], Run) {
	j := newJudge(props)
	opt.Fingerprints = keep == keepFingerprints
	x := newAnySearch(m, newMeter(context.Background(), opt, time.Now(), Any, "test"), j, nil)
	if x.chunk = chunk; keep == keepHashes {
		x.keepHashes()
	}
	run := x.explore()
	run.Elapsed = 0
	return x, j, run
}

// TestAnyIsPlain compares counts and shortest paths with the plain search, and
// everything with itself for other numbers of workers.
func TestAnyIsPlain(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g, m := genWeb(t)
		bad := func(s knot) bool { return s.n != 0 && hashWords(0, []uint64{s.n, g.seed})%97 == 0 }
		props := []Property[knot]{
			{Name: "never-bad", Kind: Always, Goal: func(s knot) bool { return !bad(s) }},
			{Name: "bad", Kind: Reachable, Goal: bad},
			{Name: "last", Kind: Reachable, Goal: func(s knot) bool { return s.n == g.nodes-1 }},
		}
		withSteps := rapid.Bool().Draw(t, "steps")
		if withSteps {
			props = append(props, Property[knot]{Name: "step", Kind: StepAlways, Step: func(from knot, _ Event, how Label, to knot) bool {
				return how[0]%61 != 0 || from == to
			}})
		}
		opt := Options{
			MaxStates: rapid.SampledFrom([]int{0, 0, 50, 500}).Draw(t, "max states"),
			MaxDepth:  rapid.SampledFrom([]int{0, 0, 4}).Draw(t, "max depth"),
		}
		chunk := rapid.SampledFrom([]int{1, 3, 50}).Draw(t, "chunk")
		opt.Workers = 1
		x, j, run := search(t, m, props, opt, chunk)
		states, transitions, depth, steps := plain(Model[knot](g), bad)
		if run.Complete {
			require.Equal(t, []int{states, transitions, depth}, []int{run.States, run.Transitions, run.Depth})
			require.Equal(t, steps >= 0, j.found[0].yes)
		} else {
			require.Contains(t, []string{"states", "depth"}, run.Stopped)
			require.True(t, opt.MaxStates == 0 || run.States <= opt.MaxStates)
			require.True(t, opt.MaxDepth == 0 || run.Depth <= opt.MaxDepth)
		}
		if j.found[0].yes {
			require.Len(t, x.path(id(uint32(j.found[0].at))), steps+1)
			require.Equal(t, j.found[0], j.found[1])
		}
		for _, keep := range []store{keepHashes, keepFingerprints} { // hashes of so few states differ
			opt.Workers = rapid.IntRange(1, 3).Draw(t, "workers")
			y, k, again := searchKeeping(keep, m, props, opt, chunk)
			if keep == keepHashes {
				require.Equal(t, g.width == 1, y.set.store == keepHashes)
			}
			require.Equal(t, []any{run.States, run.Depth, run.Stopped}, []any{again.States, again.Depth, again.Stopped})
			if !run.Complete { // rounds differ in size, and so does what is done when a bound is hit
				continue
			}
			require.Equal(t, run, again)
			require.Equal(t, j.guarded, k.guarded)
			for i := range props {
				require.Equal(t, j.found[i].yes, k.found[i].yes)
			}
		}
		for _, workers := range []int{2, 8} {
			opt.Workers = workers
			y, k, again := search(t, m, props, opt, chunk)
			require.Equal(t, run, again)
			require.Equal(t, j.found, k.found)
			require.Equal(t, j.guarded, k.guarded)
			for i, f := range j.found {
				if f.yes {
					a := x.trace(x.path(id(uint32(f.at))), f.via)
					b := y.trace(y.path(id(uint32(f.at))), f.via)
					require.Equal(t, a, b, props[i].Name)
				}
			}
		}
	})
}

// merging takes two records for one, as a set of fingerprints may.
type merging struct{ codec[knot] }

func (c merging) encode(states []knot, at *scratch, records, hashes []uint64) {
	c.codec.encode(states, at, records, hashes)
	for i, s := range states {
		if s.n%500 == 1 {
			clear(records[i*c.words() : (i+1)*c.words()])
			hashes[i] = c.hash(records[i*c.words() : (i+1)*c.words()])
		}
	}
}

// TestPlainSeesFaults makes the search wrong on purpose: with states that are taken
// for others the comparison above fails, and a bad hash only costs time.
func TestPlainSeesFaults(t *testing.T) {
	g := web{nodes: 2000, degree: 3, seed: 7, width: 2}
	states, _, _, _ := plain(Model[knot](g), func(knot) bool { return false })
	_, _, run := search(t, packedWeb{g}, nil, Options{}, 10)
	require.Equal(t, states, run.States)
	x := newAnySearch(Model[knot](packedWeb{g}), newMeter(context.Background(), Options{}, time.Now(), Any, "test"), nil, nil)
	x.codec = merging{x.codec}
	require.NotEqual(t, states, x.explore().States, "two states with one record")
	for name, hash := range map[string]func([]uint64) uint64{
		"constant":  func([]uint64) uint64 { return 5 },
		"one shard": func(r []uint64) uint64 { return hashWords(0, r) >> shardBits },
	} {
		v := newVisited(1, hash, keepRecords)
		for n := range uint64(3000) {
			r := []uint64{n % 1000}
			h := hash(r)
			number, fresh := v.add(&v.shard[shardOf(h)], r, h, noID)
			require.Equal(t, n < 1000, fresh, name)
			require.Equal(t, uint32(n%1000), number)
			require.Equal(t, idOf(shardOf(h), number), v.find(r, h))
		}
		require.Equal(t, noID, v.find([]uint64{1000}, hash([]uint64{1000})))
	}
}

func TestDictionary(t *testing.T) {
	d := newDictionary(2)
	numbers := make([][]uint32, 8)
	share(8, 8, func(_, task int) {
		for i := range uint64(5000) {
			w := []uint64{i * 7 % 5000, i & 1}
			n := d.number(hashWords(0, w), w)
			require.True(t, slices.Equal(w, d.at(n)))
			require.Equal(t, hashWords(0, w), d.hash(n))
			numbers[task] = append(numbers[task], n)
		}
	})
	require.EqualValues(t, 5000, d.count)
	for _, other := range numbers[1:] {
		require.True(t, slices.Equal(numbers[0], other))
	}
	flat := newDictionary(1)
	a, b := flat.number(9, []uint64{1}), flat.number(9, []uint64{2})
	require.NotEqual(t, a, b, "equal hashes are told apart")
}

func TestShare(t *testing.T) {
	require.PanicsWithValue(t, "of a task", func() {
		share(4, 100, func(_, task int) {
			if task == 50 {
				panic("of a task")
			}
		})
	})
	share(4, 0, func(_, _ int) { t.Error("no task") })
}

// TestFingerprints pins what is said of a verdict that rests on them.
func TestFingerprints(t *testing.T) {
	g := web{nodes: 2000, degree: 3, seed: 7, width: 2}
	m := packedWeb{g}
	states, _, _, _ := plain(Model[knot](g), func(knot) bool { return false })
	ask := func(opt Options) Result[knot] {
		res, err := Check(context.Background(), System[knot]{Exact: m}, []Property[knot]{
			{Name: "holds", Kind: Always, Goal: func(s knot) bool { return s.n < 2000 }},
			{Name: "found", Kind: Always, Goal: func(s knot) bool { return s.n != 1500 }},
			{Name: "live", Kind: Eventually, Goal: func(s knot) bool { return s.n == 1500 }},
		}, opt)
		require.NoError(t, err)
		return res
	}
	res, exact := ask(Options{Time: Any, Fingerprints: true}), ask(Options{Time: Any})
	require.Equal(t, states, res.Runs[0].States)
	holds := res.Outcomes[0]
	require.Equal(t, Holds, holds.Verdict)
	require.False(t, holds.Exact)
	require.InEpsilon(t, float64(states)*float64(states)/36893488147419103232.0, holds.MissedAtMost, 1e-9)
	require.True(t, exact.Outcomes[0].Exact)
	require.Zero(t, exact.Outcomes[0].MissedAtMost)
	require.Equal(t, "possible", res.Outcomes[1].Reason)
	require.Equal(t, exact.Outcomes[1].Trace, res.Outcomes[1].Trace, "found by a second search")
	require.Equal(t, "fingerprints", res.Outcomes[2].Reason)
	other := ask(Options{Time: Any, Fingerprints: true, Seed: 1})
	require.Len(t, other.Outcomes[1].Trace.Steps, len(res.Outcomes[1].Trace.Steps))

	// A bound keeps the second search from what the first one found.
	res = ask(Options{Time: Any, Fingerprints: true, MaxStates: 5})
	require.Equal(t, "states", res.Outcomes[0].Reason)
}

// TestFingerprintsMiss makes two states share a fingerprint: one of them is missed,
// which is what MissedAtMost speaks of.
func TestFingerprintsMiss(t *testing.T) {
	same := func([]uint64) uint64 { return 5 }
	v := newVisited(1, same, keepFingerprints)
	_, fresh := v.add(&v.shard[0], []uint64{1}, 5, noID)
	require.True(t, fresh)
	_, fresh = v.add(&v.shard[0], []uint64{2}, 5, noID)
	require.False(t, fresh)
	require.NotEqual(t, noID, v.find([]uint64{3}, 5))
	require.Equal(t, noID, v.find([]uint64{3}, 0))
}

// TestPrints compares the table with a map while it grows.
func TestPrints(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		table := prints{dense: rapid.Bool().Draw(t, "dense")}
		table.resize(leastHomes)
		known := map[uint64]bool{}
		seed := rapid.Uint64().Draw(t, "seed")
		late := rapid.Uint64Range(0, 3).Draw(t, "late") // many first slots near the end
		zero := rapid.IntRange(0, 6000).Draw(t, "zero")
		for n := range rapid.IntRange(0, 6000).Draw(t, "n") {
			h := hashWords(seed, []uint64{uint64(n) / 2 * 2}) >> shardBits
			if late > 0 && uint64(n)%4 < late && len(known) < 300 {
				h |= 0xffff << 40
			}
			if n == zero {
				h = 0
			}
			left := table.unknown([]uint64{h})
			require.True(t, known[h] || len(left) == 1, "what is new is left")
			require.Equal(t, !known[h], table.add(h))
			known[h] = true
		}
		full, last := 0, uint64(0)
		for _, h := range table.slots {
			if h != 0 {
				full++
				require.Greater(t, h, last)
				last = h
			}
		}
		if known[0] {
			full++
		}
		require.Len(t, known, full)
		require.Equal(t, full, table.count)
		require.Zero(t, table.slots[len(table.slots)-1])
	})
}

// TestSpread: the hash of a word is a bijection of it.
func TestSpread(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := rapid.Uint64().Draw(t, "word")
		require.Equal(t, w, gather64(spread64(w)))
		require.Equal(t, w, spread64(gather64(w)))
	})
}

// TestHashesSeeFaults makes the store of hashes wrong on purpose: with a filter that
// takes what is new for known, and a table that forgets its order, states are missed.
func TestHashesSeeFaults(t *testing.T) {
	g := web{nodes: 40_000, degree: 3, seed: 7, width: 1}
	states, _, _, _ := plain(Model[knot](g), func(knot) bool { return false })
	_, _, run := searchKeeping(keepHashes, packedWeb{g}, nil, Options{Workers: 2}, 10)
	require.Equal(t, states, run.States)
	x := newAnySearch(Model[knot](packedWeb{g}), newMeter(context.Background(), Options{Workers: 2}, time.Now(), Any, "test"), nil, nil)
	x.keepHashes()
	x.codec = halving{x.codec}
	require.NotEqual(t, states, x.explore().States, "a hash that is no bijection")
	var table prints
	table.resize(leastHomes)
	for _, h := range []uint64{7 << 32, 9 << 32, 5 << 32} { // all from the first slot on
		require.True(t, table.add(h))
	}
	require.False(t, table.add(9<<32))
	table.slots[0], table.slots[2] = table.slots[2], table.slots[0]
	require.True(t, table.add(5<<32), "out of order")
}

// halving drops a bit of the hash.
type halving struct{ codec[knot] }

func (c halving) encode(states []knot, at *scratch, records, hashes []uint64) {
	c.codec.encode(states, at, records, hashes)
	for i := range records {
		records[i] &^= 1 << 20
		hashes[i] &^= 1 << 20
	}
}

// TestEdges compares the edges that are kept with those that are worked out, and
// with the model.
func TestEdges(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g, m := genWeb(t)
		x, _, _ := search(t, m, nil, Options{Workers: rapid.IntRange(1, 3).Draw(t, "workers")}, chunkStates)
		kept, worked := newEdges(x, 1<<20), newEdges(x, -1)
		require.Nil(t, worked.chunks)
		odd := kept.where(func(s knot) bool { return s.n%2 == 1 })
		for v := range int32(kept.size()) {
			s := kept.state(v)
			require.Equal(t, v, kept.nodeOf(x.find(s)))
			require.Equal(t, s.n%2 == 1, odd[v])
			var want []int32
			events := g.Events(s, nil)
			for _, e := range events {
				g.Fire(s, e, func(to knot, _ Effect) { want = append(want, kept.nodeOf(x.find(to))) })
			}
			require.True(t, slices.Equal(want, kept.of(v)))
			require.True(t, slices.Equal(want, worked.of(v)))
			require.Equal(t, calm(events), kept.isCalm(v))
			require.Equal(t, calm(events), worked.isCalm(v))
		}
	})
}
