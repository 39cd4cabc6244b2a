package properties

import (
	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/spec"
)

// System is a model as the checker explores it: with durations, without, and without
// as numbers of parts where the model has that form.
func System(m *spec.Model) checker.System[spec.State] {
	sys := checker.System[spec.State]{Exact: m, Any: m.Any()}
	sys.Composed = func() checker.Composed[spec.State] {
		if c := m.Any().Compose(); c != nil {
			return c
		}
		return nil
	}
	return sys
}
