package spec

// A bench drives one endpoint by hand, as a test of a real stack does: the
// network neither loses nor delays, and nobody's script is asked. It is how
// measurements of single steps are compared with the model.

// Inject is the arrival at h of a segment that nobody has sent. It returns the
// next state and what h sent in answer.
func (m *Model) Inject(s State, h Host, g Segment) (State, []Segment) {
	return m.bench(s, func(t *step) { t.arrive(h, g) })
}

// Perform is a call of the application of h that is in no script.
func (m *Model) Perform(s State, h Host, c Call) (State, []Segment) {
	return m.bench(s, func(t *step) { t.perform(h, c) })
}

// AckDelayed lets a delayed ACK of h leave, if there is one.
func (m *Model) AckDelayed(s State, h Host) (State, []Segment) {
	return m.bench(s, func(t *step) {
		if t.s.Host[h].DelayedAck {
			t.sendAck(h)
		}
	})
}

// Arrive is Inject with what a step of the model does to the pending events, and
// with the network deciding about the answers: an event like those of Fire, of a
// segment that is not in flight.
func (m *Model) Arrive(s State, h Host, g Segment, emit func(next State, how Effect)) {
	t := step{m: m, rules: &profileRules[m.p.Profile], prev: &s, s: s}
	t.arrive(h, g)
	t.finish(emit)
}

func (m *Model) bench(s State, what func(t *step)) (State, []Segment) {
	t := step{m: m, rules: &profileRules[m.p.Profile], prev: &s, s: s}
	what(&t)
	t.settle()
	var sent []Segment
	for _, x := range t.sent[:t.sentCount] {
		sent = append(sent, x.Segment)
	}
	return t.s, sent
}
