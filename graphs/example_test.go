package graphs_test

import (
	"fmt"
	"os"

	"github.com/finwait/finwait/graphs"
)

func ExampleChart_WriteText() {
	c := graphs.Chart{
		Title: "The first FIN is lost",
		Left:  "client", Right: "server",
		Rows: []graphs.Row{
			{Time: "0.000", Side: graphs.Neither, LeftState: "ESTABLISHED", RightState: "ESTABLISHED"},
			{Time: "0.000", Side: graphs.Left, Event: "close()", LeftState: "FIN_WAIT_1", RightState: "ESTABLISHED"},
			{Time: "0.200", Side: graphs.Left, Event: "RTO", LeftState: "FIN_WAIT_1", RightState: "ESTABLISHED"},
			{Time: "0.201", Side: graphs.Right, Event: "receives", LeftState: "FIN_WAIT_1", RightState: "CLOSE_WAIT"},
			{Time: "0.202", Side: graphs.Left, Event: "receives", LeftState: "FIN_WAIT_2", RightState: "CLOSE_WAIT"},
		},
		Arrows: []graphs.Arrow{
			{From: graphs.Left, Label: "FIN+ACK seq=1 ack=1", Sent: 1, Received: -1, Lost: true},
			{From: graphs.Left, Label: "FIN+ACK seq=1 ack=1", Sent: 2, Received: 3},
			{From: graphs.Right, Label: "ACK seq=1 ack=2", Sent: 3, Received: 4},
		},
		Loop:     5, // len(Rows): nothing has to happen any more
		Verdict:  "violated: both-closed",
		Violated: true,
	}
	if err := c.WriteText(os.Stdout); err != nil {
		fmt.Println(err)
	}
	// Output:
	// The first FIN is lost
	//
	//    time  client      |                                  | server       event
	//   0.000  ESTABLISHED |                                  | ESTABLISHED
	//   0.000  FIN_WAIT_1  |--FIN+ACK seq=1 ack=1--X lost     |              client: close()
	//   0.200              |--FIN+ACK seq=1 ack=1-->          |              client: RTO
	//   0.201              |          --FIN+ACK seq=1 ack=1-->| CLOSE_WAIT   server: receives
	//                      |              <--ACK seq=1 ack=2--|
	//   0.202  FIN_WAIT_2  |<--ACK seq=1 ack=2--              | CLOSE_WAIT   client: receives
	//                      |       time passes for ever       |
	//
	// violated: both-closed
}

func ExampleDiagram_WriteText() {
	d := graphs.Diagram{
		Nodes: []graphs.Node{{Name: "LAST_ACK", Initial: true}, {Name: "CLOSED", Final: true, Rank: 1}},
		Edges: []graphs.Edge{
			{From: "LAST_ACK", To: "CLOSED", Label: []string{"RST / -"}},
			{From: "LAST_ACK", To: "LAST_ACK", Label: []string{"RTO / FIN"}},
			{From: "LAST_ACK", To: "CLOSED", Label: []string{"ACK of FIN / -"}},
		},
	}
	if err := d.WriteText(os.Stdout); err != nil {
		fmt.Println(err)
	}
	// Output:
	// LAST_ACK (initial)
	// CLOSED (final)
	//
	// LAST_ACK -> LAST_ACK: RTO / FIN
	// LAST_ACK -> CLOSED: ACK of FIN / -; RST / -
}

func ExampleDiagram_WriteDOT() {
	d := graphs.Diagram{
		Nodes: []graphs.Node{{Name: "open"}, {Name: "closed"}},
		Edges: []graphs.Edge{{From: "open", To: "closed", Label: []string{"close()"}}},
	}
	if err := d.WriteDOT(os.Stdout); err != nil {
		fmt.Println(err)
	}
	// Output:
	// digraph diagram {
	// 	bgcolor="#FFFFFF";fontcolor="#222222";fontname="Helvetica";labelloc="t";layout="dot";nodesep="0.45";pad="0.25";rankdir="LR";ranksep="0.6";
	// 	n1[color="#222222",fillcolor="#FFFFFF",fontcolor="#222222",fontname="Helvetica-Bold",fontsize=11,label="closed",margin="0.16,0.08",shape="box",style="rounded,filled"];
	// 	n2[color="#222222",fillcolor="#FFFFFF",fontcolor="#222222",fontname="Helvetica-Bold",fontsize=11,label="open",margin="0.16,0.08",shape="box",style="rounded,filled"];
	// 	n2->n1[arrowsize=0.8,color="#222222",fontcolor="#222222",fontname="Helvetica",fontsize=9,label="&#160;close() \l",penwidth=1];
	// }
}
