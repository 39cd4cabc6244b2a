package why

import (
	"slices"

	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/spec"
)

// state is a state of the model in which something is forbidden: with how often it could
// have been so far, and the delivery that may not be late while it is under way.
type state struct {
	spec.State
	count  uint8
	prompt spec.Segment
}

// without is the model in which one fact is forbidden: all its runs but those in which
// the nth segment of a kind is lost, or copied, and with the window of the nth delivery
// or timer narrowed to its earliest instant. Apart from scripted losses, which are lifted
// by other parameters, it has no run that the model has not.
type without struct {
	*spec.Model
	fact fact
}

// promptBit marks the ID of the delivery that may not be late. It has a window of its own
// and so cannot wait in the queue of the others.
const promptBit = 1 << 63

func (m without) Init() (all []state) {
	for _, s := range m.Model.Init() {
		w := state{State: s}
		if m.fact.kind == LateTimer {
			for _, e := range m.Model.Events(s, nil) {
				if m.isTimer(e.ID) {
					w.count = 1
				}
			}
		}
		all = append(all, w)
	}
	return all
}

// isTimer tells whether an event is what was late.
func (m without) isTimer(id uint64) bool {
	e := spec.EventOf(id)
	return e.Kind == m.fact.timer && e.Host == m.fact.host
}

// promptID is the ID that the prompt delivery has among the others.
func (m without) promptID(g spec.Segment) uint64 {
	return deliveryID(spec.Sent{From: m.fact.host, Segment: g})
}

func (m without) Events(s state, buf []checker.Event) []checker.Event {
	begin := len(buf)
	buf = m.Model.Events(s.State, buf)
	for i := begin; i < len(buf); i++ {
		e := &buf[i]
		switch {
		case s.prompt != (spec.Segment{}) && e.ID == m.promptID(s.prompt):
			e.ID |= promptBit
			e.Latest = e.Earliest
			return buf
		case m.fact.kind == LateTimer && int(s.count) == m.fact.nth && m.isTimer(e.ID):
			e.Latest = e.Earliest
		}
	}
	return buf
}

func (m without) Fire(s state, e checker.Event, emit func(state, checker.Effect)) {
	fired := e.ID
	e.ID &^= promptBit
	m.Model.Fire(s.State, e, func(to spec.State, how checker.Effect) {
		next := state{State: to, count: s.count, prompt: s.prompt}
		if fired != e.ID {
			next.prompt = spec.Segment{}
		}
		if !how.Full && !m.step(&next, &how) {
			return
		}
		emit(next, how)
	})
}

// step counts what the step did, and tells whether it is allowed.
func (m without) step(next *state, how *checker.Effect) bool {
	f := &m.fact
	more := func() bool { // whether this is the one
		next.count = uint8(min(int(next.count)+1, f.nth+1))
		return int(next.count) == f.nth
	}
	if f.kind == LateTimer {
		for _, id := range how.Fresh[:how.FreshCount] {
			if m.isTimer(id) {
				more()
			}
		}
		return true
	}
	for _, s := range spec.SentIn(how.Label) {
		if s.From != f.host || s.Segment.Kind() != f.segment.Kind() {
			continue
		}
		if f.kind != LateDelivery {
			if more() && (f.kind == Loss && s.Copies == 0 || f.kind == Duplicate && s.Copies > 1) {
				return false
			}
			continue
		}
		for range s.Copies {
			if more() {
				if i := slices.Index(how.Fresh[:how.FreshCount], deliveryID(s)); i >= 0 {
					how.Fresh[i] |= promptBit
					next.prompt = s.Segment
				}
			}
		}
	}
	if next.prompt != (spec.Segment{}) && !m.underWay(next) { // it was forgotten: nobody could have told
		next.prompt = spec.Segment{}
	}
	return true
}

func (m without) underWay(s *state) bool {
	return slices.Contains(s.Net[m.fact.host][:], s.prompt)
}

// lift makes a property of such a model.
func lift(p checker.Property[spec.State]) checker.Property[state] {
	on := func(f func(spec.State) bool) func(state) bool {
		if f == nil {
			return nil
		}
		return func(s state) bool { return f(s.State) }
	}
	step := func(f func(spec.State, checker.Event, checker.Label, spec.State) bool) func(state, checker.Event, checker.Label, state) bool {
		if f == nil {
			return nil
		}
		return func(from state, e checker.Event, how checker.Label, to state) bool {
			e.ID &^= promptBit
			return f(from.State, e, how, to.State)
		}
	}
	return checker.Property[state]{
		Name: p.Name, Kind: p.Kind, From: on(p.From), Goal: on(p.Goal), Guard: step(p.Guard), Step: step(p.Step), Bound: p.Bound, Timed: p.Timed,
	}
}

// lifted are the parameters with a scripted loss taken back, or a call made at once.
func lifted(p spec.Params, f fact) spec.Params {
	switch f.kind {
	case Loss:
		var rules []spec.LossRule
		for _, r := range p.Net.Lose {
			if r.From == f.host && r.Kind == f.segment.Kind() {
				n := uint8(f.nth)
				if len(r.Nth) == 0 {
					r.Except = append(slices.Clone(r.Except), n)
				} else if r.Nth = slices.DeleteFunc(slices.Clone(r.Nth), func(k uint8) bool { return k == n }); len(r.Nth) == 0 {
					continue // an empty list would mean all of them
				}
			}
			rules = append(rules, r)
		}
		p.Net.Lose = rules
	case LateCall:
		c := &p.Host[f.host]
		c.Script = slices.Clone(c.Script)
		c.Script[f.pc].Within = 0
	}
	return p
}

// scripted tells whether a rule of the scenario loses something.
func scripted(p spec.Params) bool { return len(p.Net.Lose) > 0 }

// tamed are the parameters without any loss, duplicate or lateness of some kinds.
func tamed(p spec.Params, kinds ...Kind) spec.Params {
	for _, k := range kinds {
		switch k {
		case Loss:
			p.Net.Losses, p.Net.Lose = 0, nil
		case Duplicate:
			p.Net.Duplicates = 0
		case LateDelivery:
			for h := range p.Net.Delay {
				p.Net.Delay[h][1] = p.Net.Delay[h][0]
			}
		case LateTimer:
			for h := range p.Host {
				p.Host[h].TimerSlack = false
				p.Host[h].DelayedAck[1] = p.Host[h].DelayedAck[0]
			}
		case LateCall:
			for h := range p.Host {
				c := &p.Host[h]
				c.Script = slices.Clone(c.Script)
				for i := range c.Script {
					c.Script[i].Within = 0
				}
			}
		}
	}
	return p
}
