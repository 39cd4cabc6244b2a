package checker

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// twins are two threads with one program: exchanging their program counters is a
// mirror.
type twins struct {
	*threads
	apart   error
	crooked bool // the mirror exchanges two variables too
}

func (m twins) Words() int { return 1 }

func (m twins) Pack(s threadsState, words []uint64) {
	for i := range s.pc {
		words[0] |= uint64(s.pc[i])<<(8*i) | uint64(s.val[i])<<(24+8*i)
	}
}

func (m twins) Unpack(words []uint64) (s threadsState) {
	for i := range s.pc {
		s.pc[i], s.val[i] = uint8(words[0]>>(8*i)), int8(words[0]>>(24+8*i))
	}
	return s
}

func (m twins) Symmetric() error { return m.apart }

func (m twins) Mirror(s threadsState) threadsState {
	s.pc[0], s.pc[1] = s.pc[1], s.pc[0]
	if m.crooked {
		s.val[0], s.val[1] = s.val[1], s.val[0]
	}
	return s
}

func (m twins) MirrorEvent(e Event) Event { e.ID ^= 1 << 8; return e }
func (m twins) MirrorLabel(l Label) Label { return l }

// drawnTwins draws twins, and a goal and an invariant that do not tell them apart.
func drawnTwins(seed int) (twins, []Property[threadsState]) {
	type system struct {
		m     twins
		props []Property[threadsState]
	}
	s := rapid.Custom(func(t *rapid.T) system {
		m := twins{threads: drawThreads(t)}
		m.program[1], m.program[2] = m.program[0], nil
		_, one, observes := drawRegion(t)
		either := func(s threadsState) bool { return one(s) || one(m.Mirror(s)) }
		return system{m, []Property[threadsState]{
			{Name: "goal", Kind: Reachable, Goal: either, Symmetric: true, Observes: observes | 3},
			{Name: "always", Kind: Always, From: either, Symmetric: true, Observes: observes | 3,
				Goal: func(s threadsState) bool { return s.pc[0] != s.pc[1] || s.val[0] == 0 }},
		}}
	}).Example(seed)
	return s.m, s.props
}

func TestMirroredFindsTheSame(t *testing.T) {
	kept, all := 0, 0
	for seed := range 1000 {
		m, props := drawnTwins(seed)
		check := func(opt Options) Result[threadsState] {
			opt.Time = Any
			res, err := Check(context.Background(), System[threadsState]{Exact: m}, props, opt)
			require.NoError(t, err)
			return res
		}
		full := check(Options{Reduction: ReduceNone})
		all += full.Runs[0].States
		for _, r := range []Reduction{ReduceNone, ReduceAmple} {
			got := check(Options{Symmetry: true, Reduction: r})
			require.True(t, got.Runs[0].Symmetry)
			kept += got.Runs[0].States
			for i, w := range full.Outcomes {
				g := got.Outcomes[i]
				require.Equal(t, []any{w.Verdict, w.Reason, w.Vacuous}, []any{g.Verdict, g.Reason, g.Vacuous}, "%s of twins %d", w.Property, seed)
				if g.Trace == nil {
					continue
				}
				require.NoError(t, Replay[threadsState](m, *g.Trace), "twins %d", seed)
				last := g.Trace.Last()
				require.True(t, w.Kind == Reachable && props[i].Goal(last) || w.Kind == Always && props[i].From(last) && !props[i].Goal(last))
				if r == ReduceNone {
					require.Len(t, g.Trace.Steps, len(w.Trace.Steps), "still shortest")
				}
			}
		}
	}
	require.Less(t, float64(kept), 1.6*float64(all), "symmetry does something")
}

// TestCrookedMirrorIsFound exchanges too much: some verdicts or traces are wrong then.
func TestCrookedMirrorIsFound(t *testing.T) {
	wrong := 0
	for seed := range 300 {
		m, props := drawnTwins(seed)
		m.crooked = true
		for _, p := range props {
			yes, _, _ := findings[threadsState](m, p, false, sound)
			res, err := Check(context.Background(), System[threadsState]{Exact: m}, []Property[threadsState]{p}, Options{Time: Any, Symmetry: true})
			require.NoError(t, err)
			found := res.Outcomes[0].Trace
			if (found != nil) != yes || found != nil && Replay[threadsState](m, *found) != nil {
				wrong++
			}
		}
	}
	require.Positive(t, wrong)
}

// A property that claims to be symmetric and is not loses one of two mirror images.
func TestFalseClaimOfSymmetry(t *testing.T) {
	m := twins{threads: &threads{}}
	m.program[0] = []instructions{{{is: -1, to: -1, next: 1}}}
	m.program[1] = m.program[0]
	var found []bool
	for p := range 2 {
		goal := Property[threadsState]{Name: "one is ahead", Kind: Reachable, Symmetric: true,
			Goal: func(s threadsState) bool { return s.pc[p] == 1 && s.pc[1-p] == 0 }}
		res, err := Check(context.Background(), System[threadsState]{Exact: m}, []Property[threadsState]{goal}, Options{Time: Any, Symmetry: true})
		require.NoError(t, err)
		found = append(found, res.Outcomes[0].Trace != nil)
	}
	slices.SortFunc(found, func(a, b bool) int { return map[bool]int{true: 1}[a] - map[bool]int{true: 1}[b] })
	require.Equal(t, []bool{false, true}, found)
}

func TestSymmetryIsRefused(t *testing.T) {
	m := twins{threads: &threads{}}
	goal := Property[threadsState]{Name: "g", Kind: Reachable, Goal: func(threadsState) bool { return false }}
	ask := func(m Model[threadsState], opt Options, p Property[threadsState]) error {
		opt.Symmetry = true
		_, err := Check(context.Background(), System[threadsState]{Exact: m}, []Property[threadsState]{p}, opt)
		return err
	}
	require.EqualError(t, ask(m, Options{}, goal), `checker: symmetry requested, but property "g" tells the mirror images apart`)
	goal.Symmetric = true
	require.NoError(t, ask(m, Options{}, goal))
	require.ErrorContains(t, ask(m, Options{Time: Exact}, goal), "symmetry requested for Exact")
	require.ErrorContains(t, ask(m.threads, Options{}, goal), "*checker.threads lacks a Mirror or a Pack method")
	m.apart = errors.New("one is left-handed")
	require.EqualError(t, ask(m, Options{}, goal), "checker: symmetry requested, but one is left-handed")
}
