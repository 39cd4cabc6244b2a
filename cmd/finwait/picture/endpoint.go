package picture

import (
	"slices"
	"strings"

	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/graphs"
	"github.com/finwait/finwait/spec"
)

// Endpoint collects the state diagram of one endpoint from explored steps.
// Sequence numbers are left out, and so are steps that neither send nor change
// the state, calls of the application aside.
type Endpoint struct {
	model   Model
	host    spec.Host
	initial spec.ConnState
	states  map[spec.ConnState]bool
	edges   map[ends]map[string]bool // labels
}

type ends struct{ from, to spec.ConnState }

// NewEndpoint begins the diagram of a host.
func NewEndpoint(m Model, h spec.Host) *Endpoint {
	return &Endpoint{model: m, host: h, states: map[spec.ConnState]bool{}, edges: map[ends]map[string]bool{}}
}

// State is checker.Visitor.State.
func (d *Endpoint) State(s spec.State) {
	state := s.Host[d.host].State
	if len(d.states) == 0 {
		d.initial = state // the first state visited is the initial one
	}
	d.states[state] = true
}

// Step is checker.Visitor.Step.
func (d *Endpoint) Step(from spec.State, e checker.Event, how checker.Label, to spec.State) {
	was, is := &from.Host[d.host], &to.Host[d.host]
	info := spec.EventOf(e.ID)
	var sent []string
	for _, s := range spec.SentIn(how) {
		if s.From == d.host {
			sent = append(sent, kindName(s.Segment))
		}
	}
	if was.State == is.State && len(sent) == 0 && (info.Kind != spec.AppCall || info.Host != d.host) {
		return
	}
	out := "-"
	if len(sent) > 0 {
		out = strings.Join(sent, " + ")
	}
	k := ends{was.State, is.State}
	if d.edges[k] == nil {
		d.edges[k] = map[string]bool{}
	}
	d.edges[k][d.event(from, e, to)+" / "+out] = true
}

// kindName is the kind of a segment, in which the first answer of a handshake has
// its own name.
func kindName(g spec.Segment) string {
	if g.Has(spec.SYN) && g.Has(spec.ACK) {
		return "SYN+ACK"
	}
	return g.Kind().String()
}

// event is the name of an event in a diagram.
func (d *Endpoint) event(from spec.State, e checker.Event, to spec.State) string {
	info := spec.EventOf(e.ID)
	was, is := &from.Host[info.Host], &to.Host[info.Host]
	text := ""
	if info.Kind == spec.Deliver {
		text = "receive " + kind(was, Delivered(from, info))
	} else {
		text = d.model.Describe(from, e)
	}
	if info.Host != d.host {
		text = info.Host.String() + ": " + text
	}
	if is.Ending == spec.EndedGaveUp && was.Ending != is.Ending {
		text += ", gives up"
	}
	return text
}

// kind says what a segment means to the endpoint that receives it.
func kind(e *spec.Endpoint, g spec.Segment) string {
	var parts []string
	add := func(is bool, name string) {
		if is {
			parts = append(parts, name)
		}
	}
	add(g.Has(spec.RST), "RST")
	add(g.Has(spec.SYN), kindName(g))
	add(g.Len > 0, "DATA")
	add(g.Has(spec.FIN) && e.PeerFin, "FIN again")
	add(g.Has(spec.FIN) && !e.PeerFin, "FIN")
	add(g.Has(spec.ACK) && !g.Has(spec.RST) && e.FinSent() && !e.FinAcked() && g.Ack == e.SndEnd, "ACK of FIN")
	if len(parts) == 0 {
		return "ACK"
	}
	return strings.Join(parts, ", ")
}

// place is where a state stands in every diagram: ESTABLISHED at the top, the
// active close on the left, the passive close on the right.
var place = map[spec.ConnState]struct {
	rank, column int
	group        string
}{
	spec.Established: {1, 2, "open"},
	spec.FinWait1:    {2, 1, "active close"},
	spec.CloseWait:   {2, 3, "passive close"},
	spec.FinWait2:    {3, 1, "active close"},
	spec.Closing:     {3, 2, "active close"},
	spec.LastAck:     {3, 3, "passive close"},
	spec.TimeWait:    {4, 1, "active close"},
	spec.Closed:      {5, 2, "closed"},
	spec.SynSent:     {6, 1, "open"},
	spec.SynRcvd:     {7, 3, "open"}, // an edge inside of a row would go through the labels of others
}

// Join adds what another host of the same run did: one endpoint in either role.
func (d *Endpoint) Join(other *Endpoint) {
	for s := range other.states {
		d.states[s] = true
	}
	for k, labels := range other.edges {
		if d.edges[k] == nil {
			d.edges[k] = map[string]bool{}
		}
		for label := range labels {
			d.edges[k][label] = true
		}
	}
}

// leaves tells whether a step leads from s to another state.
func (d *Endpoint) leaves(s spec.ConnState) bool {
	for k := range d.edges {
		if k.from == s && k.to != s {
			return true
		}
	}
	return false
}

// Diagram is the diagram of what was visited.
func (d *Endpoint) Diagram() graphs.Diagram {
	g := graphs.Diagram{
		TopDown: true,
		Palette: []string{"open", "active close", "passive close", "closed"},
		Caption: "Edges: event, and the segments that are sent. Steps that neither send nor change the state are left out.",
	}
	for _, s := range spec.ConnStates() {
		if !d.states[s] {
			continue
		}
		at := place[s]
		g.Nodes = append(g.Nodes, graphs.Node{
			Name: s.String(), Initial: s == d.initial, Final: s == spec.Closed && !d.leaves(s),
			Group: at.group, Rank: at.rank, Column: at.column,
		})
	}
	for _, from := range spec.ConnStates() {
		for _, to := range spec.ConnStates() {
			if labels := d.edges[ends{from, to}]; labels != nil {
				var lines []string
				for label := range labels {
					lines = append(lines, label)
				}
				slices.Sort(lines)
				g.Edges = append(g.Edges, graphs.Edge{From: from.String(), To: to.String(), Label: lines, Over: true})
			}
		}
	}
	return g
}
