package conform

import (
	"fmt"
	"slices"
	"strings"

	"github.com/finwait/finwait/spec"
)

// The connections that follow between the same ports.

// connections finds out to which connection each segment belongs. What is more than can
// be told apart is left away.
func (f *labFiles) connections(o *Observation) (*handshakes, error) {
	opened := new(handshakes)
	for i := range f.wire {
		g := &f.wire[i]
		if g.Src != "A" && g.Src != "B" {
			return nil, fmt.Errorf("segment %d: key \"src\": %q, wanted A or B", i+1, g.Src)
		}
		flags, _, err := segmentFlags(g.Seg)
		if err != nil {
			return nil, fmt.Errorf("segment %d: %w", i+1, err)
		}
		if flags&spec.SYN != 0 {
			if _, full := opened.sent(hostOf(g.Src), g.Seq, flags&spec.ACK != 0); full {
				o.End = min(o.End, microseconds(g.TMs)-2*spec.Millisecond)
				o.Notes = append(o.Notes, fmt.Sprintf("connection %d begins at %.1f ms; those before are judged up to there", spec.MaxIncarnations+1, g.TMs))
				f.wire = f.wire[:i]
				return opened, nil
			}
		}
		g.connection = opened.current
	}
	return opened, nil
}

// refuses reports whether g is the RST of a host that knows nothing of a SYN.
func (g *labSegment) refuses() bool { return g.Seg == "RST+ACK" && g.Seq == 0 }

// number finds the data units of both directions.
func (f *labFiles) number(opened *handshakes, calls []labCall) (*numbering, error) {
	all := newNumbering(opened)
	for _, g := range f.wire {
		flags, _, _ := segmentFlags(g.Seg)
		h, k := hostOf(g.Src), g.connection
		if !g.refuses() {
			all.name(h, k, g.Seq)
			end := g.Seq + uint32(g.Len)
			all.name(h, k, end)
			if flags&(spec.FIN|spec.SYN) != 0 {
				all.name(h, k, end+1)
			}
		}
		if flags&spec.ACK != 0 {
			all.name(h.Peer(), k, g.Ack)
		}
	}
	if err := all.settle(); err != nil {
		return nil, err
	}
	var sent, read [2][spec.MaxIncarnations]int // what is read in part is two units too
	for _, c := range calls {
		count, from := &sent, c.host
		if c.do == spec.ReadData {
			count, from = &read, c.host.Peer()
		} else if c.do != spec.Send {
			continue
		}
		if u := &all.of[from][c.connection]; c.failed == spec.NoError && u.known {
			n := &count[c.host][c.connection]
			*n += c.bytes
			u.nameOffset(*n)
		}
	}
	return all, all.settle()
}

// scripts are the calls of both hosts, by connection.
type scripts [2][spec.MaxIncarnations][]spec.Call

// of is the script of h.
func (s *scripts) of(h spec.Host) (all []spec.Call) {
	for _, calls := range s[h] {
		all = append(all, calls...)
	}
	return all
}

// opening tells how h opened connection k, and when: by a call, or with an accept.
func (f *labFiles) opening(h spec.Host, k int) (do spec.Do, at float64, ok bool) {
	for _, g := range f.wire {
		if g.connection != k || hostOf(g.Src) != h {
			continue
		}
		switch g.Seg {
		case "SYN":
			return spec.Connect, g.TMs, true
		case "SYN+ACK":
			return spec.Accept, g.TMs, true
		}
	}
	return 0, 0, false
}

// attribute tells to which connection calls belong: the last one that the host has opened
// by then. A connect that sends no SYN is made in the one before.
func (f *labFiles) attribute(calls []labCall) {
	const tolerance = float64(callTolerance) / float64(spec.Millisecond)
	var current [2]int
	for i := range calls {
		c := &calls[i]
		for k := current[c.host] + 1; k < spec.MaxIncarnations; k++ {
			do, at, ok := f.opening(c.host, k)
			if !ok || at > c.ended+tolerance {
				continue
			}
			if do == spec.Connect && c.do == spec.Connect && at < c.began-tolerance {
				continue // by an earlier one
			}
			current[c.host] = k
		}
		c.connection = current[c.host]
	}
}

// reopen sets what is known of the connections that follow, and leaves open what is not.
func (f *labFiles) reopen(o *Observation, opened *handshakes, numbers *numbering, told scripts) {
	p := &o.Params
	p.ISN, p.ISNs = spec.ISNObserved, numbers.isns()
	p.Incarnations = uint8(min(opened.current+2, spec.MaxIncarnations)) // a connect that fails could have opened one
	for h := spec.Client; h <= spec.Server; h++ {
		p.Host[h].Listens = f.listens(h)
		f.passes(o, h)
	}
	f.guessCalls(o, opened, numbers, told)
}

// listens reports whether somebody listened on the port of h: SYNs were not refused.
func (f *labFiles) listens(h spec.Host) bool {
	for _, g := range f.wire {
		if hostOf(g.Src) == h && g.refuses() {
			return false
		}
	}
	return true
}

// passes adds that a host was seen, within the longest time between two samples, in the
// state of before, where it opened a connection that was gone again by then.
func (f *labFiles) passes(o *Observation, h spec.Host) {
	if o.States[h] == nil {
		return
	}
	for k := 1; k < spec.MaxIncarnations; k++ {
		_, ms, ok := f.opening(h, k)
		if !ok {
			continue
		}
		from := microseconds(ms) - spec.Millisecond
		to := min(from+sampleGap, o.End)
		state, seen, at := "ESTABLISHED", false, 0
		for i, s := range o.States[h] {
			seen = seen || s.Hi >= from && s.Lo <= to
			if s.At < from {
				state, at = s.State, i+1
			}
		}
		if !seen {
			o.States[h] = slices.Insert(o.States[h], at, Sample{At: to, Lo: from, Hi: to, State: state})
		}
	}
}

// guessCalls adds what hosts can have called in connections of which nothing was written
// down, though something was sent.
func (f *labFiles) guessCalls(o *Observation, opened *handshakes, numbers *numbering, told scripts) {
	type guess struct {
		text string
		scripts
	}
	all := []guess{{scripts: told}}
	for k := 1; k <= opened.current; k++ {
		segments := f.segments(numbers, k)
		for h := spec.Client; h <= spec.Server; h++ {
			do, _, ok := f.opening(h, k)
			noted := told[h][k]
			if ok && (len(noted) == 0 || noted[0].Do != do) {
				noted = slices.Insert(slices.Clone(noted), 0, spec.Call{Do: do, When: spec.Start, Within: spec.Never})
				o.Unseen[calling.of(h)] = o.Unseen[calling.of(h)] || do == spec.Connect // nobody noted it
			}
			ways := []ending{{}}
			if ok && len(noted) == 1 && speaks(segments[h]) {
				ways = endingsOfMany(segments[h], segments[h.Peer()])
				o.Untold[h][k] = true
			}
			var more []guess
			for _, g := range all {
				for _, way := range ways {
					next := g
					next.scripts[h][k] = slices.Concat(noted, way.script)
					if way.text != "" {
						next.text = strings.TrimPrefix(fmt.Sprintf("%s; %v, connection %d, %s", g.text, h, k+1, way.text), "; ")
					}
					more = append(more, next)
				}
			}
			all = more
		}
	}
	set := func(p *spec.Params, g *guess) {
		for h := range p.Host {
			p.Host[h].Script = g.of(spec.Host(h))
		}
	}
	set(&o.Params, &all[0])
	for i := range all[1:] {
		g := &all[1+i]
		o.Open = append(o.Open, Assumption{g.text, func(p *spec.Params) { set(p, g) }})
	}
}

// segments are those of connection k by host, with the numbers of a first connection.
func (f *labFiles) segments(numbers *numbering, k int) (all [2][]seenSegment) {
	for _, in := range f.wire {
		if in.connection != k {
			continue
		}
		h := hostOf(in.Src)
		flags, _, _ := segmentFlags(in.Seg)
		begin := numbers.seq(h, k, in.Seq)
		g := numbers.relative(seenSegment{
			spec.Segment{Flags: flags, Seq: begin, Len: uint8(numbers.seq(h, k, in.Seq+uint32(in.Len)) - begin)},
			microseconds(in.TMs), -1,
		}, h, k)
		if in.RxMs != nil {
			g.received = microseconds(*in.RxMs)
		}
		all[h] = append(all[h], g)
	}
	return all
}

// speaks reports whether a host sent something that its application called for.
func speaks(own []seenSegment) bool {
	return slices.ContainsFunc(own, func(g seenSegment) bool {
		return g.Len > 0 || g.Has(spec.FIN) || g.Has(spec.RST|spec.ACK) && g.Seq != 0
	})
}
