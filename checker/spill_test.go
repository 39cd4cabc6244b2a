package checker

import (
	"context"
	"os"
	"slices"
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
	rememberFew(s)
	return s
}

// rememberFew lets a search forget almost all it met, so that it looks for it on disk.
func rememberFew[S comparable](s *spillSearch[S]) {
	s.recent = 0
	for i := range s.met {
		s.met[i].remember(2)
	}
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

// lastRow is the row of a state of the last level.
func lastRow(t *testing.T, g web) uint64 {
	s := spilling(t, t.TempDir(), packedWeb{g}, nil, Options{}, 3, 50)
	s.explore()
	row := make([]uint64, 1)
	require.NoError(t, readRows(s.store.levels, s.store.end()-1, row, 1))
	require.NoError(t, s.close())
	return row[0]
}

// TestSpillFaults makes a search that spills wrong on purpose, and the plain one
// sees it.
func TestSpillFaults(t *testing.T) {
	g := web{nodes: 3000, degree: 2, seed: 7, width: 1}
	states, transitions, depth, _ := plain(Model[knot](g), func(knot) bool { return false })
	last := lastRow(t, g)
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
			for i := range s.met {
				if rows := s.met[i].rows; len(rows) > 0 {
					s.met[i].rows = rows[1:]
					return
				}
			}
		}},
		"a state that is taken to be known": {differ: true, found: func(s *spillSearch[knot]) {
			for i := range s.met {
				s.met[i].rows, s.met[i].recent = nil, []uint64{last, last}
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
