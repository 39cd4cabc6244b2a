package properties

import (
	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/spec"
)

// What leaves a host, and what its timers make leave.
func sendingProperties() []Property {
	return []Property{
		{
			Name: "counted-as-sent-is-sent", Kind: checker.StepAlways,
			Claim: "SND.NXT moves past what leaves the host in the same step, and past nothing else",
			About: "A FIN or data that is counted as sent and never was looks to the sender like a segment that the network lost: it is mended by the first retransmission, a round trip and more too late, " +
				"and where there is none the peer never hears of it. A host that is cut off from the network sends nothing and counts nothing.",
			Source:    "RFC 9293 §3.3.1 (SND.NXT), §3.10.4; Linux tcp_event_new_data_sent",
			HoldsWhen: "Holds for all parameters.", Expect: always(ExpectHolds), Reopened: true,
			Make: func(spec.Params) property { return stepAt(countsAsSent, hasSent) },
		},
		{
			Name: "every-expiry-does-its-work", Kind: checker.StepAlways,
			Claim: "a timer that expires sends what it is there for, or ends the connection",
			About: "The retransmission timer sends all that is outstanding again, a tail loss probe its end, the persist timer a number the peer has seen, a delayed ACK what is owed; " +
				"keepalive probes, and after the last unanswered probe ends the connection with an RST. A timer that expires in silence is as good as none.",
			Source:    "RFC 9293 §3.8.1, §3.8.4, §3.8.6.1, §3.8.6.3, §3.10.8; Linux tcp_retransmit_timer, tcp_probe_timer, tcp_delack_timer, tcp_keepalive_timer",
			HoldsWhen: "Holds for all parameters.", Expect: always(ExpectHolds), Reopened: true,
			Make: func(p spec.Params) property {
				return stepAt(
					func(t *transition, h spec.Host) bool {
						return !t.before(h).Offline && (t.is(h, spec.RexmtTimeout) || t.is(h, spec.DelayedAckDue) || t.is(h, spec.KeepaliveDue))
					},
					func(t *transition, h spec.Host) bool { return doesItsWork(&p, t, h) },
				)
			},
		},
		{
			Name: "segments-carry-current-numbers", Kind: checker.StepAlways,
			Claim: "every segment acknowledges all that was received, and a pure ACK is at SND.NXT, or one old number to probe with",
			About: "An ACK of a FIN that does not count it, one with an old sequence number, a FIN that goes out again without the ACK of what came meanwhile: " +
				"each is dropped by the peer or misleads it, and is mended, if at all, by a retransmission.",
			Source:    "RFC 9293 §3.10.4, §3.10.7.4 (<SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK>), §3.8.4, §3.8.6.1; Linux tcp_transmit_skb, tcp_xmit_probe_skb",
			HoldsWhen: "Holds for all parameters.", Expect: always(ExpectHolds),
			Make: func(spec.Params) property {
				ours := func(g spec.Segment) bool { return !g.Has(spec.RST) && !g.Has(spec.SYN) }
				return stepAt(
					func(t *transition, h spec.Host) bool { return len(t.sent(h, ours)) > 0 && t.after(h).State != closed },
					func(t *transition, h spec.Host) bool {
						from, to := t.before(h), t.after(h)
						return len(t.sent(h, func(g spec.Segment) bool {
							probe := t.is(h, spec.KeepaliveDue) && g.Seq == from.SndNxt-1 || t.is(h, spec.RexmtTimeout) && from.Rexmt == spec.Persist && g.Seq == from.SndUna-1
							current := !isPureACK(g) || g.Seq == from.SndNxt || g.Seq == to.SndNxt || probe
							return ours(g) && !(g.Has(spec.ACK) && g.Ack == to.RcvNxt && current)
						})) == 0
					},
				)
			},
		},
		{
			Name: "no-needless-ack", Kind: checker.StepAlways,
			Claim:     "an ACK in order is not acknowledged, and nothing that arrives is acknowledged twice",
			About:     "An ACK of an ACK is answered in its turn, for ever. Two for one segment look to the peer like a loss.",
			Source:    "RFC 9293 §3.8.6.3, §3.10.7.4; RFC 5681 §4.2; Linux __tcp_ack_snd_check",
			HoldsWhen: "Holds for all parameters.", Expect: always(ExpectHolds),
			Make: func(spec.Params) property {
				return stepAt(
					func(t *transition, h spec.Host) bool {
						_, arrives := t.arrives(h)
						return arrives && !setOf(closed, synSent, synRcvd).has(t.before(h).State)
					},
					func(t *transition, h spec.Host) bool {
						g, _ := t.arrives(h)
						most := 1
						if isPureACK(g) && inOrder(t.before(h), g) {
							most = 0
						}
						return len(t.sent(h, isPureACK)) <= most
					},
				)
			},
		},
		{
			Name: "ack-of-the-unsent-is-answered", Kind: checker.StepAlways,
			Claim: "an ACK of something that was never sent changes nothing and is answered by an ACK",
			About: "The two ends disagree about their numbers: one of them is of another connection. The answer tells it so, and it ends what is left with an RST. " +
				"Silence leaves both waiting; taking it would count a FIN as acknowledged that never was. Linux limits the answers to one in 500 ms.",
			Source:    "RFC 9293 §3.10.7.4, fifth check (\"send an ACK, drop the segment\"); RFC 5961 §5.2; Linux tcp_ack",
			HoldsWhen: "Holds for all parameters.", Expect: always(ExpectHolds), Reopened: true,
			Make: func(spec.Params) property {
				return stepAt(
					func(t *transition, h spec.Host) bool {
						g, arrives := t.arrives(h)
						e := t.before(h)
						return arrives && setOf(established, finWait1, finWait2, closing, closeWait, lastAck).has(e.State) && !e.Mini &&
							g.Seq == e.RcvNxt && g.Has(spec.ACK) && !g.Has(spec.RST) && !g.Has(spec.SYN) && g.Ack.After(e.SndNxt)
					},
					func(t *transition, h spec.Host) bool {
						from, to := t.before(h), t.after(h)
						answered := len(t.sent(h, isPureACK)) == 1 || from.AckLimited
						return answered && to.State == from.State && to.SndUna == from.SndUna && to.RcvNxt == from.RcvNxt
					},
				)
			},
		},
		{
			Name: "owed-ack-has-its-timer", Kind: checker.Always,
			Claim:     "an ACK that is put off has its timer running",
			About:     "An ACK may wait for data to travel with, and for a while only: the peer sends what was not acknowledged again, its FIN too.",
			Source:    "RFC 9293 §3.8.6.3 (MUST-58: less than half a second); RFC 1122 §4.2.3.2; Linux tcp_send_delayed_ack",
			HoldsWhen: "Holds for all parameters.", Expect: always(ExpectHolds),
			Make: func(spec.Params) property {
				return alwaysAt(
					func(s *spec.State, h spec.Host) bool {
						e := &s.Host[h]
						return e.State != closed && e.State != timeWait && !e.Mini && e.RcvWup != e.RcvNxt
					},
					func(s *spec.State, h spec.Host) bool { return s.Host[h].DelayedAck },
				)
			},
		},
	}
}

// countsAsSent: the step moves SND.NXT, or opens a connection.
func countsAsSent(t *transition, h spec.Host) bool {
	from, to := t.before(h), t.after(h)
	if from.Offline || to.State == closed {
		return false
	}
	return opens(t, h) || from.State != closed && from.Incarnation == to.Incarnation && from.SndNxt != to.SndNxt
}

// opens: the step brings the host into the handshake, or on to its other half.
func opens(t *transition, h spec.Host) bool {
	from, to := t.before(h), t.after(h)
	return setOf(synSent, synRcvd).has(to.State) && (from.State != to.State || from.Incarnation != to.Incarnation)
}

func hasSent(t *transition, h spec.Host) bool {
	return len(t.sent(h, func(g spec.Segment) bool {
		if opens(t, h) {
			return g.Has(spec.SYN) && g.Seq == t.after(h).ISS
		}
		return g.Seq == t.before(h).SndNxt && g.End() == t.after(h).SndNxt
	})) == 1
}

// doesItsWork judges what an expiry makes a host send.
func doesItsWork(p *spec.Params, t *transition, h spec.Host) bool {
	e := t.before(h)
	gone := t.after(h).State == closed
	sends := func(which func(g spec.Segment) bool) bool { return len(t.sent(h, which)) == 1 }
	switch t.info.Kind {
	case spec.DelayedAckDue:
		return sends(func(g spec.Segment) bool { return g.Has(spec.ACK) && !g.Has(spec.RST) && g.Ack == e.RcvNxt })
	case spec.KeepaliveDue:
		if keepaliveOver(&p.Host[h], e) {
			return gone && sends(isRST)
		}
		return !gone && sends(func(g spec.Segment) bool { return isPureACK(g) && g.Seq == e.SndNxt-1 })
	}
	switch {
	case gone:
		return true // how long it must try is another question
	case setOf(synSent, synRcvd).has(e.State):
		return sends(func(g spec.Segment) bool { return g.Has(spec.SYN) })
	case e.Rexmt == spec.Persist:
		return sends(func(g spec.Segment) bool { return isPureACK(g) && g.Seq == e.SndUna-1 })
	}
	return sends(func(g spec.Segment) bool {
		return g.End() == e.SndNxt && (g.Seq == e.SndUna || e.Rexmt == spec.LossProbe && g.Seq.After(e.SndUna) && g.Seq.Before(e.SndNxt))
	})
}
