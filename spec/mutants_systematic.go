package spec

// Systematic mutants: every cell of a transition table with every other value, every
// kind of segment dropped where it is sent, every timer not armed or not cleared, every
// retry limit off by one. Their names say what they are:
//
//	on-fin.FIN_WAIT_1.LAST_ACK        the cell FIN_WAIT_1 of onFIN is LAST_ACK
//	drop.ACK.FIN_WAIT_2.arrival       the ACK that an arrival in FIN_WAIT_2 sends is not sent
//	unarmed.RTO.LAST_ACK              the RTO is not armed in LAST_ACK
//	uncleared.RTO.FIN_WAIT_1          the RTO of FIN_WAIT_1 runs on where it is cleared
//	unrestarted.rexmt.FIN_WAIT_1      the retransmission timer runs on where FIN_WAIT_1 restarts it
//	limit.tcp_orphan_retries.+1       one retry more
func systematicNamed(name string) *Mutant {
	for _, x := range Systematic() {
		if x.Name == name {
			return &x
		}
	}
	return nil
}

// Systematic lists the systematic mutants.
func Systematic() []Mutant {
	var all []Mutant
	all = append(all, cellMutants()...)
	all = append(all, dropMutants()...)
	all = append(all, timerMutants()...)
	return append(all, limitMutants()...)
}

func cellMutants() (all []Mutant) {
	for _, t := range []struct {
		name string
		at   func(*tables) *[numStates]ConnState
	}{
		{"on-close", func(x *tables) *[numStates]ConnState { return &x.onClose }},
		{"on-fin", func(x *tables) *[numStates]ConnState { return &x.onFIN }},
		{"on-ack-of-fin", func(x *tables) *[numStates]ConnState { return &x.onAckOfFIN }},
	} {
		for _, row := range teardownStates() {
			for _, to := range teardownStates() {
				if t.at(&correct)[row] != to {
					all = append(all, Mutant{
						Name: t.name + "." + row.String() + "." + to.String(), About: "the cell " + row.String() + " of the table " + t.name + " is " + to.String(),
						tables: func(x *tables) { t.at(x)[row] = to },
					})
				}
			}
		}
	}
	for _, t := range []struct {
		name string
		at   func(*tables) *[numStates]bool
	}{
		{"reset-on-abort", func(x *tables) *[numStates]bool { return &x.resetOnAbort }},
		{"full-text", func(x *tables) *[numStates]bool { return &x.fullText }},
		{"lingers", func(x *tables) *[numStates]bool { return &x.lingers }},
		{"reset-check", func(x *tables) *[numStates]bool { return &x.resetCheck }},
	} {
		for _, row := range teardownStates() {
			all = append(all, Mutant{
				Name: t.name + "." + row.String() + ".not", About: "the cell " + row.String() + " of the table " + t.name + " is the opposite",
				tables: func(x *tables) { t.at(x)[row] = !t.at(x)[row] },
			})
		}
	}
	for _, row := range teardownStates() {
		for err := NoError; err <= ETIMEDOUT; err++ {
			if onReset[row] != err {
				all = append(all, Mutant{
					Name: "on-reset." + row.String() + "." + err.String(), About: "an RST in " + row.String() + " leaves the error " + err.String(),
					tables: func(x *tables) { x.onReset[row] = err },
				})
			}
		}
	}
	return all
}

// causes are the kinds of steps that send.
var causes = []struct {
	name string
	is   func(EventKind) bool
}{
	{"arrival", func(k EventKind) bool { return k == Deliver }},
	{"call", func(k EventKind) bool { return k == AppCall }},
	{"timer", func(k EventKind) bool { return k != Deliver && k != AppCall }},
}

func dropMutants() (all []Mutant) {
	for kind := range numSegmentKinds {
		for _, state := range teardownStates() {
			for _, cause := range causes {
				all = append(all, Mutant{
					Name: "drop." + kind.String() + "." + state.String() + "." + cause.name, About: "the " + kind.String() + " that " + cause.name + " in " + state.String() + " makes the host send is not sent",
					leaving: func(t *step, h Host) {
						if t.fired.Host == h && cause.is(t.fired.Kind) && t.was(h).State == state {
							t.unsend(h, func(g Segment) bool { return g.Kind() == kind })
						}
					},
				})
			}
		}
	}
	return all
}

// timers are what can be armed, each with a way to read it, and to set it as it was.
var timers = []struct {
	name  string
	armed func(*Endpoint) bool
	clear func(*Endpoint)
	keep  func(e, was *Endpoint)
}{
	{
		"RTO", func(e *Endpoint) bool { return e.Rexmt == RTO }, func(e *Endpoint) { e.Rexmt = NoTimer },
		func(e, was *Endpoint) { e.Rexmt, e.Backoff = was.Rexmt, was.Backoff },
	},
	{
		"loss-probe", func(e *Endpoint) bool { return e.Rexmt == LossProbe }, func(e *Endpoint) { e.Rexmt = NoTimer },
		func(e, was *Endpoint) { e.Rexmt, e.SndTail = was.Rexmt, was.SndTail },
	},
	{
		"persist", func(e *Endpoint) bool { return e.Rexmt == Persist }, func(e *Endpoint) { e.Rexmt = NoTimer },
		func(e, was *Endpoint) { e.Rexmt, e.Backoff = was.Rexmt, was.Backoff },
	},
	{
		"delayed-ack", func(e *Endpoint) bool { return e.DelayedAck }, func(e *Endpoint) { e.DelayedAck = false },
		func(e, _ *Endpoint) { e.DelayedAck = true },
	},
	{
		"state-timer", func(e *Endpoint) bool { return e.Timer != NoStateTimer }, func(e *Endpoint) { e.Timer = NoStateTimer },
		func(e, was *Endpoint) { e.Timer = was.Timer },
	},
	{
		"user-limit", func(e *Endpoint) bool { return e.LimitUser == LimitPending }, func(e *Endpoint) { e.LimitUser = LimitIdle },
		func(e, _ *Endpoint) { e.LimitUser = LimitPending },
	},
	{
		"orphan-limit", func(e *Endpoint) bool { return e.LimitOrphan == LimitPending }, func(e *Endpoint) { e.LimitOrphan = LimitIdle },
		func(e, _ *Endpoint) { e.LimitOrphan = LimitPending },
	},
	{
		"retries2-limit", func(e *Endpoint) bool { return e.LimitRetries2 == LimitPending }, func(e *Endpoint) { e.LimitRetries2 = LimitIdle },
		func(e, _ *Endpoint) { e.LimitRetries2 = LimitPending },
	},
}

func timerMutants() (all []Mutant) {
	for _, timer := range timers {
		for _, state := range teardownStates()[1:] { // in CLOSED there is none
			all = append(all, Mutant{
				Name: "unarmed." + timer.name + "." + state.String(), About: "the timer " + timer.name + " is not armed in " + state.String(),
				after: func(t *step, h Host, _ Segment) {
					if e := &t.s.Host[h]; e.State == state && timer.armed(e) {
						timer.clear(e)
					}
				},
			}, Mutant{
				Name: "uncleared." + timer.name + "." + state.String(), About: "the timer " + timer.name + " of " + state.String() + " is not cleared when what it was for has come",
				instead: rexmtOfNothing,
				after: func(t *step, h Host, _ Segment) {
					was, e := t.was(h), &t.s.Host[h]
					if was.State == state && t.fired.Kind == Deliver && e.State != Closed && !e.Mini && timer.armed(was) && !timer.armed(e) {
						timer.keep(e, was)
					}
				},
			})
		}
	}
	for _, name := range []string{"keepalive", "linger"} {
		all = append(all, Mutant{
			Name: "unarmed." + name, About: "the timer " + name + " is not armed",
			params: func(c *HostParams) {
				if name == "keepalive" {
					c.SoKeepalive = false
				} else if c.SoLinger.On && c.SoLinger.Time > 0 {
					c.SoLinger.Time = 1000 * 3600 * Second // longer than anything else lasts
				}
			},
		})
	}
	return append(all, unrestartedMutants()...)
}

// rexmtOfNothing is the expiry of an RTO or a loss probe that was not cleared: with
// nothing outstanding it sends the last number again.
func rexmtOfNothing(t *step, h Host, _ Segment) bool {
	e := &t.s.Host[h]
	if !t.rexmtDue(h, RTO) && !t.rexmtDue(h, LossProbe) || e.SndUna != e.SndNxt {
		return false
	}
	t.transmit(h, e.outstanding(e.SndNxt-1))
	t.restart(RexmtTimeout, h)
	return true
}

// unrestartedMutants let a timer run on that an arrival or a call restarts.
func unrestartedMutants() (all []Mutant) {
	for _, timer := range []struct {
		name string
		kind EventKind
	}{{"rexmt", RexmtTimeout}, {"state-timer", StateTimeout}, {"keepalive", KeepaliveDue}} {
		for _, state := range teardownStates()[1:] {
			all = append(all, Mutant{
				Name: "unrestarted." + timer.name + "." + state.String(), About: "the timer " + timer.name + " runs on where " + state.String() + " restarts it",
				after: func(t *step, h Host, _ Segment) {
					if t.was(h).State == state && (t.fired.Kind != timer.kind || t.fired.Host != h) && t.runsOn(h, timer.kind) {
						t.restarted[h] &^= 1 << timer.kind
					}
				},
			})
		}
	}
	return all
}

// runsOn tells whether an event of the host is pending before and after the step, and
// has the same window.
func (t *step) runsOn(h Host, kind EventKind) bool {
	if t.m.pendingAt(t.prev, h)&t.m.pendingAt(&t.s, h)>>kind&1 == 0 {
		return false
	}
	lo, hi := t.m.window(t.prev, kind, h)
	earliest, latest := t.m.window(&t.s, kind, h)
	return lo == earliest && hi == latest
}

func limitMutants() (all []Mutant) {
	for _, limit := range []struct {
		name string
		at   func(*HostParams) *uint8
	}{
		{"tcp_orphan_retries", func(c *HostParams) *uint8 { return &c.TCPOrphanRetries }},
		{"tcp_retries2", func(c *HostParams) *uint8 { return &c.TCPRetries2 }},
		{"tcp_keepalive_probes", func(c *HostParams) *uint8 { return &c.KeepaliveProbes }},
	} {
		all = append(all, Mutant{
			Name: "limit." + limit.name + ".+1", About: "one retry more than " + limit.name,
			params: func(c *HostParams) { *limit.at(c)++ },
		}, Mutant{
			Name: "limit." + limit.name + ".-1", About: "one retry less than " + limit.name,
			params: func(c *HostParams) { *limit.at(c) = max(1, *limit.at(c)) - 1 },
		})
	}
	return all
}
