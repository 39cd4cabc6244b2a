package spec

import (
	"fmt"
	"math/bits"
)

// Events appends the events pending in s: for each host the segments on their
// way to it, then its call and its timers.
func (m *Model) Events(s State, buf []Event) []Event {
	for h := Client; h <= Server; h++ {
		from := h.Peer()
		for _, g := range s.Net[from][:s.Net[from].Len()] {
			buf = append(buf, Event{ID: m.deliveryID(from, g), Earliest: m.p.Net.Delay[from][0], Latest: m.latestDelay(from)})
		}
		for set := m.pendingAt(&s, h); set != 0; set &= set - 1 {
			k := EventKind(bits.TrailingZeros16(set))
			lo, hi := m.window(&s, k, h)
			buf = append(buf, Event{ID: EventInfo{Kind: k, Host: h}.id(), Earliest: lo, Latest: hi})
		}
	}
	return buf
}

// latestDelay keeps segments from living as long as MSL: strictly less, so that a
// wait of 2·MSL is on the safe side of a tie.
func (m *Model) latestDelay(from Host) int64 {
	return min(m.p.Net.Delay[from][1], m.p.Net.MSL-1)
}

// pendingAt are the events of h, besides deliveries, that are pending in s: bit k
// for EventKind k.
func (m *Model) pendingAt(s *State, h Host) uint16 {
	e := &s.Host[h]
	set := flag(e.Lingering, LingerTimeout) |
		flag(e.Rexmt != NoTimer, RexmtTimeout) |
		flag(e.DelayedAck, DelayedAckDue) |
		flag(e.Timer != NoStateTimer, StateTimeout) |
		flag(e.LimitOrphan == LimitPending, OrphanLimitDue) |
		flag(e.LimitRetries2 == LimitPending, Retries2LimitDue) |
		flag(e.LimitUser == LimitPending, UserTimeoutDue) |
		flag(e.AckLimited, AckQuotaBack) |
		flag(m.p.ISN == ISNClock && m.reopens() && !e.ClockPassed, ISNClockDue) |
		flag(e.Stamped, StampDue) |
		flag(m.waitsForReuse(h, e), ReuseDue)
	if m.callable(h, e) {
		set |= 1 << AppCall
	}
	if m.keepsAlive(h, e) {
		set |= 1 << KeepaliveDue
	}
	return set
}

// keepsAlive reports whether the keepalive timer runs. While something is
// unacknowledged the retransmission timer rules.
func (m *Model) keepsAlive(h Host, e *Endpoint) bool {
	return m.p.Host[h].SoKeepalive && e.Open && !e.Lingering && e.SndUna == e.SndEnd &&
		(e.State == Established || e.State == FinWait2 || e.State == CloseWait)
}

func flag(pending bool, k EventKind) uint16 { return uint16(bit(pending)) << k }

// window is the window of a pending event that is no delivery.
func (m *Model) window(s *State, k EventKind, h Host) (earliest, latest int64) {
	e, c := &s.Host[h], &m.p.Host[h]
	switch k {
	case AppCall:
		call := c.Script[e.PC]
		if call.Within == Never {
			return call.After, Never
		}
		return call.After, call.After + call.Within
	case LingerTimeout:
		return c.timer(c.SoLinger.Time)
	case RexmtTimeout:
		if e.opening() {
			return c.timer(c.synRTO(e))
		}
		if e.Rexmt == LossProbe {
			return c.timer(c.probeTimeout(e))
		}
		if e.LimitUser == LimitReached { // tcp_clamp_rto_to_user_timeout
			_, latest = c.timer(c.TCPUserTimeout)
			return 1, latest - c.TCPUserTimeout + 1
		}
		return c.timer(c.rto(e.Backoff))
	case DelayedAckDue:
		_, latest = c.timer(c.DelayedAck[1])
		return c.DelayedAck[0], latest
	case StateTimeout:
		full, mini := m.p.finWait2Phases(h)
		switch e.Timer {
		case FinWait2Keepalive:
			return c.timer(full)
		case FinWait2Timer:
			return c.timer(mini)
		default:
			return c.timer(m.p.TimeWaitLength(h))
		}
	case KeepaliveDue:
		if e.Probes == 0 {
			return c.timer(c.KeepaliveTime)
		}
		return c.timer(c.KeepaliveIntvl)
	case OrphanLimitDue:
		return limitWindow(RetryLimit(c.orphanRetries(0), c.RTOMax))
	case Retries2LimitDue:
		if m.p.Profile == RFC9293 {
			return limitWindow(R2)
		}
		return limitWindow(RetryLimit(c.TCPRetries2, c.RTOMax))
	case UserTimeoutDue:
		return limitWindow(c.TCPUserTimeout)
	case AckQuotaBack:
		return ackQuota, ackQuota
	case ISNClockDue:
		return m.p.ISNPasses[0], m.p.ISNPasses[1]
	case StampDue:
		return tick, 2 * tick
	case ReuseDue:
		return c.TCPTwReuseDelay, c.TCPTwReuseDelay
	}
	panic(fmt.Sprintf("spec: kind %d has no window", k))
}

// ackQuota is net.ipv4.tcp_invalid_ratelimit.
const ackQuota = 500 * Millisecond

// limitWindow makes a limit due 1 µs early: the kernel ends a connection at
// elapsed >= limit, so where an RTO is due at the same instant the limit counts
// as reached, and windows are closed.
func limitWindow(limit int64) (earliest, latest int64) { return limit - 1, limit - 1 }

// timer is the window of a timer of length d.
func (c *HostParams) timer(d int64) (earliest, latest int64) {
	if c.TimerSlack {
		return d, d + d/8 + 8*Millisecond
	}
	return d, d
}

// probeTimeout is the time of a tail loss probe (Linux tcp_schedule_loss_probe):
// two round trips, and for a single segment in flight the least RTO besides, for
// several two jiffies (at HZ=250); never later than the RTO.
func (c *HostParams) probeTimeout(e *Endpoint) int64 {
	least := c.RTOMin
	if least == 0 {
		least = rtoMin
	}
	d := 2*c.SRTT + least
	if e.SndUna.Before(e.SndTail) {
		d = 2*c.SRTT + 8*Millisecond
	}
	return min(d, c.RTO)
}
