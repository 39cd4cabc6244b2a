// Package picture turns runs and explored steps of the TCP model into the
// pictures of package graphs, which knows no TCP.
package picture

import (
	"fmt"
	"strings"

	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/graphs"
	"github.com/finwait/finwait/spec"
)

// Model is what describes the steps of a run; spec.Model is one.
type Model interface {
	Describe(s spec.State, e spec.Event) string
	Events(s spec.State, buf []spec.Event) []spec.Event
	Fire(s spec.State, e spec.Event, emit func(next spec.State, how spec.Effect))
}

// Trace is a run of the TCP model.
type Trace = checker.Trace[spec.State]

// Chart draws a run. Title, subtitle, verdict and explanation are the caller's.
func Chart(m Model, t Trace) graphs.Chart {
	c := graphs.Chart{Left: spec.Client.String(), Right: spec.Server.String(), Palette: Palette()}
	c.Rows = append(c.Rows, row(t.Init))
	if t.Mode == checker.Exact {
		c.Rows[0].Time = Seconds(0)
	}
	c.Rows[0].Side = graphs.Neither
	flying := flight{arrows: &c.Arrows}
	before := t.Init
	for i, step := range t.Steps {
		r := row(step.State)
		e := spec.EventOf(step.Event.ID)
		r.Side = side(e.Host)
		if t.Mode == checker.Exact {
			r.Time = Seconds(shownAt(step))
		}
		landed := e.Kind == spec.Deliver && flying.land(e.Host.Peer(), Delivered(before, e), i+1)
		r.Event = event(m, before, step, landed)
		for _, sent := range spec.SentIn(step.Label) {
			flying.send(sent, i+1)
		}
		c.Rows = append(c.Rows, r)
		before = step.State
	}
	if t.Loop >= 0 {
		c.Loop = t.Loop + 1 // row 0 is the initial state
	}
	c.Timers = timers(m, t)
	nameOld(&c, t)
	return c
}

// Palette is the order in which states take their colours in every picture.
func Palette() []string {
	var names []string
	for _, s := range spec.ConnStates() {
		names = append(names, s.String())
	}
	return names
}

// Seconds is an instant in seconds, to the millisecond or as precise as it is.
func Seconds(us int64) string {
	if us%spec.Millisecond == 0 {
		return fmt.Sprintf("%d.%03d", us/spec.Second, us%spec.Second/spec.Millisecond)
	}
	return fmt.Sprintf("%d.%06d", us/spec.Second, us%spec.Second)
}

func side(h spec.Host) graphs.Side {
	if h == spec.Client {
		return graphs.Left
	}
	return graphs.Right
}

func row(s spec.State) graphs.Row {
	return graphs.Row{LeftState: stateText(&s.Host[spec.Client]), RightState: stateText(&s.Host[spec.Server])}
}

// stateText is the state and, below it, what is out of the ordinary.
func stateText(e *spec.Endpoint) string {
	lines := []string{e.State.String()}
	if e.Incarnation > 0 {
		lines = append(lines, fmt.Sprintf("connection %d", e.Incarnation+1))
	}
	switch {
	case e.Down:
		lines = append(lines, "powered off")
	case e.Ending != spec.NotEnded && e.Ending != spec.EndedNormally:
		lines = append(lines, e.Ending.String())
	}
	if e.SawErr != spec.NoError {
		lines = append(lines, "told "+e.SawErr.String())
	}
	return strings.Join(lines, "\n")
}

// event is what happened, in words. The arrow says what arrived; what passes
// without a trace on the wire or in the states is put in parentheses.
func event(m Model, before spec.State, step checker.Step[spec.State], landed bool) string {
	e := spec.EventOf(step.Event.ID)
	text := m.Describe(before, step.Event)
	was, is := &before.Host[e.Host], &step.State.Host[e.Host]
	var notes []string
	if !was.SawEOF && is.SawEOF {
		notes = append(notes, "EOF")
	}
	if is.Ending == spec.EndedGaveUp && was.Ending != is.Ending {
		notes = append(notes, "gives up")
	}
	switch e.Kind {
	case spec.Deliver:
		if was.Down {
			notes = append(notes, "nobody is there")
		}
		if g := Delivered(before, e); old(g, was) {
			notes = append(notes, fmt.Sprintf("an old segment, of connection %d", g.Incarnation()+1))
		}
		if landed {
			return strings.Join(notes, ", ")
		}
	case spec.AckQuotaBack, spec.OrphanLimitDue, spec.Retries2LimitDue, spec.UserTimeoutDue:
		if len(notes) == 0 && was.State == is.State && len(spec.SentIn(step.Label)) == 0 {
			return "(" + text + ")"
		}
	}
	return strings.Join(append([]string{text}, notes...), ", ")
}

// shownAt is when a step is said to happen: a limit is due 1 µs early, so that it
// comes before what it decides, and is shown at its instant.
func shownAt(step checker.Step[spec.State]) int64 {
	switch spec.EventOf(step.Event.ID).Kind {
	case spec.OrphanLimitDue, spec.Retries2LimitDue, spec.UserTimeoutDue:
		return step.At + 1
	}
	return step.At
}

// Delivered is the segment that a delivery takes from the network. A network
// that keeps the order delivers the oldest.
func Delivered(s spec.State, e spec.EventInfo) spec.Segment {
	if e.Segment == (spec.Segment{}) {
		return s.Net[e.Host.Peer()][0]
	}
	return e.Segment
}

// flight follows every copy of a segment from the step that sent it to the one
// that delivered it, oldest first among identical ones, as the model does.
type flight struct {
	arrows *[]graphs.Arrow
	flying []copyInFlight
	sent   map[number]int // how often
}

// number is a sequence number of a connection: who sends it again retransmits it.
type number struct {
	from        spec.Host
	incarnation uint8
	seq         spec.Seq
	answers     bool // a SYN+ACK: after a SYN it is no copy of it
}

type copyInFlight struct {
	from    spec.Host
	segment spec.Segment
	arrow   int
}

func (f *flight) send(s spec.Sent, row int) {
	arrow := graphs.Arrow{From: side(s.From), Label: s.Segment.String(), Sent: row, Received: -1}
	if f.sent == nil {
		f.sent = map[number]int{}
	}
	for g, n := s.Segment, s.Segment.Seq; n != g.End(); n++ {
		at := number{s.From, g.Incarnation(), n, g.Has(spec.SYN | spec.ACK)}
		if n == g.Seq {
			arrow.Again = f.sent[at]
		}
		f.sent[at]++
	}
	if s.Copies == 0 {
		arrow.Lost = true
		*f.arrows = append(*f.arrows, arrow)
		return
	}
	for i := range s.Copies {
		arrow.Copy = i > 0
		f.flying = append(f.flying, copyInFlight{s.From, s.Segment, len(*f.arrows)})
		*f.arrows = append(*f.arrows, arrow)
	}
}

// land ends the arrow of the oldest copy in flight. It reports false when no
// step of the run sent such a segment, or not as often: a search without
// durations does not count copies beyond one.
func (f *flight) land(from spec.Host, g spec.Segment, row int) bool {
	for i, c := range f.flying {
		if c.from == from && c.segment == g {
			(*f.arrows)[c.arrow].Received = row
			f.flying = append(f.flying[:i], f.flying[i+1:]...)
			return true
		}
	}
	return false
}
