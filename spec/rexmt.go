package spec

// output sends what may be sent of the queue: all data that is queued, with the
// FIN if it is queued too, in one segment (a data unit stands for a write of the
// application; Linux puts a FIN on the last unsent segment, tcp_send_fin). A
// window of zero holds all of it back, a bare FIN too, and arms the persist
// timer (RFC 9293 §3.8.6.1). So does an interface that is down (Linux
// tcp_write_xmit, tcp_check_probe_timer: what was never sent is probed for).
func (t *step) output(h Host) {
	e := &t.s.Host[h]
	if e.SndNxt == e.SndEnd {
		return
	}
	if e.SndUna != e.SndNxt && !e.FinQueued && t.m.p.Host[h].Nagle {
		return // with the next ACK, or the FIN
	}
	if e.SndWndZero || e.Offline {
		if e.SndUna == e.SndNxt && e.Rexmt != Persist {
			e.Rexmt, e.Backoff, e.Probes = Persist, 0, 0
			t.restart(RexmtTimeout, h)
		}
		return
	}
	idle := e.SndUna == e.SndNxt
	e.SndTail = e.SndNxt
	e.SndNxt = e.SndEnd
	t.transmit(h, e.outstanding(e.SndTail))
	t.armRexmt(h, idle)
}

// outstanding is the segment with everything from seq to SND.NXT.
func (e *Endpoint) outstanding(seq Seq) Segment {
	g := Segment{Seq: seq, Len: uint8(e.SndNxt - seq)}
	if e.FinSent() {
		g.Flags = FIN
		g.Len--
	}
	return g
}

// armRexmt arms the retransmission timer behind new text. A tail loss probe is
// scheduled anew by each new segment, an RTO runs on (Linux
// tcp_event_new_data_sent, tcp_schedule_loss_probe).
func (t *step) armRexmt(h Host, idle bool) {
	e := &t.s.Host[h]
	switch {
	case t.probesLoss(h) && !e.Recovering:
		e.Rexmt = LossProbe
	case idle:
		e.Rexmt = RTO
	default:
		return
	}
	t.restart(RexmtTimeout, h)
}

// probesLoss reports whether h sends tail loss probes.
func (t *step) probesLoss(h Host) bool {
	return t.rules.lossProbe && t.m.p.Host[h].TCPEarlyRetrans
}

// acknowledged is progress of SND.UNA: the backoff and every give-up clock end
// (Linux tcp_ack, tcp_rearm_rto).
func (t *step) acknowledged(h Host, una Seq) {
	e := &t.s.Host[h]
	e.SndUna = una
	e.Backoff = 0
	e.LimitOrphan, e.LimitRetries2, e.LimitUser = LimitIdle, LimitIdle, LimitIdle
	if e.SndUna == e.SndNxt {
		e.Rexmt, e.Recovering, e.SndTail = NoTimer, false, 0
		return
	}
	if e.SndTail.Before(una) {
		e.SndTail = una
	}
	e.Rexmt = RTO
	if t.probesLoss(h) && !e.Recovering {
		e.Rexmt = LossProbe
	}
	t.restart(RexmtTimeout, h)
}

// windowProbed is the answer to a zero-window probe: an open window ends the
// persist timer, a closed one restarts it (Linux tcp_ack_probe).
func (t *step) windowProbed(h Host) {
	e := &t.s.Host[h]
	if e.Rexmt != Persist {
		return
	}
	if e.SndWndZero {
		t.restart(RexmtTimeout, h)
	} else {
		e.Rexmt, e.Backoff, e.LimitUser = NoTimer, 0, LimitIdle
	}
}

// rexmtTimeout is the expiry of the retransmission timer.
func (t *step) rexmtTimeout(h Host) {
	e := &t.s.Host[h]
	if e.opening() {
		t.synTimeout(h)
		return
	}
	switch e.Rexmt {
	case LossProbe:
		// One copy of the last segment, not counted as a retransmission: no
		// backoff, no give-up clock. The RTO starts in full, and new segments
		// behind it schedule no second probe before the first is acknowledged
		// (Linux tcp_send_loss_probe, tlp_high_seq).
		t.transmit(h, e.outstanding(e.SndTail))
		e.Rexmt, e.Recovering = RTO, true
	case RTO:
		if t.m.spent(h, e) {
			t.giveUp(h)
			return
		}
		// Linux retransmits the head and merges small neighbours into it
		// (tcp_retrans_try_collapse): all that is outstanding, in one segment.
		t.transmit(h, e.outstanding(e.SndUna))
		e.SndTail = e.SndUna
		e.Recovering = true
		t.startLimits(h)
		e.Backoff = t.m.saturate(h, RTO, e.Backoff+1)
	case Persist:
		t.persistTimeout(h)
	}
	t.restart(RexmtTimeout, h)
}

// unreachable is an ICMP error "destination unreachable" about the segment at
// SND.UNA (Linux tcp_v4_err, with IP_RECVERR off): a soft error, which is told only
// when the connection gives up. It takes one backoff of the RTO back (RFC 6069,
// tcp_ld_RTO_revert), counted from the error: it comes a round trip after the
// segment.
func (t *step) unreachable(h Host) {
	e := &t.s.Host[h]
	if t.m.p.Profile != Linux || e.State == Closed || e.Mini || e.SndUna == e.SndNxt {
		return
	}
	e.SoftError = true
	if e.Rexmt == RTO && e.Backoff > 0 {
		e.Backoff--
		t.restart(RexmtTimeout, h)
	}
}

// startLimits starts, at the first RTO retransmission, every give-up clock that
// can be read later. The limit that applies when an RTO expires decides, so that
// close() makes the orphan's limit count retroactively.
func (t *step) startLimits(h Host) {
	e := &t.s.Host[h]
	switch {
	case e.Backoff > 0 || t.rules.giveUp == GiveUpByCount:
	case t.rules.giveUp == GiveUpByTime && t.m.p.Host[h].TCPUserTimeout > 0:
		e.LimitUser.start()
	default:
		if e.Open {
			e.LimitRetries2.start()
		}
		if t.rules.giveUp == GiveUpByTime {
			e.LimitOrphan.start()
		} else {
			e.LimitRetries2.start() // R2 knows no orphans
		}
	}
}

// start starts a limit that does not run yet: an ICMP error can have taken the
// backoff of the first retransmission back.
func (l *Limit) start() {
	if *l == LimitIdle {
		*l = LimitPending
	}
}

// spent reports whether the retry budget is spent at the expiry of an RTO (Linux
// tcp_write_timeout).
func (m *Model) spent(h Host, e *Endpoint) bool {
	c, giveUp := &m.p.Host[h], profileRules[m.p.Profile].giveUp
	switch {
	case e.LimitUser == LimitReached:
		return true
	case giveUp == GiveUpByCount:
		return e.Backoff >= c.countedRetries()
	case giveUp == GiveUpR2 || e.Open:
		return e.LimitRetries2 == LimitReached
	case !m.any && e.Backoff > 0 && c.TCPUserTimeout == 0 && (c.orphanRetries(e.Backoff) == 0 || e.SoftError && c.rto(e.Backoff) >= c.RTOMax):
		// tcp_orphan_retries = 0 acts as 8 only while the RTO is below its cap;
		// at the cap it is 0, and limit(0) is long over. So is any number at
		// the cap after an ICMP error. (Without durations Fire explores both.)
		return true
	default:
		return e.LimitOrphan == LimitReached
	}
}

// atCap reports whether, durations ignored, the RTO of an orphan may have come to
// its cap, where tcp_orphan_retries = 0 ends the connection.
func (t *step) atCap(h Host) bool {
	e, c := &t.s.Host[h], &t.m.p.Host[h]
	return e.Rexmt == RTO && e.Backoff > 0 && !e.Open && t.rules.giveUp == GiveUpByTime &&
		(c.TCPOrphanRetries == 0 || e.SoftError) && c.TCPUserTimeout == 0
}

// giveUp ends the connection without a word to the peer (Linux tcp_write_err).
func (t *step) giveUp(h Host) {
	e := &t.s.Host[h]
	if e.Open && !e.Lingering {
		e.Error = ETIMEDOUT
		if e.SoftError {
			e.Error = EHOSTUNREACH
		}
	}
	t.toClosed(h, EndedGaveUp)
}

// persistTimeout is tcp_probe_timer: an empty segment one number too old, which
// the peer has to acknowledge, with its window.
func (t *step) persistTimeout(h Host) {
	e, c := &t.s.Host[h], &t.m.p.Host[h]
	if t.m.p.Profile == Linux && c.TCPUserTimeout > 0 { // from the first probe, answered or not
		if e.LimitUser == LimitReached {
			t.giveUp(h)
			return
		}
		e.LimitUser = LimitPending
	}
	retries := c.TCPRetries2
	if t.m.p.Profile == Linux && !e.Open {
		// At the cap of the RTO an orphan ends even when the peer answers.
		retries = c.orphanRetries(e.Backoff)
		if c.rto(e.Backoff) >= c.RTOMax && e.Backoff >= retries {
			t.giveUp(h)
			return
		}
	}
	if e.Probes >= retries {
		t.giveUp(h)
		return
	}
	e.Probes++
	// Linux doubles no more often than tcp_retries2 (tcp_send_probe0), and so an
	// orphan may never come to the cap.
	if t.m.p.Profile != Linux || e.Backoff < c.TCPRetries2 {
		e.Backoff = t.m.saturate(h, Persist, e.Backoff+1)
	}
	t.transmit(h, Segment{Seq: e.SndUna - 1})
}

// saturate bounds the backoff where no rule reads more of it: the window of the
// RTO stops growing at its cap, and a search without durations has no windows.
func (m *Model) saturate(h Host, timer RexmtTimer, backoff uint8) uint8 {
	c := &m.p.Host[h]
	counts := profileRules[m.p.Profile].giveUp == GiveUpByCount
	persists := timer == Persist // persistTimeout reads it
	most := uint8(1)             // startLimits: none or some
	if !m.any || persists {
		most = c.capBackoff()
	}
	if persists {
		most = max(most, c.orphanRetries(0))
	}
	if counts {
		most = max(most, c.countedRetries())
	}
	return min(backoff, most)
}
