package why

import (
	"fmt"
	"strings"

	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/cmd/finwait/picture"
	"github.com/finwait/finwait/spec"
)

// Step is one step of a run in words, with what it changed.
type Step struct {
	Number  int
	AtUS    int64
	Timed   bool
	Host    spec.Host
	Event   string
	Sent    []spec.Sent
	Changes []spec.Change
}

// Steps lists those of a run.
func Steps(m picture.Model, t checker.Trace[spec.State]) (all []Step) {
	before := t.Init
	for i, step := range t.Steps {
		all = append(all, Step{
			Number: i + 1, AtUS: step.At, Timed: t.Mode == checker.Exact, Host: spec.EventOf(step.Event.ID).Host,
			Event: m.Describe(before, step.Event), Sent: spec.SentIn(step.Label), Changes: spec.Changes(before, step.State),
		})
		before = step.State
	}
	return all
}

// String is the step in one line: what happened, what was sent, what changed at each host.
func (s Step) String() string {
	text := fmt.Sprintf("%d.", s.Number)
	if s.Timed {
		text += " " + seconds(s.AtUS) + ","
	}
	text += fmt.Sprintf(" %v %s", s.Host, s.Event)
	for _, sent := range s.Sent {
		text += fmt.Sprintf("; the %v sends %v", sent.From, sent.Segment)
		switch {
		case sent.Copies == 0:
			text += " (lost)"
		case sent.Copies > 1:
			text += fmt.Sprintf(" (%d copies)", sent.Copies)
		}
	}
	for _, h := range hosts {
		var changed []string
		for _, c := range s.Changes {
			if c.Host == h {
				changed = append(changed, fmt.Sprintf("%s %s → %s", c.Name, c.Was, c.IsNow))
			}
		}
		if len(changed) > 0 {
			text += fmt.Sprintf(": %v: %s", h, strings.Join(changed, ", "))
		}
	}
	if len(s.Changes) == 0 {
		text += ": nothing changes at the hosts"
	}
	return text
}
