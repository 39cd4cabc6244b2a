package spec

import "math/bits"

// receiveText is the seventh check of RFC 9293 §3.10.7.4, with the FIN as the
// last number of the text (Linux tcp_data_queue).
func (t *step) receiveText(h Host, g Segment) {
	e := &t.s.Host[h]
	if g.Seq == g.End() {
		return // nothing but an ACK
	}
	full := row(t, h, FullText, &t.m.tables[h].fullText)
	if !full && !g.Seq.Before(e.RcvNxt) {
		return // beyond the peer's FIN there is nothing: ignored, not even acknowledged
	}
	// In the states behind the peer's FIN that is text which begins before the
	// FIN and goes on beyond it; Linux falls through to the same test.
	if (e.State == FinWait1 || e.State == FinWait2 || t.m.p.Profile == Linux && !full) && t.lateData(h, g) {
		return
	}
	switch {
	case !g.End().After(e.RcvNxt): // all of it was here before: acknowledge at once
		t.sendAck(h)
	case g.Len > 0 && !t.m.windowOpen(h, e), !g.Seq.Before(e.RcvNxt + t.m.wnd()):
		t.sendAck(h) // no room: the peer learns of it at once
	case g.Seq.After(e.RcvNxt):
		t.hold(h, g)
		t.sendAck(h) // duplicate ACK
	default:
		t.receiveInOrder(h, g)
	}
}

// hold keeps what arrived beyond a hole (RFC 9293 §3.10.7.4, SHLD-31).
func (t *step) hold(h Host, g Segment) {
	e := &t.s.Host[h]
	first := uint8(g.Seq - e.RcvNxt) // at least 1
	for i := range g.Len {
		e.Held |= 1 << (first + i)
	}
	if g.Has(FIN) {
		e.HeldFin = first + g.Len + 1
	}
}

// receiveInOrder takes the text of g, of which the first number that is new is
// RCV.NXT, and all that was held behind it.
func (t *step) receiveInOrder(h Host, g Segment) {
	e := &t.s.Host[h]
	hole := e.Held != 0 || e.HeldFin != 0
	fin := g.Has(FIN)
	e.advance(uint8(g.Seq + Seq(g.Len) - e.RcvNxt))
	if !fin {
		e.advance(uint8(bits.TrailingZeros8(^e.Held)))
		fin = e.HeldFin == 1
	}
	t.applicationReads(h)
	if fin {
		t.receiveFIN(h, hole)
		return
	}
	t.acknowledgeLater(h, hole)
}

// advance moves RCV.NXT over n data units.
func (e *Endpoint) advance(n uint8) {
	e.RcvNxt += Seq(n)
	e.Unread += n
	e.Held >>= n
	if e.HeldFin > 0 {
		e.HeldFin -= n
	}
}

// acknowledgeLater delays the ACK of new text (RFC 9293 §3.8.6.3), unless the
// host does not delay or a hole was filled (RFC 5681 §4.2).
func (t *step) acknowledgeLater(h Host, now bool) {
	if now || t.m.p.Host[h].DelayedAck[1] == 0 {
		t.sendAck(h)
	} else {
		t.s.Host[h].DelayedAck = true
	}
}

// receiveFIN is the eighth check of RFC 9293 §3.10.7.4 for an in-order FIN (Linux
// tcp_fin): table onFIN. In CLOSE_WAIT the ACK may wait for a FIN of ours, so
// that three segments do for the close; everywhere else, and where a hole was
// filled, it leaves at once.
func (t *step) receiveFIN(h Host, hole bool) {
	e := &t.s.Host[h]
	e.RcvNxt++
	e.PeerFin = true
	e.Held, e.HeldFin = 0, 0
	switch to := row(t, h, OnFIN, &t.m.tables[h].onFIN); to {
	case CloseWait:
		e.State = to
		t.acknowledgeLater(h, hole)
	case TimeWait:
		t.sendAck(h)
		t.toTimeWait(h)
	default:
		t.sendAck(h)
		e.State = to
	}
}
