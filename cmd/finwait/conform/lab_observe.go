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
	f.cut(o)
	numbers, err := f.number(calls)
	if err != nil {
		return nil, err
	}
	for i, g := range f.wire {
		if err := o.addSegment(g, numbers, tolerance); err != nil {
			return nil, fmt.Errorf("segment %d: %w", i+1, err)
		}
	}
	if err := o.addCalls(calls, numbers); err != nil {
		return nil, err
	}
	if err := o.addSamples(f.timeline); err != nil {
		return nil, err
	}
	o.fromZero()
	return o, nil
}

// cut leaves the next connection between the same ports away.
func (f *labFiles) cut(o *Observation) {
	for i, g := range f.wire {
		if i == 0 || !strings.HasPrefix(g.Seg, "SYN") {
			continue
		}
		o.End = min(o.End, microseconds(g.TMs)-2*spec.Millisecond)
		o.Notes = append(o.Notes, fmt.Sprintf("a second connection begins at %.1f ms; the first one is judged up to there", g.TMs))
		f.wire = f.wire[:i]
		return
	}
}

// number finds the data units of both directions.
func (f *labFiles) number(calls []labCall) (*[2]units, error) {
	var all [2]units
	for _, g := range f.wire {
		if g.Src != "A" && g.Src != "B" {
			return nil, fmt.Errorf("key \"src\": %q, wanted A or B", g.Src)
		}
		flags, _, err := segmentFlags(g.Seg)
		if err != nil {
			return nil, err
		}
		h := hostOf(g.Src)
		all[h].name(g.Seq)
		end := g.Seq + uint32(g.Len)
		all[h].name(end)
		if flags&(spec.FIN|spec.SYN) != 0 {
			all[h].name(end + 1)
		}
		if flags&spec.ACK != 0 {
			all[h.Peer()].name(g.Ack)
		}
	}
	for h := range all {
		all[h].settle()
		sent, read := 0, 0 // what is read in part is two units too
		for _, c := range calls {
			switch {
			case c.failed != spec.NoError:
			case c.do == spec.Send && c.host == spec.Host(h):
				sent += c.bytes
				all[h].nameOffset(sent)
			case c.do == spec.ReadData && c.host == spec.Host(h).Peer():
				read += c.bytes
				all[h].nameOffset(read)
			}
		}
		all[h].settle()
		if err := all[h].validate(spec.Host(h)); err != nil {
			return nil, err
		}
	}
	return &all, nil
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

func (o *Observation) addSegment(in labSegment, numbers *[2]units, tolerance int64) error {
	h := hostOf(in.Src)
	flags, _, err := segmentFlags(in.Seg)
	if err != nil {
		return err
	}
	begin := numbers[h].seq(in.Seq)
	g := spec.Segment{Flags: flags, Seq: begin, Len: uint8(numbers[h].seq(in.Seq+uint32(in.Len)) - begin)}
	if g.Has(spec.ACK) {
		g.Ack = numbers[h.Peer()].seq(in.Ack)
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
func (o *Observation) addCalls(calls []labCall, numbers *[2]units) error {
	var sent, read [2]int
	for _, c := range calls {
		p := &o.Params.Host[c.host]
		call := spec.Call{Do: c.do, When: spec.Start, Within: spec.Never}
		count := &sent
		peer := c.host
		if c.do == spec.ReadData {
			count, peer = &read, c.host.Peer()
		}
		if c.do == spec.Send || c.do == spec.ReadData && c.bytes > 0 {
			from := count[c.host]
			if c.failed == spec.NoError {
				count[c.host] += c.bytes
			}
			call.N = uint8(max(1, numbers[peer].between(from, count[c.host])))
		}
		if c.linger != nil {
			p.SoLinger = spec.Linger{On: true, Time: seconds(*c.linger)}
		}
		p.Script = append(p.Script, call)
		at := microseconds(c.ended)
		o.add(calling.of(c.host), Item{
			At: at, Lo: microseconds(c.began-c.early) - callTolerance, Hi: at + callTolerance,
			Check: c.toldOf(), Text: fmt.Sprintf("%v %s", c.host, strings.TrimPrefix(strings.TrimPrefix(c.text, "A."), "B.")),
		})
	}
	return nil
}

// toldOf is the check that a call returned its error. Only the first error that an
// application is told of is a fact of the model.
func (c *labCall) toldOf() func(was, is *spec.Endpoint, how checker.Label) bool {
	if c.failed == spec.NoError {
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
	"TIME_WAIT": true, "CLOSE_WAIT": true, "LAST_ACK": true,
}

// addSamples keeps the changes of state. The first sample of a host is where it
// begins, and must be ESTABLISHED.
func (o *Observation) addSamples(timeline []labSample) error {
	last := [2]string{"ESTABLISHED", "ESTABLISHED"}
	for i, s := range timeline {
		if s.Side != "A" && s.Side != "B" {
			return fmt.Errorf("timeline: sample %d: key \"side\": %q, wanted A or B", i+1, s.Side)
		}
		if !sampledStates[s.State] {
			return fmt.Errorf("timeline: sample %d: key \"state\": unknown state %q", i+1, s.State)
		}
		h, name, at := hostOf(s.Side), s.State, microseconds(s.TMs)
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
