package spec

// textIgnored drops the text, and a FIN behind it, of what arrives in a state.
func textIgnored(state ConnState) func(*step, Host, Segment) bool {
	return func(t *step, h Host, g Segment) bool {
		e := &t.s.Host[h]
		if e.State != state || e.Mini || g.Len == 0 || g.Has(RST) || g.Has(SYN) {
			return false
		}
		g.Len = 0
		g.Flags &^= FIN
		t.arriveSynchronized(h, g)
		return true
	}
}

// tookFIN tells whether the peer's FIN came in order in the step.
func (t *step) tookFIN(h Host) bool { return !t.was(h).PeerFin && t.s.Host[h].PeerFin }

// Receiving the peer's data and its FIN.
var receivingMutants = []Mutant{
	{
		Name: "fin-beyond-hole-accepted", About: "a FIN is taken although data before it is missing",
		Evidence: "smoltcp-rs/smoltcp#111, tass-belgium/picotcp#124, includeos/IncludeOS#2164", KilledBy: []string{"eof-after-all-data", "no-silent-data-loss"},
		after: func(t *step, h Host, g Segment) {
			if e := &t.s.Host[h]; g.Has(FIN) && e.HeldFin > 0 {
				e.RcvNxt += Seq(e.HeldFin - 1)
				t.receiveFIN(h, true)
			}
		},
	},
	{
		Name: "fin-drops-unread", About: "the FIN throws away data that was received and not read",
		Evidence: "ghaerr/elks#1005", KilledBy: []string{"eof-after-all-data", "no-silent-data-loss", "received-data-stays-readable"},
		after: func(t *step, h Host, _ Segment) {
			if t.tookFIN(h) {
				t.s.Host[h].Unread = 0
			}
		},
	},
	{
		Name: "fin-drops-its-text", About: "data in the segment that carries the FIN is acknowledged and not handed over",
		Evidence: "ghaerr/elks#1005, a variant", KilledBy: []string{"eof-after-all-data", "no-silent-data-loss"},
		instead: func(t *step, h Host, g Segment) bool {
			e := &t.s.Host[h]
			if !g.Has(FIN) || g.Len == 0 || g.Seq != e.RcvNxt || !fullText[e.State] || e.Mini || e.RcvShut {
				return false
			}
			e.RcvNxt += Seq(g.Len)
			g.Seq, g.Len = g.Seq+Seq(g.Len), 0
			t.arriveSynchronized(h, g)
			return true
		},
	},
	{
		Name: "fin-wait-1-ignores-text", About: "data that arrives in FIN_WAIT_1 is dropped, so that the peer's FIN never comes in order",
		Evidence: "zephyrproject-rtos/zephyr#33986", KilledBy: []string{"no-silent-data-loss", "both-closed", "half-close-still-receives"}, instead: textIgnored(FinWait1),
	},
	{
		Name: "fin-wait-2-ignores-text", About: "data that arrives in FIN_WAIT_2 is dropped",
		Evidence: "smoltcp-rs/smoltcp@b7a14980, scylladb/seastar@94e15b293", KilledBy: []string{"no-silent-data-loss", "both-closed", "half-close-still-receives"}, instead: textIgnored(FinWait2),
	},
	{
		Name: "zero-window-refuses-fin", About: "a bare FIN is refused while the window is closed",
		Evidence: "smoltcp-rs/smoltcp#845", KilledBy: []string{"both-closed", "bare-fin-accepted-at-zero-window", "transitions-conform"},
		instead: func(t *step, h Host, g Segment) bool {
			e := &t.s.Host[h]
			if !g.Has(FIN) || g.Len > 0 || e.State == Closed || e.State == TimeWait || e.Mini || t.m.windowOpen(h, e) || g.Seq != e.RcvNxt {
				return false
			}
			t.sendAck(h)
			return true
		},
	},
	{
		Name: "fin-not-acknowledged", About: "the FIN of a peer is taken and not acknowledged in CLOSING",
		Evidence: "shadow/shadow#3573", KilledBy: []string{"both-closed", "fin-is-acknowledged"},
		after: func(t *step, h Host, g Segment) {
			if g.Has(FIN) && t.s.Host[h].State == Closing {
				t.unsend(h, func(Segment) bool { return true })
			}
		},
	},
	{
		Name: "repeated-fin-ignored", About: "a FIN that comes again in CLOSE_WAIT or LAST_ACK is not acknowledged again",
		Evidence: "shadow/shadow#1596", KilledBy: []string{"fin-is-acknowledged", "both-closed"},
		instead: func(t *step, h Host, g Segment) bool {
			e := &t.s.Host[h]
			return g.Has(FIN) && e.PeerFin && (e.State == CloseWait || e.State == LastAck)
		},
	},
	{
		Name: "closed-ignores-segments", About: "a segment that meets no connection is not answered by an RST, so that its sender goes on",
		Evidence: "shadow/shadow#1596, a variant", KilledBy: []string{"no-connection-is-told", "both-closed"},
		after: func(t *step, h Host, g Segment) {
			if g != (Segment{}) && t.was(h).State == Closed {
				t.unsend(h, func(g Segment) bool { return g.Has(RST) })
			}
		},
	},
	{
		Name: "fin-closes-our-side", About: "the peer's FIN closes our side too: there is no half-close",
		Evidence: "relays of moby#27539, fatedier/frp#4967; badvpn#122", KilledBy: []string{"half-close-can-still-send", "transitions-conform", "only-the-application-closes"},
		after: func(t *step, h Host, _ Segment) {
			if t.tookFIN(h) && t.s.Host[h].State == CloseWait {
				t.closeSending(h)
			}
		},
	},
	{
		Name: "fin-ends-connection", About: "the peer's FIN ends the connection at once: what the application still has to say is dropped",
		Evidence: "the-void-ia/void-box#76", KilledBy: []string{"half-close-can-still-send", "transitions-conform"},
		after: func(t *step, h Host, _ Segment) {
			if t.tookFIN(h) && t.s.Host[h].State == CloseWait {
				t.toClosed(h, EndedNormally)
			}
		},
	},
	{
		Name: "close-wait-cannot-send", About: "in CLOSE_WAIT a write fails with EPIPE",
		Evidence: "the-void-ia/void-box#76, a variant", KilledBy: []string{"half-close-can-still-send"},
		instead: func(t *step, h Host, _ Segment) bool {
			e := &t.s.Host[h]
			if !t.calls(h, Send) || e.State != CloseWait {
				return false
			}
			e.PC++
			t.tell(h, EPIPE)
			return true
		},
	},
	{
		Name: "eof-lost", About: "the application is never told of the end of the peer's data",
		Evidence: "espressif/esp-lwip#18", KilledBy: []string{"eof-is-told", "both-closed", "no-stuck-state"},
		settled: func(t *step, h Host) {
			was, e := t.was(h), &t.s.Host[h]
			if !was.SawEOF && e.SawEOF {
				e.SawEOF, e.ToRead = false, was.ToRead
			}
		},
	},
	{
		Name: "fin-stays-established", About: "the FIN is acknowledged, and the state stays ESTABLISHED",
		Evidence: "espressif/esp-lwip#18", KilledBy: []string{"transitions-conform", "both-closed", "time-wait-only-active-closer"},
		tables: func(x *tables) { x.onFIN[Established] = Established },
	},
	{
		Name: "rst-answered", About: "an RST without a connection is answered by an RST",
		Evidence: "RFC 9293 §3.5.2 forbids it; bugs.md 128, 130, 132 (loops)", KilledBy: []string{"rst-only-when-allowed", "no-answer-to-rst"},
		after: func(t *step, h Host, g Segment) {
			if e := &t.s.Host[h]; g.Has(RST) && t.was(h).State == Closed && !e.Down {
				t.put(h, Segment{Flags: RST, Seq: g.Ack})
			}
		},
	},
	{
		Name: "unacceptable-ack-resets", About: "a segment out of the window ends the connection with an RST instead of being acknowledged",
		Evidence: "P16 of the list of reference; RFC 9293 §3.10.7.4, first check", KilledBy: []string{"rst-only-when-allowed", "transitions-conform"},
		instead: func(t *step, h Host, g Segment) bool {
			e := &t.s.Host[h]
			if g == (Segment{}) || e.State == Closed || e.State == TimeWait || e.Mini || g.Has(RST) || t.acceptable(h, g) {
				return false
			}
			t.sendReset(h)
			t.toClosed(h, EndedAbort)
			return true
		},
	},
	{
		Name: "challenge-ack-unlimited", About: "ACKs in answer to unacceptable segments are not limited, so that two hosts can answer each other for ever",
		Evidence: "bugs.md 128, 130, 132", KilledBy: []string{"challenge-acks-limited"},
		after: func(t *step, h Host, _ Segment) { t.s.Host[h].AckLimited = false },
	},
}
