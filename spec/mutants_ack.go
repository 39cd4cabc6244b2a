package spec

// bareAck tells whether an ACK without SYN and RST arrives.
func bareAck(g Segment) bool { return g.Has(ACK) && !g.Has(RST) && !g.Has(SYN) }

// intoFinWait2 takes the host on as if its FIN were acknowledged.
func (t *step) intoFinWait2(h Host) {
	e := &t.s.Host[h]
	e.State, e.Rexmt, e.Recovering = FinWait2, NoTimer, false
	e.LimitOrphan, e.LimitRetries2, e.LimitUser = LimitIdle, LimitIdle, LimitIdle
	if !e.Open {
		t.waitForFIN(h)
	}
}

// Taking an acknowledgment for that of the FIN.
var acknowledgingMutants = []Mutant{
	{
		Name: "last-ack-any-ack", About: "any ACK ends LAST_ACK, not only that of the FIN",
		Evidence: "smoltcp-rs/smoltcp#470, #477", KilledBy: []string{"fin-acked-before-leaving", "transitions-conform"},
		after: func(t *step, h Host, g Segment) {
			if e := &t.s.Host[h]; bareAck(g) && t.was(h).State == LastAck && e.State == LastAck && !g.Ack.After(e.SndNxt) {
				t.toClosed(h, EndedNormally)
			}
		},
	},
	{
		Name: "last-ack-any-segment", About: "any segment in order ends LAST_ACK, before the FIN is acknowledged",
		Evidence: "google/gvisor@27e2c4ddc", KilledBy: []string{"fin-acked-before-leaving", "transitions-conform"},
		after: func(t *step, h Host, g Segment) {
			if e := &t.s.Host[h]; g != (Segment{}) && t.was(h).State == LastAck && e.State == LastAck && g.Seq == e.RcvNxt {
				t.toClosed(h, EndedNormally)
			}
		},
	},
	{
		Name: "fin-wait-1-ack-of-data", About: "in FIN_WAIT_1 the ACK of the data before the FIN is taken for that of the FIN",
		Evidence: "tass-belgium/picotcp#527, soypat/seqs#22", KilledBy: []string{"fin-acked-before-leaving", "both-closed", "transitions-conform"},
		after: func(t *step, h Host, g Segment) {
			e := &t.s.Host[h]
			if bareAck(g) && t.was(h).State == FinWait1 && e.State == FinWait1 && awaitsAck(e) && g.Ack == e.SndEnd-1 {
				t.intoFinWait2(h)
			}
		},
	},
	{
		Name: "fin-wait-1-any-ack", About: "in FIN_WAIT_1 any ACK is taken for that of the FIN",
		Evidence: "tass-belgium/picotcp#527, a variant", KilledBy: []string{"fin-acked-before-leaving", "both-closed", "transitions-conform"},
		after: func(t *step, h Host, g Segment) {
			e := &t.s.Host[h]
			if bareAck(g) && !g.Has(FIN) && t.was(h).State == FinWait1 && e.State == FinWait1 && awaitsAck(e) {
				t.intoFinWait2(h)
			}
		},
	},
	{
		Name: "fin-wait-1-ack-before-fin", About: "in FIN_WAIT_1 an ACK of all that was sent is taken for that of a FIN which was not sent yet",
		Evidence: "google/gvisor#13401, found in review", KilledBy: []string{"fin-acked-before-leaving", "transitions-conform", "no-silent-data-loss"},
		after: func(t *step, h Host, g Segment) {
			e := &t.s.Host[h]
			if bareAck(g) && e.State == FinWait1 && e.FinQueued && !e.FinSent() && g.Ack == e.SndNxt {
				t.intoFinWait2(h)
			}
		},
	},
	{
		Name: "last-ack-ack-before-fin", About: "in LAST_ACK an ACK of all that was sent is taken for that of a FIN which was not sent yet",
		Evidence: "google/gvisor#13401, found in review", KilledBy: []string{"fin-acked-before-leaving", "transitions-conform", "no-silent-data-loss"},
		after: func(t *step, h Host, g Segment) {
			e := &t.s.Host[h]
			if bareAck(g) && e.State == LastAck && e.FinQueued && !e.FinSent() && g.Ack == e.SndNxt {
				t.toClosed(h, EndedNormally)
			}
		},
	},
	{
		Name: "fin-wait-1-skips-closing", About: "a FIN with an old ACK takes FIN_WAIT_1 to TIME_WAIT, as if our FIN were acknowledged",
		Evidence: "google/gvisor@3dd7ad13b", KilledBy: []string{"fin-acked-before-leaving", "transitions-conform", "both-closed"},
		after: func(t *step, h Host, _ Segment) {
			if e := &t.s.Host[h]; t.was(h).State == FinWait1 && e.State == Closing {
				t.toTimeWait(h)
			}
		},
	},
	{
		Name: "fin-wait-1-fin-to-last-ack", About: "a FIN takes FIN_WAIT_1 to LAST_ACK instead of CLOSING",
		Evidence: "FreeRTOS/FreeRTOS-Plus-TCP#1303", KilledBy: []string{"last-ack-only-passive", "transitions-conform"},
		tables: func(x *tables) { x.onFIN[FinWait1] = LastAck },
	},
	{
		Name: "fin-wait-2-fin-to-close-wait", About: "a FIN takes FIN_WAIT_2 to CLOSE_WAIT instead of TIME_WAIT",
		Evidence: "FreeRTOS/FreeRTOS-Plus-TCP#1303", KilledBy: []string{"transitions-conform", "both-closed", "close-wait-left-eventually"},
		after: func(t *step, h Host, g Segment) {
			e := &t.s.Host[h]
			if g.Has(FIN) && (t.was(h).State == FinWait2 || t.was(h).State == FinWait1) && e.State == TimeWait {
				e.State, e.Timer, e.Mini = CloseWait, NoStateTimer, false
			}
		},
	},
	{
		Name: "closing-ack-ignored", About: "in CLOSING the ACK of the FIN does not lead to TIME_WAIT",
		Evidence: "shadow/shadow#3573, a variant", KilledBy: []string{"both-closed", "transitions-conform", "no-stuck-state"},
		tables: func(x *tables) { x.onAckOfFIN[Closing] = Closing },
	},
	{
		Name: "closing-any-ack", About: "in CLOSING any ACK is taken for that of the FIN",
		Evidence: "google/gvisor@3dd7ad13b, a variant", KilledBy: []string{"fin-acked-before-leaving", "transitions-conform"},
		after: func(t *step, h Host, g Segment) {
			e := &t.s.Host[h]
			if bareAck(g) && t.was(h).State == Closing && e.State == Closing && awaitsAck(e) {
				t.toTimeWait(h)
			}
		},
	},
	{
		Name: "fin-wait-1-fin-to-close-wait", About: "a FIN takes FIN_WAIT_1 to CLOSE_WAIT instead of CLOSING",
		Evidence: "FreeRTOS/FreeRTOS-Plus-TCP#1303", KilledBy: []string{"states-match-fins", "transitions-conform"},
		tables: func(x *tables) { x.onFIN[FinWait1] = CloseWait },
	},
}
