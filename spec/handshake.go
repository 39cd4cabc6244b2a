package spec

// The handshake of the next connection between the same ports (RFC 9293 §3.10.1,
// §3.10.7.2, §3.10.7.3 and what §3.10.7.4 says of SYN_RCVD). LISTEN is no state of
// an endpoint here: the listening socket stands beside the connections
// (HostParams.Listens) and takes a SYN where there is none.

// reopens reports whether more than one connection of the four-tuple is modelled.
func (m *Model) reopens() bool { return m.p.Incarnations > 1 }

// opening reports whether the handshake of the connection is under way.
func (e *Endpoint) opening() bool { return e.State == SynSent || e.State == SynRcvd }

// newest is the newest connection that the host has had.
func (e *Endpoint) newest() uint8 { return max(e.Incarnation, e.Newest) }

// turnTo makes incarnation the connection of the endpoint. Only an old duplicate of a SYN
// (RFC 9293 figure 9), or TIME_WAIT that comes back, turns to an earlier one.
func (e *Endpoint) turnTo(incarnation uint8) {
	newest := e.newest()
	e.Incarnation, e.Newest = incarnation, 0
	if newest > incarnation {
		e.Newest = newest
	}
}

// open replaces what is left of the last connection by a new one. Its application
// begins anew: what it read and was told belongs to the last one.
func (t *step) open(h Host, incarnation uint8, state ConnState, isn Seq) {
	old := &t.s.Host[h]
	t.s.Host[h] = Endpoint{
		State: state, Incarnation: old.Incarnation, Newest: old.Newest, ISS: isn, SndUna: isn, SndNxt: isn + 1, SndEnd: isn + 1,
		PC: old.PC, Offline: old.Offline, ClockPassed: old.ClockPassed, AckLimited: old.AckLimited,
		Stamped: old.Stamped, SameStamps: old.Stamped,
		Rexmt: RTO,
	}
	t.s.Host[h].turnTo(incarnation)
	t.restart(RexmtTimeout, h)
}

// connect is connect(2) on the ports of the last connection (RFC 9293 §3.10.1, active
// OPEN). Where something of it is left, reuse.go decides.
func (t *step) connect(h Host) {
	e := &t.s.Host[h]
	above := false
	if e.State != Closed {
		if !t.reusable(h) {
			t.tell(h, EADDRNOTAVAIL)
			return
		}
		above = true // tcp_twsk_unique
	}
	next := e.newest() + 1
	t.open(h, next, SynSent, t.newISN(h, next, above))
	e.Open = true
	t.sendSYN(h)
}

// sendSYN sends the SYN, or the SYN+ACK, of the connection, again or for the first time.
func (t *step) sendSYN(h Host) {
	e := &t.s.Host[h]
	g := Segment{Flags: SYN, Seq: e.ISS}
	if e.State == SynSent {
		g.Flags |= incarnationTag(e.Incarnation)
		t.put(h, g)
		return
	}
	t.transmit(h, g)
}

// arriveListen is a segment for the listening socket (RFC 9293 §3.10.7.2).
func (t *step) arriveListen(h Host, g Segment) {
	switch {
	case g.Has(RST):
	case g.Has(ACK):
		t.refuse(h, g)
	case g.Has(SYN) && !(t.m.p.Profile == Linux && g.Has(FIN)): // tcp_rcv_state_process drops SYN+FIN
		t.acceptSYN(h, g, t.newISN(h, g.Incarnation(), false))
	}
}

// acceptSYN is a passive open.
func (t *step) acceptSYN(h Host, g Segment, isn Seq) {
	e := &t.s.Host[h]
	t.open(h, g.Incarnation(), SynRcvd, isn)
	e.RcvNxt = g.Seq + 1
	t.sendSYN(h) // no descriptor refers to it before the handshake is over
}

// afterAccept is where the script of h goes on once a connection was accepted.
func (m *Model) afterAccept(h Host, pc uint8) uint8 {
	script := m.p.Host[h].Script
	for i := int(pc); i < len(script); i++ {
		if script[i].Do == Accept {
			return uint8(i + 1)
		}
	}
	return uint8(len(script))
}

// arriveSynSent is RFC 9293 §3.10.7.3.
func (t *step) arriveSynSent(h Host, g Segment) {
	e := &t.s.Host[h]
	if g.Has(ACK) && (g.Ack != e.SndNxt || t.answersOlder(h, g)) {
		if !g.Has(RST) {
			t.refuse(h, g)
			t.synAgain(h)
		}
		return
	}
	switch {
	case g.Has(RST):
		if g.Has(ACK) { // of the SYN: it is meant for this connection
			t.reset(h)
		}
	case !g.Has(SYN):
	case g.Has(ACK):
		e.RcvNxt = g.Seq + 1
		t.established(h)
		t.sendAck(h)
	default: // the peer opens too, or it is an old SYN
		e.State, e.RcvNxt = SynRcvd, g.Seq+1
		e.Backoff, e.Rexmt = 0, RTO
		t.restart(RexmtTimeout, h)
		t.sendSYN(h)
	}
}

// established ends the handshake: the SYN is acknowledged. The application of a passive
// open goes on behind its next accept.
func (t *step) established(h Host) {
	e := &t.s.Host[h]
	if !e.Open {
		e.PC = t.m.afterAccept(h, e.PC)
	}
	e.Waited, e.WaitedSnd, e.WaitedRcv = 0, 0, 0
	e.State, e.Open, e.RcvWup = Established, true, e.RcvNxt
	t.acknowledged(h, e.SndNxt)
}

// synAgain: Linux sends the SYN again 2 jiffies after it has refused an ACK, unless it
// has retransmitted it before (tcp_rcv_synsent_state_process, TCP_TIMEOUT_MIN). So a
// peer that is still in LAST_ACK, and goes with the RST, delays a connection little.
func (t *step) synAgain(h Host) {
	e := &t.s.Host[h]
	if t.m.p.Profile == Linux && e.Backoff == 0 {
		e.Rexmt = SYNAgain
		t.restart(RexmtTimeout, h)
	}
}

// arriveSynRcvd is RFC 9293 §3.10.7.4 in SYN_RCVD; without a descriptor it is the
// request socket of Linux (tcp_check_req).
func (t *step) arriveSynRcvd(h Host, g Segment) {
	e := &t.s.Host[h]
	request := !e.Open
	same := g.Has(SYN) && g.Seq == e.RcvNxt-1
	acks := g.Has(ACK) && g.Ack == e.SndNxt
	switch {
	case t.older(h, g):
		t.limitedAck(h)
	case same && !g.Has(RST) && !acks: // the SYN again
		if t.m.p.Profile == Linux && request {
			if !e.AckLimited {
				e.AckLimited = true
				t.sendSYN(h)
			}
		} else {
			t.limitedAck(h)
		}
	case same && !g.Has(RST): // both opened: the SYN+ACK of the peer (RFC 9293 figure 8)
		t.established(h)
		t.sendAck(h)
	case !t.acceptable(h, g):
		if !g.Has(RST) {
			t.limitedAck(h)
		}
	case g.Has(RST):
		t.resetHandshake(h, g.Seq == e.RcvNxt || !t.rules.exactRST || t.m.p.Profile == Linux && request)
	case g.Has(SYN):
		if t.m.p.Profile == Linux && request {
			t.toClosed(h, EndedReset)
			t.refuse(h, g)
		} else {
			t.limitedAck(h)
		}
	case !g.Has(ACK):
	case !acks:
		t.refuse(h, g)
	default:
		t.established(h)
		t.receiveText(h, g)
	}
}

// resetHandshake is an RST in the window of SYN_RCVD. A passive open returns to LISTEN,
// or to TIME_WAIT if its SYN has ended that, and nobody is told.
func (t *step) resetHandshake(h Host, accepted bool) {
	switch e := &t.s.Host[h]; {
	case !accepted:
		t.limitedAck(h)
	case e.Waited > 0 && t.rules.returnsToTimeWait:
		t.returnToTimeWait(h)
	default:
		t.reset(h)
	}
}

// synTimeout retransmits the SYN or SYN+ACK, until its retries are spent (Linux
// tcp_write_timeout, reqsk_timer_handler).
func (t *step) synTimeout(h Host) {
	e, c := &t.s.Host[h], &t.m.p.Host[h]
	retries := c.TCPSynRetries
	if e.State == SynRcvd {
		retries = c.TCPSynackRetries
	}
	if e.Backoff >= retries {
		t.giveUp(h)
		return
	}
	e.Backoff++
	e.Rexmt = RTO
	t.sendSYN(h)
	t.restart(RexmtTimeout, h)
}

// synRTO is the timeout of a SYN.
func (c *HostParams) synRTO(e *Endpoint) int64 {
	if e.Rexmt == SYNAgain {
		return 8 * Millisecond // 2 jiffies at HZ=250
	}
	d := c.SynRTO
	for range e.Backoff {
		d = min(2*d, c.RTOMax)
	}
	return d
}
