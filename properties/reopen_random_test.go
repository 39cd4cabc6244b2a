package properties_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/properties"
	"github.com/finwait/finwait/spec"
)

// drawReopened draws parameters with two connections between the same ports, most of them
// small.
func drawReopened(seed int) spec.Params {
	return rapid.Custom(func(t *rapid.T) spec.Params {
		again := []spec.Call{{Do: spec.Connect, When: spec.AfterClosed}}
		client := append(rapid.SampledFrom([][]spec.Call{
			{{Do: spec.Close}}, {{Do: spec.Send, N: 1}, {Do: spec.Close}}, {{Do: spec.Crash}, {Do: spec.Reboot}}, {{Do: spec.Close, When: spec.AfterEOF}},
		}).Draw(t, "client"), again...)
		server := rapid.SampledFrom([][]spec.Call{
			{{Do: spec.Close, When: spec.AfterEOF}}, {{Do: spec.Close}}, {},
		}).Draw(t, "server")
		p := params(rapid.SampledFrom(spec.Profiles()).Draw(t, "profile"), client, server)
		p.Incarnations, p.ISN = 2, rapid.SampledFrom([]spec.ISNPolicy{spec.ISNAboveOld, spec.ISNAboveOld, spec.ISNClock, spec.ISNSame, spec.ISNArbitrary}).Draw(t, "isn")
		p.ISNStep = rapid.SampledFrom([]uint8{0, 0, 1, 4}).Draw(t, "step")
		p.ISNPasses = [2]int64{0, ms}
		p.Net.Losses, p.Net.Duplicates = rapid.SampledFrom([]int{0, 0, 1}).Draw(t, "losses"), rapid.SampledFrom([]int{0, 0, 0, 1}).Draw(t, "duplicates")
		p.Net.Queue, p.Net.Capacity = rapid.IntRange(0, 3).Draw(t, "queue") > 0, spec.MaxCapacity
		delay := rapid.SampledFrom([][2]int64{{ms, ms}, {ms, 50 * ms}, {ms, 1000 * ms}}).Draw(t, "delay")
		p.Net.Delay = [2][2]int64{delay, delay}
		listens := rapid.IntRange(0, 3).Draw(t, "listens") > 0
		for i := range p.Host {
			h, who := &p.Host[i], spec.Host(i).String()
			h.DelayedAck, h.TCPEarlyRetrans = [2]int64{}, false
			h.TCPTimestamps, h.TCPRfc1337 = rapid.IntRange(0, 3).Draw(t, who+" stamps") == 0, rapid.Bool().Draw(t, who+" rfc1337")
			h.TCPMaxTwBuckets = rapid.SampledFrom([]int{0, 1000}).Draw(t, who+" buckets")
			h.SoLinger.On = rapid.IntRange(0, 3).Draw(t, who+" linger") == 0
			h.TCPOrphanRetries, h.TCPRetries2, h.TCPSynRetries, h.TCPSynackRetries = 1, 1, 1, 1
		}
		p.Host[spec.Server].Listens = listens
		return p
	}).Example(seed)
}

// Of connections that follow each other too, what holds without durations, and what is not
// reached, is so with those of the parameters.
func TestReopenedAnyHoldsInExact(t *testing.T) {
	compared, decided := 0, 0
	for seed := range 300 {
		p := drawReopened(seed)
		m, err := spec.New(p)
		require.NoError(t, err)
		var props []checker.Property[spec.State]
		for _, c := range properties.Catalogue() {
			if c.Reopened && c.Excuse(p) == "" && c.Kind != checker.LeadsTo && c.Kind != checker.Eventually {
				props = append(props, c.Make(p))
			}
		}
		judge := func(mode checker.Mode, most int) checker.Result[spec.State] {
			r, err := checker.Check(context.Background(), checker.System[spec.State]{Exact: m, Any: m.Any()}, props, checker.Options{Time: mode, MaxStates: most})
			require.NoError(t, err)
			return r
		}
		without := judge(checker.Any, 3000)
		if !without.Runs[0].Complete {
			continue
		}
		with := judge(checker.Exact, 3000)
		if !with.Runs[0].Complete {
			continue
		}
		compared++
		for i, o := range without.Outcomes {
			if o.Verdict == checker.Unknown {
				continue // possible
			}
			decided++
			require.Equal(t, o.Verdict, with.Outcomes[i].Verdict, "seed %d, %s, %+v", seed, o.Property, p)
		}
	}
	t.Log(compared, decided)
	require.Greater(t, compared, 20)
	require.Greater(t, decided, 5*compared)
}

// Reduced and full searches of connections that follow each other agree on the catalogue.
func TestReopenedReducedVerdicts(t *testing.T) {
	compared, less := 0, 0
	for seed := range 300 {
		full, reduced, ok := compare(t, seed, drawReopened(seed), checker.Options{Reduction: checker.ReduceAmple})
		if !ok {
			continue
		}
		compared++
		if reduced.States < full.States {
			less++
		}
	}
	t.Log(compared, less)
	require.Greater(t, compared, 20)
}

// With numbers that lie half a circle apart the third connection has those of the first:
// what is left of the first, which two TIME_WAITs did not outlive, is taken for its own. A
// network whose segments die in time keeps it out.
func TestNumbersThatWrapMeetTheirOld(t *testing.T) {
	for _, c := range []struct {
		step uint8
		late int64
		want checker.Verdict
	}{{64, 20 * ms, checker.Holds}, {128, ms, checker.Holds}, {128, 20 * ms, checker.Violated}} {
		again := []spec.Call{{Do: spec.Connect, When: spec.AfterClosed}, {Do: spec.Close}, {Do: spec.Connect, When: spec.AfterClosed}, {Do: spec.Send, N: 1}}
		p := params(spec.RFC9293, append(closeAtStart(), again...), []spec.Call{
			{Do: spec.Close, When: spec.AfterEOF}, {Do: spec.Accept}, {Do: spec.Close, When: spec.AfterEOF}, {Do: spec.Accept},
		})
		p.Incarnations, p.ISNStep = 3, c.step
		p.Net.Duplicates, p.Net.Capacity = 1, 8
		p.Net.Delay = [2][2]int64{{ms, ms}, {ms, c.late}}
		p.Host[spec.Server].Listens = true
		for h := range p.Host {
			p.Host[h].TimeWait, p.Host[h].DelayedAck, p.Host[h].TCPEarlyRetrans = 2*ms, [2]int64{}, false
		}
		require.Equal(t, map[uint8]properties.Expectation{64: properties.ExpectHolds, 128: properties.Unstated}[c.step], expectation(t, p, "no-old-duplicate-accepted"))
		o := judgeReopened(t, p, "no-old-duplicate-accepted").Outcomes[0]
		require.Equal(t, c.want, o.Verdict, "step %d, delay up to %d µs: %s", c.step, c.late, o.Reason)
		if o.Trace == nil {
			continue
		}
		n := len(o.Trace.Steps)
		last := spec.EventOf(o.Trace.Steps[n-1].Event.ID)
		require.Equal(t, uint8(0), last.Segment.Incarnation(), "of the first connection")
		require.Equal(t, uint8(2), o.Trace.Steps[n-2].State.Host[last.Host].Incarnation, "at the third")
	}
}
