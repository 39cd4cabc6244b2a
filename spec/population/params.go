// Package population is a second, small model: many connections of one client to two
// destinations on one server, counted and not interleaved. It answers what no model of
// a single connection can: whether ports, TIME_WAIT buckets and orphans suffice.
//
//	p := population.Params{Ports: 28232, Rate: [2]int64{500, 1}, ClosesFirst: population.Client, …}
//	p.MaxRate()          // 470: more connections per second find no port
//	p.Judge()            // in closed form: which limits are never hit, and which are
//	checker.Check(ctx, checker.System[population.State]{Exact: population.New(p)}, …) // for small numbers
//
// Attempts to a destination come evenly, at a phase that is not known; so the most
// that can coincide does in some run. A connection is open for Lifetime; then one
// application closes it and it is an orphan there for OrphanTime, until its FIN is
// acknowledged; it is in FIN_WAIT_2 for HalfClosed, until the other application closes
// and it is an orphan on the other host for OrphanTime; then the host that closed first
// has it in TIME_WAIT. A port serves one connection to each destination at a time, or
// one in all when the client binds before it connects.
//
// Not modelled: retries of refused attempts, losses, bursts, the RST of an orphan too
// many that would end TIME_WAIT of its peer, the least FIN_WAIT_2 of 3.5 timeouts, and
// which port it is: where a port is taken over from TIME_WAIT, it is the one that is
// there longest. That one would be free soonest, so no other choice makes more of them.
package population

import "fmt"

// The hosts, and as many destinations.
const (
	Client = iota
	Server
)

// Destinations is how many services the client connects to: the one that is asked
// about, and another.
const Destinations = 2

// Params are the numbers of a population. Times are in microseconds.
type Params struct {
	// Ports is the size of net.ipv4.ip_local_port_range of the client.
	Ports int64
	// Rate is how many connections per second the client attempts to each destination.
	Rate [Destinations]int64
	// Lifetime is how long a connection is open, OrphanTime how long each of its FINs
	// takes, HalfClosed how long the other application waits before it closes too.
	Lifetime, OrphanTime, HalfClosed int64
	// ClosesFirst is the host that closes first, Client or Server, and so the one with
	// the TIME_WAIT.
	ClosesFirst int
	// Bind: the client calls bind() with port 0 before connect(), without
	// IP_BIND_ADDRESS_NO_PORT. A port then serves one connection in all, and TIME_WAIT
	// is not taken over.
	Bind bool
	// Loopback: the destinations are on the loopback interface.
	Loopback bool
	// ArbitraryISN: the initial sequence numbers of the client may be below those of
	// the connection before (a client behind address translation, say).
	ArbitraryISN bool
	Host         [2]Host
}

// Host are the settings of a host.
type Host struct {
	TimeWait      int64
	FinTimeout    int64 // net.ipv4.tcp_fin_timeout
	MaxTwBuckets  int64 // net.ipv4.tcp_max_tw_buckets
	MaxOrphans    int64 // net.ipv4.tcp_max_orphans
	TwReuse       int   // net.ipv4.tcp_tw_reuse: 0, 1, or 2 for loopback only
	TwReuseDelay  int64 // net.ipv4.tcp_tw_reuse_delay
	Timestamps    bool  // net.ipv4.tcp_timestamps
	IgnoresResets bool  // net.ipv4.tcp_rfc1337
}

// Default are the numbers of a Linux machine of 32 GiB or more that attempts nothing.
// tcp_max_orphans depends on memory too; 262,144 goes with as many buckets.
func Default() Params {
	h := Host{
		TimeWait: 60_000_000, FinTimeout: 60_000_000, MaxTwBuckets: 262144, MaxOrphans: 262144,
		TwReuse: 2, TwReuseDelay: 1_000_000, Timestamps: true,
	}
	return Params{Ports: 60999 - 32768 + 1, OrphanTime: 1000, Host: [2]Host{h, h}}
}

// timestamps are what both hosts agree on in the handshake.
func (p Params) timestamps() bool { return p.Host[Client].Timestamps && p.Host[Server].Timestamps }

// Reuse tells whether connect() takes a port over from TIME_WAIT once it is there for
// tcp_tw_reuse_delay (tcp_twsk_unique in net/ipv4/tcp_ipv4.c).
func (p Params) Reuse() bool {
	c := p.Host[Client]
	return p.timestamps() && !p.Bind && (c.TwReuse == 1 || c.TwReuse == 2 && p.Loopback) && c.TwReuseDelay < c.TimeWait
}

// Refuses tells whether a SYN that meets TIME_WAIT on the server may be refused: it is
// accepted with a newer timestamp or a sequence number above the old ones
// (tcp_timewait_state_process in net/ipv4/tcp_minisocks.c).
func (p Params) Refuses() bool { return p.ArbitraryISN && !p.timestamps() }

// stages are how long the parts of a teardown last.
type stages struct {
	orphan  int64 // on the host that closes first, without a bucket
	half    int64 // there with a bucket, before TIME_WAIT
	dies    bool  // FIN_WAIT_2 ends before the other application closes: no TIME_WAIT
	passive int64 // on the other host, until its application closes
}

// stages splits FIN_WAIT_2 as Linux does (tcp_fin_time, and inet_csk_reset_keepalive_timer
// in tcp_rcv_state_process): up to 60 s of tcp_fin_timeout a bucket keeps it; above, it
// stays an orphan for what exceeds 60 s, and then a bucket keeps it for as long again.
// TIME_WAIT is counted from the last FIN's acknowledgment, which restarts it.
func (p Params) stages() stages {
	const timeWaitLen = 60 * second // TCP_TIMEWAIT_LEN
	full, mini := int64(0), p.Host[p.ClosesFirst].FinTimeout
	if mini > timeWaitLen {
		full, mini = mini-timeWaitLen, mini-timeWaitLen
	}
	s := stages{passive: p.OrphanTime + p.HalfClosed, dies: p.HalfClosed > full+mini}
	full = min(full, p.HalfClosed)
	s.orphan, s.half = p.OrphanTime+full, min(mini, p.HalfClosed-full)
	if !s.dies {
		s.half += p.OrphanTime
	}
	return s
}

// bucket is how long a connection has one on the host that closes first.
func (p Params) bucket() int64 {
	s := p.stages()
	if s.dies {
		return s.half
	}
	return s.half + p.Host[p.ClosesFirst].TimeWait
}

// Busy is how long a connection keeps a port from the next one to its destination.
func (p Params) Busy() int64 {
	s := p.stages()
	switch {
	case p.ClosesFirst != Client:
		return p.Lifetime + s.passive + p.OrphanTime
	case p.Host[Client].MaxTwBuckets == 0:
		return p.Lifetime + s.orphan
	case s.dies:
		return p.Lifetime + s.orphan + s.half
	case p.Reuse():
		return p.Lifetime + s.orphan + s.half + p.Host[Client].TwReuseDelay
	default:
		return p.Lifetime + s.orphan + s.half + p.Host[Client].TimeWait
	}
}

// MaxRate is how many connections per second to one destination never find all ports
// busy, no connection going elsewhere; ok is false where there is no limit.
func (p Params) MaxRate() (perSecond int64, ok bool) {
	busy := p.Busy()
	if busy == 0 || p.Ports == 0 {
		return 0, p.Ports == 0
	}
	// The largest rate with floor(busy * rate) < ports.
	return (p.Ports*second - 1) / busy, true
}

// second is the unit of rates in that of times.
const second = 1_000_000

// Validate says what is wrong with the numbers.
func (p Params) Validate() error {
	const most = 1_000_000 // attempts per second, and so one in each microsecond
	const week = 7 * 24 * 3600 * second
	for _, r := range p.Rate {
		if r < 0 || r > most {
			return fmt.Errorf("a rate of %d per second; 0 to %d will do", r, most)
		}
	}
	for _, t := range []int64{p.Lifetime, p.OrphanTime, p.HalfClosed, p.Host[Client].TimeWait, p.Host[Server].TimeWait} {
		if t < 0 || t > week {
			return fmt.Errorf("a time of %d microseconds; 0 to a week will do", t)
		}
	}
	if p.Ports < 0 || p.Ports > 65535 {
		return fmt.Errorf("%d ports; 0 to 65535 will do", p.Ports)
	}
	return nil
}
