package conform

import (
	"fmt"
	"slices"

	"github.com/finwait/finwait/cmd/finwait/conform/capture"
	"github.com/finwait/finwait/spec"
)

// A capture does not say what the applications called, nor what the timers were
// set to. What can have been called follows from what was sent: every write is a
// segment with new text, and only a few calls end a connection. When they were
// called is left to the search.

// seenSegment is a segment of one host, when it was seen to leave, and when to
// arrive, -1 for never.
type seenSegment struct {
	spec.Segment
	at, received int64
}

// ending is one way in which an application can have ended its side.
type ending struct {
	text   string
	script []spec.Call
	linger bool // SO_LINGER 0
}

// guessCalls sets the likeliest calls of both hosts, and leaves open what else can
// have been called and how the hosts can have been set up. Of connections that follow each
// other one at a time is thought to have ended in an unlikely way. crashed: the host that
// opens the second had lost the first.
func (o *Observation) guessCalls(segments [][2][]seenSegment, crashed bool) {
	ways := endings
	if len(segments) > 1 {
		ways = endingsOfMany
	}
	likely := make([][2]ending, len(segments))
	for k, s := range segments {
		likely[k] = [2]ending{ways(s[0], s[1])[0], ways(s[1], s[0])[0]}
	}
	set := func(p *spec.Params, all [][2]ending) {
		for h := range p.Host {
			c := &p.Host[h]
			c.Script, c.SoLinger.On = nil, false
			for k := range all {
				opens := opening(segments[k][h], k, crashed)
				if k > 0 && opens == nil {
					continue // it has no part in that connection
				}
				c.Script = slices.Concat(c.Script, opens, all[k][h].script)
				c.SoLinger.On = c.SoLinger.On || all[k][h].linger
			}
		}
	}
	set(&o.Params, likely)
	setups := append([]Assumption{{Set: func(*spec.Params) {}}}, o.setups(segments[0])...)
	setups = append(setups, o.guessSYNs(segments)...)
	for k, s := range segments {
		for i, a := range ways(s[spec.Client], s[spec.Server]) {
			for j, b := range ways(s[spec.Server], s[spec.Client]) {
				for n, setup := range setups {
					if i+j == 0 && (k > 0 || n == 0) {
						continue
					}
					all := slices.Clone(likely)
					all[k] = [2]ending{a, b}
					text := fmt.Sprintf("client %s, server %s", a.text, b.text)
					if k > 0 {
						text = fmt.Sprintf("connection %d: %s", k+1, text)
					}
					if n > 0 {
						text = setup.Text + "; " + text
					}
					o.Open = append(o.Open, Assumption{text, func(p *spec.Params) {
						set(p, all)
						setup.Set(p)
					}})
				}
			}
		}
	}
}

// opening are the calls with which a host opens connection k, by what it sent.
func opening(own []seenSegment, k int, crashed bool) []spec.Call {
	i := slices.IndexFunc(own, func(g seenSegment) bool { return g.Has(spec.SYN) })
	switch {
	case k == 0 || i < 0:
		return nil
	case own[i].Has(spec.ACK):
		return []spec.Call{{Do: spec.Accept}}
	}
	connect := spec.Call{Do: spec.Connect, Within: spec.Never}
	if k == 1 && crashed {
		return []spec.Call{{Do: spec.Crash, Within: spec.Never}, {Do: spec.Reboot, Within: spec.Never}, connect}
	}
	return []spec.Call{connect}
}

// guessSYNs sets the timeout of a SYN to what its copies show, and leaves open that a host
// gave up, of which its RST tells: what it refused was meant for it.
func (o *Observation) guessSYNs(segments [][2][]seenSegment) (all []Assumption) {
	for _, s := range segments[1:] {
		for h := spec.Client; h <= spec.Server; h++ {
			var syns []int64
			refuses := false
			for _, g := range s[h] {
				if g.Flags == spec.SYN {
					syns = append(syns, g.at)
				}
				refuses = refuses || g.Flags == spec.RST
			}
			if len(syns) > 1 && syns[1]-syns[0] > synAgain {
				gap := syns[1] - syns[0]
				o.Params.Host[h].SynRTO = gap - gap%spec.Millisecond
			}
			if retries := uint8(len(syns) - 1); len(syns) > 0 && refuses {
				all = append(all, Assumption{fmt.Sprintf("%v: tcp_syn_retries = %d", h, retries), func(p *spec.Params) { p.Host[h].TCPSynRetries = retries }})
			}
		}
	}
	return all
}

// synAgain is longer than a SYN waits that goes out again because an ACK was refused.
const synAgain = 50 * spec.Millisecond

// setups lists what can be different from the defaults where what was sent makes
// it worth a look.
func (o *Observation) setups(segments [2][]seenSegment) (all []Assumption) {
	if o.Params.Incarnations > 1 {
		all = append(all, Assumption{"no timestamps", func(p *spec.Params) {
			p.Host[spec.Client].TCPTimestamps, p.Host[spec.Server].TCPTimestamps = false, false
		}})
		for h := spec.Client; h <= spec.Server; h++ {
			all = append(all, Assumption{fmt.Sprintf("%v: no bucket for TIME_WAIT", h), func(p *spec.Params) { p.Host[h].TCPMaxTwBuckets = 0 }})
		}
	}
	for h := spec.Client; h <= spec.Server; h++ {
		add := func(text string, change func(c *spec.HostParams)) {
			all = append(all, Assumption{fmt.Sprintf("%v: %s", h, text), func(p *spec.Params) { change(&p.Host[h]) }})
		}
		if n := fins(segments[h]); n > 1 {
			for retries := uint8(1); retries < 8; retries++ { // 0 acts as 8
				add(fmt.Sprintf("tcp_orphan_retries = %d", retries), func(c *spec.HostParams) { c.TCPOrphanRetries = retries })
			}
			for retries := uint8(1); retries < 8; retries++ {
				add(fmt.Sprintf("tcp_retries2 = %d", retries), func(c *spec.HostParams) { c.TCPRetries2 = retries })
			}
		}
		acked, refused := waited(segments[h], segments[h.Peer()])
		if acked < 0 || refused < 0 {
			continue
		}
		// It did not wait for as long as the peer took to close.
		short := (refused - acked) / 5 * 4
		add(fmt.Sprintf("tcp_fin_timeout at most %.1f s", float64(short)/float64(spec.Second)), func(c *spec.HostParams) { c.TCPFinTimeout = short })
		add("TCP_LINGER2 below 0", func(c *spec.HostParams) { c.TCPLinger2 = -1 })
		add("no bucket for a mini-socket", func(c *spec.HostParams) { c.TCPMaxTwBuckets = 0 })
	}
	return all
}

// fins counts the copies of a FIN.
func fins(own []seenSegment) int {
	n := 0
	for _, g := range own {
		if g.Has(spec.FIN) {
			n++
		}
	}
	return n
}

// waited tells when the FIN of a host was acknowledged, and when it refused
// something after that; -1 for never.
func waited(own, peers []seenSegment) (acked, refused int64) {
	acked, refused = -1, -1
	end := spec.Seq(0)
	for _, g := range own {
		if g.Has(spec.FIN) {
			end = g.End()
		}
	}
	for _, g := range peers {
		if end != 0 && acked < 0 && g.Has(spec.ACK) && !g.Ack.Before(end) {
			acked = g.at
		}
	}
	for _, g := range own {
		if acked >= 0 && refused < 0 && g.Has(spec.RST) && !g.Has(spec.ACK) && g.at >= acked {
			refused = g.at
		}
	}
	return acked, refused
}

// endings lists the ways in which a host can have sent what it sent, the likeliest
// first.
func endings(own, peers []seenSegment) []ending {
	call := func(do spec.Do, n uint8) spec.Call {
		return spec.Call{Do: do, N: n, When: spec.Start, Within: spec.Never}
	}
	var writes []spec.Call
	end := spec.Seq(1)
	fin, abort := int64(-1), false
	for _, g := range own {
		text := g.Seq + spec.Seq(g.Len)
		if g.Len > 0 && text.After(end) {
			writes = append(writes, call(spec.Send, uint8(text-end)))
			end = text
		}
		if g.Has(spec.FIN) && fin < 0 {
			fin = g.at
		}
		abort = abort || g.Has(spec.RST|spec.ACK)
	}
	var reads []spec.Call // what it must have read before a close that is clean
	units, eof := spec.Seq(1), false
	for _, g := range peers {
		if g.received >= 0 && g.received < fin {
			if text := g.Seq + spec.Seq(g.Len); g.Len > 0 && text.After(units) {
				units = text
			}
			eof = eof || g.Has(spec.FIN)
		}
	}
	switch {
	case eof:
		reads = []spec.Call{call(spec.ReadData, 0)}
	case units > 1:
		reads = []spec.Call{call(spec.ReadData, uint8(units-1))}
	}
	script := func(parts ...[]spec.Call) []spec.Call {
		var all []spec.Call
		for _, p := range parts {
			all = append(all, p...)
		}
		return all
	}
	one := func(calls ...spec.Call) []spec.Call { return calls }
	closes, shuts, toEOF := one(call(spec.Close, 0)), one(call(spec.ShutdownWR, 0)), one(call(spec.ReadData, 0))
	destroyed := one(call(spec.Destroy, 0))
	switch {
	case fin >= 0 && abort:
		return []ending{
			{"shuts down, then closes with unread data", script(writes, shuts, closes), false},
			{"shuts down, then closes with SO_LINGER 0", script(writes, shuts, closes), true},
			{"closes, then its socket is destroyed", script(writes, reads, closes, destroyed), false},
		}
	case fin >= 0:
		return []ending{
			{"closes", script(writes, reads, closes), false},
			{"shuts down, reads on, and closes", script(writes, shuts, toEOF, closes), false},
			{"closes without reading to the end", script(writes, closes), false},
		}
	case abort:
		return []ending{
			{"closes with SO_LINGER 0", script(writes, closes), true},
			{"closes with unread data", script(writes, closes), false},
			{"has its socket destroyed", script(writes, destroyed), false},
		}
	default:
		return []ending{
			{"calls nothing", writes, false},
			{"reads on", script(writes, toEOF), false},
			{"is gone without a word that was seen", script(writes, destroyed), false},
		}
	}
}

// endingsOfMany are those of one of several connections. SO_LINGER of the model is that of
// all of them, so close() with SO_LINGER 0 is written as what destroys the socket: the
// application is told of that, which nobody sees.
func endingsOfMany(own, peers []seenSegment) []ending {
	all := endings(own, peers)
	for i := range all {
		if all[i].linger {
			all[i].linger, all[i].script[len(all[i].script)-1].Do = false, spec.Destroy
		}
	}
	return all
}

// guessParams sets what timers are likely set to: from retransmissions where there
// are any, from the round trip of the handshake where that was captured.
func (o *Observation) guessParams(c *capture.Connection, segments [2][]seenSegment) {
	for h := range o.Params.Host {
		p := &o.Params.Host[h]
		*p = spec.DefaultHost()
		p.TimerSlack = true
		p.SRTT = c.RTT
		p.RTO += c.RTT
		p.DelayedAck = [2]int64{0, 200 * spec.Millisecond} // quick, or as late as Linux puts it off
		p.Nagle = holdsBack(segments[h])
		if e, ok := estimate(segments[h]); ok {
			p.TCPEarlyRetrans = e.probe > 0
			if e.rto > 0 {
				p.RTO = e.rto
			}
			if e.probe > p.RTO || e.probe > 233*spec.Millisecond { // later than the least RTO explains
				p.RTOMin = min(e.probe, p.RTO)
			}
			o.Notes = append(o.Notes, fmt.Sprintf("by its retransmissions, the %v has an RTO of %d ms, and %s tail loss probe",
				spec.Host(h), p.RTO/spec.Millisecond, map[bool]string{true: "sends a", false: "no"}[p.TCPEarlyRetrans]))
		} else if wait := waits(segments[h], segments[1-h]); wait >= p.RTO {
			p.TCPEarlyRetrans, p.RTO = false, wait+spec.Millisecond
			o.Notes = append(o.Notes, fmt.Sprintf("the %v has waited for an ACK for %d ms and not retransmitted: its RTO is taken for longer", spec.Host(h), wait/spec.Millisecond))
		}
	}
}

// waits is the longest time from what a host sent, once, to the ACK of it.
func waits(own, peers []seenSegment) (longest int64) {
	for _, g := range own {
		if g.Seq == g.End() || g.Has(spec.RST) {
			continue
		}
		for _, ack := range peers {
			if ack.Has(spec.ACK) && !ack.Ack.Before(g.End()) && ack.received >= g.at {
				longest = max(longest, ack.received-g.at)
				break
			}
		}
	}
	return longest
}

// holdsBack reports whether text and a FIN were sent in one segment at first: the
// last write waited for an acknowledgment.
func holdsBack(own []seenSegment) bool {
	end := spec.Seq(1)
	for _, g := range own {
		if g.Has(spec.FIN) && g.Len > 0 && !g.Seq.Before(end) {
			return true
		}
		if g.End().After(end) {
			end = g.End()
		}
	}
	return false
}

// timers are what the times between copies of a segment tell; 0 for nothing.
type timers struct{ rto, probe int64 }

// estimate reads the timers of a host from the copies of what it sent most often,
// by their first number. Timers are never early, so the RTO is the least that the
// times allow; two equal times at first, or one that is too short, show a tail
// loss probe.
func estimate(own []seenSegment) (e timers, ok bool) {
	times := map[spec.Seq][]int64{}
	var best []int64
	for _, g := range own {
		if !g.Has(spec.FIN) && g.Len == 0 {
			continue
		}
		times[g.Seq] = append(times[g.Seq], g.at)
		if len(times[g.Seq]) > len(best) {
			best = times[g.Seq]
		}
	}
	if len(best) < 2 {
		return e, false
	}
	var gaps []int64
	for i := range best[1:] {
		gaps = append(gaps, best[i+1]-best[i])
	}
	const leastRTO = 200 * spec.Millisecond
	switch {
	case len(gaps) == 1 && gaps[0] < leastRTO:
		return timers{probe: gaps[0]}, true
	case len(gaps) == 1: // a probe or an RTO, which differ little
		return timers{rto: gaps[0] - gaps[0]%spec.Millisecond}, true
	case gaps[1] < gaps[0]*3/2 || gaps[0] < leastRTO:
		e.probe, gaps = gaps[0], gaps[1:]
	}
	e.rto = gaps[0]
	for i, gap := range gaps {
		e.rto = min(e.rto, gap>>i)
	}
	e.rto = max(spec.Millisecond, e.rto-e.rto%spec.Millisecond)
	return e, true
}
