package properties

import (
	"fmt"

	"github.com/finwait/finwait/spec"
)

// How many copies of a FIN a host may send. This is the one place where the
// retry budgets are written down here.

const (
	rtoMin        = 200 * spec.Millisecond // TCP_RTO_MIN of include/net/tcp.h
	r2            = 100 * spec.Second      // RFC 9293 §3.8.3, SHLD-11
	orphanDefault = 8                      // what tcp_orphan_retries = 0 acts as (tcp_orphan_retries of net/ipv4/tcp_timer.c)
)

// retryLimit is the time budget of n retransmissions (Linux tcp_model_timeout):
// the sum of n+1 timeouts that start at 200 ms, whatever the RTO of the
// connection is, and double up to rtoMax.
func retryLimit(n uint8, rtoMax int64) int64 {
	sum, timeout, doublings := int64(0), rtoMin, 0
	for i := 0; i <= int(n); i++ {
		sum += timeout
		if rtoMin<<(doublings+1) <= rtoMax { // ilog2(rtoMax/200 ms) doublings, then rtoMax
			doublings++
			timeout *= 2
		} else {
			timeout = rtoMax
		}
	}
	return sum
}

// retransmissions is how often the head of the queue is retransmitted when it is
// never acknowledged. The k-th expiry of the RTO comes (2^k − 2)·R after the
// first, below the cap; the budget starts at the first retransmission and is
// spent at the first expiry k >= 2 at or beyond its limit, which makes k − 1
// retransmissions. A timer that fires late only makes them fewer.
func retransmissions(c *spec.HostParams, limit func(rto int64) int64) int {
	rto := min(c.RTO, c.RTOMax)
	if rto <= 0 {
		return 0
	}
	elapsed := int64(0)
	for k := 1; ; k++ {
		if k >= 2 && elapsed >= limit(rto) {
			return k - 1
		}
		rto = min(2*rto, c.RTOMax)
		elapsed += rto
	}
}

// orphanLimit is the limit of an orphan at an RTO: tcp_orphan_retries, where 0
// acts as 8 as long as the RTO is below its cap (Linux tcp_write_timeout).
func orphanLimit(c *spec.HostParams) func(rto int64) int64 {
	return func(rto int64) int64 {
		n := c.TCPOrphanRetries
		if n == 0 && rto < c.RTOMax {
			n = orphanDefault
		}
		return retryLimit(n, c.RTOMax)
	}
}

func fixedLimit(d int64) func(int64) int64 { return func(int64) int64 { return d } }

// finRetransmissions is the largest number of RTO retransmissions of the FIN of
// h, without progress of its acknowledgments.
func finRetransmissions(p *spec.Params, h spec.Host) int {
	c := &p.Host[h]
	switch p.Profile {
	case spec.Article: // it counts: N retransmissions, then one more timeout
		if c.TCPOrphanRetries == 0 {
			return orphanDefault
		}
		return int(c.TCPOrphanRetries)
	case spec.RFC9293:
		return retransmissions(c, fixedLimit(r2))
	}
	if c.TCPUserTimeout > 0 { // replaces every other limit, an orphan's too
		return retransmissions(c, fixedLimit(c.TCPUserTimeout))
	}
	most := 0
	if has(c.Script, closes) {
		most = retransmissions(c, orphanLimit(c))
	}
	if staysOpen(c) {
		most = max(most, retransmissions(c, fixedLimit(retryLimit(c.TCPRetries2, c.RTOMax))))
	}
	return most
}

// staysOpen: the FIN may be unacknowledged while a descriptor is still open, so
// that tcp_retries2 applies: after shutdown(), or in a close() that lingers.
func staysOpen(c *spec.HostParams) bool {
	shutsDown := has(c.Script, func(call spec.Call) bool { return sendsFIN(call) && !closes(call) })
	return shutsDown || c.SoLinger.On && c.SoLinger.Time > 0
}

// finBound is the largest number of copies of the FIN that h may send: the
// first, the retransmissions, and one tail loss probe, which is not counted as a
// retransmission (RFC 8985 §7, Linux tcp_send_loss_probe). Each acknowledgment
// of data before the FIN starts the count of copies again. An ICMP error takes one
// doubling of the timeout back (RFC 6069, Linux tcp_ld_RTO_revert), and makes room
// for one more copy in the same time.
func finBound(p *spec.Params, h spec.Host) int {
	again := finRetransmissions(p, h)
	if p.Profile == spec.Linux && p.Host[h].TCPEarlyRetrans {
		again++
	}
	if p.Profile == spec.Linux {
		for _, c := range p.Host[h].Script {
			if c.Do == spec.Unreachable {
				again++
			}
		}
	}
	return 1 + again*(1+dataUnits(p.Host[h].Script))
}

// finsBeyondCount: the model counts copies of a FIN in one byte.
func finsBeyondCount(p spec.Params) string {
	for _, h := range hosts {
		if n := finBound(&p, h); n >= 255 {
			return fmt.Sprintf("the %s may send %d copies of its FIN, and the model counts to 254", h, n)
		}
	}
	return ""
}

// CountFins is how far the model has to count the copies of a FIN for the
// properties of the catalogue: one more than any host may send.
func CountFins(p spec.Params) uint8 {
	most := max(finBound(&p, spec.Client), finBound(&p, spec.Server))
	return uint8(min(most+1, 255))
}
