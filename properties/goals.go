package properties

import (
	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/spec"
)

func goalProperties() []Property {
	return []Property{
		{
			Name:  "simultaneous-close",
			Kind:  checker.Reachable,
			Claim: "goal: the FINs cross, and both endpoints pass through CLOSING",
			About: "When both applications close before either FIN arrives, each endpoint meets a FIN in FIN_WAIT_1 and goes to CLOSING, and both end in TIME_WAIT. " +
				"The goal is a state with both in CLOSING, which is the same as both passing through it: an endpoint stays in CLOSING until an ACK of its FIN arrives, " +
				"and that ACK leaves after the other one has entered CLOSING.",
			Source:    "RFC 9293 §3.6, figure 13",
			HoldsWhen: "Reached when both applications close without waiting for an EOF, at times that differ by less than a delay. Not reached when one closes only after EOF.",
			Expect:    expectSimultaneousClose,
			Make: func(spec.Params) property {
				return property{
					Goal: func(s spec.State) bool {
						return s.Host[spec.Client].State == closing && s.Host[spec.Server].State == closing
					},
					Finds:     region{{at(spec.Client, inState(closing)), at(spec.Server, inState(closing))}},
					Symmetric: true,
				}
			},
		},
		{
			Name:  "three-segment-close",
			Kind:  checker.Reachable,
			Claim: "goal: the passive closer's FIN carries the ACK of the active closer's FIN",
			About: "The ACK of a FIN may be delayed; when the application closes before that timer, its FIN takes the ACK along, and the close needs three segments, not four. " +
				"The goal is a state in which the passive closer is in LAST_ACK with that FIN in flight, while the active closer is still in FIN_WAIT_1 and no pure ACK of its FIN has been sent.",
			Source: "RFC 9293 §3.8.6.3 (delayed ACK), §3.6; Linux tcp_fin, tcp_send_fin; the article on when four waves become three",
			HoldsWhen: "Reached when the passive closer delays its ACKs and its application closes in that time. " +
				"Not reached when it acknowledges at once (delayed_ack 0) or closes later.",
			Expect: expectThreeSegments,
			Make: func(p spec.Params) property {
				carries := func(s *spec.State, h spec.Host) bool { return finCarriesAck(&p, s, h) }
				return property{
					Goal:      func(s spec.State) bool { return someIn(s, carries) },
					Finds:     someOf(func(h spec.Host) []term { return finCarriesAckTerms(h, carries) }),
					Symmetric: true,
				}
			},
		},
		{
			Name:  "asymmetric-death",
			Kind:  checker.Reachable,
			Claim: "goal: one side is gone without a normal end, the other is still open and does not know",
			About: "One endpoint is CLOSED because it gave up, timed out, aborted or crashed, and no RST of it is under way; " +
				"the other still is in ESTABLISHED or CLOSE_WAIT with an open descriptor, and learns of it only when it sends something, or by keepalive. " +
				"It is what a lost first or second wave leaves behind.",
			Source:    "RFC 9293 §3.5.1 (half-open connections), §3.8.3; Linux tcp_write_err, tcp_fin_timeout; the article's first and second wave lost",
			HoldsWhen: "Reached when every FIN of the closer may be lost, or the peer's application needs longer than tcp_fin_timeout. Not reached when nothing is lost and both close in time.",
			Expect:    expectAsymmetricDeath,
			Make: func(spec.Params) property {
				return property{
					Goal:      func(s spec.State) bool { return someIn(s, goneUnnoticed) },
					Finds:     someOf(goneUnnoticedTerms),
					Symmetric: true,
				}
			},
		},
	}
}

// inFlight reports whether h has such a segment in flight.
func inFlight(s *spec.State, h spec.Host, which func(spec.Segment) bool) bool {
	for _, g := range s.Net[h][:s.Net[h].Len()] {
		if which(g) {
			return true
		}
	}
	return false
}

// finCarriesAck: h closes passively, and its FIN is the first to acknowledge that
// of the peer.
func finCarriesAck(p *spec.Params, s *spec.State, h spec.Host) bool {
	e, peer := &s.Host[h], &s.Host[h.Peer()]
	if e.State != lastAck || peer.State != finWait1 || !peer.FinSent() || p.Host[h].DelayedAck[1] == 0 {
		return false
	}
	if e.AckedFinAlone {
		return false
	}
	acks := func(g spec.Segment) bool { return g.Has(spec.ACK) && g.Ack == peer.SndEnd && !isRST(g) }
	return inFlight(s, h, func(g spec.Segment) bool { return isFIN(g) && acks(g) })
}

// finCarriesAckTerms are the states of finCarriesAck, with what can lead to them:
// the states of both hosts, and a segment that h sends.
func finCarriesAckTerms(h spec.Host, carries atHost) []term {
	peer := h.Peer()
	return []term{
		at(h, inState(lastAck)),
		at(peer, inState(finWait1)),
		{
			Observes: spec.HostPart(h) | spec.HostPart(peer) | spec.TakesPart(peer) | spec.GetsPart(peer),
			Raises:   spec.HostPart(h) | spec.HostPart(peer) | spec.GetsPart(peer),
			Lowers:   spec.HostPart(h) | spec.HostPart(peer) | spec.TakesPart(peer),
			Holds:    func(s spec.State) bool { return carries(&s, h) },
		},
	}
}

// goneUnnoticed: the connection of h has ended without its peer's knowledge. (It
// ends for want of a bucket in FIN_WAIT_2 too, before the peer's FIN.)
func goneUnnoticed(s *spec.State, h spec.Host) bool {
	return gone(s, h) && noRSTFor(s, h.Peer()) && unaware(s, h.Peer())
}

func gone(s *spec.State, h spec.Host) bool {
	return s.Host[h].State == closed && s.Host[h].Ending != spec.EndedNormally
}

func unaware(s *spec.State, h spec.Host) bool {
	e := &s.Host[h]
	return e.Open && (e.State == established || e.State == closeWait)
}

func noRSTFor(s *spec.State, h spec.Host) bool { return !inFlight(s, h.Peer(), isRST) }

func goneUnnoticedTerms(h spec.Host) []term {
	return []term{at(h, gone), nothingFor(h.Peer(), noRSTFor), at(h.Peer(), unaware)}
}

func expectSimultaneousClose(p spec.Params) Expectation {
	if !canCloseFirst(p, spec.Client) || !canCloseFirst(p, spec.Server) {
		return ExpectViolated // who waits for the other's FIN does not meet it in FIN_WAIT_1
	}
	if !prompt(p) || anyCut(p) {
		return Unstated
	}
	var lo, hi [2]int64
	for _, h := range hosts {
		first := upTo(p.Host[h].Script, sendsFIN)
		if !closesUnasked(p, h) || aborts(p, h) || len(p.Net.Lose) > 0 || has(first, sends) {
			return Unstated
		}
		lo[h], hi[h] = span(first)
	}
	c, s := spec.Client, spec.Server
	if lo[s] <= hi[c]+p.Net.Delay[c][1] && lo[c] <= hi[s]+p.Net.Delay[s][1] {
		return ExpectHolds
	}
	if lossless(p) {
		return ExpectViolated
	}
	return Unstated
}

func expectThreeSegments(p spec.Params) Expectation {
	verdict := ExpectViolated
	for _, h := range hosts {
		peer := h.Peer()
		first := upTo(p.Host[h].Script, sendsFIN)
		latest := late(&p.Host[h], p.Host[h].DelayedAck[1])
		after, _ := span(first)
		plain := len(first) == 1 && first[0].When == spec.AfterEOF && !aborts(p, h) && !aborts(p, peer) &&
			closesUnasked(p, peer) && !has(upTo(p.Host[peer].Script, sendsFIN), sends)
		switch {
		case p.Host[h].DelayedAck[1] == 0, len(first) == 0:
			// h never sends a FIN in time
		case plain && after <= latest && len(p.Net.Lose) == 0 && prompt(p) && !anyCut(p):
			return ExpectHolds
		case plain && after > latest && lossless(p) && prompt(p):
			// its ACK always leaves first
		case closesUnasked(p, h) && (needsEOF(p, peer) || !has(p.Host[peer].Script, sendsFIN)):
			// h is the active closer
		default:
			verdict = Unstated
		}
	}
	return verdict
}

func expectAsymmetricDeath(p spec.Params) Expectation {
	if unheard(p, spec.Client) || unheard(p, spec.Server) {
		return ExpectHolds
	}
	for _, h := range hosts { // an orphan whose peer has nothing more to do
		peer := h.Peer()
		idle := len(p.Host[peer].Script) == 0 && !p.Host[peer].SoKeepalive
		first := upTo(p.Host[h].Script, sendsFIN)
		if idle && closesUnasked(p, h) && !has(first, sends) && closes(first[len(first)-1]) && !aborts(p, h) &&
			finWait2Ends(&p) && p.Host[h].TCPLinger2 >= 0 && lossless(p) && prompt(p) {
			return ExpectHolds
		}
	}
	if !endsOrderly(p) {
		return Unstated
	}
	for _, h := range hosts {
		peer := h.Peer()
		_, slowest := span(upTo(p.Host[peer].Script, sendsFIN))
		patience := spec.Never
		if finWait2Ends(&p) {
			patience = finTime(&p, h)
			if p.Profile == spec.Linux && patience > 60*spec.Second {
				patience = 2 * (patience - 60*spec.Second) // at least
			}
		}
		if aborts(p, h) || p.Host[h].TCPLinger2 < 0 || p.Host[h].TCPMaxTwBuckets == 0 || has(p.Host[h].Script, sends) ||
			slowest >= patience-p.Net.Delay[h][1]-p.Net.Delay[peer][1] {
			return Unstated
		}
	}
	return ExpectViolated
}
