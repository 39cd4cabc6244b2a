package checker

import (
	"context"
	"encoding/binary"
	"fmt"
	"hash/crc64"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// checkpoints makes a check of a model write checkpoints into a new directory.
func checkpoints(t require.TestingT, dir string) Checkpoint {
	return Checkpoint{File: filepath.Join(dir, "c"), Name: "m", Key: "k", Failed: func(err error) { require.NoError(t, err) }}
}

// saving is a check whose one search is saved where it is interrupted.
type saving struct {
	hashes bool // keep hashes where that is exact
	c      *check[knot]
	file   string
	within int // how often it went on within a level
}

func newSaving(t require.TestingT, dir string, m Model[knot], props []Property[knot], opt Options) *saving {
	opt.Checkpoint = checkpoints(t, dir)
	return &saving{
		c: &check[knot]{sys: System[knot]{Exact: m}, props: props, opt: opt,
			out: make([]Outcome[knot], len(props)), decided: make([]bool, len(props))},
		file: opt.Checkpoint.File,
	}
}

// ending is a context that ends when it has been asked a number of times.
type ending struct {
	context.Context
	left *int
}

func after(looks int) ending { return ending{context.Background(), &looks} }

func (e ending) Err() error {
	if *e.left--; *e.left < 0 {
		return context.Canceled
	}
	return nil
}

// search runs a search in chunks that is interrupted after a number of rounds,
// unless it is done before; mar may spoil what was read.
func (s *saving) search(t require.TestingT, resume bool, rounds, chunk int, mar func(*visited)) (*anySearch[knot], *judge[knot], Run) {
	if s.c.opt.Checkpoint.Resume = ""; resume {
		s.c.opt.Checkpoint.Resume = s.file
	}
	v, err := newSaver(s.c)
	require.NoError(t, err)
	v.stage = "any 0"
	if v.search != nil && v.search.From > 0 {
		s.within++
	}
	j := newJudge(s.c.props)
	x := newAnySearch(s.c.sys.Exact, newMeter(after(rounds), s.c.opt, time.Now(), Any, "test"), j, nil)
	if x.chunk = chunk; s.hashes {
		x.keepHashes()
	}
	require.NoError(t, v.attach(x))
	if mar != nil {
		mar(x.set)
	}
	run := x.explore()
	run.Elapsed = 0
	return x, j, run
}

// TestResumedIsUninterrupted interrupts searches again and again, each time with
// another number of workers, and compares what the last one finds with what one
// finds that was left alone.
func TestResumedIsUninterrupted(t *testing.T) {
	dir := t.TempDir()
	interrupted, within := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		g, m := genWeb(t)
		bad := func(s knot) bool { return s.n != 0 && hashWords(0, []uint64{s.n, g.seed})%197 == 0 }
		props := []Property[knot]{
			{Name: "never-bad", Kind: Always, Goal: func(s knot) bool { return !bad(s) }},
			{Name: "guarded", Kind: Always, From: bad, Goal: func(knot) bool { return true }},
			{Name: "last", Kind: Reachable, Goal: func(s knot) bool { return s.n == g.nodes-1 }},
		}
		if rapid.Bool().Draw(t, "steps") {
			props = append(props, Property[knot]{Name: "step", Kind: StepAlways, Step: func(from knot, _ Event, how Label, to knot) bool {
				return how[0]%61 != 0 || from == to
			}})
		}
		opt := Options{
			Workers:   1,
			MaxStates: rapid.SampledFrom([]int{0, 0, 500}).Draw(t, "max states"),
			MaxDepth:  rapid.SampledFrom([]int{0, 0, 4}).Draw(t, "max depth"),
		}
		chunk := rapid.SampledFrom([]int{1, 3, 50}).Draw(t, "chunk")
		keep := rapid.SampledFrom([]store{keepRecords, keepHashes, keepFingerprints}).Draw(t, "keep")
		x, j, run := searchKeeping(keep, m, props, opt, chunk)
		opt.Fingerprints = keep == keepFingerprints
		s := newSaving(t, dir, m, props, opt)
		s.hashes = keep == keepHashes
		for tries := 0; ; tries++ {
			require.Less(t, tries, 10_000)
			s.c.opt.Workers = rapid.IntRange(1, 3).Draw(t, "workers")
			rounds := rapid.IntRange(tries/3, 6).Draw(t, "rounds")
			y, k, again := s.search(t, tries > 0, rounds, chunk, nil)
			if again.Stopped == reasonInterrupted {
				interrupted++
				continue
			}
			require.Equal(t, run, again)
			require.Equal(t, j.found, k.found)
			require.Equal(t, j.guarded, k.guarded)
			for i, f := range j.found {
				if f.yes && y.set.store == keepRecords {
					a := x.trace(x.path(id(uint32(f.at))), f.via)
					b := y.trace(y.path(id(uint32(f.at))), f.via)
					require.Equal(t, a, b, props[i].Name)
				}
			}
			within += s.within
			return
		}
	})
	t.Logf("%d interruptions, %d of them within a level", interrupted, within)
	if !testing.Short() { // which draws a fifth as many
		require.Greater(t, interrupted, 50)
		require.Positive(t, within)
	}
}

// TestResumeSeesFaults leaves out a shard of what was visited, and a part of the
// level: the comparison above fails then.
func TestResumeSeesFaults(t *testing.T) {
	g := web{nodes: 20_000, degree: 3, seed: 7, width: 2}
	for _, fingerprints := range []bool{false, true} {
		opt := Options{Workers: 1, Fingerprints: fingerprints}
		_, _, run := search(t, packedWeb{g}, nil, opt, 10)
		half := func(mar func(*visited)) Run {
			s := newSaving(t, t.TempDir(), packedWeb{g}, nil, opt)
			_, _, first := s.search(t, false, 40, 10, nil)
			require.Equal(t, reasonInterrupted, first.Stopped)
			require.Greater(t, first.States, 1000)
			_, _, again := s.search(t, true, 1<<30, 10, mar)
			return again
		}
		require.Equal(t, run, half(nil))
		require.NotEqual(t, run, half(func(v *visited) {
			s := &v.shard[17]
			clear(s.table)
			clear(s.prints.slots)
		}), "a shard is forgotten")
		require.NotEqual(t, run, half(func(v *visited) { v.shard[17].level = v.shard[17].end }), "a part of the level is left out")
	}
}

// TestResumedChecks interrupts checks of all kinds of properties, in all modes, and
// compares what they find at last.
func TestResumedChecks(t *testing.T) {
	dir := t.TempDir()
	interrupted, resumed := 0, 0
	for seed := range 60 {
		m, props := drawnTwins(seed)
		props = append(props,
			Property[threadsState]{Name: "step", Kind: StepAlways, Step: func(s threadsState, _ Event, _ Label, to threadsState) bool { return s.val[0] <= to.val[0] }},
			Property[threadsState]{Name: "live", Kind: Eventually, Goal: func(s threadsState) bool { return s.pc[0] > 1 }},
			Property[threadsState]{Name: "within", Kind: Within, Bound: 1 << 30, Goal: func(s threadsState) bool { return s.pc[1] > 1 }})
		rng := rand.New(rand.NewPCG(1, uint64(seed)))
		opt := Options{
			Time: Mode(seed % 3), Workers: 1, Merge: seed%5 == 0, Fingerprints: seed%7 == 3,
			Reduction: Reduction(seed / 3 % 3), Symmetry: seed%4 == 1 && Mode(seed%3) != Exact,
		}
		ask := func(opt Options, looks int) (Result[threadsState], error) {
			res, err := Check(after(looks), System[threadsState]{Exact: m}, props, opt)
			for i := range res.Runs {
				res.Runs[i].Elapsed = 0
			}
			return res, err
		}
		want, err := ask(opt, 1<<30)
		require.NoError(t, err)
		opt.Checkpoint = checkpoints(t, dir)
		for try := 0; ; try++ {
			got, err := ask(opt, rng.IntN(12)+try)
			require.NoError(t, err)
			opt.Checkpoint.Resume = opt.Checkpoint.File
			if asksAgain(got) {
				interrupted++
				continue
			}
			if try > 0 {
				resumed++
			}
			require.Equal(t, want, got, "seed %d", seed)
			break
		}
		done, err := ask(opt, 0) // all of it is known
		require.NoError(t, err)
		require.Equal(t, want, done, "seed %d", seed)
	}
	require.Greater(t, interrupted, 30)
	require.Greater(t, resumed, 20)
}

// asksAgain tells whether a check was interrupted.
func asksAgain(res Result[threadsState]) bool {
	for _, r := range res.Runs {
		if r.Stopped == reasonInterrupted {
			return true
		}
	}
	for _, o := range res.Outcomes {
		if o.Reason == reasonInterrupted {
			return true
		}
	}
	return false
}

// TestCheckpointRefused changes one thing after the other.
func TestCheckpointRefused(t *testing.T) {
	g := web{nodes: 3000, degree: 3, seed: 7, width: 3}
	opt := Options{Time: Any, Workers: 2, Checkpoint: checkpoints(t, t.TempDir())}
	file := opt.Checkpoint.File
	ask := func(opt Options, names ...string) error {
		var props []Property[knot]
		for _, name := range names {
			props = append(props, Property[knot]{Name: name, Kind: Always, Goal: func(knot) bool { return true }})
		}
		_, err := Check(context.Background(), System[knot]{Exact: partedWeb{packedWeb{g}}}, props, opt)
		return err
	}
	interrupted, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := Check(interrupted, System[knot]{Exact: partedWeb{packedWeb{g}}}, []Property[knot]{{Name: "p", Kind: Always, Goal: func(knot) bool { return true }}}, opt)
	require.NoError(t, err)
	whole, err := os.ReadFile(file)
	require.NoError(t, err)
	opt.Checkpoint.File, opt.Checkpoint.Resume = "", file
	require.NoError(t, ask(opt, "p"))

	refused := func(because string, err error) {
		t.Helper()
		require.ErrorAs(t, err, new(*CheckpointError))
		require.ErrorContains(t, err, "checkpoint "+file)
		require.ErrorContains(t, err, because)
	}
	for because, change := range map[string]func(*Options){
		"is of m, not of other":                     func(o *Options) { o.Checkpoint.Name = "other" },
		"is of m with other contents or parameters": func(o *Options) { o.Checkpoint.Key = "other" },
		"other options: time any, reduction auto, symmetry false, fingerprints false, seed 0": func(o *Options) { o.Seed = 9 },
	} {
		other := opt
		change(&other)
		refused(because, ask(other, "p"))
	}
	refused("is of other properties: p (always); asked are: q (always)", ask(opt, "q"))
	other := []byte(strings.Replace(string(whole), `"Binary":"`, `"Binary":"0`, 1))
	length := len(checkpointMagic + checkpointVersion + "\n")
	binary.LittleEndian.PutUint64(other[length:], binary.LittleEndian.Uint64(other[length:])+1)
	other = binary.LittleEndian.AppendUint64(other[:len(other)-sumBytes], crc64.Checksum(other[:len(other)-sumBytes], sumTable))
	write := func(b []byte) { require.NoError(t, os.WriteFile(file, b, 0o600)) }
	write(other)
	refused("another build", ask(opt, "p"))
	write([]byte(strings.Replace(string(whole), "checkpoint 4", "checkpoint 5", 1)))
	refused(`is of version "5", and this finwait reads version 4`, ask(opt, "p"))
	write([]byte("name: x\n"))
	refused("is no checkpoint", ask(opt, "p"))
	write(nil)
	refused("is no checkpoint", ask(opt, "p"))
	require.NoError(t, os.Remove(file))
	refused("no such file", ask(opt, "p"))

	// A random bit, some random bytes, or a random end.
	rng := rand.New(rand.NewPCG(3, 4))
	for range 500 {
		b := append([]byte{}, whole...)
		switch rng.IntN(3) {
		case 0:
			b[rng.IntN(len(b))] ^= 1 << rng.IntN(8)
		case 1:
			for range 1 + rng.IntN(5) {
				b[rng.IntN(len(b))] ^= byte(1 + rng.IntN(255))
			}
		default:
			b = b[:rng.IntN(len(b))]
		}
		if string(b) == string(whole) {
			continue
		}
		write(b)
		refused("", ask(opt, "p"))
	}
	write(whole)
	require.NoError(t, ask(opt, "p"))
}

// TestBoundsAreRaised: a check that was interrupted below its bound ends under a larger one
// as if that had been given at once. A smaller one is refused, and any other one behind a
// search that was stopped by its bound.
func TestBoundsAreRaised(t *testing.T) {
	dir := t.TempDir()
	bounds := []struct {
		reason string
		least  int
		set    func(o *Options, n int)
	}{
		{reasonStates, 20, func(o *Options, n int) { o.MaxStates = n }},
		{reasonDepth, 6, func(o *Options, n int) { o.MaxDepth = n }},
		{reasonAnyStates, 20, func(o *Options, n int) { o.AnyStates = n }},
	}
	goneOn, refused := map[string]int{}, map[string]int{}
	for seed := range 180 {
		m, props := drawnTwins(seed)
		props = append(props, Property[threadsState]{Name: "within", Kind: Within, Bound: 1 << 30, Goal: func(s threadsState) bool { return s.pc[1] > 1 }})
		ask := func(opt Options, looks int) (Result[threadsState], error) {
			res, err := Check(after(looks), System[threadsState]{Exact: m}, props, opt)
			for i := range res.Runs {
				res.Runs[i].Elapsed = 0
			}
			return res, err
		}
		b := bounds[seed%3]
		opt := Options{Time: Mode(seed / 3 % 3), Workers: 1, Checkpoint: checkpoints(t, dir)}
		b.set(&opt, b.least)
		first, err := ask(opt, seed/9%8)
		require.NoError(t, err)
		opt.Checkpoint.Resume = opt.Checkpoint.File
		b.set(&opt, b.least-1)
		_, err = ask(opt, 1<<30)
		require.ErrorContains(t, err, "a bound can be raised, not lowered")
		b.set(&opt, []int{0, 1000}[seed%2])
		got, err := ask(opt, 1<<30)
		stopped := slices.ContainsFunc(first.Runs, func(r Run) bool { return r.Stopped == b.reason })
		if stopped && !asksAgain(first) {
			require.Error(t, err, "seed %d", seed)
		}
		if err != nil {
			require.True(t, stopped, "seed %d", seed)
			require.ErrorContains(t, err, "holds a search that was stopped by ")
			require.ErrorContains(t, err, fmt.Sprintf(" %d, and such a search does not go on with another bound", b.least))
			refused[b.reason]++
			continue
		}
		if asksAgain(first) {
			goneOn[b.reason]++
		}
		opt.Checkpoint = Checkpoint{}
		want, err := ask(opt, 1<<30)
		require.NoError(t, err)
		require.Equal(t, want, got, "seed %d", seed)
	}
	for _, b := range bounds {
		require.Positive(t, goneOn[b.reason], b.reason)
		if b.reason != reasonAnyStates { // these models are too small for it
			require.Positive(t, refused[b.reason], b.reason)
		}
	}
}

// TestCheckpointNotWritten: what cannot be written at first is an error, later it is
// told and the check goes on.
func TestCheckpointNotWritten(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "d")
	opt := Options{Time: Any, Checkpoint: checkpoints(t, dir)}
	told := 0
	opt.Checkpoint.Failed = func(err error) {
		require.ErrorContains(t, err, "cannot be written")
		told++
	}
	g := packedWeb{web{nodes: 3000, degree: 3, seed: 7, width: 3}}
	var once bool
	props := []Property[knot]{{Name: "p", Kind: Always, Goal: func(knot) bool {
		if !once {
			once = true
			require.NoError(t, os.RemoveAll(dir))
		}
		return true
	}}}
	opt.Workers = 1
	_, err := Check(context.Background(), System[knot]{Exact: g}, props, opt)
	require.ErrorContains(t, err, "cannot be written")
	require.NoError(t, os.Mkdir(dir, 0o700))
	res, err := Check(context.Background(), System[knot]{Exact: g}, props, opt)
	require.NoError(t, err)
	require.Equal(t, Holds, res.Outcomes[0].Verdict)
	require.Equal(t, 1, told)
	_, err = Check(context.Background(), System[knot]{Exact: g.web}, props, opt)
	require.ErrorContains(t, err, "lacks a Pack method")
	opt.Spill = t.TempDir()
	_, err = Check(context.Background(), System[knot]{Exact: g}, props, opt)
	require.ErrorContains(t, err, "Options.Spill is set")
}
