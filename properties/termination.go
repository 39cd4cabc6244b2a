package properties

import (
	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/spec"
)

func terminationProperties() []Property {
	return []Property{
		{
			Name:  "both-closed",
			Kind:  checker.Eventually,
			Claim: "both endpoints come to CLOSED",
			About: "When both applications close, the connection is gone at both hosts after a finite time, whatever the network does. " +
				"An endpoint that stays behind is a leaked socket: memory, a port, and for an open descriptor a blocked application. " +
				"Waiting for an EOF that the peer never delivered is a violation too: the one side has given up, and nobody tells the other.",
			Source: "RFC 9293 §3.6 (closing a connection), §3.8.3 (R2); the article's question of what happens when each wave is lost",
			HoldsWhen: "Holds when nothing is lost and both applications close within a finite time. Violated when the peer waits for an EOF " +
				"and every FIN may be lost: the closer gives up silently. Says nothing when an application never closes, may wait for ever, " +
				"only shuts down its sending side, or when a host crashes.",
			Assumptions: []string{"both applications close their sockets", "no host crashes"},
			Excuse:      neverCloses,
			Expect:      expectBothClosed,
			Make: func(spec.Params) property {
				return property{Goal: func(s spec.State) bool {
					return s.Host[spec.Client].State == closed && s.Host[spec.Server].State == closed
				}}
			},
		},
		{
			Name:  "no-stuck-state",
			Kind:  checker.Always,
			Claim: "no endpoint waits for something that cannot come any more",
			About: "A deadlock: an endpoint is not CLOSED, nothing is in flight, none of its timers runs, and neither its application nor the peer " +
				"has anything pending that could send a segment; yet it is in a state that only a segment or a timer ends (FIN_WAIT_1, CLOSING, LAST_ACK, TIME_WAIT, " +
				"FIN_WAIT_2 of an orphan, or data that is not acknowledged), or its application is blocked on an EOF that has already arrived. " +
				"Waiting for ever for the application, for a peer that has not closed (ESTABLISHED, CLOSE_WAIT), " +
				"or in FIN_WAIT_2 with an open descriptor is legal. " +
				"While something is still in flight, every-wait-has-a-timer is the stricter question.",
			Source:    "RFC 9293 §3.8.1 (a segment that is not acknowledged is retransmitted), §3.8.6.1 (zero-window probes); Linux inet_csk_reset_xmit_timer, tcp_time_wait",
			HoldsWhen: "Holds for all parameters.",
			Expect:    always(ExpectHolds),
			Make:      makeNoStuckState,
		},
	}
}

// always is an expectation that does not depend on the parameters.
func always(e Expectation) func(spec.Params) Expectation {
	return func(spec.Params) Expectation { return e }
}

func expectBothClosed(p spec.Params) Expectation {
	switch {
	case neverCloses(p) != "":
		return ExpectHolds
	case unheard(p, spec.Client) || unheard(p, spec.Server):
		return ExpectViolated
	case needsEOF(p, spec.Client) && needsEOF(p, spec.Server):
		return ExpectViolated // each waits for the other's FIN
	case endsOrderly(p):
		return ExpectHolds
	}
	return Unstated
}

// endsOrderly: nothing is lost or slow, no window closes, at least one side
// closes by itself and the other then or by itself too.
func endsOrderly(p spec.Params) bool {
	for _, h := range hosts {
		waitsForMore := has(p.Host[h].Script, func(c spec.Call) bool {
			return c.When == spec.AfterError || c.Do == spec.ReadData && c.N > 0
		})
		if waitsForMore || p.Host[h].ReceiveBuffer > 0 {
			return false
		}
	}
	return lossless(p) && prompt(p) && neverCloses(p) == "" && !anyCut(p) &&
		(closesUnasked(p, spec.Client) || closesUnasked(p, spec.Server))
}

func makeNoStuckState(p spec.Params) property {
	waits := func(s *spec.State, h spec.Host) bool { return waitsFor(&p, s, h) != "" }
	stuck := alwaysAt(waits, func(s *spec.State, h spec.Host) bool { return stuckReason(&p, s, h) == "" })
	silent := func(s *spec.State, h spec.Host) bool { return !canAct(&p, s, h) }
	nothing := func(s *spec.State, h spec.Host) bool { return !underWay(s, h) }
	stuck.Finds = someOf(func(h spec.Host) []term {
		return []term{
			at(h, func(s *spec.State, h spec.Host) bool {
				return waits(s, h) && s.Host[h].Timer == spec.NoStateTimer && silent(s, h)
			}),
			at(h.Peer(), silent), nothingFor(h, nothing), nothingFor(h.Peer(), nothing),
		}
	})
	return stuck
}

// stuckReason tells what the endpoint of h waits for although it cannot come any
// more; "" when it does not.
func stuckReason(p *spec.Params, s *spec.State, h spec.Host) string {
	why := waitsFor(p, s, h)
	if why == "" || canWake(p, s, h) {
		return ""
	}
	return why
}

// waitsFor tells what the endpoint of h needs to happen, besides calls of its
// own application, and which its peer or a timer owes it; "" when nothing.
func waitsFor(p *spec.Params, s *spec.State, h spec.Host) string {
	e := &s.Host[h]
	switch {
	case e.State == closed:
		return ""
	case e.State == finWait1 || e.State == closing || e.State == lastAck:
		return "the acknowledgment of its FIN"
	case e.State == timeWait:
		return "the end of TIME_WAIT"
	case e.State == finWait2 && e.Orphan() && finWait2Ends(p):
		return "the peer's FIN, as an orphan without the timer of FIN_WAIT_2"
	case e.SndUna != e.SndEnd:
		return "the acknowledgment of its data"
	case e.PeerFin && e.Unread == 0 && blockedOnEOF(p, s, h):
		return "an EOF that it has received"
	}
	return ""
}

// finWait2Ends reports whether the profile has a timer for the FIN_WAIT_2 of an
// orphan. RFC 9293 has none.
func finWait2Ends(p *spec.Params) bool { return p.Profile != spec.RFC9293 }

// current is the call that the application of h is at.
func current(p *spec.Params, s *spec.State, h spec.Host) (spec.Call, bool) {
	pc := int(s.Host[h].PC)
	if pc >= len(p.Host[h].Script) {
		return spec.Call{}, false
	}
	return p.Host[h].Script[pc], true
}

// blockedOnEOF: the application of h goes on only when it is told of the EOF.
func blockedOnEOF(p *spec.Params, s *spec.State, h spec.Host) bool {
	e := &s.Host[h]
	call, any := current(p, s, h)
	return !e.SawEOF && e.SawErr == spec.NoError && (e.ToRead == spec.UntilEOF || any && call.When == spec.AfterEOF)
}

// callPending: the next call of h waits for nothing but its own time.
func callPending(p *spec.Params, s *spec.State, h spec.Host) bool {
	e := &s.Host[h]
	call, any := current(p, s, h)
	switch {
	case !any || e.Lingering || e.ToRead > 0 || e.Down && call.Do != spec.Reboot:
		return false
	case call.When == spec.AfterEOF:
		return e.SawEOF || e.SawErr != spec.NoError // recv() ends with an error too
	case call.When == spec.AfterError:
		return e.SawErr != spec.NoError
	}
	return true
}

// canWake: something is pending that may change what h waits for: a segment in
// flight, a timer of h, or anything by which one of the hosts may send. (The
// timers of FIN_WAIT_2 and TIME_WAIT at the peer send nothing.)
func canWake(p *spec.Params, s *spec.State, h spec.Host) bool {
	if s.Host[h].Timer != spec.NoStateTimer {
		return true
	}
	for _, x := range hosts {
		if underWay(s, x) || canAct(p, s, x) {
			return true
		}
	}
	return false
}

// underWay: something is in flight that h will receive.
func underWay(s *spec.State, h spec.Host) bool { return s.Net[h.Peer()].Len() > 0 && !s.Host[h].Down }

// canAct: h may send something by itself.
func canAct(p *spec.Params, s *spec.State, h spec.Host) bool {
	e := &s.Host[h]
	keepalive := p.Host[h].SoKeepalive && e.Open && !e.Lingering && e.SndUna == e.SndEnd && setOf(established, finWait2, closeWait).has(e.State)
	return e.Rexmt != spec.NoTimer || e.DelayedAck || keepalive || e.State != closed && callPending(p, s, h)
}
