package bench

import "slices"

// maxSuccessors is above the number of successors of any state (2 local steps, 12
// of segments, 4 duplicates, 1 tick), and a power of two, so that an index masked
// with mask needs no check.
const (
	maxSuccessors = 32
	mask          = maxSuccessors - 1
)

// Successors appends what every event of Events leads to, in their order.
//
// Most of its time would go into branches that are predicted wrongly, because
// channels differ from state to state. So a successor that may be impossible is
// written all the same, and the next one takes its place.
func (m *TCPClose) Successors(s State, buf []State) []State {
	buf = slices.Grow(buf, maxSuccessors)
	out := (*[maxSuccessors]State)(buf[len(buf) : len(buf)+maxSuccessors])
	w := uint64(s)
	a, b := w&half, w>>halfBits
	n, ticks := 0, 1
	if a&(timerTop<<timerShift) == 0 {
		rule := &m.local[a&63]
		out[0] = State(b<<halfBits | rule.fire(a))
		n = rule.enabled
		ticks = int(^uint64(armed) >> (a & 7) & 1)
	}
	if b&(timerTop<<timerShift) == 0 {
		rule := &m.local[b&63]
		out[n&mask] = State(a | rule.fire(b)<<halfBits)
		n += rule.enabled
		ticks &= int(^uint64(armed) >> (b & 7))
	}
	n = m.deliver(out, n, w, 0)
	n = m.deliver(out, n, w, 1)
	if m.duplicate != 0 {
		n = duplicate(out, n, w, 0)
		n = duplicate(out, n, w, 1)
	}
	if ticks != 0 { // no armed timer is at 0
		next := m.older(a) | m.older(b)<<halfBits
		out[n&mask] = State(next)
		if next != w { // something is armed or under way
			n++
		}
	}
	return buf[:len(buf)+n]
}

// fire is a half after the local step of its endpoint.
func (r *localRule) fire(h uint64) uint64 {
	return r.next | insert(h>>channelShift, r.send)<<channelShift
}

// deliver writes what the segments under way from a host lead to, lost and
// received, those of equal code once.
func (m *TCPClose) deliver(out *[maxSuccessors]State, n int, w uint64, from uint) int {
	to := 1 - from
	row := &m.receive[to&1][w>>(halfBits*to&63)&7]
	back := (channelShift + halfBits*to) & 63
	answer := w >> back & channel
	answer = (answer ^ insert(answer, ack)) << back // what an ACK changes
	at := (channelShift + halfBits*from) & 63
	ch := w >> at & channel
	others := w &^ (channel << at)
	first, second, third := ch>>10, ch>>5&code, ch&code

	put := func(seg, left, enabled uint64) {
		r := &row[seg&3]
		rest := others | left<<at
		out[n&mask] = State(rest)
		out[(n+1)&mask] = State(rest&r.keep | r.set ^ answer&r.ack)
		n += 2 * int(enabled)
	}
	put(first, ch<<5&channel, nonZero(first))
	put(second, ch&^(code<<5|code)|third<<5, nonZero(second)&nonZero(first^second))
	put(third, ch&^code, nonZero(third)&nonZero(second^third))
	return n
}

// nonZero is 0 for 0, and 1 for any other code.
func nonZero(c uint64) uint64 { return (c + 31) >> 5 }

// duplicate writes what doubling a segment under way from a host leads to, where
// its channel has a place left.
func duplicate(out *[maxSuccessors]State, n int, w uint64, from uint) int {
	at := (channelShift + halfBits*from) & 63
	ch := w >> at & channel
	first, second := ch>>10, ch>>5
	free := 1 - nonZero(ch&code)
	rest := w &^ (channel << at)
	out[n&mask] = State(rest | (first<<10|ch>>5)<<at)
	n += int(nonZero(first) & free)
	out[n&mask] = State(rest | (ch|second&code)<<at)
	n += int(nonZero(second&code) & nonZero(first^second&code) & free)
	return n
}

// older is a half after a tick, which is not possible where an armed timer is at 0.
func (m *TCPClose) older(h uint64) uint64 {
	running := uint64(armed) >> (h & 7) & 1
	return h&endpoint - running<<timerShift | m.age(h>>channelShift)<<channelShift
}
