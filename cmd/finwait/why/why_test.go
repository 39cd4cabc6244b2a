package why

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/properties"
	"github.com/finwait/finwait/spec"
)

// lossy is a close in which the network may lose, copy and delay, and timers be late.
func lossy(profile spec.Profile) spec.Params {
	p := spec.Params{Profile: profile, Host: [2]spec.HostParams{spec.DefaultHost(), spec.DefaultHost()}, Net: spec.DefaultNet()}
	for h := range p.Host {
		p.Host[h].TCPOrphanRetries, p.Host[h].TCPRetries2, p.Host[h].TCPEarlyRetrans, p.Host[h].TimeWait = 1, 2, false, spec.Second
	}
	p.Host[spec.Client].Script = []spec.Call{{Do: spec.Close, When: spec.Start}}
	p.Host[spec.Server].Script = []spec.Call{{Do: spec.Close, When: spec.AfterEOF, Within: 100 * spec.Millisecond}}
	p.Net.Delay = [2][2]int64{{spec.Millisecond, 300 * spec.Millisecond}, {spec.Millisecond, 300 * spec.Millisecond}}
	p.Net.Losses, p.Net.Duplicates = 1, 1
	return p
}

// forbidden are facts of runs of some parameters: of the nearest runs to each pair of
// states.
func forbidden(t *testing.T, m *spec.Model) (all []fact) {
	goals := []checker.Property[spec.State]{{Name: "late ACK", Kind: checker.StepAlways, Step: ackInTime}}
	for _, a := range spec.ConnStates()[:8] {
		for _, b := range spec.ConnStates()[:8] {
			goals = append(goals, checker.Property[spec.State]{Name: a.String() + b.String(), Kind: checker.Reachable, Goal: func(s spec.State) bool {
				return s.Host[spec.Client].State == a && s.Host[spec.Server].State == b && s.Losses == 0 && s.Duplicates == 0
			}})
		}
	}
	r, err := checker.Check(context.Background(), checker.System[spec.State]{Exact: m}, goals, checker.Options{Time: checker.Exact, MaxStates: 20_000, UntilFound: true})
	require.NoError(t, err)
	kinds := map[Kind]int{}
	for _, o := range r.Outcomes {
		if o.Trace == nil {
			continue
		}
		for _, f := range facts(m, *o.Trace) {
			if kinds[f.kind]++; kinds[f.kind] <= 3 {
				all = append(all, f)
			}
		}
	}
	return all
}

// ackInTime: the server's delayed ACK comes before the client's first retransmission, or
// something was lost.
func ackInTime(from spec.State, e checker.Event, _ checker.Label, _ spec.State) bool {
	i := spec.EventOf(e.ID)
	return i.Kind != spec.DelayedAckDue || i.Host != spec.Server || from.Host[spec.Client].Backoff == 0 || from.Losses == 0
}

// plain is a run of the model without a fact as one of the model.
func plain(t checker.Trace[state]) checker.Trace[spec.State] {
	p := checker.Trace[spec.State]{Mode: t.Mode, Init: t.Init.State, Loop: t.Loop, End: t.End}
	for _, s := range t.Steps {
		s.Event.ID &^= promptBit
		p.Steps = append(p.Steps, checker.Step[spec.State]{At: s.At, Event: s.Event, Label: s.Label, State: s.State.State})
	}
	return p
}

// happens tells whether a run has a fact.
func happens(m *spec.Model, t checker.Trace[spec.State], f fact) bool {
	for _, g := range facts(m, t) {
		switch {
		case g.kind != f.kind || g.host != f.host || g.nth != f.nth:
		case f.kind == LateTimer && g.timer == f.timer, f.kind != LateTimer && g.segment.Kind() == f.segment.Kind():
			return true
		}
	}
	return false
}

// twins tells whether equal segments are ever in flight together: which of them arrives is
// then anybody's word, and facts says the oldest.
func twins(t checker.Trace[spec.State], from spec.Host) bool {
	for _, step := range t.Steps {
		bag := &step.State.Net[from]
		for i := 1; i < bag.Len(); i++ {
			if bag[i] == bag[i-1] {
				return true
			}
		}
	}
	return false
}

// TestForbidding: without a fact there are only runs of the model in which it does not
// happen, whatever they lead to; and it is not forbidden more than that, for the states
// that are left out can only be come to with it. A fault is seeded by forbidding nothing.
func TestForbidding(t *testing.T) {
	seen, caught := map[Kind]bool{}, map[Kind]bool{}
	for _, profile := range []spec.Profile{spec.Linux, spec.Article} {
		for variant := range 3 {
			p := lossy(profile)
			switch variant {
			case 1:
				p.Net.Delay = spec.DefaultNet().Delay
				p.Host[spec.Server].TimerSlack, p.Host[spec.Client].RTO = true, 45*spec.Millisecond
			case 2:
				p.Net.Losses, p.Net.Duplicates = 2, 0
				p.Host[spec.Server].Script[0].Within = 0
			}
			m, err := spec.New(p)
			require.NoError(t, err)
			for _, f := range forbidden(t, m) {
				if f.kind == LateCall {
					continue // by parameters alone
				}
				seen[f.kind] = true
				for _, w := range []without{{m, f}, {m, fact{kind: f.kind, host: f.host, segment: f.segment, timer: f.timer, nth: mostCounted + 1}}} {
					seeded := w.fact.nth > mostCounted
					var goals []checker.Property[state]
					for a := range 8 {
						goals = append(goals, checker.Property[state]{Name: string(rune('a' + a)), Kind: checker.Reachable, Goal: func(s state) bool {
							return s.Host[spec.Client].State == spec.ConnStates()[a] && s.Host[spec.Server].State >= spec.CloseWait && s.Losses+s.Duplicates <= 1 && s.Net[spec.Server].Len() > a%2
						}}, checker.Property[state]{Name: string(rune('A' + a)), Kind: checker.Reachable, Goal: func(s state) bool {
							return s.Host[spec.Server].State == spec.ConnStates()[a] && s.Losses == 0 && s.Duplicates == 0 && int(s.Host[spec.Client].Backoff) >= a%2
						}})
					}
					goals = append(goals, lift(checker.Property[spec.State]{Name: "late ACK", Kind: checker.StepAlways, Step: ackInTime}))
					for h := range 2 { // only what is late makes a timer fire without a loss
						goals = append(goals, checker.Property[state]{Name: string(rune('0' + h)), Kind: checker.Reachable, Goal: func(s state) bool {
							return s.Host[h].Backoff > 0 && int(s.Losses) == p.Net.Losses && s.Host[1-h].State != spec.Established && s.Host[1-h].State != spec.Closed
						}})
					}
					r, err := checker.Check(context.Background(), checker.System[state]{Exact: w}, goals, checker.Options{Time: checker.Exact, MaxStates: 5_000, UntilFound: true})
					require.NoError(t, err)
					for _, o := range r.Outcomes {
						if o.Trace == nil {
							continue
						}
						run := plain(*o.Trace)
						if f.kind != LateDelivery && f.kind != LateTimer || seeded { // these have windows of their own
							require.NoError(t, checker.Replay(m, run))
						}
						if happens(m, run, f) && !(f.kind == LateDelivery && twins(run, f.host)) {
							require.True(t, seeded, "%+v happens without it: %+v", f, run)
							caught[f.kind] = true
						}
					}
				}
			}
		}
	}
	for _, k := range []Kind{Loss, Duplicate, LateDelivery, LateTimer} {
		require.True(t, seen[k], k)
		require.True(t, caught[k], "no run has %s that could have been forbidden", k)
	}
}

// A scripted loss is lifted by other parameters, whichever way the rule is written.
func TestScriptedLossIsLifted(t *testing.T) {
	f := fact{kind: Loss, host: spec.Client, segment: spec.Segment{Flags: spec.FIN | spec.ACK}, nth: 2}
	for _, c := range []struct {
		nth  []uint8
		want []spec.LossRule
	}{
		{nil, []spec.LossRule{{From: spec.Client, Kind: spec.KindFIN, Except: []uint8{2}}}},
		{[]uint8{1, 2}, []spec.LossRule{{From: spec.Client, Kind: spec.KindFIN, Nth: []uint8{1}}}},
		{[]uint8{2}, nil},
	} {
		p := lossy(spec.Linux)
		p.Net.Losses, p.Net.Duplicates, p.Net.Delay = 0, 0, spec.DefaultNet().Delay
		p.Net.Lose = []spec.LossRule{{From: spec.Client, Kind: spec.KindFIN, Nth: c.nth}}
		got := lifted(p, f)
		require.Equal(t, c.want, got.Net.Lose)
		require.Equal(t, c.nth, p.Net.Lose[0].Nth, "the scenario stays as it is")
		m, err := spec.New(got)
		require.NoError(t, err)
		arrives := func(s spec.State, _ checker.Event, how checker.Label, _ spec.State) bool {
			second := s.Host[spec.Client].FinQueued && s.Host[spec.Client].Backoff == 0
			for _, sent := range spec.SentIn(how) {
				if second && sent.From == spec.Client && sent.Segment.Has(spec.FIN) && sent.Copies != 1 {
					return false
				}
			}
			return true
		}
		r, err := checker.Check(t.Context(), checker.System[spec.State]{Exact: m}, []checker.Property[spec.State]{
			{Name: "arrives", Kind: checker.StepAlways, Step: arrives},
		}, checker.Options{Time: checker.Exact})
		require.NoError(t, err)
		require.Equal(t, checker.Holds, r.Outcomes[0].Verdict, "%v: %+v", c.nth, r.Outcomes[0].Trace)
	}
}

// What is called decisive is: without it the property holds, and with it it is violated,
// in searches that share nothing with the explanation but the parameters.
func TestDecisiveIsDecisive(t *testing.T) {
	p := lossy(spec.Article)
	p.Net.Losses, p.Net.Duplicates, p.Net.Delay = 0, 0, spec.DefaultNet().Delay
	p.Net.Lose = []spec.LossRule{{From: spec.Client, Kind: spec.KindFIN}}
	q := ask1(t, p, "both-closed")
	e, err := Explain(t.Context(), q)
	require.NoError(t, err)
	require.Equal(t, Found, e.Searched)
	require.Equal(t, Loss, e.Decisive.Kind)
	require.Equal(t, int64(204*spec.Millisecond), e.Decisive.AtUS, "the last FIN")
	require.Equal(t, "the server comes to CLOSED", e.Conjunct.Says)
	arrives := p
	arrives.Net.Lose = []spec.LossRule{{From: spec.Client, Kind: spec.KindFIN, Nth: []uint8{1}}}
	about, err := properties.Select([]string{"both-closed"})
	require.NoError(t, err)
	m, err := spec.New(arrives)
	require.NoError(t, err)
	r, err := checker.Check(t.Context(), checker.System[spec.State]{Exact: m}, []checker.Property[spec.State]{about[0].Make(arrives)}, checker.Options{Time: checker.Exact})
	require.NoError(t, err)
	require.Equal(t, checker.Holds, r.Outcomes[0].Verdict)
}

// ask1 is the violation of a property.
func ask1(t *testing.T, p spec.Params, name string) Question {
	about, err := properties.Select([]string{name})
	require.NoError(t, err)
	p.CountFins = properties.CountFins(p)
	m, err := spec.New(p)
	require.NoError(t, err)
	checked := about[0].Make(p)
	r, err := checker.Check(t.Context(), checker.System[spec.State]{Exact: m}, []checker.Property[spec.State]{checked}, checker.Options{Time: checker.Exact})
	require.NoError(t, err)
	require.Equal(t, checker.Violated, r.Outcomes[0].Verdict)
	return Question{Model: m, About: about[0], Checked: checked, Trace: *r.Outcomes[0].Trace}
}

// In a queue no single delivery is made prompt; that it was late is not denied.
func TestQueue(t *testing.T) {
	p := lossy(spec.Article)
	p.Net.Losses, p.Net.Duplicates, p.Net.Queue = 0, 0, true
	m, err := spec.New(p)
	require.NoError(t, err)
	soon := properties.Property{Name: "soon", Claim: "it is over soon"}
	checked := checker.Property[spec.State]{Name: "soon", Kind: checker.StepAlways, Step: func(s spec.State, _ checker.Event, _ checker.Label, _ spec.State) bool {
		return s.Host[spec.Client].Backoff == 0
	}}
	r, err := checker.Check(t.Context(), checker.System[spec.State]{Exact: m}, []checker.Property[spec.State]{checked}, checker.Options{Time: checker.Exact})
	require.NoError(t, err)
	require.Equal(t, checker.Violated, r.Outcomes[0].Verdict)
	trace := *r.Outcomes[0].Trace
	e, err := Explain(t.Context(), Question{Model: m, About: soon, Checked: checked, Trace: trace})
	require.NoError(t, err)
	late := false
	for _, f := range facts(m, trace) {
		late = late || f.kind == LateDelivery
	}
	if late {
		require.Equal(t, Unknown, e.Searched)
	}
	require.Equal(t, []Kind{LateDelivery}, within(e.Without, []Kind{LateDelivery}), e.Sentence)
}

// An explanation that is interrupted says so, and claims nothing.
func TestInterrupted(t *testing.T) {
	p := lossy(spec.Article)
	p.Net.Lose = []spec.LossRule{{From: spec.Client, Kind: spec.KindFIN}}
	p.Net.Losses, p.Net.Duplicates = 0, 0
	q := ask1(t, p, "both-closed")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	e, err := Explain(ctx, q)
	require.NoError(t, err)
	require.Equal(t, Unknown, e.Searched)
	require.Nil(t, e.Decisive)
	require.Contains(t, e.Sentence, "is unknown: the searches were interrupted")
}
