package conform

import (
	"slices"

	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/spec"
)

// product is the model and an observation, side by side: whatever can be seen
// from outside happens only as it was seen. It is a model for the same engine, so
// the search for an explanation is the search for a state in which all of the
// observation has happened.
//
// The observation is cut at its instants. One more pending event, the clock,
// passes one after the other, each at exactly its time, so that nothing drifts
// however long the observation is. Something that was seen between Lo and Hi
// happens while the clock has passed Lo and not yet Hi; the clock cannot pass Hi
// before it happened.
type product struct {
	model *spec.Model
	obs   *Observation
	at    []int64 // the instants
	// window[l][i] are the positions of the clock at which item i of lane l can
	// happen.
	window [numLanes][]span
	// changes[h][p] tells whether the state of h can change at position p, and
	// checks[h][p] in which state it must be when the clock passes instant p.
	changes [2][]bool
	checks  [2][]string
	// stray lets one step happen that was not seen, which leads nowhere: to
	// show what the model would have done.
	stray bool
	// injected: there are foreign segments for a host. Their arrival is always
	// pending then, and possible when the observation says so.
	injected [2]bool
}

// span is a range of positions of the clock.
type span struct{ first, last int }

// joint is a state of the product.
type joint struct {
	State spec.State
	Clock uint16           // instants passed
	Done  [numLanes]uint16 // items that happened
	Stray bool             // the last step was not seen
}

// clock is the ID of the clock, and foreign, with the receiver above, that of the
// arrival of a segment that was injected. Those of spec have a kind of event in
// the low bits.
const (
	clock   uint64 = 0xff
	foreign uint64 = 0xfe
)

func newProduct(o *Observation, m *spec.Model) *product {
	x := &product{model: m, obs: o, at: o.instants()}
	position := func(t int64) int { // of the clock before it passes t
		p, _ := slices.BinarySearch(x.at, t)
		return p
	}
	for l, items := range o.Lanes {
		for _, item := range items {
			if item.Injected {
				x.injected[lane(l)-arriving] = true
			}
			x.window[l] = append(x.window[l], span{position(item.Lo) + 1, position(item.Hi)})
		}
	}
	n := len(x.at)
	for h, samples := range o.States {
		x.changes[h], x.checks[h] = make([]bool, n+1), make([]string, n)
		for p := range x.changes[h] {
			x.changes[h][p] = samples == nil
		}
		for _, s := range samples {
			for p := position(s.Lo) + 1; p <= position(s.Hi); p++ {
				x.changes[h][p] = true
			}
			x.checks[h][position(s.Hi)] = s.State
		}
	}
	return x
}

func (x product) Init() []joint {
	var all []joint
	for _, s := range x.model.Init() {
		for _, prepare := range x.obs.Begin {
			s = prepare(x.model, s)
		}
		all = append(all, joint{State: s})
	}
	return all
}

// Events are those of the model and the clock. Where all has happened, or the
// last step was not seen, nothing does any more.
func (x product) Events(s joint, buf []checker.Event) []checker.Event {
	if s.Stray || int(s.Clock) == len(x.at) {
		return buf
	}
	buf = x.model.Events(s.State, buf)
	for h, yes := range x.injected {
		if yes {
			buf = append(buf, checker.Event{ID: foreign | uint64(h)<<8, Latest: checker.Forever})
		}
	}
	wait := x.at[s.Clock]
	if s.Clock > 0 {
		wait -= x.at[s.Clock-1]
	}
	return append(buf, checker.Event{ID: clock, Earliest: wait, Latest: wait})
}

func (x product) Fire(s joint, e checker.Event, emit func(joint, checker.Effect)) {
	if e.ID == clock {
		if !x.mayPass(&s) {
			return
		}
		s.Clock++
		how := checker.Effect{}
		if int(s.Clock) < len(x.at) {
			how.Fresh[0], how.FreshCount = clock, 1
		}
		emit(s, how)
		return
	}
	if e.ID&0xff == foreign {
		x.inject(s, e, emit)
		return
	}
	x.model.Fire(s.State, e, func(next spec.State, how spec.Effect) {
		to := s
		to.State = next
		if how.Full {
			emit(to, how)
			return
		}
		switch seen, strayed := x.seen(&s, &to, spec.EventOf(e.ID), how.Label); {
		case seen:
			emit(to, how)
		case strayed && x.stray:
			to = s
			to.State, to.Stray = next, true
			emit(to, checker.Effect{Label: how.Label})
		}
	})
}

// inject is the arrival of a foreign segment.
func (x product) inject(s joint, e checker.Event, emit func(joint, checker.Effect)) {
	h := spec.Host(e.ID >> 8)
	l := arriving.of(h)
	next := int(s.Done[l])
	if next == len(x.window[l]) || !x.obs.Lanes[l][next].Injected {
		return
	}
	x.model.Arrive(s.State, h, x.obs.Lanes[l][next].Segment, func(after spec.State, how spec.Effect) {
		to := s
		to.State = after
		item := x.next(&to, l)
		if how.Full || item == nil || !x.sends(&to, how.Label) || !x.mayChange(&s, &to) || !item.agrees(&s, &to, h, how.Label) {
			return
		}
		how.Fresh[how.FreshCount] = e.ID // the next one
		how.FreshCount++
		emit(to, how)
	})
}

// agrees reports whether a step did what else was seen of it.
func (i *Item) agrees(from, to *joint, h spec.Host, how checker.Label) bool {
	return i.Check == nil || i.Check(&from.State.Host[h], &to.State.Host[h], how)
}

// mayPass reports whether the next instant may pass: all that had to happen by
// then has, and the hosts are in the states that were sampled.
func (x *product) mayPass(s *joint) bool {
	p := int(s.Clock)
	for l := range x.window {
		if next := int(s.Done[l]); next < len(x.window[l]) && x.window[l][next].last == p {
			return false
		}
	}
	for h := range x.checks {
		if want := x.checks[h][p]; want != "" && want != kernelName(&s.State.Host[h]) {
			return false
		}
	}
	return true
}

// seen matches a step of the model with the observation, and moves to on in its
// lanes. strayed tells whether a step that was not seen can be shown for one that
// the model would have taken: fates that the network chose otherwise cannot.
func (x *product) seen(from, to *joint, e spec.EventInfo, label checker.Label) (seen, strayed bool) {
	var l lane
	switch e.Kind {
	case spec.Deliver:
		l = arriving.of(e.Host)
	case spec.AppCall:
		l = calling.of(e.Host)
	default:
		l = -1
	}
	if l >= 0 && !x.obs.Unseen[l] && !(e.Kind == spec.AppCall && x.untold(from, e.Host)) {
		item := x.next(to, l)
		if item == nil || item.Segment != onWire(e.Segment) || !item.agrees(from, to, e.Host, label) {
			return false, false
		}
	}
	if !x.sends(to, label) {
		return false, !lossy(label)
	}
	return x.mayChange(from, to), true
}

// untold reports whether nobody wrote down the call that h makes next.
func (x *product) untold(from *joint, h spec.Host) bool {
	e := &from.State.Host[h]
	return x.obs.Untold[h][e.Incarnation] && x.model.Params().Host[h].Script[e.PC].Do != spec.Connect
}

// onWire is g as it is seen: nobody sees to which connection it belongs.
func onWire(g spec.Segment) spec.Segment { return g.InIncarnation(0) }

// lossy reports whether the network lost something of a step.
func lossy(label checker.Label) bool {
	for _, sent := range spec.SentIn(label) {
		if sent.Copies == 0 {
			return true
		}
	}
	return false
}

// sends matches what a step sent.
func (x *product) sends(to *joint, label checker.Label) bool {
	for _, sent := range spec.SentIn(label) {
		l := sending.of(sent.From)
		if x.obs.Unseen[l] {
			continue
		}
		item := x.next(to, l)
		if item == nil || item.Segment != onWire(sent.Segment) || !item.FateOpen && item.Lost != (sent.Copies == 0) ||
			item.Check != nil && !item.Check(nil, &to.State.Host[sent.From], label) {
			return false
		}
	}
	return true
}

// mayChange reports whether changes of state are where they were seen.
func (x *product) mayChange(from, to *joint) bool {
	for h := range x.changes {
		if kernelName(&from.State.Host[h]) != kernelName(&to.State.Host[h]) && !x.changes[h][from.Clock] {
			return false
		}
	}
	return true
}

// next takes the next item of a lane, nil when it cannot happen now.
func (x *product) next(s *joint, l lane) *Item {
	i, p := int(s.Done[l]), int(s.Clock)
	if i == len(x.window[l]) || p < x.window[l][i].first || p > x.window[l][i].last {
		return nil
	}
	s.Done[l]++
	return &x.obs.Lanes[l][i]
}

// explained reports whether all of the observation has happened.
func (x *product) explained(s joint) bool { return int(s.Clock) == len(x.at) && !s.Stray }

// matched is the number of things that have happened, of Observation.count.
func (x *product) matched(s *joint) int {
	n := 0
	for _, done := range s.Done {
		n += int(done)
	}
	for h := range x.checks {
		for _, want := range x.checks[h][:s.Clock] {
			if want != "" {
				n++
			}
		}
	}
	return n
}
