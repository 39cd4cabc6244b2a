package bench

import "fmt"

// TCPClose is the benchmark model: two endpoints that close when they like, two
// bags of at most three segments, loss, duplication and age. Everything is counted
// in ticks, and a tick is an event like the others. Its definition is the Promela
// text tcpclose.pml of the peers, which it follows transition by transition.
type TCPClose struct {
	size      Size
	local     [64]localRule      // by state and backoff, where the timer is at 0
	receive   [2][8][4]onSegment // by host, its state, and the kind of segment
	lived     uint64             // a code of at least that much reaches MSL at the next tick
	duplicate int                // 1: the network duplicates, 0: it does not
}

// Size is a choice of the constants of TCPClose, in ticks: the retransmission
// timeout, the number of its doublings, the time in FIN_WAIT_2, the maximum
// segment lifetime, and whether the network duplicates.
type Size struct {
	RTO, Retries, FinWait2, MSL int
	Duplicate                   bool
	// States is the number of distinct states, which SPIN and Rumur find too.
	States int
}

// The sizes that are measured.
var (
	S = Size{RTO: 1, Retries: 3, FinWait2: 4, MSL: 4, States: 212_269}
	M = Size{RTO: 1, Retries: 3, FinWait2: 4, MSL: 4, Duplicate: true, States: 2_334_144}
	L = Size{RTO: 1, Retries: 5, FinWait2: 8, MSL: 6, Duplicate: true, States: 23_416_490}
)

// State is one half of [halfBits] bits for each host: endpoint and outgoing channel.
//
//	bits 0-2   state
//	bits 3-5   backoff, the number of retransmissions
//	bits 6-11  timer, in ticks
//	bits 12-26 channel: three codes of 5 bits in descending order from the top;
//	           a code is 4·age + kind, 0 is an empty place
type State uint64

const (
	backoffShift = 3
	timerShift   = 6
	channelShift = 12
	halfBits     = 27

	half     = 1<<halfBits - 1
	endpoint = 1<<channelShift - 1
	timerTop = endpoint >> timerShift
	tick     = 1 << timerShift
	code     = 1<<5 - 1
	channel  = 1<<15 - 1
)

// The states of an endpoint.
const (
	established uint64 = iota
	finWait1
	finWait2
	closing
	timeWait
	closeWait
	lastAck
	closed
)

// armed has the states in which the timer runs.
const armed = 1<<finWait1 | 1<<finWait2 | 1<<closing | 1<<timeWait | 1<<lastAck

// The kinds of segments.
const (
	fin    uint64 = 1
	ack    uint64 = 2
	finAck        = fin | ack
)

// localRule is what an endpoint does when its application closes or its timer
// expires: at most one of the two is possible.
type localRule struct {
	enabled int    // 1: there is such a step, 0: there is none
	next    uint64 // the endpoint after it
	send    uint64 // the kind of what it sends, or 0
}

// onSegment is what an endpoint does with a segment.
type onSegment struct {
	keep, set uint64 // the state after it is before&keep | set
	ack       uint64 // all ones: it answers with an ACK, 0: it does not
}

// NewTCPClose makes the model of a size. It panics when a constant has no room in
// the packed state.
func NewTCPClose(z Size) *TCPClose {
	if top := max(z.RTO<<z.Retries, z.FinWait2, 2*z.MSL); top > timerTop || z.Retries > 7 || z.MSL > 8 {
		panic(fmt.Sprintf("bench: the constants of %+v need more than %d ticks, 7 retries or a lifetime of 8", z, timerTop))
	}
	m := &TCPClose{size: z, lived: uint64(4*(z.MSL-1) + 1)}
	if z.Duplicate {
		m.duplicate = 1
	}
	m.fillLocal(z)
	m.fillReceive(z)
	return m
}

func (m *TCPClose) fillLocal(z Size) {
	m.local[established] = localRule{1, in(finWait1, 0, z.RTO), fin}
	m.local[closeWait] = localRule{1, in(lastAck, 0, z.RTO), finAck}
	for backoff := range uint64(8) {
		for st, sends := range map[uint64]uint64{finWait1: fin, closing: finAck, lastAck: finAck} {
			rule := localRule{1, in(closed, 0, 0), 0} // gives up
			if backoff < uint64(z.Retries) {
				rule = localRule{1, in(st, backoff+1, z.RTO<<(backoff+1)), sends}
			}
			m.local[st|backoff<<backoffShift] = rule
		}
		m.local[finWait2|backoff<<backoffShift] = localRule{1, in(closed, 0, 0), 0}
		m.local[timeWait|backoff<<backoffShift] = localRule{1, in(closed, 0, 0), 0}
	}
}

// fillReceive follows the states as the Promela text does; kind 0 is no segment.
func (m *TCPClose) fillReceive(z Size) {
	const all = 1<<64 - 1
	for st := range uint64(8) {
		for kind := range uint64(4) {
			m.onReceive(st, kind, onSegment{keep: all})
		}
	}
	stay := onSegment{keep: all}
	become := func(st uint64, timer int) onSegment { return onSegment{keep: all &^ endpoint, set: in(st, 0, timer)} }
	keepBackoff := func(r onSegment) onSegment { r.keep |= 7 << backoffShift; return r }
	keepTimer := func(st uint64) onSegment { return onSegment{keep: all &^ 7, set: st} }
	answered := func(r onSegment) onSegment { r.ack = all; return r }
	toTimeWait := become(timeWait, 2*z.MSL)

	m.onReceive(established, fin, answered(keepTimer(closeWait)))
	m.onReceive(established, finAck, answered(keepTimer(closeWait)))

	m.onReceive(finWait1, fin, answered(keepTimer(closing)))
	m.onReceive(finWait1, ack, become(finWait2, z.FinWait2))
	m.onReceive(finWait1, finAck, answered(toTimeWait))

	m.onReceive(finWait2, fin, answered(keepBackoff(toTimeWait)))
	m.onReceive(finWait2, finAck, answered(keepBackoff(toTimeWait)))
	m.onReceive(timeWait, fin, answered(keepBackoff(toTimeWait)))
	m.onReceive(timeWait, finAck, answered(keepBackoff(toTimeWait)))

	m.onReceive(closing, fin, answered(stay))
	m.onReceive(closing, ack, toTimeWait)
	m.onReceive(closing, finAck, answered(toTimeWait))

	m.onReceive(closeWait, fin, answered(stay))
	m.onReceive(closeWait, finAck, answered(stay))

	m.onReceive(lastAck, fin, answered(stay))
	m.onReceive(lastAck, ack, become(closed, 0))
	m.onReceive(lastAck, finAck, become(closed, 0))
}

// onReceive says what both hosts do; r is that of host 0.
func (m *TCPClose) onReceive(st, kind uint64, r onSegment) {
	m.receive[0][st][kind] = r
	m.receive[1][st][kind] = onSegment{
		keep: ^(^r.keep << halfBits),
		set:  r.set << halfBits,
		ack:  r.ack,
	}
}

// in is an endpoint in a state.
func in(st, backoff uint64, timer int) uint64 {
	return st | backoff<<backoffShift | uint64(timer)<<timerShift
}

// insert puts a segment of a kind and age 0 into a channel; a full one drops it.
// Kind 0 is none, and changes nothing.
func insert(ch, kind uint64) uint64 {
	if ch&code != 0 {
		return ch
	}
	// Behind the codes that are not smaller: (a-b+32)>>5 is 1 where a >= b.
	behind := (ch>>10-kind+32)>>5 + (ch>>5&code-kind+32)>>5
	at := (10 - 5*behind) & 63
	rest := ch & (1<<(at+5) - 1)
	return ch ^ rest | kind<<at | rest>>5
}

// age lets a tick pass in a channel: segments that reach MSL are gone.
func (m *TCPClose) age(ch uint64) uint64 {
	const lanes = 1<<16 | 1<<8 | 1 // a code a byte
	x := ch>>10<<16 | ch>>5&code<<8 | ch&code
	// Bit 5 of a lane tells whether its code is at least lived; such codes come first.
	gone := (x + lanes*(32-m.lived)) >> 5 & lanes
	x = x << (gone * lanes >> 16 & 3 * 8) & (1<<24 - 1)
	there := (x + lanes*31) >> 5 & lanes
	x += there * 4
	return x>>16<<10 | x>>8<<5&(code<<5) | x&code
}

// FinWasSeen is the invariant: an endpoint in FIN_WAIT_2 has a peer that has seen
// its FIN.
func FinWasSeen(s State) bool {
	a, b := uint64(s)&7, uint64(s)>>halfBits&7
	return !(a == finWait2 && b <= finWait2 || b == finWait2 && a <= finWait2)
}

// Words, Pack and Unpack: a state is one word.

func (*TCPClose) Words() int                   { return 1 }
func (*TCPClose) Pack(s State, words []uint64) { words[0] = uint64(s) }
func (*TCPClose) Unpack(words []uint64) State  { return State(words[0]) }
