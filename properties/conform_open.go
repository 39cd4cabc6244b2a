package properties

import "github.com/finwait/finwait/spec"

// What the second table knows of the handshake of the next connection (RFC 9293
// §3.10.1, §3.10.7.2, §3.10.7.3, §3.10.7.4).

// afterConnect: an active OPEN, or an error where the last connection is not gone.
func afterConnect(p *spec.Params, h spec.Host, e *spec.Endpoint) stateSet {
	if e.State == closed || mayReuse(p, h, e) {
		return setOf(synSent)
	}
	return setOf(e.State)
}

// afterArrivalAmongMany: where connections follow each other. PAWS comes first (RFC 7323
// §5.3), a newer timestamp opens the next connection out of TIME_WAIT (RFC 6191 §2), and
// the window is small: beyond it a segment moves nothing.
func afterArrivalAmongMany(p *spec.Params, t *transition, h spec.Host, g spec.Segment) stateSet {
	e, peer := t.before(h), t.before(h.Peer())
	stay := setOf(e.State)
	stamps := p.Host[spec.Client].TCPTimestamps && p.Host[spec.Server].TCPTimestamps
	old := g.Incarnation() < e.Incarnation
	switch {
	case stamps && old && !g.Has(spec.RST) && !peer.SameStamps && !setOf(closed, synSent, timeWait).has(e.State) && !e.Mini:
		return stay
	case stamps && old && !g.Has(spec.RST) && g.Has(spec.ACK) && !e.SameStamps && e.State == synSent:
		return stay
	case stamps && !old && g.Incarnation() > e.Incarnation && !peer.SameStamps && e.State == timeWait && p.Profile != spec.Article &&
		p.Host[h].Listens && g.Has(spec.SYN) && !g.Has(spec.ACK) && !g.Has(spec.RST) && !g.Has(spec.FIN):
		return setOf(synRcvd)
	}
	set := afterArrival(p, h, e, g)
	// Nor does one with an ACK that is older than the profile tolerates.
	if g.Seq.After(e.RcvNxt) || g.Ack.Before(e.SndUna) || e.RcvNxt.After(g.Seq+1) {
		set |= stay
	}
	return set
}

// opensNext: a SYN for the listening socket, or one in TIME_WAIT that is newer than all of
// the connection (RFC 9293 §3.6.1, MAY-2; Linux).
func opensNext(p *spec.Params, h spec.Host, e *spec.Endpoint, g spec.Segment) bool {
	if p.Incarnations < 2 || !p.Host[h].Listens || e.Down || !g.Has(spec.SYN) || g.Has(spec.ACK) || g.Has(spec.RST) || g.Has(spec.FIN) {
		return false
	}
	return e.State == closed || e.State == timeWait && p.Profile != spec.Article && g.Seq.After(e.RcvNxt)
}

// afterSynSent: RFC 9293 §3.10.7.3, first, second and fourth check.
func afterSynSent(e *spec.Endpoint, g spec.Segment) stateSet {
	ofSYN := g.Has(spec.ACK) && g.Ack == e.ISS+1
	switch {
	case g.Has(spec.ACK) && !ofSYN:
	case g.Has(spec.RST) && ofSYN:
		return setOf(closed)
	case g.Has(spec.RST):
	case g.Has(spec.SYN) && ofSYN:
		return setOf(established)
	case g.Has(spec.SYN):
		return setOf(synRcvd)
	}
	return setOf(synSent)
}

// afterSynRcvd: RFC 9293 §3.10.7.4 in SYN_RCVD. The window is small where connections
// follow each other, so beyond the next number staying is allowed besides.
func afterSynRcvd(p *spec.Params, e *spec.Endpoint, g spec.Segment) stateSet {
	stay, ofSYN := setOf(synRcvd), g.Has(spec.ACK) && g.Ack == e.ISS+1
	again := g.Has(spec.SYN) && g.Seq == e.RcvNxt-1
	inOrder := g.Seq == e.RcvNxt
	request := p.Profile == spec.Linux && !e.Open
	switch {
	case g.Has(spec.RST) && inOrder && p.Profile == spec.RFC9293 && e.Waited > 0: // the SYN was an old one
		return setOf(timeWait)
	case g.Has(spec.RST) && inOrder:
		return setOf(closed)
	case g.Has(spec.RST):
		if request || p.Profile == spec.Article {
			return stay | setOf(closed)
		}
		return stay
	case again && ofSYN:
		return setOf(established)
	case again:
		return stay
	case g.Has(spec.SYN):
		if request {
			return stay | setOf(closed)
		}
		return stay
	case !ofSYN:
		return stay
	case !inOrder:
		return stay | setOf(established, closeWait)
	case g.Has(spec.FIN):
		return setOf(closeWait)
	}
	return setOf(established)
}

// afterSYNTimeout: the retries of a SYN or SYN+ACK.
func afterSYNTimeout(c *spec.HostParams, e *spec.Endpoint) stateSet {
	retries := c.TCPSynRetries
	if e.State == synRcvd {
		retries = c.TCPSynackRetries
	}
	if e.Backoff >= retries {
		return setOf(closed)
	}
	return setOf(e.State)
}
