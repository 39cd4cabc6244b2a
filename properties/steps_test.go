package properties_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/spec"
)

// stepCase is one hand-made step, of the client unless a host is given.
type stepCase struct {
	property, name string
	p              spec.Params
	kind           spec.EventKind
	arrives        spec.Segment
	window         [2]int64
	from, to       []edit
	sends          spec.Segment
	want           string // "" not judged, "ok", "wrong"
}

func (c stepCase) judge(t *testing.T) string {
	made := find(t, c.property).Make(c.p)
	event := checker.Event{ID: eventID(c.kind, spec.Client, c.arrives), Earliest: c.window[0], Latest: c.window[1]}
	from, to, how := initial(c.from...), initial(c.to...), label(spec.Client, c.sends)
	switch {
	case !made.Guard(from, event, how, to):
		return ""
	case made.Step(from, event, how, to):
		return "ok"
	}
	return "wrong"
}

func TestSteps(t *testing.T) {
	linux := params(spec.Linux, closeAtStart(), closeAfterEOF(0))
	linger0 := params(spec.Linux, closeAtStart(), nil, func(p *spec.Params) { p.Host[spec.Client].SoLinger.On = true })
	linger2 := params(spec.Linux, closeAtStart(), nil, func(p *spec.Params) { p.Host[spec.Client].TCPLinger2 = -1 })
	rfc1337 := params(spec.Linux, closeAtStart(), nil, func(p *spec.Params) { p.Host[spec.Client].TCPRfc1337 = true })
	noBuckets := params(spec.Linux, closeAtStart(), nil, func(p *spec.Params) { p.Host[spec.Client].TCPMaxTwBuckets = 0 })
	rfc := params(spec.RFC9293, closeAtStart(), nil)
	article := params(spec.Article, closeAtStart(), nil, func(p *spec.Params) { p.Host[spec.Client].TCPOrphanRetries = 2 })

	at := func(state spec.ConnState, more ...func(e *spec.Endpoint)) []edit {
		edits := []edit{client(in(state))}
		for _, f := range more {
			edits = append(edits, client(f))
		}
		return edits
	}
	wrote := func(e *spec.Endpoint) { e.Written = 1 }
	eof := func(e *spec.Endpoint) { e.SawEOF = true }
	peerWrote := server(func(e *spec.Endpoint) { e.Written = 2 })
	unread := func(e *spec.Endpoint) { e.Unread = 1 }
	owed := func(e *spec.Endpoint) { e.DelayedAck, e.RcvWup = true, e.RcvNxt-1 }
	reached := func(e *spec.Endpoint) { e.LimitOrphan = spec.LimitReached }
	mini := func(e *spec.Endpoint) { e.Mini = true }

	minute := [2]int64{60 * spec.Second, 60 * spec.Second}
	rst := func(seq spec.Seq) spec.Segment { return spec.Segment{Flags: spec.RST, Seq: seq} }
	active := func(seq, ack spec.Seq) spec.Segment {
		return spec.Segment{Flags: spec.RST | spec.ACK, Seq: seq, Ack: ack}
	}
	pure := func(seq, ack spec.Seq) spec.Segment { return spec.Segment{Flags: spec.ACK, Seq: seq, Ack: ack} }
	fins := func(seq spec.Seq) spec.Segment {
		return spec.Segment{Flags: spec.FIN | spec.ACK, Seq: seq, Ack: 1}
	}
	farFIN := spec.Segment{Flags: spec.FIN | spec.ACK, Seq: 2, Ack: 1}

	for _, c := range []stepCase{
		// fin-one-sequence-number
		{"fin-one-sequence-number", "first FIN", linux, spec.AppCall, none, instant, at(spec.Established), at(spec.FinWait1), fins(1), "ok"},
		{"fin-one-sequence-number", "again", linux, spec.RexmtTimeout, none, instant, at(spec.FinWait1), at(spec.FinWait1), fins(1), "ok"},
		{"fin-one-sequence-number", "another number", linux, spec.RexmtTimeout, none, instant, at(spec.FinWait1), at(spec.FinWait1), fins(2), "wrong"},
		{"fin-one-sequence-number", "before the data", linux, spec.AppCall, none, instant, at(spec.Established, wrote), at(spec.FinWait1, wrote), fins(1), "wrong"},
		{"fin-one-sequence-number", "data beyond it", linux, spec.AppCall, none, instant, at(spec.FinWait1), at(spec.FinWait1), spec.Segment{Flags: spec.ACK, Seq: 2, Len: 1}, "wrong"},
		{"fin-one-sequence-number", "no FIN", linux, spec.DelayedAckDue, none, instant, at(spec.CloseWait), at(spec.CloseWait), pure(1, 2), ""},

		// eof-after-all-data
		{"eof-after-all-data", "all read or readable", linux, spec.Deliver, fin, instant, append(at(spec.Established), peerWrote), append(at(spec.CloseWait, eof, func(e *spec.Endpoint) { e.Read, e.Unread = 1, 1 }), peerWrote), none, "ok"},
		{"eof-after-all-data", "one missing", linux, spec.Deliver, fin, instant, append(at(spec.Established), peerWrote), append(at(spec.CloseWait, eof, unread), peerWrote), none, "wrong"},
		{"eof-after-all-data", "of its own making", linux, spec.AppCall, none, instant, append(at(spec.Established), peerWrote), append(at(spec.Established, eof, func(e *spec.Endpoint) { e.RcvShut = true }), peerWrote), none, ""},

		// time-wait-re-acks-fin
		{"time-wait-re-acks-fin", "answered, the timer not restarted", linux, spec.Deliver, finAck, instant, at(spec.TimeWait), at(spec.TimeWait), pure(2, 2), "wrong"},
		{"time-wait-re-acks-fin", "silence", linux, spec.Deliver, finAck, instant, at(spec.TimeWait), at(spec.TimeWait), none, "wrong"},
		{"time-wait-re-acks-fin", "an RST instead", linux, spec.Deliver, finAck, instant, at(spec.TimeWait), at(spec.Closed), rst(2), "wrong"},
		{"time-wait-re-acks-fin", "an old ACK", linux, spec.Deliver, ack, instant, at(spec.TimeWait), at(spec.TimeWait), none, ""},

		// time-wait-length
		{"time-wait-length", "its length", linux, spec.StateTimeout, none, minute, at(spec.TimeWait), at(spec.Closed), none, "ok"},
		{"time-wait-length", "too short", linux, spec.StateTimeout, none, [2]int64{spec.Second, spec.Second}, at(spec.TimeWait), at(spec.Closed), none, "wrong"},
		{"time-wait-length", "close() ends it", linux, spec.AppCall, none, instant, at(spec.TimeWait), at(spec.Closed), none, "wrong"},
		{"time-wait-length", "an RST ends it", linux, spec.Deliver, rst(2), instant, at(spec.TimeWait), at(spec.Closed), none, "ok"},
		{"time-wait-length", "an RST in spite of tcp_rfc1337", rfc1337, spec.Deliver, rst(2), instant, at(spec.TimeWait), at(spec.Closed), none, "wrong"},
		{"time-wait-length", "an ACK ends it", linux, spec.Deliver, ack, instant, at(spec.TimeWait), at(spec.Closed), none, "wrong"},
		{"time-wait-length", "it goes on", linux, spec.Deliver, finAck, instant, at(spec.TimeWait), at(spec.TimeWait), pure(2, 2), ""},

		// ack-never-retransmitted-by-timer
		{"ack-never-retransmitted-by-timer", "delayed ACK", linux, spec.DelayedAckDue, none, instant, at(spec.CloseWait, owed), at(spec.CloseWait), pure(1, 2), "ok"},
		{"ack-never-retransmitted-by-timer", "delayed ACK, not owed", linux, spec.DelayedAckDue, none, instant, at(spec.CloseWait), at(spec.CloseWait), pure(1, 2), "wrong"},
		{"ack-never-retransmitted-by-timer", "RTO sends an ACK", linux, spec.RexmtTimeout, none, instant, at(spec.FinWait1), at(spec.FinWait1), pure(2, 1), "wrong"},
		{"ack-never-retransmitted-by-timer", "RTO sends the FIN", linux, spec.RexmtTimeout, none, instant, at(spec.FinWait1), at(spec.FinWait1), fin, "ok"},
		{"ack-never-retransmitted-by-timer", "keepalive probe", linux, spec.KeepaliveDue, none, instant, at(spec.Established), at(spec.Established), pure(0, 1), "ok"},
		{"ack-never-retransmitted-by-timer", "keepalive with a new number", linux, spec.KeepaliveDue, none, instant, at(spec.Established), at(spec.Established), pure(1, 1), "wrong"},
		{"ack-never-retransmitted-by-timer", "a segment is no timer", linux, spec.Deliver, fin, instant, at(spec.FinWait1), at(spec.Closing), pure(2, 2), ""},

		// rst-only-when-allowed
		{"rst-only-when-allowed", "close() with unread data", linux, spec.AppCall, none, instant, at(spec.Established, unread), at(spec.Closed), active(1, 1), "ok"},
		{"rst-only-when-allowed", "close() without", linux, spec.AppCall, none, instant, at(spec.Established), at(spec.Closed), active(1, 1), "wrong"},
		{"rst-only-when-allowed", "SO_LINGER 0", linger0, spec.AppCall, none, instant, at(spec.Established), at(spec.Closed), active(1, 1), "ok"},
		{"rst-only-when-allowed", "SO_LINGER 0 in LAST_ACK", linger0, spec.AppCall, none, instant, at(spec.LastAck), at(spec.Closed), active(2, 2), "wrong"},
		{"rst-only-when-allowed", "no connection", linux, spec.Deliver, finAck, instant, at(spec.Closed), at(spec.Closed), rst(2), "ok"},
		{"rst-only-when-allowed", "no connection, wrong number", linux, spec.Deliver, finAck, instant, at(spec.Closed), at(spec.Closed), rst(1), "wrong"},
		{"rst-only-when-allowed", "in answer to an RST", linux, spec.Deliver, rst(1), instant, at(spec.Closed), at(spec.Closed), rst(0), "wrong"},
		{"rst-only-when-allowed", "data after close", linux, spec.Deliver, data, instant, at(spec.FinWait1, orphan), at(spec.Closed), rst(1), "ok"},
		{"rst-only-when-allowed", "data after shutdown", linux, spec.Deliver, data, instant, at(spec.FinWait1), at(spec.Closed), rst(1), "wrong"},
		{"rst-only-when-allowed", "TCP_LINGER2 < 0", linger2, spec.Deliver, ack, instant, at(spec.FinWait1, orphan), at(spec.Closed), rst(2), "ok"},
		{"rst-only-when-allowed", "the same without it", linux, spec.Deliver, ack, instant, at(spec.FinWait1, orphan), at(spec.Closed), rst(2), "wrong"},
		{"rst-only-when-allowed", "keepalive gives up", linux, spec.KeepaliveDue, none, instant, at(spec.Established, func(e *spec.Endpoint) { e.Probes = 9 }), at(spec.Closed), active(1, 1), "ok"},
		{"rst-only-when-allowed", "retransmission gives up", linux, spec.RexmtTimeout, none, instant, at(spec.FinWait1, reached), at(spec.Closed), active(2, 1), "wrong"},
		{"rst-only-when-allowed", "no RST", linux, spec.Deliver, finAck, instant, at(spec.TimeWait), at(spec.TimeWait), pure(2, 2), ""},

		// transitions-conform
		{"transitions-conform", "FIN in FIN_WAIT_1", linux, spec.Deliver, fin, instant, at(spec.FinWait1), at(spec.Closing), none, "ok"},
		{"transitions-conform", "FIN in FIN_WAIT_1 skips CLOSING", linux, spec.Deliver, fin, instant, at(spec.FinWait1), at(spec.TimeWait), none, "wrong"},
		{"transitions-conform", "FIN+ACK of FIN in FIN_WAIT_1", linux, spec.Deliver, finAck, instant, at(spec.FinWait1), at(spec.TimeWait), none, "ok"},
		{"transitions-conform", "the same without buckets", noBuckets, spec.Deliver, finAck, instant, at(spec.FinWait1), at(spec.Closed), none, "ok"},
		{"transitions-conform", "ACK of FIN in FIN_WAIT_1", linux, spec.Deliver, ack, instant, at(spec.FinWait1), at(spec.FinWait2), none, "ok"},
		{"transitions-conform", "ACK of FIN is overlooked", linux, spec.Deliver, ack, instant, at(spec.FinWait1), at(spec.FinWait1), none, "wrong"},
		{"transitions-conform", "ACK of a FIN not sent", linux, spec.Deliver, pure(1, 1), instant, at(spec.FinWait1, notSent), at(spec.FinWait2), none, "wrong"},
		{"transitions-conform", "any ACK in LAST_ACK", linux, spec.Deliver, pure(2, 1), instant, at(spec.LastAck), at(spec.Closed), none, "wrong"},
		{"transitions-conform", "its ACK in LAST_ACK", linux, spec.Deliver, pure(2, 2), instant, at(spec.LastAck), at(spec.Closed), none, "ok"},
		{"transitions-conform", "FIN over a hole", linux, spec.Deliver, farFIN, instant, at(spec.Established), at(spec.CloseWait), none, "wrong"},
		{"transitions-conform", "FIN over a hole is held", linux, spec.Deliver, farFIN, instant, at(spec.Established), at(spec.Established), none, ""},
		{"transitions-conform", "the hole is filled", linux, spec.Deliver, data, instant, at(spec.Established, func(e *spec.Endpoint) { e.HeldFin = 2 }), at(spec.CloseWait), none, "ok"},
		{"transitions-conform", "the hole is filled, two units held", linux, spec.Deliver, data, instant, at(spec.Established, func(e *spec.Endpoint) { e.Held, e.HeldFin = 6, 4 }), at(spec.Established), none, "wrong"},
		{"transitions-conform", "FIN closes our side", linux, spec.Deliver, fin, instant, at(spec.Established), at(spec.LastAck), none, "wrong"},
		{"transitions-conform", "RST at RCV.NXT", linux, spec.Deliver, rst(1), instant, at(spec.Established), at(spec.Closed), none, "ok"},
		{"transitions-conform", "RST in the window", linux, spec.Deliver, rst(3), instant, at(spec.Established), at(spec.Closed), none, "wrong"},
		{"transitions-conform", "RST in the window, mini-socket", linux, spec.Deliver, rst(3), instant, at(spec.FinWait2, mini), at(spec.Closed), none, "ok"},
		{"transitions-conform", "RST at RCV.NXT−1 in CLOSE_WAIT", linux, spec.Deliver, rst(1), instant, at(spec.CloseWait), at(spec.Closed), none, "ok"},
		{"transitions-conform", "the same under RFC 9293", rfc, spec.Deliver, rst(1), instant, at(spec.CloseWait), at(spec.Closed), none, "wrong"},
		{"transitions-conform", "data after close", linux, spec.Deliver, data, instant, at(spec.FinWait1, orphan), at(spec.Closed), none, "ok"},
		{"transitions-conform", "close() in CLOSE_WAIT", linux, spec.AppCall, none, instant, at(spec.CloseWait), at(spec.LastAck), none, "ok"},
		{"transitions-conform", "close() with unread data", linux, spec.AppCall, none, instant, at(spec.CloseWait, unread), at(spec.LastAck), none, "wrong"},
		{"transitions-conform", "RTO before the limit", linux, spec.RexmtTimeout, none, instant, at(spec.LastAck, orphan), at(spec.Closed), none, "wrong"},
		{"transitions-conform", "RTO at the limit", linux, spec.RexmtTimeout, none, instant, at(spec.LastAck, orphan, reached), at(spec.Closed), none, "ok"},
		{"transitions-conform", "RTO at the limit goes on", linux, spec.RexmtTimeout, none, instant, at(spec.LastAck, orphan, reached), at(spec.LastAck), none, "wrong"},
		{"transitions-conform", "article, second retransmission", article, spec.RexmtTimeout, none, instant, at(spec.FinWait1, func(e *spec.Endpoint) { e.Backoff = 1 }), at(spec.Closed), none, "wrong"},
		{"transitions-conform", "article, third expiry", article, spec.RexmtTimeout, none, instant, at(spec.FinWait1, func(e *spec.Endpoint) { e.Backoff = 2 }), at(spec.Closed), none, "ok"},
		{"transitions-conform", "the other host moves", linux, spec.DelayedAckDue, none, instant, at(spec.Established), []edit{server(in(spec.Closed))}, none, "wrong"},
		{"transitions-conform", "nothing moves", linux, spec.DelayedAckDue, none, instant, at(spec.Established), at(spec.Established), none, ""},
	} {
		t.Run(c.property+"/"+c.name, func(t *testing.T) {
			require.Equal(t, c.want, c.judge(t))
		})
	}
}

var (
	none    spec.Segment
	instant [2]int64
)

// notSent: the FIN is queued behind a closed window.
func notSent(e *spec.Endpoint) { e.SndNxt, e.FinSeq, e.Rexmt = 1, 0, spec.Persist }
