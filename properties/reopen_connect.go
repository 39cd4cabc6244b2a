package properties

import (
	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/spec"
)

// connectProperties are about the handshake that follows a teardown.
func connectProperties() []Property {
	const needs = "no host calls connect()"
	connects := func(p spec.Params) string {
		if !has(p.Host[spec.Client].Script, isConnect) && !has(p.Host[spec.Server].Script, isConnect) {
			return needs
		}
		return ""
	}
	return []Property{{
		Name:  "connect-eventually-succeeds",
		Kind:  checker.LeadsTo,
		Claim: "a SYN leads to an established connection",
		About: "A SYN may meet what is left of the last connection at the peer: LAST_ACK answers with a challenge ACK, which the connector refuses with an RST, and the SYN goes out again. " +
			"Each loss on the way costs one more SYN timeout.",
		Source:      "RFC 9293 §3.5.1, §3.10.7.3; RFC 5961 §4.2; Linux tcp_rcv_synsent_state_process",
		HoldsWhen:   "Holds when nothing is lost and somebody listens.",
		Assumptions: []string{"somebody listens"},
		Excuse:      connects,
		Make: func(spec.Params) property {
			return property{
				From: func(s spec.State) bool { return someIn(s, inState(synSent)) },
				Goal: opened,
			}
		},
	}, {
		Name:  "syn-meets-last-ack-connects",
		Kind:  checker.LeadsTo,
		Claim: "a SYN that meets LAST_ACK at the peer is followed by a connection",
		About: "The peer's FIN is not acknowledged yet when the active closer, whose TIME_WAIT is gone, connects again. LAST_ACK answers the SYN with a challenge ACK, SYN_SENT refuses that with an RST, " +
			"which closes LAST_ACK, and the SYN goes out once more: on Linux after 2 jiffies, elsewhere after a SYN timeout.",
		Source:    "RFC 5961 §4.2; RFC 9293 §3.10.7.3; Linux tcp_rcv_synsent_state_process (TCP_TIMEOUT_MIN); measured on 6.18",
		HoldsWhen: "Holds when nothing is lost and somebody listens.",
		Excuse:    connects,
		Make: func(spec.Params) property {
			return property{
				From: func(s spec.State) bool {
					return someHost(func(h spec.Host) bool {
						e, peer := &s.Host[h], &s.Host[h.Peer()]
						return e.State == synSent && peer.State == lastAck && peer.Incarnation < e.Incarnation
					})
				},
				Goal: opened,
			}
		},
	}, {
		Name:  "old-syn-cannot-end-time-wait",
		Kind:  checker.StepAlways,
		Claim: "TIME_WAIT that a SYN has ended comes back when the SYN turns out to be an old one",
		About: "A SYN that is newer than all of the connection may open the next one out of TIME_WAIT. A host that does not want that connection any more, or never did, refuses the SYN+ACK with an RST. " +
			"Then TIME_WAIT is to go on, or what it protects from is free to come. Linux has thrown it away by then (a comment of tcp_timewait_state_process says so).",
		Source:    "RFC 9293 §3.6.1 (MAY-2); Linux tcp_timewait_state_process",
		HoldsWhen: "Holds under rfc9293. Under linux the SYN has to be sent, and to be refused later.",
		Expect: func(p spec.Params) Expectation {
			if p.Profile == spec.RFC9293 {
				return ExpectHolds
			}
			return Unstated
		},
		Make: func(spec.Params) property {
			return stepAt(
				func(t *transition, h spec.Host) bool {
					g, arrives := t.arrives(h)
					return arrives && isRST(g) && t.before(h).State == synRcvd && t.before(h).Waited > 0 && t.after(h).State != synRcvd
				},
				func(t *transition, h spec.Host) bool { return t.after(h).State == timeWait },
			)
		},
	}}
}

// opened: at some host the SYN of a later connection is acknowledged.
func opened(s spec.State) bool {
	return someHost(func(h spec.Host) bool {
		e := &s.Host[h]
		return e.Incarnation > 0 && e.State != closed && e.SndUna != e.ISS
	})
}

func isConnect(c spec.Call) bool { return c.Do == spec.Connect }

// makeReuse: the conditions of tcp_twsk_unique, written a second time.
func makeReuse(p spec.Params) property {
	return stepAt(
		func(t *transition, h spec.Host) bool {
			call, calls := t.call(&p, h)
			return calls && isConnect(call) && t.before(h).State != closed
		},
		func(t *transition, h spec.Host) bool {
			taken := t.after(h).State == synSent
			return taken == mayReuse(&p, h, t.before(h)) && (taken || t.after(h).SawErr != spec.NoError)
		},
	)
}

// mayReuse: what tcp_twsk_unique asks of the mini-socket that is in the way.
func mayReuse(p *spec.Params, h spec.Host, e *spec.Endpoint) bool {
	c := &p.Host[h]
	if p.Profile != spec.Linux || !e.Mini || !p.Host[spec.Client].TCPTimestamps || !p.Host[spec.Server].TCPTimestamps {
		return false
	}
	if c.BoundPort {
		return true
	}
	allowed := c.TCPTwReuse == 1 || c.TCPTwReuse == 2 && p.Net.Loopback
	return allowed && e.State == timeWait && e.ReuseReady
}
