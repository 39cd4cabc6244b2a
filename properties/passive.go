package properties

import (
	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/spec"
)

func passiveProperties() []Property {
	return []Property{
		{
			Name:  "close-wait-left-eventually",
			Kind:  checker.LeadsTo,
			Claim: "every wait in CLOSE_WAIT comes to an end",
			About: "CLOSE_WAIT waits for the application alone: no sysctl and no timer ends it. Thousands of sockets in CLOSE_WAIT are a server that does not close its descriptors after EOF. " +
				"An accepted RST, or a keepalive that finds the peer gone, ends it too.",
			Source:      "RFC 9293 §3.6 (case 2), §3.10.8 (no timeout of CLOSE-WAIT); the article: the kernel cannot close CLOSE_WAIT by itself",
			HoldsWhen:   "Holds when both applications close within a finite time and nothing is lost. Violated when the application of the passive closer never closes.",
			Assumptions: []string{"the application closes after EOF"},
			Expect:      expectCloseWaitLeft,
			Make:        func(spec.Params) property { return leaves(inState(closeWait)) },
		},
		{
			Name:  "last-ack-only-passive",
			Kind:  checker.Always,
			Claim: "only the passive closer is in LAST_ACK, and never both at once",
			About: "LAST_ACK has received the peer's FIN before it queued its own. An active closer that meets a FIN goes to CLOSING or TIME_WAIT; " +
				"a stack that sends it to LAST_ACK skips TIME_WAIT and leaves nobody to answer a retransmitted FIN.",
			Source:    "RFC 9293 §3.3.2, §3.6 (figures 12 and 13), §3.10.4",
			HoldsWhen: "Holds for all parameters.",
			Expect:    always(ExpectHolds),
			Make: func(spec.Params) property {
				passive := func(s *spec.State, h spec.Host) bool {
					e := &s.Host[h]
					return !e.ActiveClose && e.PeerFin && e.FinQueued
				}
				p := alwaysAt(inState(lastAck), func(s *spec.State, h spec.Host) bool {
					return passive(s, h) && s.Host[h.Peer()].State != lastAck
				})
				p.Finds = append(
					someAt(func(s *spec.State, h spec.Host) bool { return s.Host[h].State == lastAck && !passive(s, h) }),
					[]term{at(spec.Client, inState(lastAck)), at(spec.Server, inState(lastAck))},
				)
				return p
			},
		},
	}
}

func expectCloseWaitLeft(p spec.Params) Expectation {
	for _, h := range hosts { // h closes, its peer gets the FIN and never does anything about it
		first := upTo(p.Host[h].Script, sendsFIN)
		peer := p.Host[h.Peer()]
		peerSilent := !has(peer.Script, sendsFIN) && !has(peer.Script, cuts) && !has(peer.Script, sends) && !peer.SoKeepalive
		waits := p.Profile != spec.Linux || p.Host[h].TCPLinger2 >= 0 // else an RST follows, and ends CLOSE_WAIT
		if waits && closesUnasked(p, h) && !has(first, sends) && !aborts(p, h) && peerSilent && !p.Host[h].SoKeepalive &&
			!has(p.Host[h].Script, cuts) && lossless(p) && prompt(p) {
			return ExpectViolated
		}
	}
	if endsOrderly(p) {
		return ExpectHolds
	}
	return Unstated
}
