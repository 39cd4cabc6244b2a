package spec

// Canonical states: what no later rule reads is cleared, so that states which behave
// alike are equal. Rules clear most where they make it useless (toClosed, toMini,
// acknowledged); here is what depends on more than one of them. Ghosts stay as long
// as a property can read them. properties.TestStatesAreCanonical looks for what was
// overlooked.

// forget clears what no later rule reads of an endpoint.
func (t *step) forget(h Host) {
	e := &t.s.Host[h]
	if e.Probes != 0 && (e.Rexmt != Persist || e.LimitUser == LimitReached) && !t.m.keepsAlive(h, e) {
		e.Probes = 0 // begins anew with the next acceptable ACK, or the next closed window
	}
	if !t.probesLoss(h) {
		e.Recovering, e.SndTail = false, 0
	}
	if t.m.p.Profile == RFC9293 && e.RcvWup != e.RcvNxt {
		e.RcvWup = e.RcvNxt - 1 // that something is unacknowledged counts, Linux alone reads how much
	}
	if e.FinSent() {
		e.SndWndZero, e.SndWl1 = false, 0 // nothing is behind the FIN that would need the window
		if e.FinAcked() {
			e.FinsSent = 0 // no copy follows, and what properties say of those before is said
		}
	}
	if e.State == TimeWait {
		e.RcvShut = false
	}
	if e.Offline {
		e.Held, e.HeldFin, e.RcvWup, e.SndWl1 = 0, 0, e.RcvNxt, 0 // nothing arrives that they are held against
	}
}

// forgetNetwork clears what no later rule reads of the network, and of a host because
// of the other, in a state that is finished but for that.
func (m *Model) forgetNetwork(s *State) {
	if m.over(s) {
		s.Net = [2]Bag{}
	}
	for h := Client; h <= Server; h++ {
		if m.reopens() {
			continue // the next connection may read what the last one does not
		}
		if m.any {
			m.forgetUnheard(s, h)
		}
		if m.counts {
			m.forgetSent(s, h)
		}
		m.forgetWindow(s, h)
		if s.Host[h.Peer()].State == Closed && !textFor(s, h) {
			s.Host[h].Held, s.Host[h].HeldFin = 0, 0 // the hole stays
		}
		if s.Host[h.Peer()].State != FinWait1 {
			s.Host[h].AckedFinAlone = false // whether a FIN brings the first ACK of the peer's: it has come
		}
	}
	if !m.reopens() && m.silent(s, Client) && m.silent(s, Server) {
		s.Losses, s.Duplicates = 0, 0 // nothing is sent any more that they could be spent on
		s.Sent = [2][numSegmentKinds]uint8{}
		for h := range s.Host {
			s.Host[h].forgetArrivals()
		}
	}
}

// over reports whether both connections are gone. Nothing comes of what is still in
// flight but RSTs that nobody hears.
func (m *Model) over(s *State) bool {
	return s.Host[Client].State == Closed && s.Host[Server].State == Closed && !m.p.Wire && !m.reopens()
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
	e.SndWndZero, e.SndWl1, e.SndTail, e.Recovering = false, 0, 0, false
	e.AckedFinAlone = false
}

// unheard reports whether the arrival of g at h, now or later, changes nothing and is
// not noticed: an RST without a connection, or to a TIME_WAIT that stays, and whatever
// comes to a host that is off, or cut off, for good. (A FIN on its way to FIN_WAIT_1 is
// seen by a property.)
func (m *Model) unheard(s *State, h Host, g Segment) bool {
	e := &s.Host[h]
	switch {
	case e.State == Closed:
		return g.Has(RST) || e.Offline || e.Down && !m.reboots(h, e)
	case e.Offline:
		return e.State != FinWait1 || !g.Has(FIN)
	case e.State == TimeWait && e.Mini:
		return g.Has(RST) && (g.Seq != e.RcvNxt || m.p.Host[h].TCPRfc1337)
	}
	return false
}

// closes reports whether the arrival of g at h, now or later, can only close the
// connection: an RST in order, behind the peer's FIN. Further copies of it would come
// to CLOSED: those of one segment arrive in the order in which they were sent.
func (m *Model) closes(s *State, h Host, g Segment) bool {
	e := &s.Host[h]
	return !m.reopens() && e.PeerFin && g.Has(RST) && g.Seq == e.RcvNxt && !e.Offline && !m.p.Host[h].TCPRfc1337 && !m.p.Wire
}

// reboots reports whether the script of a host that is down goes on.
func (m *Model) reboots(h Host, e *Endpoint) bool { return int(e.PC) < len(m.p.Host[h].Script) }

// forgetUnheard takes what h does not hear of out of flight. With durations it stays,
// for the pictures.
func (m *Model) forgetUnheard(s *State, h Host) {
	bag := &s.Net[h.Peer()]
	for i := 0; i < len(bag) && bag[i] != (Segment{}); {
		if m.unheard(s, h, bag[i]) {
			copy(bag[i:], bag[i+1:])
			bag[len(bag)-1] = Segment{}
			continue
		}
		if bag[i].Flags&many != 0 && m.closes(s, h, bag[i]) {
			bag[i].Flags &^= many
		}
		i++
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
	if e.Offline {
		return true
	}
	if !m.unanswered(s, h) {
		return false
	}
	if e.State == Closed || e.State == TimeWait || e.Mini {
		return true // whatever is called or expires here
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
	for _, g := range &s.Net[h.Peer()] {
		switch {
		case g == (Segment{}):
			return !resets || !acks // an ACK that comes after an RST is answered
		case m.unheard(s, h, g):
		case g.Has(RST):
			if g.Seq != e.RcvNxt && !(e.State == TimeWait && e.Mini) && profileRules[m.p.Profile].exactRST {
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
