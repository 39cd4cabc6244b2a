package properties_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/properties"
	"github.com/finwait/finwait/spec"
)

const hour = 3600 * spec.Second

// reopened is the classical setting: delays below MSL, nothing lost, no RST, no
// timestamps, any initial sequence number, and the ports opened again at any instant
// from the end of TIME_WAIT on. The active closer never retransmits.
func reopened(profile spec.Profile, msl, rto, timeWait int64) spec.Params {
	client := []spec.Call{{Do: spec.Close, When: spec.Start}, {Do: spec.Connect, When: spec.AfterClosed, Within: spec.Never}}
	p := params(profile, client, closeAfterEOF(0), func(p *spec.Params) {
		p.Incarnations, p.ISN = 2, spec.ISNArbitrary
		p.Net.MSL = msl
		p.Net.Delay = [2][2]int64{{0, msl - 1}, {0, msl - 1}}
		p.Net.Lose = []spec.LossRule{{From: spec.Client, Kind: spec.KindRST}, {From: spec.Server, Kind: spec.KindRST}}
		for h := range p.Host {
			c := &p.Host[h]
			c.RTO, c.RTOMax, c.SynRTO, c.TimeWait = hour, hour, hour, timeWait
			c.DelayedAck, c.TCPEarlyRetrans = [2]int64{}, false
			c.TCPSynRetries, c.TCPSynackRetries = 0, 0
		}
		p.Host[spec.Server].RTO, p.Host[spec.Server].Listens = rto, true
	})
	return p
}

func judgeReopened(t *testing.T, p spec.Params, names ...string) checker.Result[spec.State] {
	t.Helper()
	m, err := spec.New(p)
	require.NoError(t, err)
	selected, err := properties.Select(names)
	require.NoError(t, err)
	var props []checker.Property[spec.State]
	for _, c := range selected {
		require.Empty(t, c.Excuse(p), c.Name)
		props = append(props, c.Make(p))
	}
	sys := checker.System[spec.State]{Exact: m, Any: m.Any()}
	result, err := checker.Check(context.Background(), sys, props, checker.Options{Time: checker.Exact, MaxStates: 500_000})
	require.NoError(t, err)
	return result
}

// least is the smallest TIME_WAIT, in microseconds, for which both properties hold,
// found by bisection; -1 when none does up to most.
func least(t *testing.T, most int64, of func(timeWait int64) spec.Params, names ...string) int64 {
	holds := func(w int64) bool {
		all := true
		for _, o := range judgeReopened(t, of(w), names...).Outcomes {
			require.NotEqual(t, checker.Unknown, o.Verdict, "%s at %d µs: %s", o.Property, w, o.Reason)
			all = all && o.Verdict == checker.Holds
		}
		return all
	}
	if !holds(most) {
		return -1
	}
	lo, hi := int64(0), most // violated (or no TIME_WAIT at all), holds
	for hi-lo > 1 {
		if mid := (lo + hi) / 2; holds(mid) {
			hi = mid
		} else {
			lo = mid
		}
	}
	return hi
}

// What the checker finds by itself: with delays below MSL the last FIN that is sent again
// dies at almost 2·MSL, and where the passive side sends nothing again the last ACK at
// almost MSL. Delays are at most D = MSL − 1 µs, so the longest TIME_WAIT that is too
// short is 2·D, or D.
func TestLeastTimeWait(t *testing.T) {
	for _, profile := range []spec.Profile{spec.Article, spec.RFC9293} {
		for _, seconds := range []int64{1, 5, 30, 120} {
			msl := seconds * spec.Second
			longest := msl - 1
			for name, c := range map[string]struct {
				rto, want int64
			}{
				"first retransmission at MSL":        {msl, 2 * longest},
				"first retransmission near 2 MSL":    {2*msl - 2, 2 * longest},
				"second retransmission at 1.5 MSL":   {msl / 2, 2 * longest},
				"the passive side never retransmits": {hour, longest},
			} {
				if profile == spec.RFC9293 && c.rto < msl && 2*c.rto > spec.R2 {
					continue // R2 is over before the second retransmission: 180 s do for an MSL of 120 s
				}
				found := least(t, 10*msl, func(w int64) spec.Params {
					p := reopened(profile, msl, c.rto, w)
					// The FIN carries the ACK: an ACK of its own, overtaken by the FIN, would be
					// acknowledged again in TIME_WAIT (see the next test).
					p.Host[spec.Server].DelayedAck = [2]int64{hour, hour}
					return p
				}, "quiescence", "no-old-duplicate-accepted")
				require.Equal(t, c.want+1, found, "%v, MSL %d s, %s", profile, seconds, name)
				t.Logf("%v, MSL %d s, %s: too short up to %d µs", profile, seconds, name, found-1)
			}
		}
	}
}

// An old ACK that the FIN overtook is out of the window in TIME_WAIT, and RFC 9293
// acknowledges it there: the answer lives as long as one to a FIN. So 2·MSL is needed
// although the passive side retransmits nothing. A mini-socket of Linux takes the ACK in
// silence, and a network that keeps the order has no such ACK.
func TestOvertakenAckNeeds2MSL(t *testing.T) {
	const msl = spec.Second
	for name, c := range map[string]struct {
		profile spec.Profile
		queue   bool
		want    int64
	}{
		"rfc9293":           {spec.RFC9293, false, 2 * (msl - 1)},
		"rfc9293, in order": {spec.RFC9293, true, msl - 1},
		"linux":             {spec.Linux, false, msl - 1},
	} {
		found := least(t, 10*msl, func(w int64) spec.Params {
			p := reopened(c.profile, msl, hour, w)
			p.Net.Queue = c.queue
			return p
		}, "quiescence")
		require.Equal(t, c.want+1, found, name)
	}
}

// Where every segment may be lost no TIME_WAIT is long enough as long as the passive side
// does not give up.
func TestNoTimeWaitOutlivesLoss(t *testing.T) {
	for _, seconds := range []int64{1, 5, 30, 120} {
		msl := seconds * spec.Second
		for w := msl; w <= 10*msl; w += msl {
			p := reopened(spec.Article, msl, msl, w)
			p.Host[spec.Server].TCPOrphanRetries = 15
			p.Net.Losses = spec.Unlimited
			for _, o := range judgeReopened(t, p, "quiescence").Outcomes {
				require.Equal(t, checker.Violated, o.Verdict, "MSL %d s, TIME_WAIT %d µs", seconds, w)
			}
		}
	}
}

// Initial numbers above the old ones refuse what is old with any TIME_WAIT, and with none.
func TestNumbersAboveNeedNoTimeWait(t *testing.T) {
	for _, profile := range spec.Profiles() {
		for _, seconds := range []int64{1, 5, 30, 120} {
			msl := seconds * spec.Second
			for _, w := range []int64{spec.NoTime, 1, msl / 2, msl, 3 * msl} {
				p := reopened(profile, msl, msl, w)
				p.ISN = spec.ISNAboveOld
				if w == 1 {
					p.Host[spec.Client].TCPMaxTwBuckets = 0 // on Linux: no TIME_WAIT at all
				}
				for _, o := range judgeReopened(t, p, "no-old-duplicate-accepted").Outcomes {
					require.Equal(t, checker.Holds, o.Verdict, "%v, MSL %d s, TIME_WAIT %d µs", profile, seconds, w)
				}
			}
			p := reopened(profile, msl, msl, msl)
			p.Incarnations, p.ISNStep = 3, 128 // the third connection has the numbers of the first again
			p.Host[spec.Client].Script = append(p.Host[spec.Client].Script, spec.Call{Do: spec.Close})
			require.Equal(t, properties.ExpectHolds, expectation(t, reopenedAbove(p, 16), "no-old-duplicate-accepted"))
			require.Equal(t, properties.Unstated, expectation(t, reopenedAbove(p, 128), "no-old-duplicate-accepted"))
		}
	}
}

func reopenedAbove(p spec.Params, step uint8) spec.Params {
	p.ISN, p.ISNStep = spec.ISNAboveOld, step
	return p
}

func expectation(t *testing.T, p spec.Params, name string) properties.Expectation {
	selected, err := properties.Select([]string{name})
	require.NoError(t, err)
	return selected[0].Expect(p)
}

// TIME-WAIT assassination is reachable by a duplicate alone, and not with tcp_rfc1337.
func TestAssassination(t *testing.T) {
	for _, profile := range spec.Profiles() {
		for _, protected := range []bool{false, true} {
			p := params(profile, append(closeAtStart(), spec.Call{Do: spec.Connect, When: spec.AfterClosed}), closeAfterEOF(0))
			p.Incarnations, p.Net.Duplicates = 2, 1
			p.Host[spec.Server].Listens, p.Host[spec.Client].TCPRfc1337 = true, protected
			want := checker.Holds
			if protected {
				want = checker.Violated
			}
			for _, o := range judgeReopened(t, p, "time-wait-assassination").Outcomes {
				require.Equal(t, want, o.Verdict, "%v, tcp_rfc1337 %v", profile, protected)
			}
		}
	}
}

// Numbers that are a connection's length above the old ones are enough. With one less an
// old RST, which has the number behind the FIN, can be the next in the new connection.
func TestLeastStepOfNumbers(t *testing.T) {
	for _, profile := range spec.Profiles() {
		for units := range uint8(3) {
			of := func(step uint8) spec.Params {
				client := []spec.Call{{Do: spec.Close}, {Do: spec.Connect, When: spec.AfterClosed}}
				server := []spec.Call{{Do: spec.Close, When: spec.AfterEOF, Within: spec.Never}}
				if units > 0 {
					server = append([]spec.Call{{Do: spec.Send, N: units}}, server...)
					client = append([]spec.Call{{Do: spec.ReadData, N: units}}, client...)
				}
				p := params(profile, client, server)
				p.Incarnations, p.ISNStep, p.Net.Capacity = 2, step, 8
				p.Host[spec.Server].Listens, p.Host[spec.Server].SoLinger.On = true, true
				return p
			}
			numbers := units + 2
			for step, want := range map[uint8]properties.Expectation{numbers - 1: properties.Unstated, numbers: properties.ExpectHolds, numbers + 1: properties.ExpectHolds} {
				for _, name := range []string{"no-old-duplicate-accepted", "old-rst-cannot-kill"} {
					require.Equal(t, want, expectation(t, of(step), name))
				}
				found := judgeReopened(t, of(step), "no-old-duplicate-accepted", "old-rst-cannot-kill").Outcomes
				if want == properties.ExpectHolds {
					require.Equal(t, []checker.Verdict{checker.Holds, checker.Holds}, []checker.Verdict{found[0].Verdict, found[1].Verdict}, "%v, %d units, step %d", profile, units, step)
				}
			}
			if units == 0 {
				require.Equal(t, checker.Violated, judgeReopened(t, of(1), "no-old-duplicate-accepted").Outcomes[0].Verdict, profile)
			}
		}
	}
}
