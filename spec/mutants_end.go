package spec

// intoTimeWait tells whether the host came to TIME_WAIT in the step.
func (t *step) intoTimeWait(h Host) bool {
	return t.was(h).State != TimeWait && t.s.Host[h].State == TimeWait
}

// synInTimeWait tells whether the SYN of a next connection arrives in TIME_WAIT.
func (t *step) synInTimeWait(h Host, g Segment) bool {
	return t.s.Host[h].State == TimeWait && g.Has(SYN) && !g.Has(ACK) && !g.Has(RST) && t.m.p.Host[h].Listens
}

// FIN_WAIT_2, TIME_WAIT, and what the application is told of the end.
var endingMutants = []Mutant{
	{
		Name: "fin-wait-2-no-timeout", About: "an orphan waits in FIN_WAIT_2 for ever",
		Evidence: "robur-coop/utcp#28, embox/embox#2946, rootless-containers/slirp4netns#350", KilledBy: []string{"fin-wait-2-bounded-for-orphans", "every-wait-has-a-timer", "both-closed"},
		after: func(t *step, h Host, _ Segment) {
			if e := &t.s.Host[h]; e.State == FinWait2 {
				e.Timer = NoStateTimer
			}
		},
	},
	{
		Name: "fin-wait-2-timeout-after-shutdown", About: "FIN_WAIT_2 is ended by tcp_fin_timeout although the descriptor is open",
		Evidence: "the converse of farhadi/node-smpp#205", KilledBy: []string{"half-close-waits", "transitions-conform"},
		after: func(t *step, h Host, _ Segment) {
			if e := &t.s.Host[h]; e.State == FinWait2 && e.Open && e.Timer == NoStateTimer {
				e.Timer = FinWait2Timer
				t.restart(StateTimeout, h)
			}
		},
	},
	{
		Name: "time-wait-ignores-fin", About: "a FIN that comes again in TIME_WAIT is not acknowledged",
		Evidence: "zephyrproject-rtos/zephyr#46407", KilledBy: []string{"time-wait-re-acks-fin"},
		instead: func(t *step, h Host, g Segment) bool { return t.s.Host[h].State == TimeWait && g.Has(FIN) },
	},
	{
		Name: "time-wait-not-restarted", About: "a FIN that comes again in TIME_WAIT is acknowledged and does not restart the timer",
		Evidence: "ausimian/tricep#104, FlareCoding/StelluxOS#188", KilledBy: []string{"time-wait-re-acks-fin", "time-wait-length"},
		after: func(t *step, h Host, g Segment) {
			if t.was(h).State == TimeWait && g != (Segment{}) {
				t.restarted[h] &^= 1 << StateTimeout
			}
		},
	},
	{
		Name: "time-wait-two-seconds", About: "TIME_WAIT lasts two seconds, less than the peer goes on sending its FIN",
		Evidence: "ausimian/tricep#104", KilledBy: []string{"time-wait-length", "time-wait-bounded"},
		params: func(c *HostParams) { c.TimeWait = 2 * Second },
	},
	{
		Name: "time-wait-skipped", About: "the connection is deleted where TIME_WAIT should begin",
		Evidence: "google/gvisor#3106, @66ebb6575", KilledBy: []string{"transitions-conform", "active-closer-waits"},
		after: func(t *step, h Host, _ Segment) {
			if t.intoTimeWait(h) {
				t.toClosed(h, EndedNormally)
			}
		},
	},
	{
		Name: "time-wait-skipped-silently", About: "the peer's FIN deletes the connection in FIN_WAIT_2, and its ACK is lost with it",
		Evidence: "zephyrproject-rtos/zephyr#5442", KilledBy: []string{"transitions-conform", "active-closer-waits", "fin-is-acknowledged"},
		after: func(t *step, h Host, _ Segment) {
			if t.intoTimeWait(h) {
				t.unsend(h, func(Segment) bool { return true })
				t.toClosed(h, EndedNormally)
			}
		},
	},
	{
		Name: "time-wait-without-bucket", About: "TIME_WAIT is skipped because its table is full, although it has room",
		Evidence: "Linux tcp_minisocks (documented behaviour where the table is full)", KilledBy: []string{"active-closer-waits", "no-old-duplicate-accepted", "transitions-conform"},
		params: func(c *HostParams) { c.TCPMaxTwBuckets = 0 },
	},
	{
		Name: "syn-in-time-wait-always-taken", About: "any SYN in TIME_WAIT deletes it and goes to the listening socket, an old one too",
		Evidence: "asterinas/asterinas#1531", KilledBy: []string{"time-wait-takes-a-newer-syn-only", "no-old-duplicate-accepted"},
		instead: func(t *step, h Host, g Segment) bool {
			if !t.synInTimeWait(h, g) {
				return false
			}
			t.openNext(h, g)
			return true
		},
	},
	{
		Name: "syn-in-time-wait-never-taken", About: "a SYN in TIME_WAIT is acknowledged even when it is newer than all of the connection",
		Evidence: "google/gvisor@45cd7c1b1", KilledBy: []string{"time-wait-takes-a-newer-syn-only", "connect-eventually-succeeds"},
		instead: func(t *step, h Host, g Segment) bool {
			if !t.synInTimeWait(h, g) {
				return false
			}
			t.miniAck(h, g)
			return true
		},
	},
	{
		Name: "time-wait-ended-by-close", About: "close() ends TIME_WAIT",
		Evidence: "google/gvisor#3106", KilledBy: []string{"time-wait-length"},
		after: func(t *step, h Host, _ Segment) {
			if t.calls(h, Close, Exit) && t.was(h).State == TimeWait {
				t.toClosed(h, EndedNormally)
			}
		},
	},
	{
		Name: "time-wait-ended-by-any-rst", About: "TIME_WAIT is ended by an RST whatever its sequence number, and with tcp_rfc1337",
		Evidence: "RFC 1337; P11 of the list of reference", KilledBy: []string{"time-wait-length", "rst-accepted-exactly"},
		instead: func(t *step, h Host, g Segment) bool {
			if t.s.Host[h].State != TimeWait || !g.Has(RST) {
				return false
			}
			t.toClosed(h, EndedReset)
			return true
		},
	},
	{
		Name: "time-wait-for-passive-closer", About: "the passive closer goes to TIME_WAIT when its FIN is acknowledged",
		Evidence: "P7 of the list of reference", KilledBy: []string{"time-wait-only-active-closer"},
		after: func(t *step, h Host, _ Segment) {
			if t.was(h).State == LastAck && t.s.Host[h].State == Closed && t.s.Host[h].Ending == EndedNormally {
				t.s.Host[h].State, t.s.Host[h].Ending = TimeWait, NotEnded
				t.s.Host[h].RcvNxt, t.s.Host[h].Timer, t.s.Host[h].Mini = t.was(h).RcvNxt, TimeWaitTimer, t.rules.miniSockets
				t.s.Host[h].SndUna, t.s.Host[h].SndNxt, t.s.Host[h].SndEnd = t.was(h).SndEnd, t.was(h).SndEnd, t.was(h).SndEnd
				t.s.Host[h].FinQueued, t.s.Host[h].PeerFin = true, true
				t.restart(StateTimeout, h)
			}
		},
	},
	{
		Name: "close-done-lost", About: "close() that waits with SO_LINGER is not woken when LAST_ACK or FIN_WAIT_1 is over",
		Evidence: "espressif/esp-lwip#91", KilledBy: []string{"lingering-close-returns", "no-stuck-state"},
		settled: func(t *step, h Host) {
			if was, e := t.was(h), &t.s.Host[h]; was.Lingering && !e.Lingering && t.fired.Kind == Deliver {
				e.Lingering = true
				if e.State != Closed {
					e.Open = true
				}
			}
		},
	},
	{
		Name: "rst-ignored", About: "an RST in order does not end the connection",
		Evidence: "P11 of the list of reference; RFC 9293 §3.10.7.4, second check", KilledBy: []string{"transitions-conform", "rst-accepted-exactly"},
		instead: func(t *step, h Host, g Segment) bool { return g.Has(RST) && t.s.Host[h].State != Closed },
	},
	{
		Name: "rst-accepted-in-window", About: "any RST in the window ends the connection (RFC 793)",
		Evidence: "RFC 5961 §3.2 asks for the exact number", KilledBy: []string{"rst-accepted-exactly", "transitions-conform"},
		instead: func(t *step, h Host, g Segment) bool {
			e := &t.s.Host[h]
			if !g.Has(RST) || e.State == Closed || e.State == TimeWait || e.Mini || !t.acceptable(h, g) {
				return false
			}
			t.reset(h)
			return true
		},
	},
	{
		Name: "late-data-accepted", About: "data for a socket that nobody reads any more is acknowledged and dropped",
		Evidence: "RFC 9293 SHLD-3; RFC 2525 §2.17", KilledBy: []string{"no-silent-data-loss", "late-data-is-reset", "transitions-conform"},
		instead: func(t *step, h Host, g Segment) bool {
			e := &t.s.Host[h]
			if g.Len == 0 || g.Seq != e.RcvNxt || g.Has(RST) || !e.RcvShut || e.Mini || e.State != FinWait1 && e.State != FinWait2 {
				return false
			}
			e.RcvNxt += Seq(g.Len)
			g.Seq, g.Len = g.Seq+Seq(g.Len), 0
			t.arriveSynchronized(h, g)
			if t.s.Host[h].State != Closed {
				t.sendAck(h)
			}
			return true
		},
	},
}
