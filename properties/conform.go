package properties

import (
	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/spec"
)

func conformProperties() []Property {
	return []Property{{
		Name:  "transitions-conform",
		Kind:  checker.StepAlways,
		Claim: "every change of state is one that the RFC or the documented kernel makes there, and none is left out",
		About: "A second table of all transitions, by state and by what happens (a FIN in order, an ACK of our FIN, an accepted RST, refused data, a call, a give-up, a timer), " +
			"written from RFC 9293 and the kernel's documented behaviour apart from the model's own. A step conforms when the endpoint concerned gets to a state that the table allows, " +
			"stays where the table wants it to stay, and the other endpoint does not move. It finds a wrong arrow even where no other property is hurt by it.",
		Source: "RFC 9293 §3.10.4, §3.10.5, §3.10.7.1, §3.10.7.4, §3.10.8; RFC 5961 §3.2; " +
			"Linux tcp_close_state, tcp_fin, tcp_rcv_state_process, tcp_validate_incoming, tcp_reset_check, tcp_timewait_state_process, tcp_write_timeout",
		HoldsWhen: "Holds for all parameters. Where RFC 9293 or the article leaves a choice (a receive window that is closed, an RST beyond RCV.NXT under the article), both are allowed.",
		Reopened:  true,
		Expect:    always(ExpectHolds),
		Make:      makeTransitionsConform,
	}}
}

func makeTransitionsConform(p spec.Params) property {
	return stepAt(
		// Steps that change a state, or should.
		func(t *transition, h spec.Host) bool {
			from, to := t.before(h).State, t.after(h).State
			return from != to || !allowedStates(&p, t, h).has(from)
		},
		func(t *transition, h spec.Host) bool {
			return allowedStates(&p, t, h).has(t.after(h).State)
		},
	)
}

// allowedStates is the set of states that h may be in after the step.
func allowedStates(p *spec.Params, t *transition, h spec.Host) stateSet {
	e := t.before(h)
	if t.info.Host != h {
		return setOf(e.State) // nothing happens here
	}
	if g, arrives := t.arrives(h); arrives {
		if p.Incarnations > 1 {
			return afterArrivalAmongMany(p, t, h, g)
		}
		return afterArrival(p, h, e, g)
	}
	if call, calls := t.call(p, h); calls && isConnect(call) {
		return afterConnect(p, h, e)
	} else if calls {
		return afterCall(p, h, e, call)
	}
	return afterTime(p, h, e, t.info.Kind)
}

// next looks a cause up and applies what is missing under Linux: a bucket for the
// mini-socket of TIME_WAIT or of an orphan in FIN_WAIT_2 (tcp_time_wait), or the
// wish for a FIN_WAIT_2 (TCP_LINGER2 < 0).
func next(p *spec.Params, h spec.Host, e *spec.Endpoint, c cause) stateSet {
	set := nextStates[c][e.State]
	if p.Profile != spec.Linux {
		return set
	}
	unheld := e.Orphan() || e.Lingering || c == callFIN
	noBucket := p.Host[h].TCPMaxTwBuckets == 0
	if noBucket && set.has(timeWait) && e.State != timeWait {
		return setOf(closed)
	}
	if c == segFINAcksFIN && e.State == finWait1 && e.Orphan() && p.Host[h].TCPLinger2 < 0 {
		return setOf(closed) // it ends with the ACK, before the FIN is looked at
	}
	if set.has(finWait2) && unheld && (e.State != finWait2 || c == callFIN) {
		mini := finTime(p, h) <= 60*spec.Second // longer times begin on the full socket
		if p.Host[h].TCPLinger2 < 0 || noBucket && mini {
			return setOf(closed)
		}
	}
	return set
}

// afterArrival: a segment, in the order of the checks of RFC 9293 §3.10.7.4.
func afterArrival(p *spec.Params, h spec.Host, e *spec.Endpoint, g spec.Segment) stateSet {
	stay := setOf(e.State)
	switch {
	case opensNext(p, h, e, g):
		return setOf(synRcvd)
	case e.State == closed || e.Down:
		return stay
	case e.State == synSent:
		return afterSynSent(e, g)
	case e.State == synRcvd:
		return afterSynRcvd(p, e, g)
	case g.Has(spec.RST):
		return afterReset(p, h, e, g)
	case e.State == timeWait:
		return stay
	case e.Mini:
		return afterFinWait2Mini(e, g)
	}
	acceptable, sure := acceptableSegment(p, h, e, g)
	if !acceptable && sure || g.Has(spec.SYN) || !g.Has(spec.ACK) || g.Ack.After(e.SndNxt) {
		return stay
	}
	acks, fin := acksFIN(e, g), finInOrder(e, g)
	c := segOther
	switch {
	case refusesData(e, g):
		c = segRefused
	case acks && fin:
		c = segFINAcksFIN
	case acks:
		c = segAcksFIN
	case fin:
		c = segFIN
	}
	set := next(p, h, e, c)
	if !sure {
		set |= stay
		if acks { // an ACK counts even where the text does not fit
			set |= next(p, h, e, segAcksFIN)
		}
	}
	return set
}

// afterReset: RFC 9293 §3.10.7.4, second check, with RFC 5961 §3.2: exactly at
// RCV.NXT. Linux takes one number less too once the peer's FIN was received
// (tcp_reset_check), and on the mini-socket of FIN_WAIT_2 anything in the window.
func afterReset(p *spec.Params, h spec.Host, e *spec.Endpoint, g spec.Segment) stateSet {
	stay, accepted := setOf(e.State), next(p, h, e, segReset)
	exact, beyond := g.Seq == e.RcvNxt, g.Seq.After(e.RcvNxt)
	switch {
	case e.State == timeWait && p.Host[h].TCPRfc1337: // RFC 1337 §3, F1
		return stay
	case exact:
		return accepted
	case p.Profile == spec.Article && beyond: // it does not say
		return accepted | stay
	case p.Profile != spec.Linux:
		return stay
	case e.Mini && e.State == finWait2 && beyond:
		return accepted
	case setOf(closeWait, lastAck, closing).has(e.State) && g.Seq == e.RcvNxt-1:
		return accepted
	}
	return stay
}

// afterFinWait2Mini: a mini-socket takes a bare FIN at RCV.NXT and refuses
// everything else that is new.
func afterFinWait2Mini(e *spec.Endpoint, g spec.Segment) stateSet {
	switch {
	case refusesData(e, g):
		return setOf(closed)
	case g.Has(spec.FIN) && g.Has(spec.ACK) && g.End() == e.RcvNxt+1:
		return setOf(timeWait)
	}
	return setOf(finWait2)
}

// acceptableSegment is the first check: RFC 9293 §3.10.7.4, or Linux
// tcp_sequence, which tests the left edge against the last number acknowledged.
// Nothing here is beyond an open window. It is not sure where the window is
// bounded and may be too small for the text, or where the profile has no rule.
func acceptableSegment(p *spec.Params, h spec.Host, e *spec.Endpoint, g spec.Segment) (acceptable, sure bool) {
	linux := !g.End().Before(e.RcvWup)
	rfc := g.End().After(e.RcvNxt) || g.Seq == g.End() && g.Seq == e.RcvNxt
	room := true
	if free := int(p.Host[h].ReceiveBuffer) - int(e.Unread); p.Host[h].ReceiveBuffer > 0 {
		room = free > 0 && int(g.End()-g.Seq) <= free || !g.Seq.After(e.RcvNxt) && g.Seq == g.End()
	}
	switch p.Profile {
	case spec.Linux:
		return linux, room
	case spec.RFC9293:
		return rfc, room
	}
	return linux || rfc, room && linux == rfc
}

// finInOrder: with g, everything up to the peer's FIN has been received, and had
// not been before.
func finInOrder(e *spec.Endpoint, g spec.Segment) bool {
	if e.PeerFin || g.Seq.After(e.RcvNxt) {
		return false
	}
	next := e.RcvNxt
	if end := g.Seq + spec.Seq(g.Len); end.After(next) {
		next = end
	}
	if g.Has(spec.FIN) && g.End() == next+1 {
		return true
	}
	for distance := next - e.RcvNxt; distance > 0 && e.Held>>distance&1 == 1; distance++ {
		next++ // Held bit i is the unit RcvNxt+i
	}
	return next != e.RcvNxt && e.HeldFin > 0 && e.RcvNxt+spec.Seq(e.HeldFin-1) == next
}

// afterCall: a call of the application.
func afterCall(p *spec.Params, h spec.Host, e *spec.Endpoint, call spec.Call) stateSet {
	switch {
	case crashes(call), destroys(call): // tcp_abort: tcp_done, from any state
		return next(p, h, e, callCrash)
	case closes(call) && (e.Unread > 0 || aborts(*p, h)):
		return next(p, h, e, callAbort)
	case closes(call):
		return next(p, h, e, callFIN)
	case sendsFIN(call): // shutdown: the descriptor stays, so nothing of an orphan applies
		return nextStates[callFIN][e.State]
	}
	return next(p, h, e, callOther)
}

// afterTime: a timer or a limit.
func afterTime(p *spec.Params, h spec.Host, e *spec.Endpoint, kind spec.EventKind) stateSet {
	c := &p.Host[h]
	switch kind {
	case spec.RexmtTimeout:
		if e.State == synSent || e.State == synRcvd {
			return afterSYNTimeout(c, e)
		}
		return afterRexmt(p, h, e)
	case spec.StateTimeout:
		if e.Timer != spec.FinWait2Keepalive {
			return next(p, h, e, timeEndsState)
		}
		if c.TCPMaxTwBuckets == 0 { // no bucket for the second phase
			return setOf(closed)
		}
	case spec.KeepaliveDue:
		if keepaliveOver(c, e) {
			return setOf(closed)
		}
	case spec.LingerTimeout: // the socket becomes an orphan where it is
		return next(p, h, e, timeOther)
	}
	return next(p, h, e, timeOther)
}

// keepaliveOver: too many probes went unanswered, or with TCP_USER_TIMEOUT for too
// long a time (Linux tcp_keepalive_timer).
func keepaliveOver(c *spec.HostParams, e *spec.Endpoint) bool {
	if c.TCPUserTimeout > 0 {
		return e.Probes > 0 && c.KeepaliveTime+int64(e.Probes)*c.KeepaliveIntvl >= c.TCPUserTimeout
	}
	return e.Probes >= c.KeepaliveProbes
}

// afterRexmt: the retransmission timer gives up when, and only when, the limit
// that applies is spent; a tail loss probe never does.
func afterRexmt(p *spec.Params, h spec.Host, e *spec.Endpoint) stateSet {
	c := &p.Host[h]
	orphan := p.Profile == spec.Linux && e.Orphan()
	rto := c.RTOMax
	if shifted := c.RTO << min(e.Backoff, 20); e.Backoff < 20 {
		rto = min(rto, shifted)
	}
	atCap := rto >= c.RTOMax
	orphanRetries := c.TCPOrphanRetries
	switch {
	case atCap && e.SoftError: // an ICMP error came, and the RTO cannot grow any more (tcp_orphan_retries)
		orphanRetries = 0
	case !atCap && orphanRetries == 0:
		orphanRetries = orphanDefault
	}
	gone, stay := next(p, h, e, timeGivesUp), setOf(e.State)
	spent := false
	switch {
	case e.Rexmt == spec.Persist && p.Profile == spec.Linux && c.TCPUserTimeout > 0 && e.LimitUser == spec.LimitReached:
		spent = true
	case e.Rexmt == spec.Persist && orphan:
		spent = e.Probes >= orphanRetries || atCap && e.Backoff >= orphanRetries
	case e.Rexmt == spec.Persist:
		spent = e.Probes >= c.TCPRetries2
	case e.Rexmt != spec.RTO:
	case p.Profile == spec.Article:
		spent = int(e.Backoff) >= finRetransmissions(p, h)
	case p.Profile == spec.Linux && c.TCPUserTimeout > 0: // replaces the other limits
		spent = e.LimitUser == spec.LimitReached
	case orphan:
		spent = e.LimitOrphan == spec.LimitReached || e.Backoff > 0 && orphanRetries == 0 // limit(0) is 200 ms
	default:
		spent = e.LimitRetries2 == spec.LimitReached
	}
	if spent {
		return gone
	}
	return stay
}
