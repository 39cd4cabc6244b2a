package properties_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/properties"
	"github.com/finwait/finwait/spec"
)

// edit changes a hand-made state.
type edit func(s *spec.State)

// initial is an established connection, edited.
func initial(edits ...edit) spec.State {
	var s spec.State
	for h := range s.Host {
		s.Host[h] = spec.Endpoint{State: spec.Established, Open: true, SndUna: 1, SndNxt: 1, SndEnd: 1, RcvNxt: 1, RcvWup: 1}
	}
	for _, f := range edits {
		f(&s)
	}
	return s
}

func client(f func(e *spec.Endpoint)) edit { return func(s *spec.State) { f(&s.Host[spec.Client]) } }
func server(f func(e *spec.Endpoint)) edit { return func(s *spec.State) { f(&s.Host[spec.Server]) } }

// in puts an endpoint into a state as a real one would be in, with FIN number 1
// and no data.
func in(state spec.ConnState) func(e *spec.Endpoint) {
	return func(e *spec.Endpoint) {
		e.State = state
		switch state {
		case spec.FinWait1, spec.Closing, spec.LastAck:
			e.FinQueued, e.SndNxt, e.SndEnd, e.FinSeq, e.Rexmt = true, 2, 2, 1, spec.RTO
		case spec.FinWait2, spec.TimeWait:
			e.FinQueued, e.SndUna, e.SndNxt, e.SndEnd, e.FinSeq = true, 2, 2, 2, 1
		}
		switch state {
		case spec.FinWait1, spec.FinWait2, spec.Closing, spec.TimeWait:
			e.ActiveClose = true
		}
		switch state {
		case spec.Closing, spec.TimeWait, spec.CloseWait, spec.LastAck:
			e.PeerFin, e.RcvNxt, e.RcvWup = true, 2, 2
		}
		switch state {
		case spec.TimeWait:
			e.Timer = spec.TimeWaitTimer
		case spec.Closed:
			*e = spec.Endpoint{State: spec.Closed, Ending: spec.EndedNormally}
		}
	}
}

func orphan(e *spec.Endpoint) { e.Open, e.RcvShut = false, true }

// sent puts segments of h in flight.
func inFlight(h spec.Host, segments ...spec.Segment) edit {
	return func(s *spec.State) { copy(s.Net[h][:], segments) }
}

var (
	ack    = spec.Segment{Flags: spec.ACK, Seq: 1, Ack: 2}
	finAck = spec.Segment{Flags: spec.FIN | spec.ACK, Seq: 1, Ack: 2}
	fin    = spec.Segment{Flags: spec.FIN | spec.ACK, Seq: 1, Ack: 1}
	data   = spec.Segment{Flags: spec.ACK, Seq: 1, Ack: 1, Len: 1}
)

func find(t *testing.T, name string) properties.Property {
	t.Helper()
	selected, err := properties.Select([]string{name})
	require.NoError(t, err)
	require.Len(t, selected, 1)
	return selected[0]
}

// What the predicates of a property say of one state. An Always property is
// violated where from holds and goal does not.
func TestStates(t *testing.T) {
	half := []spec.Call{{Do: spec.ShutdownWR, When: spec.Start}}
	linux := params(spec.Linux, closeAtStart(), closeAfterEOF(0))
	rfc := params(spec.RFC9293, closeAtStart(), closeAfterEOF(0))
	shutdown := params(spec.Linux, half, nil)
	keepalive := params(spec.Linux, half, nil, func(p *spec.Params) { p.Host[spec.Client].SoKeepalive = true })
	owing := func(e *spec.Endpoint) { e.RcvNxt = 2 }
	off := func(e *spec.Endpoint) { e.Down = true }
	const none, from, goal, both = 0, 1, 2, 3
	for _, c := range []struct {
		property, name string
		p              spec.Params
		s              spec.State
		want           int
	}{
		{"both-closed", "one is open", linux, initial(client(in(spec.Closed))), none},
		{"both-closed", "both are gone", linux, initial(client(in(spec.Closed)), server(in(spec.Closed))), goal},

		{"no-stuck-state", "FIN_WAIT_1 with its timer", shutdown, initial(client(in(spec.FinWait1))), both},
		{"no-stuck-state", "FIN_WAIT_1, no timer, ACK in flight", shutdown, initial(client(in(spec.FinWait1)), client(noTimer), inFlight(spec.Server, ack)), both},
		{"no-stuck-state", "FIN_WAIT_1, nothing pending", shutdown, initial(client(in(spec.FinWait1)), client(noTimer), client(done)), from},
		{"no-stuck-state", "CLOSING, nothing pending", shutdown, initial(client(in(spec.Closing)), client(noTimer), client(done)), from},
		{"no-stuck-state", "LAST_ACK, nothing pending", linux, initial(client(in(spec.Closed)), server(in(spec.LastAck)), server(noTimer), server(done)), from},
		{"no-stuck-state", "TIME_WAIT without its timer", linux, initial(server(in(spec.Closed)), client(in(spec.TimeWait)), client(func(e *spec.Endpoint) { e.Timer, e.PC = 0, 1 })), from},
		{"no-stuck-state", "orphan in FIN_WAIT_2 without its timer", linux, initial(server(in(spec.CloseWait)), client(in(spec.FinWait2)), client(orphan), client(done), server(done)), from},
		{"no-stuck-state", "the same under RFC 9293", rfc, initial(server(in(spec.CloseWait)), client(in(spec.FinWait2)), client(orphan), client(done), server(done)), goal},
		{"no-stuck-state", "FIN_WAIT_2 after shutdown", shutdown, initial(server(in(spec.CloseWait)), client(in(spec.FinWait2)), client(done)), goal},
		{"no-stuck-state", "EOF has come, nobody is told", linux, initial(client(in(spec.Closed)), server(in(spec.CloseWait))), from},
		{"no-stuck-state", "unsent data, window closed, no persist timer", shutdown, initial(client(done), server(func(e *spec.Endpoint) { e.SndEnd, e.SndWndZero = 2, true })), from},

		{"fin-retries-bounded", "no FIN yet", linux, initial(), goal},
		{"fin-retries-bounded", "as many as allowed", linux, initial(client(in(spec.FinWait1)), client(func(e *spec.Endpoint) { e.FinsSent = 10 })), both},
		{"fin-retries-bounded", "one more", linux, initial(client(in(spec.FinWait1)), client(func(e *spec.Endpoint) { e.FinsSent = 11 })), from},

		{"no-silent-data-loss", "arrived", linux, initial(client(lost), server(func(e *spec.Endpoint) { e.Unread = 1 })), both},
		{"no-silent-data-loss", "lost, nobody is told", linux, initial(client(lost)), from},
		{"no-silent-data-loss", "lost, the peer is told", linux, initial(client(lost), server(func(e *spec.Endpoint) { e.SawErr = spec.ECONNRESET })), both},
		{"no-silent-data-loss", "lost, the peer stopped reading", linux, initial(client(lost), server(in(spec.Closed))), both},
		{"no-silent-data-loss", "lost in a crash of the peer", linux, initial(client(lost), server(in(spec.Closed)), server(func(e *spec.Endpoint) { e.Ending, e.Down = spec.EndedCrash, true })), from},

		{"time-wait-only-active-closer", "active", linux, initial(client(in(spec.TimeWait))), both},
		{"time-wait-only-active-closer", "passive", linux, initial(client(in(spec.TimeWait)), client(func(e *spec.Endpoint) { e.ActiveClose = false })), from},
		{"time-wait-only-active-closer", "no TIME_WAIT", linux, initial(), goal},

		{"last-ack-only-passive", "passive", linux, initial(server(in(spec.LastAck))), both},
		{"last-ack-only-passive", "active", linux, initial(server(in(spec.LastAck)), server(func(e *spec.Endpoint) { e.ActiveClose = true })), from},
		{"last-ack-only-passive", "both", linux, initial(server(in(spec.LastAck)), client(in(spec.LastAck))), from},

		{"fin-wait-2-left-eventually", "there", linux, initial(client(in(spec.FinWait2))), from},
		{"fin-wait-2-left-eventually", "gone", linux, initial(client(in(spec.TimeWait))), goal},
		{"close-wait-left-eventually", "there", linux, initial(server(in(spec.CloseWait))), from},
		{"close-wait-left-eventually", "gone", linux, initial(server(in(spec.LastAck))), goal},

		{"fin-wait-2-bounded-for-orphans", "orphan", linux, initial(client(in(spec.FinWait2)), client(orphan)), from},
		{"fin-wait-2-bounded-for-orphans", "open", linux, initial(client(in(spec.FinWait2))), none},
		{"time-wait-bounded", "there", linux, initial(client(in(spec.TimeWait))), from},
		{"time-wait-bounded", "gone", linux, initial(client(in(spec.Closed))), none},

		{"every-wait-has-a-timer", "FIN_WAIT_1 with its timer", linux, initial(client(in(spec.FinWait1))), both},
		{"every-wait-has-a-timer", "FIN_WAIT_1 without", linux, initial(client(in(spec.FinWait1)), client(noTimer)), from},
		{"every-wait-has-a-timer", "CLOSING without", linux, initial(client(in(spec.Closing)), client(noTimer)), from},
		{"every-wait-has-a-timer", "LAST_ACK without", linux, initial(client(in(spec.LastAck)), client(noTimer)), from},
		{"every-wait-has-a-timer", "data in CLOSE_WAIT without", linux, initial(server(in(spec.CloseWait)), server(func(e *spec.Endpoint) { e.SndNxt, e.SndEnd = 2, 2 })), from},
		{"every-wait-has-a-timer", "closed window without persist timer", linux, initial(server(func(e *spec.Endpoint) { e.SndEnd, e.SndWndZero = 2, true })), from},
		{"every-wait-has-a-timer", "closed window with it", linux, initial(server(func(e *spec.Endpoint) { e.SndEnd, e.SndWndZero, e.Rexmt = 2, true, spec.Persist })), both},
		{"every-wait-has-a-timer", "orphan in FIN_WAIT_2 without", linux, initial(client(in(spec.FinWait2)), client(orphan)), from},
		{"every-wait-has-a-timer", "the same under RFC 9293", rfc, initial(client(in(spec.FinWait2)), client(orphan)), goal},
		{"every-wait-has-a-timer", "2·MSL outside of TIME_WAIT", linux, initial(client(in(spec.TimeWait)), client(func(e *spec.Endpoint) { e.State = spec.FinWait2 })), from},
		{"every-wait-has-a-timer", "nothing to wait for", linux, initial(), goal},

		{"owed-ack-has-its-timer", "owed", linux, initial(server(owing), server(func(e *spec.Endpoint) { e.DelayedAck = true })), both},
		{"owed-ack-has-its-timer", "owed, no timer", linux, initial(server(owing)), from},
		{"owed-ack-has-its-timer", "none is owed", linux, initial(), goal},
		{"retransmissions-have-a-limit", "an orphan's", linux, initial(client(in(spec.FinWait1)), client(orphan), client(func(e *spec.Endpoint) { e.Backoff, e.LimitOrphan = 1, spec.LimitPending })), both},
		{"retransmissions-have-a-limit", "that of another kind", linux, initial(client(in(spec.FinWait1)), client(func(e *spec.Endpoint) { e.Backoff, e.LimitOrphan = 1, spec.LimitPending })), from},
		{"retransmissions-have-a-limit", "nothing was sent again", linux, initial(client(in(spec.FinWait1))), goal},
		{"keepalive-notices-a-dead-peer", "off", keepalive, initial(server(in(spec.Closed)), server(off)), from},
		{"keepalive-notices-a-dead-peer", "off, no SO_KEEPALIVE", linux, initial(server(in(spec.Closed)), server(off)), goal},

		{"dead-peer-is-given-up", "still asked", linux, initial(client(in(spec.FinWait1)), server(in(spec.Closed)), server(off)), from},
		{"dead-peer-is-given-up", "nothing to ask", linux, initial(server(in(spec.Closed)), server(off)), goal},

		{"simultaneous-close", "both in CLOSING", linux, initial(client(in(spec.Closing)), server(in(spec.Closing))), goal},
		{"simultaneous-close", "one in CLOSING", linux, initial(client(in(spec.Closing)), server(in(spec.FinWait1))), none},
		{"three-segment-close", "FIN with the ACK alone", linux, initial(client(in(spec.FinWait1)), server(in(spec.LastAck)), inFlight(spec.Server, finAck)), goal},
		{"three-segment-close", "a pure ACK was sent before", linux, initial(client(in(spec.FinWait1)), server(in(spec.LastAck)), server(func(e *spec.Endpoint) { e.AckedFinAlone = true }), inFlight(spec.Server, finAck)), none},
		{"three-segment-close", "the ACK came before", linux, initial(client(in(spec.FinWait2)), server(in(spec.LastAck)), inFlight(spec.Server, finAck)), none},
		{"asymmetric-death", "gave up, the peer is open", linux, initial(client(in(spec.Closed)), client(func(e *spec.Endpoint) { e.Ending = spec.EndedGaveUp })), goal},
		{"asymmetric-death", "an RST is under way", linux, initial(client(in(spec.Closed)), client(func(e *spec.Endpoint) { e.Ending = spec.EndedAbort }), inFlight(spec.Client, spec.Segment{Flags: spec.RST, Seq: 1})), none},
		{"asymmetric-death", "a normal end", linux, initial(client(in(spec.Closed)), server(in(spec.LastAck))), none},
	} {
		t.Run(c.property+"/"+c.name, func(t *testing.T) {
			made, got := find(t, c.property).Make(c.p), 0
			if made.From != nil && made.From(c.s) {
				got |= from
			}
			if made.Goal != nil && made.Goal(c.s) {
				got |= goal
			}
			require.Equal(t, c.want, got, "1: from, 2: goal")
		})
	}
}

func noTimer(e *spec.Endpoint) { e.Rexmt = spec.NoTimer }
func done(e *spec.Endpoint)    { e.PC = 1 }
func lost(e *spec.Endpoint) {
	*e = spec.Endpoint{State: spec.Closed, Written: 1, Ending: spec.EndedGaveUp}
}

// eventID is the ID that spec.EventOf reads.
func eventID(k spec.EventKind, h spec.Host, g spec.Segment) uint64 {
	return uint64(k) | uint64(h)<<8 | uint64(g.Flags)<<16 | uint64(g.Seq)<<24 | uint64(g.Ack)<<32 | uint64(g.Len)<<40
}

// label is what spec.SentIn reads, for one segment.
func label(from spec.Host, g spec.Segment) checker.Label {
	if g == (spec.Segment{}) {
		return checker.Label{}
	}
	return checker.Label{
		uint64(g.Flags) | uint64(g.Seq)<<8 | uint64(g.Ack)<<16 | uint64(g.Len)<<24,
		(uint64(from) | 1<<1) << 32,
	}
}

func TestHandMadeStepsAreReadBack(t *testing.T) {
	require.Equal(t, spec.EventInfo{Kind: spec.Deliver, Host: spec.Server, Segment: data}, spec.EventOf(eventID(spec.Deliver, spec.Server, data)))
	require.Equal(t, []spec.Sent{{From: spec.Server, Segment: finAck, Copies: 1}}, spec.SentIn(label(spec.Server, finAck)))
}
