package spec

import "fmt"

// softErrorBit is the place of SoftError of both hosts in the word of the budgets.
const softErrorBit = 16 + 8*int(numSegmentKinds)

// A packed state is 12 words: two for each endpoint, six for the segments in
// flight, two for the budgets and the counters of scripted losses.
const (
	packedWords     = 12
	segmentsPerWord = 3
	segmentBits     = 17
	segmentWords    = (2*MaxCapacity + segmentsPerWord - 1) / segmentsPerWord
)

// Words is the number of 64-bit words of a packed state.
func (m *Model) Words() int { return packedWords }

// Pack writes s into words; equal states give equal words, and others others.
func (m *Model) Pack(s State, words []uint64) {
	w := words[:packedWords]
	w[0], w[1] = s.Host[Client].pack()
	w[2], w[3] = s.Host[Server].pack()
	clear(w[4 : 4+segmentWords])
	slot := 0
	for h := range s.Net {
		for i, g := range s.Net[h] {
			if g == (Segment{}) {
				break
			}
			slot = h*MaxCapacity + i
			w[4+slot/segmentsPerWord] |= g.pack() << (slot % segmentsPerWord * segmentBits)
		}
	}
	w[10] = uint64(s.Losses) | uint64(s.Duplicates)<<8
	for k := range numSegmentKinds {
		w[10] |= uint64(s.Sent[Client][k]) << (16 + 8*k)
	}
	for h := range s.Host { // the words of an endpoint are full
		if s.Host[h].SoftError {
			w[10] |= 1 << (softErrorBit + h)
		}
	}
	w[11] = 0
	for k := range numSegmentKinds {
		w[11] |= uint64(s.Sent[Server][k]) << (8 * k)
	}
}

// Unpack is the inverse of Pack.
func (m *Model) Unpack(words []uint64) State {
	w := words[:packedWords]
	var s State
	s.Host[Client].unpack(w[0], w[1])
	s.Host[Server].unpack(w[2], w[3])
	for h := range s.Net {
		for i := range s.Net[h] {
			slot := h*MaxCapacity + i
			g := w[4+slot/segmentsPerWord] >> (slot % segmentsPerWord * segmentBits) & (1<<segmentBits - 1)
			if g == 0 {
				break
			}
			s.Net[h][i] = unpackSegment(g)
		}
	}
	s.Losses, s.Duplicates = uint8(w[10]), uint8(w[10]>>8)
	for h := range s.Host {
		s.Host[h].SoftError = w[10]>>(softErrorBit+h)&1 == 1
	}
	for k := range numSegmentKinds {
		s.Sent[Client][k] = uint8(w[10] >> (16 + 8*k))
		s.Sent[Server][k] = uint8(w[11] >> (8 * k))
	}
	return s
}

func (g Segment) pack() uint64 {
	if g.Flags >= 1<<6 || g.Seq >= 1<<4 || g.Ack >= 1<<4 || g.Len >= 1<<3 {
		panic(fmt.Sprintf("spec: segment %+v does not fit its %d bits of a packed state", g, segmentBits))
	}
	return uint64(g.Flags) | uint64(g.Seq)<<6 | uint64(g.Ack)<<10 | uint64(g.Len)<<14
}

func unpackSegment(g uint64) Segment {
	return Segment{Flags: Flags(g & 63), Seq: Seq(g >> 6 & 15), Ack: Seq(g >> 10 & 15), Len: uint8(g >> 14 & 7)}
}

// packedUntilEOF stands for UntilEOF in the 4 bits of Endpoint.ToRead.
const packedUntilEOF = 15

func (e *Endpoint) pack() (a, b uint64) {
	toRead := e.ToRead
	if toRead == UntilEOF {
		toRead = packedUntilEOF
	}
	seqs := e.SndUna | e.SndNxt | e.SndEnd | e.SndTail | e.SndWl1 | e.RcvNxt | e.RcvWup | e.FinSeq
	if seqs >= 16 || e.HeldFin|e.Unread|e.Read|e.Written|toRead >= 16 || e.PC >= 32 || e.Held >= 128 {
		panic(fmt.Sprintf("spec: endpoint %+v does not fit the bits of a packed state", *e))
	}
	a = uint64(e.State) |
		uint64(e.SndUna)<<4 | uint64(e.SndNxt)<<8 | uint64(e.SndEnd)<<12 | uint64(e.SndTail)<<16 |
		uint64(e.SndWl1)<<20 | uint64(e.RcvNxt)<<24 | uint64(e.RcvWup)<<28 | uint64(e.FinSeq)<<32 |
		uint64(e.HeldFin)<<36 | uint64(e.Unread)<<40 | uint64(e.Read)<<44 | uint64(e.Written)<<48 |
		uint64(toRead)<<52 | uint64(e.Ending)<<56 | uint64(e.Rexmt)<<60 | uint64(e.Timer)<<62
	b = uint64(e.Backoff) | uint64(e.Probes)<<8 | uint64(e.FinsSent)<<16 |
		uint64(e.PC)<<24 | uint64(e.Held)<<29 |
		uint64(e.LimitOrphan)<<36 | uint64(e.LimitRetries2)<<38 | uint64(e.LimitUser)<<40 |
		uint64(e.Error)<<42 | uint64(e.SawErr)<<45
	for i, flag := range e.flags() {
		if *flag {
			b |= 1 << (48 + i)
		}
	}
	return a, b
}

func (e *Endpoint) unpack(a, b uint64) {
	seq := func(shift int) Seq { return Seq(a >> shift & 15) }
	num := func(shift int) uint8 { return uint8(a >> shift & 15) }
	e.State = ConnState(num(0))
	e.SndUna, e.SndNxt, e.SndEnd, e.SndTail, e.SndWl1 = seq(4), seq(8), seq(12), seq(16), seq(20)
	e.RcvNxt, e.RcvWup, e.FinSeq = seq(24), seq(28), seq(32)
	e.HeldFin, e.Unread, e.Read, e.Written, e.ToRead = num(36), num(40), num(44), num(48), num(52)
	if e.ToRead == packedUntilEOF {
		e.ToRead = UntilEOF
	}
	e.Ending, e.Rexmt, e.Timer = Ending(num(56)), RexmtTimer(a>>60&3), StateTimer(a>>62)
	e.Backoff, e.Probes, e.FinsSent = uint8(b), uint8(b>>8), uint8(b>>16)
	e.PC, e.Held = uint8(b>>24&31), uint8(b>>29&127)
	e.LimitOrphan, e.LimitRetries2, e.LimitUser = Limit(b>>36&3), Limit(b>>38&3), Limit(b>>40&3)
	e.Error, e.SawErr = Errno(b>>42&7), Errno(b>>45&7)
	for i, flag := range e.flags() {
		*flag = b>>(48+i)&1 == 1
	}
}

// flags are the fields of one bit, in their packed order.
func (e *Endpoint) flags() [15]*bool {
	return [...]*bool{
		&e.Mini, &e.FinQueued, &e.SndWndZero, &e.PeerFin, &e.RcvShut, &e.Recovering, &e.DelayedAck, &e.AckLimited,
		&e.Open, &e.Lingering, &e.SawEOF, &e.Down, &e.ActiveClose, &e.AckedFinAlone, &e.Offline,
	}
}
