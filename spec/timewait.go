package spec

// arriveTimeWait is a segment in TIME_WAIT.
func (t *step) arriveTimeWait(h Host, g Segment) {
	if t.rules.miniSockets {
		t.arriveTimeWaitMini(h, g)
		return
	}
	// RFC 9293 §3.10.7.4. The peer's FIN is the only thing that can arrive in
	// order; it lies before the window, is acknowledged and restarts 2·MSL
	// (fifth and eighth check). This goes before the first check, which would
	// only acknowledge it.
	e := &t.s.Host[h]
	switch {
	case g.Has(RST):
		if g.Seq == e.RcvNxt || !t.rules.exactRST && t.acceptable(h, g) {
			if !t.m.p.Host[h].TCPRfc1337 {
				t.assassinated(h)
			}
		} else if t.acceptable(h, g) {
			t.limitedAck(h)
		}
	case t.m.reopens() && t.rules.returnsToTimeWait && t.takesSYN(h, g):
		t.openNext(h, g)
	case g.Has(FIN):
		t.sendAck(h)
		t.restart(StateTimeout, h)
	case g.Has(SYN) || !t.acceptable(h, g):
		t.sendAck(h)
	}
}

// arriveTimeWaitMini is tcp_timewait_state_process of Linux for TIME_WAIT,
// without timestamps. Of the next connection, which a SYN opens where somebody
// listens, only the answer is modelled.
func (t *step) arriveTimeWaitMini(h Host, g Segment) {
	e := &t.s.Host[h]
	switch {
	case g.Has(RST):
		if g.Seq == e.RcvNxt && !t.m.p.Host[h].TCPRfc1337 {
			t.assassinated(h)
		}
	case t.takesSYN(h, g):
		t.openNext(h, g)
	case g.Seq == e.RcvNxt && g.Seq == g.End(): // a bare ACK in order
		t.restart(StateTimeout, h)
	default: // everything else is acknowledged; with an ACK bit it restarts the timer
		if g.Has(ACK) && t.rules.repeatTimeWait {
			t.restart(StateTimeout, h)
		}
		t.miniAck(h, g)
	}
}

// assassinated ends TIME_WAIT by an RST (RFC 1337).
func (t *step) assassinated(h Host) {
	if t.m.reopens() {
		t.toClosed(h, EndedInTimeWait)
	} else {
		t.toClosed(h, EndedReset)
	}
}

// NextISN is how far the initial number of the connection that a SYN in TIME_WAIT
// opens lies behind SND.NXT, on the model's circle: far, and not old. By Linux it is
// 65537 (tcp_timewait_state_process).
const NextISN Seq = 100

// openNext hands a SYN that is newer than all of the connection to the listening
// socket, and deletes the mini-socket (TCP_TW_SYN). A FIN beside it is thrown away
// there, and the SYN with it (tcp_rcv_state_process, TCP_LISTEN).
func (t *step) openNext(h Host, g Segment) {
	old := t.s.Host[h]
	isn := old.SndNxt + NextISN
	if t.m.reopens() {
		isn = t.newISN(h, g.Incarnation(), true)
	}
	t.toClosed(h, EndedByNext)
	switch {
	case g.Has(FIN) && t.m.p.Profile == Linux:
	case t.m.reopens():
		t.acceptSYN(h, g, isn)
		e := &t.s.Host[h]
		e.Waited = old.Incarnation + 1
		if t.rules.returnsToTimeWait {
			e.WaitedSnd, e.WaitedRcv = old.SndNxt, old.RcvNxt
		}
	default:
		t.put(h, Segment{Flags: SYN | ACK, Seq: isn, Ack: g.Seq + 1})
	}
}

// returnToTimeWait: the SYN that ended TIME_WAIT was an old duplicate (RFC 9293 §3.6.1,
// MAY-2). The time starts anew, for what was answered meanwhile is in flight.
func (t *step) returnToTimeWait(h Host) {
	was := t.s.Host[h]
	t.toClosed(h, NotEnded)
	e := &t.s.Host[h]
	e.turnTo(was.Waited - 1)
	e.State, e.Timer = TimeWait, TimeWaitTimer
	e.SndUna, e.SndNxt, e.SndEnd, e.FinQueued = was.WaitedSnd, was.WaitedSnd, was.WaitedSnd, true
	e.RcvNxt, e.RcvWup, e.PeerFin = was.WaitedRcv, was.WaitedRcv, true
	e.ActiveClose, e.FinSeq = true, was.WaitedSnd-1
	t.restart(StateTimeout, h)
}

// miniAck answers from a mini-socket; empty segments and SYNs are limited to one
// answer in 500 ms (tcp_timewait_check_oow_rate_limit).
func (t *step) miniAck(h Host, g Segment) {
	if g.Has(SYN) || g.Seq == g.End() {
		t.limitedAck(h)
	} else {
		t.sendAck(h)
	}
}

// arriveFinWait2Mini is tcp_timewait_state_process of Linux for the mini-socket
// of an orphan in FIN_WAIT_2.
func (t *step) arriveFinWait2Mini(h Host, g Segment) {
	e := &t.s.Host[h]
	switch right := e.RcvNxt + t.m.wnd(); {
	case !inMiniWindow(g, e.RcvNxt, right):
		t.miniAck(h, g) // even to an RST
	case g.Has(RST): // any RST in the window kills, there is no challenge ACK
		t.toClosed(h, EndedReset)
	case g.Has(SYN) && !g.Seq.Before(e.RcvNxt):
		t.refuseMini(h, g)
	case !g.Has(ACK) || !g.End().After(e.RcvNxt) || g.Seq == g.End():
		// a duplicate ACK: ignored
	case !g.Has(FIN) || g.End() != e.RcvNxt+1: // data, or a FIN with data or beyond a hole
		t.refuseMini(h, g)
	default:
		e.RcvNxt++
		e.PeerFin = true
		t.sendAck(h)
		e.State, e.Timer = TimeWait, TimeWaitTimer
		t.restart(StateTimeout, h)
	}
}

// refuseMini deletes the mini-socket and answers with an RST (TCP_TW_RST).
func (t *step) refuseMini(h Host, g Segment) {
	t.toClosed(h, EndedLateData)
	t.refuse(h, g)
}

// inMiniWindow is tcp_in_window of net/ipv4/tcp_minisocks.c.
func inMiniWindow(g Segment, left, right Seq) bool {
	return g.Seq == left ||
		g.End().After(left) && g.Seq.Before(right) ||
		g.Seq == right && g.Seq == g.End()
}
