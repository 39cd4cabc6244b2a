package spec

import "fmt"

// Event is a pending event; see the engine's type of the same shape. IDs are
// read with EventOf.
type Event = struct {
	ID               uint64
	Earliest, Latest int64
}

// EventKind is what can happen.
type EventKind uint8

// The kinds of pending events.
const (
	_                EventKind = iota
	Deliver                    // a segment arrives
	AppCall                    // the application makes the next call of its script
	LingerTimeout              // close() blocked by SO_LINGER n returns
	RexmtTimeout               // RTO, tail loss probe or zero-window probe, by Endpoint.Rexmt
	DelayedAckDue              // the delayed ACK is sent
	StateTimeout               // FIN_WAIT_2 or TIME_WAIT timer, by Endpoint.Timer
	KeepaliveDue               // the keepalive timer
	OrphanLimitDue             // limit(tcp_orphan_retries) is reached
	Retries2LimitDue           // limit(tcp_retries2) is reached
	UserTimeoutDue             // TCP_USER_TIMEOUT is reached
	AckQuotaBack               // 500 ms after a rate-limited ACK
	ISNClockDue                // the clock of initial numbers has passed the old ones
	StampDue                   // two ticks of the timestamp clock since the last segment
	ReuseDue                   // tcp_tw_reuse_delay after TIME_WAIT began
	numEventKinds
)

// EventInfo is an event in words.
type EventInfo struct {
	Kind EventKind
	Host Host // where it happens: for Deliver the receiver
	// Segment is what is delivered; zero for a queue (reorder: false), where
	// the oldest segment in flight is meant.
	Segment Segment
}

func (i EventInfo) id() uint64 {
	g := i.Segment
	return uint64(i.Kind) | uint64(i.Host)<<8 |
		uint64(g.Flags)<<16 | uint64(g.Seq)<<24 | uint64(g.Ack)<<32 | uint64(g.Len)<<40
}

// EventOf reads the ID of an event.
func EventOf(id uint64) EventInfo {
	return EventInfo{
		Kind: EventKind(id), Host: Host(id >> 8),
		Segment: Segment{Flags: Flags(id >> 16), Seq: Seq(id >> 24), Ack: Seq(id >> 32), Len: uint8(id >> 40)},
	}
}

// Describe says in words what e is in state s, without the host, for instance
// "RTO", "close()", "TIME_WAIT timer" or "receives FIN+ACK seq=1 ack=1".
func (m *Model) Describe(s State, e Event) string {
	i := EventOf(e.ID)
	h := &s.Host[i.Host]
	switch i.Kind {
	case Deliver:
		return "receives " + m.arriving(&s, i).String()
	case AppCall:
		return m.p.Host[i.Host].Script[h.PC].describe()
	case LingerTimeout:
		return "close() returns, linger time over"
	case RexmtTimeout:
		if h.opening() {
			return "SYN RTO"
		}
		return rexmtNames[h.Rexmt]
	case DelayedAckDue:
		return "delayed ACK timer"
	case StateTimeout:
		return h.State.String() + " timer"
	case KeepaliveDue:
		return "keepalive timer"
	case OrphanLimitDue:
		return "tcp_orphan_retries limit reached"
	case Retries2LimitDue:
		if m.p.Profile == RFC9293 {
			return "R2 reached"
		}
		return "tcp_retries2 limit reached"
	case UserTimeoutDue:
		return "TCP_USER_TIMEOUT reached"
	case AckQuotaBack:
		return "500 ms after a rate-limited ACK"
	case ISNClockDue:
		return "the ISN clock passes the old numbers"
	case StampDue:
		return "two ticks of the timestamp clock"
	case ReuseDue:
		return "tcp_tw_reuse_delay is over"
	}
	panic(fmt.Sprintf("spec: event %#x has no kind", e.ID))
}

var rexmtNames = [...]string{NoTimer: "no timer", RTO: "RTO", LossProbe: "tail loss probe", Persist: "zero-window probe"}
