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
	linger5 := params(spec.Linux, closeAtStart(), nil, func(p *spec.Params) {
		p.Host[spec.Client].SoLinger = spec.Linger{On: true, Time: 5 * spec.Second}
	})
	alive := params(spec.Linux, closeAtStart(), nil, func(p *spec.Params) { p.Host[spec.Client].SoKeepalive = true })
	listens := params(spec.Linux, closeAtStart(), nil, func(p *spec.Params) { p.Host[spec.Client].Listens, p.Incarnations = true, 2 })
	syn := func(seq spec.Seq) spec.Segment { return spec.Segment{Flags: spec.SYN, Seq: seq} }
	writes := params(spec.Linux, []spec.Call{{Do: spec.Send, N: 1}}, nil)
	limited := func(e *spec.Endpoint) { e.AckLimited = true }
	full := params(spec.Linux, closeAtStart(), nil, func(p *spec.Params) { p.Host[spec.Client].ReceiveBuffer = 1 })
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

	lingering := func(e *spec.Endpoint) { e.Lingering = true }
	pendingLimit := func(e *spec.Endpoint) { e.LimitOrphan = spec.LimitPending }
	twoOut := func(e *spec.Endpoint) { e.SndNxt, e.SndEnd, e.Written = 3, 3, 1 }
	backoff := func(n uint8) func(e *spec.Endpoint) { return func(e *spec.Endpoint) { e.Backoff = n } }
	ended := func(why spec.Ending, err spec.Errno) []edit {
		return at(spec.Closed, func(e *spec.Endpoint) { e.Open, e.Ending, e.Error = true, why, err })
	}
	millis := func(n int64) [2]int64 { return [2]int64{n * spec.Millisecond, n * spec.Millisecond} }
	oneEarly := func(n int64) [2]int64 { return [2]int64{n*spec.Millisecond - 1, n*spec.Millisecond - 1} }

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

		// counted-as-sent-is-sent
		{"counted-as-sent-is-sent", "the FIN leaves with close()", linux, spec.AppCall, none, instant, at(spec.Established), at(spec.FinWait1), fins(1), "ok"},
		{"counted-as-sent-is-sent", "the FIN does not leave", linux, spec.AppCall, none, instant, at(spec.Established), at(spec.FinWait1), none, "wrong"},
		{"counted-as-sent-is-sent", "an ACK leaves in its place", linux, spec.AppCall, none, instant, at(spec.Established), at(spec.FinWait1), pure(1, 1), "wrong"},
		{"counted-as-sent-is-sent", "it waits for the window", linux, spec.AppCall, none, instant, at(spec.Established), at(spec.FinWait1, notSent), none, ""},
		{"counted-as-sent-is-sent", "connect() sends a SYN", linux, spec.AppCall, none, instant, at(spec.Closed), at(spec.SynSent), spec.Segment{Flags: spec.SYN}, "ok"},
		{"counted-as-sent-is-sent", "connect() sends none", linux, spec.AppCall, none, instant, at(spec.Closed), at(spec.SynSent), none, "wrong"},

		// every-expiry-does-its-work
		{"every-expiry-does-its-work", "the RTO sends the FIN", linux, spec.RexmtTimeout, none, instant, at(spec.FinWait1), at(spec.FinWait1), fins(1), "ok"},
		{"every-expiry-does-its-work", "the RTO is silent", linux, spec.RexmtTimeout, none, instant, at(spec.FinWait1), at(spec.FinWait1), none, "wrong"},
		{"every-expiry-does-its-work", "the RTO gives up", linux, spec.RexmtTimeout, none, instant, at(spec.FinWait1), at(spec.Closed), none, "ok"},
		{"every-expiry-does-its-work", "a window probe", linux, spec.RexmtTimeout, none, instant, at(spec.FinWait1, notSent), at(spec.FinWait1, notSent), pure(0, 1), "ok"},
		{"every-expiry-does-its-work", "a window probe that asks for nothing", linux, spec.RexmtTimeout, none, instant, at(spec.FinWait1, notSent), at(spec.FinWait1, notSent), pure(1, 1), "wrong"},
		{"every-expiry-does-its-work", "a delayed ACK", linux, spec.DelayedAckDue, none, instant, at(spec.CloseWait, owed), at(spec.CloseWait), pure(1, 2), "ok"},
		{"every-expiry-does-its-work", "no delayed ACK", linux, spec.DelayedAckDue, none, instant, at(spec.CloseWait, owed), at(spec.CloseWait), none, "wrong"},
		{"every-expiry-does-its-work", "a keepalive probe", linux, spec.KeepaliveDue, none, instant, at(spec.Established), at(spec.Established), pure(0, 1), "ok"},
		{"every-expiry-does-its-work", "keepalive ends", linux, spec.KeepaliveDue, none, instant, at(spec.Established, func(e *spec.Endpoint) { e.Probes = 9 }), at(spec.Closed), active(1, 1), "ok"},
		{"every-expiry-does-its-work", "keepalive ends without a word", linux, spec.KeepaliveDue, none, instant, at(spec.Established, func(e *spec.Endpoint) { e.Probes = 9 }), at(spec.Closed), none, "wrong"},
		{"every-expiry-does-its-work", "keepalive goes on", linux, spec.KeepaliveDue, none, instant, at(spec.Established, func(e *spec.Endpoint) { e.Probes = 9 }), at(spec.Established), pure(0, 1), "wrong"},

		{"time-wait-begins-anew", "its timer runs already", linux, spec.Deliver, finAck, instant, at(spec.FinWait2), at(spec.TimeWait), pure(2, 2), "wrong"},
		{"time-wait-begins-anew", "it goes on", linux, spec.Deliver, finAck, instant, at(spec.TimeWait), at(spec.TimeWait), pure(2, 2), ""},
		{"keepalive-waits-for-silence", "the peer talks, and the timer runs on", alive, spec.Deliver, data, instant, at(spec.Established), at(spec.Established), none, "wrong"},
		{"keepalive-waits-for-silence", "no SO_KEEPALIVE", linux, spec.Deliver, data, instant, at(spec.Established), at(spec.Established), none, ""},

		{"time-wait-takes-a-newer-syn-only", "newer, taken", listens, spec.Deliver, syn(5), instant, at(spec.TimeWait, mini), at(spec.SynRcvd), none, "ok"},
		{"time-wait-takes-a-newer-syn-only", "newer, taken by a full socket", listens, spec.Deliver, syn(5), instant, at(spec.TimeWait), at(spec.SynRcvd), none, "ok"},
		{"time-wait-takes-a-newer-syn-only", "newer, refused", listens, spec.Deliver, syn(5), instant, at(spec.TimeWait, mini), at(spec.TimeWait, mini), pure(2, 2), "wrong"},
		{"time-wait-takes-a-newer-syn-only", "old, taken", listens, spec.Deliver, syn(1), instant, at(spec.TimeWait, mini), at(spec.SynRcvd), none, "wrong"},
		{"time-wait-takes-a-newer-syn-only", "old, refused", listens, spec.Deliver, syn(1), instant, at(spec.TimeWait, mini), at(spec.TimeWait, mini), pure(2, 2), "ok"},
		{"time-wait-takes-a-newer-syn-only", "old, ends it", listens, spec.Deliver, syn(1), instant, at(spec.TimeWait, mini), at(spec.Closed), none, "wrong"},
		{"time-wait-takes-a-newer-syn-only", "nobody listens", linux, spec.Deliver, syn(5), instant, at(spec.TimeWait, mini), at(spec.TimeWait, mini), none, ""},

		{"error-is-told-once", "told and cleared", linux, spec.AppCall, none, instant, at(spec.Closed), at(spec.Closed, func(e *spec.Endpoint) { e.SawErr = spec.EPIPE }), none, "ok"},
		{"error-is-told-once", "told and kept", linux, spec.AppCall, none, instant, at(spec.Closed), at(spec.Closed, func(e *spec.Endpoint) { e.SawErr, e.Error = spec.EPIPE, spec.EPIPE }), none, "wrong"},
		{"write-after-the-fin-fails", "it fails", writes, spec.AppCall, none, instant, at(spec.FinWait2), at(spec.FinWait2, func(e *spec.Endpoint) { e.SawErr = spec.EPIPE }), none, "ok"},
		{"write-after-the-fin-fails", "it is taken", writes, spec.AppCall, none, instant, at(spec.FinWait2), at(spec.FinWait2), none, "wrong"},
		{"write-after-the-fin-fails", "before the FIN", writes, spec.AppCall, none, instant, at(spec.Established), at(spec.Established), none, ""},
		{"segments-carry-current-numbers", "ACK of a FIN", linux, spec.Deliver, fin, instant, at(spec.Established), at(spec.CloseWait), pure(1, 2), "ok"},
		{"segments-carry-current-numbers", "the FIN is not counted", linux, spec.Deliver, fin, instant, at(spec.Established), at(spec.CloseWait), pure(1, 1), "wrong"},
		{"segments-carry-current-numbers", "an old number", linux, spec.Deliver, fin, instant, at(spec.Established), at(spec.CloseWait), pure(0, 2), "wrong"},
		{"segments-carry-current-numbers", "a keepalive probe", linux, spec.KeepaliveDue, none, instant, at(spec.Established), at(spec.Established), pure(0, 1), "ok"},
		{"segments-carry-current-numbers", "a FIN without ACK", linux, spec.AppCall, none, instant, at(spec.Established), at(spec.FinWait1), spec.Segment{Flags: spec.FIN, Seq: 1}, "wrong"},
		{"no-needless-ack", "an ACK of an ACK", linux, spec.Deliver, pure(1, 1), instant, at(spec.Established), at(spec.Established), pure(1, 1), "wrong"},
		{"no-needless-ack", "an ACK of a probe", linux, spec.Deliver, pure(0, 1), instant, at(spec.Established), at(spec.Established), pure(1, 1), "ok"},
		{"no-needless-ack", "a segment without a connection", linux, spec.Deliver, fin, instant, at(spec.Closed), at(spec.Closed), rst(1), ""},
		{"ack-of-the-unsent-is-answered", "answered", linux, spec.Deliver, pure(1, 3), instant, at(spec.FinWait1), at(spec.FinWait1), pure(2, 1), "ok"},
		{"ack-of-the-unsent-is-answered", "silence", linux, spec.Deliver, pure(1, 3), instant, at(spec.FinWait1), at(spec.FinWait1), none, "wrong"},
		{"ack-of-the-unsent-is-answered", "limited", linux, spec.Deliver, pure(1, 3), instant, at(spec.FinWait1, limited), at(spec.FinWait1, limited), none, "ok"},
		{"ack-of-the-unsent-is-answered", "taken", linux, spec.Deliver, pure(1, 3), instant, at(spec.FinWait1), at(spec.FinWait2), pure(2, 1), "wrong"},

		{"opened-window-is-told", "an update", full, spec.AppCall, none, instant, at(spec.Established, unread), at(spec.Established), pure(1, 1), "ok"},
		{"opened-window-is-told", "none", full, spec.AppCall, none, instant, at(spec.Established, unread), at(spec.Established), none, "wrong"},
		{"opened-window-is-told", "it stays closed", full, spec.AppCall, none, instant, at(spec.Established, unread), at(spec.FinWait1, unread), fins(1), ""},

		{"no-connection-is-told", "an RST", linux, spec.Deliver, finAck, instant, at(spec.Closed), at(spec.Closed), rst(2), "ok"},
		{"no-connection-is-told", "with another number", linux, spec.Deliver, finAck, instant, at(spec.Closed), at(spec.Closed), rst(1), "wrong"},
		{"no-connection-is-told", "silence", linux, spec.Deliver, finAck, instant, at(spec.Closed), at(spec.Closed), none, "wrong"},
		{"no-connection-is-told", "to an RST", linux, spec.Deliver, rst(1), instant, at(spec.Closed), at(spec.Closed), none, ""},

		// limits
		{"progress-ends-the-give-up-clocks", "they end", linux, spec.Deliver, ack, instant, at(spec.FinWait1, pendingLimit), at(spec.FinWait2), none, "ok"},
		{"progress-ends-the-give-up-clocks", "one runs on", linux, spec.Deliver, ack, instant, at(spec.FinWait1, pendingLimit), at(spec.FinWait2, pendingLimit), none, "wrong"},
		{"progress-ends-the-give-up-clocks", "the backoff stays", linux, spec.Deliver, ack, instant, at(spec.FinWait1), at(spec.FinWait2, func(e *spec.Endpoint) { e.Backoff = 2 }), none, "wrong"},
		{"progress-restarts-the-rto", "it runs on", linux, spec.Deliver, ack, instant, at(spec.FinWait1, twoOut), at(spec.FinWait1, twoOut, func(e *spec.Endpoint) { e.SndUna = 2 }), none, "wrong"},
		{"progress-restarts-the-rto", "nothing is outstanding", linux, spec.Deliver, ack, instant, at(spec.FinWait1), at(spec.FinWait2), none, ""},
		{"limits-are-those-set", "tcp_orphan_retries", linux, spec.OrphanLimitDue, none, oneEarly(102_200), at(spec.FinWait1), at(spec.FinWait1), none, "ok"},
		{"limits-are-those-set", "one retry less", linux, spec.OrphanLimitDue, none, oneEarly(51_000), at(spec.FinWait1), at(spec.FinWait1), none, "wrong"},
		{"limits-are-those-set", "tcp_retries2", linux, spec.Retries2LimitDue, none, oneEarly(924_600), at(spec.FinWait1), at(spec.FinWait1), none, "ok"},
		{"limits-are-those-set", "R2", rfc, spec.Retries2LimitDue, none, oneEarly(100_000), at(spec.FinWait1), at(spec.FinWait1), none, "ok"},
		{"limits-are-those-set", "no R2", rfc, spec.Retries2LimitDue, none, oneEarly(924_600), at(spec.FinWait1), at(spec.FinWait1), none, "wrong"},
		{"limits-are-those-set", "keepalive", linux, spec.KeepaliveDue, none, [2]int64{7200 * spec.Second, 7200 * spec.Second}, at(spec.Established), at(spec.Established), pure(0, 1), "ok"},
		{"rto-doubles", "the second", linux, spec.RexmtTimeout, none, millis(408), at(spec.FinWait1, backoff(1)), at(spec.FinWait1, backoff(2)), fins(1), "ok"},
		{"rto-doubles", "as long as the first", linux, spec.RexmtTimeout, none, millis(204), at(spec.FinWait1, backoff(1)), at(spec.FinWait1, backoff(2)), fins(1), "wrong"},
		{"rto-doubles", "begins anew", linux, spec.RexmtTimeout, none, millis(408), at(spec.FinWait1, backoff(1)), at(spec.FinWait1, backoff(0)), fins(1), "wrong"},
		{"rto-doubles", "a loss probe does not count", linux, spec.RexmtTimeout, none, millis(204), at(spec.FinWait1, func(e *spec.Endpoint) { e.Rexmt = spec.LossProbe }), at(spec.FinWait1), fins(1), ""},

		// what an application is told
		{"error-tells-how-it-ended", "reset", linux, spec.Deliver, rst(1), instant, at(spec.FinWait1), ended(spec.EndedReset, spec.ECONNRESET), none, "ok"},
		{"error-tells-how-it-ended", "reset, and nobody is told", linux, spec.Deliver, rst(1), instant, at(spec.FinWait1), ended(spec.EndedReset, spec.NoError), none, "wrong"},
		{"error-tells-how-it-ended", "reset behind the FIN", linux, spec.Deliver, rst(2), instant, at(spec.CloseWait), ended(spec.EndedReset, spec.EPIPE), none, "ok"},
		{"error-tells-how-it-ended", "gave up", linux, spec.RexmtTimeout, none, instant, at(spec.FinWait1), ended(spec.EndedGaveUp, spec.ETIMEDOUT), none, "ok"},
		{"error-tells-how-it-ended", "gave up after an ICMP error", linux, spec.RexmtTimeout, none, instant, at(spec.FinWait1, func(e *spec.Endpoint) { e.SoftError = true }), ended(spec.EndedGaveUp, spec.ETIMEDOUT), none, "wrong"},
		{"error-tells-how-it-ended", "an error in an orderly end", linux, spec.Deliver, ack, instant, at(spec.LastAck), ended(spec.EndedNormally, spec.ECONNRESET), none, "wrong"},
		{"error-tells-how-it-ended", "an error without an end", linux, spec.Deliver, ack, instant, at(spec.Established), at(spec.Established, func(e *spec.Endpoint) { e.Error = spec.EPIPE }), none, "wrong"},
		{"error-tells-how-it-ended", "an orphan", linux, spec.Deliver, rst(1), instant, at(spec.FinWait1, orphan), at(spec.Closed), none, ""},
		{"abort-sends-rst", "SO_LINGER 0", linger0, spec.AppCall, none, instant, at(spec.Established), at(spec.Closed), active(1, 1), "ok"},
		{"abort-sends-rst", "SO_LINGER 0, silently", linger0, spec.AppCall, none, instant, at(spec.Established), at(spec.Closed), none, "wrong"},
		{"abort-sends-rst", "SO_LINGER 0 in LAST_ACK", linger0, spec.AppCall, none, instant, at(spec.LastAck), at(spec.Closed), none, ""},
		{"abort-sends-rst", "unread data, a FIN", linux, spec.AppCall, none, instant, at(spec.Established, unread), at(spec.FinWait1), fins(1), "wrong"},
		{"lingering-close-waits", "it waits", linger5, spec.AppCall, none, instant, at(spec.Established), at(spec.FinWait1, lingering), fins(1), "ok"},
		{"lingering-close-waits", "it returns at once", linger5, spec.AppCall, none, instant, at(spec.Established), at(spec.FinWait1, orphan), fins(1), "wrong"},
		{"lingering-close-waits", "the time is over", linger5, spec.LingerTimeout, none, instant, at(spec.FinWait1, lingering), at(spec.FinWait1, orphan), none, "ok"},
		{"lingering-close-waits", "an ACK of nothing ends it", linger5, spec.Deliver, pure(1, 1), instant, at(spec.FinWait1, lingering), at(spec.FinWait1, orphan), none, "wrong"},
		{"lingering-close-waits", "the FIN is acknowledged", linger5, spec.Deliver, ack, instant, at(spec.FinWait1, lingering), at(spec.FinWait2, orphan), none, "ok"},

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
