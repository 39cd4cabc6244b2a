package spec

// Table is one of the transition tables of an endpoint.
type Table uint8

// The tables, in the order of tables.go.
const (
	OnClose Table = iota
	OnFIN
	OnAckOfFIN
	OnReset
	ResetOnAbort
	FullText
	Lingers
	ResetCheck
	numTables
)

var tableNames = [numTables]string{
	OnClose: "on-close", OnFIN: "on-fin", OnAckOfFIN: "on-ack-of-fin", OnReset: "on-reset",
	ResetOnAbort: "reset-on-abort", FullText: "full-text", Lingers: "lingers", ResetCheck: "reset-check",
}

func (t Table) String() string { return tableNames[t] }

// actionNames are the kinds of pending events, timers in the words of RFC 9293 and of
// the kernel.
var actionNames = [numEventKinds]string{
	Deliver: "segment-arrives", AppCall: "application-call", LingerTimeout: "so-linger-over", RexmtTimeout: "retransmission-timeout",
	DelayedAckDue: "delayed-ack-due", StateTimeout: "state-timeout", KeepaliveDue: "keepalive-due",
	OrphanLimitDue: "tcp-orphan-retries-spent", Retries2LimitDue: "tcp-retries2-spent", UserTimeoutDue: "tcp-user-timeout-spent",
	AckQuotaBack: "tcp-invalid-ratelimit-over", ISNClockDue: "isn-clock-passes", StampDue: "timestamp-clock-ticks", ReuseDue: "tcp-tw-reuse-delay-over",
}

// timer is a use of the retransmission timer or of the timer of a waiting state. The
// timers that serve one purpose only are events of their own.
type timer uint8

const (
	timerRTO timer = iota
	timerLossProbe
	timerPersist
	timerSYN
	timerSYNAgain
	timerKeptFinWait2
	timerFinWait2
	timerTimeWait
	numTimers
)

var timerNames = [numTimers]string{
	timerRTO: "rto", timerLossProbe: "tail-loss-probe", timerPersist: "zero-window-probe", timerSYN: "syn-rto", timerSYNAgain: "syn-again",
	timerKeptFinWait2: "fin-wait-2-keepalive", timerFinWait2: "fin-wait-2", timerTimeWait: "time-wait",
}

// Coverage is what of the rules some steps have used. The zero value is none of it.
type Coverage struct {
	rows     [numTables]uint16
	actions  uint16
	segments uint8
	timers   uint8
}

// row looks up the row of the host's state in one of its tables.
func row[T any](t *step, h Host, table Table, cells *[numStates]T) T {
	state := t.s.Host[h].State
	if t.cover != nil {
		t.cover.rows[table] |= 1 << state
	}
	return cells[state]
}

// Cover adds what the rules use when event e, pending in s, fires. Rows of which
// nothing depends are not looked up, and so not used: those of text by an empty
// segment, those of SEG.SEQ = RCV.NXT−1 by one without RST.
func (m *Model) Cover(s State, e Event, c *Coverage) {
	i := EventOf(e.ID)
	c.actions |= 1 << i.Kind
	switch h := &s.Host[i.Host]; i.Kind {
	case Deliver:
		c.segments |= 1 << m.arriving(&s, i).Kind()
	case RexmtTimeout:
		c.timers |= 1 << rexmtUse(h)
	case StateTimeout:
		c.timers |= 1 << [...]timer{FinWait2Keepalive: timerKeptFinWait2, FinWait2Timer: timerFinWait2, TimeWaitTimer: timerTimeWait}[h.Timer]
	}
	f := firings.Get().(*firing)
	f.from = s
	f.step = step{m: m, rules: &profileRules[m.p.Profile], fired: i, prev: &f.from, s: s, cover: c}
	f.step.fire(func(State, Effect) {})
	firings.Put(f)
}

func rexmtUse(e *Endpoint) timer {
	switch {
	case e.opening() && e.Rexmt == SYNAgain:
		return timerSYNAgain
	case e.opening():
		return timerSYN
	}
	return [...]timer{RTO: timerRTO, LossProbe: timerLossProbe, Persist: timerPersist}[e.Rexmt]
}

// Add adds what other steps have used.
func (c *Coverage) Add(other Coverage) {
	for i := range c.rows {
		c.rows[i] |= other.rows[i]
	}
	c.actions |= other.actions
	c.segments |= other.segments
	c.timers |= other.timers
}

// PartKind is a kind of parts of the rules.
type PartKind uint8

// The kinds of parts.
const (
	RowPart     PartKind = iota // a row of a transition table
	ActionPart                  // a kind of pending event
	SegmentPart                 // a kind of segment, arriving
	TimerPart                   // a use of a timer that has more than one
	NumPartKinds
)

// Covered is a part of the rules, and whether it was used.
type Covered struct {
	Kind PartKind
	Name string // of a row TABLE.STATE, as in the names of systematic mutants
	Used bool
	// Unreachable is why no run of the profile can use it, empty where one can.
	Unreachable string
}

// Parts lists all parts of the rules in the order of tables.go, each with whether c
// has it, and for one that it has not, why no run of the profile can have it.
func (c *Coverage) Parts(p Profile) []Covered {
	var all []Covered
	add := func(kind PartKind, name string, used bool, why string) {
		if used {
			why = ""
		}
		all = append(all, Covered{kind, name, used, why})
	}
	for t := range numTables {
		for _, s := range ConnStates() {
			add(RowPart, t.String()+"."+s.String(), c.rows[t]>>s&1 == 1, unreachableRow(p, t, s))
		}
	}
	for k := Deliver; k < numEventKinds; k++ {
		add(ActionPart, actionNames[k], c.actions>>k&1 == 1, unreachableAction(p, k))
	}
	for k := range numSegmentKinds {
		add(SegmentPart, k.String(), c.segments>>k&1 == 1, "")
	}
	for t := range numTimers {
		add(TimerPart, timerNames[t], c.timers>>t&1 == 1, unreachableTimer(p, t))
	}
	return all
}
