package properties_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/properties"
	"github.com/finwait/finwait/spec"
)

// seenOfHost is what of an endpoint does not depend on what is forgotten of the network.
type seenOfHost struct {
	state             spec.ConnState
	mini              bool
	ending            spec.Ending
	err, told         spec.Errno
	eof, open, orphan bool
	read, unread, pc  uint8
}

// TestForgottenSegmentsMakeNoDifference explores models with and without what comes to
// nothing in flight: the hosts get to the same pairs of states in either, with durations
// and without, and the properties of states say the same.
func TestForgottenSegmentsMakeNoDifference(t *testing.T) {
	compared, fewer := 0, 0
	for seed := range 72 {
		p := drawSmall(seed, seed%2 == 0)
		if seed%12 == 0 { // whose late segments make the peer's RST end TIME_WAIT
			p = params(spec.Profiles()[seed/12%3], closeAtStart(), closeAfterEOF(0))
			p.Net.Duplicates, p.Net.Losses, p.Net.Delay = 1, seed/36%2, [2][2]int64{{0, 2 * ms}, {0, 2 * ms}}
			p.CountFins = properties.CountFins(p)
		}
		m, err := spec.New(p)
		if err != nil {
			continue
		}
		p.Wire = true
		whole, err := spec.New(p)
		require.NoError(t, err)
		var props []checker.Property[spec.State]
		for _, c := range properties.Catalogue() {
			if c.Kind == checker.Always || c.Kind == checker.Reachable {
				props = append(props, c.Make(p))
			}
		}
		for _, mode := range []checker.Mode{checker.Exact, checker.Any} {
			explore := func(m *spec.Model) (seen map[[2]seenOfHost]bool, bad map[string]bool, run checker.Run) {
				seen, bad = map[[2]seenOfHost]bool{}, map[string]bool{}
				if mode == checker.Any {
					m = m.Any()
				}
				run, err := checker.Explore(context.Background(), m, mode, checker.Options{MaxStates: 4000, MaxTime: 40 * time.Millisecond}, checker.Visitor[spec.State]{
					State: func(s spec.State) {
						var both [2]seenOfHost
						for h := range s.Host {
							e := &s.Host[h]
							both[h] = seenOfHost{e.State, e.Mini, e.Ending, e.Error, e.SawErr, e.SawEOF, e.Open, e.Orphan(), e.Read, e.Unread, e.PC}
						}
						seen[both] = true
						for _, c := range props {
							if (c.From == nil || c.From(s)) && c.Goal(s) == (c.Kind == checker.Reachable) {
								bad[c.Name] = true
							}
						}
					},
				})
				require.NoError(t, err)
				return seen, bad, run
			}
			seen, bad, run := explore(m)
			all, worst, full := explore(whole)
			if !run.Complete || !full.Complete {
				continue
			}
			compared++
			if run.States < full.States {
				fewer++
			}
			require.Equal(t, all, seen, "seed %d, %v", seed, mode)
			require.Equal(t, worst, bad, "seed %d, %v", seed, mode)
		}
	}
	require.Greater(t, compared, 20)
	require.Greater(t, fewer, 3, "something is forgotten")
}
