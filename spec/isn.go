package spec

// ISNPolicy is how the initial sequence number of the next connection lies to the
// numbers of the one before, on the model's circle of 256. The first connection
// begins at 0.
type ISNPolicy uint8

// The policies.
const (
	// ISNAboveOld: above all numbers of the connections before (Linux where it reuses
	// TIME_WAIT: SND.NXT + 65537), until ISNStep has gone round the circle.
	ISNAboveOld ISNPolicy = iota
	// ISNClock: a clock (RFC 9293 §3.4.1, MUST-8; Linux secure_tcp_seq: 64 ns). Before
	// it has passed the old SND.NXT the number lies among the old ones, later above.
	ISNClock
	// ISNSame: the number of the connection before.
	ISNSame
	// ISNArbitrary: any. Of the numbers that have nothing to do with the old ones, far
	// above stands for all: the window is small.
	ISNArbitrary
	// ISNObserved: the numbers of Params.ISNs, as a capture shows them; where Linux takes
	// over TIME_WAIT it has a rule of its own, NextISN.
	ISNObserved
	numISNPolicies
)

var isnNames = [numISNPolicies]string{ISNAboveOld: "above-old", ISNClock: "clock", ISNSame: "same", ISNArbitrary: "arbitrary", ISNObserved: "observed"}

func (p ISNPolicy) String() string { return isnNames[p] }

// isnStep is how far initial numbers lie apart that have nothing to do with each
// other: more than one connection sends, and a window.
const isnStep Seq = 16

// nextWindow is the size of an open window where connections follow each other. Small,
// so that old numbers come to lie beside it.
const nextWindow Seq = 4

// newISN picks the initial number of a connection. Where the policy leaves a choice
// the step is taken once for each, see (*step).fire.
func (t *step) newISN(h Host, incarnation uint8, above bool) Seq {
	far := t.m.p.ISNAbove(incarnation)
	policy := t.m.p.ISN
	switch {
	case policy == ISNObserved && above && t.rules.miniSockets:
		return t.s.Host[h].SndNxt + NextISN
	case policy == ISNObserved:
		return t.m.p.ISNs[h][incarnation]
	}
	if policy == ISNClock && t.s.Host[h].ClockPassed || above && policy != ISNSame {
		policy = ISNAboveOld
	}
	old := t.m.p.numbers(h)
	switch policy {
	case ISNAboveOld:
		return far
	case ISNSame:
		return 0
	case ISNClock:
		t.choices = int(old)
		return Seq(t.choice)
	default:
		t.choices = 2*int(old) + 2
		if t.choice == 2*int(old)+1 {
			return far
		}
		return Seq(t.choice) - old
	}
}

// ISNAbove is the initial number of a connection that begins above the old ones.
func (p *Params) ISNAbove(incarnation uint8) Seq {
	if p.ISNStep > 0 {
		return Seq(p.ISNStep) * Seq(incarnation)
	}
	return isnStep * Seq(incarnation)
}

// ISNsAbove reports whether initial numbers are above all numbers of the connections
// before, and below them again on the circle by more than a window: with ISNAboveOld, if
// its step is no less than what a connection takes, and does not go round.
func (p *Params) ISNsAbove() bool {
	numbers := max(p.numbers(Client), p.numbers(Server))
	last := int(p.ISNAbove(1)) * (int(p.Incarnations) - 1)
	return p.ISN == ISNAboveOld && p.ISNAbove(1) >= numbers && last+int(numbers)+int(nextWindow) < 256
}

// numbers is how many sequence numbers one connection of h takes at most: SYN, what
// its script sends, FIN.
func (p *Params) numbers(h Host) Seq {
	n := Seq(2)
	for _, c := range p.Host[h].Script {
		if c.Do == Send {
			n += Seq(c.N)
		}
	}
	return n
}
