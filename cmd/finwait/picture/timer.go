package picture

import (
	"fmt"
	"slices"
	"strings"

	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/graphs"
	"github.com/finwait/finwait/spec"
)

// drawnTimers are the kinds of events that are brackets in a chart. The limits of
// retransmission are, when they are reached: all that could apply run at once.
// Timestamp ticks, the clock of initial numbers and quotas are no timers of the
// teardown.
var drawnTimers = map[spec.EventKind]bool{
	spec.LingerTimeout: true, spec.RexmtTimeout: true, spec.DelayedAckDue: true,
	spec.StateTimeout: true, spec.KeepaliveDue: true,
	spec.OrphanLimitDue: true, spec.Retries2LimitDue: true, spec.UserTimeoutDue: true,
}

// timers are the timers of a run, from the row in which each was set to the one
// in which it expired, was set anew or was stopped.
func timers(m Model, t Trace) []graphs.Timer {
	c := clocks{model: m, mode: t.Mode, running: map[uint64]graphs.Timer{}}
	c.arm(t.Init, 0)
	before := t.Init
	for i, step := range t.Steps {
		c.step(before, step, i+1)
		before = step.State
	}
	for _, e := range m.Events(before, nil) { // in a fixed order
		if r, ok := c.running[e.ID]; ok {
			r.End = graphs.Runs
			c.end(e.ID, r, len(t.Steps)+1)
		}
	}
	slices.SortStableFunc(c.all, func(a, b graphs.Timer) int { return a.From - b.From })
	return c.all
}

// clocks are the timers of a run as far as it went.
type clocks struct {
	model   Model
	mode    checker.Mode
	running map[uint64]graphs.Timer // by event
	all     []graphs.Timer
}

// step ends what expired, what is not pending any more and what was set anew, and
// begins what is new.
func (c *clocks) step(before spec.State, step checker.Step[spec.State], row int) {
	fresh := freshIn(c.model, before, step)
	pending := c.model.Events(step.State, nil)
	for _, e := range c.model.Events(before, nil) {
		r, ok := c.running[e.ID]
		switch {
		case !ok:
		case e.ID == step.Event.ID:
			c.end(e.ID, r, row)
		case slices.Contains(fresh, e.ID) || !slices.ContainsFunc(pending, func(p spec.Event) bool { return p.ID == e.ID }):
			r.End = graphs.Stopped
			c.end(e.ID, r, row)
		}
	}
	c.arm(step.State, row)
}

// end takes a timer from those that run. One that was stopped in the instant in
// which it was set, or a limit that is not reached, is not drawn.
func (c *clocks) end(id uint64, r graphs.Timer, row int) {
	delete(c.running, id)
	r.To = row
	switch spec.EventOf(id).Kind {
	case spec.OrphanLimitDue, spec.Retries2LimitDue, spec.UserTimeoutDue:
		if r.End != graphs.Expires {
			return
		}
	}
	if r.To > r.From {
		c.all = append(c.all, r)
	}
}

// arm begins every timer that is pending in s and does not run yet.
func (c *clocks) arm(s spec.State, row int) {
	for _, e := range c.model.Events(s, nil) {
		info := spec.EventOf(e.ID)
		if _, ok := c.running[e.ID]; !ok && drawnTimers[info.Kind] {
			c.running[e.ID] = graphs.Timer{Side: side(info.Host), From: row, Label: c.label(s, e)}
		}
	}
}

// label is the name of a timer and, where times count, its length.
func (c *clocks) label(s spec.State, e spec.Event) string {
	name := c.model.Describe(s, e)
	earliest, latest := e.Earliest, e.Latest
	switch spec.EventOf(e.ID).Kind {
	case spec.LingerTimeout:
		name = "SO_LINGER"
	case spec.OrphanLimitDue, spec.Retries2LimitDue, spec.UserTimeoutDue:
		earliest, latest = earliest+1, latest+1 // see shownAt
	}
	for _, end := range []string{" timer", " limit reached", " reached"} {
		name = strings.TrimSuffix(name, end)
	}
	switch {
	case c.mode != checker.Exact:
		return name
	case earliest == latest:
		return name + "\n" + Duration(earliest)
	}
	return name + "\n" + span(earliest, latest)
}

// span is a window, with one unit where both ends have the same.
func span(earliest, latest int64) string {
	from, to := Duration(earliest), Duration(latest)
	if number, unit, _ := strings.Cut(from, " "); strings.HasSuffix(to, " "+unit) {
		from = number
	}
	return from + " to " + to
}

// freshIn are the events that a step has set anew.
func freshIn(m Model, before spec.State, step checker.Step[spec.State]) []uint64 {
	var fresh []uint64
	found := false
	m.Fire(before, step.Event, func(next spec.State, how spec.Effect) {
		if !found && next == step.State && how.Label == step.Label {
			fresh, found = slices.Clone(how.Fresh[:how.FreshCount]), true
		}
	})
	return fresh
}

// Duration is a length of time in the largest unit that makes it a whole number, or
// in seconds.
func Duration(us int64) string {
	for _, unit := range []struct {
		name   string
		length int64
	}{{"h", 3600 * spec.Second}, {"min", 60 * spec.Second}} {
		if us > 2*unit.length-1 && us%unit.length == 0 {
			return fmt.Sprintf("%d %s", us/unit.length, unit.name)
		}
	}
	unit, name := int64(spec.Second), "s"
	switch {
	case us < spec.Millisecond && us > 0:
		unit, name = 1, "µs"
	case us < spec.Second && us > 0:
		unit, name = spec.Millisecond, "ms"
	}
	text := fmt.Sprintf("%d.%06d", us/unit, us%unit*(spec.Second/unit))
	return strings.TrimRight(strings.TrimRight(text, "0"), ".") + " " + name
}
