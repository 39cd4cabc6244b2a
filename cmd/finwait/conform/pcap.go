package conform

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/finwait/finwait/cmd/finwait/conform/capture"
	"github.com/finwait/finwait/spec"
)

// vantage is where a connection was captured.
type vantage int

const (
	atBoth    vantage = iota // at both ends: every segment twice, unless it was lost
	atOneHost                // at one end: what the other sends is seen when it arrives
	inside                   // on the machine that is both ends
)

// readPcap finds the teardowns in a capture file. What cannot be judged, and why,
// is told in the notes.
func readPcap(name string, opt Options) (all []Source, notes []string, err error) {
	connections, skipped, err := capture.Read(name)
	if err != nil {
		return nil, nil, err
	}
	return teardowns(name, connections, skipped, opt)
}

// teardowns are those of the connections of a file that can be judged.
func teardowns(name string, connections []*capture.Connection, skipped capture.Skipped, opt Options) (all []Source, notes []string, err error) {
	wanted, err := choose(connections, opt.Connection)
	if err != nil {
		return nil, nil, err
	}
	note := func(format string, args ...any) { notes = append(notes, fmt.Sprintf(format, args...)) }
	untold, endless := 0, 0
	refuse := func(c *capture.Connection, why any) { // a file can have thousands
		if len(notes) < maxListed {
			note("%v: %v", c, why)
		} else {
			untold++
		}
	}
	roots := map[*capture.Connection]bool{} // of those that are wanted
	for i, c := range connections {
		roots[c.Root()] = roots[c.Root()] || wanted[i]
	}
	for i, c := range connections {
		if !roots[c] {
			continue
		}
		if !c.Torn() {
			if opt.Connection != "" {
				refuse(c, "neither FIN nor RST was captured")
			} else {
				endless++
			}
			continue
		}
		o, err := observePcap(c, opt.Tolerance)
		if err == nil {
			err = o.validate()
		}
		if err != nil {
			refuse(c, err)
			continue
		}
		all = append(all, Source{name, KindCaptures, i + 1, o})
	}
	for _, s := range []struct {
		n    int
		what string
	}{
		{untold, "more connections have no end that can be judged"},
		{endless + skipped.Forgotten, "connections show neither FIN nor RST"},
		{skipped.NotTCP, "packets are not TCP"}, {skipped.Fragments, "packets are fragments"},
		{skipped.Malformed, "packets have headers that end early or contradict themselves"},
		{skipped.Full, "packets belong to connections beyond the number that is kept"},
	} {
		if s.n > 0 {
			note("%d %s; they were skipped", s.n, s.what)
		}
	}
	if skipped.Truncated {
		note("the file ends in the middle of a packet, or is damaged there; what comes before was used")
	}
	return all, notes, nil
}

// choose selects connections by number or by a part of their ends, in either
// order; all of them for "".
func choose(all []*capture.Connection, by string) ([]bool, error) {
	number, err := strconv.Atoi(by)
	wanted, any := make([]bool, len(all)), len(all) == 0
	var names []string
	for i, c := range all {
		forth, back := c.String(), fmt.Sprintf("%v-%v", c.Ends[1], c.Ends[0])
		if err == nil {
			wanted[i] = number == i+1
		} else {
			wanted[i] = strings.Contains(forth, by) || strings.Contains(back, by)
		}
		any = any || wanted[i]
		names = append(names, fmt.Sprintf("%d  %s", i+1, forth))
	}
	if !any {
		return nil, fmt.Errorf("no connection %q in it; there are%s", by, indented(names))
	}
	return wanted, nil
}

// passage is a segment on its way: where it was seen.
type passage struct {
	capture.Packet
	sent     int64
	received int64 // -1: it was not seen to arrive
	place    int   // in the capture, where it arrived: several can have one instant
}

// arrival is a segment that was seen to arrive, at a place in the capture.
type arrival struct {
	place int
	lane  lane
	item  Item
}

func observePcap(c *capture.Connection, tolerance int64) (*Observation, error) {
	packets := single(c.All())
	for len(packets) > 0 && pureAck(&packets[0]) { // of what came before
		packets = packets[1:]
	}
	switch {
	case c.Overflow:
		return nil, errors.New("more segments are outstanding at its end than can be judged")
	case len(packets) == 0:
		return nil, errors.New("no segment of its end was captured")
	case slices.ContainsFunc(c.Packets, func(p capture.Packet) bool { return p.SYN }):
		return nil, errors.New("it ends in its handshake, which is modelled only behind another connection of the same ports")
	}
	client := c.Opened
	if client < 0 { // the side that ends it first
		client = packets[slices.IndexFunc(packets, func(p capture.Packet) bool { return p.FIN || p.RST || p.SYN })].Side
	}
	host := func(side int) spec.Host {
		if side == client {
			return spec.Client
		}
		return spec.Server
	}
	from, near := see(c, packets)
	if c.Crashed() && from == atOneHost {
		return nil, errors.New("a host opens the ports again and does not know the connection any more; from one end it cannot be seen how it lost it")
	}
	way := pair(packets, from)
	start := packets[0].At
	o := &Observation{Name: fmt.Sprintf("%v-%v", c.Ends[client], c.Ends[1-client]), End: packets[len(packets)-1].At - start + tolerance}
	opened, at := new(handshakes), make([]int, len(way)) // the connection of each
	for i := range way {
		if p := &way[i]; p.SYN {
			if _, full := opened.sent(host(p.Side), p.Seq, p.ACK); full {
				return nil, errors.New("more connections follow each other than can be told apart")
			}
		}
		at[i] = opened.current
	}
	numbers := newNumbering(opened)
	if c.Crashed() { // of what it sent nothing may be left
		for side := range c.Ends {
			if next, ok := c.Next(side); ok {
				numbers.name(host(side), 0, next)
			}
		}
	}
	for i := range way {
		p := &way[i]
		h := host(p.Side)
		begin, end := p.Seq, p.Seq+uint32(p.Len)
		if !p.RST || p.ACK && p.Seq != 0 { // one without ACK carries the number of its cause
			numbers.name(h, at[i], begin)
			numbers.name(h, at[i], end)
			if p.FIN || p.SYN {
				numbers.name(h, at[i], end+1)
			}
		}
		if p.ACK {
			numbers.name(h.Peer(), at[i], p.Ack)
		}
	}
	if err := numbers.settle(); err != nil {
		return nil, err
	}
	segments := make([][2][]seenSegment, opened.current+1)
	var arrivals []arrival
	for i := range way {
		p := &way[i]
		h := host(p.Side)
		g := pcapSegment(p, h, at[i], numbers)
		segments[at[i]][h] = append(segments[at[i]][h], numbers.relative(seenSegment{g, p.sent, p.received}, h, at[i]))
		item := func(t int64, what string) Item {
			t -= start
			return Item{At: t, Lo: t - tolerance, Hi: t + tolerance, Segment: g, Text: what}
		}
		if from != atOneHost || p.Side == near {
			item := item(p.sent, fmt.Sprintf("%v sends %v", h, g))
			item.FateOpen, item.Lost = from == atOneHost, p.received < 0
			o.add(sending.of(h), item)
		}
		if p.received >= 0 && (from != atOneHost || p.Side != near) {
			arrivals = append(arrivals, arrival{p.place, arriving.of(h.Peer()), item(p.received, fmt.Sprintf("%v receives %v", h.Peer(), g))})
		}
	}
	slices.SortFunc(arrivals, func(a, b arrival) int { return cmp.Compare(a.place, b.place) })
	for _, a := range arrivals {
		o.add(a.lane, a.item)
	}
	if from == atOneHost {
		far := host(1 - near)
		o.Longest = c.RTT + oneWay
		o.Unseen[sending.of(far)], o.Unseen[arriving.of(far)] = true, true
		o.Notes = append(o.Notes, fmt.Sprintf("captured at the %v; what became of its segments is left open", host(near)))
	}
	o.Unseen[calling.of(spec.Client)], o.Unseen[calling.of(spec.Server)] = true, true
	o.guessParams(c, segments[0])
	if opened.current > 0 {
		o.reopenPcap(opened, numbers)
	}
	o.guessCalls(segments, c.Crashed())
	o.fromZero()
	return o, nil
}

func pureAck(p *capture.Packet) bool { return p.Len == 0 && !p.FIN && !p.RST && !p.SYN }

// see finds out where the capture was taken, and for one end which side that is:
// the one whose hop limit is still what systems begin with.
func see(c *capture.Connection, packets []capture.Packet) (from vantage, near int) {
	if c.Loopback() {
		return inside, 0
	}
	if c.BothEnds {
		return atBoth, 0
	}
	var most [2]uint8
	for i := range packets {
		p := &packets[i]
		for j := range packets[:i] {
			if p.Same(&packets[j]) && p.TTL < packets[j].TTL {
				return atBoth, 0
			}
		}
		most[p.Side] = max(most[p.Side], p.TTL)
	}
	initial := func(ttl uint8) bool { return ttl == 64 || ttl == 128 || ttl == 255 }
	if initial(most[1]) && !initial(most[0]) {
		return atOneHost, 1
	}
	return atOneHost, 0
}

// oneWay is the longest delay, besides a round trip, of what is not seen to
// arrive.
const oneWay = spec.Second

// doubled is how soon the second showing of a packet follows where it passes two
// interfaces, or a loopback interface, which shows what it sends and what it receives.
// Nothing is repeated that soon.
const doubled = 2 * spec.Millisecond

// single leaves second showings away.
func single(packets []capture.Packet) []capture.Packet {
	var once []capture.Packet
	for _, p := range packets {
		if !slices.ContainsFunc(once, func(q capture.Packet) bool { return q.Same(&p) && q.TTL == p.TTL && p.At-q.At < doubled }) {
			once = append(once, p)
		}
	}
	return once
}

// pair joins the two copies of each segment in a capture of both ends: the one
// with the lower hop limit is where it arrived.
func pair(packets []capture.Packet, from vantage) []passage {
	var way []passage
	for place, p := range packets {
		if from == atBoth {
			i := slices.IndexFunc(way, func(w passage) bool { return w.received < 0 && w.Same(&p) && p.TTL < w.TTL })
			if i >= 0 {
				way[i].received, way[i].place = p.At, place
				continue
			}
		}
		w := passage{p, p.At, p.At, place}
		if from == atBoth {
			w.received = -1
		}
		way = append(way, w)
	}
	return way
}

func pcapSegment(p *passage, h spec.Host, connection int, numbers *numbering) spec.Segment {
	begin := numbers.seq(h, connection, p.Seq)
	g := spec.Segment{Seq: begin, Len: uint8(numbers.seq(h, connection, p.Seq+uint32(p.Len)) - begin)}
	for _, f := range []struct {
		set  bool
		flag spec.Flags
	}{{p.FIN, spec.FIN}, {p.SYN, spec.SYN}, {p.RST, spec.RST}, {p.ACK, spec.ACK}} {
		if f.set {
			g.Flags |= f.flag
		}
	}
	if p.ACK {
		g.Ack = numbers.seq(h.Peer(), connection, p.Ack)
	}
	if p.RST && p.ACK && p.Seq == 0 { // of a host that knows nothing of the SYN
		g.Seq = 0
	}
	return g
}

// reopenPcap sets what is known of the connections that follow. Whether connect() was
// allowed to take over what was left cannot be seen: that it did is taken for a yes.
func (o *Observation) reopenPcap(opened *handshakes, numbers *numbering) {
	p := &o.Params
	p.ISN, p.ISNs, p.Incarnations = spec.ISNObserved, numbers.isns(), uint8(opened.current+1)
	for h := range p.Host {
		c := &p.Host[h]
		c.TCPTimestamps, c.BoundPort = true, true
		c.Listens = !slices.ContainsFunc(o.Lanes[sending.of(spec.Host(h))], func(i Item) bool {
			return i.Segment.Has(spec.RST|spec.ACK) && i.Segment.Seq == 0
		})
	}
}
