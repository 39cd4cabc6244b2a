package spec

// Timestamps (RFC 7323) between connections of the same ports. What counts of a TSval is
// whether it is older than the last one taken, by more than the tick that Linux tolerates
// (TCP_PAWS_WINDOW). Whatever a host sends at least two ticks after its last segment of
// the connection before is that much newer; one event per host says so. A host that opens
// the next connection sooner keeps a mark, and no segment of its old connection is told
// from the new ones then: those it sent longer ago would be, so runs are added there.

// tick is the granularity of the timestamp clock of Linux (1 kHz).
const tick = Millisecond

// Timestamps reports whether the connections have the option: both hosts offer it.
func (p *Params) Timestamps() bool {
	return p.Host[Client].TCPTimestamps && p.Host[Server].TCPTimestamps
}

// stamps reports whether timestamps matter in the model.
func (m *Model) stamps() bool { return m.reopens() && m.p.Timestamps() }

// stamp is done with every segment that h sends.
func (t *step) stamp(h Host) {
	if t.m.stamps() {
		t.s.Host[h].Stamped = true
		t.restart(StampDue, h)
	}
}

// older reports whether the TSval of g, which arrives at h, proves it older than the
// connection (PAWS, RFC 7323 §5.3). An RST is not asked.
func (t *step) older(h Host, g Segment) bool {
	e, peer := &t.s.Host[h], &t.s.Host[h.Peer()]
	return t.m.stamps() && !g.Has(RST) && g.Incarnation() < e.Incarnation && !peer.SameStamps
}

// answersOlder reports whether the TSecr of g proves that it does not answer the SYN of h
// (Linux tcp_rcv_synsent_state_process, PAWSActiveRejected).
func (t *step) answersOlder(h Host, g Segment) bool {
	e := &t.s.Host[h]
	return t.m.stamps() && g.Has(ACK) && !g.Has(RST) && g.Incarnation() < e.Incarnation && !e.SameStamps
}
