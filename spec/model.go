package spec

import (
	"fmt"
	"math/bits"
	"slices"
	"sync"
)

// Model is TCP teardown as a transition system with pending events. It has the
// methods of the engine's Model interface.
type Model struct {
	p   Params // with what mutants change of them
	was Params // as they were given
	any bool
	// counted[h][k] is how far State.Sent[h][k] has to count for the scripted
	// losses, and counts whether any does.
	counted [2][numSegmentKinds]uint8
	counts  bool
	tables  [2]*tables
	mutant  [2]*Mutant // nil: the host follows the rules
	leftOut uint32     // clearings that are not made, see clears
}

// New makes a model of parameters. It returns an error that names the parameter
// where they contradict each other or leave the range that the model can count.
func New(p Params) (*Model, error) {
	if err := p.validate(); err != nil {
		return nil, fmt.Errorf("spec: %w", err)
	}
	m := &Model{p: p, was: p, tables: [2]*tables{&correct, &correct}}
	if err := m.mutate(); err != nil {
		return nil, fmt.Errorf("spec: %w", err)
	}
	for _, r := range p.Net.Lose {
		for _, n := range append(r.Nth[:len(r.Nth):len(r.Nth)], r.Except...) {
			c := &m.counted[r.From][r.Kind]
			*c, m.counts = max(*c, n+1), true
		}
	}
	return m, nil
}

// Params are the parameters the model was made of.
func (m *Model) Params() Params { return m.was }

// Any is the same model for a search without durations: counters that only
// durations keep small saturate, and equal segments in flight are counted as 0, 1
// or many. Every run of m, its durations ignored, is a run of Any.
func (m *Model) Any() *Model {
	a := *m
	a.any = true
	return &a
}

// Init is one established connection: the handshake is over, nothing is in
// flight, and both applications start their scripts.
func (m *Model) Init() []State {
	var s State
	for h := Client; h <= Server; h++ {
		s.Host[h] = Endpoint{
			State: Established, Open: true,
			SndUna: 1, SndNxt: 1, SndEnd: 1, RcvNxt: 1, RcvWup: 1, // SYN was number 0
		}
	}
	s.Losses = uint8(max(m.p.Net.Losses, 0))
	s.Duplicates = uint8(m.p.Net.Duplicates)
	m.forgetNetwork(&s)
	return []State{s}
}

// Effect is what a step does to the pending events; see the engine's type of the
// same shape.
type Effect = struct {
	Fresh      [16]uint64
	FreshCount uint8
	Full       bool
	Label      [2]uint64
}

// Fire emits every state that event e, pending in s, may lead to.
func (m *Model) Fire(s State, e Event, emit func(next State, how Effect)) {
	f := firings.Get().(*firing)
	f.from = s
	f.step = step{m: m, rules: &profileRules[m.p.Profile], fired: EventOf(e.ID), prev: &f.from, s: s}
	f.step.fire(emit)
	firings.Put(f)
}

// firing is what Fire works on. Firings are used again: a search has many steps.
type firing struct {
	from State
	step step
}

var firings = sync.Pool{New: func() any { return new(firing) }}

// fire emits what the event leads to, for every choice that the host has.
func (t *step) fire(emit func(State, Effect)) {
	if !t.m.reopens() {
		t.happen(emit)
		return
	}
	for choice, more := 0, true; more; choice++ {
		u := *t
		u.choice = choice
		u.happen(emit)
		more = choice+1 < u.choices
	}
}

// happen lets the event happen and emits what it leads to.
func (t *step) happen(emit func(State, Effect)) {
	i := t.fired
	if i.Kind == Deliver {
		g := t.m.arriving(&t.s, i)
		bag := &t.s.Net[i.Host.Peer()]
		if t.m.remove(bag, g) { // of many, many may be left
			u := *t
			u.m.insert(&u.s.Net[i.Host.Peer()], g)
			u.receive(i.Host, g)
			u.finish(emit)
		}
		t.receive(i.Host, g)
	} else {
		if t.m.any && i.Kind == RexmtTimeout && t.atCap(i.Host) {
			u := *t
			u.giveUp(i.Host)
			u.finish(emit)
		}
		t.due(i)
	}
	t.finish(emit)
}

// expire is an event that is no delivery.
func (t *step) expire(i EventInfo) {
	e := &t.s.Host[i.Host]
	switch i.Kind {
	case AppCall:
		t.call(i.Host)
	case LingerTimeout:
		t.orphan(i.Host) // close() returns 0; the FIN goes on in the background
	case RexmtTimeout:
		t.rexmtTimeout(i.Host)
	case DelayedAckDue:
		t.sendAck(i.Host)
	case StateTimeout:
		t.stateTimeout(i.Host)
	case KeepaliveDue:
		t.keepaliveTimeout(i.Host)
	case OrphanLimitDue:
		e.LimitOrphan = LimitReached
	case Retries2LimitDue:
		e.LimitRetries2 = LimitReached
	case UserTimeoutDue: // the RTO is clamped to what is left of it: it is due now
		e.LimitUser = LimitReached
		t.restart(RexmtTimeout, i.Host)
	case AckQuotaBack:
		e.AckLimited = false
	case ISNClockDue:
		e.ClockPassed = true
	case StampDue:
		e.Stamped = false
	case ReuseDue:
		e.ReuseReady = true
	default:
		panic(fmt.Sprintf("spec: event of kind %d cannot fire", i.Kind))
	}
}

// finish lets follow what follows at once, asks the network about each segment
// sent, and emits.
func (t *step) finish(emit func(State, Effect)) {
	t.settle()
	t.settled()
	for h := Client; h <= Server; h++ {
		t.windowUpdate(h)
		t.forget(h)
	}
	t.leaving()
	if t.alone != nil {
		t.alone(t)
		return
	}
	t.fates(0, emit)
}

// emit works out which events are fresh in the finished next state.
func (t *step) emit(emit func(State, Effect)) {
	next := t.s
	t.m.forgetNetwork(&next)
	how := Effect{Label: packLabel(t.sent[:t.sentCount])}
	for h := Client; h <= Server; h++ {
		set := t.restarted[h] & t.m.pendingAt(&next, h)
		how.Label[1] |= uint64(set>>StateTimeout&1)<<(stateTimerBit+uint(h)) |
			uint64(set>>RexmtTimeout&1)<<(rexmtTimerBit+uint(h)) |
			uint64(set>>KeepaliveDue&1)<<(keepaliveTimerBit+uint(h))
	}
	fresh := func(id uint64) {
		if int(how.FreshCount) == len(how.Fresh) {
			panic(fmt.Sprintf("spec: more than %d fresh events after %+v in %+v", len(how.Fresh), t.fired, *t.prev))
		}
		how.Fresh[how.FreshCount] = id
		how.FreshCount++
	}
	for h := Client; h <= Server; h++ {
		renewed := t.restarted[h] | ^t.m.pendingAt(t.prev, h)
		if t.fired.Host == h {
			renewed |= 1 << t.fired.Kind
		}
		for set := t.m.pendingAt(&next, h) & renewed; set != 0; set &= set - 1 {
			fresh(EventInfo{Kind: EventKind(bits.TrailingZeros16(set)), Host: h}.id())
		}
	}
	switch {
	case t.m.p.Net.Queue:
		t.freshInQueue(&next, fresh)
	case t.m.any:
		t.freshKinds(&next, fresh)
	default:
		t.freshCopies(&next, fresh)
	}
	emit(next, how)
}

// freshInQueue marks as many deliveries as there are new segments at the tail.
func (t *step) freshInQueue(next *State, fresh func(uint64)) {
	for _, sent := range t.sent[:t.sentCount] {
		if t.m.over(next) || t.m.any && !t.m.reopens() && t.m.unheard(next, sent.From.Peer(), sent.Segment) {
			continue // it has been forgotten
		}
		for range sent.Copies {
			fresh(t.m.deliveryID(sent.From, sent.Segment))
		}
	}
}

// freshCopies marks the deliveries of what has been added to a bag.
func (t *step) freshCopies(next *State, fresh func(uint64)) {
	for i, sent := range t.sent[:t.sentCount] {
		same := func(other Sent) bool { return other.From == sent.From && other.Segment == sent.Segment }
		if slices.ContainsFunc(t.sent[:i], same) {
			continue
		}
		id := t.m.deliveryID(sent.From, sent.Segment)
		before := t.m.copies(&t.prev.Net[sent.From], sent.Segment)
		if t.fired.id() == id {
			before--
		}
		for range t.m.copies(&next.Net[sent.From], sent.Segment) - before {
			fresh(id)
		}
	}
}

// freshKinds marks deliveries where copies are not counted: one event stands for
// all equal segments, and is fresh when there was none before or one was taken.
func (t *step) freshKinds(next *State, fresh func(uint64)) {
	for from := Client; from <= Server; from++ {
		for _, g := range next.Net[from][:next.Net[from].Len()] {
			id := t.m.deliveryID(from, g)
			before := false
			for _, old := range t.prev.Net[from][:t.prev.Net[from].Len()] {
				before = before || t.m.deliveryID(from, old) == id
			}
			if !before || t.fired.id() == id {
				fresh(id)
			}
		}
	}
}
