package picture

import (
	"fmt"
	"strings"

	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/spec"
)

// Story is one sentence on how a trace shows a violation, or how it reaches the
// goal: the part of the run that decides. Short is its beginning, for a line that
// has to be short.
func Story(m Model, p checker.Property[spec.State], t Trace) (text, short string) {
	text = story(m, p, t)
	short, _, _ = strings.Cut(text, because)
	return text, short
}

// because separates what from why.
const because = ": "

func story(m Model, p checker.Property[spec.State], t Trace) string {
	last := t.Last()
	switch p.Kind {
	case checker.Reachable:
		return "reached with " + pair(last)
	case checker.Eventually, checker.LeadsTo:
		if t.Loop >= 0 {
			return forEver(t)
		}
	case checker.StepAlways:
		if n := len(t.Steps); n > 0 {
			step, before := t.Steps[n-1], t.Init
			if n > 1 {
				before = t.Steps[n-2].State
			}
			host := spec.EventOf(step.Event.ID).Host
			text := fmt.Sprintf("the last step breaks it, %s %s", host, m.Describe(before, step.Event))
			if taken := takes(before, step.State, spec.EventOf(step.Event.ID)); taken != "" {
				text += taken
			} else if sent := spec.SentIn(step.Label); len(sent) > 0 {
				text += ", sending " + sent[0].Segment.String()
			}
			return text
		}
	case checker.Within, checker.StaysAtMost:
		return overtime(p, t)
	}
	return pair(last)
}

func pair(s spec.State) string {
	return fmt.Sprintf("client %s, server %s", s.Host[spec.Client].State, s.Host[spec.Server].State)
}

// forEver names the endpoints that the loop keeps from being closed.
func forEver(t Trace) string {
	var stuck []string
	for _, h := range []spec.Host{spec.Client, spec.Server} {
		state := t.Last().Host[h].State
		same := true
		for _, step := range t.Steps[t.Loop:] {
			same = same && step.State.Host[h].State == state
		}
		switch {
		case !same:
			stuck = append(stuck, fmt.Sprintf("%s changes its state for ever", h))
		case state != spec.Closed:
			stuck = append(stuck, fmt.Sprintf("%s is %s for ever", h, state))
		}
	}
	if len(stuck) == 0 {
		stuck = append(stuck, pair(t.Last())+" for ever")
	}
	why := "no event is forced to happen"
	if t.Loop < len(t.Steps) {
		why = fmt.Sprintf("steps %d to %d repeat", t.Loop+1, len(t.Steps))
		if t.Loop+1 == len(t.Steps) {
			why = fmt.Sprintf("step %d repeats", len(t.Steps))
		}
	}
	return strings.Join(stuck, ", ") + because + why
}

// overtime tells which stay, or which wait for the goal, was too long.
func overtime(p checker.Property[spec.State], t Trace) string {
	begins := func(s spec.State) bool { return p.From == nil || p.From(s) }
	ends := p.Goal
	if p.Kind == checker.StaysAtMost {
		ends = func(s spec.State) bool { return !begins(s) }
	}
	since, waiting := int64(0), false
	at, s := int64(0), t.Init
	for i := 0; ; i++ {
		switch {
		case ends(s) && waiting && at-since > p.Bound:
			return tooLong(p, since, at-since)
		case ends(s):
			waiting = false
		case !waiting && begins(s):
			since, waiting = at, true
		}
		if i == len(t.Steps) {
			break
		}
		at, s = t.Steps[i].At, t.Steps[i].State
	}
	if waiting && t.Loop >= 0 {
		return tooLong(p, since, checker.Forever)
	}
	return tooLong(p, since, t.End-since)
}

func tooLong(p checker.Property[spec.State], since, lasted int64) string {
	text := "for ever"
	if lasted != checker.Forever {
		text = Seconds(lasted) + " s"
	}
	return fmt.Sprintf("from %s s on %s, and at most %s s allowed", Seconds(since), text, Seconds(p.Bound))
}
