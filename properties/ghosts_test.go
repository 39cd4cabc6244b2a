package properties_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/properties"
	"github.com/finwait/finwait/spec"
)

// TestPropertiesReadTheirGhosts asks every property about states with and without the
// ghosts that it is said not to read.
func TestPropertiesReadTheirGhosts(t *testing.T) {
	mattered := spec.Ghosts(0)
	catalogue := properties.Catalogue()
	require.Empty(t, properties.WithoutGhosts(), "what a property reads is said")
	for seed := range 120 {
		p := drawSmall(seed, false)
		if seed%3 == 2 {
			p = openedAgain(p, seed)
		}
		m, err := spec.New(p)
		if err != nil {
			continue
		}
		forgetting := func(g spec.Ghosts) *spec.Model {
			less := p
			less.Forget = g
			f, err := spec.New(less)
			require.NoError(t, err)
			return f
		}
		var without, single []*spec.Model // by property; by ghost
		var props []checker.Property[spec.State]
		for _, c := range catalogue {
			without, props = append(without, forgetting(spec.AllGhosts&^c.Reads())), append(props, c.Make(p))
		}
		for g := spec.Ghosts(1); g < spec.AllGhosts; g <<= 1 {
			single = append(single, forgetting(g))
		}
		steps := 0
		_, err = checker.Explore(context.Background(), m.Any(), checker.Any, checker.Options{MaxStates: 400}, checker.Visitor[spec.State]{
			Step: func(from spec.State, e checker.Event, how checker.Label, to spec.State) {
				if steps++; steps%8 != 0 {
					return
				}
				for i, c := range props {
					says := func(f *spec.Model) [4]bool {
						a, b := from, to
						if f != nil {
							a, b = f.WithoutGhosts(a), f.WithoutGhosts(b)
						}
						return [4]bool{
							c.From != nil && c.From(b), c.Goal != nil && c.Goal(b),
							c.Guard != nil && c.Guard(a, e, how, b), c.Step != nil && c.Step(a, e, how, b),
						}
					}
					whole := says(nil)
					require.Equal(t, whole, says(without[i]), "%s reads more than it says in %+v", c.Name, to)
					for g, f := range single {
						if whole != says(f) {
							mattered |= 1 << g
						}
					}
				}
			},
		})
		require.NoError(t, err)
	}
	// How a connection ended matters where it ended normally before its peer knew of
	// the end, and after a crash and a reboot: too rare to be met.
	require.Equal(t, spec.AllGhosts&^spec.GhostEnding, mattered&^spec.GhostEnding, "each is read by some property")
}

// openedAgain lets the client connect again behind its script, sooner than TIME_WAIT.
func openedAgain(p spec.Params, seed int) spec.Params {
	p.Incarnations, p.ISN = 2, []spec.ISNPolicy{spec.ISNSame, spec.ISNArbitrary}[seed%2]
	for h := range p.Host {
		c := &p.Host[h]
		c.Listens, c.SynRTO, c.TimeWait = true, spec.Second, spec.Millisecond
		c.Script = append(c.Script[:len(c.Script):len(c.Script)], spec.Call{Do: spec.Connect, When: spec.AfterClosed})
	}
	return p
}

// States of a model that forgets ghosts are those of the whole model without them.
func TestForgottenGhostsMakeNoDifference(t *testing.T) {
	for seed := range 60 {
		p := drawSmall(seed, seed%2 == 0)
		m, err := spec.New(p)
		if err != nil {
			continue
		}
		p.Forget = spec.AllGhosts
		less, err := spec.New(p)
		require.NoError(t, err)
		states := func(m *spec.Model) map[spec.State]bool {
			all := map[spec.State]bool{}
			run, err := checker.Explore(context.Background(), m.Any(), checker.Any, checker.Options{MaxStates: 3000}, checker.Visitor[spec.State]{
				State: func(s spec.State) { all[less.WithoutGhosts(s)] = true },
			})
			require.NoError(t, err)
			if !run.Complete {
				return nil
			}
			return all
		}
		if whole := states(m); whole != nil {
			require.Equal(t, whole, states(less), "%+v", p)
		}
	}
}
