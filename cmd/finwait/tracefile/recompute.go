package tracefile

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/spec"
)

// Mismatch is the place where a saved trace and the model part.
type Mismatch struct {
	Step int // from 1; 0 is the initial state
	Why  string
}

func (m *Mismatch) Error() string {
	if m.Step == 0 {
		return "initial state: " + m.Why
	}
	return fmt.Sprintf("step %d: %s", m.Step, m.Why)
}

// Recompute fires the events of the file one after the other and compares what
// the model does with what the file says: the event in words, the segments sent,
// the states. It takes from the file only which event happens and, where the
// network or the application had a choice, which choice was made.
// The times are left to checker.Replay. An error is a *Mismatch.
func (f File) Recompute(m Model) (checker.Trace[spec.State], error) {
	t := checker.Trace[spec.State]{Mode: checker.Exact, Loop: f.Loop, End: f.EndUS}
	if f.Mode == checker.Any.String() {
		t.Mode = checker.Any
	}
	initial := m.Init()
	switch {
	case slices.Contains(initial, spec.State(f.Initial)):
		t.Init = spec.State(f.Initial)
	case len(initial) == 1:
		return t, &Mismatch{0, differences(f.Initial, State(initial[0]))}
	default:
		return t, &Mismatch{0, fmt.Sprintf("it is none of the model's %d", len(initial))}
	}
	now := t.Init
	for i, saved := range f.Steps {
		step, why := fire(m, now, saved)
		if why != "" {
			return t, &Mismatch{i + 1, why}
		}
		t.Steps = append(t.Steps, step)
		now = step.State
	}
	return t, nil
}

// fire takes one saved step from s, or says why that cannot be.
func fire(m Model, s spec.State, saved Step) (checker.Step[spec.State], string) {
	none := checker.Step[spec.State]{}
	pending := m.Events(s, nil)
	i := slices.IndexFunc(pending, func(e spec.Event) bool { return ID(e.ID) == saved.ID })
	if i < 0 {
		return none, fmt.Sprintf("%q (event %d) is not pending in %s; pending: %s",
			saved.Host+" "+saved.Event, saved.ID, pair(s), describeAll(m, s, pending))
	}
	e := pending[i]
	host := spec.EventOf(e.ID).Host.String()
	if words := m.Describe(s, e); words != saved.Event || host != saved.Host {
		return none, fmt.Sprintf("event %d is %q in the file and %q in the model", saved.ID, saved.Host+" "+saved.Event, host+" "+words)
	}
	var same []checker.Step[spec.State] // successors that sent what the file says
	var others []string
	m.Fire(s, e, func(next spec.State, how spec.Effect) {
		if how.Full {
			return
		}
		if sent := sentIn(how.Label); slices.Equal(sent, saved.Sent) {
			same = append(same, checker.Step[spec.State]{At: saved.AtUS, Event: e, Label: how.Label, State: next})
		} else if text := sentText(sent); !slices.Contains(others, text) {
			others = append(others, text)
		}
	})
	if len(same) == 0 {
		return none, fmt.Sprintf("the file says that %s %s sends %s; the model: %s",
			host, saved.Event, sentText(saved.Sent), strings.Join(others, ", or "))
	}
	for _, step := range same {
		if step.State == spec.State(saved.State) {
			if computed := changes(s, step.State); saved.Changed != nil && !slices.Equal(saved.Changed, computed) {
				return none, fmt.Sprintf("what is said to have changed is not what changes: %v in the file, %v in the model", saved.Changed, computed)
			}
			return step, ""
		}
	}
	return none, differences(saved.State, State(same[0].State))
}

func sentText(sent []Sent) string {
	if len(sent) == 0 {
		return "nothing"
	}
	var parts []string
	for _, s := range sent {
		fate := ""
		switch {
		case s.Copies == 0:
			fate = " (lost)"
		case s.Copies > 1:
			fate = fmt.Sprintf(" (%d copies)", s.Copies)
		}
		parts = append(parts, s.Segment+fate)
	}
	return strings.Join(parts, " and ")
}

func describeAll(m Model, s spec.State, events []spec.Event) string {
	if len(events) == 0 {
		return "nothing"
	}
	var parts []string
	for _, e := range events {
		parts = append(parts, spec.EventOf(e.ID).Host.String()+" "+m.Describe(s, e))
	}
	return strings.Join(parts, ", ")
}

func pair(s spec.State) string {
	return fmt.Sprintf("client=%s server=%s", s.Host[spec.Client].State, s.Host[spec.Server].State)
}

// differences lists the fields in which the saved state and the model's differ.
func differences(saved, computed State) string {
	a, b := flatten(saved), flatten(computed)
	var parts []string
	for _, key := range union(a, b) {
		if a[key] != b[key] {
			parts = append(parts, fmt.Sprintf("%s is %s in the file and %s in the model", key, orZero(a[key]), orZero(b[key])))
		}
	}
	if len(parts) > 4 {
		parts = append(parts[:4], fmt.Sprintf("and %d fields more", len(parts)-4))
	}
	return strings.Join(parts, "; ")
}

func orZero(text string) string {
	if text == "" {
		return "zero"
	}
	return text
}

// flatten gives the state as path: value.
func flatten(s State) map[string]string {
	data, err := json.Marshal(s)
	if err != nil {
		panic(err) // the codec covers every state
	}
	var tree map[string]any
	if err := json.Unmarshal(data, &tree); err != nil {
		panic(err)
	}
	flat := map[string]string{}
	var walk func(path string, v any)
	walk = func(path string, v any) {
		if object, ok := v.(map[string]any); ok {
			for key, value := range object {
				walk(strings.TrimPrefix(path+"."+key, "."), value)
			}
			return
		}
		text, err := json.Marshal(v)
		if err != nil {
			panic(err)
		}
		flat[path] = string(text)
	}
	walk("", tree)
	return flat
}

func union(a, b map[string]string) []string {
	var all []string
	for key := range a {
		all = append(all, key)
	}
	for key := range b {
		if _, ok := a[key]; !ok {
			all = append(all, key)
		}
	}
	slices.Sort(all)
	return all
}
