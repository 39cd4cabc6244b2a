package spec

// Host is one of the two ends of the connection.
type Host uint8

// The client is the side that is written first in a scenario; nothing else
// tells the two apart.
const (
	Client Host = iota
	Server
)

// Peer is the other host.
func (h Host) Peer() Host { return 1 - h }

var hostNames = [...]string{Client: "client", Server: "server"}

func (h Host) String() string { return hostNames[h] }

// ConnState is a connection state of RFC 9293 §3.3.2. Zero is not a state.
type ConnState uint8

// The states of a connection. FIN_WAIT_2 and TIME_WAIT of a Linux mini-socket are the
// same states with Endpoint.Mini set; a listening socket is HostParams.Listens.
const (
	_ ConnState = iota
	Closed
	Established
	FinWait1
	FinWait2
	Closing
	TimeWait
	CloseWait
	LastAck
	SynSent
	SynRcvd
	numStates
)

var stateNames = [numStates]string{
	Closed:      "CLOSED",
	Established: "ESTABLISHED",
	FinWait1:    "FIN_WAIT_1",
	FinWait2:    "FIN_WAIT_2",
	Closing:     "CLOSING",
	TimeWait:    "TIME_WAIT",
	CloseWait:   "CLOSE_WAIT",
	LastAck:     "LAST_ACK",
	SynSent:     "SYN_SENT",
	SynRcvd:     "SYN_RCVD",
}

func (s ConnState) String() string { return stateNames[s] }

// ConnStates lists every state, in the order of the constants.
func ConnStates() []ConnState {
	all := make([]ConnState, 0, numStates-1)
	for s := Closed; s < numStates; s++ {
		all = append(all, s)
	}
	return all
}

// teardownStates are the states of a connection that is open or being torn down.
func teardownStates() []ConnState { return ConnStates()[:LastAck-Closed+1] }

// RexmtTimer says what the retransmission timer of an endpoint is armed for.
// Linux has one timer for the three (icsk_retransmit_timer).
type RexmtTimer uint8

// The uses of the retransmission timer.
const (
	NoTimer RexmtTimer = iota
	RTO
	LossProbe // tail loss probe (RFC 8985 §7), an extra copy that is not counted
	Persist   // zero-window probe (RFC 9293 §3.8.6.1; Linux probe0)

	SYNAgain = LossProbe // in SYN_SENT: the SYN goes out again at once, see synAgain
)

// StateTimer says what the timer of a waiting state is armed for.
type StateTimer uint8

// The uses of the state timer.
const (
	NoStateTimer      StateTimer = iota
	FinWait2Keepalive            // orphan full socket, tcp_fin_timeout above 60 s: T − 60 s, then FinWait2Timer
	FinWait2Timer                // the wait of an orphan for the peer's FIN; ends in CLOSED, silently
	TimeWaitTimer
)

// Limit is one give-up clock of the retransmission timer: it starts at the first
// RTO retransmission and says later that the budget is spent.
type Limit uint8

// The stages of a Limit.
const (
	LimitIdle Limit = iota
	LimitPending
	LimitReached
)

// Errno is the error that the socket holds for the application (SO_ERROR).
type Errno uint8

// The errors of teardown.
const (
	NoError Errno = iota
	ECONNRESET
	EPIPE
	ETIMEDOUT
	ECONNABORTED  // by the administrator
	EHOSTUNREACH  // gave up after an ICMP error
	EADDRNOTAVAIL // connect() while the last connection of the ports is not gone
	ECONNREFUSED  // an RST answered the SYN
)

var errnoNames = [...]string{NoError: "none", ECONNRESET: "ECONNRESET", EPIPE: "EPIPE", ETIMEDOUT: "ETIMEDOUT", ECONNABORTED: "ECONNABORTED", EHOSTUNREACH: "EHOSTUNREACH",
	EADDRNOTAVAIL: "EADDRNOTAVAIL", ECONNREFUSED: "ECONNREFUSED"}

func (e Errno) String() string { return errnoNames[e] }

// Ending tells how an endpoint came to CLOSED. It is a ghost: only properties
// and pictures read it.
type Ending uint8

// The ways to CLOSED.
const (
	NotEnded        Ending = iota
	EndedNormally          // TIME_WAIT ran out, or the FIN of LAST_ACK was acknowledged
	EndedNoBucket          // no bucket for the mini-socket of FIN_WAIT_2 or TIME_WAIT
	EndedFinWait2          // tcp_fin_timeout ran out
	EndedGaveUp            // the retransmission limit was reached
	EndedKeepalive         // no answer to keepalive probes
	EndedReset             // an RST was accepted
	EndedAbort             // this side aborted: SO_LINGER 0, unread data, TCP_LINGER2 < 0
	EndedLateData          // data arrived after close(): RST (RFC 9293 §3.6.1, SHLD-3)
	EndedCrash             // the host crashed
	EndedByNext            // a SYN in TIME_WAIT opened the next connection
	EndedInTimeWait        // an RST ended TIME_WAIT; told apart only where connections follow each other
)

var endingNames = [...]string{
	NotEnded: "", EndedNormally: "normal", EndedNoBucket: "no bucket", EndedFinWait2: "tcp_fin_timeout",
	EndedGaveUp: "gave up", EndedKeepalive: "keepalive", EndedReset: "reset by peer", EndedAbort: "abort",
	EndedLateData: "data after close", EndedCrash: "crash", EndedByNext: "next connection",
	EndedInTimeWait: "TIME_WAIT assassinated",
}

func (e Ending) String() string { return endingNames[e] }

// Seq is a sequence number relative to the initial one: SYN is 0, the first data
// unit, or the FIN where there is no data, is 1. Comparisons wrap as TCP's do.
type Seq uint8

// Before reports whether a is before b on the circle of sequence numbers
// (RFC 9293 §3.4).
func (a Seq) Before(b Seq) bool { return int8(a-b) < 0 }

// After reports whether a is after b.
func (a Seq) After(b Seq) bool { return int8(a-b) > 0 }

// Endpoint is one host: its application, its socket and its end of the
// connection. Fields that no later rule can read are zero, so that states which
// behave alike are equal.
type Endpoint struct {
	State ConnState
	// Mini: a Linux mini-socket (inet_timewait_sock) stands for the connection.
	Mini bool

	// Send sequence space (RFC 9293 §3.3.1). SndEnd is the end of what the
	// application queued, the FIN included (Linux write_seq).
	SndUna, SndNxt, SndEnd Seq
	FinQueued              bool // the FIN is SndEnd−1; it has been sent once SndNxt == SndEnd
	SndTail                Seq  // first sequence number of the last segment sent with new content
	SndWndZero             bool // the window the peer last advertised is closed
	SndWl1                 Seq  // SEG.SEQ of the segment that last updated the window, where the peer's window can close

	// Receive sequence space. RcvWup is RCV.NXT as last acknowledged: Linux
	// tests the left edge of the window against it.
	RcvNxt, RcvWup Seq
	Held           uint8 // bit i: data unit RcvNxt+i has arrived, beyond a hole
	HeldFin        uint8 // 1 + distance from RcvNxt of a FIN that arrived out of order; 0 none
	PeerFin        bool  // the peer's FIN was received in order
	Unread         uint8 // data units received in order that the application has not read
	RcvShut        bool  // shutdown(SHUT_RD) or close(): nobody will read

	// Retransmission.
	Rexmt                                 RexmtTimer
	Backoff                               uint8 // doublings of the RTO; the number of RTO retransmissions of the head
	Recovering                            bool  // an RTO or a loss probe fired and not all of it is acknowledged: no (further) loss probe
	Probes                                uint8 // unanswered zero-window or keepalive probes
	LimitOrphan, LimitRetries2, LimitUser Limit
	SoftError                             bool // an ICMP error came since the last ACK (Linux sk_err_soft)

	// Other timers. Keepalive is pending whenever SO_KEEPALIVE applies.
	DelayedAck bool
	Timer      StateTimer
	AckLimited bool // an ACK of the rate-limited kinds was sent in the last 500 ms

	// Socket.
	Open      bool // a descriptor refers to the socket; otherwise the connection is an orphan
	Lingering bool // close() is blocked by SO_LINGER n: no orphan yet
	Error     Errno

	// Application.
	PC      uint8 // calls of the script that are done
	ToRead  uint8 // data units that a read call in progress still waits for; UntilEOF
	SawEOF  bool  // the application was told of the end of the peer's data
	SawErr  Errno // the first error the application was told of
	Read    uint8 // data units the application has read
	Written uint8 // data units the application has written
	Offline bool  // the interface of the host is down
	Down    bool  // the host is powered off: it neither sends nor receives

	// Of the connections after the first of the same ports: the initial sequence number,
	// and whether the clock of initial numbers has passed those of the first.
	ISS         Seq
	ClockPassed bool
	// Stamped: less than two ticks of the timestamp clock ago the host sent something.
	// SameStamps: it did when it opened the connection.
	Stamped, SameStamps bool
	ReuseReady          bool // in TIME_WAIT: tcp_tw_reuse_delay is over
	// In SYN_RCVD: the SYN has ended TIME_WAIT of connection Waited−1 (0: it has not), with
	// SND.NXT and RCV.NXT as they were, where it can return.
	Waited               uint8
	WaitedSnd, WaitedRcv Seq
	// Newest is the newest connection that the host has had, where an old SYN has brought
	// back one before it and the script connects again: that one is newer still. Otherwise 0.
	Newest uint8

	// Ghosts, read by properties and pictures only.
	ActiveClose   bool  // left ESTABLISHED by its own FIN
	AckedFinAlone bool  // in CLOSE_WAIT or LAST_ACK: acknowledged the peer's FIN in a segment without its own
	FinsSent      uint8 // copies of the FIN sent, as far as Params.CountFins
	FinSeq        Seq   // sequence number of the first FIN sent; 0 none
	Ending        Ending
	Incarnation   uint8 // which connection of the four-tuple it is or was, from 0
}

// UntilEOF is Endpoint.ToRead of a read call that ends with the peer's data.
const UntilEOF = 255

// Orphan reports whether no descriptor refers to a connection that still exists.
func (e *Endpoint) Orphan() bool { return !e.Open && e.State != Closed }

// FinSent reports whether the FIN has left at least once.
func (e *Endpoint) FinSent() bool { return e.FinQueued && e.SndNxt == e.SndEnd }

// FinAcked reports whether the FIN, and with it all data, is acknowledged.
func (e *Endpoint) FinAcked() bool { return e.FinSent() && e.SndUna == e.SndEnd }

// MaxCapacity is the largest number of segments in flight in one direction.
const MaxCapacity = 8

// Bag holds the segments in flight in one direction, in canonical order: sorted
// when the network reorders, oldest first when it does not. Unused slots are
// zero.
type Bag [MaxCapacity]Segment

// Len is the number of segments in the bag.
func (b *Bag) Len() int {
	for i := range b {
		if b[i] == (Segment{}) {
			return i
		}
	}
	return len(b)
}

// State is one discrete state of the whole system: two hosts, what is in flight
// between them, and what the network may still do. It has no clock.
type State struct {
	Host [2]Endpoint
	Net  [2]Bag // Net[h]: sent by h
	// Losses and Duplicates are what is left of the network's budgets.
	Losses, Duplicates uint8
	// Sent counts the segments sent, by host and SegmentKind, as far as a
	// scripted loss needs it.
	Sent [2][numSegmentKinds]uint8
}
