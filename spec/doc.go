// Package spec is TCP connection teardown as a transition system: two hosts, each
// an application, a socket and an endpoint of one established connection, and a
// network between them that delays, loses, duplicates and reorders.
//
// Where to look for a rule:
//
//	tables.go    next state by event, one total table per event of RFC 9293 §3.10
//	arrive.go    SEGMENT ARRIVES: the checks in the RFC's order, up to the ACK
//	text.go      the text of a segment and the FIN behind it
//	timewait.go  TIME_WAIT, and FIN_WAIT_2 of a Linux mini-socket
//	close.go     close(), shutdown(), SO_LINGER, orphans, keepalive
//	app.go       the application's script: when it calls, what it reads
//	rexmt.go     sending, RTO, tail loss probe, zero-window probe, giving up
//	profile.go   what the profiles differ in, and the formulae of the limits
//	pending.go   which events are pending, and their windows
//	forget.go    what is cleared, so that states which behave alike are equal
//	ghosts.go    what only properties and pictures read
//	network.go   loss, duplication, the segments in flight
//	footprint.go what events read and write, for partial-order reduction
//	mirror.go    client and server exchanged
//	handshake.go the next connection of the same ports: SYN_SENT, SYN_RCVD, LISTEN
//	isn.go       initial sequence numbers, and how they lie to the old ones
//	timestamps.go, reuse.go  PAWS; what connect() and a SYN may take over
//	bench.go     one endpoint by hand, for comparison with measured steps
//
// "FIN arrives in FIN_WAIT_1" is the row FinWait1 of onFIN in tables.go, taken in
// receiveFIN in text.go.
//
// A run of the model, every FIN of the client lost, retry limit 1, in the words
// of Describe (see the example of the package):
//
//	client close()   FIN+ACK seq=1 ack=1 lost
//	client RTO       FIN+ACK seq=1 ack=1 lost
//	client RTO       CLOSED
//
// # Time
//
// A state has no clock. In every state the model lists the pending events, each
// with a window counted from the moment it became pending; firing one yields the
// next states and says which events are fresh. Guards never read elapsed time:
// "the retry budget is spent" is an event of its own that sets a flag.
//
// # How far orders of events can be left out
//
// All events of a host may go before those of its peer when nothing of the peer can
// get in between. What decides that is the network (properties.BenchmarkReduction
// prints the table):
//
//   - In a queue (reorder: false) that holds something for a host, whatever the peer
//     sends comes behind its head. So the states in which both queues hold something
//     need one host only: a factor of 3 to 12 for properties that judge each host by
//     itself, and as much for most that relate the two. (Where nothing but time ends
//     retransmission a queue fills up without durations, and the verdict is unknown
//     for want of room, reduced or not; it is known where copies are counted.)
//   - In a bag any segment that the peer can still send may be the next to arrive, and
//     a teardown in which anything may be lost or late has a peer that can send until
//     it is CLOSED or a mini-socket: condition C1 blocks all other states, and the
//     factor is 1.0, so that a search soon stops trying. That is the nature of reordering, no property helps.
//   - A numeric budget of losses or duplicates is shared by whatever is sent, so that
//     as long as it lasts only steps that send nothing go first (C1).
//   - asymmetric-death looks at three things at once: how one host ended, that no RST of
//     it is under way, and that its peer is open. While a host is open, its close makes
//     the last false, so it must not go first (C2): only a host that has closed may.
//     three-segment-close likewise holds an active closer back in FIN_WAIT_1.
//   - eof-after-all-data compares what one host has read with what the other wrote, and
//     liveness needs every run: they are judged without reduction.
//
// # What is not modelled
//
// Each with the reason that no verdict on a property is lost by it, or with what
// to keep in mind:
//
//   - What is in flight once both connections are gone and none follows: it is answered by
//     RSTs that nobody hears (Params.Wire keeps it, for captures).
//   - The handshake of the first connection: the initial state is any that one leaves
//     behind, by the parameters. Those of the next ones are modelled (Incarnations).
//   - Where connections follow each other (Params.Incarnations), the window is 4 numbers,
//     the circle of sequence numbers has 256, and of the initial numbers that have nothing
//     to do with the old ones one stands for all. LISTEN is a listening socket beside the
//     connections and no state; its queues never overflow. An old duplicate of a SYN opens
//     the connection that it is of once more, under the same number and from the same
//     initial number; two hosts that both connect count their connections each for itself.
//   - Under article TIME_WAIT takes no SYN. Under rfc9293 it returns where the SYN proves
//     old by an RST (MAY-2), and in no other way; Linux takes the SYN and never returns.
//   - SYN cookies, Fast Open, data on a SYN, the four linear timeouts of a SYN.
//   - Timestamps but for whether a segment is two ticks older than the connection that
//     it comes to: see timestamps.go, which says where runs are added. Within one
//     connection PAWS discards nothing that the numbers do not.
//   - tcp_max_tw_buckets as a count: 0 is a table that is full. Many connections at once
//     are the business of package population.
//   - Congestion control and the size of the window (it is open or zero): they put
//     data off, as a longer delay or a later write does.
//   - SACK blocks: they choose what is sent again, and a retransmission carries all
//     that is outstanding here. That SACK permits tail loss probes is a parameter.
//   - The size of segments (what is sent at once is one segment): pieces that arrive
//     or are lost one by one are what several writes make.
//   - Urgent data: it has no part in any change of state.
//   - ICMP errors but for an unreachable host: behind the handshake Linux keeps the
//     others as soft errors too (tcp_v4_err), unless IP_RECVERR was asked for.
//   - Memory pressure and tcp_max_orphans (tcp_out_of_resources): they end an orphan
//     early, as a call that destroys the socket does.
//   - A second descriptor of the socket: the close() of the last one is what counts.
//   - A socket that is locked when it should become a FIN_WAIT_2 mini-socket, so that
//     its timer ends in an RST: the end without one is the worse case for the peer.
//   - ACKs without a delay for want of quickack credit: the delay is a parameter.
//   - A window that closes over data in flight does not keep that data from being
//     given up. Linux and RFC 9293 §3.8.6.1 go on while the peer answers: keep it in
//     mind when a host gives up on a peer that does not read.
//   - A tail loss probe that new text puts off may come after the RTO of the head,
//     where Linux has one of the two timers: runs are added, none is lost.
//   - The USER TIMEOUT of RFC 9293 §3.10.8: a limit on retransmissions ends the same
//     waits. TCP_USER_TIMEOUT is Linux's.
//
// A data unit stands for one write of the application.
package spec
