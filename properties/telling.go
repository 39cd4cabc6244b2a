package properties

import (
	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/spec"
)

// What an application with an open descriptor is told, and what its call does.
func tellingProperties() []Property {
	return []Property{
		{
			Name: "error-tells-how-it-ended", Kind: checker.StepAlways,
			Claim: "the error of an open socket says how its connection ended, and there is none without an end",
			About: "An RST leaves ECONNRESET, behind the peer's FIN EPIPE, in answer to a SYN ECONNREFUSED; giving up and keepalive leave ETIMEDOUT, after an ICMP error EHOSTUNREACH; ss -K leaves ECONNABORTED; an orderly end leaves no error. " +
				"An application that retries, fails over or logs decides by it, and one that is told nothing takes a broken stream for a whole one.",
			Source:    "RFC 9293 §3.10.7.4, second check, §3.9.2.3 (ERR); Linux tcp_reset, tcp_write_err, tcp_keepalive_timer, tcp_abort; POSIX SO_ERROR",
			HoldsWhen: "Holds for all parameters.", Expect: always(ExpectHolds),
			Make: func(spec.Params) property { return stepAt(endsOrFails, toldHowItEnded) },
		},
		{
			Name: "error-is-told-once", Kind: checker.StepAlways,
			Claim:     "an error that was told to the application is gone from its socket",
			About:     "SO_ERROR is read and cleared in one. A socket that keeps it fails calls that have nothing to do with it.",
			Source:    "POSIX getsockopt(), SO_ERROR; Linux sock_error, tcp_recvmsg",
			HoldsWhen: "Holds for all parameters.", Expect: always(ExpectHolds),
			Make: func(spec.Params) property {
				return stepAt(
					func(t *transition, h spec.Host) bool {
						return t.before(h).SawErr == spec.NoError && t.after(h).SawErr != spec.NoError
					},
					func(t *transition, h spec.Host) bool { return t.after(h).Error == spec.NoError },
				)
			},
		},
		{
			Name: "write-after-the-fin-fails", Kind: checker.StepAlways,
			Claim:     "a write after shutdown(SHUT_WR), or without a connection, fails and writes nothing",
			About:     "EPIPE, or the error that is pending. Data that is taken there is lost: nothing can follow the FIN.",
			Source:    "RFC 9293 §3.10.2 (\"connection closing\"); POSIX send(), EPIPE; Linux tcp_sendmsg, sk_stream_error",
			HoldsWhen: "Holds for all parameters.", Expect: always(ExpectHolds),
			Make: func(p spec.Params) property {
				return stepAt(
					func(t *transition, h spec.Host) bool {
						call, ok := t.call(&p, h)
						e := t.before(h)
						return ok && sends(call) && (e.FinQueued || e.State == closed)
					},
					func(t *transition, h spec.Host) bool {
						return t.after(h).SawErr != spec.NoError && t.after(h).Written == t.before(h).Written && t.after(h).SndEnd == t.before(h).SndEnd
					},
				)
			},
		},
		{
			Name: "abort-sends-rst", Kind: checker.StepAlways,
			Claim: "a close() that aborts, and ss -K, send an RST where the peer still counts on the connection",
			About: "Unread data, SO_LINGER 0, TCP_LINGER2 < 0 and the administrator throw the connection away. The RST tells the peer; without it the peer waits for a FIN that nobody sends. " +
				"In CLOSING and LAST_ACK both FINs have been sent, and an RST is only due while something is unsent.",
			Source:    "RFC 9293 §3.10.5 (ABORT), §3.6.1 (MAY-1); RFC 2525 §2.17; Linux __tcp_close, tcp_need_reset, tcp_abort",
			HoldsWhen: "Holds for all parameters.", Expect: always(ExpectHolds),
			Make: func(p spec.Params) property {
				return stepAt(
					func(t *transition, h spec.Host) bool {
						e := t.before(h)
						call, ok := t.call(&p, h)
						needs := destroys(call) && !e.Mini && setOf(established, finWait1, finWait2, closeWait).has(e.State)
						return ok && !e.Offline && (needs || closes(call) && abortsNow(&p, h, e))
					},
					func(t *transition, h spec.Host) bool {
						rsts := t.sent(h, isRST)
						return len(rsts) == 1 && isActive(rsts[0], t.before(h)) && t.after(h).State == closed
					},
				)
			},
		},
		{
			Name: "lingering-close-waits", Kind: checker.StepAlways,
			Claim:  "close() with SO_LINGER n waits until the FIN is acknowledged or n is over",
			About:  "That is what the option is for: an application that asks for it believes, when close() returns before its time, that the peer has everything.",
			Source: "POSIX setsockopt(), SO_LINGER; Linux __tcp_close, sk_stream_wait_close", HoldsWhen: "Holds for all parameters.", Expect: always(ExpectHolds),
			Make: func(p spec.Params) property {
				waiting := setOf(finWait1, closing, lastAck)
				begins := func(t *transition, h spec.Host) bool {
					call, ok := t.call(&p, h)
					e, linger := t.before(h), p.Host[h].SoLinger
					return ok && call.Do == spec.Close && linger.On && linger.Time > 0 && !abortsNow(&p, h, e) && waiting.has(t.after(h).State)
				}
				return stepAt(
					func(t *transition, h spec.Host) bool { return begins(t, h) || t.before(h).Lingering },
					func(t *transition, h spec.Host) bool {
						to := t.after(h)
						if begins(t, h) {
							return to.Lingering && to.Open
						}
						return to.Lingering || t.is(h, spec.LingerTimeout) || !waiting.has(to.State)
					},
				)
			},
		},
	}
}

// endsOrFails: the connection of an open socket ends, or its socket gets an error.
func endsOrFails(t *transition, h spec.Host) bool { return ends(t, h) || fails(t, h) }

func ends(t *transition, h spec.Host) bool {
	from, to := t.before(h), t.after(h)
	return from.State != closed && to.State == closed && from.Open && to.Open && !from.Lingering
}

func fails(t *transition, h spec.Host) bool {
	return t.before(h).Error == spec.NoError && t.after(h).Error != spec.NoError
}

func toldHowItEnded(t *transition, h spec.Host) bool {
	if !ends(t, h) {
		return false // it fails without an end
	}
	from, to := t.before(h), t.after(h)
	told := to.Error
	if told == spec.NoError && from.SawErr == spec.NoError {
		told = to.SawErr // in the same step, to an application that waits for it
	}
	return told == errorOf(from, to.Ending) || from.SawErr != spec.NoError && to.Error == spec.NoError
}

// errorOf is what the end of a connection leaves for its application.
func errorOf(e *spec.Endpoint, why spec.Ending) spec.Errno {
	switch why {
	case spec.EndedReset, spec.EndedLateData:
		switch e.State {
		case timeWait:
			return spec.NoError
		case closeWait:
			return spec.EPIPE
		case synSent:
			return spec.ECONNREFUSED
		}
		return spec.ECONNRESET
	case spec.EndedGaveUp:
		if e.SoftError {
			return spec.EHOSTUNREACH
		}
		return spec.ETIMEDOUT
	case spec.EndedKeepalive:
		return spec.ETIMEDOUT
	case spec.EndedAbort:
		if e.State == timeWait {
			return spec.NoError
		}
		return spec.ECONNABORTED // by its administrator: an application that aborts has no descriptor left
	}
	return spec.NoError
}
