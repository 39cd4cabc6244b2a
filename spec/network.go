package spec

import "fmt"

// many marks, in a search without durations, a segment of which two or more equal
// copies are in flight. Taking one may leave many or one.
const many Flags = 1 << 5

// before is the canonical order of a bag.
func (g Segment) before(o Segment) bool {
	return eventOf(g, 0) < eventOf(o, 0)
}

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
	capacity := m.p.Net.Capacity
	at := n
	if m.any && !m.p.Net.Queue {
		capacity = MaxCapacity // kinds, not copies
		for i := range b[:n] {
			if b[i].Flags&^many == g.Flags && b[i].Seq == g.Seq && b[i].Ack == g.Ack && b[i].Len == g.Len {
				b[i].Flags |= many
				return true
			}
		}
	}
	if n >= capacity {
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

// remove takes one copy of g out of the bag, the oldest in a queue. It reports
// whether there were many, of which one is left now.
func (m *Model) remove(b *Bag, g Segment) (wasMany bool) {
	n := b.Len()
	for i := range b[:n] {
		if b[i].Flags&^many != g.Flags || b[i].Seq != g.Seq || b[i].Ack != g.Ack || b[i].Len != g.Len {
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
		t.emit(emit)
		return
	}
	sent := &t.sent[i]
	scripted := t.scriptedLoss(sent)
	saved := t.s
	if scripted || t.m.p.Net.Losses == Unlimited || t.s.Losses > 0 {
		if !scripted && t.m.p.Net.Losses != Unlimited {
			t.s.Losses--
		}
		sent.Copies = 0
		t.fates(i+1, emit)
		t.s = saved
		if scripted {
			return
		}
	}
	for extra := uint8(0); extra <= min(saved.Duplicates, maxCopies-1); extra++ {
		t.s.Duplicates = saved.Duplicates - extra
		sent.Copies = extra + 1
		room := true
		for range sent.Copies {
			room = room && t.m.insert(&t.s.Net[sent.From], sent.Segment)
		}
		if room {
			t.fates(i+1, emit)
		} else if t.list != nil {
			t.list.full = true
		} else {
			emit(State{}, Effect{Full: true})
		}
		t.s = saved
	}
}

// maxCopies is the number of copies of one segment that one step can send; more
// duplicates of the budget are spent on retransmissions.
const maxCopies = 3

// scriptedLoss reports whether a rule of the scenario loses the segment, and
// counts it.
func (t *step) scriptedLoss(sent *Sent) bool {
	kind := sent.Segment.Kind()
	count := &t.s.Sent[sent.From][kind]
	*count = min(*count+1, t.m.counted[sent.From][kind])
	for _, r := range t.m.p.Net.Lose {
		if r.From != sent.From || r.Kind != kind {
			continue
		}
		if len(r.Nth) == 0 {
			return true
		}
		for _, n := range r.Nth {
			if n == *count {
				return true
			}
		}
	}
	return false
}
