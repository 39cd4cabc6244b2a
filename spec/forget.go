package spec

// Canonical states: what no later rule reads is cleared, so that states which behave
// alike are equal. Rules clear most where they make it useless (toClosed, toMini,
// acknowledged); here is what depends on more than one of them. Ghosts stay as long
// as a property can read them. properties.TestStatesAreCanonical looks for what was
// overlooked.

// forget clears what no later rule reads of an endpoint.
func (t *step) forget(h Host) {
	e := &t.s.Host[h]
	if e.Probes != 0 && e.Rexmt != Persist && !t.m.keepsAlive(h, e) {
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
}

// forgetNetwork clears what no later rule reads of the network, in a state that is
// finished but for that.
func (m *Model) forgetNetwork(s *State) {
	for h := Client; h <= Server; h++ {
		if m.any && (s.Host[h].State == Closed || s.Host[h].Offline) {
			m.forgetUnheard(s, h)
		}
		if m.counts {
			m.forgetSent(s, h)
		}
	}
	if (m.counts || s.Losses|s.Duplicates != 0) && m.silent(s, Client) && m.silent(s, Server) {
		s.Losses, s.Duplicates = 0, 0 // nothing is sent any more that they could be spent on
		s.Sent = [2][numSegmentKinds]uint8{}
	}
}

// unheard reports whether the arrival of g at h, now or later, changes nothing and is
// not noticed: an RST without a connection, and whatever comes to a host that is off,
// or cut off, for good. (A FIN on its way to FIN_WAIT_1 is seen by a property.)
func (m *Model) unheard(s *State, h Host, g Segment) bool {
	e := &s.Host[h]
	switch {
	case e.State == Closed:
		return g.Has(RST) || e.Offline || e.Down && !m.reboots(h, e)
	case e.Offline:
		return e.State != FinWait1 || !g.Has(FIN)
	}
	return false
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
		} else {
			i++
		}
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
	for _, g := range &s.Net[h.Peer()] {
		if g == (Segment{}) {
			break
		}
		if !m.unheard(s, h, g) {
			return false
		}
	}
	if e.State == Closed || e.State == TimeWait || e.Mini {
		return true // whatever is called or expires here
	}
	return e.Rexmt == NoTimer && !e.DelayedAck && !e.Lingering &&
		!m.callable(h, e) && !m.keepsAlive(h, e)
}
