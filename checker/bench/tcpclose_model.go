package bench

import (
	"cmp"
	"slices"
)

// The events, in their order. Those of a host have its number added; those of a
// segment also 2·place, in the order of the codes of its channel.
const (
	local      uint64 = 0 // close, or timer
	lose       uint64 = 8 // of the host's channel; receive follows it
	receive    uint64 = 9
	duplicates uint64 = 32
	ticks      uint64 = 48
)

// wide is a state with a field for everything.
type wide struct {
	state, backoff, timer [2]uint64
	channel               [2][3]uint64
}

func (s State) wide() (w wide) {
	for i := range w.state {
		h := uint64(s) >> (halfBits * i)
		w.state[i] = h & 7
		w.backoff[i] = h >> backoffShift & 7
		w.timer[i] = h >> timerShift & timerTop
		for p := range w.channel[i] {
			w.channel[i][p] = h >> (channelShift + 10 - 5*p) & code
		}
	}
	return w
}

func (w *wide) pack() (s State) {
	for i := range w.state {
		h := in(w.state[i], w.backoff[i], int(w.timer[i]))
		for p, c := range w.channel[i] {
			h |= c << (channelShift + 10 - 5*p)
		}
		s |= State(h << (halfBits * i))
	}
	return s
}

// Init is both established, with nothing under way.
func (*TCPClose) Init() []State { return []State{0} }

// Events are what is enabled, each as an event that nothing forces.
func (m *TCPClose) Events(s State, buf []event) []event {
	w := s.wide()
	add := func(id uint64) { buf = append(buf, anytime(id)) }
	stopped, idle := false, true
	for i := range uint64(2) {
		st := w.state[i]
		due := w.armed(i) && w.timer[i] == 0
		if st == established || st == closeWait || due {
			add(local + i)
		}
		stopped = stopped || due
		idle = idle && !w.armed(i) && w.channel[i][0] == 0
	}
	for i, ch := range w.channel {
		for p := range ch {
			if distinct(ch, p) {
				add(lose + 8*uint64(i) + 2*uint64(p))
				add(receive + 8*uint64(i) + 2*uint64(p))
			}
		}
	}
	for i, ch := range w.channel {
		for p := range 2 {
			if m.duplicate != 0 && distinct(ch, p) && ch[2] == 0 {
				add(duplicates + 8*uint64(i) + uint64(p))
			}
		}
	}
	if !stopped && !idle {
		add(ticks)
	}
	return buf
}

// distinct tells whether there is a segment in a place, unlike the one before it.
func distinct(ch [3]uint64, p int) bool { return ch[p] != 0 && (p == 0 || ch[p] != ch[p-1]) }

func (w *wide) armed(i uint64) bool { return armed>>w.state[i]&1 != 0 }

// Fire is the one successor of an event.
func (m *TCPClose) Fire(s State, e event, emit func(State, effect)) {
	w := s.wide()
	i := e.ID / 8 % 2
	switch id := e.ID; {
	case id == ticks:
		m.tick(&w)
	case id >= duplicates:
		w.send(i, w.channel[i][id%8])
	case id >= lose:
		i = 1 - i // 8-15 is host 0, 16-23 host 1
		p := int(id % 8 / 2)
		kind := w.channel[i][p] & 3
		copy(w.channel[i][p:], w.channel[i][p+1:])
		w.channel[i][2] = 0
		if id%2 == receive%2 {
			m.arrive(&w, 1-i, kind)
		}
	default:
		m.act(&w, id)
	}
	next := w.pack()
	emit(next, became(m.Events(s, nil), m.Events(next, nil)))
}

// act is a close or the end of a timer.
func (m *TCPClose) act(w *wide, i uint64) {
	again := map[uint64]uint64{finWait1: fin, closing: finAck, lastAck: finAck}
	switch kind, sends := again[w.state[i]]; {
	case w.state[i] == established:
		w.become(i, finWait1, m.size.RTO)
		w.send(i, fin)
	case w.state[i] == closeWait:
		w.become(i, lastAck, m.size.RTO)
		w.send(i, finAck)
	case sends && w.backoff[i] < uint64(m.size.Retries):
		w.backoff[i]++
		w.timer[i] = uint64(m.size.RTO) << w.backoff[i]
		w.send(i, kind)
	default:
		w.become(i, closed, 0)
		w.backoff[i] = 0
	}
}

// arrive is the end of a segment's way: at host i.
func (m *TCPClose) arrive(w *wide, i, kind uint64) {
	timeWaitLength := 2 * m.size.MSL
	switch w.state[i] {
	case established:
		if kind&fin != 0 {
			w.state[i] = closeWait
			w.send(i, ack)
		}
	case finWait1:
		switch kind {
		case finAck:
			w.become(i, timeWait, timeWaitLength)
			w.backoff[i] = 0
			w.send(i, ack)
		case ack:
			w.become(i, finWait2, m.size.FinWait2)
			w.backoff[i] = 0
		default:
			w.state[i] = closing
			w.send(i, ack)
		}
	case finWait2, timeWait:
		if kind&fin != 0 {
			w.become(i, timeWait, timeWaitLength)
			w.send(i, ack)
		}
	case closing:
		if kind&ack != 0 {
			w.become(i, timeWait, timeWaitLength)
			w.backoff[i] = 0
		}
		if kind&fin != 0 {
			w.send(i, ack)
		}
	case closeWait:
		if kind&fin != 0 {
			w.send(i, ack)
		}
	case lastAck:
		if kind&ack != 0 {
			w.become(i, closed, 0)
			w.backoff[i] = 0
		} else {
			w.send(i, ack)
		}
	}
}

func (m *TCPClose) tick(w *wide) {
	for i := range w.state {
		if w.armed(uint64(i)) {
			w.timer[i]--
		}
		ch := &w.channel[i]
		for p, c := range ch {
			switch {
			case c/4+1 >= uint64(m.size.MSL):
				ch[p] = 0 // gone
			case c != 0:
				ch[p] = c + 4
			}
		}
		slices.SortFunc(ch[:], descending)
	}
}

func (w *wide) become(i, st uint64, timer int) { w.state[i], w.timer[i] = st, uint64(timer) }

// send puts a code into the channel of host i, which drops it when it is full.
func (w *wide) send(i, c uint64) {
	ch := &w.channel[i]
	if ch[2] == 0 {
		ch[2] = c
		slices.SortFunc(ch[:], descending)
	}
}

func descending(a, b uint64) int { return cmp.Compare(b, a) }
