package stepper_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/cmd/finwait/stepper"
	"github.com/finwait/finwait/spec"
)

// aRun is a close() whose FIN is lost, and its first retransmission.
func aRun(t *testing.T) stepper.Run {
	p := spec.Params{Profile: spec.Article, Host: [2]spec.HostParams{spec.DefaultHost(), spec.DefaultHost()}, Net: spec.DefaultNet()}
	p.Host[spec.Client].Script = []spec.Call{{Do: spec.Close, When: spec.Start}}
	p.Net.Lose = []spec.LossRule{{From: spec.Client, Kind: spec.KindFIN}}
	m, err := spec.New(p)
	require.NoError(t, err)
	r, err := checker.Check(t.Context(), checker.System[spec.State]{Exact: m}, []checker.Property[spec.State]{{
		Name: "again", Kind: checker.Reachable, Goal: func(s spec.State) bool { return s.Host[spec.Client].Backoff == 1 },
	}}, checker.Options{Time: checker.Exact})
	require.NoError(t, err)
	require.Len(t, r.Outcomes[0].Trace.Steps, 2)
	return stepper.Run{Model: m, Trace: *r.Outcomes[0].Trace, Title: "a title", Why: "because of a loss"}
}

func TestWalk(t *testing.T) {
	r := aRun(t)
	const prompt = "[n]ext [b]ack [g]oto N [s]tate [w]hy [h]elp [q]uit > "
	for _, c := range []struct{ in, want string }{
		{"", "the beginning of 2 steps"},
		{"\n", "step 1 of 2: 0 s, client close(); the client sends FIN+ACK seq=1 ack=1 (lost)\n  client FIN_WAIT_1   server ESTABLISHED\n  client: state ESTABLISHED → FIN_WAIT_1, SND.NXT 1 → 2,"},
		{"n\nnext\n", "step 2 of 2: 0.204 s, client RTO; the client sends FIN+ACK seq=1 ack=1 (lost)\n  client FIN_WAIT_1   server ESTABLISHED\n  client: backoff 0 → 1"},
		{"g 2\n", "because of a loss\n" + prompt},
		{"2\nb\n", "step 1 of 2"},
		{"b\n", "this is the beginning\n"},
		{"goto 2\nn\n", "this is the end, after 2 steps\n"},
		{"goto\n", "goto wants the number of a step, from 0 to 2\n"},
		{"goto x\n", "goto wants the number of a step, from 0 to 2\n"},
		{"9\n", "this is the end, after 2 steps\n"},
		{"s\n", "state                            ESTABLISHED              ESTABLISHED\n"},
		{"1\ns\n", "  retransmission timer             RTO                      off\n"},
		{"s\n", "in flight from the client: nothing\n"},
		{"w\n", "because of a loss\n"},
		{"h\n", "the step before\n"},
		{"jump\n", "\"jump\" is none of the commands; h tells them\n"},
	} {
		var out strings.Builder
		require.NoError(t, r.Walk(strings.NewReader(c.in), &out))
		require.Contains(t, out.String(), c.want, "%q", c.in)
		require.True(t, strings.HasPrefix(out.String(), "a title\nthe beginning of 2 steps\n"), out.String())
		require.True(t, strings.HasSuffix(out.String(), prompt+"\n"), "the end of the input ends it: %q", out.String())
	}
}

func TestWalkEnds(t *testing.T) {
	r := aRun(t)
	var out strings.Builder
	require.NoError(t, r.Walk(strings.NewReader("q\nn\n"), &out))
	require.NotContains(t, out.String(), "step 1", "nothing is read behind quit")
	require.ErrorIs(t, r.Walk(strings.NewReader("n\n"), broken{}), errBroken)
	r.Why = ""
	require.NoError(t, r.Walk(strings.NewReader("w\n"), &out))
	require.Contains(t, out.String(), "nothing is claimed of this run")
}

var errBroken = errors.New("broken")

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errBroken }
