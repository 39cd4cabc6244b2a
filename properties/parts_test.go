package properties_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/properties"
	"github.com/finwait/finwait/spec"
)

// TestPartsAreTheCondition: a part fails exactly where the condition does, in the runs of
// drawn scenarios and of mutants, in which conditions do fail.
func TestPartsAreTheCondition(t *testing.T) {
	failures := map[string]int{}
	mutants := spec.Mutants()
	for seed := range 160 {
		p := drawSmall(seed, seed%3 == 0)
		if seed%2 == 1 {
			p.Host[seed/2%2].Mutant = mutants[seed/2%len(mutants)].Name
		}
		m, err := spec.New(p)
		if err != nil {
			continue
		}
		catalogue := properties.Catalogue()
		var props []checker.Property[spec.State]
		for _, c := range catalogue {
			props = append(props, c.Make(p))
		}
		steps := 0
		_, err = checker.Explore(context.Background(), m.Any(), checker.Any, checker.Options{MaxStates: 500}, checker.Visitor[spec.State]{
			State: func(spec.State) {},
			Step: func(from spec.State, e checker.Event, how checker.Label, to spec.State) {
				if steps++; steps%2 != 0 && steps%5 != 0 {
					return
				}
				if steps%2 == 0 { // a state that no rule leads to, so that conditions fail
					e := &to.Host[steps/2%2]
					switch steps / 4 % 5 {
					case 0, 1:
						e.State = spec.ConnStates()[steps/4%len(spec.ConnStates())]
					case 2:
						e.PeerFin, e.ActiveClose = !e.PeerFin, !e.ActiveClose
					case 3:
						e.RcvNxt++
						e.Timer, e.Rexmt = spec.NoStateTimer, spec.NoTimer
					default:
						how = checker.Label{}
					}
				}
				for i, c := range props {
					if !catalogue[i].InParts() || !catalogue[i].Concerns(p) {
						continue
					}
					var fails bool
					switch c.Kind {
					case checker.StepAlways:
						fails = c.Guard(from, e, how, to) && !c.Step(from, e, how, to)
					case checker.Always:
						fails = (c.From == nil || c.From(to)) && !c.Goal(to)
					default:
						fails = !c.Goal(to)
					}
					failed := catalogue[i].Failed(p, from, e, how, to)
					require.Equal(t, fails, len(failed) > 0, "%s: %+v", c.Name, failed)
					if fails {
						failures[c.Name]++
					}
					for _, part := range failed {
						require.NotContains(t, part.Says, "HOST")
						for _, v := range part.Values {
							require.NotEmpty(t, v.Is, "%s: %s", c.Name, v.Name)
						}
					}
				}
			},
		})
		require.NoError(t, err)
	}
	if !testing.Short() {
		require.Greater(t, len(failures), 8, "%v", failures)
		t.Log(failures)
	}
}
