package checker_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/spec"
)

// coarse is the specification with its windows in units. Guards read no time, so
// it is a model like any other, small enough for the oracle. All its durations are
// multiples of two units, or 1 µs less (the limits of retransmission), which rounds
// to an odd number of units and so stays between its neighbours.
type coarse struct {
	*spec.Model
	unit int64
}

func (m coarse) Events(s spec.State, buf []checker.Event) []checker.Event {
	start := len(buf)
	buf = m.Model.Events(s, buf)
	for i := range buf[start:] {
		e := &buf[start+i]
		e.Earliest /= m.unit
		if e.Latest != checker.Forever {
			e.Latest /= m.unit
		}
	}
	return buf
}

// Fire leaves out the steps for which the bag has no room, for both sides alike:
// the oracle does not know of them.
func (m coarse) Fire(s spec.State, e checker.Event, emit func(spec.State, checker.Effect)) {
	m.Model.Fire(s, e, func(next spec.State, how checker.Effect) {
		if !how.Full {
			emit(next, how)
		}
	})
}

// drawTeardown draws a close with durations of a few units.
func drawTeardown(t *rapid.T) coarse {
	p := spec.Params{Profile: rapid.SampledFrom(spec.Profiles()).Draw(t, "profile"), Net: spec.DefaultNet()}
	unit := 50 * spec.Millisecond
	if p.Profile == spec.RFC9293 {
		unit = spec.R2 / 8 // the one duration of the profile that is no parameter
	}
	step := 2 * unit
	some := func(name string, most int64) int64 { return rapid.Int64Range(0, most).Draw(t, name) * step }
	p.Net.MSL = max(p.Net.MSL, 10*step)
	for h := range p.Host {
		c := spec.DefaultHost()
		c.TCPOrphanRetries, c.TCPRetries2 = 1, 1
		c.TCPEarlyRetrans = rapid.Bool().Draw(t, "tcp_early_retrans")
		c.SRTT = 0
		c.TimeWait = step + some("time_wait", 2)
		c.TCPFinTimeout = step
		c.RTO = 2 * step // 3.5·RTO, the least FIN_WAIT_2 time, is a multiple of step
		c.RTOMax = max(c.RTOMax, 4*c.RTO)
		late := some("delayed_ack", 1)
		c.DelayedAck = [2]int64{late, late}
		end := rapid.SampledFrom([]spec.Do{spec.Close, spec.ShutdownWR, spec.Exit}).Draw(t, "end")
		if rapid.IntRange(0, 3).Draw(t, "send") == 0 {
			c.Script = append(c.Script, spec.Call{Do: spec.Send, N: 1})
		}
		when := rapid.SampledFrom([]spec.When{spec.Start, spec.AfterEOF}).Draw(t, "when")
		c.Script = append(c.Script, spec.Call{Do: end, When: when, After: some("after", 1), Within: some("within", 1)})
		p.Host[h] = c
		least := some("delay", 1)
		p.Net.Delay[h] = [2]int64{least, least + some("jitter", 1)}
	}
	p.Net.Losses = rapid.IntRange(0, 1).Draw(t, "losses")
	p.Net.Duplicates = rapid.IntRange(0, 1).Draw(t, "duplicates")
	p.Net.Queue = rapid.Bool().Draw(t, "queue")
	m, err := spec.New(p)
	require.NoError(t, err)
	return coarse{m, unit}
}

// TestTeardownAgreesWithTheOracle compares the engine with the oracle on the
// specification itself: reachable states, and the longest stays in FIN_WAIT_1 and
// TIME_WAIT.
func TestTeardownAgreesWithTheOracle(t *testing.T) {
	compared := 0
	rapid.Check(t, func(t *rapid.T) {
		m := drawTeardown(t)
		g := exploreTicks[spec.State](m, 30_000)
		if g == nil {
			return // too large for the oracle
		}
		compared++
		require.Equal(t, g.states(), explored[spec.State](t, m, checker.Exact))
		for _, state := range []spec.ConnState{spec.FinWait1, spec.TimeWait} {
			in := func(s spec.State) bool { return s.Host[spec.Client].State == state }
			longest := max(g.longest(in, in), 0) // -1: never
			p := checker.Property[spec.State]{Name: "stay", Kind: checker.StaysAtMost, From: in, Bound: 1000}
			r, err := checker.Check(context.Background(), checker.System[spec.State]{Exact: m}, []checker.Property[spec.State]{p}, checker.Options{Time: checker.Exact})
			require.NoError(t, err)
			if longest == checker.Forever {
				require.Equal(t, checker.Violated, r.Outcomes[0].Verdict)
				continue
			}
			require.Equal(t, checker.Holds, r.Outcomes[0].Verdict)
			require.Equal(t, longest, r.Outcomes[0].Longest, state)
		}
	})
	if !testing.Short() { // which draws a fifth as many
		require.Greater(t, compared, 50, "most models are small enough to compare")
	}
}
