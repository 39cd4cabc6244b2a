package properties

import (
	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/spec"
)

func finWait2Properties() []Property {
	return []Property{
		{
			Name:  "fin-wait-2-bounded-for-orphans",
			Kind:  checker.StaysAtMost,
			Claim: "an orphan waits in FIN_WAIT_2 no longer than tcp_fin_timeout makes it",
			About: "After close() nobody can read what the peer still sends, so the wait for its FIN is bounded: tcp_fin_timeout, or TCP_LINGER2 of the socket, and at least 3.5·RTO. " +
				"Linux subtracts 60 s twice from times above 60 s: T = 61 s waits 2 s, T = 90 s waits 60 s, T = 120 s waits 120 s, T = 150 s waits 180 s. " +
				"Where both hosts can be the first to close, and their times differ, the longer one is the bound. " +
				"Afterwards the connection is deleted without a word, and a late FIN meets an RST. A socket that is still open (shutdown) waits without any bound: fin-wait-2-left-eventually.",
			Source:    "Linux tcp_fin_time, tcp_rcv_state_process, tcp_keepalive_timer, __tcp_close; the article on tcp_fin_timeout",
			HoldsWhen: "Holds for all parameters of the profiles linux and article. RFC 9293 has no timer in FIN_WAIT_2.",
			Excuse: func(p spec.Params) string {
				if !finWait2Ends(&p) {
					return "RFC 9293 has no timer in FIN_WAIT_2"
				}
				return ""
			},
			Expect: always(ExpectHolds),
			Make: func(p spec.Params) property {
				return property{
					From:  func(s spec.State) bool { return someIn(s, orphanInFinWait2) },
					Bound: orphanBound(&p),
				}
			},
		},
		{
			Name:  "fin-wait-2-left-eventually",
			Kind:  checker.LeadsTo,
			Claim: "every wait in FIN_WAIT_2 comes to an end",
			About: "FIN_WAIT_2 waits for the peer's application. A socket that was closed is an orphan and has a timer; one that was only shut down for sending has none, " +
				"and stays for hours although tcp_fin_timeout is 60 s. The run that shows it ends in a state in which nothing is pending and time passes for ever.",
			Source: "RFC 9293 §3.6, §3.10.8 (no timeout of FIN-WAIT-2); Linux __tcp_close, tcp_fin_time; the article on shutdown() and FIN_WAIT_2",
			HoldsWhen: "Holds when both applications close and nothing is lost, and for orphans under linux and article. " +
				"Violated by a half-open shutdown towards a peer that never closes, and under rfc9293 by any close towards such a peer.",
			Assumptions: []string{"the peer's application closes, or the socket is an orphan"},
			Expect:      expectFinWait2Left,
			Make:        func(spec.Params) property { return leaves(inState(finWait2)) },
		},
	}
}

func orphanInFinWait2(s *spec.State, h spec.Host) bool {
	return s.Host[h].State == finWait2 && s.Host[h].Orphan()
}

// finTime is tcp_fin_time of include/net/tcp.h.
func finTime(p *spec.Params, h spec.Host) int64 {
	c := &p.Host[h]
	t := c.TCPFinTimeout
	if c.TCPLinger2 > 0 {
		t = min(c.TCPLinger2, 120*spec.Second) // TCP_FIN_TIMEOUT_MAX
	}
	if p.Profile == spec.Linux {
		t = max(t, 3*c.RTO+c.RTO/2)
	}
	return t
}

// finWait2Length is the longest wait of an orphan of h in FIN_WAIT_2: up to 60 s
// on a mini-socket alone; of longer times Linux takes off 60 s, waits the rest
// on the full socket, and then the same rest once more on a mini-socket, which
// lives 3.5·RTO at least.
func finWait2Length(p *spec.Params, h spec.Host) int64 {
	t := finTime(p, h)
	if p.Profile == spec.Linux && t > 60*spec.Second {
		c := &p.Host[h]
		return late(c, t-60*spec.Second) + late(c, max(t-60*spec.Second, 3*c.RTO+c.RTO/2))
	}
	return late(&p.Host[h], t)
}

// orphanBound is the bound of the hosts that can come to FIN_WAIT_2 as orphans;
// where both can, the longer one, for a property has one bound. (FIN_WAIT_2 of
// both at once is impossible: the peer of one has received a FIN.)
func orphanBound(p *spec.Params) int64 {
	bound := int64(0)
	for _, h := range hosts {
		if has(p.Host[h].Script, closes) && canCloseFirst(*p, h) {
			bound = max(bound, finWait2Length(p, h))
		}
	}
	return bound
}

func expectFinWait2Left(p spec.Params) Expectation {
	for _, h := range hosts {
		first := upTo(p.Host[h].Script, sendsFIN)
		held := !has(p.Host[h].Script, closes) || p.Profile == spec.RFC9293
		quiet := !has(p.Host[h].Script, cuts) && !has(p.Host[h].Script, shutsReading) && !p.Host[h].SoKeepalive && !aborts(p, h)
		peer := p.Host[h.Peer()]
		peerSilent := !has(peer.Script, sendsFIN) && !has(peer.Script, cuts) && !has(peer.Script, sends) && !peer.SoKeepalive
		if closesUnasked(p, h) && !has(first, sends) && held && quiet && peerSilent && lossless(p) && prompt(p) {
			return ExpectViolated
		}
	}
	if endsOrderly(p) {
		return ExpectHolds
	}
	return Unstated
}
