package conform

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/spec"
)

// Whatever the model does is explained by the model: a random run, seen as an
// observation, conforms, and its explanation replays.
func TestRandomRunsConform(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := randomParams(t)
		m, err := spec.New(p)
		require.NoError(t, err)
		o := watch(t, m)
		if o.validate() != nil {
			return // nothing was sent
		}
		r, err := Judge(context.Background(), o, checker.Options{MaxStates: 200_000})
		require.NoError(t, err)
		require.NotEqual(t, Deviates, r.Verdict, "%s at %d µs, allowed %v", r.Unexplained, r.UnexplainedAt, r.Allowed)
		if r.Verdict == Conforms {
			require.NoError(t, checker.Replay(r.Run.Model, r.Run.Trace))
		}
	})
}

func randomParams(t *rapid.T) spec.Params {
	p := spec.Params{Host: [2]spec.HostParams{spec.DefaultHost(), spec.DefaultHost()}, Net: openNetwork()}
	p.Net.Delay = [2][2]int64{{0, 50 * spec.Millisecond}, {0, 50 * spec.Millisecond}}
	for h := range p.Host {
		c := &p.Host[h]
		c.TCPOrphanRetries = uint8(rapid.IntRange(1, 3).Draw(t, "retries"))
		c.TCPFinTimeout = int64(rapid.SampledFrom([]int{1, 60, 70}).Draw(t, "fin_timeout")) * spec.Second
		c.TCPEarlyRetrans = rapid.Bool().Draw(t, "tlp")
		c.TimerSlack = rapid.Bool().Draw(t, "slack")
		c.Nagle = rapid.Bool().Draw(t, "nagle")
		c.DelayedAck = [2]int64{0, 40 * spec.Millisecond}
		call := func(do spec.Do, n uint8) {
			c.Script = append(c.Script, spec.Call{Do: do, N: n, When: spec.Start, Within: spec.Never})
		}
		for range rapid.IntRange(0, 2).Draw(t, "writes") {
			call(spec.Send, 1)
		}
		if rapid.Bool().Draw(t, "shutdown") {
			call(spec.ShutdownWR, 0)
		}
		if rapid.Bool().Draw(t, "reads") {
			call(spec.ReadData, 0)
		}
		call(spec.Close, 0)
		if rapid.IntRange(0, 3).Draw(t, "destroyed") == 0 {
			call(spec.Destroy, 0)
		}
	}
	return p
}

// watch takes a random run and writes down what can be seen of it.
func watch(t *rapid.T, m *spec.Model) *Observation {
	type waiting struct {
		e     spec.Event
		since int64
	}
	o := &Observation{Name: "random", Params: m.Params()}
	s, now := m.Init()[0], int64(0)
	var pending []waiting
	for _, e := range m.Events(s, nil) {
		pending = append(pending, waiting{e, 0})
	}
	note := func(l lane, g spec.Segment, lost bool) {
		o.add(l, Item{At: now, Lo: max(0, now-100), Hi: now + 100, Segment: g, Lost: lost, Text: fmt.Sprint(l, g)})
	}
	for range rapid.IntRange(5, 40).Draw(t, "steps") {
		deadline := now + 5*spec.Second
		for _, w := range pending {
			if w.e.Latest != spec.Never {
				deadline = min(deadline, w.since+w.e.Latest)
			}
		}
		var firable []int
		for i, w := range pending {
			if w.since+w.e.Earliest <= deadline {
				firable = append(firable, i)
			}
		}
		if len(firable) == 0 {
			break
		}
		i := rapid.SampledFrom(firable).Draw(t, "event")
		w := pending[i]
		now = rapid.Int64Range(max(now, w.since+w.e.Earliest), deadline).Draw(t, "at")
		type branch struct {
			next spec.State
			how  spec.Effect
		}
		var branches []branch
		m.Fire(s, w.e, func(next spec.State, how spec.Effect) {
			if !how.Full {
				branches = append(branches, branch{next, how})
			}
		})
		b := rapid.SampledFrom(branches).Draw(t, "branch")
		switch info := spec.EventOf(w.e.ID); info.Kind {
		case spec.Deliver:
			note(arriving.of(info.Host), info.Segment, false)
		case spec.AppCall:
			note(calling.of(info.Host), spec.Segment{}, false)
		}
		for _, sent := range spec.SentIn(b.how.Label) {
			note(sending.of(sent.From), sent.Segment, sent.Copies == 0)
		}
		for h := range b.next.Host {
			if is := kernelName(&b.next.Host[h]); is != kernelName(&s.Host[h]) {
				o.States[h] = append(o.States[h], Sample{At: now, Lo: max(0, now-100), Hi: now + 100, State: is})
			}
		}
		fresh := map[uint64]int{}
		for _, id := range b.how.Fresh[:b.how.FreshCount] {
			fresh[id]++
		}
		old := append(append([]waiting{}, pending[:i]...), pending[i+1:]...)
		pending = nil
		events := m.Events(b.next, nil)
		for k := len(events) - 1; k >= 0; k-- { // the youngest of equal IDs are fresh
			e := events[k]
			if fresh[e.ID] > 0 {
				fresh[e.ID]--
				pending = append(pending, waiting{e, now})
				continue
			}
			for j := len(old) - 1; j >= 0; j-- {
				if old[j].e == e {
					pending = append(pending, old[j])
					old = append(old[:j:j], old[j+1:]...)
					break
				}
			}
		}
		s = b.next
	}
	o.End = now + 1
	for _, w := range pending { // the run is not seen beyond what has to happen next
		if w.e.Latest != spec.Never {
			o.End = min(o.End, w.since+w.e.Latest)
		}
	}
	o.End = max(o.End, now)
	return o
}
