package checker

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
)

// Replay tells whether t is a run of m, or why it is not. It shares nothing with
// the search: it keeps the pending events with the instant at which each became
// pending, and checks at every step
//
//   - that the event is pending, with the window that the trace says;
//   - that it happens inside its window, not before the step before it, and not
//     after an instant at which another pending event had to have happened;
//   - that firing it leads to the next state with that label;
//
// and at the end that no deadline is passed before End, and that Loop closes:
// the last state is the one before the first step of the loop, and no event
// that must happen waits for ever while the loop repeats. Where time passes for
// ever after the last step, nothing is forced to happen there.
// The times of an Any trace are not looked at.
//
// A step whose event leads to one state in several ways that differ in what is
// fresh may mean any of them; the trace is a run when one choice makes it so.
// What Replay does not show is that the loop of an Exact trace can repeat with
// the ages that the first round leaves behind.
func Replay[S comparable](m Model[S], t Trace[S]) error {
	if t.Mode != Exact && t.Mode != Any {
		return fmt.Errorf("checker: replay: the trace says neither exact nor any but %d", t.Mode)
	}
	if t.Loop < -1 || t.Loop > len(t.Steps) {
		return fmt.Errorf("checker: replay: loop %d is outside of the %d steps (-1: no loop)", t.Loop, len(t.Steps))
	}
	if init := m.Init(); !slices.Contains(init, t.Init) {
		return fmt.Errorf("checker: replay: the trace begins in %+v, which is none of the %d initial states", t.Init, len(init))
	}
	r := replayer[S]{model: m, trace: &t, timed: t.Mode == Exact, deepest: -1}
	pending, err := r.pending(t.Init)
	if err != nil {
		return fmt.Errorf("checker: replay: initial state: %w", err)
	}
	first := make(queues, len(pending))
	for i, e := range pending {
		first[i] = waiting{event: e}
	}
	if !r.isRun(first) {
		return r.reason
	}
	if err := r.loop(); err != nil {
		return fmt.Errorf("checker: replay: loop: %w", err)
	}
	return nil
}

// waiting is an event that is pending since an instant (0 when times do not count).
type waiting struct {
	event Event
	since int64
}

// from and until are the instants between which w can happen.
func (w waiting) from() int64  { return addInstant(w.since, w.event.Earliest) }
func (w waiting) until() int64 { return addInstant(w.since, w.event.Latest) }

// addInstant is t+d, or Forever when that is too much to count.
func addInstant(t, d int64) int64 {
	if d > Forever-t {
		return Forever
	}
	return t + d
}

// queues are pending events by ID, oldest first among equal IDs.
type queues []waiting

// replayer looks for a way to understand a trace as a run.
type replayer[S comparable] struct {
	model Model[S]
	trace *Trace[S]
	timed bool
	// reason is why the way that came furthest ended, before step deepest.
	reason  error
	deepest int
}

// state and now are where the run is before step i.
func (r *replayer[S]) state(i int) S {
	if i == 0 {
		return r.trace.Init
	}
	return r.trace.Steps[i-1].State
}

func (r *replayer[S]) now(i int) int64 {
	if i == 0 || !r.timed {
		return 0
	}
	return r.trace.Steps[i-1].At
}

// isRun tells whether the trace is a run when first is what is pending at its start.
// All ways are tried, each at most once. They wait in a list, for a trace may have
// more steps than calls can be nested.
func (r *replayer[S]) isRun(first queues) bool {
	type way struct {
		step    int
		pending queues
	}
	ways, seen, forked := []way{{0, first}}, map[string]bool{}, false
	for len(ways) > 0 {
		w := ways[len(ways)-1]
		ways = ways[:len(ways)-1]
		if w.step == len(r.trace.Steps) {
			err := r.end(w.pending)
			if err == nil {
				return true
			}
			r.stop(w.step, "end", err)
			continue
		}
		where := fmt.Sprintf("step %d", w.step+1)
		if err := r.canHappen(w.step, w.pending); err != nil {
			r.stop(w.step, where, err)
			continue
		}
		effects, err := r.effects(w.step)
		if err != nil {
			r.stop(w.step, where, err)
			continue
		}
		forked = forked || len(effects) > 1
		for _, how := range slices.Backward(effects) { // the first is tried first
			after, err := r.apply(w.step, w.pending, how)
			if err != nil {
				r.stop(w.step, where, err)
				continue
			}
			if forked { // before, there is one way only
				key := after.key(w.step)
				if seen[key] {
					continue
				}
				seen[key] = true
			}
			ways = append(ways, way{w.step + 1, after})
		}
	}
	return false
}

// stop takes down why a way ended before step i.
func (r *replayer[S]) stop(i int, where string, err error) {
	if i > r.deepest {
		r.deepest, r.reason = i, fmt.Errorf("checker: replay: %s: %w", where, err)
	}
}

// pending lists the events of s by ID and checks that their windows make sense.
func (r *replayer[S]) pending(s S) ([]Event, error) {
	events := slices.Clone(r.model.Events(s, nil))
	slices.SortStableFunc(events, func(a, b Event) int {
		switch {
		case a.ID < b.ID:
			return -1
		case a.ID > b.ID:
			return 1
		}
		return 0
	})
	for i, e := range events {
		if e.Earliest < 0 || e.Latest < e.Earliest {
			return nil, fmt.Errorf("event %d has the window %s, which is empty or begins before 0", e.ID, windowText(e))
		}
		if i > 0 && events[i-1].ID == e.ID && events[i-1] != e {
			return nil, fmt.Errorf("event %d is pending twice with different windows, %s and %s", e.ID, windowText(events[i-1]), windowText(e))
		}
	}
	return events, nil
}

// canHappen checks that the event of step i is pending and that its time has come.
func (r *replayer[S]) canHappen(i int, run queues) error {
	step := &r.trace.Steps[i]
	k := run.oldest(step.Event.ID)
	if k < 0 {
		return fmt.Errorf("event %d is not pending in %+v (pending: %s)", step.Event.ID, r.state(i), run)
	}
	w := run[k]
	if w.event != step.Event {
		return fmt.Errorf("event %d has the window %s in the trace and %s in %+v", w.event.ID, windowText(step.Event), windowText(w.event), r.state(i))
	}
	if !r.timed {
		return nil
	}
	if step.At < r.now(i) {
		return fmt.Errorf("event %d at %d comes before the instant %d of the step before it", w.event.ID, step.At, r.now(i))
	}
	if step.At < w.from() {
		return fmt.Errorf("event %d at %d is too early: pending since %d, it cannot happen before %d", w.event.ID, step.At, w.since, w.from())
	}
	return run.passed(step.At)
}

// effects lists what the event of step i may do on its way to the state and the
// label of that step.
func (r *replayer[S]) effects(i int) ([]Effect, error) {
	step := &r.trace.Steps[i]
	var found []Effect
	var others []string
	r.model.Fire(r.state(i), step.Event, func(next S, how Effect) {
		switch {
		case how.Full:
			others = append(others, "more than the model has room for")
		case next == step.State && how.Label == step.Label:
			found = append(found, how)
		default:
			others = append(others, fmt.Sprintf("%+v with label %v", next, how.Label))
		}
	})
	if len(found) == 0 {
		return nil, fmt.Errorf("event %d does not lead from %+v to %+v with label %v (it leads to: %s)",
			step.Event.ID, r.state(i), step.State, step.Label, strings.Join(others, "; "))
	}
	return found, nil
}

// apply says what is pending after step i when it did what how says: what became
// pending in it, and of the rest as many of each ID as are left, youngest last.
func (r *replayer[S]) apply(i int, run queues, how Effect) (queues, error) {
	step := &r.trace.Steps[i]
	if how.FreshCount > MaxFresh {
		return nil, fmt.Errorf("event %d makes %d events pending in %+v, more than %d", step.Event.ID, how.FreshCount, r.state(i), MaxFresh)
	}
	fresh := map[uint64]int{}
	for _, id := range how.Fresh[:how.FreshCount] {
		fresh[id]++
	}
	pending, err := r.pending(step.State)
	if err != nil {
		return nil, err
	}
	fired := run.oldest(step.Event.ID)
	rest := slices.Delete(slices.Clone(run), fired, fired+1)
	now := r.now(i + 1)

	var after queues
	for len(pending) > 0 {
		e := pending[0]
		n := 1
		for n < len(pending) && pending[n].ID == e.ID {
			n++
		}
		pending = pending[n:]
		queue := rest.of(e.ID)
		kept := n - fresh[e.ID]
		if kept < 0 || kept > len(queue) {
			return nil, fmt.Errorf("the model is inconsistent: in %+v event %d is pending %d times, but %d were pending and are not fired, and %d are fresh",
				step.State, e.ID, n, len(queue), fresh[e.ID])
		}
		if kept > 0 && queue[0].event != e {
			return nil, fmt.Errorf("the model is inconsistent: event %d stays pending and its window %s becomes %s", e.ID, windowText(queue[0].event), windowText(e))
		}
		for _, w := range queue[len(queue)-kept:] {
			if e.Latest == Forever {
				w.since = max(w.since, now-e.Earliest) // older makes no difference
			}
			after = append(after, w)
		}
		for range fresh[e.ID] {
			after = append(after, waiting{event: e, since: now})
		}
		delete(fresh, e.ID)
	}
	for id := range fresh {
		return nil, fmt.Errorf("the model is inconsistent: event %d is fresh but not pending in %+v", id, step.State)
	}
	return after, nil
}

// end checks that the run can stay in its last state until the end of the trace.
func (r *replayer[S]) end(run queues) error {
	if !r.timed {
		return nil
	}
	if last := r.now(len(r.trace.Steps)); r.trace.End < last {
		return fmt.Errorf("it ends at %d, before its last step at %d", r.trace.End, last)
	}
	return run.passed(r.trace.End)
}

// loop checks that the trace can go on for ever in the way it says.
func (r *replayer[S]) loop() error {
	n, begin := len(r.trace.Steps), r.trace.Loop
	if begin < 0 {
		return nil
	}
	last, back := r.state(n), r.state(begin)
	if last != back {
		return fmt.Errorf("it ends in %+v and repeats from %+v (step %d)", last, back, begin+1)
	}
	pending, err := r.pending(last)
	if err != nil {
		return err
	}
	for _, e := range pending {
		switch {
		case e.Latest == Forever:
		case begin == n:
			return fmt.Errorf("time cannot pass for ever in %+v: event %d must happen within %d", last, e.ID, e.Latest)
		case !r.leaves(e.ID, begin):
			return fmt.Errorf("event %d must happen within %d, but in the steps from %d on it stays pending for ever", e.ID, e.Latest, begin+1)
		}
	}
	return nil
}

// leaves tells whether in some step from begin on an event of this ID is fired,
// restarted or cancelled. By the order of its queue, each then has its turn.
func (r *replayer[S]) leaves(id uint64, begin int) bool {
	count := func(s S) (n int) {
		for _, e := range r.model.Events(s, nil) {
			if e.ID == id {
				n++
			}
		}
		return n
	}
	for i := begin; i < len(r.trace.Steps); i++ {
		effects, err := r.effects(i)
		if err != nil {
			return false
		}
		for _, how := range effects {
			kept := count(r.state(i + 1))
			for _, f := range how.Fresh[:min(how.FreshCount, MaxFresh)] {
				if f == id {
					kept--
				}
			}
			if kept < count(r.state(i)) {
				return true
			}
		}
	}
	return false
}

// oldest is the index of the oldest event of an ID, -1 when none is pending.
func (q queues) oldest(id uint64) int {
	return slices.IndexFunc(q, func(w waiting) bool { return w.event.ID == id })
}

// of is the queue of one ID.
func (q queues) of(id uint64) queues {
	i := q.oldest(id)
	if i < 0 {
		return nil
	}
	n := i
	for n < len(q) && q[n].event.ID == id {
		n++
	}
	return q[i:n]
}

// passed fails when some event had to happen before now.
func (q queues) passed(now int64) error {
	for _, w := range q {
		if now > w.until() {
			return fmt.Errorf("at %d the latest instant %d of event %d has passed (pending: %s)", now, w.until(), w.event.ID, q)
		}
	}
	return nil
}

// key tells apart what may be pending after step i; which events it is and in
// which order the state says.
func (q queues) key(i int) string {
	key := binary.AppendUvarint(nil, uint64(i))
	for _, w := range q {
		key = binary.AppendVarint(key, w.since)
	}
	return string(key)
}

func (q queues) String() string {
	if len(q) == 0 {
		return "nothing"
	}
	var parts []string
	for _, w := range q {
		parts = append(parts, fmt.Sprintf("%d %s since %d", w.event.ID, windowText(w.event), w.since))
	}
	return strings.Join(parts, ", ")
}

func windowText(e Event) string {
	if e.Latest == Forever {
		return fmt.Sprintf("[%d, forever]", e.Earliest)
	}
	return fmt.Sprintf("[%d, %d]", e.Earliest, e.Latest)
}
