package conform

import (
	"math"

	"github.com/finwait/finwait/spec"
)

// handshakes tells the connections of a four-tuple apart, as their SYNs are sent: the
// first is the one that is established when the observation begins, and a SYN with a
// number that is new opens the next.
type handshakes struct {
	current int
	isn     [2][spec.MaxIncarnations]isn // by host and connection
}

// isn is an initial sequence number, once it was seen.
type isn struct {
	seq   uint32
	known bool
}

// sent is the connection under way once h has sent a SYN, with or without an ACK: that of
// its peer, if h has sent none in it. full tells that there are too many.
func (c *handshakes) sent(h spec.Host, seq uint32, ack bool) (opens, full bool) {
	own := &c.isn[h][c.current]
	switch {
	case own.known && own.seq == seq, c.current == 0 && ack:
		return false, false
	case !own.known && c.current > 0:
		*own = isn{seq, true}
		return false, false
	case ack: // not the number of before: the listener had forgotten the first SYN
		return false, false
	case c.current+1 == spec.MaxIncarnations:
		return false, true
	}
	c.current++
	c.isn[h][c.current] = isn{seq, true}
	return true, false
}

// numbering maps the sequence numbers of a four-tuple, of one connection after the
// other, to those of the model.
type numbering struct {
	of [2][]units // by host and connection
}

func newNumbering(c *handshakes) *numbering {
	n := new(numbering)
	for h := range n.of {
		n.of[h] = make([]units, c.current+1)
		n.of[h][0].first = 1 // as behind a SYN
		for k := 1; k <= c.current; k++ {
			n.of[h][k].text = 1
			if start := c.isn[h][k]; start.known {
				n.of[h][k].name(start.seq)
			}
		}
	}
	return n
}

// units are those of the connection of h, no later than k, that a number belongs to: the
// nearest one that begins at it or below.
func (n *numbering) units(h spec.Host, k int, seq uint32) *units {
	best, least := &n.of[h][0], uint32(math.MaxUint32)
	for j := range n.of[h][:k+1] {
		u := &n.of[h][j]
		if !u.known {
			continue
		}
		distance := seq - u.base
		if off := int32(distance); off < 0 {
			distance = math.MaxInt32 + uint32(-off) // a number before all of the connection: of a probe
		}
		if distance < least {
			best, least = u, distance
		}
	}
	return best
}

func (n *numbering) name(h spec.Host, k int, seq uint32) { n.units(h, k, seq).name(seq) }

func (n *numbering) seq(h spec.Host, k int, seq uint32) spec.Seq { return n.units(h, k, seq).seq(seq) }

// settle places the connections on the circle once all numbers are named.
func (n *numbering) settle() error {
	for h := range n.of {
		for k := range n.of[h] {
			u := &n.of[h][k]
			u.settle()
			if err := u.validate(spec.Host(h)); err != nil {
				return err
			}
			if k > 0 {
				u.follow(&n.of[h][k-1])
			}
		}
	}
	return nil
}

// isns are the initial numbers on the circle.
func (n *numbering) isns() (all [2][spec.MaxIncarnations]spec.Seq) {
	for h := range n.of {
		for k := 1; k < len(n.of[h]); k++ {
			all[h][k] = n.of[h][k].first
		}
	}
	return all
}

// pastTimeWait is how far above SND.NXT Linux begins where it takes over TIME_WAIT
// (tcp_twsk_unique, tcp_timewait_state_process). On the circle it is spec.NextISN, and
// any other number beyond the window lies elsewhere.
const pastTimeWait = 65537

// follow places u behind the connection before.
func (u *units) follow(old *units) {
	end := old.first
	if len(old.marks) > 0 {
		end += spec.Seq(len(old.marks) - 1)
	}
	if !u.known || !old.known {
		u.first = end + spec.NextISN + 1
		return
	}
	switch off := int(int32(u.base - old.base - uint32(old.marks[len(old.marks)-1]))); {
	case off == pastTimeWait:
		u.first = end + spec.NextISN
	case off > realWindow:
		u.first = end + spec.NextISN + 1
	default:
		u.first = onCircle(end, off)
	}
}

// relative is a segment of connection k of h with the numbers of a first connection.
func (n *numbering) relative(g seenSegment, h spec.Host, k int) seenSegment {
	if k > 0 {
		g.Seq -= n.of[h][k].first
	}
	return g
}
