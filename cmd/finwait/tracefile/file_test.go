package tracefile

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/spec"
)

// firstFinLost is a small model with a choice of the network: one segment may be
// lost.
func firstFinLost(t *testing.T) *spec.Model {
	p := spec.Params{Profile: spec.Article, Net: spec.DefaultNet()}
	p.Net.Losses = 1
	for h := range p.Host {
		p.Host[h] = spec.DefaultHost()
		p.Host[h].Script = []spec.Call{{Do: spec.Close}}
	}
	p.Host[spec.Server].Script[0].When = spec.AfterEOF
	m, err := spec.New(p)
	require.NoError(t, err)
	return m
}

// oneLost is a witness in which a segment was lost and both came to CLOSED.
func oneLost(t *testing.T, m *spec.Model) checker.Trace[spec.State] {
	goal := checker.Property[spec.State]{Name: "one-lost", Kind: checker.Reachable, Goal: func(s spec.State) bool {
		// Both can still send, so that a budget of 0 is a spent one.
		return s.Losses == 0 && s.Host[spec.Client].State == spec.TimeWait && s.Host[spec.Server].State == spec.LastAck
	}}
	r, err := checker.Check(context.Background(), checker.System[spec.State]{Exact: m, Any: m.Any()},
		[]checker.Property[spec.State]{goal}, checker.Options{Time: checker.Exact})
	require.NoError(t, err)
	require.Equal(t, checker.Holds, r.Outcomes[0].Verdict)
	return *r.Outcomes[0].Trace
}

var origin = Origin{Name: "x", Profile: "article", Property: "one-lost", Verdict: "holds", Scenario: "name: x\n"}

func TestTraceSurvivesTheFile(t *testing.T) {
	m := firstFinLost(t)
	trace := oneLost(t, m)
	var b bytes.Buffer
	require.NoError(t, New(origin, m, trace).Write(&b))
	f, err := Read(&b)
	require.NoError(t, err)
	require.Equal(t, New(origin, m, trace), f)
	back, err := f.Recompute(m)
	require.NoError(t, err)
	require.Equal(t, trace, back)
	require.NoError(t, checker.Replay(m, back))
}

func TestRecomputeSaysWhereTheyPart(t *testing.T) {
	m := firstFinLost(t)
	trace := oneLost(t, m)
	lost := -1
	for i, s := range New(origin, m, trace).Steps {
		for _, sent := range s.Sent {
			if sent.Copies == 0 {
				lost = i
			}
		}
	}
	require.GreaterOrEqual(t, lost, 0)
	for _, c := range []struct {
		name   string
		change func(f *File)
		step   int
		want   string
	}{
		{"initial state", func(f *File) { f.Initial.Host[0].SndNxt = 9 }, 0, "client.snd_nxt is 9 in the file and 1 in the model"},
		{"state", func(f *File) { f.Steps[1].State.Host[1].State = spec.Closing }, 2, `server.state is "CLOSING" in the file and`},
		{"event", func(f *File) { f.Steps[1].ID = 77 }, 2, "is not pending in client=FIN_WAIT_1"},
		{"words", func(f *File) { f.Steps[0].Event = "crash" }, 1, `is "client crash" in the file and "client close()" in the model`},
		{"host", func(f *File) { f.Steps[0].Host = "server" }, 1, `is "server close()" in the file`},
		{"fate", func(f *File) { f.Steps[lost].Sent[0].Copies = 7 }, lost + 1, "(7 copies); the model: "},
		{"order", func(f *File) { f.Steps[0], f.Steps[1] = f.Steps[1], f.Steps[0] }, 1, "is not pending"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := New(origin, m, trace)
			c.change(&f)
			_, err := f.Recompute(m)
			var at *Mismatch
			require.ErrorAs(t, err, &at)
			require.Equal(t, c.step, at.Step, at.Why)
			require.Contains(t, err.Error(), c.want)
		})
	}
}

func TestReadBadFiles(t *testing.T) {
	m := firstFinLost(t)
	var b bytes.Buffer
	require.NoError(t, New(origin, m, oneLost(t, m)).Write(&b))
	good := b.String()
	for _, c := range []struct{ name, text, want string }{
		{"empty", "", "the file is empty"},
		{"blank", " \n", "the file is empty"},
		{"binary", "\x7fELF\x00\x00", "binary data"},
		{"text", "digraph {}", "line 1: not JSON"},
		{"cut off", good[:len(good)/2], "it was cut off"},
		{"array", "[]", "not a trace"},
		{"no schema", "{}", `no key "schema"`},
		{"other schema", `{"schema": "finwait.check/1"}`, `schema is "finwait.check/1"`},
		{"unknown key", strings.Replace(good, `"profile"`, `"profil"`, 1), "unknown field"},
		{"number as id", strings.Replace(good, `"id": "2"`, `"id": 2`, 1), "a decimal string is wanted"},
		{"no number as id", strings.Replace(good, `"id": "2"`, `"id": "two"`, 1), "a decimal string is wanted"},
		{"mode", strings.Replace(good, `"exact"`, `"auto"`, 1), `mode is "auto"`},
		{"loop", strings.Replace(good, `"loop": -1`, `"loop": 99`, 1), "loop is 99"},
		{"no scenario", strings.Replace(good, `name: x\n`, ``, 1), `key "scenario"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Read(strings.NewReader(c.text))
			require.ErrorContains(t, err, c.want)
		})
	}
}
