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
