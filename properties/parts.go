package properties

import (
	"strings"

	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/spec"
)

// Part is one conjunct of a condition that is false, in words, with the values of what it
// reads.
type Part struct {
	Says   string
	Values []Value
}

// Value is a variable around a step: Was is what it was before, and equal to Is where the
// step did not change it.
type Value struct{ Name, Was, Is string }

// conjunct is one of the conditions that a property asks for together. In says and reads
// HOST stands for the host that it is about, PEER for the other one.
type conjunct struct {
	says  string
	reads string // variables of spec.Fields, and "segments in flight": "HOST state, PEER SND.NXT"
	holds ofHost
}

// condition is what a property asks for in parts: of a host where guard holds, each of
// them. Of an invariant the step is the one that leads to the state, and only what is
// after it counts.
type condition struct {
	guard ofHost
	parts []conjunct
}

// Failed lists the parts of the condition that a step, or the state that it leads to,
// does not fulfil. A condition that is not made of parts has none to name: then it is
// empty, and the claim says all there is. So it is where nothing is violated.
func (p Property) Failed(params spec.Params, from spec.State, e checker.Event, how checker.Label, to spec.State) (failed []Part) {
	if p.failed != nil {
		return p.failed(from, to)
	}
	if inParts[p.Name] == nil {
		return nil
	}
	c := inParts[p.Name](params)
	t := &transition{from: from, to: to, event: e, info: spec.EventOf(e.ID), label: how}
	for _, h := range hosts {
		if !c.guard(t, h) {
			continue
		}
		for _, part := range c.parts {
			if part.holds(t, h) {
				continue
			}
			f := Part{Says: ofHosts(part.says, h)}
			for name := range strings.SplitSeq(part.reads, ", ") {
				whose, field, _ := strings.Cut(name, " ")
				if field == "" {
					continue
				}
				of := h
				if whose == "PEER" {
					of = h.Peer()
				}
				if field == "segments in flight" {
					f.Values = append(f.Values, Value{"in flight from the " + of.String(), flying(&from, of), flying(&to, of)})
					continue
				}
				v := Value{of.String() + " " + field, from.Host[of].Field(field), to.Host[of].Field(field)}
				if to.Host[of].State == closed && field != "state" && field != "ended" {
					v.Is = v.Was // what it was in a connection that is gone
				}
				f.Values = append(f.Values, v)
			}
			failed = append(failed, f)
		}
	}
	return failed
}

// flying lists what a host has in flight.
func flying(s *spec.State, from spec.Host) string {
	var all []string
	for _, g := range s.Net[from][:s.Net[from].Len()] {
		all = append(all, g.String())
	}
	if len(all) == 0 {
		return "nothing"
	}
	return strings.Join(all, " and ")
}

// InParts reports whether the condition is made of parts.
func (p Property) InParts() bool { return p.failed != nil || inParts[p.Name] != nil }

func ofHosts(text string, h spec.Host) string {
	return strings.NewReplacer("HOST", "the "+h.String(), "PEER", "the "+h.Peer().String()).Replace(text)
}

// WithFailed is p with a function that says which part fails in a state.
func (p Property) WithFailed(failed func(from, to spec.State) []Part) Property {
	p.failed = failed
	return p
}

func anyHost(*transition, spec.Host) bool { return true }

// now is a condition on the state after a step.
func now(f atHost) ofHost { return func(t *transition, h spec.Host) bool { return f(&t.to, h) } }

// isIn: the host is in one of the states.
func isIn(states ...spec.ConnState) ofHost { return now(inState(states...)) }

// notIn: it is in none of them.
func notIn(states ...spec.ConnState) ofHost {
	in := inState(states...)
	return now(func(s *spec.State, h spec.Host) bool { return !in(s, h) })
}

// sendsOf: the step sends so many segments of a sort.
func sendsOf(n int, which func(spec.Segment) bool) ofHost {
	return func(t *transition, h spec.Host) bool { return len(t.sent(h, which)) == n }
}

// ofOld are the parts of what a segment of an earlier connection must not do.
func ofOld(which func(spec.Segment) bool) condition {
	// Of a connection that the step ends, the state says all.
	same := func(f func(e *spec.Endpoint) any) ofHost {
		return func(t *transition, h spec.Host) bool {
			return f(t.before(h)) == f(t.after(h)) || t.after(h).State == closed
		}
	}
	sameState := func(t *transition, h spec.Host) bool { return t.before(h).State == t.after(h).State }
	return condition{oldArrives(which), []conjunct{
		{"HOST stays in its state", "HOST state", sameState},
		{"HOST's RCV.NXT does not move", "HOST RCV.NXT", same(func(e *spec.Endpoint) any { return e.RcvNxt })},
		{"HOST holds no data beyond a hole", "HOST held beyond a hole", same(func(e *spec.Endpoint) any { return e.Held })},
		{"HOST holds no FIN beyond a hole", "HOST FIN held beyond a hole", same(func(e *spec.Endpoint) any { return e.HeldFin })},
	}}
}

// inParts are the conditions of the properties that ask for several things. A test holds
// each to the function that the engine judges by.
var inParts = map[string]func(p spec.Params) condition{
	"both-closed": func(spec.Params) condition {
		return condition{anyHost, []conjunct{{"HOST comes to CLOSED", "HOST state", isIn(closed)}}}
	},
	"fin-wait-2-left-eventually": func(spec.Params) condition {
		return condition{anyHost, []conjunct{{"HOST leaves FIN_WAIT_2", "HOST state, HOST state timer, HOST orphan", notIn(finWait2)}}}
	},
	"close-wait-left-eventually": func(spec.Params) condition {
		return condition{anyHost, []conjunct{{"HOST leaves CLOSE_WAIT", "HOST state, HOST descriptor", notIn(closeWait)}}}
	},
	"states-match-fins": func(spec.Params) condition {
		return condition{notIn(closed), []conjunct{
			{"HOST is in CLOSE_WAIT, LAST_ACK, CLOSING or TIME_WAIT exactly when PEER's FIN was received", "HOST state, HOST peer's FIN received",
				now(func(s *spec.State, h spec.Host) bool {
					return setOf(closeWait, lastAck, closing, timeWait).has(s.Host[h].State) == s.Host[h].PeerFin
				})},
			{"HOST is in ESTABLISHED or CLOSE_WAIT exactly when it has queued no FIN", "HOST state, HOST FIN queued",
				now(func(s *spec.State, h spec.Host) bool {
					return setOf(established, closeWait).has(s.Host[h].State) == !s.Host[h].FinQueued
				})},
			{"in FIN_WAIT_2 and TIME_WAIT HOST's FIN is acknowledged", "HOST state, HOST SND.UNA, HOST SND.NXT",
				now(func(s *spec.State, h spec.Host) bool {
					return !setOf(finWait2, timeWait).has(s.Host[h].State) || s.Host[h].FinAcked()
				})},
		}}
	},
	"peer-of-time-wait-has-closed": func(spec.Params) condition {
		return condition{isIn(timeWait), []conjunct{{"PEER has sent its FIN and received HOST's: it is in LAST_ACK, CLOSING or TIME_WAIT, or CLOSED", "HOST state, PEER state",
			now(func(s *spec.State, h spec.Host) bool {
				return !setOf(established, finWait1, finWait2, closeWait).has(s.Host[h.Peer()].State)
			})}}}
	},
	"time-wait-only-active-closer": func(spec.Params) condition {
		return condition{isIn(timeWait), []conjunct{
			{"HOST in TIME_WAIT left ESTABLISHED by its own FIN", "HOST state, HOST active closer", now(func(s *spec.State, h spec.Host) bool { return s.Host[h].ActiveClose })},
			{"HOST in TIME_WAIT has sent its FIN", "HOST state, HOST number of the first FIN", now(func(s *spec.State, h spec.Host) bool { return s.Host[h].FinSeq != 0 || s.Host[h].Incarnation > 0 })},
		}}
	},
	"last-ack-only-passive": func(spec.Params) condition {
		return condition{isIn(lastAck), []conjunct{
			{"HOST in LAST_ACK did not close first", "HOST state, HOST active closer", now(func(s *spec.State, h spec.Host) bool { return !s.Host[h].ActiveClose })},
			{"HOST in LAST_ACK has PEER's FIN", "HOST state, HOST peer's FIN received", now(func(s *spec.State, h spec.Host) bool { return s.Host[h].PeerFin })},
			{"HOST in LAST_ACK has queued its own FIN", "HOST state, HOST FIN queued", now(func(s *spec.State, h spec.Host) bool { return s.Host[h].FinQueued })},
			{"PEER of HOST in LAST_ACK is not in LAST_ACK too", "HOST state, PEER state", now(func(s *spec.State, h spec.Host) bool { return s.Host[h.Peer()].State != lastAck })},
		}}
	},
	"every-wait-has-a-timer": func(p spec.Params) condition {
		timer := func(which timers) ofHost {
			return now(func(s *spec.State, h spec.Host) bool {
				return (neededTimers(&p, &s.Host[h])^runningTimers(&s.Host[h]))&which == 0
			})
		}
		const sending = "HOST state, HOST SND.UNA, HOST SND.NXT, HOST retransmission timer"
		return condition{anyHost, []conjunct{
			{"HOST's retransmission timer runs exactly while something is unacknowledged", sending, timer(rexmtTimer)},
			{"HOST's persist timer runs exactly while a closed window holds something back", sending, timer(persistTimer)},
			{"HOST's timer of FIN_WAIT_2 runs exactly while it waits there as an orphan", "HOST state, HOST orphan, HOST state timer", timer(finWait2Timer)},
			{"HOST's timer of TIME_WAIT runs exactly while it is there", "HOST state, HOST state timer", timer(timeWaitTimer)},
		}}
	},
	"time-wait-re-acks-fin": func(spec.Params) condition {
		answers := func(g spec.Segment, e *spec.Endpoint) bool {
			return isPureACK(g) && g.Seq == e.SndNxt && g.Ack == e.RcvNxt
		}
		return condition{
			func(t *transition, h spec.Host) bool {
				g, arrives := t.arrives(h)
				return arrives && t.before(h).State == timeWait && isFIN(g) && !g.Has(spec.SYN)
			},
			[]conjunct{
				{"HOST stays in TIME_WAIT", "HOST state", isIn(timeWait)},
				{"HOST acknowledges the FIN, once", "HOST state, HOST RCV.NXT", func(t *transition, h spec.Host) bool {
					return len(t.sent(h, func(g spec.Segment) bool { return answers(g, t.before(h)) })) == 1
				}},
				{"HOST's timer of TIME_WAIT starts anew", "HOST state timer", func(t *transition, h spec.Host) bool { return spec.StateTimerSet(t.label, h) }},
			},
		}
	},
	"unread-data-is-told": func(p spec.Params) condition {
		return condition{
			func(t *transition, h spec.Host) bool {
				call, ok := t.call(&p, h)
				e := t.before(h)
				return ok && closes(call) && e.Unread > 0 && e.State != closed && e.State != timeWait && !e.Offline
			},
			[]conjunct{
				{"HOST's connection ends at once", "HOST state, HOST unread", isIn(closed)},
				{"HOST sends an RST", "HOST unread", sendsOf(1, isRST)},
				{"HOST sends no FIN", "HOST unread", sendsOf(0, isFIN)},
			},
		}
	},
	"late-data-is-reset": func(p spec.Params) condition {
		return condition{
			func(t *transition, h spec.Host) bool {
				g, arrives := t.arrives(h)
				e := t.before(h)
				return arrives && g.Len > 0 && g.Seq == e.RcvNxt && (e.Mini || takesAck(e, g)) && refusesData(e, g) && hasRoom(&p, h, e)
			},
			[]conjunct{
				{"HOST's connection ends", "HOST state, HOST receive side", isIn(closed)},
				{"HOST answers by an RST", "HOST receive side", sendsOf(1, isRST)},
			},
		}
	},
	"fin-acked-before-leaving": func(spec.Params) condition {
		return condition{
			func(t *transition, h spec.Host) bool {
				to := t.after(h)
				return setOf(finWait1, closing, lastAck).has(t.before(h).State) &&
					(to.State == finWait2 || to.State == timeWait || to.State == closed && (to.Ending == spec.EndedNormally || to.Ending == spec.EndedNoBucket))
			},
			[]conjunct{
				{"HOST leaves its state because a segment arrives", "HOST state", func(t *transition, h spec.Host) bool { _, arrives := t.arrives(h); return arrives }},
				{"the segment acknowledges HOST's FIN", "HOST state, HOST SND.UNA, HOST SND.NXT", func(t *transition, h spec.Host) bool {
					g, arrives := t.arrives(h)
					return !arrives || acksFIN(t.before(h), g)
				}},
			},
		}
	},
	"no-old-duplicate-accepted": func(spec.Params) condition { return ofOld(anySegment) },
	"old-rst-cannot-kill":       func(spec.Params) condition { return ofOld(isRST) },
	"quiescence": func(spec.Params) condition {
		nothing := func(from func(h spec.Host) spec.Host) ofHost {
			return func(t *transition, h spec.Host) bool {
				for _, g := range t.to.Net[from(h)] {
					if g != (spec.Segment{}) && g.Incarnation() == t.before(h).Incarnation {
						return false
					}
				}
				return true
			}
		}
		return condition{
			func(t *transition, h spec.Host) bool {
				return t.is(h, spec.StateTimeout) && t.before(h).State == timeWait && t.after(h).State != timeWait
			},
			[]conjunct{
				{"nothing that HOST sent is in flight", "HOST state, HOST segments in flight", nothing(func(h spec.Host) spec.Host { return h })},
				{"nothing that PEER sent is in flight", "HOST state, PEER segments in flight", nothing(spec.Host.Peer)},
				{"PEER's connection has ended, or is in TIME_WAIT", "PEER state", func(t *transition, h spec.Host) bool {
					peer := t.after(h.Peer())
					return peer.State == closed || peer.State == timeWait || peer.Incarnation != t.before(h).Incarnation
				}},
			},
		}
	},
	"every-last-ack-fin-finds-time-wait": func(spec.Params) condition {
		return condition{
			func(t *transition, h spec.Host) bool {
				g, arrives := t.arrives(h)
				peer := t.before(h.Peer())
				return arrives && isFIN(g) && peer.State == lastAck && g.Incarnation() == peer.Incarnation
			},
			[]conjunct{
				{"HOST has a connection when the FIN arrives", "HOST state, PEER state", func(t *transition, h spec.Host) bool { return t.before(h).State != closed }},
				{"HOST has the FIN's connection, and no other", "HOST connection, PEER connection", func(t *transition, h spec.Host) bool {
					g, arrives := t.arrives(h)
					return !arrives || t.before(h).Incarnation == g.Incarnation()
				}},
			},
		}
	},
	"passive-side-closes-properly": func(spec.Params) condition {
		return condition{
			func(t *transition, h spec.Host) bool {
				return t.before(h).State == lastAck && t.after(h).State != lastAck
			},
			[]conjunct{{"HOST leaves LAST_ACK because its FIN is acknowledged", "HOST state, HOST ended", func(t *transition, h spec.Host) bool { return t.after(h).Ending == spec.EndedNormally }}},
		}
	},
	"transitions-conform": func(p spec.Params) condition {
		return condition{
			func(t *transition, h spec.Host) bool {
				from, to := t.before(h).State, t.after(h).State
				return from != to || !allowedStates(&p, t, h).has(from)
			},
			[]conjunct{{"HOST goes where the table of transitions allows", "HOST state", func(t *transition, h spec.Host) bool { return allowedStates(&p, t, h).has(t.after(h).State) }}},
		}
	},
}
