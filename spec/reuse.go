package spec

// What is left of a connection when the next one wants its ports.

// reusable reports whether connect() may take over what is left of the last connection
// (Linux tcp_twsk_unique, __inet_check_established): it had timestamps, and the
// application has bound the port itself, or tcp_tw_reuse allows it and
// tcp_tw_reuse_delay has passed.
func (t *step) reusable(h Host) bool {
	e, c := &t.s.Host[h], &t.m.p.Host[h]
	if !e.Mini || !t.m.p.Timestamps() {
		return false
	}
	mode := c.TCPTwReuse == 1 || c.TCPTwReuse == 2 && t.m.p.Net.Loopback
	return c.BoundPort || mode && e.State == TimeWait && e.ReuseReady
}

// waitsForReuse reports whether tcp_tw_reuse_delay is still to pass.
func (m *Model) waitsForReuse(h Host, e *Endpoint) bool {
	return m.stamps() && e.Mini && e.State == TimeWait && !e.ReuseReady && m.p.Host[h].TCPTwReuse > 0
}

// takesSYN reports whether a SYN in TIME_WAIT opens the next connection: it is newer than
// all of the last one, by its number or its timestamp, and somebody listens (RFC 9293
// §3.10.7.4, MAY-2; RFC 6191 §2; Linux tcp_timewait_state_process).
func (t *step) takesSYN(h Host, g Segment) bool {
	e := &t.s.Host[h]
	if !g.Has(SYN) || g.Has(ACK) || g.Has(RST) || !t.m.p.Host[h].Listens {
		return false
	}
	if t.m.stamps() && g.Incarnation() > e.Incarnation && !t.s.Host[h.Peer()].SameStamps {
		return true
	}
	return g.Seq.After(e.RcvNxt)
}
