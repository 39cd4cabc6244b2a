package picture

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/graphs"
	"github.com/finwait/finwait/spec"
)

func model(t *testing.T, change func(p *spec.Params)) *spec.Model {
	p := spec.Params{Profile: spec.Article, Net: spec.DefaultNet()}
	for h := range p.Host {
		p.Host[h] = spec.DefaultHost()
		p.Host[h].RTO = 200 * spec.Millisecond
		p.Host[h].Script = []spec.Call{{Do: spec.Close}}
	}
	p.Host[spec.Server].Script[0].When = spec.AfterEOF
	change(&p)
	m, err := spec.New(p)
	require.NoError(t, err)
	return m
}

// witness is a shortest run to a goal.
func witness(t *testing.T, m *spec.Model, mode checker.Mode, goal func(spec.State) bool) Trace {
	r, err := checker.Check(context.Background(), checker.System[spec.State]{Exact: m, Any: m.Any()},
		[]checker.Property[spec.State]{{Name: "goal", Kind: checker.Reachable, Goal: goal}}, checker.Options{Time: mode})
	require.NoError(t, err)
	require.NotNil(t, r.Outcomes[0].Trace)
	return *r.Outcomes[0].Trace
}

func bothClosed(s spec.State) bool {
	return s.Host[0].State == spec.Closed && s.Host[1].State == spec.Closed
}

func TestArrowsFollowEachCopy(t *testing.T) {
	m := model(t, func(p *spec.Params) { p.Net.Losses, p.Net.Duplicates = 1, 1 })
	trace := witness(t, m, checker.Exact, func(s spec.State) bool {
		// The server can still send, so that budgets of 0 are spent ones.
		return s.Host[spec.Client].State == spec.FinWait2 && s.Losses == 0 && s.Duplicates == 0 && s.Net[0].Len()+s.Net[1].Len() == 0
	})
	c := Chart(m, trace)
	require.Len(t, c.Rows, len(trace.Steps)+1)
	var lost, copies, deliveries int
	for _, a := range c.Arrows {
		switch {
		case a.Lost:
			lost++
			require.Equal(t, -1, a.Received)
		default:
			require.Greater(t, a.Received, a.Sent, a.Label)
		}
		if a.Copy {
			copies++
		}
	}
	for _, s := range trace.Steps {
		if spec.EventOf(s.Event.ID).Kind == spec.Deliver {
			deliveries++
		}
	}
	require.Equal(t, 1, lost)
	require.Equal(t, 1, copies)
	require.Equal(t, deliveries, len(c.Arrows)-lost, "each delivery ends one arrow")
}

func TestOldestOfEqualCopiesArrivesFirst(t *testing.T) {
	fin := spec.Segment{Flags: spec.FIN | spec.ACK, Seq: 1, Ack: 1}
	var arrows []graphs.Arrow
	f := flight{arrows: &arrows}
	f.send(spec.Sent{From: spec.Client, Segment: fin, Copies: 1}, 1)
	f.send(spec.Sent{From: spec.Client, Segment: fin, Copies: 0}, 2)
	f.send(spec.Sent{From: spec.Client, Segment: fin, Copies: 2}, 3)
	f.send(spec.Sent{From: spec.Server, Segment: fin, Copies: 1}, 4)
	require.True(t, f.land(spec.Client, fin, 5))
	require.True(t, f.land(spec.Client, fin, 6))
	require.Equal(t, []int{5, -1, 6, -1, -1}, received(arrows))
	require.True(t, f.land(spec.Client, fin, 7))
	require.False(t, f.land(spec.Client, fin, 8), "no copy is left")
	require.Equal(t, []int{5, -1, 6, 7, -1}, received(arrows))
}

// What begins with a number that was sent before is a retransmission of it, also when
// it carries more; a new connection begins anew.
func TestRetransmissionsAreNumbered(t *testing.T) {
	data := spec.Segment{Flags: spec.ACK, Seq: 1, Ack: 1, Len: 2}
	fin := spec.Segment{Flags: spec.FIN | spec.ACK, Seq: 3, Ack: 1}
	both := spec.Segment{Flags: spec.FIN | spec.ACK, Seq: 1, Ack: 1, Len: 2}
	ack := spec.Segment{Flags: spec.ACK, Seq: 4, Ack: 2}
	var arrows []graphs.Arrow
	f := flight{arrows: &arrows}
	for i, g := range []spec.Segment{data, fin, both, fin, both, ack, ack, data.InIncarnation(1)} {
		f.send(spec.Sent{From: spec.Client, Segment: g}, i)
	}
	f.send(spec.Sent{From: spec.Server, Segment: data, Copies: 1}, 8)
	var again []int
	for _, a := range arrows {
		again = append(again, a.Again)
	}
	require.Equal(t, []int{0, 0, 1, 2, 2, 0, 0, 0, 0}, again)
}

func received(arrows []graphs.Arrow) []int {
	var rows []int
	for _, a := range arrows {
		rows = append(rows, a.Received)
	}
	return rows
}

func TestChartText(t *testing.T) {
	m := model(t, func(p *spec.Params) {
		p.Host[spec.Client].TCPOrphanRetries = 3
		p.Net.Lose = []spec.LossRule{{From: spec.Client, Kind: spec.KindFIN}}
	})
	trace := witness(t, m, checker.Exact, func(s spec.State) bool { return s.Host[spec.Client].State == spec.Closed })
	trace.Loop = len(trace.Steps)
	var b strings.Builder
	require.NoError(t, Chart(m, trace).WriteText(&b))
	text := b.String()
	for _, want := range []string{"0.000", "0.200", "0.600", "1.400", "3.000", "lost", "gives up", "time passes for ever"} {
		require.Contains(t, text, want)
	}
	story, short := Story(m, checker.Property[spec.State]{Kind: checker.Eventually, Goal: bothClosed}, trace)
	require.Equal(t, "server is ESTABLISHED for ever: no event is forced to happen", story)
	require.Equal(t, "server is ESTABLISHED for ever", short)
}

func TestTimesDoNotCountInAny(t *testing.T) {
	m := model(t, func(*spec.Params) {})
	c := Chart(m.Any(), witness(t, m, checker.Any, bothClosed))
	for _, r := range c.Rows {
		require.Empty(t, r.Time)
	}
	var b strings.Builder
	require.NoError(t, c.WriteText(&b))
}

func TestStoryOfBoundedTime(t *testing.T) {
	s := spec.State{}
	s.Host[0].State = spec.TimeWait
	m := model(t, func(*spec.Params) {})
	waiting := func(s spec.State) bool { return s.Host[0].State == spec.TimeWait }
	p := checker.Property[spec.State]{Kind: checker.StaysAtMost, From: waiting, Bound: 60 * spec.Second}
	trace := Trace{Mode: checker.Exact, Loop: -1, End: 62 * spec.Second}
	trace.Steps = []checker.Step[spec.State]{{At: spec.Second, State: s}}
	story, _ := Story(m, p, trace)
	require.Equal(t, "from 1.000 s on 61.000 s, and at most 60.000 s allowed", story)
	trace.Loop = 1
	story, _ = Story(m, p, trace)
	require.Equal(t, "from 1.000 s on for ever, and at most 60.000 s allowed", story)
}

func TestSeconds(t *testing.T) {
	require.Equal(t, "0.000", Seconds(0))
	require.Equal(t, "60.204", Seconds(60_204_000))
	require.Equal(t, "6.199999", Seconds(6_199_999))
}

// No edge is drawn that was not explored, and the diagram knows the RFC's names.
func TestEndpointDiagram(t *testing.T) {
	m := model(t, func(p *spec.Params) {
		p.Host[spec.Server].DelayedAck = [2]int64{}
		p.Net.Queue = true
	})
	want := map[spec.Host]string{
		spec.Client: `ESTABLISHED -> FIN_WAIT_1: close() / FIN
FIN_WAIT_1 -> FIN_WAIT_2: receive ACK of FIN / -
FIN_WAIT_2 -> TIME_WAIT: receive FIN / ACK
TIME_WAIT -> CLOSED: TIME_WAIT timer / -`,
		spec.Server: `ESTABLISHED -> CLOSE_WAIT: receive FIN / ACK
CLOSE_WAIT -> LAST_ACK: close() / FIN
LAST_ACK -> CLOSED: receive ACK of FIN / -`,
	}
	for host, text := range want {
		d := NewEndpoint(m, host)
		run, err := checker.Explore(context.Background(), checker.Model[spec.State](m), checker.Exact, checker.Options{},
			checker.Visitor[spec.State]{State: d.State, Step: d.Step})
		require.NoError(t, err)
		require.True(t, run.Complete)
		var lines []string
		g := d.Diagram()
		for _, e := range g.Edges {
			lines = append(lines, e.From+" -> "+e.To+": "+strings.Join(e.Label, "; "))
		}
		require.ElementsMatch(t, strings.Split(text, "\n"), lines, host)
		for _, n := range g.Nodes {
			require.Equal(t, n.Name == "ESTABLISHED", n.Initial)
			require.Equal(t, n.Name == "CLOSED", n.Final)
		}
		var b strings.Builder
		require.NoError(t, g.WriteDOT(&b))
	}
}

func TestEveryStateHasAPlace(t *testing.T) {
	for _, s := range spec.ConnStates() {
		require.NotZero(t, place[s].rank, s)
	}
}
