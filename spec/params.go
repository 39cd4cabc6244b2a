package spec

// Profile is a set of rules to be compared: the seed article's, RFC 9293's, and
// those of Linux 6.x.
type Profile uint8

// The profiles. Linux is the zero value.
const (
	Linux Profile = iota
	RFC9293
	Article
)

var profileNames = [...]string{Linux: "linux", RFC9293: "rfc9293", Article: "article"}

func (p Profile) String() string { return profileNames[p] }

// Profiles lists all profiles in the order in which they are printed.
func Profiles() []Profile { return []Profile{Article, RFC9293, Linux} }

// Durations are whole microseconds.
const (
	Millisecond int64 = 1000
	Second            = 1000 * Millisecond
	// Never is the latest instant of a call that the application may put off
	// for ever. (It is the engine's Forever.)
	Never int64 = 1<<63 - 1
)

// NoTime is a length of TIME_WAIT that ends it at the instant at which it begins.
const NoTime int64 = -1

// Do is what a step of an application's script does.
type Do uint8

// The calls of a script.
const (
	_            Do = iota
	Send            // write N data units
	ReadData        // block until N data units (0: all up to EOF) were read, or an error
	ShutdownWR      // shutdown(SHUT_WR)
	ShutdownRD      // shutdown(SHUT_RD)
	ShutdownRDWR    // shutdown(SHUT_RDWR)
	Close           // close() of the last descriptor
	Exit            // the process exits or is killed: close() that never blocks
	Crash           // the host loses power: nothing is sent, and nothing is answered
	Reboot          // a crashed host is up again, without any connection
	Destroy         // the administrator destroys the socket (ss -K), whoever holds it
	Unreachable     // the host is told by ICMP that the peer's host or network is unreachable
	LinkDown        // the host's interface goes down for good: nothing leaves it or reaches it
	Connect         // connect() on the ports of the connection, for the next one
	Accept          // the script goes on with the next connection that the peer opens
	numDos
)

var doNames = [numDos]string{
	Send: "send", ReadData: "read", ShutdownWR: "shutdown-wr", ShutdownRD: "shutdown-rd", ShutdownRDWR: "shutdown-rdwr",
	Close: "close", Exit: "exit", Crash: "crash", Reboot: "reboot", Destroy: "destroy", Unreachable: "icmp-unreachable", LinkDown: "link-down",
	Connect: "connect", Accept: "accept",
}

func (d Do) String() string { return doNames[d] }

// When is the condition from which on a call may be made.
type When uint8

// The conditions. All of them also need the calls before to be done.
const (
	AfterPrevious When = iota // at once; for the first call the same as Start
	Start                     // from the start of the scenario
	Anytime                   // from the start, and not later than Within if that is given, but the application is free to wait for ever
	AfterEOF                  // once the application has read the end of the peer's data; until then it reads what arrives
	AfterError                // once the application was told of an error
	AfterClosed               // once the connection is gone at this host, TIME_WAIT included
)

var whenNames = [...]string{AfterPrevious: "after-previous", Start: "start", Anytime: "anytime", AfterEOF: "after-eof", AfterError: "after-error", AfterClosed: "after-closed"}

func (w When) String() string { return whenNames[w] }

// Call is one step of an application's script.
type Call struct {
	Do   Do
	N    uint8 // data units of Send and ReadData
	When When
	// After and Within give the window [After, After+Within] of the call from
	// the moment its condition is met, in microseconds. Within Never: the
	// application may wait for ever.
	After, Within int64
}

func (c Call) describe() string {
	switch c.Do {
	case Send, ReadData, Connect:
		return c.Do.String() + "()"
	case ShutdownWR:
		return "shutdown(SHUT_WR)"
	case ShutdownRD:
		return "shutdown(SHUT_RD)"
	case ShutdownRDWR:
		return "shutdown(SHUT_RDWR)"
	case Close:
		return "close()"
	default:
		return c.Do.String()
	}
}

// Linger is SO_LINGER.
type Linger struct {
	On   bool
	Time int64 // microseconds; 0 aborts the connection
}

// HostParams are the application, the sysctls and the socket options of a host,
// under the names the kernel gives them. Durations are microseconds.
type HostParams struct {
	Script []Call

	TCPOrphanRetries uint8 // net.ipv4.tcp_orphan_retries; 0 acts as 8
	TCPRetries2      uint8 // net.ipv4.tcp_retries2
	TCPFinTimeout    int64 // net.ipv4.tcp_fin_timeout
	TCPEarlyRetrans  bool  // net.ipv4.tcp_early_retrans 3 or 4, with SACK: tail loss probes
	TCPRfc1337       bool  // net.ipv4.tcp_rfc1337
	TCPMaxTwBuckets  int   // net.ipv4.tcp_max_tw_buckets; 0 skips TIME_WAIT

	// Listens: a socket listens on the port of the connection, for the next one. A SYN
	// that is newer than TIME_WAIT ends it.
	Listens bool

	TCPSynRetries    uint8 // net.ipv4.tcp_syn_retries
	TCPSynackRetries uint8 // net.ipv4.tcp_synack_retries
	TCPTimestamps    bool  // net.ipv4.tcp_timestamps
	TCPTwReuse       uint8 // net.ipv4.tcp_tw_reuse
	TCPTwReuseDelay  int64 // net.ipv4.tcp_tw_reuse_delay
	BoundPort        bool  // the application has bound the port of its connect() itself
	SynRTO           int64 // first timeout of a SYN or SYN+ACK (RFC 6298 §2.1; Linux TCP_TIMEOUT_INIT)

	SoLinger        Linger
	TCPLinger2      int64 // TCP_LINGER2; 0 default (tcp_fin_timeout), negative: no FIN_WAIT_2
	TCPUserTimeout  int64 // TCP_USER_TIMEOUT; 0 off
	SoKeepalive     bool
	KeepaliveTime   int64 // net.ipv4.tcp_keepalive_time
	KeepaliveIntvl  int64 // net.ipv4.tcp_keepalive_intvl
	KeepaliveProbes uint8 // net.ipv4.tcp_keepalive_probes

	RTO           int64    // base retransmission timeout
	RTOMin        int64    // route rto_min or net.ipv4.tcp_rto_min_us; 0: 200 ms. Only the tail loss probe reads it
	RTOMax        int64    // its cap
	SRTT          int64    // smoothed round-trip time, for the tail loss probe
	DelayedAck    [2]int64 // window of the delayed ACK; [0, 0] acknowledges at once
	TimeWait      int64    // length of TIME_WAIT; 0: the profile's, NoTime: none
	ReceiveBuffer uint8    // data units that fit unread; 0: never full
	// Nagle: a write waits while an earlier one is unacknowledged, until the FIN
	// (RFC 9293 §3.7.4; Linux without TCP_NODELAY for writes below one MSS,
	// tcp_nagle_check). Off, every write leaves at once.
	Nagle bool
	// Mutant names a deviation from the rules (Mutants); "" for none.
	Mutant string
	// TimerSlack: timers fire up to 1/8 + 8 ms late, as a kernel's timer wheel
	// does (measured: accept [d, 1.125 d + 8 ms]).
	TimerSlack bool
}

// LossRule is a scripted loss.
type LossRule struct {
	From Host
	Kind SegmentKind
	// Nth lists which segments of the kind are lost, counted from 1 as they are
	// sent; empty: all.
	Nth []uint8
	// Except lists those that are not, where Nth is empty.
	Except []uint8
}

// Unlimited is a loss budget without end.
const Unlimited = -1

// NetParams are the network between the hosts.
type NetParams struct {
	Delay      [2][2]int64 // Delay[h]: window for what h sends
	Losses     int         // losses the network may choose; Unlimited
	Duplicates int         // extra copies the network may choose
	Loopback   bool        // both hosts are one: tcp_tw_reuse 2 asks
	Queue      bool        // segments of one direction arrive in order (reorder: false)
	MSL        int64       // maximum segment lifetime
	Capacity   int         // segments in flight in one direction, at most MaxCapacity
	Lose       []LossRule
}

// Params are all parameters of a model.
type Params struct {
	Profile Profile
	Host    [2]HostParams
	Net     NetParams
	// Incarnations is how many connections of the four-tuple there can be, one after the
	// other; 0 and 1 are the one that is torn down.
	Incarnations uint8
	ISN          ISNPolicy
	ISNStep      uint8                   // distance of initial numbers that are above the old ones; 0: 16
	ISNs         [2][MaxIncarnations]Seq // with ISNObserved: by host and connection
	ISNPasses    [2]int64                // with ISNClock: when the clock passes the old numbers, from the start on
	// CountFins is how far Endpoint.FinsSent counts; 0 does not count. Counting
	// splits states that only differ in it.
	CountFins uint8
	// Forget are ghosts that nobody asks for: states do not differ in them.
	Forget Ghosts
	// Wire keeps what arrives after both connections are gone, and the RSTs that
	// answer it: a capture shows them, and no property asks for them.
	Wire bool
}

// DefaultHost is a host with the defaults of Linux 6.x and no application. The
// RTO is that of a connection with a round-trip time near 0.
func DefaultHost() HostParams {
	return HostParams{
		TCPOrphanRetries: 0, TCPRetries2: 15, TCPFinTimeout: 60 * Second, TCPEarlyRetrans: true,
		TCPRfc1337: false, TCPMaxTwBuckets: 262144,
		TCPSynRetries: 6, TCPSynackRetries: 5, SynRTO: Second, TCPTwReuse: 2, TCPTwReuseDelay: Second,
		KeepaliveTime: 7200 * Second, KeepaliveIntvl: 75 * Second, KeepaliveProbes: 9,
		RTO: 204 * Millisecond, RTOMax: 120 * Second, SRTT: 0,
		DelayedAck: [2]int64{40 * Millisecond, 40 * Millisecond},
	}
}

// DefaultNet is a network that loses and delays nothing much.
func DefaultNet() NetParams {
	return NetParams{
		Delay:    [2][2]int64{{Millisecond, Millisecond}, {Millisecond, Millisecond}},
		MSL:      30 * Second,
		Capacity: 4,
	}
}
