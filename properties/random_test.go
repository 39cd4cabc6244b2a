package properties_test

import (
	"context"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/properties"
	"github.com/finwait/finwait/spec"
)

// drawScript makes a short script that mostly closes in the end.
func drawScript(t *rapid.T, who string) []spec.Call {
	call := func(do spec.Do) spec.Call {
		return spec.Call{
			Do: do, N: rapid.Uint8Range(0, 1).Draw(t, who+" n"),
			When:   rapid.SampledFrom([]spec.When{spec.Start, spec.AfterEOF, spec.AfterPrevious, spec.AfterError}).Draw(t, who+" when"),
			After:  rapid.SampledFrom([]int64{0, 0, 10 * ms, 1000 * ms}).Draw(t, who+" after"),
			Within: rapid.SampledFrom([]int64{0, 0, 1000 * ms, 100_000 * ms, spec.Never}).Draw(t, who+" within"),
		}
	}
	var script []spec.Call
	for range rapid.IntRange(0, 2).Draw(t, who+" calls") {
		do := rapid.SampledFrom([]spec.Do{spec.Send, spec.Send, spec.ReadData, spec.ShutdownWR, spec.ShutdownRD, spec.ShutdownRDWR}).Draw(t, who+" does")
		c := call(do)
		if do == spec.Send {
			c.N = rapid.Uint8Range(1, 2).Draw(t, who+" units")
		}
		script = append(script, c)
	}
	outside := func(at string) { // what happens to the host
		if do := rapid.SampledFrom([]spec.Do{0, 0, 0, 0, 0, spec.Destroy, spec.Unreachable, spec.LinkDown}).Draw(t, who+at); do != 0 {
			script = append(script, call(do))
		}
	}
	outside(" before the end")
	switch rapid.IntRange(0, 9).Draw(t, who+" ends") {
	case 0:
	case 1:
		return append(script, call(spec.Crash))
	case 2:
		script = append(script, call(spec.Exit))
	default:
		script = append(script, call(spec.Close))
	}
	outside(" behind the end")
	return script
}

func drawParams(t *rapid.T) spec.Params {
	p := params(rapid.SampledFrom(spec.Profiles()).Draw(t, "profile"), drawScript(t, "client"), drawScript(t, "server"))
	for i := range p.Host {
		h, who := &p.Host[i], spec.Host(i).String()
		h.TCPOrphanRetries = rapid.SampledFrom([]uint8{0, 1, 2, 3, 15}).Draw(t, who+" tcp_orphan_retries")
		h.TCPRetries2 = rapid.SampledFrom([]uint8{2, 4}).Draw(t, who+" tcp_retries2")
		h.TCPFinTimeout = rapid.SampledFrom([]int64{60, 60, 5, 61, 90}).Draw(t, who+" tcp_fin_timeout") * spec.Second
		h.TCPEarlyRetrans = rapid.Bool().Draw(t, who+" tcp_early_retrans")
		h.TCPRfc1337 = rapid.Bool().Draw(t, who+" tcp_rfc1337")
		h.TCPMaxTwBuckets = rapid.SampledFrom([]int{0, 1000, 1000}).Draw(t, who+" tcp_max_tw_buckets")
		h.SoLinger = rapid.SampledFrom([]spec.Linger{{}, {}, {On: true}, {On: true, Time: spec.Second}}).Draw(t, who+" SO_LINGER")
		h.TCPLinger2 = rapid.SampledFrom([]int64{0, 0, 0, -1, spec.Second}).Draw(t, who+" TCP_LINGER2")
		h.TCPUserTimeout = rapid.SampledFrom([]int64{0, 0, 0, spec.Second}).Draw(t, who+" TCP_USER_TIMEOUT")
		h.SoKeepalive = rapid.SampledFrom([]bool{false, false, true}).Draw(t, who+" SO_KEEPALIVE")
		h.KeepaliveProbes = 2
		h.RTO = rapid.SampledFrom([]int64{200 * ms, 204 * ms, 300 * ms, 1000 * ms}).Draw(t, who+" rto")
		h.DelayedAck = rapid.SampledFrom([][2]int64{{0, 0}, {40 * ms, 40 * ms}, {0, 200 * ms}}).Draw(t, who+" delayed ack")
		h.ReceiveBuffer = rapid.SampledFrom([]uint8{0, 0, 0, 1}).Draw(t, who+" buffer")
		h.Nagle = rapid.SampledFrom([]bool{false, false, true}).Draw(t, who+" Nagle")
		h.RTOMin = rapid.SampledFrom([]int64{0, 0, 5 * ms, 500 * ms}).Draw(t, who+" rto_min")
		h.TimerSlack = rapid.SampledFrom([]bool{false, false, true}).Draw(t, who+" slack")
	}
	delay := rapid.SampledFrom([][2]int64{{ms, ms}, {ms, ms}, {0, 0}, {ms, 50 * ms}, {ms, 400 * ms}}).Draw(t, "delay")
	p.Net.Delay = [2][2]int64{delay, delay}
	p.Net.Losses = rapid.SampledFrom([]int{0, 0, 1, 2, spec.Unlimited}).Draw(t, "losses")
	p.Net.Duplicates = rapid.SampledFrom([]int{0, 0, 1}).Draw(t, "duplicates")
	p.Net.Queue = rapid.Bool().Draw(t, "queue")
	p.Net.Capacity = spec.MaxCapacity
	for range rapid.SampledFrom([]int{0, 0, 1}).Draw(t, "rules") {
		p.Net.Lose = append(p.Net.Lose, spec.LossRule{
			From: spec.Host(rapid.IntRange(0, 1).Draw(t, "loser")),
			Kind: rapid.SampledFrom([]spec.SegmentKind{spec.KindFIN, spec.KindACK, spec.KindDATA, spec.KindRST}).Draw(t, "kind"),
			Nth:  rapid.SampledFrom([][]uint8{nil, {1}, {1, 2}}).Draw(t, "nth"),
		})
	}
	p.CountFins = properties.CountFins(p)
	return p
}

// Whatever the parameters are, the model does what the properties' own
// conditions on them expect.
func TestExpectationsAreMet(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawParams(t)
		m, err := spec.New(p)
		if err != nil {
			t.Skip("spec.New refuses what was drawn, rapid draws again: ", err)
		}
		var asked []properties.Property
		var props []checker.Property[spec.State]
		for _, c := range properties.Catalogue() {
			if c.Excuse(p) == "" {
				asked, props = append(asked, c), append(props, c.Make(p))
			}
		}
		result, err := checker.Check(context.Background(), checker.System[spec.State]{Exact: m, Any: m.Any()}, props,
			checker.Options{Time: checker.Exact, MaxStates: 800, MaxTime: 200 * time.Millisecond})
		if err != nil {
			t.Fatal(err)
		}
		for i, o := range result.Outcomes {
			wrong := map[properties.Expectation]checker.Verdict{
				properties.ExpectHolds: checker.Violated, properties.ExpectViolated: checker.Holds,
			}[asked[i].Expect(p)]
			if wrong == checker.Unknown || o.Verdict != wrong {
				continue
			}
			t.Logf("params %+v", p)
			if o.Trace != nil {
				for _, s := range o.Trace.Steps {
					t.Logf("%8.3f s %-70s sent %v", float64(s.At)/1e6, describe(m, o.Trace, s), spec.SentIn(s.Label))
				}
				t.Logf("last %+v", o.Trace.Last())
			}
			t.Fatalf("%s is %s, expected to be otherwise", o.Property, o.Verdict)
		}
	})
}

func describe(m *spec.Model, trace *checker.Trace[spec.State], step checker.Step[spec.State]) string {
	before := trace.Init
	for _, s := range trace.Steps {
		if s == step {
			break
		}
		before = s.State
	}
	h := spec.EventOf(step.Event.ID).Host
	return h.String() + " " + m.Describe(before, step.Event) + " -> " + step.State.Host[0].State.String() + " " + step.State.Host[1].State.String()
}
