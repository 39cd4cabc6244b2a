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
	require.Less(t, 8*asked, listed, "how often a bag was said to be full")
}
