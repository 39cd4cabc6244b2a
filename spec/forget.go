package spec

import "slices"

// Canonical states: what no later rule reads is cleared, so that states which behave
// alike are equal. Rules clear most where they make it useless (toClosed, toMini,
// acknowledged); here is what depends on more than one of them. Ghosts stay as long
// as a property can read them. properties.TestStatesAreCanonical looks for what was
// overlooked.

// forget clears what no later rule reads of an endpoint.
func (t *step) forget(h Host) {
	e := &t.s.Host[h]
	if e.Probes != 0 && (e.Rexmt != Persist || e.LimitUser == LimitReached) && !t.m.keepsAlive(h, e) && t.m.clears(clearProbes) {
		e.Probes = 0 // begins anew with the next acceptable ACK, or the next closed window
	}
	if !t.probesLoss(h) && t.m.clears(clearRecovering) {
		e.Recovering = false
	}
	if e.Rexmt != LossProbe && t.m.clears(clearTail) { // no second one before recovery ends, and new text sets it anew
		e.SndTail = 0
	}
	if t.m.p.Profile == RFC9293 && e.RcvWup != e.RcvNxt && t.m.clears(clearHowMuchUnacked) {
		e.RcvWup = e.RcvNxt - 1 // that something is unacknowledged counts, Linux alone reads how much
	}
	if (e.SndWndZero || e.SndWl1 != 0) && e.SndNxt == e.SndEnd && !t.m.queues(h, e) && t.m.clears(clearSentWindow) {
		e.SndWndZero, e.SndWl1 = false, 0 // nothing is to be sent that would need the window
	}
	if e.FinAcked() && t.m.clears(clearFinsSent) {
		e.FinsSent = 0 // no copy follows, and what properties say of those before is said
	}
	if e.Newest != 0 && !t.m.connectsAgain(h, e) && t.m.clears(clearNewest) {
		e.Newest = 0
	}
	e.forgetGhosts(t.m.p.Forget)
	if e.Offline && t.m.clears(clearOffline) {
		e.Held, e.HeldFin, e.RcvWup, e.SndWl1 = 0, 0, e.RcvNxt, 0 // nothing arrives that they are held against
	}
}

// connectsAgain reports whether the script of h still has a connect().
func (m *Model) connectsAgain(h Host, e *Endpoint) bool {
	return slices.ContainsFunc(m.p.Host[h].Script[e.PC:], func(c Call) bool { return c.Do == Connect })
}

// queues reports whether the script of h can still queue text or a FIN.
func (m *Model) queues(h Host, e *Endpoint) bool {
	return !e.FinQueued && slices.ContainsFunc(m.p.Host[h].Script[e.PC:], func(c Call) bool {
		switch c.Do {
		case Send, ShutdownWR, ShutdownRDWR, Close, Exit:
			return true
		}
		return false
	})
}

// forgetNetwork clears what no later rule reads of the network, and of a host because
// of the other, in a state that is finished but for that.
func (m *Model) forgetNetwork(s *State) {
	if m.Mutated() {
		return // what a mutant reads, or still sends, is its own affair
	}
	if m.over(s) && m.clears(clearOver) {
		s.Net = [2]Bag{}
	}
	for h := Client; h <= Server; h++ {
		if m.reopens() {
			continue // the next connection may read what the last one does not
		}
		if (m.any || !m.p.Net.Queue) && m.clears(clearUnheard) { // the engine takes what leaves a queue for its head
			m.forgetUnheard(s, h)
		}
		if m.counts && m.clears(clearSent) {
			m.forgetSent(s, h)
		}
		if m.clears(clearWindow) {
			m.forgetWindow(s, h)
		}
		if m.clears(clearQuota) {
			m.forgetQuota(s, h)
		}
		if s.Host[h.Peer()].State == Closed && !textFor(s, h) && m.clears(clearHeld) {
			s.Host[h].Held, s.Host[h].HeldFin = 0, 0 // the hole stays
		}
		if s.Host[h.Peer()].State != FinWait1 && m.clears(clearAckedFinAlone) {
			s.Host[h].AckedFinAlone = false // whether a FIN brings the first ACK of the peer's: it has come
		}
	}
	if !m.reopens() && m.silent(s, Client) && m.silent(s, Server) {
		if m.clears(clearBudgets) {
			s.Losses, s.Duplicates = 0, 0 // nothing is sent any more that they could be spent on
		}
		if m.clears(clearSentAtEnd) {
			s.Sent = [2][numSegmentKinds]uint8{}
		}
		for h := range s.Host {
			if m.clears(clearArrivals) {
				s.Host[h].forgetArrivals()
			}
		}
	}
}

// over reports whether both connections are gone. Nothing comes of what is still in
// flight but RSTs that nobody hears.
func (m *Model) over(s *State) bool {
	return s.Host[Client].State == Closed && s.Host[Server].State == Closed && !m.p.Wire && !m.reopens() && !m.Mutated()
}

// forgetWindow clears SND.WL1 where nothing older can come any more.
func (m *Model) forgetWindow(s *State, h Host) {
	e, peer := &s.Host[h], h.Peer()
	if e.SndWl1 == 0 {
		return
	}
	oldest := s.Host[peer].SndUna
	if m.p.Host[peer].SoKeepalive || m.p.Host[h].ReceiveBuffer > 0 {
		oldest-- // a probe
	}
	if s.Host[peer].State != Closed && oldest.Before(e.SndWl1) {
		return
	}
	for i := range s.Net[peer] {
		if g := &s.Net[peer][i]; *g != (Segment{}) && !g.Has(RST) && g.Seq.Before(e.SndWl1) {
			return
		}
	}
	e.SndWl1 = 0
}

// forgetQuota clears, in TIME_WAIT, that an ACK of the limited kinds was sent: none
// is due any more. They answer empty segments out of order, and the peer, whose FIN
// was received, sends no new ones but probes.
func (m *Model) forgetQuota(s *State, h Host) {
	e := &s.Host[h]
	if !e.AckLimited || e.State != TimeWait || m.p.Host[h.Peer()].SoKeepalive || m.p.Wire {
		return
	}
	for _, g := range &s.Net[h.Peer()] {
		if g != (Segment{}) && g.Seq == g.End() && g.Seq != e.RcvNxt && !g.Has(RST) {
			return
		}
	}
	e.AckLimited = false
}

// textFor reports whether text or a FIN is in flight to h.
func textFor(s *State, h Host) bool {
	for _, g := range &s.Net[h.Peer()] {
		if g.Seq != g.End() {
			return true
		}
	}
	return false
}

// forgetArrivals clears what only segments that arrive or leave are held against.
func (e *Endpoint) forgetArrivals() {
	e.Held, e.HeldFin, e.RcvWup = 0, 0, e.RcvNxt
	e.SndWndZero, e.SndWl1, e.Recovering = false, 0, false
	e.AckedFinAlone = false
}

// unheard reports whether the arrival of g at h, now or later, changes nothing and is
// not noticed: what is pointless, an RST without a connection, and whatever comes to a
// host that is off, or cut off, for good. (A FIN on its way to FIN_WAIT_1 is seen by a
// property.) With durations only what is pointless is forgotten: pictures show the rest.
func (m *Model) unheard(s *State, h Host, g Segment) bool {
	if m.Mutated() {
		return false
	}
	e := &s.Host[h]
	switch {
	case m.pointless(s, h, g):
		return true
	case !m.any:
		return false
	case e.State == Closed:
		return g.Has(RST) || e.Offline || e.Down && !m.reboots(h, e)
	case e.Offline:
		return e.State != FinWait1 || !g.Has(FIN)
	}
	return false
}

// pointless reports whether g is an RST to a TIME_WAIT that stays, or will only be
// answered by such a one.
func (m *Model) pointless(s *State, h Host, g Segment) bool {
	e, peer := &s.Host[h], &s.Host[h.Peer()]
	switch {
	case m.p.Wire:
		return false
	case e.State == TimeWait && e.Mini:
		return g.Has(RST) && (g.Seq != e.RcvNxt || m.p.Host[h].TCPRfc1337)
	case e.State == Closed && peer.State == TimeWait && peer.Mini:
		return !e.Down && !e.Offline && g.Has(ACK) && (g.Ack != peer.RcvNxt || m.p.Host[h.Peer()].TCPRfc1337)
	}
	return false
}

// closes reports whether the arrival of g at h, now or later, can only close the
// connection: an RST in order, behind the peer's FIN. Further copies of it would come
// to CLOSED: those of one segment arrive in the order in which they were sent.
func (m *Model) closes(s *State, h Host, g Segment) bool {
	return m.closesAt(h, &s.Host[h], g)
}

func (m *Model) closesAt(h Host, e *Endpoint, g Segment) bool {
	return !m.reopens() && e.PeerFin && g.Has(RST) && g.Seq == e.RcvNxt && !e.Offline && !m.p.Host[h].TCPRfc1337 && !m.p.Wire
}

// reboots reports whether the script of a host that is down goes on.
func (m *Model) reboots(h Host, e *Endpoint) bool { return int(e.PC) < len(m.p.Host[h].Script) }

// forgetUnheard takes what h does not hear of out of flight, and leaves of the rest what
// is read of it.
func (m *Model) forgetUnheard(s *State, h Host) {
	e := &s.Host[h]
	if e.State != Closed && !e.PeerFin && !e.Offline {
		return // all that arrives is heard, and nothing is sure to close the connection
	}
	bag := &s.Net[h.Peer()]
	for i := range bag {
		if bag[i] == (Segment{}) {
			return
		}
		if m.left(s, h, bag[i]) != bag[i] {
			break
		}
	}
	old := *bag
	*bag = Bag{}
	for i := range old[:old.Len()] {
		if g := m.left(s, h, old[i]); g != (Segment{}) {
			m.reinsert(bag, g)
		}
	}
}

// left is what is left of g on its way to h.
func (m *Model) left(s *State, h Host, g Segment) Segment {
	switch e := &s.Host[h]; {
	case m.unheard(s, h, g):
		return Segment{}
	case m.any && e.State == Closed && g.Has(ACK):
		return answered(g)
	case g.Flags&many != 0 && m.closes(s, h, g):
		g.Flags &^= many
	}
	return g
}

// answered is what the RST that answers g is made of: its SEG.ACK. (With durations g
// stays as it is, for the pictures.)
func answered(g Segment) Segment { return Segment{Flags: ACK | g.Flags&many, Ack: g.Ack} }

// reinsert is insert of what a bag had room for, as many as there were.
func (m *Model) reinsert(b *Bag, g Segment) {
	more := g.Flags&many != 0
	g.Flags &^= many
	if m.insert(b, g); more {
		m.insert(b, g)
	}
}

// forgetSent clears the counts of segments that h cannot send any more: without a
// connection it only answers with RSTs, and with its FIN acknowledged it sends no
// text.
func (m *Model) forgetSent(s *State, h Host) {
	e, sent := &s.Host[h], &s.Sent[h]
	switch {
	case e.Offline:
		*sent = [numSegmentKinds]uint8{}
	case e.State == Closed:
		*sent = [numSegmentKinds]uint8{KindRST: sent[KindRST]}
	case e.FinAcked():
		sent[KindFIN], sent[KindDATA] = 0, 0
	}
}

// silent reports whether h sends nothing any more unless its peer does.
func (m *Model) silent(s *State, h Host) bool {
	e := &s.Host[h]
	return m.stillAt(h, e) && (e.Offline || m.unanswered(s, h))
}

// stillAt reports whether h sends nothing any more unless something arrives.
func (m *Model) stillAt(h Host, e *Endpoint) bool {
	if e.Offline || e.State == Closed || e.State == TimeWait || e.Mini { // whatever is called or expires here
		return true
	}
	return (e.Rexmt == NoTimer || e.Rexmt == RTO && m.spent(h, e)) && !e.DelayedAck && !e.Lingering &&
		!m.callable(h, e) && !m.keepsAlive(h, e)
}

// unanswered reports whether nothing that is in flight to h makes it send: RSTs that
// close the connection or are ignored, and ACKs of what is acknowledged, which a
// connection ignores that no timer ends.
func (m *Model) unanswered(s *State, h Host) bool {
	e, resets, acks := &s.Host[h], false, false
	stays := e.State != Closed && e.State != TimeWait && !e.Mini && e.Timer == NoStateTimer && e.Rexmt == NoTimer
	if e.Down && !m.reboots(h, e) {
		return true
	}
	for _, g := range &s.Net[h.Peer()] {
		switch {
		case g == (Segment{}):
			return !resets || !acks // an ACK that comes after an RST is answered
		case m.unheard(s, h, g):
		case g.Has(RST):
			if g.Seq != e.RcvNxt && e.State != Closed && !(e.State == TimeWait && e.Mini) && profileRules[m.p.Profile].exactRST {
				return false // a challenge ACK
			}
			resets = true
		case stays && g.Seq == e.RcvNxt && g.Seq == g.End() && g.Ack == e.SndUna && g.Flags&(ACK|SYN) == ACK:
			acks = true
		default:
			return false
		}
	}
	return !resets || !acks
}
