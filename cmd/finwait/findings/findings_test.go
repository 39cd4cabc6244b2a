package findings

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/cmd/finwait/judge"
	"github.com/finwait/finwait/cmd/finwait/scenario"
	"github.com/finwait/finwait/spec"
)

// told is what is found in a scenario under linux, for one property.
func told(t *testing.T, text, property string) (*Subject, judge.Outcome) {
	s, err := scenario.Parse("x.yaml", []byte(text))
	require.NoError(t, err)
	i, err := s.Instantiate(spec.Linux, scenario.Overrides{})
	require.NoError(t, err)
	c, err := judge.Of(i, []string{property})
	require.NoError(t, err)
	judged, err := judge.Judge(t.Context(), c, checker.Options{Reduction: checker.ReduceNone})
	require.NoError(t, err)
	require.Len(t, judged.Outcomes, 1)
	return &Subject{Judged: judged, Instance: i, Asked: c, Ref: "x.yaml"}, judged.Outcomes[0]
}

const lostFIN = `{name: x, client: {app: [{do: close, when: start}], sysctl: {net.ipv4.tcp_orphan_retries: 1}}, server: {app: [{do: close, when: after-eof, within: 1s}]},
  network: {lose: [{from: client, segment: FIN, nth: all}]}, properties: all}`

func TestLostSegmentsAreBlamed(t *testing.T) {
	s, o := told(t, lostFIN, "both-closed")
	require.Equal(t, "violated", o.Verdict)
	c, err := s.Tell(t.Context())
	require.NoError(t, err)
	require.Len(t, c.Evidence, 1)
	e := c.Evidence[0]
	require.Contains(t, e.Because, "FIN+ACK seq=1 ack=1 of the client was lost")
	require.Contains(t, e.When, "nothing has to happen any more, for ever")
	require.Len(t, e.Steps, len(o.Trace.Steps)+1)
	require.Equal(t, "CLOSED", e.Steps[len(e.Steps)-1].Hosts[spec.Client].State)
	require.True(t, e.Steps[1].Hosts[spec.Client].Changed)
	require.False(t, e.Steps[1].Hosts[spec.Server].Changed)

	require.NotEmpty(t, e.Prevented)
	for _, r := range e.Prevented { // each of them does what is said of it
		i, err := s.Instance.Scenario.Instantiate(spec.Linux, scenario.Overrides{Set: []string{r.Key}})
		require.NoError(t, err)
		again, err := judge.Of(i, []string{"both-closed"})
		require.NoError(t, err)
		judged, err := judge.Judge(t.Context(), again, checker.Options{})
		require.NoError(t, err)
		require.Equal(t, "holds", judged.Outcomes[0].Verdict, r.Key)
		require.False(t, judged.Outcomes[0].Vacuous, r.Key)
	}
}

// A remedy that makes the question void is none.
func TestVacuousIsNoRemedy(t *testing.T) {
	s, o := told(t, lostFIN, "both-closed")
	verdict, err := try(t.Context(), o.About, s.Instance.Params)
	require.NoError(t, err)
	require.Equal(t, "violated", verdict)
	void := s.Instance.Params
	void.Host[spec.Server].Script = nil // the property is excused where an application never closes
	verdict, err = try(t.Context(), o.About, void)
	require.NoError(t, err)
	require.Equal(t, holdsVacuously, verdict)
}

func TestLateSegmentsAreBlamed(t *testing.T) {
	p := spec.Params{Net: spec.DefaultNet()}
	g := spec.Segment{Flags: spec.FIN | spec.ACK, Seq: 1, Ack: 1}
	s, o := told(t, `{name: x, client: {app: [{do: close, when: start}]}, server: {app: [{do: close, when: start}]}}`, "simultaneous-close")
	require.NotNil(t, o.Trace)
	require.Contains(t, because(s.Instance.Params, *o.Trace), "None: no segment was lost or late")
	p.Net.Delay[spec.Client][0] = 0 // now each took longer than it must
	require.Contains(t, because(p, *o.Trace), g.String()+" of the client took 0.001 s and arrived at 0.001 s")
}

func TestFoldIsExact(t *testing.T) {
	s, o := told(t, lostFIN, "both-closed")
	graph, coverage, err := fold(t.Context(), o.Model)
	require.NoError(t, err)
	require.Len(t, coverage, 2)
	require.Contains(t, coverage[1].Value, "1 of 8 reached: ESTABLISHED. Never: CLOSED")
	require.Contains(t, graph.Caption, "into 3 classes.")
	require.Len(t, graph.Rows, 2)
	require.Equal(t, "client ESTABLISHED, server ESTABLISHED", graph.Rows[0].From)
	require.NotEmpty(t, s.Ref)
}
