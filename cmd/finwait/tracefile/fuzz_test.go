package tracefile

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/spec"
)

// FuzzRead: whatever a trace file holds, it is refused with a reason, or it can be
// written and read again, and recomputing it either fails with the step where it parts
// from the model, or gives a run whose states are the model's.
func FuzzRead(f *testing.F) {
	p := spec.Params{Profile: spec.Article, Net: spec.DefaultNet()}
	p.Net.Losses = 1
	for h := range p.Host {
		p.Host[h] = spec.DefaultHost()
		p.Host[h].Script = []spec.Call{{Do: spec.Close}}
	}
	m, err := spec.New(p)
	require.NoError(f, err)
	trace := checker.Trace[spec.State]{Mode: checker.Exact, Init: m.Init()[0], Loop: -1}
	for s := trace.Init; len(trace.Steps) < 6; { // the first of what may happen, again and again
		pending := m.Events(s, nil)
		if len(pending) == 0 {
			break
		}
		step := checker.Step[spec.State]{Event: pending[0]}
		m.Fire(s, pending[0], func(next spec.State, how spec.Effect) { step.Label, step.State = how.Label, next })
		trace.Steps = append(trace.Steps, step)
		s = step.State
	}
	var b bytes.Buffer
	require.NoError(f, New(origin, m, trace).Write(&b))
	whole := b.Bytes()
	f.Add(whole)
	f.Add(whole[:len(whole)/2])
	for old, text := range map[string]string{`"loop": -1`: `"loop": 99`, `"at_us": 0`: `"at_us": -1`, `"exact"`: `"any"`, `"steps"`: `"stpes"`, `"id": "`: `"id": "9`} {
		f.Add(bytes.Replace(whole, []byte(old), []byte(text), 1))
	}
	for _, text := range []string{"", "{}", "[]", "null", `{"schema": "finwait.trace/1"}`, `{"schema": "finwait.trace/1", "mode": "any", "loop": -1, "steps": [{}]}`} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		file, err := Read(bytes.NewReader(text))
		if err != nil {
			require.NotEmpty(t, err.Error())
			return
		}
		var again bytes.Buffer
		require.NoError(t, file.Write(&again))
		back, err := Read(&again)
		require.NoError(t, err)
		require.Equal(t, file, back)
		trace, err := file.Recompute(m)
		if err != nil {
			var at *Mismatch
			require.ErrorAs(t, err, &at)
			require.LessOrEqual(t, at.Step, len(file.Steps))
			return
		}
		require.Len(t, trace.Steps, len(file.Steps))
		_ = checker.Replay(m, trace) // times of any kind, which it may refuse
	})
}
