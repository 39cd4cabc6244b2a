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

// Happened is the step without what it changed: when, what, and what was sent.
func (s Step) Happened() string {
	text := fmt.Sprintf("%v %s", s.Host, s.Event)
	if s.Timed {
		text = seconds(s.AtUS) + ", " + text
	}
	for _, sent := range s.Sent {
		text += fmt.Sprintf("; the %v sends %v", sent.From, sent.Segment)
		switch {
		case sent.Copies == 0:
			text += " (lost)"
		case sent.Copies > 1:
			text += fmt.Sprintf(" (%d copies)", sent.Copies)
		}
	}
	return text
}

// Changed is a line for each host at which something changed.
func (s Step) Changed() (lines []string) {
	for _, h := range hosts {
		var changed []string
		for _, c := range s.Changes {
			if c.Host == h {
				changed = append(changed, fmt.Sprintf("%s %s → %s", c.Name, c.Was, c.IsNow))
			}
		}
		if len(changed) > 0 {
			lines = append(lines, fmt.Sprintf("%v: %s", h, strings.Join(changed, ", ")))
		}
	}
	return lines
}
