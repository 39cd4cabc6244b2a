package properties

import (
	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/spec"
)

// What TIME_WAIT is for: the next connection between the same ports.

func reopenProperties() []Property {
	all := []Property{
		{
			Name:  "quiescence",
			Kind:  checker.StepAlways,
			Claim: "when TIME_WAIT runs out, nothing of the connection is left: no segment in flight, no endpoint at the peer",
			About: "This is the purpose of TIME_WAIT. The last ACK may travel for almost a maximum segment lifetime, and a FIN that the peer sent again just before it came travels as long once more: " +
				"so 2·MSL where the peer retransmits, and MSL where it does not. If every ACK may be lost no length will do. " +
				"What is left over need not do harm: no-old-duplicate-accepted asks that.",
			Source:    "RFC 9293 §3.4.3, §3.6.1, §3.10.7.4",
			HoldsWhen: "Holds when TIME_WAIT is at least 2·MSL and nothing is lost, violated when every ACK may be lost.",
			Make: func(spec.Params) property {
				p := stepAt(
					func(t *transition, h spec.Host) bool {
						return t.is(h, spec.StateTimeout) && t.before(h).State == timeWait && t.after(h).State != timeWait
					},
					func(t *transition, h spec.Host) bool { return quiet(t, h) },
				)
				p.Local = false // it looks at the peer and at the network
				return p
			},
		},
		{
			Name:  "no-old-duplicate-accepted",
			Kind:  checker.StepAlways,
			Claim: "no segment of an earlier connection moves a later one: no data or FIN is taken, no state is changed",
			About: "An old FIN that is taken for the new connection's ends its data early, old data is delivered to the wrong application, an old RST kills it. " +
				"It takes a segment that outlived TIME_WAIT (or a connection that had none: SO_LINGER 0, no bucket, a crash, an RST in TIME_WAIT) and initial sequence numbers at or below the old ones. " +
				"Numbers above the old ones refuse it whatever the length of TIME_WAIT.",
			Source:    "RFC 9293 §3.4.3, §3.6.1; RFC 1337 §1 (hazards H1 to H3); RFC 6528 §2; Linux tcp_twsk_unique (SND.NXT + 65537)",
			HoldsWhen: "Holds when initial numbers are above all old ones and do not wrap round to them.",
			Expect:    numbersAbove,
			Make:      func(spec.Params) property { return stepAt(oldArrives(anySegment), unmoved) },
		},
		{
			Name:  "old-rst-cannot-kill",
			Kind:  checker.StepAlways,
			Claim: "no RST of an earlier connection, or sent in answer to a segment of it, ends a later one",
			About: "An RST carries no timestamp that could prove it old (RFC 7323 exempts it from PAWS), so the sequence number alone decides: exactly RCV.NXT (RFC 5961), " +
				"and for the article's and older stacks anything in the window.",
			Source:    "RFC 1337 §1 (hazard H3); RFC 5961 §3.2; RFC 9293 §3.10.7.4",
			HoldsWhen: "Holds when initial numbers are above all old ones and do not wrap round to them.",
			Expect:    numbersAbove,
			Make:      func(spec.Params) property { return stepAt(oldArrives(isRST), unmoved) },
		},
		{
			Name:  "every-last-ack-fin-finds-time-wait",
			Kind:  checker.StepAlways,
			Claim: "every FIN of a peer in LAST_ACK finds the connection still there, TIME_WAIT at the latest",
			About: "TIME_WAIT has to outlive the retransmissions of the passive closer, else its FIN meets CLOSED and is answered by an RST, or meets the next connection. " +
				"Each lost segment doubles the gap to the next FIN, so that no fixed time is enough when all of them may be lost.",
			Source:    "RFC 9293 §3.6.1, §3.10.7.4; Linux inet_timewait_sock (60 s sized to survive retransmissions)",
			HoldsWhen: "Holds when TIME_WAIT is longer than the gaps that losses leave between FINs.",
			Make: func(spec.Params) property {
				p := stepAt(
					func(t *transition, h spec.Host) bool {
						g, arrives := t.arrives(h)
						peer := t.before(h.Peer())
						return arrives && isFIN(g) && peer.State == lastAck && g.Incarnation() == peer.Incarnation
					},
					func(t *transition, h spec.Host) bool {
						g, _ := t.arrives(h)
						return t.before(h).State != closed && t.before(h).Incarnation == g.Incarnation()
					},
				)
				p.Local = false // it looks at the peer
				return p
			},
		},
		{
			Name:  "passive-side-closes-properly",
			Kind:  checker.StepAlways,
			Claim: "LAST_ACK is left by the ACK of its FIN",
			About: "The second purpose of TIME_WAIT: while it lasts, a FIN that is sent again is acknowledged again. Where TIME_WAIT was skipped or is over, the FIN meets a host that knows nothing of the connection, " +
				"and an RST tells the passive closer of an error although all went well; or it gives up.",
			Source:    "RFC 9293 §3.6.1; RFC 1122 §4.2.2.13; the article's second reason for TIME_WAIT",
			HoldsWhen: "Violated when every ACK may be lost. Otherwise it depends on how long TIME_WAIT is.",
			Make: func(spec.Params) property {
				return stepAt(
					func(t *transition, h spec.Host) bool {
						return t.before(h).State == lastAck && t.after(h).State != lastAck
					},
					func(t *transition, h spec.Host) bool { return t.after(h).Ending == spec.EndedNormally },
				)
			},
		},
		{
			Name:  "reuse-needs-its-conditions",
			Kind:  checker.StepAlways,
			Claim: "connect() on ports whose last connection is not gone fails, unless the rules of reuse allow it",
			About: "Linux lets connect() take over TIME_WAIT when the last connection had timestamps, and either the port was bound by the application or tcp_tw_reuse allows it and tcp_tw_reuse_delay has passed. " +
				"Otherwise it is EADDRNOTAVAIL at once.",
			Source:    "Linux tcp_twsk_unique, __inet_check_established; ip-sysctl tcp_tw_reuse, tcp_tw_reuse_delay",
			HoldsWhen: "Holds for all parameters.",
			Expect:    always(ExpectHolds),
			Make:      makeReuse,
		},
		{
			Name:  "time-wait-takes-a-newer-syn-only",
			Kind:  checker.StepAlways,
			Claim: "a SYN in TIME_WAIT opens the next connection exactly when it is newer than all of the last one",
			About: "A SYN that is not newer may be an old duplicate, and the connection that it opens would lie among the old numbers; it is acknowledged, and TIME_WAIT goes on. " +
				"One that is newer, by its number or its timestamp, is safe, and refusing it keeps the ports closed for a minute. RFC 9293 allows it (MAY-2), Linux does it where somebody listens; the article knows nothing of it.",
			Source:    "RFC 9293 §3.10.7.4 (MAY-2); RFC 6191 §2; RFC 1122 §4.2.2.13; Linux tcp_timewait_state_process (TCP_TW_SYN)",
			HoldsWhen: "Holds for all parameters.",
			Expect:    always(ExpectHolds),
			Make: func(p spec.Params) property {
				made := stepAt(
					func(t *transition, h spec.Host) bool {
						g, arrives := t.arrives(h)
						return arrives && t.before(h).State == timeWait && p.Host[h].Listens && g.Has(spec.SYN) && !g.Has(spec.ACK) && !g.Has(spec.RST) && !g.Has(spec.FIN)
					},
					func(t *transition, h spec.Host) bool {
						g, _ := t.arrives(h)
						e := t.before(h)
						stamps := p.Host[spec.Client].TCPTimestamps && p.Host[spec.Server].TCPTimestamps
						newer := g.Seq.After(e.RcvNxt) || stamps && g.Incarnation() > e.Incarnation && !t.before(h.Peer()).SameStamps
						taken := t.after(h).State == synRcvd
						return taken == (newer && p.Profile != spec.Article) && (taken || t.after(h).State == timeWait)
					},
				)
				made.Local = false // it looks at the peer's timestamps
				return made
			},
		},
		reached("time-wait-assassination", "an RST ends TIME_WAIT before its time",
			func(s *spec.State) bool {
				return someHost(func(h spec.Host) bool { return s.Host[h].Ending == spec.EndedInTimeWait })
			}),
		reached("connected-again", "the next connection between the same ports is established at both hosts",
			func(s *spec.State) bool {
				up := func(h spec.Host) bool { return !setOf(closed, synSent, synRcvd).has(s.Host[h].State) }
				return s.Host[0].Incarnation > 0 && s.Host[0].Incarnation == s.Host[1].Incarnation && up(spec.Client) && up(spec.Server)
			}),
		reached("old-fin-ends-new-connection", "a new connection is in CLOSE_WAIT although its peer has sent no FIN: the FIN was an old one",
			func(s *spec.State) bool {
				return someHost(func(h spec.Host) bool {
					e, peer := &s.Host[h], &s.Host[h.Peer()]
					return e.Incarnation > 0 && e.State == closeWait && peer.Incarnation == e.Incarnation && peer.State == established
				})
			}),
		reached("connect-refused", "connect() on the ports of the last connection fails: EADDRNOTAVAIL, or reset by what is left of it",
			func(s *spec.State) bool {
				return someHost(func(h spec.Host) bool {
					return s.Host[h].SawErr == spec.EADDRNOTAVAIL || s.Host[h].SawErr == spec.ECONNREFUSED
				})
			}),
	}
	all = append(all, connectProperties()...)
	for i := range all {
		all[i].Reopened, all[i].OnlyReopened = true, true
	}
	return all
}

// numbersAbove: initial numbers among the old ones, be it by a step that is less than what
// a connection takes, leave it to the delays. (With a step of 1 an old RST has the next
// number of a new SYN_RCVD: RFC 9293 §3.10.7.4 returns to LISTEN for it.)
func numbersAbove(p spec.Params) Expectation {
	if p.ISNsAbove() {
		return ExpectHolds
	}
	return Unstated
}

// quiet: nothing of the connection that h had is left but TIME_WAIT of the peer.
func quiet(t *transition, h spec.Host) bool {
	of := t.before(h).Incarnation
	for _, from := range hosts {
		for _, g := range t.to.Net[from] {
			if g != (spec.Segment{}) && g.Incarnation() == of {
				return false
			}
		}
	}
	peer := t.after(h.Peer())
	return peer.State == closed || peer.State == timeWait || peer.Incarnation != of
}

func anySegment(spec.Segment) bool { return true }

// oldArrives: a segment of an earlier connection arrives at a later one.
func oldArrives(which func(spec.Segment) bool) ofHost {
	return func(t *transition, h spec.Host) bool {
		g, arrives := t.arrives(h)
		return arrives && which(g) && t.before(h).State != closed && g.Incarnation() < t.before(h).Incarnation
	}
}

// unmoved: the step takes no text and changes no state.
func unmoved(t *transition, h spec.Host) bool {
	a, b := t.before(h), t.after(h)
	return a.State == b.State && a.RcvNxt == b.RcvNxt && a.Held == b.Held && a.HeldFin == b.HeldFin
}

func someHost(f func(spec.Host) bool) bool { return f(spec.Client) || f(spec.Server) }

// reached is a goal of this theme.
func reached(name, claim string, goal func(s *spec.State) bool) Property {
	return Property{
		Name: name, Kind: checker.Reachable, Claim: claim, About: "A goal: the run that gets there is the answer. Unreachable is one too.",
		Source: "RFC 9293 §3.4.3, §3.6.1", HoldsWhen: "It depends on all that comes between the connections.",
		Make: func(spec.Params) property {
			return property{Symmetric: true, Goal: func(s spec.State) bool { return goal(&s) }}
		},
	}
}
