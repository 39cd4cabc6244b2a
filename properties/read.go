package properties

import (
	"sync"

	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/spec"
)

// property is what the engine gets.
type property = checker.Property[spec.State]

var hosts = [...]spec.Host{spec.Client, spec.Server}

// atHost is a condition on one endpoint of a state.
type atHost func(s *spec.State, h spec.Host) bool

// some reports whether the condition is met at one of the hosts.
func some(s *spec.State, f atHost) bool { return f(s, spec.Client) || f(s, spec.Server) }

// someIn is some of a state by value. Conditions may keep a pointer for all that the
// compiler knows, so each state would be allocated.
func someIn(s spec.State, f atHost) bool {
	at := states.Get().(*spec.State)
	*at = s
	is := some(at, f)
	states.Put(at)
	return is
}

var states = sync.Pool{New: func() any { return new(spec.State) }}

// inState is met at a host whose connection is in one of the states.
func inState(states ...spec.ConnState) atHost {
	set := setOf(states...)
	return func(s *spec.State, h spec.Host) bool { return set.has(s.Host[h].State) }
}

// alwaysAt is an invariant of each endpoint that is in from. Neither condition looks
// at more than the endpoint of its host.
func alwaysAt(from, goal atHost) property {
	bad := func(s *spec.State, h spec.Host) bool { return from(s, h) && !goal(s, h) }
	return property{
		Finds: someAt(bad), Begins: someAt(from), Symmetric: true,
		From: func(s spec.State) bool { return someIn(s, from) },
		Goal: func(s spec.State) bool {
			return !someIn(s, bad)
		},
	}
}

// leaves says that each stay of an endpoint in the set comes to an end.
func leaves(set atHost) property {
	return property{
		From: func(s spec.State) bool { return someIn(s, set) },
		Goal: func(s spec.State) bool { return !someIn(s, set) },
	}
}

// transition is a step as a step property reads it.
type transition struct {
	from, to spec.State
	event    checker.Event
	info     spec.EventInfo
	label    checker.Label
}

// transitions are used again: a step property is asked at every step of a search,
// and a state is large.
var transitions = sync.Pool{New: func() any { return new(transition) }}

// ofHost is a condition on a step and one of the hosts.
type ofHost func(t *transition, h spec.Host) bool

// stepAt is a condition on every step and host that the guard selects. Neither looks
// at more than the host where the step happens and what it takes and sends; of the
// other host they may see that nothing changes.
func stepAt(guard, condition ofHost) property {
	ask := func(question func(t *transition) bool) func(spec.State, checker.Event, checker.Label, spec.State) bool {
		return func(from spec.State, e checker.Event, how checker.Label, to spec.State) bool {
			t := transitions.Get().(*transition)
			defer transitions.Put(t)
			t.from, t.to, t.event, t.info, t.label = from, to, e, spec.EventOf(e.ID), how
			return question(t)
		}
	}
	return property{
		Local: true,
		Guard: ask(func(t *transition) bool { return guard(t, spec.Client) || guard(t, spec.Server) }),
		Step: ask(func(t *transition) bool {
			for _, h := range hosts {
				if guard(t, h) && !condition(t, h) {
					return false
				}
			}
			return true
		}),
	}
}

// before and after are the endpoint of h around the step.
func (t *transition) before(h spec.Host) *spec.Endpoint { return &t.from.Host[h] }
func (t *transition) after(h spec.Host) *spec.Endpoint  { return &t.to.Host[h] }

// is reports whether the step is an event of this kind at h.
func (t *transition) is(h spec.Host, kind spec.EventKind) bool {
	return t.info.Kind == kind && t.info.Host == h
}

// arrives is the segment that is delivered to h in this step.
func (t *transition) arrives(h spec.Host) (spec.Segment, bool) {
	if !t.is(h, spec.Deliver) || t.before(h).Offline { // lost at the interface that is down
		return spec.Segment{}, false
	}
	if t.info.Segment == (spec.Segment{}) { // a queue: the oldest one in flight
		return t.from.Net[h.Peer()][0], true
	}
	return t.info.Segment, true
}

// call is the step of the application's script that h makes in this step.
func (t *transition) call(p *spec.Params, h spec.Host) (spec.Call, bool) {
	pc := int(t.before(h).PC)
	if !t.is(h, spec.AppCall) || pc >= len(p.Host[h].Script) {
		return spec.Call{}, false
	}
	return p.Host[h].Script[pc], true
}

// sent lists the segments of h among those that the step sent.
func (t *transition) sent(h spec.Host, which func(spec.Segment) bool) []spec.Segment {
	if t.label == (checker.Label{}) {
		return nil
	}
	var of []spec.Segment
	for n := 0; ; n++ {
		s, any := spec.NthSent(t.label, n)
		if !any {
			return of
		}
		if s.From == h && which(s.Segment) {
			of = append(of, s.Segment)
		}
	}
}

func isRST(g spec.Segment) bool     { return g.Has(spec.RST) }
func isFIN(g spec.Segment) bool     { return g.Has(spec.FIN) && !g.Has(spec.RST) }
func isPureACK(g spec.Segment) bool { return g.Kind() == spec.KindACK }

// late is the latest instant of a timer of length d.
func late(c *spec.HostParams, d int64) int64 {
	if c.TimerSlack {
		return d + d/8 + 8*spec.Millisecond
	}
	return d
}
