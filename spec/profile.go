package spec

// GiveUp is the rule by which the retransmission of an unacknowledged FIN ends.
type GiveUp uint8

// The rules.
const (
	// GiveUpByTime: the retry limit is a time budget that starts at the first
	// RTO retransmission (Linux retransmits_timed_out, tcp_model_timeout).
	GiveUpByTime GiveUp = iota
	// GiveUpByCount: tcp_orphan_retries retransmissions, then one more RTO (the
	// article; also Linux's documentation, which calls it a lower bound).
	GiveUpByCount
	// GiveUpR2: a time budget of R2 (RFC 9293 §3.8.3).
	GiveUpR2
)

// R2 is the threshold of RFC 9293 §3.8.3 (SHLD-11: at least 100 seconds).
const R2 = 100 * Second

// rules are what the profiles differ in. Everything else is one automaton.
type rules struct {
	giveUp GiveUp
	// miniSockets: TIME_WAIT and the FIN_WAIT_2 of an orphan are mini-sockets
	// with rules of their own (Linux tcp_timewait_state_process).
	miniSockets bool
	// finTimeout: FIN_WAIT_2 of an orphan ends after tcp_fin_timeout. RFC 9293
	// knows no such timer.
	finTimeout bool
	// exactRST: an RST in the window but not at RCV.NXT is answered by a
	// challenge ACK (RFC 5961 §3.2, RFC 9293 §3.10.7.4). Without it any RST in
	// the window resets.
	exactRST bool
	// linuxWindow: Linux tests the left edge against the last acknowledged
	// point and allows SEG.SEQ at the right edge (tcp_sequence); RFC 9293
	// §3.10.7.4 has the table of four cases.
	linuxWindow bool
	// ackQuota: ACKs in answer to unacceptable empty segments and SYNs are
	// limited to one in 500 ms (tcp_invalid_ratelimit).
	ackQuota bool
	// lossProbe: a tail loss probe precedes the RTO (RFC 8985 §7).
	lossProbe bool
	// repeatTimeWait: every unacceptable segment with ACK restarts TIME_WAIT,
	// not only the peer's FIN.
	repeatTimeWait bool
	// returnsToTimeWait: a SYN may open the next connection out of TIME_WAIT, which comes
	// back where the SYN turns out to be an old duplicate (RFC 9293 §3.6.1, MAY-2). Linux
	// does the first, and not the second.
	returnsToTimeWait bool
}

var profileRules = [...]rules{
	Linux: {
		giveUp: GiveUpByTime, miniSockets: true, finTimeout: true, exactRST: true,
		linuxWindow: true, ackQuota: true, lossProbe: true, repeatTimeWait: true,
	},
	RFC9293: {giveUp: GiveUpR2, exactRST: true, returnsToTimeWait: true},
	Article: {giveUp: GiveUpByCount, finTimeout: true},
}

// timeWaitLen is TCP_TIMEWAIT_LEN of include/net/tcp.h. It is no 2·MSL: Linux has
// no MSL.
const timeWaitLen = 60 * Second

// TimeWaitLength is how long TIME_WAIT lasts after its last restart.
func (p *Params) TimeWaitLength(h Host) int64 {
	switch {
	case p.Host[h].TimeWait == NoTime:
		return 0
	case p.Host[h].TimeWait > 0:
		return p.Host[h].TimeWait
	case p.Profile == Linux:
		return timeWaitLen
	default:
		return 2 * p.Net.MSL // RFC 9293 §3.6.1
	}
}

// FinTime is tcp_fin_time of include/net/tcp.h: how long an orphan waits in
// FIN_WAIT_2, before the two phases of a time above 60 s are told apart.
// TCP_LINGER2 is clamped to 120 s (TCP_FIN_TIMEOUT_MAX).
func (p *Params) FinTime(h Host) int64 {
	c := &p.Host[h]
	t := c.TCPFinTimeout
	if c.TCPLinger2 > 0 {
		t = min(c.TCPLinger2, 120*Second)
	}
	if p.Profile == Linux {
		t = max(t, c.RTO*7/2)
	}
	return t
}

// finWait2Phases are the two times an orphan spends in FIN_WAIT_2. Linux counts
// the part above 60 s on the full socket and then, having subtracted 60 s again,
// the same on the mini-socket: 2·(T−60 s) in all for T > 60 s
// (tcp_rcv_state_process and tcp_keepalive_timer both subtract). No mini-socket
// lives less than 3.5·RTO (tcp_time_wait).
func (p *Params) finWait2Phases(h Host) (full, mini int64) {
	t := p.FinTime(h)
	if p.Profile == Linux && t > timeWaitLen {
		return t - timeWaitLen, max(t-timeWaitLen, p.Host[h].RTO*7/2)
	}
	return 0, t
}

// Limit constants of include/net/tcp.h: tcp_model_timeout counts with the
// constant TCP_RTO_MIN whatever the RTO of the connection is.
const rtoMin = 200 * Millisecond

// RetryLimit is tcp_model_timeout: the time budget of n retransmissions, counted
// from the first of them.
func RetryLimit(n uint8, rtoMax int64) int64 {
	doublings := 0 // ilog2(rtoMax / rtoMin)
	for rtoMin<<(doublings+1) <= rtoMax {
		doublings++
	}
	if int(n) <= doublings {
		return (2<<n - 1) * rtoMin
	}
	return (2<<doublings-1)*rtoMin + int64(int(n)-doublings)*rtoMax
}

// orphanRetries is tcp_orphan_retries of net/ipv4/tcp_timer.c without ICMP
// errors: 0 acts as 8 while the RTO is below its cap.
func (c *HostParams) orphanRetries(backoff uint8) uint8 {
	if c.TCPOrphanRetries == 0 && c.rto(backoff) < c.RTOMax {
		return 8
	}
	return c.TCPOrphanRetries
}

// countedRetries is the article's number of retries of a FIN: 0 acts as 8, and it knows
// no cap of the RTO.
func (c *HostParams) countedRetries() uint8 {
	if c.TCPOrphanRetries == 0 {
		return 8
	}
	return c.TCPOrphanRetries
}

// rto is the retransmission timeout after some doublings.
func (c *HostParams) rto(backoff uint8) int64 {
	d := c.RTO
	for range backoff {
		if d >= c.RTOMax {
			break
		}
		d *= 2
	}
	return min(d, c.RTOMax)
}

// capBackoff is the number of doublings after which the RTO stays at its cap.
func (c *HostParams) capBackoff() uint8 {
	var b uint8
	for c.rto(b) < c.RTOMax {
		b++
	}
	return b
}
