package spec

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// TestComposedSuccessors compares the successors of words with those of states.
func TestComposedSuccessors(t *testing.T) {
	listed, asked := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		m, err := New(genParams().Draw(t, "params"))
		require.NoError(t, err)
		m = m.Any()
		c := m.Compose()
		if c == nil {
			return
		}
		c.Workers(2)
		walk(t, m, func(s State, _ Event, _ State, _ Effect) {
			for worker := range 2 {
				word := c.Pack(worker, s)
				for c.Outgrown() {
					require.NotNil(t, c.Widen())
					word = c.Pack(worker, s)
				}
				require.Equal(t, s, c.Unpack(1-worker, word))
				words, all := c.Successors(worker, word, nil)
				for c.Outgrown() {
					renew := c.Widen()
					require.NotNil(t, renew)
					require.Equal(t, s, c.Unpack(worker, renew(word)))
					words, all = c.Successors(worker, renew(word), nil)
					word = renew(word)
				}
				want := m.Successors(s, []State{})
				if !all {
					asked++
					continue
				}
				listed++
				require.NotNil(t, want)
				var got []State
				for _, w := range words {
					next := c.Unpack(worker, w)
					require.Equal(t, w, c.Pack(1-worker, next))
					got = append(got, next)
				}
				if len(want) > 0 || len(got) > 0 {
					require.Equal(t, want, got)
				}
			}
		})
	})
	require.Less(t, 2*asked, listed, "how often a bag was said to be full")
}

// composedAgrees tells whether the first successors of words of given widths are those of
// states, where something is done to what the worker knows before each. A panic is none.
func composedAgrees(t *testing.T, width [composedParts]uint, fault func(w *walker), ending ...Call) (agrees, outgrown bool) {
	p := Params{Profile: Linux, Net: DefaultNet()}
	for h := range p.Host {
		p.Host[h] = DefaultHost()
		p.Host[h].Script = []Call{{Do: Send, N: 1, When: Anytime}, {Do: Close, When: Anytime}}
	}
	p.Host[Client].Script = append(p.Host[Client].Script, ending...)
	p.Net.Duplicates = 1
	made, err := New(p)
	require.NoError(t, err)
	m := made.Any()
	c := m.Compose()
	width[budgetPart] = c.width[budgetPart]
	c.width = width
	c.settle()
	c.Workers(1)
	defer func() {
		outgrown = c.Outgrown()
		agrees = recover() == nil && agrees
	}()
	seen := map[State]bool{}
	for queue := m.Init(); len(queue) > 0 && len(seen) < 3000; queue = queue[1:] {
		s := queue[0]
		if seen[s] {
			continue
		}
		seen[s] = true
		want, word := m.Successors(s, []State{}), c.Pack(0, s)
		fault(c.walks[0])
		words, all := c.Successors(0, word, nil)
		if !all {
			continue
		}
		for i, to := range want {
			if len(words) != len(want) || c.Unpack(0, words[i]) != to {
				return false, false
			}
		}
		queue = append(queue, want...)
	}
	return true, false
}

// wide has room for all parts that composedAgrees meets.
var wide = [composedParts]uint{10, 10, 16, 16}

// TestComposedSeesNarrowParts gives each part of a word, in turn, fewer bits than it needs.
func TestComposedSeesNarrowParts(t *testing.T) {
	for part := range budgetPart {
		width := wide
		width[part] = 3
		agrees, outgrown := composedAgrees(t, width, func(*walker) {})
		require.False(t, agrees, "part %d has too few bits, and nothing is wrong", part)
		require.True(t, outgrown, "part %d has too few bits, and nobody is told", part)
	}
}

// TestComposedSeesFaults makes what a worker knows of parts wrong on purpose.
func TestComposedSeesFaults(t *testing.T) {
	agrees := func(fault func(w *walker)) bool {
		agrees, outgrown := composedAgrees(t, wide, fault)
		require.False(t, outgrown)
		return agrees
	}
	require.True(t, agrees(func(*walker) {}))
	ends := func(do func(*localEnd)) func(*walker) {
		return func(w *walker) {
			for h := range w.ends {
				for _, e := range w.ends[h] {
					do(e)
				}
			}
		}
	}
	require.False(t, agrees(ends(func(e *localEnd) { e.hears = true })), "nothing is forgotten of what is in flight")
	require.False(t, agrees(ends(func(e *localEnd) { e.traits &^= isStill })), "budgets and arrivals are kept for nothing")
	require.False(t, agrees(ends(func(e *localEnd) { e.minded &^= notFinWait1 })), "AckedFinAlone is kept for nothing")
	require.False(t, agrees(ends(func(e *localEnd) { e.heard = kinds{} })), "hosts are taken for silent that answer")
	require.False(t, agrees(ends(func(e *localEnd) { e.calls = nil })), "no timer expires")
	require.False(t, agrees(func(w *walker) {
		for h := range w.hearing {
			for _, l := range w.hearing[h] {
				for i, left := range l.left {
					if left != 0 {
						l.left[i] = bagRef(i+1) << 8
					}
				}
			}
		}
	}), "nothing is forgotten of what was in flight before")
	require.False(t, agrees(func(w *walker) {
		for h := range w.bags {
			for _, b := range w.bags[h] {
				for i := range b.flight {
					b.flight[i].many = false
				}
			}
		}
	}), "of many segments none is left")
}

// TestComposedSeesWhatIsRemembered makes what forgetNetwork said wrong on purpose: of hosts of
// which one crashed while the other waits in TIME_WAIT, it is asked.
func TestComposedSeesWhatIsRemembered(t *testing.T) {
	crash := Call{Do: Crash, When: Anytime, Within: Never}
	right, _ := composedAgrees(t, wide, func(*walker) {}, crash)
	require.True(t, right)
	wrong, _ := composedAgrees(t, wide, func(w *walker) {
		for i := range w.forgot {
			w.forgot[i].to = 0
		}
	}, crash)
	require.False(t, wrong, "what is remembered is another state")
}
