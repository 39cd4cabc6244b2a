package properties

import "github.com/finwait/finwait/spec"

// Words that several step properties use.

// inOrder: g brings the next number that h waits for, with an ACK that is taken.
func inOrder(e *spec.Endpoint, g spec.Segment) bool {
	return g.Seq == e.RcvNxt && takesAck(e, g)
}

// takesAck: g has an ACK of what has been sent, none that is old, and neither SYN nor RST.
func takesAck(e *spec.Endpoint, g spec.Segment) bool {
	return g.Has(spec.ACK) && !g.Has(spec.RST) && !g.Has(spec.SYN) && !g.Ack.After(e.SndNxt) && !g.Ack.Before(e.SndUna)
}

// hasRoom: the receive window of h is open.
func hasRoom(p *spec.Params, h spec.Host, e *spec.Endpoint) bool {
	b := p.Host[h].ReceiveBuffer
	return b == 0 || e.Unread < b
}

// awaitsAckOfFIN: the FIN has been sent and is not acknowledged.
func awaitsAckOfFIN(e *spec.Endpoint) bool { return e.FinSent() && e.SndUna != e.SndEnd }

// reading: the application waits in a read, or reads on until the EOF that its next
// call waits for.
func reading(p *spec.Params, h spec.Host, e *spec.Endpoint) bool {
	if !e.Open || e.Lingering {
		return false
	}
	script := p.Host[h].Script
	return e.ToRead > 0 || int(e.PC) < len(script) && script[e.PC].When == spec.AfterEOF && !e.SawEOF && e.SawErr == spec.NoError
}
