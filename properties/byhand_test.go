package properties_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/spec"
)

// TestBrokenByHand breaks the properties that neither parameters nor a historic mutant
// break, by steps that the rules never take.
func TestBrokenByHand(t *testing.T) {
	linux := params(spec.Linux, closeAtStart(), closeAfterEOF(0))
	full := params(spec.Linux, closeAtStart(), nil, func(p *spec.Params) { p.Host[spec.Client].ReceiveBuffer = 1 })
	again := params(spec.Linux, []spec.Call{{Do: spec.Connect}}, nil, func(p *spec.Params) { p.Incarnations = 2 })
	state := func(s spec.ConnState, more ...func(e *spec.Endpoint)) []edit {
		edits := []edit{client(in(s))}
		for _, f := range more {
			edits = append(edits, client(f))
		}
		return edits
	}
	start := func(e *spec.Endpoint) { e.PC = 0 }
	unread := func(e *spec.Endpoint) { e.Unread = 1 }
	refused := func(e *spec.Endpoint) { e.SawErr = spec.EADDRNOTAVAIL }
	fin := spec.Segment{Flags: spec.FIN | spec.ACK, Seq: 1, Ack: 1}
	data := func(seq spec.Seq) spec.Segment { return spec.Segment{Flags: spec.ACK, Seq: seq, Ack: 1, Len: 1} }
	for _, c := range []stepCase{
		{"nothing-behind-the-fin", "the FIN", linux, spec.RexmtTimeout, spec.Segment{}, [2]int64{}, state(spec.FinWait1), state(spec.FinWait1), fin, "ok"},
		{"nothing-behind-the-fin", "text behind it", linux, spec.RexmtTimeout, spec.Segment{}, [2]int64{}, state(spec.FinWait1), state(spec.FinWait1), data(2), "wrong"},
		{"bare-fin-accepted-at-zero-window", "taken", full, spec.Deliver, fin, [2]int64{}, state(spec.Established, unread), state(spec.CloseWait, unread), spec.Segment{}, "ok"},
		{"bare-fin-accepted-at-zero-window", "ignored", full, spec.Deliver, fin, [2]int64{}, state(spec.Established, unread), state(spec.Established, unread), spec.Segment{}, "wrong"},
		{"reuse-needs-its-conditions", "refused", again, spec.AppCall, spec.Segment{}, [2]int64{}, state(spec.TimeWait, start), state(spec.TimeWait, refused), spec.Segment{}, "ok"},
		{"reuse-needs-its-conditions", "taken over without timestamps", again, spec.AppCall, spec.Segment{}, [2]int64{}, state(spec.TimeWait, start), state(spec.SynSent), spec.Segment{}, "wrong"},
		{"reuse-needs-its-conditions", "refused without a word", again, spec.AppCall, spec.Segment{}, [2]int64{}, state(spec.TimeWait, start), state(spec.TimeWait), spec.Segment{}, "wrong"},
	} {
		require.Equal(t, c.want, c.judge(t), "%s: %s", c.property, c.name)
	}
}

// waiting is in one state until its event fires, late or never.
type waiting struct{ latest int64 }

func (w waiting) Init() []spec.State {
	s := initial(client(in(spec.TimeWait)), client(func(e *spec.Endpoint) { e.Lingering = true }))
	return []spec.State{s}
}

func (w waiting) Events(s spec.State, buf []checker.Event) []checker.Event {
	if s.Host[spec.Client].State == spec.Closed {
		return buf
	}
	return append(buf, checker.Event{ID: 1, Latest: w.latest})
}

func (w waiting) Fire(s spec.State, _ checker.Event, emit func(spec.State, checker.Effect)) {
	s.Host[spec.Client].State, s.Host[spec.Client].Lingering = spec.Closed, false
	emit(s, checker.Effect{})
}

// TestStaysBrokenByHand holds the bounded stays against a host that stays as long as is
// allowed, and one that stays longer.
func TestStaysBrokenByHand(t *testing.T) {
	p := params(spec.Linux, closeAtStart(), closeAfterEOF(0), func(p *spec.Params) {
		p.Host[spec.Client].SoLinger = spec.Linger{On: true, Time: spec.Second}
	})
	for _, name := range []string{"time-wait-bounded", "lingering-close-bounded"} {
		made := find(t, name).Make(p)
		for stay, want := range map[int64]checker.Verdict{made.Bound: checker.Holds, made.Bound + 1: checker.Violated, checker.Forever: checker.Violated} {
			r, err := checker.Check(context.Background(), checker.System[spec.State]{Exact: waiting{stay}}, []checker.Property[spec.State]{made}, checker.Options{})
			require.NoError(t, err)
			require.Equal(t, want, r.Outcomes[0].Verdict, "%s for %d µs", name, stay)
		}
	}
}
