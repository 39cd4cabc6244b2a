package spec

// Where connections follow each other, sequence numbers have 8 bits instead of 4, and
// segments a tag. What is more is put into words of its own and taken off the state, so
// that the rest is packed as ever.

// seqs are the sequence numbers of an endpoint.
func (e *Endpoint) seqs() [8]*Seq {
	return [8]*Seq{&e.SndUna, &e.SndNxt, &e.SndEnd, &e.SndTail, &e.SndWl1, &e.RcvNxt, &e.RcvWup, &e.FinSeq}
}

const (
	issBit         = 32
	incarnationBit = issBit + 8
	passedBit      = incarnationBit + 2
	stampedBit     = passedBit + 1
	sameBit        = stampedBit + 1
	readyBit       = sameBit + 1
	waitedBit      = readyBit + 1 // 8 bits for each number

	segmentMoreBits = 10 // of a segment: 4 of each number, and the tag
	segmentsMore    = MaxCapacity / 2

	// Behind the segments of the first word of a bag: connections of the host.
	waitedForBit = segmentsMore * segmentMoreBits // 0 to MaxIncarnations
	newestBit    = waitedForBit + 3
)

// fold takes off s what has no place in a packed state of one connection, and writes it
// into the words behind.
func (s *State) fold(w []uint64) {
	clear(w[endpointMore:])
	for h := range s.Host {
		e := &s.Host[h]
		more := uint64(e.ISS)<<issBit | uint64(e.Incarnation)<<incarnationBit | bit(e.ClockPassed)<<passedBit |
			bit(e.Stamped)<<stampedBit | bit(e.SameStamps)<<sameBit | bit(e.ReuseReady)<<readyBit |
			uint64(e.WaitedSnd)<<waitedBit | uint64(e.WaitedRcv)<<(waitedBit+8)
		for i, n := range e.seqs() {
			more |= uint64(*n>>4) << (4 * i)
			*n &= 15
		}
		w[endpointMore+h] = more
		w[netMore+2*h] = uint64(e.Waited)<<waitedForBit | uint64(e.Newest)<<newestBit
		for i := range s.Net[h] {
			g := &s.Net[h][i]
			more := uint64(g.Seq>>4) | uint64(g.Ack>>4)<<4 | uint64(g.Incarnation())<<8
			w[netMore+2*h+i/segmentsMore] |= more << (i % segmentsMore * segmentMoreBits)
			g.Seq, g.Ack = g.Seq&15, g.Ack&15
			*g = g.InIncarnation(0)
		}
	}
}

// unfold is the inverse of fold.
func (s *State) unfold(w []uint64) {
	for h := range s.Host {
		e, more := &s.Host[h], w[endpointMore+h]
		e.ISS, e.Incarnation, e.ClockPassed = Seq(more>>issBit), uint8(more>>incarnationBit&3), more>>passedBit&1 == 1
		e.Stamped, e.SameStamps, e.ReuseReady = more>>stampedBit&1 == 1, more>>sameBit&1 == 1, more>>readyBit&1 == 1
		e.WaitedSnd, e.WaitedRcv = Seq(more>>waitedBit), Seq(more>>(waitedBit+8))
		e.Waited, e.Newest = uint8(w[netMore+2*h]>>waitedForBit&7), uint8(w[netMore+2*h]>>newestBit&3)
		for i, n := range e.seqs() {
			*n |= Seq(more>>(4*i)&15) << 4
		}
		for i := range s.Net[h] {
			g := &s.Net[h][i]
			more := w[netMore+2*h+i/segmentsMore] >> (i % segmentsMore * segmentMoreBits)
			g.Seq, g.Ack = g.Seq|Seq(more&15)<<4, g.Ack|Seq(more>>4&15)<<4
			*g = g.InIncarnation(uint8(more >> 8 & 3))
		}
	}
}
