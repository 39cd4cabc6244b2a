package picture

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/graphs"
	"github.com/finwait/finwait/graphs/svgtest"
	"github.com/finwait/finwait/spec"
)

// walk is a run that takes any of the pending events at each step. Its times are
// made up: a chart only writes them.
func walk(t *rapid.T, m *spec.Model) Trace {
	trace := Trace{Mode: checker.Exact, Init: m.Init()[0], Loop: -1}
	now := trace.Init
	for range rapid.IntRange(1, 30).Draw(t, "steps") {
		pending := m.Events(now, nil)
		if len(pending) == 0 {
			break
		}
		e := pending[rapid.IntRange(0, len(pending)-1).Draw(t, "event")]
		var next []checker.Step[spec.State]
		m.Fire(now, e, func(s spec.State, how spec.Effect) {
			if !how.Full {
				next = append(next, checker.Step[spec.State]{At: int64(len(trace.Steps)) * 1_234_567, Event: e, Label: how.Label, State: s})
			}
		})
		if len(next) == 0 {
			break
		}
		step := next[rapid.IntRange(0, len(next)-1).Draw(t, "fate")]
		trace.Steps = append(trace.Steps, step)
		now = step.State
	}
	return trace
}

// Whatever happens in a run, its chart can be read, and each timer that is set ends
// once: it expires in a row of its own side, or is stopped, or still runs.
func TestChartsOfRandomRuns(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		m := model(t, func(p *spec.Params) {
			p.Profile = rapid.SampledFrom([]spec.Profile{spec.Article, spec.RFC9293, spec.Linux}).Draw(r, "profile")
			p.Net.Losses, p.Net.Duplicates, p.Net.Capacity = 3, 2, 6
			for h := range p.Host {
				p.Host[h].SoKeepalive = rapid.Bool().Draw(r, "keepalive")
				p.Host[h].TimerSlack = rapid.Bool().Draw(r, "slack")
				if rapid.Bool().Draw(r, "sends") {
					p.Host[h].Script = append([]spec.Call{{Do: spec.Send, N: 2}}, p.Host[h].Script...)
				}
			}
		})
		c := Chart(m, walk(r, m))
		var b bytes.Buffer
		require.NoError(r, c.WriteSVG(&b))
		problems, err := svgtest.Problems(b.Bytes())
		require.NoError(r, err)
		require.Empty(r, problems)
		for _, timer := range c.Timers {
			if timer.End == graphs.Expires {
				require.Equal(r, timer.Side, c.Rows[timer.To].Side, timer.Label)
			}
		}
	})
}
