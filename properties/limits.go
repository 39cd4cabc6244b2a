package properties

import (
	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/spec"
)

// How long a host tries before it gives up.
func limitProperties() []Property {
	return []Property{
		{
			Name: "progress-ends-the-give-up-clocks", Kind: checker.StepAlways,
			Claim:     "an ACK of something new stops every clock of giving up, and the backoff begins anew",
			About:     "The retry limit counts from the last progress. A clock that runs on ends a connection whose peer is there and answers.",
			Source:    "RFC 9293 §3.8.3; RFC 6298 §5.3, §5.7; Linux tcp_ack, tcp_rearm_rto",
			HoldsWhen: "Holds for all parameters.", Expect: always(ExpectHolds),
			Make: func(spec.Params) property {
				return stepAt(
					func(t *transition, h spec.Host) bool {
						_, arrives := t.arrives(h)
						return arrives && t.before(h).State != closed && t.after(h).State != closed && t.after(h).SndUna != t.before(h).SndUna
					},
					func(t *transition, h spec.Host) bool {
						e := t.after(h)
						return e.Backoff == 0 && e.LimitOrphan == spec.LimitIdle && e.LimitRetries2 == spec.LimitIdle && e.LimitUser == spec.LimitIdle
					},
				)
			},
		},
		{
			Name: "retransmissions-have-a-limit", Kind: checker.Always,
			Claim: "while something is sent again, the clock that ends it is running",
			About: "From the first retransmission by the RTO on, one clock says when to give up: that of tcp_orphan_retries for an orphan, of tcp_retries2 while a descriptor is open, of TCP_USER_TIMEOUT in place of both. " +
				"Without it a peer that is gone is asked for ever.",
			Source:    "RFC 9293 §3.8.3 (R2); Linux tcp_write_timeout, retransmits_timed_out",
			HoldsWhen: "Holds for all parameters. The article counts, and has no clock.", Expect: always(ExpectHolds),
			Excuse: articleCounts,
			Make: func(p spec.Params) property {
				return alwaysAt(
					func(s *spec.State, h spec.Host) bool { return s.Host[h].Rexmt == spec.RTO && s.Host[h].Backoff > 0 },
					func(s *spec.State, h spec.Host) bool { return *limitOf(&p, h, &s.Host[h]) != spec.LimitIdle },
				)
			},
		},
		{
			Name: "limits-are-those-set", Kind: checker.StepAlways,
			Claim: "the clocks of giving up and of keepalive run as long as the parameters say",
			About: "limit(n) is the time of n + 1 timeouts that begin at 200 ms and double up to tcp_rto_max, whatever the RTO is; n is tcp_orphan_retries (0 acts as 8) or tcp_retries2. " +
				"R2 of RFC 9293 is 100 s. TCP_USER_TIMEOUT is itself. Keepalive waits tcp_keepalive_time, then tcp_keepalive_intvl. One retry too many or too few is seen here first.",
			Source:    "Linux tcp_model_timeout, tcp_orphan_retries, tcp_write_timeout, tcp_keepalive_timer; RFC 9293 §3.8.3, §3.8.4",
			HoldsWhen: "Holds for all parameters.", Expect: always(ExpectHolds),
			Make: makeLimitsAreThoseSet,
		},
		{
			Name: "progress-restarts-the-rto", Kind: checker.StepAlways,
			Claim:     "an ACK of something new restarts the retransmission timer for what is still outstanding, an answer to a probe the persist timer",
			About:     "The timer measures how long the oldest segment has been waiting. One that runs on from the segment before expires too early, and sends again what is on its way.",
			Source:    "RFC 6298 §5.3; Linux tcp_rearm_rto",
			HoldsWhen: "Holds for all parameters.", Expect: always(ExpectHolds),
			Make: func(spec.Params) property {
				return stepAt(
					func(t *transition, h spec.Host) bool {
						g, arrives := t.arrives(h)
						from, to := t.before(h), t.after(h)
						if !arrives || from.State == closed || to.State == closed || from.Incarnation != to.Incarnation {
							return false
						}
						probed := from.Rexmt == spec.Persist && to.Rexmt == spec.Persist && inOrder(from, g)
						return probed || to.SndUna != from.SndUna && to.SndUna != to.SndNxt
					},
					func(t *transition, h spec.Host) bool { return spec.RexmtTimerSet(t.label, h) },
				)
			},
		},
		{
			Name: "rto-doubles", Kind: checker.StepAlways,
			Claim:     "each expiry of the RTO doubles it, up to its cap",
			About:     "A path that loses segments is not helped by more of them. The first timeout is the RTO, each further one twice the one before, up to tcp_rto_max; an ACK of something new begins anew, and an ICMP error takes one doubling back.",
			Source:    "RFC 6298 §5.4, §5.5; RFC 9293 §3.8.1; Linux tcp_retransmit_timer",
			HoldsWhen: "Holds for all parameters.", Expect: always(ExpectHolds),
			Make: makeRTODoubles,
		},
	}
}

func articleCounts(p spec.Params) string {
	if p.Profile == spec.Article {
		return "the article counts retransmissions and has no clock of giving up"
	}
	return ""
}

// limitOf is the clock of giving up that applies to retransmissions of the host.
func limitOf(p *spec.Params, h spec.Host, e *spec.Endpoint) *spec.Limit {
	switch {
	case p.Profile == spec.Linux && p.Host[h].TCPUserTimeout > 0:
		return &e.LimitUser
	case p.Profile == spec.Linux && e.Orphan():
		return &e.LimitOrphan
	}
	return &e.LimitRetries2
}

func makeLimitsAreThoseSet(p spec.Params) property {
	length := func(t *transition, h spec.Host) (d int64, ok bool) {
		c := &p.Host[h]
		switch {
		case t.info.Host != h:
		case t.info.Kind == spec.OrphanLimitDue:
			return orphanLimit(c)(min(c.RTO, c.RTOMax)), true
		case t.info.Kind == spec.Retries2LimitDue && p.Profile == spec.RFC9293:
			return r2, true
		case t.info.Kind == spec.Retries2LimitDue:
			return retryLimit(c.TCPRetries2, c.RTOMax), true
		case t.info.Kind == spec.UserTimeoutDue:
			return c.TCPUserTimeout, true
		case t.info.Kind == spec.KeepaliveDue && t.before(h).Probes == 0:
			return c.KeepaliveTime, true
		case t.info.Kind == spec.KeepaliveDue:
			return c.KeepaliveIntvl, true
		}
		return 0, false
	}
	made := stepAt(
		func(t *transition, h spec.Host) bool {
			_, ok := length(t, h)
			return ok
		},
		func(t *transition, h spec.Host) bool {
			d, _ := length(t, h)
			if t.info.Kind == spec.KeepaliveDue {
				return t.event.Earliest == d && t.event.Latest == late(&p.Host[h], d)
			}
			// Due 1 µs early: an RTO at the same instant finds the limit reached.
			return t.event.Earliest == d-1 && t.event.Latest == d-1
		},
	)
	made.Timed = true // it reads windows
	return made
}

func makeRTODoubles(p spec.Params) property {
	made := stepAt(
		func(t *transition, h spec.Host) bool {
			e := t.before(h)
			return t.is(h, spec.RexmtTimeout) && e.Rexmt == spec.RTO && !setOf(synSent, synRcvd).has(e.State)
		},
		func(t *transition, h spec.Host) bool {
			e, c := t.before(h), &p.Host[h]
			rto := min(c.RTO, c.RTOMax)
			for range e.Backoff {
				rto = min(2*rto, c.RTOMax)
			}
			// TCP_USER_TIMEOUT makes the last timeout end with it.
			asLong := e.LimitUser == spec.LimitReached || t.event.Earliest == rto && t.event.Latest == late(c, rto)
			return asLong && (t.after(h).State == closed || t.after(h).Backoff == e.Backoff+1 || rto == c.RTOMax)
		},
	)
	made.Timed = true // it reads windows
	return made
}
