package checker

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

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
	full, noneFull := os.OpenFile("/dev/full", os.O_RDWR, 0)
	if noneFull == nil {
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
	_, err := s.path(spillPlace{level: 3, at: 100})
	require.ErrorContains(t, err, "shorter")
	require.NoError(t, s.close())

	if noneFull == nil {
		// Of runs that are merged each shard is tried, whatever became of those before.
		// What was found until then has its trace.
		s = begin()
		s.x.judge.props[0].Goal = func(n knot) bool {
			if s.x.meter.kept < 600 {
				return true
			}
			_ = os.Symlink(full.Name(), filepath.Join(s.store.dir, fmt.Sprint("run-", s.store.merged+1)))
			return false
		}
		requireStopped(s, "run-", "no space left")
		require.True(t, s.found[0].yes)
		require.NotEmpty(t, pathsTo(t, s)[0].Steps)
		require.NoError(t, s.close())
	}

	s = begin()
	require.NoError(t, os.RemoveAll(s.store.dir))
	requireStopped(s, "run-1", "no such file")
	require.NoError(t, s.close())

	gone := filepath.Join(t.TempDir(), "gone")
	c := &check[knot]{
		ctx: context.Background(), sys: System[knot]{Exact: packedWeb{web{nodes: 30, degree: 3, seed: 7, width: 1}}},
		props: always, opt: Options{Time: Any, Spill: gone}, epoch: time.Now(), out: make([]Outcome[knot], 1), decided: make([]bool, 1),
	}
	require.NoError(t, c.any())
	require.Contains(t, c.out[0].Reason, reasonSpill+": ")
	require.Contains(t, c.out[0].Reason, gone)
	require.Equal(t, c.out[0].Reason, c.runs[0].Stopped)
	require.False(t, c.out[0].Vacuous)
}
