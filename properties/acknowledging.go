package properties

import (
	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/spec"
)

// What a FIN does: who acknowledges it, who sends it again, and when it counts as
// acknowledged.
func acknowledgingProperties() []Property {
	return []Property{
		{
			Name: "fin-acked-before-leaving", Kind: checker.StepAlways,
			Claim: "FIN_WAIT_1, CLOSING and LAST_ACK are left in an orderly way only by an ACK of the FIN",
			About: "An ACK of the data before the FIN, or of all that was sent while the FIN still waits for the window, is not an ACK of the FIN. A stack that takes it for one stops sending its FIN again, " +
				"and the peer never learns of the end. That is the most frequent bug of teardown in young stacks.",
			Source:    "RFC 9293 §3.10.7.4, fifth check (FIN-WAIT-1: \"if our FIN is now acknowledged\"; CLOSING; LAST-ACK); Linux tcp_rcv_state_process",
			HoldsWhen: "Holds for all parameters.", Expect: always(ExpectHolds),
			Make: func(spec.Params) property {
				return stepAt(
					func(t *transition, h spec.Host) bool {
						to := t.after(h)
						return setOf(finWait1, closing, lastAck).has(t.before(h).State) &&
							(to.State == finWait2 || to.State == timeWait || to.State == closed && (to.Ending == spec.EndedNormally || to.Ending == spec.EndedNoBucket))
					},
					func(t *transition, h spec.Host) bool {
						g, arrives := t.arrives(h)
						return arrives && acksFIN(t.before(h), g)
					},
				)
			},
		},
		{
			Name: "fin-is-acknowledged", Kind: checker.StepAlways,
			Claim: "a FIN in order is acknowledged, at once or by a delayed ACK, and so is every copy of it",
			About: "The peer sends its FIN again until it is acknowledged, and an ACK is never sent again by itself. So each copy of the FIN needs an answer; " +
				"a host that stays silent makes its peer give up after minutes, with an error, although both sides have closed in order.",
			Source:    "RFC 9293 §3.10.7.4, first check (\"an acknowledgment should be sent in reply\") and eighth (\"acknowledge the FIN\"); Linux tcp_fin, tcp_data_queue",
			HoldsWhen: "Holds for all parameters.", Expect: always(ExpectHolds),
			Make: func(spec.Params) property {
				return stepAt(
					func(t *transition, h spec.Host) bool {
						g, arrives := t.arrives(h)
						e := t.before(h)
						again := e.PeerFin && setOf(closing, closeWait, lastAck).has(e.State) && isFIN(g) && g.End() == e.RcvNxt && takesAck(e, g)
						return arrives && (again || !e.PeerFin && t.after(h).PeerFin)
					},
					func(t *transition, h spec.Host) bool {
						to := t.after(h)
						answered := len(t.sent(h, func(g spec.Segment) bool { return g.Has(spec.ACK) && !g.Has(spec.RST) })) > 0
						// A copy that acknowledges our FIN too ends CLOSING and is used up by that
						// (Linux tcp_rcv_state_process, TCP_CLOSING); the next one finds TIME_WAIT.
						return answered || to.DelayedAck || to.State == closed || t.before(h).State == closing && to.State == timeWait
					},
				)
			},
		},
		{
			Name: "fin-is-retransmitted", Kind: checker.StepAlways,
			Claim:     "while a FIN is not acknowledged, each expiry of its timer sends it again, until the limit ends the connection",
			About:     "A FIN occupies a sequence number and is retransmitted like data. A stack that does not count it as outstanding, or whose timer ends the connection at its first expiry, leaves the peer half open after one loss.",
			Source:    "RFC 9293 §3.8.1, §3.10.8 (RETRANSMISSION TIMEOUT); Linux tcp_retransmit_timer, tcp_write_timeout",
			HoldsWhen: "Holds for all parameters.", Expect: always(ExpectHolds),
			Make: func(spec.Params) property {
				return stepAt(
					func(t *transition, h spec.Host) bool {
						e := t.before(h)
						return t.is(h, spec.RexmtTimeout) && (e.Rexmt == spec.RTO || e.Rexmt == spec.LossProbe) && awaitsAckOfFIN(e) && !e.Offline
					},
					func(t *transition, h spec.Host) bool {
						e := t.before(h)
						if t.after(h).State == closed {
							reached := e.LimitOrphan == spec.LimitReached || e.LimitRetries2 == spec.LimitReached || e.LimitUser == spec.LimitReached
							return e.Rexmt == spec.RTO && t.after(h).Ending == spec.EndedGaveUp && (reached || e.Backoff > 0)
						}
						return len(t.sent(h, isFIN)) == 1
					},
				)
			},
		},
		{
			Name: "only-the-application-closes", Kind: checker.StepAlways,
			Claim:     "a FIN is queued by a call of the application, and by nothing else",
			About:     "The FIN of the peer says that the peer has nothing more to send. It does not close our side: an application may answer for as long as it likes. A stack or a relay that closes both sides at the first FIN cuts answers off.",
			Source:    "RFC 9293 §3.6 (half-closed connections), §3.10.4; moby#27539, fatedier/frp#4967 (relays)",
			HoldsWhen: "Holds for all parameters.", Expect: always(ExpectHolds),
			Make: func(p spec.Params) property {
				return stepAt(
					func(t *transition, h spec.Host) bool { return !t.before(h).FinQueued && t.after(h).FinQueued },
					func(t *transition, h spec.Host) bool {
						call, ok := t.call(&p, h)
						return ok && sendsFIN(call)
					},
				)
			},
		},
		{
			Name: "nothing-behind-the-fin", Kind: checker.StepAlways,
			Claim:     "no segment carries anything behind the FIN",
			About:     "The FIN is the last number of its direction. What is sent behind it, or a FIN in front of data that is still queued, is outside of the stream: the receiver has told its application of the end already.",
			Source:    "RFC 9293 §3.4, §3.10.2 (no SEND after CLOSE), §3.10.4 (the FIN waits until all SENDs are segmentized)",
			HoldsWhen: "Holds for all parameters.", Expect: always(ExpectHolds),
			Make: func(spec.Params) property {
				return stepAt(
					func(t *transition, h spec.Host) bool { return t.after(h).FinQueued && len(t.sent(h, notReset)) > 0 },
					func(t *transition, h spec.Host) bool {
						end := t.after(h).SndEnd
						return len(t.sent(h, func(g spec.Segment) bool {
							return notReset(g) && (g.End().After(end) || isFIN(g) && g.End() != end)
						})) == 0
					},
				)
			},
		},
	}
}

func notReset(g spec.Segment) bool { return !g.Has(spec.RST) }
