package spec

import (
	"fmt"
	"strings"
)

// Flags are the control bits of a segment (RFC 9293 §3.1) that teardown uses.
type Flags uint8

// The control bits. WndZero is not one of TCP's: it stands for SEG.WND = 0.
const (
	ACK Flags = 1 << iota
	FIN
	RST
	SYN
	WndZero
)

// incarnationShift: the two highest bits of Flags are a ghost, the connection that a
// segment belongs to, from 0. Only properties and pictures read it.
const incarnationShift = 6

func incarnationTag(i uint8) Flags { return Flags(i << incarnationShift) }

// MaxIncarnations is the number of connections of one four-tuple that can be told apart.
const MaxIncarnations = 4

// Segment is a segment on the wire. The zero Segment is none at all.
type Segment struct {
	Flags Flags
	Seq   Seq   // SEG.SEQ
	Ack   Seq   // SEG.ACK, 0 without ACK
	Len   uint8 // data units
}

// Has reports whether all of the flags f are set.
func (g Segment) Has(f Flags) bool { return g.Flags&f == f }

// Incarnation is the connection of the four-tuple that the segment belongs to, from 0.
func (g Segment) Incarnation() uint8 { return uint8(g.Flags >> incarnationShift) }

// InIncarnation is g as a segment of that connection.
func (g Segment) InIncarnation(i uint8) Segment {
	g.Flags = g.Flags&(1<<incarnationShift-1) | incarnationTag(i)
	return g
}

// End is the sequence number after the segment; SYN and FIN occupy one each.
func (g Segment) End() Seq {
	end := g.Seq + Seq(g.Len)
	if g.Has(FIN) {
		end++
	}
	if g.Has(SYN) {
		end++
	}
	return end
}

// SegmentKind is what scripted losses select by.
type SegmentKind uint8

// The kinds of segments. A segment is of the first kind that fits: RST, SYN,
// FIN (with or without data), DATA, ACK (pure).
const (
	KindFIN SegmentKind = iota
	KindACK
	KindRST
	KindSYN
	KindDATA
	numSegmentKinds
)

var segmentKindNames = [numSegmentKinds]string{KindFIN: "FIN", KindACK: "ACK", KindRST: "RST", KindSYN: "SYN", KindDATA: "DATA"}

func (k SegmentKind) String() string { return segmentKindNames[k] }

// Kind classifies the segment.
func (g Segment) Kind() SegmentKind {
	switch {
	case g.Has(RST):
		return KindRST
	case g.Has(SYN):
		return KindSYN
	case g.Has(FIN):
		return KindFIN
	case g.Len > 0:
		return KindDATA
	default:
		return KindACK
	}
}

// String is the segment as a picture shows it, for instance
// "FIN+ACK seq=1 ack=1" or "DATA+ACK seq=1 ack=1 len=2".
func (g Segment) String() string {
	var names []string
	for _, f := range []struct {
		set  bool
		name string
	}{{g.Has(SYN), "SYN"}, {g.Has(FIN), "FIN"}, {g.Has(RST), "RST"}, {g.Len > 0, "DATA"}, {g.Has(ACK), "ACK"}} {
		if f.set {
			names = append(names, f.name)
		}
	}
	s := fmt.Sprintf("%s seq=%d", strings.Join(names, "+"), g.Seq)
	if g.Has(ACK) {
		s += fmt.Sprintf(" ack=%d", g.Ack)
	}
	if g.Len > 0 {
		s += fmt.Sprintf(" len=%d", g.Len)
	}
	if g.Has(WndZero) {
		s += " win=0"
	}
	if i := g.Incarnation(); i > 0 {
		s += fmt.Sprintf(" connection=%d", i+1)
	}
	return s
}

// Sent is one segment that a step sent, and its fate.
type Sent struct {
	From    Host
	Segment Segment
	Copies  uint8 // 0: lost
}

// maxSent is the number of segments that one step can send.
const maxSent = 3

// A label packs what a step sent: 32 bits for each segment, and 3 bits for the
// host and the copies of each; behind them three bits for each host, see StateTimerSet.
func packLabel(sent []Sent) (label [2]uint64) {
	for i, s := range sent {
		g := uint64(s.Segment.Flags) | uint64(s.Segment.Seq)<<8 | uint64(s.Segment.Ack)<<16 | uint64(s.Segment.Len)<<24
		label[i/2] |= g << (32 * (i % 2))
		label[1] |= (uint64(s.From) | uint64(s.Copies)<<1) << (32 + 3*i)
	}
	return label
}

const (
	stateTimerBit     = 32 + 3*maxSent
	rexmtTimerBit     = stateTimerBit + 2
	keepaliveTimerBit = rexmtTimerBit + 2
)

// StateTimerSet reports whether the step with this label started or restarted
// the FIN_WAIT_2 or TIME_WAIT timer of h.
func StateTimerSet(label [2]uint64, h Host) bool { return label[1]>>(stateTimerBit+uint(h))&1 == 1 }

// RexmtTimerSet reports it of the retransmission timer of h.
func RexmtTimerSet(label [2]uint64, h Host) bool { return label[1]>>(rexmtTimerBit+uint(h))&1 == 1 }

// KeepaliveTimerSet reports it of the keepalive timer of h.
func KeepaliveTimerSet(label [2]uint64, h Host) bool {
	return label[1]>>(keepaliveTimerBit+uint(h))&1 == 1
}

// SentIn lists the segments that a step with this label sent, in order.
func SentIn(label [2]uint64) []Sent {
	var list []Sent
	for s, any := NthSent(label, 0); any; s, any = NthSent(label, len(list)) {
		list = append(list, s)
	}
	return list
}

// NthSent is the segment of index n among those that a step with this label sent.
func NthSent(label [2]uint64, n int) (s Sent, any bool) {
	if n >= maxSent {
		return Sent{}, false
	}
	g := uint32(label[n/2] >> (32 * (n % 2)))
	fate := label[1] >> (32 + 3*n)
	return Sent{
		From:    Host(fate & 1),
		Copies:  uint8(fate >> 1 & 3),
		Segment: Segment{Flags: Flags(g), Seq: Seq(g >> 8), Ack: Seq(g >> 16), Len: uint8(g >> 24)},
	}, g != 0
}
