package spec

import (
	"fmt"
	"strings"
)

// Mutant is a host that deviates from the rules, as stacks did in history, or as a
// slip of the pen would: a stack author asks with it what a correct peer makes of a
// broken one, and the catalogue of properties is held against it.
//
// A deviation replaces cells of the transition tables, changes parameters, does
// something else instead of a rule, or amends what the rule did. The rules themselves
// do not know of it.
type Mutant struct {
	Name string
	// About says what is done wrong, and Evidence where it was: issues, commits and
	// threads of stacks.
	About, Evidence string
	// KilledBy are the properties that must catch it, in the names of the catalogue;
	// any of them. Empty for systematic ones.
	KilledBy []string

	tables func(*tables)
	params func(*HostParams)
	// instead does something else at an event of the host, and tells whether it did.
	// g is the segment that arrives, zero at other events.
	instead func(t *step, h Host, g Segment) bool
	// after amends what the rule did.
	after func(t *step, h Host, g Segment)
	// settled amends what the application was told.
	settled func(t *step, h Host)
	// leaving amends what the host sends, window updates too.
	leaving func(t *step, h Host)
}

// tables are the transition tables of one endpoint. They are the ones below, unless a
// mutant replaces cells.
type tables struct {
	onClose, onFIN, onAckOfFIN                  [numStates]ConnState
	onReset                                     [numStates]Errno
	resetOnAbort, fullText, lingers, resetCheck [numStates]bool
}

var correct = tables{onClose, onFIN, onAckOfFIN, onReset, resetOnAbort, fullText, lingers, resetCheck}

// mutate makes the model deviate as its parameters say.
func (m *Model) mutate() error {
	for h := range m.p.Host {
		name := m.p.Host[h].Mutant
		if name == "" {
			continue
		}
		x := MutantNamed(name)
		if x == nil {
			return fmt.Errorf("%v: there is no mutant %q", Host(h), name)
		}
		m.mutant[h] = x
		if x.tables != nil {
			changed := correct
			x.tables(&changed)
			m.tables[h] = &changed
		}
		if x.params != nil {
			x.params(&m.p.Host[h])
		}
	}
	return nil
}

// Mutated tells whether a host deviates from the rules. Nothing is left out of a search
// then: footprints are of the rules.
func (m *Model) Mutated() bool { return m.mutant[Client] != nil || m.mutant[Server] != nil }

// Faithful names a mutant that deviates in nothing: a host under the rules, of which
// the model forgets no more than it does of mutants. They are compared with it.
const Faithful = "faithful"

// MutantNamed is the mutant of a name, historic or systematic, nil for none.
func MutantNamed(name string) *Mutant {
	if name == Faithful {
		return &Mutant{Name: Faithful}
	}
	for i := range historic {
		if historic[i].Name == name {
			return &historic[i]
		}
	}
	if strings.Contains(name, ".") {
		return systematicNamed(name)
	}
	return nil
}

// Mutants lists the historic ones, in the order of reference: how a FIN is sent, sent
// again, acknowledged, received, and what follows.
func Mutants() []Mutant { return historic }

// receive is arrive with the deviations of the host.
func (t *step) receive(h Host, g Segment) {
	x := t.m.mutant[h]
	if x == nil {
		t.arrive(h, g)
		return
	}
	if x.instead == nil || t.s.Host[h].Down || t.s.Host[h].Offline || !x.instead(t, h, g) {
		t.arrive(h, g)
	}
	t.amend(x, h, g)
}

// due is expire with the deviations of the host.
func (t *step) due(i EventInfo) {
	x := t.m.mutant[i.Host]
	if x == nil {
		t.expire(i)
		return
	}
	if x.instead == nil || !x.instead(t, i.Host, Segment{}) {
		t.expire(i)
	}
	t.amend(x, i.Host, Segment{})
}

func (t *step) amend(x *Mutant, h Host, g Segment) {
	if x.after != nil && !t.s.Host[h].Down {
		x.after(t, h, g)
	}
	if e := &t.s.Host[h]; e.State == Closed && e.Ending == NotEnded && !e.Down {
		t.toClosed(h, EndedNormally) // by a cell that says CLOSED where none does
	}
}

// settled lets deviations amend what the applications were told.
func (t *step) settled() {
	for h, x := range t.m.mutant {
		if x != nil && x.settled != nil {
			x.settled(t, Host(h))
		}
	}
}

// leaving lets deviations amend what was sent.
func (t *step) leaving() {
	for h, x := range t.m.mutant {
		if x != nil && x.leaving != nil {
			x.leaving(t, Host(h))
		}
	}
}

// was is the host before the step.
func (t *step) was(h Host) *Endpoint { return &t.prev.Host[h] }

// unsend takes back what the host has sent in this step and is of a kind.
func (t *step) unsend(h Host, kind func(Segment) bool) {
	kept := 0
	for _, s := range t.sent[:t.sentCount] {
		if s.From != h || !kind(s.Segment) {
			t.sent[kept] = s
			kept++
		}
	}
	clear(t.sent[kept:t.sentCount])
	t.sentCount = kept
}

// calls tells whether the step is a call of the host's application of a kind.
func (t *step) calls(h Host, kinds ...Do) bool {
	if t.fired.Kind != AppCall || t.fired.Host != h {
		return false
	}
	do := t.m.p.Host[h].Script[t.was(h).PC].Do
	for _, k := range kinds {
		if do == k {
			return true
		}
	}
	return false
}

// rexmtDue tells whether the step is the expiry of the host's retransmission timer,
// armed for this.
func (t *step) rexmtDue(h Host, use RexmtTimer) bool {
	return t.fired.Kind == RexmtTimeout && t.fired.Host == h && t.was(h).Rexmt == use
}
