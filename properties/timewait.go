package properties

import (
	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/spec"
)

func timeWaitProperties() []Property {
	return []Property{
		{
			Name:  "time-wait-only-active-closer",
			Kind:  checker.Always,
			Claim: "only an endpoint that left ESTABLISHED by its own FIN gets to TIME_WAIT",
			About: "TIME_WAIT is the price of closing first. The passive closer goes from LAST_ACK to CLOSED, and a server that never closes first never collects TIME_WAIT sockets. " +
				"In a simultaneous close both sides are active and both get there.",
			Source:    "RFC 9293 §3.6 (figures 12 and 13), §3.3.2; the article: only the side that closes actively has TIME_WAIT",
			HoldsWhen: "Holds for all parameters.",
			Reopened:  true,
			Expect:    always(ExpectHolds),
			Make: func(spec.Params) property {
				return alwaysAt(inState(timeWait), func(s *spec.State, h spec.Host) bool {
					e := &s.Host[h]
					return e.ActiveClose && (e.FinSeq != 0 || e.Incarnation > 0) // and its FIN has left
				})
			},
		},
		{
			Name:  "time-wait-re-acks-fin",
			Kind:  checker.StepAlways,
			Claim: "every FIN that reaches an endpoint in TIME_WAIT is acknowledged at once and restarts it",
			About: "The last ACK of a close may be lost, and an ACK is never retransmitted. So the passive closer sends its FIN again, and TIME_WAIT is there to answer each copy. " +
				"Without the answer the passive closer ends by giving up, minutes later and with an error. Linux limits ACKs to empty segments, but never those to a FIN. Each copy also restarts the timer, so that the next one finds TIME_WAIT too.",
			Source:    "RFC 9293 §3.10.7.4 (TIME-WAIT: acknowledge the retransmission of the remote FIN), §3.6.1; Linux tcp_timewait_state_process",
			HoldsWhen: "Holds for all parameters. (With tcp_max_tw_buckets = 0 there is no TIME_WAIT, and the property is vacuous.)",
			Expect:    always(ExpectHolds),
			Make: func(spec.Params) property {
				return stepAt(
					func(t *transition, h spec.Host) bool {
						g, arrives := t.arrives(h)
						return arrives && t.before(h).State == timeWait && isFIN(g) && !g.Has(spec.SYN)
					},
					func(t *transition, h spec.Host) bool {
						e := t.before(h)
						return t.after(h).State == timeWait && len(t.sent(h, func(g spec.Segment) bool {
							return isPureACK(g) && g.Seq == e.SndNxt && g.Ack == e.RcvNxt
						})) == 1 && spec.StateTimerSet(t.label, h)
					},
				)
			},
		},
		{
			Name:      "time-wait-begins-anew",
			Kind:      checker.StepAlways,
			Claim:     "TIME_WAIT starts its timer when it begins, wherever it comes from",
			About:     "The wait counts from the moment at which the peer's FIN was acknowledged. A timer that has been running for FIN_WAIT_2, or for the connection before, ends it early.",
			Source:    "RFC 9293 §3.10.7.4, fifth and eighth check (start the time-wait timer, turn off the other timers); Linux tcp_timewait_state_process",
			HoldsWhen: "Holds for all parameters.",
			Expect:    always(ExpectHolds),
			Reopened:  true,
			Make: func(spec.Params) property {
				return stepAt(
					func(t *transition, h spec.Host) bool {
						return t.before(h).State != timeWait && t.after(h).State == timeWait
					},
					func(t *transition, h spec.Host) bool { return spec.StateTimerSet(t.label, h) },
				)
			},
		},
		{
			Name:  "time-wait-length",
			Kind:  checker.StepAlways,
			Claim: "TIME_WAIT ends exactly its length after its last start, and by nothing else but an RST, a crash or ss -K",
			About: "An endpoint leaves TIME_WAIT when the timer expires that was set when it entered, or when a segment restarted it: " +
				"2·MSL (RFC 9293, the article) or 60 s (Linux, which knows no MSL and has no sysctl for it; tcp_fin_timeout does not change it). " +
				"An application that closes its descriptor meanwhile does not cut it short. An RST at RCV.NXT does, unless tcp_rfc1337 is set: TIME-WAIT assassination. " +
				"With TimerSlack the timer may be late as a kernel's is, never early.",
			Source:    "RFC 9293 §3.6.1, §3.10.7.4, §3.10.8 (TIME-WAIT timeout); RFC 1337 §3; Linux TCP_TIMEWAIT_LEN, tcp_timewait_state_process",
			HoldsWhen: "Holds for all parameters.",
			Expect:    always(ExpectHolds),
			Make:      makeTimeWaitLength,
		},
		{
			Name:  "time-wait-bounded",
			Kind:  checker.StaysAtMost,
			Claim: "no stay in TIME_WAIT is longer than its length after the last segment that the peer can still send",
			About: "TIME_WAIT is restarted by what arrives, so its whole length depends on the peer. Where nothing is lost, doubled, out of order or late, nothing arrives at all, " +
				"and the stay lasts its length and no longer. Otherwise the peer may go on retransmitting its FIN until it gives up, and the last copy may be under way for a maximum segment lifetime, and so may the ACK that answers it; " +
				"the bound is that much longer then.",
			Source:    "RFC 9293 §3.6.1, §3.10.7.4; Linux tcp_timewait_state_process (what restarts the timer)",
			HoldsWhen: "Holds for all parameters.",
			Expect:    always(ExpectHolds),
			Make: func(p spec.Params) property {
				bound := max(timeWaitBound(&p, spec.Client), timeWaitBound(&p, spec.Server))
				return property{
					From:  func(s spec.State) bool { return someIn(s, inState(timeWait)) },
					Bound: bound,
				}
			},
		},
	}
}

// timeWaitLength is how long TIME_WAIT lasts after its last start.
func timeWaitLength(p *spec.Params, h spec.Host) int64 {
	switch {
	case p.Host[h].TimeWait == spec.NoTime:
		return 0
	case p.Host[h].TimeWait > 0:
		return p.Host[h].TimeWait
	case p.Profile == spec.Linux:
		return 60 * spec.Second // TCP_TIMEWAIT_LEN
	}
	return 2 * p.Net.MSL
}

// timeWaitBound is the longest stay in TIME_WAIT, restarts included. The stays
// of both hosts may overlap after a simultaneous close, by less than the time a
// peer can go on sending. A copy of a host's last segment may be under way for a
// maximum segment lifetime, and so may the ACK that answers it, which restarts the
// host's own timer.
func timeWaitBound(p *spec.Params, h spec.Host) int64 {
	length := late(&p.Host[h], timeWaitLength(p, h))
	if spotless(*p) && !(canCloseFirst(*p, spec.Client) && canCloseFirst(*p, spec.Server)) {
		return length
	}
	return length + sendingSpan(p, h.Peer()) + sendingSpan(p, h) + 2*p.Net.MSL
}

// sendingSpan is the longest time a host goes on retransmitting without an
// answer, from the first transmission to the give-up, once more for each unit of
// data that an acknowledgment may have made progress by.
func sendingSpan(p *spec.Params, h spec.Host) int64 {
	c := &p.Host[h]
	span, rto := int64(0), min(c.RTO, c.RTOMax)
	for range finRetransmissions(p, h) + 2 { // the expiry that gives up, and a loss probe before the first
		span += late(c, rto)
		rto = min(2*rto, c.RTOMax)
	}
	return span * int64(1+dataUnits(c.Script))
}

func makeTimeWaitLength(p spec.Params) property {
	length := stepAt(
		func(t *transition, h spec.Host) bool {
			return t.before(h).State == timeWait && t.after(h).State != timeWait
		},
		func(t *transition, h spec.Host) bool {
			c, d := &p.Host[h], timeWaitLength(&p, h)
			if t.after(h).State != closed {
				return false
			}
			if t.is(h, spec.StateTimeout) {
				return t.event.Earliest == d && t.event.Latest == late(c, d)
			}
			if g, arrives := t.arrives(h); arrives {
				// The article does not say which RST is accepted.
				next := t.before(h).RcvNxt
				return isRST(g) && !c.TCPRfc1337 && (g.Seq == next || p.Profile == spec.Article && g.Seq.After(next))
			}
			call, calls := t.call(&p, h)
			return calls && (crashes(call) || destroys(call))
		},
	)
	length.Timed = true // it reads the window of the timer
	return length
}
