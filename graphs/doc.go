// Package graphs draws runs and state diagrams. It knows no TCP: states, events
// and segments are strings, and what they mean was decided elsewhere.
//
// A [Chart] is a sequence chart of one run, a counterexample or a witness. Time
// runs downwards; each side has a line, with its states where they change; every
// segment is an arrow from the row in which it was sent to the row in which it
// arrived. WriteDOT gives a picture, WriteText this:
//
//	 time  client      |                                  | server       event
//	0.000  ESTABLISHED |                                  | ESTABLISHED
//	0.000  FIN_WAIT_1  |--FIN+ACK seq=1 ack=1--X lost     |              client: close()
//	0.200              |--FIN+ACK seq=1 ack=1-->          |              client: RTO
//	0.201              |          --FIN+ACK seq=1 ack=1-->| CLOSE_WAIT   server: receives
//	                   |              <--ACK seq=1 ack=2--|
//	0.202  FIN_WAIT_2  |<--ACK seq=1 ack=2--              | CLOSE_WAIT   client: receives
//	                   |       time passes for ever       |
//
//	violated: both-closed
//
// The arrow of a delivered segment is there twice, as it leaves its sender and as
// it gets to its receiver; one that was lost, or is still in flight when the run
// ends, only leaves.
//
// In pictures a [Timer] is a bracket beside the events of its side, from the row in
// which it was set to the one in which it expired (solid, with an arrow) or was
// stopped or set anew (dashed). WriteText and WriteMermaid have no brackets.
//
// A [Diagram] is a state diagram, laid out by Graphviz within the ranks and columns
// that its nodes ask for; WriteText lists its edges. [Compare] shows what two of them
// have in common, and what not.
//
// A [Folder] makes classes of states while a graph is explored, and keeps those alone. With
// too many of them it drops variables, and in the end merges the smallest; what it did is in
// the caption. [Diff] compares two behaviours that were folded alike.
//
// Colours are for light paper. An SVG has dark ones besides, for readers who prefer
// them; [Theme] makes a picture of one paper only.
//
// The same value always gives the same bytes, on any machine. Texts are shown as
// they are, whatever is in them; what cannot be seen is written as an escape such
// as \u0007.
//
// # What is not drawn
//
// A chart does not draw time to scale: rows are as far apart as their texts need,
// and the times are written. Rows at one instant have the order of the run, which
// is one of several possible ones. The route of a segment is not known, only its
// end: where an arrow is cut off says nothing about where a segment was lost. How
// a loop's later rounds differ in time from the first is not drawn either. Both
// formats suppose that a chart has some dozens of rows, and a diagram some dozens
// of nodes. Edges of a diagram that go past other nodes of their own rank are best
// avoided: Graphviz routes them badly. Nothing is left out of bigger pictures, but
// nobody will read them.
package graphs
