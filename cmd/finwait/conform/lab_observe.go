package conform

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/spec"
)

// sampleGap is the longest time between two samples of the states.
const sampleGap = 30 * spec.Millisecond

// callTolerance is how far the lab's note of a call is from the call itself.
const callTolerance = 2 * spec.Millisecond

// ReadLab reads a teardown of the lab: NAME.wire.json and what lies beside it.
// Instants of segments are taken to be right within the tolerance.
func ReadLab(wire string, tolerance int64) (*Observation, error) {
	f, err := readLab(wire)
	if err != nil {
		return nil, err
	}
	o, err := f.observe(tolerance)
	if err != nil {
		return nil, err
	}
	return o, o.validate()
}

func (f *labFiles) observe(tolerance int64) (*Observation, error) {
	p, notes, err := f.params()
	if err != nil {
		return nil, err
	}
	calls, more, err := f.calls()
	if err != nil {
		return nil, err
	}
	o := &Observation{Name: f.name, Params: p, Notes: append(notes, more...), End: microseconds(f.meta.EndMs)}
	if !f.tellsOrphanRetries() {
		o.Open = orphanRetriesOpen()
	}
	if keepaliveWord.MatchString(f.meta.Params) {
		o.Open = append(o.Open, keepaliveOpen()...)
	}
	opened, err := f.connections(o)
	if err != nil {
		return nil, err
	}
	f.attribute(calls)
	numbers, err := f.number(opened, calls)
	if err != nil {
		return nil, err
	}
	for i, g := range f.wire {
		if err := o.addSegment(g, numbers, tolerance); err != nil {
			return nil, fmt.Errorf("segment %d: %w", i+1, err)
		}
	}
	told := o.addCalls(calls, numbers)
	if err := o.addSamples(f.timeline); err != nil {
		return nil, err
	}
	if opened.current > 0 || slices.ContainsFunc(calls, func(c labCall) bool { return c.do == spec.Connect }) {
		f.reopen(o, opened, numbers, told)
	}
	o.fromZero()
	return o, nil
}

var dataName = regexp.MustCompile(`^DATA\(\d+B\)$|^\d+B$`)

// segmentFlags reads a segment's name, such as FIN, RST+ACK, DATA(5B), FIN+2B.
// But for RST and SYN every segment has the ACK bit.
func segmentFlags(name string) (flags spec.Flags, data bool, err error) {
	flags = spec.ACK
	explicit := false
	for _, word := range strings.Split(name, "+") {
		switch {
		case word == "ACK":
			explicit = true
		case word == "FIN":
			flags |= spec.FIN
		case word == "RST":
			flags |= spec.RST
		case word == "SYN":
			flags |= spec.SYN
		case dataName.MatchString(word):
			data = true
		default:
			return 0, false, fmt.Errorf("key \"seg\": %q; wanted FIN, ACK, RST, SYN, DATA(nB), nB, joined by +", name)
		}
	}
	if flags&(spec.RST|spec.SYN) != 0 && !explicit {
		flags &^= spec.ACK
	}
	return flags, data, nil
}

func (o *Observation) addSegment(in labSegment, numbers *numbering, tolerance int64) error {
	h := hostOf(in.Src)
	flags, _, err := segmentFlags(in.Seg)
	if err != nil {
		return err
	}
	begin := numbers.seq(h, in.connection, in.Seq)
	g := spec.Segment{Flags: flags, Seq: begin, Len: uint8(numbers.seq(h, in.connection, in.Seq+uint32(in.Len)) - begin)}
	if g.Has(spec.ACK) {
		g.Ack = numbers.seq(h.Peer(), in.connection, in.Ack)
	}
	if in.refuses() {
		g.Seq = 0
	}
	at := microseconds(in.TMs)
	if in.TUs != nil {
		at = *in.TUs
	}
	item := Item{At: at, Lo: at - tolerance, Hi: at + tolerance, Segment: g, Lost: in.RxMs == nil, Text: fmt.Sprintf("%s sends %v", h, g)}
	if item.Lost {
		item.Text += ", lost"
	}
	o.add(sending.of(h), item)
	if in.RxMs != nil {
		at := microseconds(*in.RxMs)
		o.add(arriving.of(h.Peer()), Item{At: at, Lo: at - tolerance, Hi: at + tolerance, Segment: g, Text: fmt.Sprintf("%s receives %v", h.Peer(), g)})
	}
	return nil
}

// add keeps a lane in the order of time.
func (o *Observation) add(l lane, item Item) {
	items := append(o.Lanes[l], item)
	slices.SortStableFunc(items, func(a, b Item) int { return cmp.Compare(a.At, b.At) })
	o.Lanes[l] = items
}

// addCalls makes scripts of the calls: what is called is the script's, and when
// is the observation's.
func (o *Observation) addCalls(calls []labCall, numbers *numbering) (told scripts) {
	var sent, read [2][spec.MaxIncarnations]int
	for _, c := range calls {
		p := &o.Params.Host[c.host]
		call := spec.Call{Do: c.do, When: spec.Start, Within: spec.Never}
		count := &sent
		peer := c.host
		if c.do == spec.ReadData {
			count, peer = &read, c.host.Peer()
		}
		if c.do == spec.Send || c.do == spec.ReadData && c.bytes > 0 {
			n := &count[c.host][c.connection]
			from := *n
			if c.failed == spec.NoError {
				*n += c.bytes
			}
			call.N = uint8(max(1, numbers.of[peer][c.connection].between(from, *n)))
		}
		if c.linger != nil {
			p.SoLinger = spec.Linger{On: true, Time: seconds(*c.linger)}
		}
		told[c.host][c.connection] = append(told[c.host][c.connection], call)
		at := microseconds(c.ended)
		o.add(calling.of(c.host), Item{
			At: at, Lo: microseconds(c.began-c.early) - callTolerance, Hi: at + callTolerance,
			Check: c.toldOf(), Text: fmt.Sprintf("%v %s", c.host, strings.TrimPrefix(strings.TrimPrefix(c.text, "A."), "B.")),
		})
	}
	for h := range told {
		o.Params.Host[h].Script = told.of(spec.Host(h))
	}
	return told
}

// toldOf is the check that a call returned its error. Only the first error that an
// application is told of is a fact of the model.
func (c *labCall) toldOf() func(was, is *spec.Endpoint, how checker.Label) bool {
	switch {
	case c.do == spec.Connect: // an error of the kernel at once, or a SYN
		return func(_, is *spec.Endpoint, _ checker.Label) bool {
			return (is.State == spec.SynSent) == (c.failed != spec.EADDRNOTAVAIL)
		}
	case c.failed == spec.NoError:
		return nil
	}
	return func(was, is *spec.Endpoint, _ checker.Label) bool {
		return was.SawErr != spec.NoError || is.SawErr == c.failed
	}
}

// goneState is the sample of a host without a socket.
const goneState = "GONE"

var sampledStates = map[string]bool{
	goneState: true, "ESTABLISHED": true, "FIN_WAIT_1": true, "FIN_WAIT_2": true, "CLOSING": true,
	"TIME_WAIT": true, "CLOSE_WAIT": true, "LAST_ACK": true, "SYN_SENT": true, "SYN_RCVD": true,
}

// addSamples keeps the changes of state. The first sample of a host is where it
// begins, and must be ESTABLISHED.
func (o *Observation) addSamples(timeline []labSample) error {
	last := [2]string{"ESTABLISHED", "ESTABLISHED"}
	for i, s := range timeline {
		if s.Side != "A" && s.Side != "B" {
			return fmt.Errorf("timeline: sample %d: key \"side\": %q, wanted A or B", i+1, s.Side)
		}
		name := s.State
		if name == "SYN_RECV" { // as Linux calls it
			name = spec.SynRcvd.String()
		}
		if !sampledStates[name] {
			return fmt.Errorf("timeline: sample %d: key \"state\": unknown state %q", i+1, s.State)
		}
		h, at := hostOf(s.Side), microseconds(s.TMs)
		if o.States[h] == nil {
			o.States[h] = []Sample{}
		}
		if name == "FIN_WAIT_2" && s.Timer != nil && s.Timer.Kind == "timewait" {
			name += "(tw)"
		}
		if at > o.End || name == last[h] {
			continue
		}
		last[h] = name
		lo := at - sampleGap
		if n := len(o.States[h]); n > 0 {
			lo = max(lo, o.States[h][n-1].At)
		}
		o.States[h] = append(o.States[h], Sample{At: at, Lo: lo, Hi: at + spec.Millisecond, State: name})
	}
	return nil
}

// fromZero moves the origin of time to the first instant.
func (o *Observation) fromZero() {
	first := int64(0)
	each := func(f func(t *int64)) {
		for l := range o.Lanes {
			for i := range o.Lanes[l] {
				item := &o.Lanes[l][i]
				f(&item.Lo)
				f(&item.At)
				f(&item.Hi)
			}
		}
		for h := range o.States {
			for i := range o.States[h] {
				s := &o.States[h][i]
				f(&s.Lo)
				f(&s.At)
				f(&s.Hi)
			}
		}
		f(&o.End)
	}
	each(func(t *int64) { first = min(first, *t) })
	each(func(t *int64) { *t -= first })
	o.Origin = first
}
