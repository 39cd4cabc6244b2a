package spec

import "slices"

// historic are the mutants of real stacks.
var historic = listHistoric()

func listHistoric() []Mutant {
	all := slices.Concat(sendingMutants, acknowledgingMutants, receivingMutants, endingMutants)
	return append(all, oneStateMutants(all)...)
}

// awaitsAck tells whether a FIN is out and not acknowledged.
func awaitsAck(e *Endpoint) bool { return e.FinSent() && !e.FinAcked() }

// noRexmtIn is a host that does not send its FIN again in a state.
func noRexmtIn(state ConnState) func(*step, Host, Segment) {
	return func(t *step, h Host, _ Segment) {
		if e := &t.s.Host[h]; e.State == state && awaitsAck(e) && (e.Rexmt == RTO || e.Rexmt == LossProbe) {
			e.Rexmt = NoTimer
		}
	}
}

// Sending the FIN, and sending it again.
var sendingMutants = []Mutant{
	{
		Name: "close-waits-for-window", About: "close() at a window of zero leaves the state ESTABLISHED until the FIN can be sent",
		Evidence: "google/gvisor#13393, #13401", KilledBy: []string{"every-wait-has-a-timer", "both-closed", "transitions-conform"},
		after: func(t *step, h Host, _ Segment) {
			switch e := &t.s.Host[h]; {
			case e.State == FinWait1 && !e.FinSent():
				e.State = Established
			case e.State == Established && e.FinSent():
				e.State = FinWait1
			}
		},
	},
	{
		Name: "fin-before-data", About: "the FIN is sent at once, in front of data that is still queued",
		Evidence: "shadow/shadow#3100", KilledBy: []string{"fin-one-sequence-number", "no-silent-data-loss", "eof-after-all-data"},
		after: func(t *step, h Host, _ Segment) {
			e := &t.s.Host[h]
			if t.calls(h, Close, Exit, ShutdownWR, ShutdownRDWR) && e.FinQueued && !e.FinSent() {
				t.transmit(h, Segment{Flags: FIN, Seq: e.SndNxt})
			}
		},
	},
	{
		Name: "fin-sent-and-forgotten", About: "close() sends a FIN and throws the connection away",
		Evidence: "nyxos-dev/nyx-os#59", KilledBy: []string{"both-closed", "time-wait-re-acks-fin", "transitions-conform"},
		after: func(t *step, h Host, _ Segment) {
			if e := &t.s.Host[h]; t.calls(h, Close, Exit, ShutdownWR, ShutdownRDWR) && e.State == FinWait1 && e.FinSent() {
				t.toClosed(h, EndedNormally)
			}
		},
	},
	{
		Name: "unread-close-resets-and-waits", About: "close() with unread data sends an RST and waits in FIN_WAIT_1 for an acknowledgment of it",
		Evidence: "google/gvisor@23f49097c", KilledBy: []string{"no-stuck-state", "every-wait-has-a-timer", "rst-only-when-allowed"},
		instead: func(t *step, h Host, _ Segment) bool {
			e := &t.s.Host[h]
			if !t.calls(h, Close, Exit) || e.Unread == 0 || e.State != Established {
				return false
			}
			e.PC, e.Unread, e.Open, e.RcvShut = e.PC+1, 0, false, true
			t.sendReset(h)
			e.State, e.FinQueued, e.ActiveClose = FinWait1, true, true
			e.SndEnd++
			e.SndNxt = e.SndEnd
			return true
		},
	},
	{
		Name: "unread-close-sends-fin", About: "close() with unread data sends a FIN, so that the peer sees an orderly end",
		Evidence: "tokio-rs/turmoil#269", KilledBy: []string{"no-silent-data-loss", "rst-only-when-allowed", "transitions-conform", "unread-data-is-told"},
		instead: func(t *step, h Host, _ Segment) bool {
			if e := &t.s.Host[h]; t.calls(h, Close, Exit) {
				e.Unread = 0
			}
			return false
		},
	},
	{
		Name: "close-resets", About: "close() sends an RST although everything was read",
		Evidence: "the converse of tokio-rs/turmoil#269", KilledBy: []string{"rst-only-when-allowed", "transitions-conform"},
		instead: func(t *step, h Host, _ Segment) bool {
			e := &t.s.Host[h]
			if !t.calls(h, Close, Exit) || e.Unread > 0 || e.State != Established && e.State != CloseWait {
				return false
			}
			e.PC, e.Open = e.PC+1, false
			t.sendReset(h)
			t.toClosed(h, EndedAbort)
			return true
		},
	},
	{
		Name: "no-fin-rexmt-in-fin-wait-1", About: "a FIN that was lost is not sent again in FIN_WAIT_1",
		Evidence: "ausimian/tricep#27, scylladb/seastar@d6d7e6cb4, inet-framework/inet@e58a815f8b, netdev c08bd5378da647a2a4c16698125d180a@huawei.com",
		KilledBy: []string{"every-wait-has-a-timer", "both-closed", "no-stuck-state"}, after: noRexmtIn(FinWait1),
	},
	{
		Name: "close-clears-retransmission", About: "close() stops the retransmission timer that its own FIN needs",
		Evidence: "netdev c08bd5378da647a2a4c16698125d180a@huawei.com (regression of 151c9c724d05)", KilledBy: []string{"every-wait-has-a-timer", "both-closed", "no-stuck-state"},
		after: func(t *step, h Host, _ Segment) {
			if e := &t.s.Host[h]; t.calls(h, Close, Exit) && e.State == FinWait1 {
				e.Rexmt = NoTimer
			}
		},
	},
	{
		Name: "no-fin-rexmt-in-closing", About: "a FIN that was lost is not sent again in CLOSING",
		Evidence: "smoltcp-rs/smoltcp#1026", KilledBy: []string{"every-wait-has-a-timer", "both-closed", "no-stuck-state"}, after: noRexmtIn(Closing),
	},
	{
		Name: "no-fin-rexmt-in-last-ack", About: "a FIN that was lost is not sent again in LAST_ACK",
		Evidence: "ausimian/tricep#27, scylladb/seastar@d6d7e6cb4", KilledBy: []string{"every-wait-has-a-timer", "both-closed", "no-stuck-state"}, after: noRexmtIn(LastAck),
	},
	{
		Name: "rexmt-skips-fin", About: "a retransmission carries the data, and never the FIN",
		Evidence: "microsoft/demikernel#203", KilledBy: []string{"every-wait-has-a-timer", "both-closed", "fin-is-retransmitted", "transitions-conform"},
		after: func(t *step, h Host, _ Segment) {
			if t.fired.Kind != RexmtTimeout || t.fired.Host != h {
				return
			}
			t.unsend(h, func(g Segment) bool { return g.Has(FIN) && g.Len == 0 })
			for i := range t.sent[:t.sentCount] {
				if t.sent[i].From == h {
					t.sent[i].Segment.Flags &^= FIN
				}
			}
		},
	},
	{
		Name: "no-rexmt-in-close-wait", About: "the retransmission timer is off in CLOSE_WAIT",
		Evidence: "robur-coop/utcp#24 (the verified model had it too)", KilledBy: []string{"every-wait-has-a-timer", "no-silent-data-loss", "no-stuck-state"},
		after: func(t *step, h Host, _ Segment) {
			if e := &t.s.Host[h]; e.State == CloseWait {
				e.Rexmt = NoTimer
			}
		},
	},
	{
		Name: "last-ack-rto-closes", About: "the retransmission timer of LAST_ACK ends the connection instead of sending the FIN again",
		Evidence: "nsnam/ns-3-dev-git@41e3b6ad9", KilledBy: []string{"fin-is-retransmitted", "both-closed", "transitions-conform"},
		instead: func(t *step, h Host, _ Segment) bool {
			if t.fired.Kind != RexmtTimeout || t.was(h).State != LastAck || t.fired.Host != h {
				return false
			}
			t.toClosed(h, EndedGaveUp)
			return true
		},
	},
	{
		Name: "no-retry-limit", About: "a FIN that nobody acknowledges is sent again for ever",
		Evidence: "shadow/shadow#3573, scylladb/seastar@d6d7e6cb4", KilledBy: []string{"fin-retries-bounded", "both-closed", "transitions-conform"},
		instead: func(t *step, h Host, _ Segment) bool {
			e := &t.s.Host[h]
			if !t.rexmtDue(h, RTO) || !t.m.spent(h, e) {
				return false
			}
			t.transmit(h, e.outstanding(e.SndUna))
			t.restart(RexmtTimeout, h)
			return true
		},
	},
	{
		Name: "no-persist-timer", About: "a window of zero is not probed, so that a FIN behind it waits for an update that may be lost",
		Evidence: "FreeBSD advisory 0c064c43 (LAST_ACK), google/gvisor#13393", KilledBy: []string{"every-wait-has-a-timer", "no-stuck-state", "both-closed"},
		after: func(t *step, h Host, _ Segment) {
			if e := &t.s.Host[h]; e.Rexmt == Persist {
				e.Rexmt = NoTimer
			}
		},
	},
	{
		Name: "no-persist-timer-in-last-ack", About: "a window of zero is not probed in LAST_ACK",
		Evidence: "FreeBSD advisory 0c064c43-600a-11e6-a6c3-14dae9d210b8", KilledBy: []string{"every-wait-has-a-timer", "no-stuck-state", "both-closed"},
		after: func(t *step, h Host, _ Segment) {
			if e := &t.s.Host[h]; e.State == LastAck && e.Rexmt == Persist {
				e.Rexmt = NoTimer
			}
		},
	},
	{
		Name: "orphan-probes-for-ever", About: "an orphan at a window of zero is kept as long as its probes are answered",
		Evidence: "Linux, thread on ss -K in FIN_WAIT_1", KilledBy: []string{"orphan-at-zero-window-ends", "both-closed", "transitions-conform"},
		instead: func(t *step, h Host, _ Segment) bool {
			e := &t.s.Host[h]
			if !t.rexmtDue(h, Persist) || e.Open {
				return false
			}
			t.transmit(h, Segment{Seq: e.SndUna - 1})
			e.Backoff = t.m.saturate(h, Persist, e.Backoff+1)
			t.restart(RexmtTimeout, h)
			return true
		},
	},
	{
		Name: "abort-keeps-fin-wait-1", About: "destroying an orphan in FIN_WAIT_1 empties its queue and keeps its state, without a timer",
		Evidence: "Linux, thread on ss -K in FIN_WAIT_1", KilledBy: []string{"every-wait-has-a-timer", "no-stuck-state", "transitions-conform"},
		instead: func(t *step, h Host, _ Segment) bool {
			e := &t.s.Host[h]
			if !t.calls(h, Destroy) || e.State != FinWait1 || e.Open {
				return false
			}
			e.PC, e.Rexmt, e.LimitOrphan, e.LimitRetries2, e.LimitUser = e.PC+1, NoTimer, LimitIdle, LimitIdle, LimitIdle
			return true
		},
	},
}
