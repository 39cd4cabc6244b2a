package population

// State counts connections. The fields that are not counts tell of the last step.
type State struct {
	Begun   [Destinations]bool  // the first attempt was made
	Open    [Destinations]uint8 // not closed yet
	Orphans [Destinations]uint8 // on the host that closes first: FIN_WAIT_1, or FIN_WAIT_2 without a bucket
	Half    [Destinations]uint8 // there, with a bucket: FIN_WAIT_2, and until the other FIN is acknowledged
	Passive [Destinations]uint8 // on the other host: CLOSE_WAIT
	LastAck [Destinations]uint8 // there, an orphan too
	// TIME_WAIT on the client, younger than tcp_tw_reuse_delay and older. Without
	// reuse all are young.
	Young, Old [Destinations]uint8
	Wait       [Destinations]uint8 // TIME_WAIT on the server

	NoPort   [Destinations]bool // connect() failed with EADDRNOTAVAIL
	Refused  bool               // a SYN met TIME_WAIT on the server and was not accepted
	Overflow [2]bool            // TIME_WAIT was skipped on a host, it had no bucket left
	Reset    [2]bool            // an orphan was reset on a host, it had too many
}

// The kinds of events; ID is kind*Destinations + destination.
const (
	attempt    uint64 = iota
	closes            // the application that closes first does
	finAcked          // a bucket takes the connection over from its socket
	halfEnds          // FIN_WAIT_2 ends
	peerCloses        // the other application closes
	peerAcked         // its FIN is acknowledged
	ages              // TIME_WAIT on the client gets older than the delay of reuse
	ends              // TIME_WAIT on the client ends
	forgets           // TIME_WAIT on the server ends
)

var kindNames = [...]string{
	attempt: "attempt", closes: "close", finAcked: "FIN acknowledged", halfEnds: "FIN_WAIT_2 ends",
	peerCloses: "the peer closes", peerAcked: "the peer's FIN acknowledged",
	ages: "TIME_WAIT can be reused", ends: "TIME_WAIT ends", forgets: "TIME_WAIT of the server ends",
}

// EventText says what an event is.
func EventText(id uint64) string {
	return [Destinations]string{"service", "other"}[id%Destinations] + ": " + kindNames[id/Destinations]
}

func id(kind uint64, destination int) uint64 { return kind*Destinations + uint64(destination) }

// event, effect and label are those of package checker, which it takes as these
// unnamed types.
type (
	event = struct {
		ID               uint64
		Earliest, Latest int64
	}
	effect = struct {
		Fresh      [16]uint64
		FreshCount uint8
		Full       bool
		Label      [2]uint64
	}
)

// Model is a population as a transition system in exact time. One microsecond is
// Scale of its units, so that attempts are a whole number of units apart.
type Model struct {
	p      Params
	stages stages
	Scale  int64
}

// New makes a model. It is meant for small numbers, see Small.
func New(p Params) *Model {
	scale := int64(1)
	for _, r := range p.Rate {
		if r > 0 {
			scale = scale / gcd(scale, r) * r
		}
	}
	return &Model{p, p.stages(), scale}
}

func gcd(a, b int64) int64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// smallPopulation is how many connections a search follows, those in TIME_WAIT among
// them: beyond it a search takes longer than it is worth.
const smallPopulation = 12

// Small tells whether the numbers are small enough for an exhaustive search.
func (p Params) Small() bool {
	n := int64(0)
	for d, r := range p.Rate {
		if r > 1000 {
			return false
		}
		n += p.most(d, p.Lifetime+2*p.OrphanTime+p.HalfClosed+p.bucket())
	}
	return n <= smallPopulation
}

// Init is an idle client.
func (m *Model) Init() []State { return []State{{}} }

// Events lists what is pending.
func (m *Model) Events(s State, buf []event) []event {
	for d := range Destinations {
		if r := m.p.Rate[d]; r > 0 {
			interval := second * m.Scale / r
			e := event{id(attempt, d), interval, interval}
			if !s.Begun[d] {
				e.Earliest = 0 // the phase
			}
			buf = append(buf, e)
		}
		buf = m.timers(buf, id(closes, d), s.Open[d], m.p.Lifetime)
		buf = m.timers(buf, id(finAcked, d), s.Orphans[d], m.stages.orphan)
		buf = m.timers(buf, id(halfEnds, d), s.Half[d], m.stages.half)
		buf = m.timers(buf, id(peerCloses, d), s.Passive[d], m.stages.passive)
		buf = m.timers(buf, id(peerAcked, d), s.LastAck[d], m.p.OrphanTime)
		if m.p.Reuse() {
			buf = m.timers(buf, id(ages, d), s.Young[d], m.p.Host[Client].TwReuseDelay)
		}
		buf = m.timers(buf, id(ends, d), s.Young[d]+s.Old[d], m.p.Host[Client].TimeWait)
		buf = m.timers(buf, id(forgets, d), s.Wait[d], m.p.Host[Server].TimeWait)
	}
	return buf
}

func (m *Model) timers(buf []event, id uint64, n uint8, length int64) []event {
	for range n {
		buf = append(buf, event{id, length * m.Scale, length * m.Scale})
	}
	return buf
}

// step is a successor in the making.
type step struct {
	s   State
	how effect
}

func (n *step) fresh(kind uint64, destination int) {
	n.how.Fresh[n.how.FreshCount] = id(kind, destination)
	n.how.FreshCount++
}

// Fire does what an event does.
func (m *Model) Fire(s State, e event, emit func(State, effect)) {
	d := int(e.ID % Destinations)
	s.NoPort, s.Refused, s.Overflow, s.Reset = [Destinations]bool{}, false, [2]bool{}, [2]bool{}
	n := step{s: s}
	switch e.ID / Destinations {
	case attempt:
		n.s.Begun[d] = true
		n.fresh(attempt, d)
		m.connect(n, d, emit)
		return
	case closes:
		n.s.Open[d]--
		if m.orphan(&n, m.p.ClosesFirst, n.s.Orphans) {
			n.s.Orphans[d]++
			n.s.Passive[d]++
			n.fresh(finAcked, d)
			n.fresh(peerCloses, d)
		}
	case finAcked:
		n.s.Orphans[d]--
		m.bucket(&n, d)
	case halfEnds:
		n.s.Half[d]--
		if !m.stages.dies {
			m.timeWait(&n, d)
		}
	case peerCloses:
		n.s.Passive[d]--
		if m.orphan(&n, 1-m.p.ClosesFirst, n.s.LastAck) {
			n.s.LastAck[d]++
			n.fresh(peerAcked, d)
		}
	case peerAcked:
		n.s.LastAck[d]--
	case ages:
		n.s.Young[d]--
		n.s.Old[d]++
	case ends:
		if n.s.Old[d] > 0 {
			n.s.Old[d]--
		} else {
			n.s.Young[d]--
		}
	case forgets:
		n.s.Wait[d]--
	}
	emit(n.s, n.how)
}

// connected is how many connections to a destination the client has a socket of, or a
// bucket in FIN_WAIT_2, which connect() does not take over.
func (m *Model) connected(s State, d int) int64 {
	if m.p.ClosesFirst == Client {
		return int64(s.Open[d]) + int64(s.Orphans[d]) + int64(s.Half[d])
	}
	return int64(s.Open[d]) + int64(s.Passive[d]) + int64(s.LastAck[d])
}

// held is how many ports connect() cannot have for a destination.
func (m *Model) held(s State, d int) int64 {
	of := func(d int) int64 { return m.connected(s, d) + int64(s.Young[d]) }
	if m.p.Bind {
		return of(0) + of(1)
	}
	return of(d)
}

// connect is an attempt: every way in which a port can be found.
func (m *Model) connect(n step, d int, emit func(State, effect)) {
	held := m.held(n.s, d)
	if held >= m.p.Ports {
		n.s.NoPort[d] = true
		emit(n.s, n.how)
		return
	}
	if free := m.p.Ports - held - int64(n.s.Old[d]); free > 0 {
		m.syn(n, d, free, emit)
	}
	if n.s.Old[d] > 0 {
		n.s.Old[d]-- // and its timer is cancelled, the oldest
		m.open(n, d, emit)
	}
}

// syn is sent from a port without TIME_WAIT on the client. The server may still have
// one: it may where any is left, and must where they are as many as there are ports.
// With Bind some of them may be busy with the other destination.
func (m *Model) syn(n step, d int, free int64, emit func(State, effect)) {
	if m.p.Bind {
		free = m.p.Ports - m.connected(n.s, d) - int64(n.s.Young[d])
	}
	if free > int64(n.s.Wait[d]) {
		m.open(n, d, emit)
	}
	if n.s.Wait[d] == 0 {
		return
	}
	if m.p.Refuses() {
		n := n
		n.s.Refused = true
		if !m.p.Host[Server].IgnoresResets { // the challenge ACK makes the client reset it
			n.s.Wait[d]--
		}
		emit(n.s, n.how)
	}
	n.s.Wait[d]--
	m.open(n, d, emit)
}

func (m *Model) open(n step, d int, emit func(State, effect)) {
	n.s.Open[d]++
	n.fresh(closes, d)
	emit(n.s, n.how)
}

// orphan tells whether close() leaves one, of which a host has some. One too many is
// reset (tcp_too_many_orphans in net/ipv4/tcp.c counts this one).
func (m *Model) orphan(n *step, host int, have [Destinations]uint8) bool {
	n.s.Reset[host] = int64(have[0])+int64(have[1])+1 > m.p.Host[host].MaxOrphans
	return !n.s.Reset[host]
}

// bucket takes a connection over, if the host that closed first has one
// (inet_twsk_alloc in net/ipv4/inet_timewait_sock.c).
func (m *Model) bucket(n *step, d int) {
	var all int64
	for d := range Destinations {
		all += int64(n.s.Half[d]) + int64(n.s.Wait[d]) + int64(n.s.Young[d]) + int64(n.s.Old[d])
	}
	if h := m.p.ClosesFirst; all >= m.p.Host[h].MaxTwBuckets {
		n.s.Overflow[h] = true
		return
	}
	n.s.Half[d]++
	n.fresh(halfEnds, d)
}

// timeWait begins on the host that closed first, in the bucket that it has.
func (m *Model) timeWait(n *step, d int) {
	if m.p.ClosesFirst == Server {
		n.s.Wait[d]++
		n.fresh(forgets, d)
		return
	}
	n.s.Young[d]++
	n.fresh(ends, d)
	if m.p.Reuse() {
		n.fresh(ages, d)
	}
}

// Trouble says what went wrong in the last step, "" when nothing did.
func (s State) Trouble() string {
	switch {
	case s.NoPort[0]:
		return "an attempt to the service finds all ports busy"
	case s.NoPort[1]:
		return "an attempt to the other destination finds all ports busy"
	case s.Refused:
		return "a SYN meets TIME_WAIT on the server and is refused"
	case s.Overflow[Client]:
		return "TIME_WAIT finds no bucket on the client"
	case s.Overflow[Server]:
		return "TIME_WAIT finds no bucket on the server"
	case s.Reset != [2]bool{}:
		return "a connection is reset, it is an orphan too many"
	}
	return ""
}
