package spec

import "fmt"

// step is one step under construction: the next state, what was sent on the way
// and which timers were restarted. It is made anew for every Fire.
type step struct {
	m     *Model
	rules *rules
	fired EventInfo
	prev  *State
	s     State

	sent      [maxSent]Sent
	sentCount int
	restarted [2]uint16 // bit k: the event of EventKind k was restarted

	// choice of choices of an initial sequence number; 0 choices: none was picked.
	choice, choices int

	cover *Coverage // marks the rows that are looked up, when it is not nil

	list *listing // takes the next states instead of emit, when it is not nil
	// alone, when it is not nil, takes what became of the host before the network, or the
	// other host, has a say.
	alone func(*step)
}

// restart gives a timer a fresh window. A timer that becomes pending has one
// anyway.
func (t *step) restart(k EventKind, h Host) { t.restarted[h] |= 1 << k }

// transmit sends one segment of h. It carries the ACK of all that was received
// (RFC 9293 §3.10.4), and so does away with a delayed one.
func (t *step) transmit(h Host, g Segment) {
	e := &t.s.Host[h]
	g.Flags |= ACK | incarnationTag(e.Incarnation)
	g.Ack = e.RcvNxt
	if !t.m.windowOpen(h, e) {
		g.Flags |= WndZero
	}
	e.RcvWup = e.RcvNxt
	e.DelayedAck = false
	if (e.State == CloseWait || e.State == LastAck) && !g.Has(FIN) && !g.Has(RST) {
		e.AckedFinAlone = true
	}
	if g.Has(FIN) {
		e.FinSeq = g.End() - 1
		e.FinsSent = t.m.countFins(e.FinsSent)
	}
	t.put(h, g)
}

// countFins counts a copy of the FIN. Without durations nothing bounds the copies
// after the first: the count is an upper bound then, the largest there is.
func (m *Model) countFins(n uint8) uint8 {
	if m.any && n > 0 {
		return m.p.CountFins
	}
	return min(n+1, m.p.CountFins)
}

// put hands a segment to the network. A retransmission or an ACK that cannot leave
// the host is as good as lost (Linux takes the error for a loss).
func (t *step) put(h Host, g Segment) {
	if t.s.Host[h].Offline {
		return
	}
	t.stamp(h)
	if t.sentCount == maxSent {
		panic(fmt.Sprintf("spec: more than %d segments sent in one step: %+v then %v", maxSent, t.sent, g))
	}
	t.sent[t.sentCount] = Sent{From: h, Segment: g}
	t.sentCount++
}

// sendAck sends a pure ACK.
func (t *step) sendAck(h Host) { t.transmit(h, Segment{Seq: t.s.Host[h].SndNxt}) }

// limitedAck sends an ACK of the kinds that Linux limits to one in 500 ms
// (tcp_send_challenge_ack, and tcp_send_dupack to empty segments).
func (t *step) limitedAck(h Host) {
	e := &t.s.Host[h]
	if t.rules.ackQuota {
		if e.AckLimited {
			return
		}
		e.AckLimited = true
	}
	t.sendAck(h)
}

// sendReset aborts the connection for the peer (Linux tcp_send_active_reset). An
// RST is sent once and never again.
func (t *step) sendReset(h Host) {
	t.transmit(h, Segment{Flags: RST, Seq: t.s.Host[h].SndNxt})
}

// refuse answers a segment that no connection takes (RFC 9293 §3.10.7.1).
func (t *step) refuse(h Host, g Segment) {
	switch {
	case g.Has(RST): // an RST is never answered
	case g.Has(ACK):
		t.put(h, Segment{Flags: RST, Seq: g.Ack}.InIncarnation(g.Incarnation()))
	default:
		t.put(h, Segment{Flags: RST | ACK, Ack: g.End()}.InIncarnation(g.Incarnation()))
	}
}

// toClosed deletes the connection. What the application can still learn from an
// open descriptor stays: unread data, then an end, and the error. Ghosts go, but for
// how the connection ended: nothing is sent any more that they could tell of.
func (t *step) toClosed(h Host, why Ending) {
	e := &t.s.Host[h]
	gone := Endpoint{
		State: Closed, Ending: why,
		Open: e.Open, Error: e.Error, PC: e.PC, ToRead: e.ToRead,
		SawEOF: e.SawEOF, SawErr: e.SawErr, Read: e.Read, Written: e.Written, Down: e.Down, Offline: e.Offline, Lingering: e.Lingering,
		Incarnation: e.Incarnation, Newest: e.Newest, ClockPassed: e.ClockPassed, Stamped: e.Stamped, SameStamps: e.SameStamps,
	}
	if e.Open {
		gone.Unread = e.Unread
	}
	*e = gone
}

// toMini replaces the socket by what is left of it in FIN_WAIT_2 or TIME_WAIT
// (Linux tcp_time_wait): a mini-socket under the rules of Linux. An open
// descriptor keeps what it can still read. Where there is no bucket for a
// mini-socket the connection is deleted, and nothing is sent.
func (t *step) toMini(h Host, state ConnState, timer StateTimer) {
	if t.rules.miniSockets && t.m.p.Host[h].TCPMaxTwBuckets == 0 {
		t.toClosed(h, EndedNoBucket)
		return
	}
	old := t.s.Host[h]
	t.toClosed(h, NotEnded)
	e := &t.s.Host[h]
	e.State, e.Timer, e.Mini = state, timer, t.rules.miniSockets
	e.SndUna, e.SndNxt, e.SndEnd, e.FinQueued = old.SndEnd, old.SndEnd, old.SndEnd, true
	e.RcvNxt, e.RcvWup, e.PeerFin = old.RcvNxt, old.RcvNxt, old.PeerFin
	e.ActiveClose, e.FinSeq, e.ISS = old.ActiveClose, old.FinSeq, old.ISS
	t.restart(StateTimeout, h)
}

// toTimeWait enters TIME_WAIT and starts its timer (RFC 9293 §3.6.1).
func (t *step) toTimeWait(h Host) { t.toMini(h, TimeWait, TimeWaitTimer) }

// settle does what follows from a change without any further event: blocked
// calls of the application return, and a close() that waited is over.
func (t *step) settle() {
	for h := Client; h <= Server; h++ {
		t.applicationReads(h)
		e := &t.s.Host[h]
		if e.Lingering && !row(t, h, Lingers, &t.m.tables[h].lingers) {
			t.orphan(h)
		}
	}
}
