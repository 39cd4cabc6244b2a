package picture

import (
	"fmt"
	"strings"

	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/graphs"
	"github.com/finwait/finwait/spec"
)

// What pictures say of runs in which connections follow each other.

// old tells whether g, which arrives at e, is of an earlier connection.
func old(g spec.Segment, e *spec.Endpoint) bool {
	return g.Incarnation() < e.Incarnation && e.State != spec.Closed
}

// nameOld names the arrows that bring old duplicates, and tells how long they were on
// their way.
func nameOld(c *graphs.Chart, t Trace) {
	before := t.Init
	for i, step := range t.Steps {
		e := spec.EventOf(step.Event.ID)
		if e.Kind == spec.Deliver && old(Delivered(before, e), &before.Host[e.Host]) {
			for n := range c.Arrows {
				a := &c.Arrows[n]
				if a.Received != i+1 {
					continue
				}
				a.Label = "old duplicate: " + a.Label
				if t.Mode == checker.Exact {
					c.Rows[i+1].Event += fmt.Sprintf(", %s s on its way", Seconds(step.At-t.Steps[a.Sent-1].At))
				}
			}
		}
		before = step.State
	}
}

// Lifetimes are, of a run in which connections follow each other, the lifetime of a
// segment and of TIME_WAIT where there was one; "" for one connection.
func Lifetimes(p spec.Params, t Trace) string {
	if p.Incarnations < 2 || t.Mode != checker.Exact {
		return ""
	}
	text := ", MSL " + Seconds(p.Net.MSL) + " s"
	for _, h := range []spec.Host{spec.Client, spec.Server} {
		for _, step := range t.Steps {
			if step.State.Host[h].State == spec.TimeWait {
				text += fmt.Sprintf(", TIME_WAIT of the %v %s s", h, Seconds(p.TimeWaitLength(h)))
				break
			}
		}
	}
	return text
}

// takes is what a step does to an old segment that the next connection takes for its own.
func takes(before, after spec.State, e spec.EventInfo) string {
	was, is := &before.Host[e.Host], &after.Host[e.Host]
	if e.Kind != spec.Deliver || !old(Delivered(before, e), was) {
		return ""
	}
	g := Delivered(before, e)
	var does []string
	if is.State != was.State {
		does = append(does, "becomes "+is.State.String())
	}
	switch {
	case is.State == spec.Closed:
	case is.PeerFin && !was.PeerFin:
		does = append(does, "takes it for the end of its peer's data")
	case is.HeldFin != was.HeldFin:
		does = append(does, "keeps it for the end of its peer's data")
	case is.RcvNxt != was.RcvNxt || is.Held != was.Held:
		does = append(does, "takes what it carries for its peer's data")
	}
	text := fmt.Sprintf(" of connection %d; connection %d", g.Incarnation()+1, was.Incarnation+1)
	if len(does) == 0 {
		return text + " answers it"
	}
	return text + " " + strings.Join(does, " and ")
}
