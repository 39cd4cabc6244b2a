package spec

// What is left of a connection when the next one wants its ports.

// reusable reports whether connect() may take over what is left of the last connection.
func (t *step) reusable(Host) bool { return false }

// takesSYN reports whether a SYN in TIME_WAIT opens the next connection: it is newer than
// all of the last one, and somebody listens (RFC 9293 §3.10.7.4, MAY-2; Linux
// tcp_timewait_state_process).
func (t *step) takesSYN(h Host, g Segment) bool {
	e := &t.s.Host[h]
	return g.Has(SYN) && !g.Has(ACK) && !g.Has(RST) && g.Seq.After(e.RcvNxt) && t.m.p.Host[h].Listens
}
