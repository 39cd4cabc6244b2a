package properties

import (
	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/spec"
)

func rstProperties() []Property {
	return []Property{
		{
			Name:  "rst-only-when-allowed",
			Kind:  checker.StepAlways,
			Claim: "an RST is sent only for unread data, data after close, SO_LINGER 0, TCP_LINGER2 < 0, a keepalive that failed, ss -K, or a segment without a connection",
			About: "An RST destroys the peer's connection together with data it has not read yet, so each one needs a reason: close() with unread data, close() with SO_LINGER 0, " +
				"new data for a socket that nobody reads any more, TCP_LINGER2 < 0 once FIN_WAIT_2 is reached, keepalive probes without an answer, a socket that its administrator destroys, " +
				"or a segment that meets no connection. It is never sent in answer to an RST, by a retransmission timer, or out of TIME_WAIT, " +
				"and it carries the sequence number that makes the peer accept it.",
			Source: "RFC 9293 §3.5.2, §3.6.1 (MAY-1, SHLD-3), §3.10.5, §3.10.7.1; RFC 2525 §2.17; " +
				"Linux __tcp_close, tcp_disconnect, tcp_need_reset, tcp_rcv_state_process, tcp_keepalive_timer, tcp_abort, tcp_v4_send_reset, tcp_timewait_state_process",
			HoldsWhen: "Holds for all parameters.",
			Expect:    always(ExpectHolds),
			Make: func(p spec.Params) property {
				return stepAt(
					func(t *transition, h spec.Host) bool { return len(t.sent(h, isRST)) > 0 },
					func(t *transition, h spec.Host) bool { return rstAllowed(&p, t, h) },
				)
			},
		},
		{
			Name: "no-connection-is-told", Kind: checker.StepAlways,
			Claim:     "a segment that meets no connection is answered by an RST, unless it is one itself",
			About:     "The sender believes in a connection that is gone. Without the answer it goes on until it gives up: minutes, where one round trip would do.",
			Source:    "RFC 9293 §3.5.2, §3.10.7.1 (CLOSED STATE); Linux tcp_v4_rcv, no_tcp_socket",
			HoldsWhen: "Holds for all parameters.", Expect: always(ExpectHolds),
			Make: func(spec.Params) property {
				return stepAt(
					func(t *transition, h spec.Host) bool {
						g, arrives := t.arrives(h)
						return arrives && t.before(h).State == closed && !t.before(h).Down && !g.Has(spec.RST)
					},
					func(t *transition, h spec.Host) bool {
						g, _ := t.arrives(h)
						rsts := t.sent(h, isRST)
						return len(rsts) == 1 && rsts[0] == answerTo(g)
					},
				)
			},
		},
	}
}

// rstAllowed judges the RSTs that h sends in a step.
func rstAllowed(p *spec.Params, t *transition, h spec.Host) bool {
	rsts := t.sent(h, isRST)
	if len(rsts) != 1 || t.info.Host != h || t.before(h).Down {
		return false // one at a time, at the host where something happens
	}
	rst := rsts[0]
	if g, arrives := t.arrives(h); arrives {
		if g.Has(spec.RST) {
			return false
		}
		e := t.before(h)
		if e.State == closed || refusesData(e, g) || endsByLinger2(p, h, e, g) {
			return rst == answerTo(g) || e.Lingering && isActive(rst, e)
		}
		return false
	}
	e := t.before(h)
	if !isActive(rst, e) || t.after(h).State != closed {
		return false
	}
	switch t.info.Kind {
	case spec.AppCall:
		call, ok := t.call(p, h)
		if ok && destroys(call) { // tcp_abort, tcp_need_reset; a mini-socket is only killed
			return !e.Mini && setOf(established, finWait1, finWait2, closeWait).has(e.State)
		}
		return ok && closes(call) && abortsNow(p, h, e)
	case spec.KeepaliveDue:
		return keepaliveOver(&p.Host[h], e)
	case spec.LingerTimeout:
		return e.State == finWait2 && p.Profile == spec.Linux && p.Host[h].TCPLinger2 < 0
	}
	return false
}

// answerTo is the RST in answer to a segment that nobody takes (RFC 9293
// §3.10.7.1).
func answerTo(g spec.Segment) spec.Segment {
	if g.Has(spec.ACK) {
		return spec.Segment{Flags: spec.RST, Seq: g.Ack}
	}
	return spec.Segment{Flags: spec.RST | spec.ACK, Ack: g.End()}
}

// isActive: the RST is one of the connection's own, at SND.NXT.
func isActive(rst spec.Segment, e *spec.Endpoint) bool {
	return rst.Has(spec.ACK) && rst.Seq == e.SndNxt && rst.Ack == e.RcvNxt
}

// refusesData: g brings something new to an endpoint whose application has shut
// down reading (RFC 9293 §3.6.1, SHLD-3; Linux TCPAbortOnData): new data, or a
// FIN beyond a hole. The mini-socket of FIN_WAIT_2 takes a FIN at RCV.NXT and
// nothing else (TCP_TW_RST).
func refusesData(e *spec.Endpoint, g spec.Segment) bool {
	if e.State != finWait1 && e.State != finWait2 || g.Has(spec.RST) {
		return false
	}
	if e.Mini {
		syn := g.Has(spec.SYN) && !g.Seq.Before(e.RcvNxt)
		nextFIN := g.Has(spec.FIN) && g.End() == e.RcvNxt+1
		return syn || g.Has(spec.ACK) && g.Seq != g.End() && g.End().After(e.RcvNxt) && !nextFIN
	}
	dataEnd := g.End()
	if g.Has(spec.FIN) {
		dataEnd--
	}
	return e.RcvShut && g.Has(spec.ACK) && g.Seq != g.End() && dataEnd.After(e.RcvNxt)
}

// endsByLinger2: g acknowledges the FIN of a closed socket that wants no
// FIN_WAIT_2.
func endsByLinger2(p *spec.Params, h spec.Host, e *spec.Endpoint, g spec.Segment) bool {
	return p.Profile == spec.Linux && p.Host[h].TCPLinger2 < 0 &&
		e.State == finWait1 && (e.Orphan() || e.Lingering && !g.Has(spec.FIN)) && acksFIN(e, g)
}

// acksFIN: g acknowledges the FIN of e, which has been sent and was not
// acknowledged before.
func acksFIN(e *spec.Endpoint, g spec.Segment) bool {
	return g.Has(spec.ACK) && e.FinQueued && e.SndNxt == e.SndEnd && e.SndUna != e.SndEnd && g.Ack == e.SndEnd
}

// abortsNow: close() sends an RST instead of a FIN.
func abortsNow(p *spec.Params, h spec.Host, e *spec.Endpoint) bool {
	switch e.State {
	case closed, timeWait:
		return false // the descriptor has outlived the connection
	}
	if e.Unread > 0 {
		return true
	}
	if aborts(*p, h) {
		unsent := p.Profile == spec.Linux && e.SndNxt != e.SndEnd
		return unsent || e.State != closing && e.State != lastAck // tcp_need_reset
	}
	return p.Profile == spec.Linux && p.Host[h].TCPLinger2 < 0 && e.State == finWait2
}
