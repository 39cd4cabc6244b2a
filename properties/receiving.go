package properties

import (
	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/spec"
)

// What is received, and what the application gets of it.
func receivingProperties() []Property {
	return []Property{
		{
			Name: "half-close-still-receives", Kind: checker.StepAlways,
			Claim:     "after shutdown(SHUT_WR) data in order is taken in FIN_WAIT_1 and FIN_WAIT_2",
			About:     "A side that has shut down sending goes on reading: that is what a half-closed connection is for. A stack that drops text in FIN_WAIT_1 or FIN_WAIT_2 also never finds the peer's FIN in order.",
			Source:    "RFC 9293 §3.6 (case 1), §3.10.7.4, seventh check; zephyr#33986, smoltcp b7a14980, seastar 94e15b293",
			HoldsWhen: "Holds for all parameters.", Expect: always(ExpectHolds),
			Make: func(p spec.Params) property {
				return stepAt(
					func(t *transition, h spec.Host) bool {
						g, arrives := t.arrives(h)
						e := t.before(h)
						return arrives && setOf(finWait1, finWait2).has(e.State) && !e.Mini && e.Open && !e.Lingering && !e.RcvShut &&
							g.Len > 0 && inOrder(e, g) && hasRoom(&p, h, e)
					},
					func(t *transition, h spec.Host) bool {
						g, _ := t.arrives(h)
						end := g.Seq + spec.Seq(g.Len)
						acks := func(a spec.Segment) bool { return a.Has(spec.ACK) && !a.Ack.Before(end) }
						// With the FIN behind it the connection may be gone, for want of a bucket.
						return !t.after(h).RcvNxt.Before(end) || len(t.sent(h, acks)) > 0
					},
				)
			},
		},
		{
			Name: "half-close-waits", Kind: checker.Always,
			Claim:     "FIN_WAIT_2 with an open descriptor has no timer",
			About:     "tcp_fin_timeout ends FIN_WAIT_2 of orphans. As long as a descriptor is open somebody may want to read what the peer still sends, and the kernel waits with it.",
			Source:    "RFC 9293 §3.6 (case 1); Linux tcp_rcv_state_process and __tcp_close (only SOCK_DEAD sockets are timed); farhadi/node-smpp#205",
			HoldsWhen: "Holds for all parameters.", Expect: always(ExpectHolds),
			Make: func(spec.Params) property {
				return alwaysAt(
					func(s *spec.State, h spec.Host) bool {
						e := &s.Host[h]
						return e.State == finWait2 && e.Open && !e.Lingering
					},
					func(s *spec.State, h spec.Host) bool { return s.Host[h].Timer == spec.NoStateTimer },
				)
			},
		},
		{
			Name: "half-close-can-still-send", Kind: checker.StepAlways,
			Claim:     "in CLOSE_WAIT a write is accepted",
			About:     "The peer has closed its direction, not ours. What the application writes before it closes belongs to the connection and is sent.",
			Source:    "RFC 9293 §3.10.2 (SEND in CLOSE-WAIT: segmentize and send); the-void-ia/void-box#76",
			HoldsWhen: "Holds for all parameters.", Expect: always(ExpectHolds),
			Make: func(p spec.Params) property {
				return stepAt(
					func(t *transition, h spec.Host) bool {
						call, ok := t.call(&p, h)
						return ok && call.Do == spec.Send && t.before(h).State == closeWait
					},
					func(t *transition, h spec.Host) bool {
						call, _ := t.call(&p, h)
						return t.after(h).SndEnd == t.before(h).SndEnd+spec.Seq(call.N)
					},
				)
			},
		},
		{
			Name: "eof-is-told", Kind: checker.Always,
			Claim:     "an application that waits for the end of the peer's data is told of it as soon as it is there",
			About:     "The FIN is acknowledged by the kernel, and the peer is content. If the application is not woken it holds its descriptor for ever, and the socket stays in CLOSE_WAIT.",
			Source:    "RFC 9293 §3.10.7.4, eighth check (\"signal the user\"); POSIX recv(); espressif/esp-lwip#18",
			HoldsWhen: "Holds for all parameters.", Expect: always(ExpectHolds),
			Make: func(p spec.Params) property {
				return alwaysAt(
					func(s *spec.State, h spec.Host) bool { return s.Host[h].PeerFin && s.Host[h].Unread == 0 },
					func(s *spec.State, h spec.Host) bool { return !reading(&p, h, &s.Host[h]) },
				)
			},
		},
		{
			Name: "received-data-stays-readable", Kind: checker.StepAlways,
			Claim:     "data that was received in order is read by the application or still there",
			About:     "What was acknowledged to the peer is owed to the application. A FIN behind it, or in the same segment, takes nothing of it away.",
			Source:    "RFC 9293 §3.10.7.4, seventh check; ghaerr/elks#1005, tass-belgium/picotcp#124",
			HoldsWhen: "Holds for all parameters.", Expect: always(ExpectHolds),
			Make: func(spec.Params) property {
				return stepAt(
					func(t *transition, h spec.Host) bool {
						_, arrives := t.arrives(h)
						e, to := t.before(h), t.after(h)
						return arrives && e.Open && to.Open && !e.RcvShut && setOf(established, finWait1, finWait2).has(e.State) && !e.Mini && !to.Mini &&
							to.State != closed && to.RcvNxt != e.RcvNxt
					},
					func(t *transition, h spec.Host) bool {
						e, to := t.before(h), t.after(h)
						came := uint8(to.RcvNxt - e.RcvNxt)
						if to.PeerFin {
							came--
						}
						return e.Unread+came == to.Unread+(to.Read-e.Read)
					},
				)
			},
		},
		{
			Name: "opened-window-is-told", Kind: checker.StepAlways,
			Claim:     "a receive window that opens again is told to the peer at once",
			About:     "The peer has stopped sending, its FIN included. Without the news it learns of the room by its next probe only, which may be a minute away.",
			Source:    "RFC 9293 §3.8.6, §3.8.6.2.2; Linux tcp_cleanup_rbuf, __tcp_select_window",
			HoldsWhen: "Holds for all parameters. (Without receive_buffer it is vacuous.)", Expect: always(ExpectHolds),
			Make: func(p spec.Params) property {
				return stepAt(
					func(t *transition, h spec.Host) bool {
						from, to := t.before(h), t.after(h)
						return from.State != closed && to.State != closed && to.State != timeWait && !to.Mini && !to.Offline &&
							!hasRoom(&p, h, from) && hasRoom(&p, h, to)
					},
					func(t *transition, h spec.Host) bool {
						return len(t.sent(h, func(g spec.Segment) bool { return !g.Has(spec.WndZero) })) > 0
					},
				)
			},
		},
		{
			Name: "bare-fin-accepted-at-zero-window", Kind: checker.StepAlways,
			Claim:     "a FIN without data is taken while the receive window is closed",
			About:     "A FIN needs no buffer. A receiver whose buffer is exactly full must take the FIN behind it all the same, or its peer sends it again until it gives up.",
			Source:    "RFC 9293 §3.10.7.4 (\"special allowance should be made to accept valid ACKs, URGs, and RSTs\"), §3.8.6; Linux tcp_sequence; smoltcp#845",
			HoldsWhen: "Holds for all parameters.", Expect: always(ExpectHolds),
			Make: func(p spec.Params) property {
				return stepAt(
					func(t *transition, h spec.Host) bool {
						g, arrives := t.arrives(h)
						e := t.before(h)
						return arrives && setOf(established, finWait1, finWait2).has(e.State) && !e.Mini && isFIN(g) && g.Len == 0 && inOrder(e, g) && !hasRoom(&p, h, e)
					},
					func(t *transition, h spec.Host) bool { return t.after(h).PeerFin || t.after(h).State == closed },
				)
			},
		},
		{
			Name: "unread-data-is-told", Kind: checker.StepAlways,
			Claim:     "close() with unread data sends an RST, never a FIN",
			About:     "A FIN would say that all went well. The peer has to learn that its data was not read: ECONNRESET tells it, where a clean EOF would hide the loss.",
			Source:    "RFC 9293 §3.6.1 (SHLD-3), RFC 2525 §2.17; Linux __tcp_close; tokio-rs/turmoil#269",
			HoldsWhen: "Holds for all parameters.", Expect: always(ExpectHolds),
			Make: func(p spec.Params) property {
				return stepAt(
					func(t *transition, h spec.Host) bool {
						call, ok := t.call(&p, h)
						e := t.before(h)
						return ok && closes(call) && e.Unread > 0 && e.State != closed && e.State != timeWait && !e.Offline
					},
					func(t *transition, h spec.Host) bool {
						return t.after(h).State == closed && len(t.sent(h, isRST)) == 1 && len(t.sent(h, isFIN)) == 0
					},
				)
			},
		},
		{
			Name: "late-data-is-reset", Kind: checker.StepAlways,
			Claim:     "new data for a socket that nobody reads any more is answered by an RST",
			About:     "After close() there is nobody to read. The peer is told at once by an RST instead of being acknowledged into the void.",
			Source:    "RFC 9293 §3.6.1 (SHLD-3); RFC 2525 §2.17; Linux TCPAbortOnData, tcp_timewait_state_process",
			HoldsWhen: "Holds for all parameters.", Expect: always(ExpectHolds),
			Make: func(p spec.Params) property {
				return stepAt(
					func(t *transition, h spec.Host) bool {
						g, arrives := t.arrives(h)
						e := t.before(h)
						return arrives && g.Len > 0 && g.Seq == e.RcvNxt && (e.Mini || takesAck(e, g)) && refusesData(e, g) && hasRoom(&p, h, e)
					},
					func(t *transition, h spec.Host) bool { return t.after(h).State == closed && len(t.sent(h, isRST)) == 1 },
				)
			},
		},
	}
}
