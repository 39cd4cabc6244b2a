package spec

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// abstract maps a state to the one that stands for it in a search without
// durations.
func abstract(any *Model, s State) State {
	for h := Client; h <= Server; h++ {
		e := &s.Host[h]
		e.Backoff = any.saturate(h, e.Rexmt, e.Backoff)
		if e.FinsSent > 1 {
			e.FinsSent = any.p.CountFins
		}
		if any.p.Net.Queue {
			continue
		}
		var bag Bag
		for _, g := range s.Net[h][:s.Net[h].Len()] {
			if !any.insert(&bag, g) {
				panic("no room")
			}
		}
		s.Net[h] = bag
	}
	any.forgetNetwork(&s)
	return s
}

// TestAnySimulates takes random walks with durations ignored and finds each of
// their steps again in the abstraction: this is what lets a proof of the one
// speak of the other.
func TestAnySimulates(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := genParams().Draw(t, "params")
		p.Net.Capacity = 4
		m, err := New(p)
		require.NoError(t, err)
		any := m.Any()
		require.Equal(t, any.Init()[0], abstract(any, m.Init()[0]))
		walk(t, m, func(from State, e Event, to State, how Effect) {
			a, b := abstract(any, from), abstract(any, to)
			i := EventOf(e.ID)
			if i.Kind == Deliver && any.unheard(&from, i.Host, any.arriving(&from, i)) {
				require.Equal(t, a, b, "a segment that nobody hears of changes nothing")
				return
			}
			if i.Kind == Deliver && from.Host[i.Host].State == Closed && !p.Net.Queue {
				e.ID = eventOf(answered(i.Segment), i.Host)
			}
			found := false
			any.Fire(a, e, func(next State, aHow Effect) {
				found = found || !aHow.Full && next == b && aHow.Label == how.Label
			})
			require.Truef(t, found, "%s has no step in the abstraction:\nfrom %+v\nto   %+v", any.Describe(from, e), a, b)
		})
	})
}

// TestAnyIsFinite pins that the abstraction of a lossy close without durations
// is small: nothing in it counts without end.
func TestAnyIsFinite(t *testing.T) {
	for name, c := range map[string]struct {
		profile Profile
		lossy   bool
		want    int
	}{
		"linux":        {Linux, false, 2163},
		"linux, lossy": {Linux, true, 4660},
		"rfc9293":      {RFC9293, false, 3599},
		"article":      {Article, false, 7235},
	} {
		t.Run(name, func(t *testing.T) {
			m, err := New(pair(c.profile, func(p *Params) {
				if c.lossy {
					p.Net.Losses = Unlimited
				}
			}))
			require.NoError(t, err)
			any := m.Any()
			seen := map[State]bool{any.Init()[0]: true}
			queue := any.Init()
			for len(queue) > 0 {
				s := queue[0]
				queue = queue[1:]
				for _, e := range any.Events(s, nil) {
					any.Fire(s, e, func(n State, how Effect) {
						require.False(t, how.Full)
						if !seen[n] {
							seen[n] = true
							queue = append(queue, n)
						}
					})
				}
			}
			require.Equal(t, c.want, len(seen))
		})
	}
}
