package graphs_test

import "github.com/finwait/finwait/graphs"

// palette gives the states of TCP the same colours in all charts.
var palette = []string{
	"ESTABLISHED", "FIN_WAIT_1", "FIN_WAIT_2", "CLOSING", "TIME_WAIT", "CLOSE_WAIT", "LAST_ACK", "CLOSED",
}

const (
	left    = graphs.Left
	right   = graphs.Right
	neither = graphs.Neither
)

// script is a run in the making: each call of row adds one, with the states that
// the sides have then.
type script struct {
	graphs.Chart
	now [2]string
}

func newScript(title, subtitle string) *script {
	s := &script{now: [2]string{"ESTABLISHED", "ESTABLISHED"}}
	s.Title, s.Subtitle, s.Palette = title, subtitle, palette
	s.Left, s.Right = "client", "server"
	s.row("0.000", neither, "", "")
	return s
}

// row adds a row in which a side goes to a state, or stays where it is for "".
func (s *script) row(time string, side graphs.Side, event, state string) int {
	if state != "" {
		s.now[side] = state
	}
	s.Rows = append(s.Rows, graphs.Row{Time: time, Side: side, Event: event, LeftState: s.now[left], RightState: s.now[right]})
	return len(s.Rows) - 1
}

func (s *script) arrow(from graphs.Side, label string, sent, received int) {
	s.Arrows = append(s.Arrows, graphs.Arrow{From: from, Label: label, Sent: sent, Received: received})
}

func (s *script) lost(from graphs.Side, label string, sent int) {
	s.Arrows = append(s.Arrows, graphs.Arrow{From: from, Label: label, Sent: sent, Received: -1, Lost: true})
}

func normalClose() graphs.Chart {
	s := newScript("Normal close", "scenario normal-close, profile linux")
	r1 := s.row("0.000", left, "close()", "FIN_WAIT_1")
	r2 := s.row("0.001", right, "receives FIN+ACK", "CLOSE_WAIT")
	r3 := s.row("0.002", left, "receives ACK", "FIN_WAIT_2")
	r4 := s.row("0.500", right, "close()", "LAST_ACK")
	r5 := s.row("0.501", left, "receives FIN+ACK", "TIME_WAIT")
	r6 := s.row("0.502", right, "receives ACK", "CLOSED")
	r7 := s.row("60.501", left, "TIME_WAIT timer", "CLOSED")
	s.Timers = []graphs.Timer{
		{Side: left, Label: "RTO\n200 ms", From: r1, To: r3, End: graphs.Stopped},
		{Side: right, Label: "RTO\n200 ms", From: r4, To: r6, End: graphs.Stopped},
		{Side: left, Label: "TIME_WAIT\n60 s", From: r5, To: r7},
	}
	s.arrow(left, "FIN+ACK seq=1 ack=1", r1, r2)
	s.arrow(right, "ACK seq=1 ack=2", r2, r3)
	s.arrow(right, "FIN+ACK seq=1 ack=2", r4, r5)
	s.arrow(left, "ACK seq=2 ack=2", r5, r6)
	s.Verdict = "reached: both-closed"
	s.Explanation = "Both sides are CLOSED, and nothing is in flight."
	return s.Chart
}

func firstWaveLost() graphs.Chart {
	s := newScript("Every FIN of the client is lost", "scenario first-wave-lost, profile article; shortest counterexample, 6 steps")
	const fin = "FIN+ACK seq=1 ack=1"
	s.lost(left, fin, s.row("0.000", left, "close()", "FIN_WAIT_1\norphan"))
	for _, at := range []string{"0.200", "0.600", "1.400"} {
		s.lost(left, fin, s.row(at, left, "RTO", ""))
	}
	s.row("3.000", left, "RTO: tcp_orphan_retries limit reached, gives up", "CLOSED")
	s.Verdict, s.Violated = "violated: both-closed", true
	s.Explanation = "When one application has closed and the other would close on end of file, both sides get to CLOSED. " +
		"Here the server never learns that the client is gone."
	s.Loop = len(s.Rows)
	return s.Chart
}

func duplicateFIN() graphs.Chart {
	s := newScript("A duplicate FIN arrives in TIME_WAIT", "scenario late-duplicate, profile linux")
	r1 := s.row("0.000", left, "close()", "FIN_WAIT_1")
	r2 := s.row("0.001", right, "receives FIN+ACK", "CLOSE_WAIT")
	r3 := s.row("0.002", left, "receives ACK", "FIN_WAIT_2")
	r4 := s.row("0.002", right, "close()", "LAST_ACK")
	r5 := s.row("0.003", left, "receives FIN+ACK", "TIME_WAIT")
	r6 := s.row("0.004", right, "receives ACK", "CLOSED")
	r7 := s.row("29.999", right, "receives FIN+ACK: no such connection", "")
	r8 := s.row("30.000", left, "receives RST: ignored (RFC 1337)", "")
	s.row("60.003", left, "TIME_WAIT timer", "CLOSED")
	s.arrow(left, "FIN+ACK seq=1 ack=1", r1, r2)
	s.Arrows = append(s.Arrows, graphs.Arrow{From: left, Label: "FIN+ACK seq=1 ack=1", Sent: r1, Received: r7, Copy: true})
	s.arrow(right, "ACK seq=1 ack=2", r2, r3)
	s.arrow(right, "FIN+ACK seq=1 ack=2", r4, r5)
	s.arrow(left, "ACK seq=2 ack=2", r5, r6)
	s.arrow(right, "RST seq=1", r7, r8)
	s.Verdict = "reached: duplicate-after-close"
	return s.Chart
}

func simultaneousClose() graphs.Chart {
	s := newScript("Simultaneous close", "RFC 9293, figure 13")
	r1 := s.row("0.000", left, "close()", "FIN_WAIT_1")
	r2 := s.row("0.000", right, "close()", "FIN_WAIT_1")
	r3 := s.row("0.001", right, "receives FIN+ACK", "CLOSING")
	r4 := s.row("0.001", left, "receives FIN+ACK", "CLOSING")
	r5 := s.row("0.002", left, "receives ACK", "TIME_WAIT")
	r6 := s.row("0.002", right, "receives ACK", "TIME_WAIT")
	s.row("60.002", left, "TIME_WAIT timer", "CLOSED")
	s.row("60.002", right, "TIME_WAIT timer", "CLOSED")
	s.arrow(left, "FIN+ACK seq=1 ack=1", r1, r3)
	s.arrow(right, "FIN+ACK seq=1 ack=1", r2, r4)
	s.arrow(right, "ACK seq=2 ack=2", r3, r5)
	s.arrow(left, "ACK seq=2 ack=2", r4, r6)
	s.Verdict = "reached: both-closed"
	return s.Chart
}

func persistLoop() graphs.Chart {
	s := newScript("A zero window is probed for ever", "scenario zero-window, profile linux; lasso of 5 steps")
	r1 := s.row("0.000", left, "close()", "FIN_WAIT_1")
	r2 := s.row("0.200", left, "zero-window probe", "")
	r3 := s.row("0.201", right, "receives ACK", "")
	r4 := s.row("0.202", left, "receives ACK win=0", "")
	s.row("0.202", neither, "the network delays what it likes", "")
	_ = r1
	s.arrow(left, "ACK seq=0 ack=1", r2, r3)
	s.arrow(right, "ACK seq=1 ack=1 win=0", r3, r4)
	s.Arrows = append(s.Arrows, graphs.Arrow{From: right, Label: "DATA+ACK seq=1 ack=1 len=2", Sent: r3, Received: -1})
	s.Loop = r2
	s.Verdict, s.Violated = "violated: fin-is-acked", true
	s.Explanation = "Every FIN that is sent is acknowledged, or the sender gives up."
	return s.Chart
}

// crowded has what is hard to draw: several segments of one row with all fates.
func crowded() graphs.Chart {
	s := newScript("Crowded", "every fate at once, long texts")
	r1 := s.row("0.000", left, "sends 2, shutdown(SHUT_WR)", "FIN_WAIT_1")
	r2 := s.row("0.010", right, "receives", "")
	r3 := s.row("0.020", right, "receives FIN+ACK, reads, closes with unread data", "CLOSED")
	r4 := s.row("0.025", right, "receives, again", "")
	r5 := s.row("0.030", left, "receives RST", "CLOSED\nECONNRESET")
	s.arrow(left, "DATA+ACK seq=1 ack=1 len=1", r1, r2)
	s.lost(left, "DATA+ACK seq=2 ack=1 len=1", r1)
	s.lost(left, "FIN+ACK seq=3 ack=1", r1)
	s.arrow(left, "FIN+ACK seq=3 ack=1", r1, r3)
	s.Arrows = append(s.Arrows, graphs.Arrow{From: left, Label: "FIN+ACK seq=3 ack=1", Sent: r1, Received: r4, Copy: true})
	s.arrow(right, "RST+ACK seq=1 ack=4", r3, r5)
	s.lost(right, "RST seq=1", r4)
	s.Arrows = append(s.Arrows, graphs.Arrow{From: right, Label: "ACK seq=1 ack=2", Sent: r2, Received: -1})
	s.Verdict, s.Violated = "violated: no-data-lost", true
	s.Explanation = "Data that was acknowledged is read by the application."
	s.Loop = r5
	s.Timers = []graphs.Timer{
		{Side: left, Label: "RTO\n200 ms", From: r1, To: r5, End: graphs.Stopped},
		{Side: left, Label: "TCP_USER_TIMEOUT\n30 ms", From: r1, To: r5},
		{Side: right, Label: "delayed ACK\n40 to 200 ms", From: r2, To: r3, End: graphs.Stopped},
		{Side: right, Label: "keepalive\n2 h", From: 0, To: r3, End: graphs.Stopped},
		{Side: left, Label: "FIN_WAIT_2\n60 s", From: r5, To: r5 + 1, End: graphs.Runs},
	}
	return s.Chart
}

// teardown is the lower half of RFC 9293, figure 5.
func teardown() graphs.Diagram {
	return graphs.Diagram{
		Title:   "TCP connection teardown",
		Caption: "RFC 9293, figure 5, below ESTABLISHED. Labels: event / segments sent.",
		TopDown: true,
		Nodes: []graphs.Node{
			{Name: "ESTABLISHED", Initial: true, Rank: 0, Column: 1, Group: "open"},
			{Name: "FIN_WAIT_1", Rank: 1, Column: 0, Group: "active close"},
			{Name: "CLOSE_WAIT", Rank: 1, Column: 2, Group: "passive close"},
			{Name: "FIN_WAIT_2", Rank: 2, Column: 0, Group: "active close"},
			{Name: "CLOSING", Rank: 2, Column: 1, Group: "active close"},
			{Name: "LAST_ACK", Rank: 2, Column: 2, Group: "passive close"},
			{Name: "TIME_WAIT", Rank: 3, Column: 0, Group: "active close"},
			{Name: "CLOSED", Final: true, Rank: 3, Column: 2, Group: "closed"},
		},
		Edges: []graphs.Edge{
			{From: "ESTABLISHED", To: "FIN_WAIT_1", Label: []string{"close() / FIN"}},
			{From: "ESTABLISHED", To: "CLOSE_WAIT", Label: []string{"FIN / ACK"}},
			{From: "FIN_WAIT_1", To: "FIN_WAIT_2", Label: []string{"ACK of FIN / -"}},
			{From: "FIN_WAIT_1", To: "CLOSING", Label: []string{"FIN / ACK"}},
			{From: "FIN_WAIT_1", To: "TIME_WAIT", Label: []string{"FIN, ACK of FIN / ACK"}},
			{From: "FIN_WAIT_1", To: "FIN_WAIT_1", Label: []string{"RTO / FIN"}},
			{From: "FIN_WAIT_1", To: "CLOSED", Label: []string{"RST / -"}},
			{From: "FIN_WAIT_1", To: "CLOSED", Label: []string{"RTO, retries used up / -"}, Highlight: true},
			{From: "FIN_WAIT_2", To: "TIME_WAIT", Label: []string{"FIN / ACK"}},
			{From: "CLOSING", To: "TIME_WAIT", Label: []string{"ACK of FIN / -"}},
			{From: "CLOSE_WAIT", To: "LAST_ACK", Label: []string{"close() / FIN"}},
			{From: "LAST_ACK", To: "CLOSED", Label: []string{"ACK of FIN / -"}},
			{From: "TIME_WAIT", To: "CLOSED", Label: []string{"2MSL / -"}},
		},
	}
}

// compared has edges of all kinds with what happens over what is sent.
func compared() graphs.Diagram {
	before, after := teardown(), teardown()
	for i := range before.Edges {
		before.Edges[i].Over, after.Edges[i].Over = true, true
		before.Edges[i].Highlight, after.Edges[i].Highlight = false, false
	}
	before.Edges = before.Edges[:len(before.Edges)-1] // no end of TIME_WAIT
	after.Edges = append(after.Edges[1:], graphs.Edge{
		From: "FIN_WAIT_2", To: "CLOSED", Label: []string{"FIN_WAIT_2 timer / -"}, Over: true,
	})
	after.Edges[4].Label = []string{"RTO / FIN", "tail loss probe / FIN"}
	d, err := graphs.Compare(before, after)
	if err != nil {
		panic(err) // the diagrams are in this file
	}
	d.Title = "What is new, gone, and common"
	return d
}
