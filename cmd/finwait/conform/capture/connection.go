package capture

import (
	"fmt"
	"net/netip"
	"slices"
)

// Connection is what was captured of one connection, from the last moment on at
// which nothing was outstanding before its teardown.
type Connection struct {
	Ends [2]netip.AddrPort
	// Opened is the side that sent the first SYN, -1 when that was not captured.
	Opened int
	// RTT is the time from the SYN to the ACK of the SYN+ACK in microseconds, 0
	// when the handshake was not captured.
	RTT int64
	// BothEnds: the SYN was captured where it was sent, and where it arrived.
	BothEnds bool
	// Packets begin where nothing is outstanding; none where no FIN and no RST was
	// seen.
	Packets []Packet
	// Overflow: more was outstanding, or followed, than is kept.
	Overflow bool
	End      int64 // of the capture of this connection, the last packet
	// Before and After are the connections between the same ports, where there are any.
	Before, After *Connection
	// Whole are all packets of a connection that follows another, if they are few. If they
	// are many (Long) only those of its handshake are kept.
	Whole []Packet
	Long  bool

	shaken   int // packets of Whole that are of the handshake, once it is over
	syn      Packet
	ending   bool // a FIN or an RST was seen
	sent     [2]uint32
	acked    [2]uint32
	haveSent [2]bool
	haveAck  [2]bool
}

// String is the connection as its two ends.
func (c *Connection) String() string { return fmt.Sprintf("%v-%v", c.Ends[0], c.Ends[1]) }

// Loopback reports whether the connection never left its machine: what was
// captured was sent and received at one instant, and not lost.
func (c *Connection) Loopback() bool {
	return c.Ends[0].Addr() == c.Ends[1].Addr() || c.Ends[0].Addr().IsLoopback() && c.Ends[1].Addr().IsLoopback()
}

// Bounds on what is kept. All packets together take some 40 MB.
const (
	maxConnections = 1 << 14
	maxPackets     = 1 << 11 // of a connection
	maxKept        = 1 << 20 // of all connections
	maxWhole       = 64      // of a connection that follows another
)

// maxIdle is the room for packets that a connection without any may keep.
const maxIdle = 16

// flow is a connection without a direction: the lesser end first.
type flow [2]netip.AddrPort

func flowOf(ends [2]netip.AddrPort) flow {
	if ends[1].Compare(ends[0]) < 0 {
		ends[0], ends[1] = ends[1], ends[0]
	}
	return ends
}

type table struct {
	open map[flow]*Connection
	all  []*Connection
	kept int // packets, of all connections

	forgotten int  // connections
	ended     bool // all connections that are kept have an end, and there is no room for others
	tight     bool // nearly all packets are of connections that have an end
}

// add gives a packet to its connection; false when there is no room for another.
func (t *table) add(p Packet, ends [2]netip.AddrPort) bool {
	if t.kept == maxKept && !t.tight {
		t.makeRoom()
	}
	key := flowOf(ends)
	c := t.open[key]
	if c == nil || c.reopened(&p, ends) {
		if len(t.all) == maxConnections && !t.ended {
			t.makeRoom()
		}
		if len(t.all) == maxConnections { // all of them have an end
			return false
		}
		before := c
		c = &Connection{Ends: ends, Opened: -1}
		if before != nil {
			c.Before, before.After = before, c
		}
		t.open[key], t.all = c, append(t.all, c)
	}
	if ends != c.Ends {
		p.Side = 1
	}
	before := len(c.Packets)
	t.kept += c.keepWhole(p, t.kept < maxKept)
	c.add(p, t.kept < maxKept)
	t.kept += len(c.Packets) - before
	return true
}

// makeRoom forgets half of the connections without an end, those of which nothing was
// seen for the longest. One that goes on is like one whose beginning was not captured.
func (t *table) makeRoom() {
	var last []int64
	for _, c := range t.all {
		if !c.ending {
			last = append(last, c.End)
		}
	}
	if len(last) == 0 {
		t.ended, t.tight = len(t.all) == maxConnections, t.kept == maxKept
		return
	}
	kept := t.kept
	slices.Sort(last)
	left, before := len(last)-len(last)/2, last[len(last)/2]
	t.all = slices.DeleteFunc(t.all, func(c *Connection) bool {
		if c.ending || c.End > before || left == 0 {
			return false
		}
		left--
		t.kept -= len(c.Packets) + len(c.Whole)
		if c.After != nil {
			t.kept -= len(c.After.Whole)
			c.After.Before, c.After.Whole = nil, nil
		}
		t.forgotten++
		if key := flowOf(c.Ends); t.open[key] == c {
			delete(t.open, key)
		}
		return true
	})
	t.tight = kept == maxKept && kept-t.kept < maxKept/16
}

// reopened reports whether a packet opens the next connection between the same
// ports: a SYN behind a teardown, or one with another number than before.
func (c *Connection) reopened(p *Packet, ends [2]netip.AddrPort) bool {
	side := 0
	if ends != c.Ends {
		side = 1
	}
	return p.SYN && !p.ACK && !p.RST && (c.ending || c.haveSent[side] && p.end() != c.sent[side])
}

// keepWhole keeps a packet of a connection that follows another, and tells how many are
// kept more. The handshake ends with the ACK of the SYN+ACK, of which there can be copies.
func (c *Connection) keepWhole(p Packet, room bool) (more int) {
	if c.Before == nil || c.Long {
		return 0
	}
	if c.shaken == 0 && (p.Len > 0 || p.FIN || c.RTT != 0 && !slices.ContainsFunc(c.Whole, func(o Packet) bool { return o.Same(&p) })) {
		c.shaken = len(c.Whole)
	}
	if room && len(c.Whole) < maxWhole {
		c.Whole = append(c.Whole, p)
		return 1
	}
	c.Long = true
	before := len(c.Whole)
	if c.shaken > 0 {
		c.Whole = slices.Clone(c.Whole[:c.shaken])
	}
	return len(c.Whole) - before
}

// add takes a packet, and keeps it if there is room.
func (c *Connection) add(p Packet, room bool) {
	c.End = p.At
	if p.SYN {
		if !p.ACK && c.Opened < 0 {
			c.Opened, c.syn = p.Side, p
		}
		c.BothEnds = c.BothEnds || p.Same(&c.syn) && p.TTL < c.syn.TTL
	} else if c.syn.At != 0 && c.RTT == 0 && p.ACK && p.Side == c.Opened {
		c.RTT = max(1, p.At-c.syn.At)
	}
	if !p.RST { // the numbers of an RST are those of its cause
		if end := p.end(); !c.haveSent[p.Side] || int32(end-c.sent[p.Side]) > 0 {
			c.sent[p.Side], c.haveSent[p.Side] = end, true
		}
		if peer := 1 - p.Side; p.ACK && (!c.haveAck[peer] || int32(p.Ack-c.acked[peer]) > 0) {
			c.acked[peer], c.haveAck[peer] = p.Ack, true
		}
	}
	c.ending = c.ending || (p.FIN || p.RST) && !p.SYN
	if room = room && len(c.Packets) < maxPackets; room {
		c.Packets = append(c.Packets, p)
	}
	switch {
	case !c.ending && c.quiet(): // nothing of what was kept is needed
		c.Packets, c.Overflow = c.Packets[:0], false
		if cap(c.Packets) > maxIdle {
			c.Packets = nil
		}
	case !room:
		c.Overflow = true
	}
}

// quiet reports whether all that was sent is acknowledged.
func (c *Connection) quiet() bool {
	for side := range c.sent {
		if c.haveSent[side] && c.haveAck[side] && int32(c.sent[side]-c.acked[side]) > 0 {
			return false
		}
		if c.haveSent[side] && !c.haveAck[side] && !c.haveSent[1-side] {
			return false // only one direction so far: who knows
		}
	}
	return true
}

// Torn reports whether a FIN or an RST was seen, or a SYN that this connection, which its
// other end did not know any more, has answered.
func (c *Connection) Torn() bool { return c.ending || c.Crashed() }

// Crashed reports whether a host that had lost this connection opened the next one: what
// the other end answered, it refused.
func (c *Connection) Crashed() bool {
	return !c.ending && c.After != nil && slices.ContainsFunc(c.After.Whole, func(p Packet) bool { return p.RST && !p.ACK && p.Side == c.After.Whole[0].Side })
}

// Next is the number that a side sends next, as far as it was seen.
func (c *Connection) Next(side int) (seq uint32, known bool) { return c.sent[side], c.haveSent[side] }

// Root is the connection that c is judged with: the first of those between the same ports
// that follow each other, as far as each of them is kept whole.
func (c *Connection) Root() *Connection {
	if c.Before == nil || c.Long || !c.Before.Torn() {
		return c
	}
	return c.Before.Root()
}

// All are the packets of a connection, and of those that are judged with it; the handshake
// of the one behind them too, if that is long.
func (c *Connection) All() []Packet {
	all := c.Packets
	for next := c.After; c.Torn() && next != nil; next = next.After {
		for _, p := range next.Whole {
			if next.Ends != c.Ends {
				p.Side = 1 - p.Side
			}
			all = append(all[:len(all):len(all)], p)
		}
		if next.Long || !next.Torn() {
			break
		}
	}
	return all
}
