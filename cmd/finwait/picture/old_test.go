package picture

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/graphs"
	"github.com/finwait/finwait/spec"
)

// An old duplicate is named at its arrow and at the instant at which it arrives, with the
// time that it was on its way, and what the next connection makes of it is told.
func TestOldDuplicatesAreNamed(t *testing.T) {
	p := spec.Params{Profile: spec.RFC9293, Host: [2]spec.HostParams{spec.DefaultHost(), spec.DefaultHost()}, Net: spec.DefaultNet(), Incarnations: 2}
	p.Host[spec.Client].Script = []spec.Call{{Do: spec.Send, N: 1}}
	m, err := spec.New(p)
	require.NoError(t, err)
	trace := Trace{Mode: checker.Exact, Init: m.Init()[0]}
	step := func(at int64, kind spec.EventKind, h spec.Host, change func(s *spec.State)) {
		for _, e := range m.Events(trace.Last(), nil) {
			if i := spec.EventOf(e.ID); i.Kind != kind || i.Host != h {
				continue
			}
			m.Fire(trace.Last(), e, func(next spec.State, how spec.Effect) {
				change(&next)
				trace.Steps = append(trace.Steps, checker.Step[spec.State]{At: at, Event: e, Label: how.Label, State: next})
			})
			return
		}
		t.Fatalf("%v of the %v is not pending", kind, h)
	}
	step(0, spec.AppCall, spec.Client, func(s *spec.State) { s.Host[spec.Server].Incarnation = 1 })
	step(250*spec.Millisecond, spec.Deliver, spec.Server, func(*spec.State) {})
	c := Chart(m, trace)
	require.Equal(t, "old duplicate: DATA+ACK seq=1 ack=1 len=1", c.Arrows[0].Label)
	require.Equal(t, "an old segment, of connection 1, 0.250 s on its way", c.Rows[2].Event)
	story, _ := Story(m, checker.Property[spec.State]{Kind: checker.StepAlways}, trace)
	require.Contains(t, story, "receives DATA+ACK seq=1 ack=1 len=1 of connection 1; connection 2 takes what it carries for its peer's data")
	require.Equal(t, ", MSL 30.000 s", Lifetimes(p, trace))
	p.Incarnations = 1
	require.Empty(t, Lifetimes(p, trace))
}

// A SYN+ACK that answers a crossing SYN, and a FIN of the next connection with the number
// of the last one's, are no retransmissions.
func TestWhatIsNoRetransmission(t *testing.T) {
	var arrows []graphs.Arrow
	f := flight{arrows: &arrows}
	fin := spec.Segment{Flags: spec.FIN | spec.ACK, Seq: 1}
	for _, g := range []spec.Segment{{Flags: spec.SYN}, {Flags: spec.SYN | spec.ACK}, {Flags: spec.SYN}, fin, fin.InIncarnation(1), fin} {
		f.send(spec.Sent{Segment: g, Copies: 1}, 1)
	}
	var again []int
	for _, a := range arrows {
		again = append(again, a.Again)
	}
	require.Equal(t, []int{0, 0, 1, 0, 0, 1}, again)
}
