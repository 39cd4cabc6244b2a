package properties

import (
	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/spec"
)

func dataProperties() []Property {
	return []Property{
		{
			Name:  "eof-after-all-data",
			Kind:  checker.StepAlways,
			Claim: "an application sees EOF only when all data of its peer has arrived",
			About: "The end of the stream is a promise: everything that the peer wrote before its FIN was read or is ready to be read when read() first returns 0. " +
				"A FIN that overtakes data on the network must be held until the hole is filled. A stack that breaks this truncates files, and nobody gets an error.",
			Source:    "RFC 9293 §3.6 (MUST-12), §3.10.7.4 (eighth check, SHLD-31); Linux tcp_data_queue, tcp_fin",
			HoldsWhen: "Holds for all parameters. A host that shut down reading itself sees an EOF of its own making, and one that was told of an error needs no other warning: neither is judged.",
			Expect:    always(ExpectHolds),
			Make: func(spec.Params) property {
				p := stepAt(
					func(t *transition, h spec.Host) bool {
						e, to := t.before(h), t.after(h)
						return !e.SawEOF && to.SawEOF && !e.RcvShut && !to.RcvShut && to.SawErr == spec.NoError
					},
					func(t *transition, h spec.Host) bool {
						e, peer := t.after(h), t.after(h.Peer())
						return e.Read+e.Unread >= peer.Written
					},
				)
				p.Local = false // it compares the hosts
				return p
			},
		},
		{
			Name:  "no-silent-data-loss",
			Kind:  checker.LeadsTo,
			Claim: "what was written before the connection ended reaches the peer's application, or somebody is told",
			About: "Once the connection of a host that wrote data is CLOSED, that data sooner or later has been read by the peer's application or is ready for it, " +
				"or one of the two applications has been told of an error. An application that stops reading by itself (it closes, or shuts down reading, before it saw EOF) " +
				"does not count as a loss. TCP cannot promise more, and Linux does not promise this much: an orphan that gives up has nobody to tell, " +
				"the RST of SO_LINGER 0 is sent once and may be lost, and a host that crashes takes acknowledged data with it.",
			Source: "RFC 9293 §3.6 (closing reliably), §3.10.5 (ABORT), §3.8.3 (the user is told of the give-up); Linux tcp_write_err, __tcp_close",
			HoldsWhen: "Holds when nothing is lost, no receive window closes, and no host crashes or is cut off. Violated when all of a host's segments may be lost and it closed its descriptor " +
				"while its peer, which only waits, is still open.",
			Assumptions: []string{"no host crashes or is cut off, no socket is destroyed"},
			Expect:      expectNoSilentLoss,
			Make: func(p spec.Params) property {
				return property{
					From: func(s spec.State) bool {
						return someIn(s, func(s *spec.State, h spec.Host) bool {
							return s.Host[h].State == closed && s.Host[h].Written > 0
						})
					},
					Goal: func(s spec.State) bool {
						return !someIn(s, func(s *spec.State, h spec.Host) bool { return lostSilently(&p, s, h) })
					},
				}
			},
		},
	}
}

// lostSilently: the connection of h is gone, not all that it wrote has got to an
// application that wants it, and so far nobody has been told.
func lostSilently(p *spec.Params, s *spec.State, h spec.Host) bool {
	e, peer := &s.Host[h], &s.Host[h.Peer()]
	arrived := peer.Read + peer.Unread
	told := toldOrCanSee(e) || toldOrCanSee(peer)
	crashed := peer.Down || peer.Ending == spec.EndedCrash
	// An EOF that shutdown(SHUT_RD) made is no wish for more.
	unwanted := has(p.Host[h.Peer()].Script, shutsReading) || !peer.Open && !peer.SawEOF && !crashed
	return e.State == closed && arrived < e.Written && !told && !unwanted
}

// toldOrCanSee: the application was told of an error, or the next call of its
// open descriptor reports one.
func toldOrCanSee(e *spec.Endpoint) bool {
	return e.SawErr != spec.NoError || e.Open && e.Error != spec.NoError
}

func expectNoSilentLoss(p spec.Params) Expectation {
	if anyCut(p) {
		return Unstated
	}
	anyData := has(p.Host[spec.Client].Script, sends) || has(p.Host[spec.Server].Script, sends)
	windows := p.Host[spec.Client].ReceiveBuffer > 0 || p.Host[spec.Server].ReceiveBuffer > 0
	if !anyData || lossless(p) && prompt(p) && !windows {
		return ExpectHolds
	}
	for _, h := range hosts {
		// Everything of an orphan is lost, and its peer waits for more.
		closer := upTo(p.Host[h].Script, sendsFIN)
		if p.Net.Losses == spec.Unlimited && closesUnasked(p, h) && has(closer, sends) && closes(closer[len(closer)-1]) &&
			!staysOpen(&p.Host[h]) && needsEOF(p, h.Peer()) {
			return ExpectViolated
		}
	}
	return Unstated
}
