package spec

import "fmt"

// A packed state is 12 words: two for each endpoint, and for what each host sent
// three of segments in flight and one of counters.
const (
	packedWords     = 12
	netWords        = 4 // of each host, behind the endpoints
	segmentsPerWord = 3
	segmentBits     = 17

	// In the word of counters, scripted losses come first. Budgets are in that of
	// the client; SoftError is there because the words of an endpoint are full.
	softErrorBit  = 8 * int(numSegmentKinds)
	lossesBit     = softErrorBit + 1
	duplicatesBit = lossesBit + 8

	// Where connections follow each other, words of what is then larger come behind.
	endpointMore, netMore = packedWords, packedWords + 2
	reopenedWords         = packedWords + 6
)

// Words is the number of 64-bit words of a packed state.
func (m *Model) Words() int {
	if m.reopens() {
		return reopenedWords
	}
	return packedWords
}

// Parts are the words of the endpoints and of what each host sent.
func (m *Model) Parts() []int {
	if m.reopens() {
		return []int{2, 2, netWords, netWords, 2, 4}
	}
	return []int{2, 2, netWords, netWords}
}

// Pack writes s into words; equal states give equal words, and others others.
func (m *Model) Pack(s State, words []uint64) {
	if m.reopens() {
		s.fold(words[:reopenedWords])
	}
	w := words[:packedWords]
	w[0], w[1] = s.Host[Client].pack()
	w[2], w[3] = s.Host[Server].pack()
	for h := range s.Net {
		n := w[netWords*(1+h) : netWords*(2+h)]
		clear(n)
		for i := range s.Net[h] {
			g := &s.Net[h][i]
			if *g == (Segment{}) {
				break
			}
			n[i/segmentsPerWord] |= g.pack() << (uint(i) % segmentsPerWord * segmentBits & 63)
		}
		c := bit(s.Host[h].SoftError) << softErrorBit
		if s.Sent[h] != ([numSegmentKinds]uint8{}) {
			for k, sent := range s.Sent[h] {
				c |= uint64(sent) << (8 * k)
			}
		}
		n[netWords-1] = c
	}
	w[netWords*2-1] |= uint64(s.Losses)<<lossesBit | uint64(s.Duplicates)<<duplicatesBit
}

// Unpack is the inverse of Pack.
func (m *Model) Unpack(words []uint64) State {
	w := words[:packedWords]
	var s State
	s.Host[Client].unpack(w[0], w[1])
	s.Host[Server].unpack(w[2], w[3])
	for h := range s.Net {
		n := w[netWords*(1+h) : netWords*(2+h)]
		for i := range s.Net[h] {
			g := n[i/segmentsPerWord] >> (i % segmentsPerWord * segmentBits) & (1<<segmentBits - 1)
			if g == 0 {
				break
			}
			s.Net[h][i] = unpackSegment(g)
		}
		c := n[netWords-1]
		s.Host[h].SoftError = c>>softErrorBit&1 == 1
		for k := range s.Sent[h] {
			s.Sent[h][k] = uint8(c >> (8 * k))
		}
	}
	c := w[netWords*2-1]
	s.Losses, s.Duplicates = uint8(c>>lossesBit), uint8(c>>duplicatesBit)
	if m.reopens() {
		s.unfold(words[:reopenedWords])
	}
	return s
}

// bit is 1 for true.
func bit(b bool) uint64 {
	if b {
		return 1
	}
	return 0
}

func (g Segment) pack() uint64 {
	if g.Flags >= 1<<6 || g.Seq|g.Ack >= 1<<4 || g.Len >= 1<<3 {
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
		uint64(e.Error)<<42 | uint64(e.SawErr)<<45 |
		bit(e.Mini)<<48 | bit(e.FinQueued)<<49 | bit(e.SndWndZero)<<50 | bit(e.PeerFin)<<51 |
		bit(e.RcvShut)<<52 | bit(e.Recovering)<<53 | bit(e.DelayedAck)<<54 | bit(e.AckLimited)<<55 |
		bit(e.Open)<<56 | bit(e.Lingering)<<57 | bit(e.SawEOF)<<58 | bit(e.Down)<<59 |
		bit(e.ActiveClose)<<60 | bit(e.AckedFinAlone)<<61 | bit(e.Offline)<<62
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
	has := func(i int) bool { return b>>i&1 == 1 }
	e.Mini, e.FinQueued, e.SndWndZero, e.PeerFin = has(48), has(49), has(50), has(51)
	e.RcvShut, e.Recovering, e.DelayedAck, e.AckLimited = has(52), has(53), has(54), has(55)
	e.Open, e.Lingering, e.SawEOF, e.Down = has(56), has(57), has(58), has(59)
	e.ActiveClose, e.AckedFinAlone, e.Offline = has(60), has(61), has(62)
}
