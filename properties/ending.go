package properties

import (
	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/spec"
)

// How a connection ends, and what is answered on the way.
func endingProperties() []Property {
	return []Property{
		{
			Name: "states-match-fins", Kind: checker.Always,
			Claim:  "each state says which FINs were sent, acknowledged and received, and it is so",
			About:  "CLOSE_WAIT, LAST_ACK, CLOSING and TIME_WAIT have the peer's FIN; FIN_WAIT_1, FIN_WAIT_2, CLOSING, LAST_ACK and TIME_WAIT have queued their own; in FIN_WAIT_2 and TIME_WAIT it is acknowledged.",
			Source: "RFC 9293 §3.3.2, figure 5", HoldsWhen: "Holds for all parameters.", Expect: always(ExpectHolds),
			Make: func(spec.Params) property {
				return alwaysAt(
					func(s *spec.State, h spec.Host) bool { return s.Host[h].State != closed },
					func(s *spec.State, h spec.Host) bool {
						e := &s.Host[h]
						return setOf(closeWait, lastAck, closing, timeWait).has(e.State) == e.PeerFin &&
							setOf(established, closeWait).has(e.State) == !e.FinQueued &&
							(!setOf(finWait2, timeWait).has(e.State) || e.FinAcked())
					},
				)
			},
		},
		{
			Name: "peer-of-time-wait-has-closed", Kind: checker.Always,
			Claim:  "while one side is in TIME_WAIT the other has sent its FIN and received ours",
			About:  "TIME_WAIT means that both FINs have arrived, and ours was acknowledged: the peer is in LAST_ACK, CLOSING or TIME_WAIT, or gone. A peer that is still ESTABLISHED or in CLOSE_WAIT would be half a connection that nobody speaks to.",
			Source: "RFC 9293 §3.6, figures 12 and 13", HoldsWhen: "Holds for all parameters.", Expect: always(ExpectHolds),
			Make: func(spec.Params) property {
				bad := setOf(established, finWait1, finWait2, closeWait)
				waits := inState(timeWait)
				return property{
					Symmetric: true,
					Begins:    someAt(waits),
					Finds: someOf(func(h spec.Host) []term {
						return []term{at(h, waits), at(h.Peer(), func(s *spec.State, h spec.Host) bool { return bad.has(s.Host[h].State) })}
					}),
					From: func(s spec.State) bool { return someIn(s, waits) },
					Goal: func(s spec.State) bool {
						return !someIn(s, func(s *spec.State, h spec.Host) bool { return waits(s, h) && bad.has(s.Host[h.Peer()].State) })
					},
				}
			},
		},
		{
			Name: "active-closer-waits", Kind: checker.StepAlways,
			Claim:  "an active closer that ends in an order passes through TIME_WAIT",
			About:  "Somebody has to answer the copies of the last FIN and to keep old segments away from the next connection. The side that closed first does, for the length of TIME_WAIT, unless it was aborted, gave up, or there was no bucket (tcp_max_tw_buckets).",
			Source: "RFC 9293 §3.6.1 (MUST-13); google/gvisor@66ebb6575, zephyr#5442", HoldsWhen: "Holds for all parameters.", Expect: always(ExpectHolds),
			Make: func(p spec.Params) property {
				return stepAt(
					func(t *transition, h spec.Host) bool {
						return setOf(finWait1, finWait2, closing).has(t.before(h).State) && t.after(h).State == closed
					},
					func(t *transition, h spec.Host) bool {
						why := t.after(h).Ending
						return why != spec.EndedNormally && (why != spec.EndedNoBucket || p.Host[h].TCPMaxTwBuckets == 0)
					},
				)
			},
		},
		{
			Name: "rst-accepted-exactly", Kind: checker.StepAlways,
			Claim:     "an RST ends a connection exactly when its sequence number is RCV.NXT",
			About:     "An RST that only lies in the window may be a forgery or an old duplicate: it is answered by a challenge ACK, and a true peer answers that by an RST with the right number. Linux also takes RCV.NXT − 1 behind the peer's FIN, and any in the window of a FIN_WAIT_2 mini-socket. tcp_rfc1337 keeps TIME_WAIT.",
			Source:    "RFC 5961 §3.2; RFC 9293 §3.10.7.4, second check; RFC 1337; Linux tcp_validate_incoming, tcp_reset_check, tcp_timewait_state_process",
			HoldsWhen: "Holds for all parameters. The article does not say which RST is accepted.",
			Expect:    always(ExpectHolds),
			Excuse: func(p spec.Params) string {
				if p.Profile == spec.Article {
					return "the article does not say which RST is accepted"
				}
				return ""
			},
			Make: func(p spec.Params) property {
				return stepAt(
					func(t *transition, h spec.Host) bool {
						g, arrives := t.arrives(h)
						e := t.before(h)
						return arrives && isRST(g) && e.State != closed && !(e.Mini && e.State == finWait2)
					},
					func(t *transition, h spec.Host) bool {
						g, _ := t.arrives(h)
						e := t.before(h)
						gone := t.after(h).State == closed
						exact := g.Seq == e.RcvNxt
						if e.State == timeWait {
							return gone == (exact && !p.Host[h].TCPRfc1337)
						}
						if p.Profile == spec.Linux && setOf(closeWait, lastAck, closing).has(e.State) {
							exact = exact || g.Seq == e.RcvNxt-1
						}
						return gone == exact
					},
				)
			},
		},
		{
			Name: "no-answer-to-rst", Kind: checker.StepAlways,
			Claim:  "an RST is never answered by an RST",
			About:  "Two hosts without a connection would answer each other for ever.",
			Source: "RFC 9293 §3.5.2, §3.10.7.1 (\"an incoming segment containing a RST is discarded\")", HoldsWhen: "Holds for all parameters.", Expect: always(ExpectHolds),
			Make: func(spec.Params) property {
				return stepAt(
					func(t *transition, h spec.Host) bool {
						g, arrives := t.arrives(h)
						return arrives && isRST(g)
					},
					func(t *transition, h spec.Host) bool { return len(t.sent(h, isRST)) == 0 },
				)
			},
		},
		{
			Name: "challenge-acks-limited", Kind: checker.StepAlways,
			Claim:     "ACKs in answer to empty segments are limited to one in 500 ms",
			About:     "Two hosts that disagree about their numbers answer each other's ACKs. Without a limit they do so as fast as the network allows, for ever.",
			Source:    "RFC 5961 §7; RFC 9293 §3.10.7.4; Linux tcp_invalid_ratelimit, tcp_oow_rate_limited, tcp_timewait_check_oow_rate_limit",
			HoldsWhen: "Holds for the profile linux. RFC 9293 allows a limit and asks for none, and the article knows none.",
			Reopened:  true, Expect: always(ExpectHolds),
			Excuse: func(p spec.Params) string {
				if p.Profile != spec.Linux {
					return "no limit is asked for by profile " + p.Profile.String()
				}
				return ""
			},
			Make: func(spec.Params) property {
				return stepAt(
					func(t *transition, h spec.Host) bool {
						g, arrives := t.arrives(h)
						return arrives && g.Seq == g.End() && t.before(h).State != closed && t.after(h).State != closed && len(t.sent(h, isPureACK)) > 0
					},
					// In TIME_WAIT the limit is forgotten where no further answer can be due.
					func(t *transition, h spec.Host) bool {
						return !t.before(h).AckLimited && (t.after(h).AckLimited || t.after(h).State == timeWait)
					},
				)
			},
		},
		{
			Name: "lingering-close-returns", Kind: checker.Always,
			Claim:  "a close() that waits with SO_LINGER has something to wait for",
			About:  "close() blocks until the FIN is acknowledged or the time is over. When the state has moved on it must return: an application that is not woken hangs in close().",
			Source: "Linux sk_stream_wait_close; espressif/esp-lwip#91", HoldsWhen: "Holds for all parameters.", Expect: always(ExpectHolds),
			Make: func(spec.Params) property {
				return alwaysAt(
					func(s *spec.State, h spec.Host) bool { return s.Host[h].Lingering },
					inState(finWait1, closing, lastAck),
				)
			},
		},
		{
			Name: "lingering-close-bounded", Kind: checker.StaysAtMost,
			Claim:  "close() with SO_LINGER n returns within n",
			About:  "The time of SO_LINGER bounds the call. That close() returned 0 does not mean that the FIN was acknowledged: it goes on in the background.",
			Source: "POSIX setsockopt(), SO_LINGER; Linux __tcp_close, sk_stream_wait_close", HoldsWhen: "Holds for all parameters.", Expect: always(ExpectHolds),
			Make: func(p spec.Params) property {
				bound := int64(1)
				for _, h := range hosts {
					bound = max(bound, late(&p.Host[h], p.Host[h].SoLinger.Time))
				}
				lingers := func(s *spec.State, h spec.Host) bool { return s.Host[h].Lingering }
				// Both may wait, one after the other.
				return property{From: func(s spec.State) bool { return someIn(s, lingers) }, Bound: 2 * bound}
			},
		},
		{
			Name: "orphan-at-zero-window-ends", Kind: checker.LeadsTo,
			Claim:       "an orphan whose peer keeps its window closed is given up",
			About:       "An application that has closed cannot help any more, and a peer that never reads would keep the socket for ever. Linux ends it when the interval of its probes has come to its cap, although the peer answers.",
			Source:      "Linux tcp_probe_timer; RFC 9293 §3.8.6.1 asks for probes as long as the peer answers",
			HoldsWhen:   "Holds for the profile linux where tcp_retries2 lets the interval come to its cap. RFC 9293 keeps an orphan as long as its probes are answered.",
			Assumptions: []string{"the network delivers what is sent, or gives the probes' count up"},
			Expect:      expectOrphanAtZeroWindow,
			Make: func(spec.Params) property {
				return leaves(func(s *spec.State, h spec.Host) bool { return s.Host[h].Orphan() && s.Host[h].Rexmt == spec.Persist })
			},
		},
	}
}

func expectOrphanAtZeroWindow(p spec.Params) Expectation {
	if p.Host[spec.Client].ReceiveBuffer == 0 && p.Host[spec.Server].ReceiveBuffer == 0 {
		cut := has(p.Host[spec.Client].Script, disconnects) || has(p.Host[spec.Server].Script, disconnects)
		if !cut {
			return ExpectHolds // no window closes
		}
	}
	return Unstated
}
