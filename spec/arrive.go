package spec

// window is the size of an open receive window. It only has to be larger than
// all that one connection sends, and small enough for the circle of Seq: the
// window is either open or zero, its size is not modelled. Where connections follow
// each other it is nextWindow.
const window = 64

func (m *Model) wnd() Seq {
	if m.reopens() && m.p.ISN != ISNObserved {
		return nextWindow
	}
	return window
}

// windowOpen reports whether e has room for data.
func (m *Model) windowOpen(h Host, e *Endpoint) bool {
	b := m.p.Host[h].ReceiveBuffer
	return b == 0 || e.Unread < b
}

// arrive is RFC 9293 §3.10.7, SEGMENT ARRIVES.
func (t *step) arrive(h Host, g Segment) {
	switch e := &t.s.Host[h]; {
	case e.Down || e.Offline: // nobody is there
	case e.State == Closed && t.m.reopens() && t.m.p.Host[h].Listens:
		t.arriveListen(h, g)
	case e.State == Closed:
		t.refuse(h, g)
	case e.State == SynSent:
		t.arriveSynSent(h, g)
	case e.State == SynRcvd:
		t.arriveSynRcvd(h, g)
	case e.State == TimeWait:
		t.arriveTimeWait(h, g)
	case e.Mini:
		t.arriveFinWait2Mini(h, g)
	default:
		t.arriveSynchronized(h, g)
	}
}

// arriveSynchronized takes the checks in the order of RFC 9293 §3.10.7.4 (Linux
// tcp_validate_incoming, tcp_rcv_state_process): sequence number, RST, SYN, ACK,
// text, FIN.
func (t *step) arriveSynchronized(h Host, g Segment) {
	e := &t.s.Host[h]
	// Linux drops a segment with none of ACK, RST and SYN before it looks at
	// anything else (tcp_rcv_established, tcp_rcv_state_process).
	if t.m.p.Profile == Linux && g.Flags&(ACK|RST|SYN) == 0 {
		return
	}
	if t.older(h, g) {
		t.limitedAck(h)
		return
	}
	exactRST := g.Has(RST) && (g.Seq == e.RcvNxt ||
		t.rules.linuxWindow && g.Seq == e.RcvNxt-1 && row(t, h, ResetCheck, &t.m.tables[h].resetCheck))

	// First, the sequence number.
	if !t.acceptable(h, g) {
		switch {
		case g.Has(RST):
			if exactRST && t.rules.linuxWindow {
				t.reset(h)
			}
		case g.Has(SYN) || g.Seq == g.End():
			t.limitedAck(h)
		default: // a retransmission must be acknowledged whenever it comes
			t.sendAck(h)
		}
		// At a window of zero a valid ACK is still taken (RFC 9293 §3.10.7.4:
		// "special allowance should be made").
		zero := !t.m.windowOpen(h, e) && !g.Seq.Before(e.RcvNxt)
		if !t.rules.linuxWindow && zero && !g.Has(RST) && !g.Has(SYN) && g.Has(ACK) &&
			t.acceptAck(h, g) {
			if e.FinAcked() {
				t.ackOfFIN(h, g)
			}
			if e.State != Closed && e.State != TimeWait {
				t.output(h)
			}
		}
		return
	}
	// Second, the RST bit.
	if g.Has(RST) {
		if exactRST || !t.rules.exactRST {
			t.reset(h)
		} else {
			t.limitedAck(h) // challenge ACK, RFC 5961 §3.2
		}
		return
	}
	// Fourth, the SYN bit: challenge ACK, RFC 5961 §4.2. (The third check is of
	// security and compartment and is not modelled.)
	if g.Has(SYN) {
		t.limitedAck(h)
		return
	}
	// Fifth, the ACK field.
	if !g.Has(ACK) || !t.acceptAck(h, g) {
		return
	}
	if e.FinAcked() && t.ackOfFIN(h, g) {
		return
	}
	// Seventh, the text; eighth, the FIN.
	t.receiveText(h, g)
	if e.State != Closed && e.State != TimeWait {
		t.output(h)
	}
}

// acceptable is the first check of RFC 9293 §3.10.7.4.
func (t *step) acceptable(h Host, g Segment) bool {
	e := &t.s.Host[h]
	var wnd Seq
	if t.m.windowOpen(h, e) {
		wnd = t.m.wnd()
	}
	right := e.RcvNxt + wnd
	if t.rules.linuxWindow { // tcp_sequence
		return !g.End().Before(e.RcvWup) && !g.Seq.After(right)
	}
	if g.Seq == g.End() {
		return g.Seq == e.RcvNxt || inside(g.Seq, e.RcvNxt, right)
	}
	// A FIN takes no buffer: it is accepted at a window of zero (RFC 9293
	// §3.10.7.4: "special allowance should be made").
	if wnd == 0 {
		return g.Len == 0 && g.Seq == e.RcvNxt
	}
	return inside(g.Seq, e.RcvNxt, right) || inside(g.End()-1, e.RcvNxt, right)
}

// inside reports whether left <= a < right.
func inside(a, left, right Seq) bool { return !a.Before(left) && a.Before(right) }

// reset is an accepted RST: the connection is gone at once and nothing is sent
// (RFC 9293 §3.10.7.4, second check; Linux tcp_reset).
func (t *step) reset(h Host) {
	e := &t.s.Host[h]
	if e.Open && !e.Lingering {
		e.Error = row(t, h, OnReset, &t.m.tables[h].onReset)
	}
	t.toClosed(h, EndedReset)
}

// acceptAck is the fifth check: it takes in SEG.ACK and the window, and reports
// whether the segment goes on to the text.
func (t *step) acceptAck(h Host, g Segment) bool {
	e := &t.s.Host[h]
	// An old ACK is tolerated as far back as MAX.SND.WND (RFC 9293 §3.10.7.4,
	// RFC 5961 §5.2), by Linux no further than what was ever acknowledged (tcp_ack,
	// bytes_acked; measured on 6.18, in ESTABLISHED like everywhere else).
	back := t.m.wnd()
	if t.m.p.Profile == Linux {
		back = min(back, e.SndUna-e.ISS-1)
	}
	if g.Ack.After(e.SndNxt) || g.Ack.Before(e.SndUna-back) {
		t.limitedAck(h)
		return false
	}
	if g.Ack.Before(e.SndUna) {
		return true // an old ACK is ignored, its text is not
	}
	advanced := g.Ack.After(e.SndUna)
	t.restart(KeepaliveDue, h)
	e.Probes, e.SoftError = 0, false
	t.updateWindow(h, g, advanced)
	if advanced {
		t.acknowledged(h, g.Ack)
	}
	t.windowProbed(h)
	return true
}

// updateWindow is SND.WND of RFC 9293 §3.10.7.4 (Linux tcp_may_update_window).
func (t *step) updateWindow(h Host, g Segment, advanced bool) {
	if t.m.p.Host[h.Peer()].ReceiveBuffer == 0 {
		return // the peer's window never closes
	}
	e := &t.s.Host[h]
	if advanced || !g.Seq.Before(e.SndWl1) {
		e.SndWndZero, e.SndWl1 = g.Has(WndZero), g.Seq
	}
}

// ackOfFIN is what the acknowledgment of our FIN does to the state (table
// onAckOfFIN). It reports whether the segment is used up.
func (t *step) ackOfFIN(h Host, g Segment) (done bool) {
	e := &t.s.Host[h]
	from := e.State
	switch to := row(t, h, OnAckOfFIN, &t.m.tables[h].onAckOfFIN); {
	case to == from:
		return false
	case to == Closed:
		t.toClosed(h, EndedNormally)
		return true
	case to == TimeWait:
		t.toTimeWait(h)
		return true
	default:
		e.State = to // FIN_WAIT_2
		return !e.Open && t.orphanInFinWait2(h, g)
	}
}

// orphanInFinWait2 is the ACK of the FIN of an orphan (Linux
// tcp_rcv_state_process, TCP_FIN_WAIT1). It reports whether the segment is used
// up.
func (t *step) orphanInFinWait2(h Host, g Segment) (done bool) {
	e := &t.s.Host[h]
	if t.m.p.Profile == Linux {
		if t.m.p.Host[h].TCPLinger2 < 0 {
			t.toClosed(h, EndedAbort)
			t.refuse(h, g)
			return true
		}
		if t.lateData(h, g) {
			return true
		}
	}
	if g.Has(FIN) { // in order, for lateData took one beyond a hole: TIME_WAIT is next
		return false
	}
	t.waitForFIN(h)
	return e.Mini
}

// waitForFIN starts the time that an orphan stays in FIN_WAIT_2.
func (t *step) waitForFIN(h Host) {
	if !t.rules.finTimeout {
		return // RFC 9293 waits for ever
	}
	full, _ := t.m.p.finWait2Phases(h)
	switch {
	case full > 0:
		t.s.Host[h].Timer = FinWait2Keepalive
		t.restart(StateTimeout, h)
	case t.rules.miniSockets:
		t.toMini(h, FinWait2, FinWait2Timer)
	default:
		t.s.Host[h].Timer = FinWait2Timer
		t.restart(StateTimeout, h)
	}
}

// lateData resets the connection when new data, or a FIN beyond a hole, arrives
// although nobody can read any more (RFC 9293 §3.6.1, SHLD-3; Linux
// TCPAbortOnData). Linux counts the peer's FIN as the end of reading too
// (tcp_fin sets RCV_SHUTDOWN). It reports whether it did.
func (t *step) lateData(h Host, g Segment) bool {
	e := &t.s.Host[h]
	end := g.End()
	if g.Has(FIN) {
		end--
	}
	if !e.RcvShut && !(t.m.p.Profile == Linux && e.PeerFin) || g.Seq == g.End() || !end.After(e.RcvNxt) {
		return false
	}
	if e.Open && !e.Lingering {
		e.Error = row(t, h, OnReset, &t.m.tables[h].onReset)
	}
	t.toClosed(h, EndedLateData)
	t.refuse(h, g)
	return true
}
