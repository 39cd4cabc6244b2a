package properties

import (
	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/spec"
)

func timerProperties() []Property {
	return []Property{
		{
			Name:  "every-wait-has-a-timer",
			Kind:  checker.Always,
			Claim: "whatever waits for an acknowledgment or for an end has its own timer running",
			About: "Segments may be lost, so waiting for one needs a timer that asks again or gives up: the retransmission timer for a FIN or data in flight " +
				"(FIN_WAIT_1, CLOSING, LAST_ACK, and ESTABLISHED or CLOSE_WAIT with data), the persist timer while the peer's window is closed, " +
				"the timer of FIN_WAIT_2 for an orphan, 2·MSL in TIME_WAIT; and no timer of a state outlives the state. " +
				"A missing timer is the most frequent teardown bug of young stacks: nothing is wrong until one segment is lost, and then the socket stays for ever.",
			Source: "RFC 9293 §3.8.1, §3.8.6.1, §3.10.8; Linux tcp_rearm_rto, tcp_check_probe_timer, tcp_fin_time, tcp_time_wait",
			HoldsWhen: "Holds for all parameters. RFC 9293 has no timer for the FIN_WAIT_2 of an orphan, so none is asked for there. " +
				"ESTABLISHED, CLOSE_WAIT and FIN_WAIT_2 of an open socket wait for applications and need no timer.",
			Expect: always(ExpectHolds),
			Make: func(p spec.Params) property {
				any := func(s *spec.State, h spec.Host) bool {
					e := &s.Host[h]
					return neededTimers(&p, e) != 0 || e.Rexmt != spec.NoTimer || e.Timer != spec.NoStateTimer
				}
				return alwaysAt(any, func(s *spec.State, h spec.Host) bool { return hasItsTimers(&p, &s.Host[h]) })
			},
		},
		{
			Name:  "keepalive-notices-a-dead-peer",
			Kind:  checker.LeadsTo,
			Claim: "a host with SO_KEEPALIVE does not keep a connection whose peer is off for ever",
			About: "Nothing else tells an idle host that its peer lost power: ESTABLISHED, CLOSE_WAIT and, after shutdown(), FIN_WAIT_2 have no timer of their own. " +
				"Where something is unacknowledged the retransmission timer finds out.",
			Source:    "RFC 9293 §3.8.4; RFC 1122 §4.2.3.6; Linux tcp_keepalive_timer",
			HoldsWhen: "Holds for all parameters. (Without SO_KEEPALIVE, or a host that crashes, it is vacuous.)",
			Expect:    always(ExpectHolds),
			Make: func(p spec.Params) property {
				return leaves(func(s *spec.State, h spec.Host) bool {
					e := &s.Host[h]
					return p.Host[h].SoKeepalive && e.Open && setOf(established, closeWait, finWait2).has(e.State) &&
						s.Host[h.Peer()].Down && !has(p.Host[h.Peer()].Script, reboots)
				})
			},
		},
		{
			Name:      "dead-peer-is-given-up",
			Kind:      checker.LeadsTo,
			Claim:     "a host with something unacknowledged does not ask a peer that is off for ever",
			About:     "Retransmissions and window probes without an answer have an end, with an error for whoever still has the descriptor. (A peer that answers with a closed window may be probed for ever by RFC 9293.)",
			Source:    "RFC 9293 §3.8.3, §3.8.6.1; Linux tcp_write_timeout, tcp_probe_timer",
			HoldsWhen: "Holds for all parameters. (Without a host that crashes it is vacuous.)",
			Expect:    always(ExpectHolds),
			Make: func(p spec.Params) property {
				return leaves(func(s *spec.State, h spec.Host) bool {
					e := &s.Host[h]
					return e.State != closed && e.SndUna != e.SndEnd && s.Host[h.Peer()].Down && !has(p.Host[h.Peer()].Script, reboots)
				})
			},
		},
		{
			Name:      "keepalive-waits-for-silence",
			Kind:      checker.StepAlways,
			Claim:     "whatever the peer says starts the time of keepalive anew",
			About:     "A probe asks a peer that has been silent for tcp_keepalive_time. One that talks needs no probe, and an unanswered probe no longer counts against it.",
			Source:    "RFC 9293 §3.8.4 (only in silence of the peer); Linux tcp_ack, keepalive_time_elapsed",
			HoldsWhen: "Holds for all parameters. (Without SO_KEEPALIVE it is vacuous.)",
			Expect:    always(ExpectHolds),
			Make: func(p spec.Params) property {
				runs := func(e *spec.Endpoint, h spec.Host) bool {
					return p.Host[h].SoKeepalive && e.Open && !e.Lingering && setOf(established, closeWait, finWait2).has(e.State) && e.SndUna == e.SndEnd
				}
				return stepAt(
					func(t *transition, h spec.Host) bool {
						g, arrives := t.arrives(h)
						return arrives && runs(t.before(h), h) && runs(t.after(h), h) && inOrder(t.before(h), g)
					},
					func(t *transition, h spec.Host) bool {
						return spec.KeepaliveTimerSet(t.label, h) && t.after(h).Probes == 0
					},
				)
			},
		},
		{
			Name:  "ack-never-retransmitted-by-timer",
			Kind:  checker.StepAlways,
			Claim: "no timer sends a pure ACK again",
			About: "An ACK occupies no sequence number, so it is not acknowledged and not retransmitted: when the ACK of a FIN is lost, only a retransmission of that FIN brings another one. " +
				"Two kinds of pure ACK do leave at a timer and are no retransmissions: a delayed ACK, which was not sent before, " +
				"and a probe (zero window, keepalive), which has an old sequence number to make the peer answer.",
			Source:    "RFC 9293 §3.8.1, §3.8.4, §3.8.6.1, §3.8.6.3; Linux tcp_retransmit_timer, tcp_delack_timer, tcp_xmit_probe_skb; the article: ACKs are not retransmitted",
			HoldsWhen: "Holds for all parameters.",
			Expect:    always(ExpectHolds),
			Make: func(spec.Params) property {
				return stepAt(
					func(t *transition, h spec.Host) bool { return t.info.Host == h && isTimer(t.info.Kind) },
					onlyFirstAcks,
				)
			},
		},
	}
}

// timers is a set of timers that an endpoint may need.
type timers uint8

const (
	rexmtTimer timers = 1 << iota
	persistTimer
	finWait2Timer
	timeWaitTimer
)

// neededTimers is what an endpoint needs by its state and its send sequence
// space.
func neededTimers(p *spec.Params, e *spec.Endpoint) timers {
	switch {
	case e.State == closed:
		return 0
	case e.State == timeWait:
		return timeWaitTimer
	case e.State == finWait2:
		if e.Orphan() && finWait2Ends(p) {
			return finWait2Timer
		}
		return 0
	case e.SndUna != e.SndNxt: // in flight
		return rexmtTimer
	case e.SndNxt != e.SndEnd: // held back: only a closed window does that
		return persistTimer
	}
	return 0
}

// runningTimers are those that an endpoint has.
func runningTimers(e *spec.Endpoint) (has timers) {
	switch e.Rexmt {
	case spec.RTO, spec.LossProbe:
		has |= rexmtTimer
	case spec.Persist:
		has |= persistTimer
	}
	switch e.Timer {
	case spec.FinWait2Keepalive, spec.FinWait2Timer:
		has |= finWait2Timer
	case spec.TimeWaitTimer:
		has |= timeWaitTimer
	}
	return has
}

func hasItsTimers(p *spec.Params, e *spec.Endpoint) bool {
	// A timer without its reason is as wrong as a reason without its timer: it
	// would end or disturb a state that it was not meant for.
	return runningTimers(e) == neededTimers(p, e)
}

// isTimer: the event is time that has passed, and neither a segment nor a call.
func isTimer(k spec.EventKind) bool { return k != spec.Deliver && k != spec.AppCall }

// onlyFirstAcks: the pure ACKs that a timer sent are a delayed ACK that was
// owed, or a probe of an old sequence number.
func onlyFirstAcks(t *transition, h spec.Host) bool {
	e := t.before(h)
	acks := t.sent(h, isPureACK)
	if len(acks) == 0 {
		return true
	}
	switch {
	case len(acks) > 1:
		return false
	case t.info.Kind == spec.DelayedAckDue:
		return e.DelayedAck && e.RcvWup != e.RcvNxt && acks[0].Ack == e.RcvNxt
	case t.info.Kind == spec.KeepaliveDue, t.info.Kind == spec.RexmtTimeout && e.Rexmt == spec.Persist:
		return acks[0].Seq.Before(e.SndNxt)
	}
	return false
}
