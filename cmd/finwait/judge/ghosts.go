package judge

import (
	"fmt"

	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/spec"
)

// withGhosts takes a trace of a lean model, whose states lack the ghosts that no
// property asked for reads, to the states of the whole model, for pictures and files.
func withGhosts(m, lean *spec.Model, t *checker.Trace[spec.State]) error {
	if t.Mode == checker.Any {
		m, lean = m.Any(), lean.Any()
	}
	for _, s := range m.Init() {
		if lean.WithoutGhosts(s) == t.Init {
			t.Init = s
			break
		}
	}
	now := t.Init
	for i := range t.Steps {
		step, found := &t.Steps[i], false
		m.Fire(now, step.Event, func(next spec.State, how spec.Effect) {
			if !found && !how.Full && how.Label == step.Label && lean.WithoutGhosts(next) == step.State {
				step.State, found = next, true
			}
		})
		if !found {
			return fmt.Errorf("step %d of a trace is none of the model that keeps all ghosts", i+1)
		}
		now = step.State
	}
	return nil
}
