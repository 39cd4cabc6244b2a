package conform

import (
	"fmt"
	"slices"
	"strings"

	"github.com/finwait/finwait/spec"
)

// under is the endpoint of the model that a cell speaks of.
const under = spec.Server

// Difference is a cell in which the model does something else.
type Difference struct {
	State   string      `json:"state"`
	Event   string      `json:"event"`
	Segment CellSegment `json:"segment"`
	Want    Seen        `json:"want"` // measured
	Got     Seen        `json:"got"`  // the model's
}

// Compare asks the linux profile about every cell. A cell does not tell whether its
// host went on listening; what it did with one or the other agrees.
func Compare(cells []Cell) ([]Difference, error) {
	listening, err := benchModel(true)
	if err != nil {
		return nil, err
	}
	deaf, err := benchModel(false)
	if err != nil {
		return nil, err
	}
	differ := []Difference{}
	for _, c := range cells {
		if got := step(listening, c); !c.agrees(got) && !c.agrees(step(deaf, c)) {
			want := c.Seen
			if want.Pre == "" {
				want.Pre = got.Pre
			}
			differ = append(differ, Difference{c.State, c.Event, c.Segment, want, got})
		}
	}
	return differ, nil
}

// agrees reports whether the model does what was measured. The state before need
// not be told.
func (c Cell) agrees(got Seen) bool {
	return (c.Pre == "" || c.Pre == got.Pre) && c.Post == got.Post && c.SoError == got.SoError && slices.Equal(c.Reply, got.Reply)
}

// benchModel has the parameters under which steps are measured: tcp_fin_timeout
// = 5 s, no SACK, so no tail loss probes.
func benchModel(listens bool) (*spec.Model, error) {
	p := spec.Params{Host: [2]spec.HostParams{spec.DefaultHost(), spec.DefaultHost()}, Net: spec.DefaultNet()}
	p.Host[under].TCPFinTimeout = 5 * spec.Second
	p.Host[under].TCPEarlyRetrans = false
	p.Host[under].Listens = listens
	return spec.New(p)
}

// preparation brings an endpoint into a state, the way the measurement does.
type preparation []func(m *spec.Model, s spec.State) spec.State

func perform(do spec.Do) func(*spec.Model, spec.State) spec.State {
	return func(m *spec.Model, s spec.State) spec.State {
		s, _ = m.Perform(s, under, spec.Call{Do: do})
		return s
	}
}

func inject(flags spec.Flags, ack spec.Seq) func(*spec.Model, spec.State) spec.State {
	return func(m *spec.Model, s spec.State) spec.State {
		s, _ = m.Inject(s, under, spec.Segment{Flags: flags, Seq: 1, Ack: ack})
		return s
	}
}

// acknowledge waits until a delayed ACK has left.
func acknowledge(m *spec.Model, s spec.State) spec.State {
	s, _ = m.AckDelayed(s, under)
	return s
}

var (
	byShutdown = perform(spec.ShutdownWR)
	byClose    = perform(spec.Close)
	ackOfFIN   = inject(spec.ACK, 2)
	peersFIN   = inject(spec.FIN|spec.ACK, 1)
	finAndAck  = inject(spec.FIN|spec.ACK, 2)
)

var preparations = map[string]preparation{
	"ESTABLISHED":       {},
	"FIN_WAIT_1":        {byShutdown},
	"FIN_WAIT_1 orphan": {byClose},
	"FIN_WAIT_2":        {byShutdown, ackOfFIN},
	"FIN_WAIT_2 orphan": {byClose, ackOfFIN},
	"CLOSING":           {byShutdown, peersFIN},
	"CLOSING orphan":    {byClose, peersFIN},
	"TIME_WAIT":         {byClose, ackOfFIN, finAndAck},
	"TIME_WAIT orphan":  {byClose, ackOfFIN, finAndAck},
	"CLOSE_WAIT":        {peersFIN, acknowledge},
	"LAST_ACK":          {peersFIN, acknowledge, byShutdown},
	"LAST_ACK orphan":   {peersFIN, acknowledge, byClose},
}

func benchStates() []string {
	var names []string
	for name := range preparations {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// step is what the model does in a cell.
func step(m *spec.Model, c Cell) Seen {
	s := m.Init()[0]
	for _, prepare := range preparations[c.State] {
		s = prepare(m, s)
	}
	before := s.Host[under]
	g := c.segment(&before)
	s, sent := m.Inject(s, under, g)
	// Answers are collected for longer than an ACK is delayed.
	s, late := m.AckDelayed(s, under)
	seen := Seen{Pre: kernelName(&before), Post: kernelName(&s.Host[under]), Reply: []string{}, SoError: soErrors[s.Host[under].Error]}
	for _, answer := range append(sent, late...) {
		seen.Reply = append(seen.Reply, c.reply(&before, g, answer))
		if answer.Has(spec.SYN) {
			seen.Post = "SYN_RECV" // of the next connection
		}
	}
	return seen
}

// segment is the segment of a cell in the numbers of the model.
func (c Cell) segment(e *spec.Endpoint) spec.Segment {
	in := c.Segment
	begin, length := textOnCircle(in.Seq-int(e.RcvNxt), in.Len)
	g := spec.Segment{Seq: e.RcvNxt + begin, Len: length}
	for _, f := range in.Flags {
		g.Flags |= controlBits[f]
	}
	if g.Has(spec.ACK) {
		g.Ack = onCircle(e.SndUna, in.Ack-int(e.SndUna))
	}
	return g
}

// nextISN is the rule for the initial number of the connection that follows one in
// TIME_WAIT (tcp_timewait_state_process: tw_snd_nxt + 65535 + 2).
const nextISN = 65537

// reply writes what the model sent in the numbers of the cell: one that was taken
// from the segment is the segment's.
func (c Cell) reply(before *spec.Endpoint, in, out spec.Segment) string {
	seq, ack := int(int8(out.Seq)), int(int8(out.Ack))
	if out.Has(spec.RST) && !out.Has(spec.ACK) {
		if out.Seq == in.Ack {
			seq = c.Segment.Ack
		}
		return fmt.Sprintf("RST(seq=%d,ack=None)", seq)
	}
	switch {
	case out.Has(spec.SYN): // of text beside a SYN nothing is taken
		seq, ack = int(before.SndNxt)+nextISN, c.Segment.Seq+1
	case out.Has(spec.RST) && out.Ack == in.End() && !in.Has(spec.ACK), out.Ack.After(before.RcvNxt):
		ack = c.Segment.Seq + c.Segment.Len + int(in.End()-in.Seq) - int(in.Len)
	}
	return fmt.Sprintf("%s(seq=%d,ack=%d)", flagNames(out), seq, ack)
}

func flagNames(g spec.Segment) string {
	var names []string
	for _, f := range []struct {
		flag spec.Flags
		name string
	}{{spec.SYN, "SYN"}, {spec.FIN, "FIN"}, {spec.RST, "RST"}, {spec.ACK, "ACK"}} {
		if g.Has(f.flag) {
			names = append(names, f.name)
		}
	}
	return strings.Join(names, "+")
}

// kernelName is the state as the measurements name it.
func kernelName(e *spec.Endpoint) string {
	switch {
	case e.State == spec.Closed:
		return goneState
	case e.Mini && e.State == spec.FinWait2:
		return "FIN_WAIT_2(tw)"
	default:
		return e.State.String()
	}
}
