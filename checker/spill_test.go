package checker

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// spilling begins a search that spills, in small chunks and with little memory.
func spilling(t require.TestingT, dir string, m Model[knot], props []Property[knot], opt Options, chunk, limit int) *spillSearch[knot] {
	opt.Spill = dir
	s, err := newSpillSearch(m, newMeter(context.Background(), opt, time.Now(), Any, "test"), newJudge(props))
	require.NoError(t, err)
	s.chunk, s.limit = chunk, limit
	return s
}

// pathsTo are the traces to what was found.
func pathsTo(t require.TestingT, s *spillSearch[knot]) (traces []*Trace[knot]) {
	for _, f := range s.found {
		var trace *Trace[knot]
		if f.yes {
			states, err := s.path(f)
			require.NoError(t, err)
			require.Len(t, states, f.level+1)
			trace = s.x.trace(states, f.via)
		}
		traces = append(traces, trace)
	}
	return traces
}

// TestSpillIsPlain compares a search that spills with the plain one, with the one
// in memory, and with itself for other numbers of workers.
func TestSpillIsPlain(t *testing.T) {
	dir := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		g, m := genWeb(t)
		bad := func(s knot) bool { return s.n != 0 && hashWords(0, []uint64{s.n, g.seed})%97 == 0 }
		props := []Property[knot]{
			{Name: "never-bad", Kind: Always, Goal: func(s knot) bool { return !bad(s) }},
			{Name: "bad", Kind: Reachable, Goal: bad},
			{Name: "last", Kind: Reachable, Goal: func(s knot) bool { return s.n == g.nodes-1 }},
			{Name: "guarded", Kind: Always, From: func(s knot) bool { return s.n%50 == 1 }, Goal: func(knot) bool { return true }},
		}
		if rapid.Bool().Draw(t, "steps") {
			props = append(props, Property[knot]{Name: "step", Kind: StepAlways, Step: func(from knot, _ Event, how Label, to knot) bool {
				return how[0]%61 != 0 || from == to
			}})
		}
		opt := Options{
			Workers:   1,
			MaxStates: rapid.SampledFrom([]int{0, 0, 50, 500}).Draw(t, "max states"),
			MaxDepth:  rapid.SampledFrom([]int{0, 0, 4}).Draw(t, "max depth"),
		}
		chunk := rapid.SampledFrom([]int{1, 3, 50}).Draw(t, "chunk")
		limit := rapid.SampledFrom([]int{1, 20, 100, 100_000}).Draw(t, "limit")
		_, j, inMemory := search(t, m, props, opt, chunk)
		s := spilling(t, dir, m, props, opt, chunk, limit)
		run := s.explore()
		require.GreaterOrEqual(t, run.Spilled, int64(run.States*8*s.form.words), "every state is written")
		run.Elapsed = 0

		states, transitions, depth, steps := plain(Model[knot](g), bad)
		if run.Complete {
			require.Equal(t, []int{states, transitions, depth}, []int{run.States, run.Transitions, run.Depth})
		}
		require.Equal(t, []any{inMemory.Complete, inMemory.Stopped, inMemory.States, inMemory.Depth}, []any{run.Complete, run.Stopped, run.States, run.Depth})
		if run.Stopped != reasonStates { // both have the same states
			for i, f := range s.found {
				if run.Complete || props[i].Kind != StepAlways { // steps from the last level are looked at as far as a search gets
					require.Equal(t, j.found[i].yes, f.yes, props[i].Name)
				}
			}
			if s.found[0].yes {
				require.Equal(t, steps, s.found[0].level, "the shortest")
			}
		}
		if run.Complete {
			require.Equal(t, j.guarded, s.x.judge.guarded)
		}
		traces := pathsTo(t, s)
		for _, workers := range []int{2, 8} {
			opt.Workers = workers
			y := spilling(t, dir, m, props, opt, chunk, limit)
			again := y.explore()
			again.Elapsed = 0
			require.Equal(t, run, again)
			require.Equal(t, s.found, y.found)
			require.Equal(t, s.x.judge.guarded, y.x.judge.guarded)
			require.Equal(t, traces, pathsTo(t, y))
			require.NoError(t, y.close())
		}
		require.NoError(t, s.close())
	})
	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Empty(t, left)
}

// TestSpillFaults makes a search that spills wrong on purpose, and the plain one
// sees it.
func TestSpillFaults(t *testing.T) {
	g := web{nodes: 3000, degree: 2, seed: 7, width: 1}
	states, transitions, depth, _ := plain(Model[knot](g), func(knot) bool { return false })
	for name, c := range map[string]struct {
		found  func(s *spillSearch[knot]) // before a level is ended
		ended  func(s *spillSearch[knot]) // after that
		differ bool
	}{
		"no fault": {},
		"a run that is not subtracted": {differ: true, ended: func(s *spillSearch[knot]) {
			s.store.runs = s.store.runs[1:]
		}},
		"a state that is lost when memory is full": {differ: true, found: func(s *spillSearch[knot]) {
			for i := range s.tables {
				if at := slices.IndexFunc(s.tables[i].slots, func(w uint64) bool { return w != 0 }); at >= 0 {
					s.tables[i].slots[at] = 0
					return
				}
			}
		}},
		"a run of which some shards are not subtracted": {differ: true, ended: func(s *spillSearch[knot]) {
			r := s.store.runs[0]
			for i := range r.start {
				r.start[i] = min(r.start[i], r.start[50])
			}
		}},
		"a state that is not expanded": {differ: true, ended: func(s *spillSearch[knot]) {
			s.store.ends[len(s.store.ends)-2]--
			s.store.ends[len(s.store.ends)-1]--
		}},
	} {
		s := spilling(t, t.TempDir(), packedWeb{g}, nil, Options{}, 3, 50)
		s.begin()
		s.endLevel()
		for level := 0; ; level++ {
			from, to := s.store.level(level)
			if from == to {
				break
			}
			s.x.meter.level = level + 1
			s.expandLevel(level, from, to)
			if level == 5 && c.found != nil {
				c.found(s)
			}
			s.endLevel()
			if level == 5 && c.ended != nil {
				c.ended(s)
			}
		}
		run := s.x.meter.finish(false)
		require.NoError(t, s.close())
		same := slices.Equal([]int{states, transitions, depth}, []int{run.States, run.Transitions, run.Depth})
		require.Equal(t, c.differ, !same, name)
	}
}

// TestSubtractAndMerge compares runs with sets, with blocks and windows of a few
// rows.
func TestSubtractAndMerge(t *testing.T) {
	dir := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.IntRange(1, 3).Draw(t, "words")
		keys := rapid.SampledFrom([]uint64{8, 200, 2000}).Draw(t, "keys")
		small := rapid.IntRange(1, 5).Draw(t, "rows of a window")
		s, err := newSpillStore(dir, rowForm{words: words, bare: words == 1})
		require.NoError(t, err)
		defer func() { require.NoError(t, s.close()) }()
		s.ends = []int64{0}
		draw := func(name string) (rows [][]uint64) {
			for range rapid.IntRange(0, 300).Draw(t, name) {
				row := make([]uint64, words)
				for i := range row {
					row[i] = rapid.Uint64Range(0, 2).Draw(t, "word")
				}
				row[0] = rapid.Uint64Range(0, keys).Draw(t, "key") << 48
				rows = append(rows, row)
			}
			slices.SortFunc(rows, slices.Compare)
			return slices.CompactFunc(rows, slices.Equal)
		}
		known := map[string]bool{}
		name := func(row []uint64) string { return string(bytesOf(row)) }
		for range rapid.IntRange(1, 4).Draw(t, "runs") {
			var sizes [shards]int64
			var flat []uint64
			for _, row := range draw("rows") {
				if !known[name(row)] {
					known[name(row)] = true
					sizes[shardOf(row[0])]++
					flat = append(flat, row...)
				}
			}
			r := s.newRun(s.levels, s.end(), &sizes)
			r.blockRows = int64(small)
			r.keys = make([]uint64, (r.rows()+r.blockRows-1)/r.blockRows)
			require.NoError(t, r.write(0, flat, words))
			s.ends[0] += r.rows()
			s.runs = append(s.runs, r)
		}
		sought := draw("sought")
		buf := make([]uint64, words*rapid.IntRange(1, 9).Draw(t, "window"))
		check := func() {
			for shard := range shards {
				var flat, want []uint64
				for _, row := range sought {
					if shardOf(row[0]) == shard {
						flat = append(flat, row...)
						if !known[name(row)] {
							want = append(want, row...)
						}
					}
				}
				for _, r := range s.runs {
					flat, err = r.subtract(flat, shard, words, buf)
					require.NoError(t, err)
				}
				require.True(t, slices.Equal(want, flat))
			}
		}
		check()
		rows := int64(0)
		for _, r := range s.runs {
			rows += r.rows()
		}
		require.NoError(t, s.merge(len(s.runs), 2))
		require.Len(t, s.runs, 1)
		require.Equal(t, rows, s.runs[0].rows())
		check()
	})
}

// TestRunMerger merges with windows of a few rows.
func TestRunMerger(t *testing.T) {
	s, err := newSpillStore(t.TempDir(), rowForm{words: 1, bare: true})
	require.NoError(t, err)
	s.ends = []int64{0}
	for i := range uint64(3) {
		var flat []uint64
		for k := range uint64(100) {
			flat = append(flat, k*k*3+i)
		}
		r := s.newRun(s.levels, s.end(), &[shards]int64{0: 100})
		require.NoError(t, r.write(0, flat, 1))
		s.ends[0] += 100
		s.runs = append(s.runs, r)
	}
	to := s.newRun(s.levels, s.end(), &[shards]int64{0: 300})
	m := newRunMerger(1)
	m.out, m.memory = make([]uint64, 0, 7), [][]uint64{make([]uint64, 3), make([]uint64, 1), make([]uint64, 200)}
	require.NoError(t, m.merge(s.runs, to, 0))
	all := make([]uint64, 300)
	require.NoError(t, readRows(s.levels, 300, all, 1))
	require.True(t, slices.IsSorted(all))
	require.Len(t, slices.Compact(all), 300)
	require.NoError(t, s.close())
}

func TestRowTable(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.IntRange(1, 3).Draw(t, "words")
		shift := rapid.SampledFrom([]int{0, 20, 46, 54}).Draw(t, "shift")
		table := rowTable{words: words}
		for range 3 { // what was reset is as good as new
			table.reset(rapid.IntRange(0, 200).Draw(t, "room"))
			var want [][]uint64
			for range rapid.IntRange(0, 400).Draw(t, "rows") {
				row := make([]uint64, words)
				for i := range row {
					row[i] = rapid.Uint64Range(0, 300).Draw(t, "word")
				}
				if row[0] <<= shift; words > 1 {
					row[0]++ // only bare rows may be 0
				}
				table.touch(row)
				table.add(row)
				want = append(want, row)
			}
			slices.SortFunc(want, slices.Compare)
			want = slices.CompactFunc(want, slices.Equal)
			require.True(t, slices.Equal(slices.Concat(want...), table.sorted()))
		}
	})
}

func TestSpreadIsABijection(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := rapid.Uint64().Draw(t, "word")
		require.Equal(t, w, gather64(spread64(w)))
		require.Equal(t, w, spread64(gather64(w)))
	})
}

// TestCrowd: states are copied seldom, and there are never many runs.
func TestCrowd(t *testing.T) {
	for name, size := range map[string]func(level int) int64{
		"equal": func(int) int64 { return 1000 },
		"rises": func(level int) int64 { return int64(level) * 10 },
		"falls": func(level int) int64 { return 1 << max(0, 40-level) },
	} {
		s, total, copied := spillStore{}, int64(0), int64(0)
		for level := 1; level <= 1000; level++ {
			rows := size(level)
			total += rows
			s.runs = append(s.runs, &sortedRun{})
			s.runs[len(s.runs)-1].start[shards] = rows
			for newest := s.crowd(); newest >= 2; newest = s.crowd() {
				sum := int64(0)
				for _, r := range s.runs[len(s.runs)-newest:] {
					sum += r.rows()
				}
				copied += sum
				s.runs = append(s.runs[:len(s.runs)-newest], &sortedRun{})
				s.runs[len(s.runs)-1].start[shards] = sum
			}
			require.LessOrEqual(t, len(s.runs), maxRuns, name)
		}
		require.Less(t, copied, 10*total, name)
	}
}

// freshWeb is a web whose events all are fresh in every state, so that its runs
// have times.
type freshWeb struct{ packedWeb }

func (g freshWeb) Fire(s knot, e Event, emit func(knot, Effect)) {
	g.web.Fire(s, e, func(to knot, how Effect) {
		for _, f := range g.Events(to, nil) {
			how.Fresh[how.FreshCount] = f.ID
			how.FreshCount++
		}
		emit(to, how)
	})
}

// TestSpillOfCheck: what a user sees.
func TestSpillOfCheck(t *testing.T) {
	g := freshWeb{packedWeb{web{nodes: 3000, degree: 3, seed: 7, width: 2}}}
	near := Property[knot]{Name: "near", Kind: Always, Goal: func(s knot) bool { return s.n < 3000 }}
	far := Property[knot]{Name: "far", Kind: Reachable, Goal: func(s knot) bool { return s.n >= 3000 }}
	low := Property[knot]{Name: "low", Kind: Always, Goal: func(s knot) bool { return s.n < 2500 }}
	back := Property[knot]{Name: "back", Kind: Eventually, Goal: func(s knot) bool { return s.n == 1 }}
	ask := func(opt Options, props ...Property[knot]) (Result[knot], error) {
		return Check(context.Background(), System[knot]{Exact: g}, props, opt)
	}
	dir := t.TempDir()
	spilled, err := ask(Options{Time: Any, Spill: dir}, near, far, low, back)
	require.NoError(t, err)
	inMemory, err := ask(Options{Time: Any}, near, far, low)
	require.NoError(t, err)
	require.Equal(t, reasonSpill, spilled.Outcomes[3].Reason)
	require.Equal(t, Unknown, spilled.Outcomes[3].Verdict)
	require.Equal(t, reasonPossible, spilled.Outcomes[2].Reason)
	require.Len(t, spilled.Outcomes[2].Trace.Steps, len(inMemory.Outcomes[2].Trace.Steps))
	require.GreaterOrEqual(t, spilled.Outcomes[2].Trace.Last().n, uint64(2500))
	require.NoError(t, Replay(Model[knot](g), *spilled.Outcomes[2].Trace))
	require.Equal(t, inMemory.Outcomes[:2], spilled.Outcomes[:2])
	require.Positive(t, spilled.Runs[0].Spilled)
	require.Zero(t, inMemory.Runs[0].Spilled)
	require.Equal(t, inMemory.Runs[0].States, spilled.Runs[0].States)

	_, err = Check(context.Background(), System[knot]{Exact: g.web}, nil, Options{Time: Any, Spill: dir})
	require.ErrorContains(t, err, "checker.web is no Packer")
	file := filepath.Join(dir, "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	_, err = ask(Options{Time: Any, Spill: file}, near)
	require.ErrorContains(t, err, file)
	require.NoError(t, os.Remove(file))
	_, err = Explore(context.Background(), Model[knot](g), Any, Options{Spill: dir}, Visitor[knot]{})
	require.ErrorContains(t, err, "Spill")

	ctx, cancel := context.WithCancel(context.Background())
	stop := Property[knot]{Name: "stop", Kind: Always, Goal: func(s knot) bool {
		if s.n > 1000 {
			cancel()
		}
		return true
	}}
	cancelled, err := Check(ctx, System[knot]{Exact: g}, []Property[knot]{stop}, Options{Time: Any, Spill: dir})
	require.NoError(t, err)
	require.Equal(t, reasonInterrupted, cancelled.Outcomes[0].Reason)
	require.Positive(t, cancelled.Runs[0].Spilled)
	require.Panics(t, func() {
		_, _ = ask(Options{Time: Any, Spill: dir}, Property[knot]{Name: "panic", Kind: Always, Goal: func(s knot) bool { panic("of a property") }})
	})
	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Empty(t, left, "whatever happens, nothing is left")
}

// TestSpillAuto: what Any proves on disk, Auto takes from it.
func TestSpillAuto(t *testing.T) {
	g := freshWeb{packedWeb{web{nodes: 300, degree: 2, seed: 3, width: 1}}}
	props := []Property[knot]{
		{Name: "near", Kind: Always, Goal: func(s knot) bool { return s.n < 300 }},
		{Name: "low", Kind: Always, Goal: func(s knot) bool { return s.n < 200 }},
		{Name: "back", Kind: Eventually, Goal: func(s knot) bool { return s.n == 1 }},
	}
	inMemory, err := Check(context.Background(), System[knot]{Exact: g}, props, Options{})
	require.NoError(t, err)
	spilled, err := Check(context.Background(), System[knot]{Exact: g}, props, Options{Spill: t.TempDir()})
	require.NoError(t, err)
	require.Equal(t, inMemory.Outcomes, spilled.Outcomes)
	require.Equal(t, AllDurations, spilled.Outcomes[0].Scope)
}

// TestSpillDiskErrors: an error of the disk ends the run, and names the file.
func TestSpillDiskErrors(t *testing.T) {
	always := []Property[knot]{{Name: "always", Kind: Always, Goal: func(knot) bool { return true }}}
	begin := func() *spillSearch[knot] {
		g := packedWeb{web{nodes: 3000, degree: 3, seed: 7, width: 1}}
		return spilling(t, t.TempDir(), g, always, Options{}, 3, 50)
	}
	requireStopped := func(s *spillSearch[knot], file, why string) {
		run := s.explore()
		require.False(t, run.Complete)
		require.True(t, strings.HasPrefix(run.Stopped, reasonSpill+": "), run.Stopped)
		require.Contains(t, run.Stopped, file)
		require.Contains(t, run.Stopped, why)
	}
	s := begin()
	full, err := os.OpenFile("/dev/full", os.O_RDWR, 0)
	if err == nil {
		s.store.levels.Close()
		s.store.levels = full
		requireStopped(s, "/dev/full", "no space left")
	}
	require.NoError(t, s.close())

	s = begin()
	require.NoError(t, s.store.levels.Close())
	requireStopped(s, "levels", "closed")
	require.NoError(t, s.close())

	s = begin()
	s.x.judge.props[0].Goal = func(n knot) bool {
		if n.n > 100 {
			_ = os.Truncate(s.store.levels.Name(), 8)
		}
		return true
	}
	requireStopped(s, "levels", "shorter than what was written")
	_, err = s.path(spillPlace{level: 3, at: 100})
	require.ErrorContains(t, err, "shorter")
	require.NoError(t, s.close())

	s = begin()
	require.NoError(t, os.RemoveAll(s.store.dir))
	requireStopped(s, "run-1", "no such file")
	require.NoError(t, s.close())
}
