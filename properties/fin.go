package properties

import (
	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/spec"
)

func finProperties() []Property {
	return []Property{
		{
			Name:  "fin-retries-bounded",
			Kind:  checker.Always,
			Claim: "no host sends more copies of its FIN than its retry limit allows",
			About: "A FIN that is not acknowledged is retransmitted with a doubling timeout and given up in the end. How often is widely misread: " +
				"under Linux the limit is a time budget computed from 200 ms, not a count, it starts at the first retransmission, and a tail loss probe adds an uncounted copy; " +
				"with an RTO of 200 to 204 ms and tcp_orphan_retries = 3 a LAN sees 6 FINs, a slow path 4. " +
				"tcp_orphan_retries applies to orphans, tcp_retries2 while a descriptor is open; TCP_USER_TIMEOUT replaces both. " +
				"More copies than that are a host that never stops.",
			Source: "Linux tcp_write_timeout, retransmits_timed_out, tcp_model_timeout, tcp_orphan_retries, tcp_schedule_loss_probe; RFC 9293 §3.8.3 (R2); " +
				"the article: N retransmissions, then one more timeout",
			HoldsWhen: "Holds for all parameters. Article: at most 1 + N copies. RFC 9293: until R2 = 100 s. " +
				"Linux: 1 + (k − 1) copies with the smallest k >= 2 such that (2^k − 2)·RTO >= limit(n), one more with tcp_early_retrans; " +
				"n is tcp_orphan_retries (0 acts as 8) for an orphan, else tcp_retries2.",
			Excuse: finsBeyondCount,
			Expect: always(ExpectHolds),
			Make:   makeFinRetriesBounded,
		},
		{
			Name:  "fin-one-sequence-number",
			Kind:  checker.StepAlways,
			Claim: "every FIN of a host has one and the same sequence number, behind all its data",
			About: "The FIN takes the sequence number after the last byte that the application wrote, every retransmission of it has the same one, " +
				"and no byte is ever sent beyond it. Otherwise the peer either takes the end for a hole and waits for ever, or reports an end of data that is not the end.",
			Source:    "RFC 9293 §3.10.4 (CLOSE: the FIN follows the preceding SENDs), §3.4 (the FIN occupies one sequence number); Linux tcp_send_fin",
			HoldsWhen: "Holds for all parameters.",
			Expect:    always(ExpectHolds),
			Make:      func(spec.Params) property { return stepAt(sendsFinOrBeyond, finHasItsNumber) },
		},
	}
}

func makeFinRetriesBounded(p spec.Params) property {
	bound := [2]int{finBound(&p, spec.Client), finBound(&p, spec.Server)}
	return alwaysAt(
		func(s *spec.State, h spec.Host) bool { return s.Host[h].FinsSent > 0 },
		func(s *spec.State, h spec.Host) bool { return int(s.Host[h].FinsSent) <= bound[h] },
	)
}

// sendsFinOrBeyond: the step sends a FIN of h, or data after its first FIN.
func sendsFinOrBeyond(t *transition, h spec.Host) bool {
	fins := t.sent(h, isFIN)
	return len(fins) > 0 || t.before(h).FinSeq != 0 && len(t.sent(h, func(g spec.Segment) bool { return g.Len > 0 })) > 0
}

func finHasItsNumber(t *transition, h spec.Host) bool {
	// The SYN is number 0, the data units that were written are 1 to Written.
	number := spec.Seq(1 + t.after(h).Written)
	if first := t.before(h).FinSeq; first != 0 && first != number {
		return false
	}
	for _, g := range t.sent(h, func(g spec.Segment) bool { return g.Len > 0 || isFIN(g) }) {
		if isFIN(g) && g.End()-1 != number {
			return false
		}
		if !isFIN(g) && g.End().After(number) {
			return false
		}
	}
	return t.after(h).FinSeq == number
}
