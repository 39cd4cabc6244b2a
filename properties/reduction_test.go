package properties_test

import (
	"context"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/properties"
	"github.com/finwait/finwait/spec"
)

// roomFor is the number of states up to which a full search is compared with.
const roomFor = 500

// drawSmall draws parameters of which most models are small, both hosts alike or not.
func drawSmall(seed int, twins bool) spec.Params {
	return rapid.Custom(func(t *rapid.T) spec.Params {
		p := drawParams(t)
		p.Net.Losses = rapid.SampledFrom([]int{0, 0, 1, spec.Unlimited}).Draw(t, "losses again")
		p.Net.Queue = rapid.IntRange(0, 3).Draw(t, "queue again") > 0
		if twins {
			p.Host[spec.Server], p.Net.Lose = p.Host[spec.Client], nil
		}
		p.CountFins = properties.CountFins(p)
		return p
	}).Example(seed)
}

// catalogue lists the properties for some parameters.
func catalogue(p spec.Params) (props []checker.Property[spec.State]) {
	for _, c := range properties.Catalogue() {
		props = append(props, c.Make(p))
	}
	return props
}

// compare judges the whole catalogue in a full run and with other options, and
// reports whether the model was small enough for that.
func compare(t *testing.T, seed int, p spec.Params, opt checker.Options) (full, other checker.Run, ok bool) {
	m, err := spec.New(p)
	if err != nil {
		return full, other, false // it refuses what was drawn
	}
	sys := checker.System[spec.State]{Exact: m, Any: m.Any()}
	ask := func(opt checker.Options) checker.Result[spec.State] {
		opt.Time, opt.MaxStates = checker.Any, roomFor
		res, err := checker.Check(context.Background(), sys, catalogue(p), opt)
		require.NoError(t, err)
		return res
	}
	want := ask(checker.Options{Reduction: checker.ReduceNone})
	if full = want.Runs[0]; full.Stopped == "states" {
		return full, other, false
	}
	got := ask(opt)
	for i, w := range want.Outcomes {
		g := got.Outcomes[i]
		about := []any{"seed %d, %s, %+v", seed, w.Property, p}
		if g.Trace != nil {
			require.NoError(t, checker.Replay[spec.State](m.Any(), *g.Trace), about...)
			require.Equal(t, w.Reason, g.Reason, about...)
		}
		if full.Complete {
			require.Equal(t, [2]any{w.Verdict, w.Reason}, [2]any{g.Verdict, g.Reason}, about...)
			require.Equal(t, w.Vacuous, g.Vacuous, about...)
		} else if w.Reason == "possible" { // a bag was full: an order that needs less room may show more
			require.Equal(t, checker.Unknown, g.Verdict, about...)
		}
	}
	return full, got.Runs[0], true
}

// TestReducedVerdicts compares the verdicts of reduced and full searches on the
// whole catalogue.
func TestReducedVerdicts(t *testing.T) {
	compared, less := 0, 0
	for seed := 0; compared < 1000; seed++ {
		require.Less(t, seed, 6000, "most models are small enough")
		full, reduced, ok := compare(t, seed, drawSmall(seed, false), checker.Options{Reduction: checker.ReduceAmple})
		if !ok {
			continue
		}
		compared++
		require.Equal(t, "ample", reduced.Reduction)
		if reduced.States < full.States {
			less++
		}
	}
	require.Greater(t, less, 100, "reduction does something")
}

// meetings are goals, one for each pair of states of client and server.
func meetings() (goals []checker.Property[spec.State]) {
	for _, client := range spec.ConnStates() {
		for _, server := range spec.ConnStates() {
			goal := func(s spec.State) bool {
				return s.Host[spec.Client].State == client && s.Host[spec.Server].State == server
			}
			goals = append(goals, checker.Property[spec.State]{
				Name: client.String() + "/" + server.String(), Kind: checker.Reachable, Goal: goal,
				Observes: spec.HostPart(spec.Client) | spec.HostPart(spec.Server),
				Finds: checker.Region[spec.State]{{
					{Observes: spec.HostPart(spec.Client), Holds: func(s spec.State) bool { return s.Host[spec.Client].State == client }},
					{Observes: spec.HostPart(spec.Server), Holds: func(s spec.State) bool { return s.Host[spec.Server].State == server }},
				}},
			})
		}
	}
	return goals
}

// met are the meetings that a reduced search finds, each asked for by itself.
func met(t *testing.T, m, footprints checker.Model[spec.State], reduction checker.Reduction) (names []string, ok bool) {
	for _, goal := range meetings() {
		res, err := checker.Check(context.Background(), checker.System[spec.State]{Exact: m, Any: footprints},
			[]checker.Property[spec.State]{goal}, checker.Options{Time: checker.Any, Reduction: reduction, MaxStates: roomFor})
		require.NoError(t, err)
		if run := res.Runs[0]; run.Stopped != "" {
			return nil, false
		}
		if res.Outcomes[0].Trace != nil {
			names = append(names, goal.Name)
		}
	}
	return names, true
}

// careless is the specification with footprints that are wrong: what the peer sends is
// said to wake nobody.
type careless struct{ *spec.Model }

func (m careless) Around(s spec.State, process int) (awaits, reads, writes uint64) {
	_, reads, writes = m.Model.Around(s, process)
	return 0, reads, writes
}

// TestMeetings asks which states of the hosts meet, each pair in a reduced search of
// its own, and shows that footprints that are wrong would be found that way.
func TestMeetings(t *testing.T) {
	compared, wrong := 0, 0
	for seed := 440; seed < 530; seed++ { // the fault shows in three of a hundred models, and in three of these
		p := drawSmall(seed, false)
		m, err := spec.New(p)
		if err != nil {
			continue
		}
		full, ok := met(t, m, m.Any(), checker.ReduceNone)
		if !ok {
			continue
		}
		compared++
		reduced, _ := met(t, m, m.Any(), checker.ReduceAmple)
		require.Equal(t, full, reduced, "seed %d, %+v", seed, p)
		if other, _ := met(t, m, careless{m.Any()}, checker.ReduceAmple); !slices.Equal(full, other) {
			wrong++
		}
	}
	require.Greater(t, compared, 20)
	require.Positive(t, wrong)
}

// TestMirroredVerdicts does so for symmetry, with reduction besides.
func TestMirroredVerdicts(t *testing.T) {
	compared, less := 0, 0
	for seed := 0; compared < 300; seed++ {
		require.Less(t, seed, 2000, "most models are small enough")
		reduction := []checker.Reduction{checker.ReduceNone, checker.ReduceAmple}[seed%2]
		full, mirrored, ok := compare(t, seed, drawSmall(seed, true), checker.Options{Symmetry: true, Reduction: reduction})
		if !ok {
			continue
		}
		compared++
		require.True(t, mirrored.Symmetry)
		if mirrored.States < full.States {
			less++
		}
	}
	require.Greater(t, less, 50, "symmetry does something")
}

// TestPropertiesTellWhatTheyRead walks through random models: the regions of a
// property are what its functions say, a term does not change with what it does not
// observe, and one that calls itself symmetric is.
func TestPropertiesTellWhatTheyRead(t *testing.T) {
	for seed := range 150 {
		p := drawSmall(seed, seed%2 == 0)
		p.Wire = true // a network that is cleared when both are gone changes under every term
		m, err := spec.New(p)
		if err != nil {
			continue
		}
		props := catalogue(p)
		steps := 0
		_, err = checker.Explore(context.Background(), m.Any(), checker.Any, checker.Options{MaxStates: 500}, checker.Visitor[spec.State]{
			State: func(s spec.State) {
				for _, c := range props {
					if c.Finds != nil {
						bad := c.Goal(s)
						if c.Kind == checker.Always {
							bad = c.From(s) && !c.Goal(s)
							require.Equal(t, c.From(s), contains(c.Begins, s), c.Name)
						}
						require.Equal(t, bad, contains(c.Finds, s), c.Name)
					}
					if image := m.Mirror(s); m.Symmetric() == nil && c.Symmetric {
						require.Equal(t, c.Goal(s), c.Goal(image), c.Name)
						require.Equal(t, c.From == nil || c.From(s), c.From == nil || c.From(image), c.Name)
					}
				}
			},
			Step: func(from spec.State, e checker.Event, _ checker.Label, to spec.State) {
				if steps++; steps > 300 {
					return
				}
				_, writes := m.Any().Footprint(from, e)
				for _, c := range props {
					for _, region := range []checker.Region[spec.State]{c.Finds, c.Begins} {
						requireObserved(t, c.Name, region, from, to, writes)
					}
				}
			},
		})
		require.NoError(t, err)
	}
}

func contains(region checker.Region[spec.State], s spec.State) bool {
	for _, terms := range region {
		all := true
		for _, term := range terms {
			all = all && term.Holds(s)
		}
		if all {
			return true
		}
	}
	return false
}

func requireObserved(t *testing.T, name string, region checker.Region[spec.State], from, to spec.State, writes uint64) {
	t.Helper()
	for _, terms := range region {
		for _, term := range terms {
			raises, lowers := term.Raises, term.Lowers
			if raises == 0 {
				raises = term.Observes
			}
			if lowers == 0 {
				lowers = term.Observes
			}
			was, is := term.Holds(from), term.Holds(to)
			require.False(t, !was && is && raises&writes == 0, "a term of %s rises unseen from %+v to %+v", name, from, to)
			require.False(t, was && !is && lowers&writes == 0, "a term of %s ceases unseen from %+v to %+v", name, from, to)
		}
	}
}
