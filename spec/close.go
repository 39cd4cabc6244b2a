package spec

// shutdown is shutdown(2) (Linux inet_shutdown, tcp_shutdown). The descriptor
// stays open: the connection is no orphan, whatever happens to it.
func (t *step) shutdown(h Host, wr, rd bool) {
	e := &t.s.Host[h]
	if e.State == Closed || e.State == TimeWait && e.Mini {
		t.tell(h, NoError) // ENOTCONN, if no error is pending
		return
	}
	if rd {
		e.RcvShut = true // a flag only: no segment, no change of state
	}
	if wr {
		t.closeSending(h)
	}
}

// closeSending queues the FIN and takes the state on (table onClose).
func (t *step) closeSending(h Host) {
	e := &t.s.Host[h]
	to := row(t, h, OnClose, &t.m.tables[h].onClose)
	if to == e.State {
		return
	}
	e.ActiveClose = e.State == Established
	e.State = to
	e.FinQueued = true
	e.SndEnd++
	t.output(h)
}

// close is close(2) of the last descriptor, or the exit of the process (blocking
// false). The order of the tests is that of Linux __tcp_close; RFC 9293 §3.6.1
// (MAY-1, SHLD-3) asks for the RST too.
func (t *step) close(h Host, blocking bool) {
	e, c := &t.s.Host[h], &t.m.p.Host[h]
	unread := e.Unread > 0
	e.Unread, e.ToRead, e.Error = 0, 0, NoError
	if e.State == Closed || e.State == TimeWait {
		// The descriptor outlived the connection, or its socket went to
		// TIME_WAIT before: nothing is sent, TIME_WAIT goes on.
		e.Open = false
		return
	}
	e.RcvShut = true
	switch {
	case unread:
		e.Open = false
		t.sendReset(h)
		t.toClosed(h, EndedAbort)
	case c.SoLinger.On && c.SoLinger.Time == 0:
		e.Open = false
		t.abort(h)
	default:
		t.closeSending(h)
		if c.SoLinger.On && blocking && row(t, h, Lingers, &t.m.tables[h].lingers) {
			t.s.Host[h].Lingering = true
		} else {
			t.orphan(h)
		}
	}
}

// abort is close() with SO_LINGER 0 (Linux tcp_disconnect; RFC 9293 §3.10.5):
// what is queued is thrown away, and an RST tells the peer where the state asks
// for one.
func (t *step) abort(h Host) {
	e := &t.s.Host[h]
	unsent := t.m.p.Profile == Linux && e.SndNxt != e.SndEnd && (e.State == Closing || e.State == LastAck)
	if row(t, h, ResetOnAbort, &t.m.tables[h].resetOnAbort) || unsent {
		t.sendReset(h)
	}
	t.toClosed(h, EndedAbort)
}

// destroy is the end of a socket by its administrator (Linux tcp_abort, ss -K): a
// mini-socket goes silently, a socket like one with SO_LINGER 0, orphans included,
// and an open descriptor is told.
func (t *step) destroy(h Host) {
	e := &t.s.Host[h]
	if e.State == Closed {
		return
	}
	if e.State != TimeWait && !e.Mini && row(t, h, ResetOnAbort, &t.m.tables[h].resetOnAbort) {
		t.sendReset(h)
	}
	if e.Open && !e.Lingering && e.State != TimeWait {
		e.Error = ECONNABORTED
	}
	t.toClosed(h, EndedAbort)
}

// orphan takes the descriptor away: close() is over (Linux __tcp_close,
// adjudge_to_death).
func (t *step) orphan(h Host) {
	e := &t.s.Host[h]
	e.Open, e.Lingering = false, false
	if e.State == Closed || e.State == TimeWait {
		e.Unread = 0
		return
	}
	if t.rules.giveUp == GiveUpByTime {
		e.LimitRetries2 = LimitIdle // it counts for open descriptors only
	}
	if e.State != FinWait2 {
		return
	}
	if t.m.p.Profile == Linux && t.m.p.Host[h].TCPLinger2 < 0 {
		t.sendReset(h)
		t.toClosed(h, EndedAbort)
		return
	}
	t.waitForFIN(h)
}

// stateTimeout is the expiry of the timer of FIN_WAIT_2 or TIME_WAIT.
func (t *step) stateTimeout(h Host) {
	e := &t.s.Host[h]
	switch e.Timer {
	case FinWait2Keepalive: // second phase, on a mini-socket (tcp_keepalive_timer)
		t.toMini(h, FinWait2, FinWait2Timer)
	case FinWait2Timer:
		t.toClosed(h, EndedFinWait2)
	case TimeWaitTimer:
		t.toClosed(h, EndedNormally)
	}
}

// keepaliveTimeout is tcp_keepalive_timer: a probe, or the end when too many went
// unanswered. TCP_USER_TIMEOUT replaces the count of probes by a time; the model
// takes the first expiry with a probe unanswered for it.
func (t *step) keepaliveTimeout(h Host) {
	e, c := &t.s.Host[h], &t.m.p.Host[h]
	over := e.Probes >= c.KeepaliveProbes
	if c.TCPUserTimeout > 0 {
		over = e.Probes >= c.keepaliveProbesUntilTimeout()
	}
	if over {
		e.Error = ETIMEDOUT
		t.sendReset(h)
		t.toClosed(h, EndedKeepalive)
		return
	}
	e.Probes++
	t.transmit(h, Segment{Seq: e.SndNxt - 1})
	t.restart(KeepaliveDue, h)
}
