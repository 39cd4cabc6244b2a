package spec

import (
	"fmt"
	"slices"
)

// many marks, in a search without durations, a segment of which two or more equal
// copies are in flight. Taking one may leave many or one.
const many Flags = 1 << 5

// before is the canonical order of a bag, that of the IDs of the deliveries.
func (g Segment) before(o Segment) bool { return g.order() < o.order() }

func (g Segment) order() uint32 {
	return uint32(g.Flags&^many) | uint32(g.Seq)<<8 | uint32(g.Ack)<<16 | uint32(g.Len)<<24
}

// is reports whether the two are equal but for how many they stand for.
func (g Segment) is(o Segment) bool { return g.order() == o.order() }

func eventOf(g Segment, to Host) uint64 {
	g.Flags &^= many
	return EventInfo{Kind: Deliver, Host: to, Segment: g}.id()
}

// deliveryID is the ID of the delivery of g, sent by h. In a queue all segments
// of a direction share one, so that the engine takes the oldest.
func (m *Model) deliveryID(h Host, g Segment) uint64 {
	if m.p.Net.Queue {
		g = Segment{}
	}
	return eventOf(g, h.Peer())
}

// arriving is the segment that event i delivers in s.
func (m *Model) arriving(s *State, i EventInfo) Segment {
	bag := &s.Net[i.Host.Peer()]
	if m.p.Net.Queue {
		return bag[0]
	}
	return i.Segment
}

// insert adds one copy of g to the bag; it reports whether there was room.
func (m *Model) insert(b *Bag, g Segment) bool {
	n := b.Len()
	at := n
	if m.any && !m.p.Net.Queue {
		for i := range b[:n] {
			if b[i].is(g) {
				b[i].Flags |= many
				return true
			}
		}
	}
	if n >= m.room() {
		return false
	}
	if !m.p.Net.Queue {
		for at > 0 && g.before(b[at-1]) {
			at--
		}
	}
	copy(b[at+1:n+1], b[at:n])
	b[at] = g
	return true
}

// room is how many segments a bag holds: kinds, not copies, where copies are not counted.
func (m *Model) room() int {
	if m.any && !m.p.Net.Queue {
		return MaxCapacity
	}
	return m.p.Net.Capacity
}

// remove takes one copy of g out of the bag, the oldest in a queue. It reports
// whether there were many, of which one is left now.
func (m *Model) remove(b *Bag, g Segment) (wasMany bool) {
	n := b.Len()
	for i := range b[:n] {
		if !b[i].is(g) {
			continue
		}
		if b[i].Flags&many != 0 {
			b[i].Flags &^= many
			return true
		}
		copy(b[i:n-1], b[i+1:n])
		b[n-1] = Segment{}
		return false
	}
	panic(fmt.Sprintf("spec: %v is not in flight, only %v", g, b[:n]))
}

// fates lets the network decide, one after the other, about the segments that a
// step sent: no copy, one, or more (the fate of a segment is fixed when it is
// sent). It emits a next state for every choice.
func (t *step) fates(i int, emit func(State, Effect)) {
	if i == t.sentCount {
		if t.list != nil {
			t.list.take(t)
		} else {
			t.emit(emit)
		}
		return
	}
	sent := &t.sent[i]
	kind := sent.Segment.Kind()
	bag, count := &t.s.Net[sent.From], &t.s.Sent[sent.From][kind]
	// What a choice changes, to take it back before the next one.
	oldBag, oldCount, losses, duplicates := *bag, *count, t.s.Losses, t.s.Duplicates
	*count = min(*count+1, t.m.counted[sent.From][kind])
	scripted := t.m.scriptedLoss(sent.From, kind, *count)
	if scripted || t.m.p.Net.Losses == Unlimited || losses > 0 {
		if !scripted && t.m.p.Net.Losses != Unlimited {
			t.s.Losses--
		}
		sent.Copies = 0
		t.fates(i+1, emit)
		t.s.Losses = losses
	}
	for extra := uint8(0); !scripted && extra <= min(duplicates, maxCopies-1); extra++ {
		t.s.Duplicates = duplicates - extra
		sent.Copies = extra + 1
		room := true
		for range t.m.needed(&t.s, sent) {
			room = room && t.m.insert(bag, sent.Segment)
		}
		switch {
		case room:
			t.fates(i+1, emit)
		case t.list != nil:
			t.list.full = true
		default:
			emit(State{}, Effect{Full: true})
		}
		*bag = oldBag
	}
	*count, t.s.Duplicates = oldCount, duplicates
}

// needed is how many of the copies sent have to be in flight.
func (m *Model) needed(s *State, sent *Sent) uint8 {
	if m.p.Net.Queue || !m.closes(s, sent.From.Peer(), sent.Segment) {
		return sent.Copies
	}
	if m.copies(&s.Net[sent.From], sent.Segment) > 0 {
		return 0
	}
	return 1
}

// copies counts those of g in a bag.
func (m *Model) copies(b *Bag, g Segment) (n int) {
	for i := range b {
		if b[i] == (Segment{}) {
			break
		}
		if b[i].is(g) {
			n++
		}
	}
	return n
}

// maxCopies is the number of copies of one segment that one step can send; more
// duplicates of the budget are spent on retransmissions.
const maxCopies = 3

// scriptedLoss reports whether a rule of the scenario loses the nth segment of a
// kind that a host sends.
func (m *Model) scriptedLoss(from Host, kind SegmentKind, nth uint8) bool {
	for i := range m.p.Net.Lose {
		r := &m.p.Net.Lose[i]
		if r.From == from && r.Kind == kind && (len(r.Nth) == 0 && !slices.Contains(r.Except, nth) || slices.Contains(r.Nth, nth)) {
			return true
		}
	}
	return false
}
