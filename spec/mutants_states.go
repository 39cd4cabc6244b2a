package spec

import "strings"

// Stacks had some of these bugs in one state only: each is a mutant of its own.
var oneState = []struct {
	of string
	in []ConnState
}{
	{"fin-before-data", []ConnState{Established, CloseWait}},
	{"unread-close-sends-fin", []ConnState{Established, FinWait2, CloseWait}},
	{"close-resets", []ConnState{Established, CloseWait}},
	{"rexmt-skips-fin", []ConnState{FinWait1, Closing, LastAck}},
	{"no-retry-limit", []ConnState{FinWait1, Closing, LastAck}},
	{"no-persist-timer", []ConnState{Established, FinWait1, CloseWait}},
	{"fin-beyond-hole-accepted", []ConnState{Established, FinWait1, FinWait2}},
	{"fin-drops-unread", []ConnState{Established, FinWait1, FinWait2}},
	{"zero-window-refuses-fin", []ConnState{Established, FinWait1, FinWait2}},
	{"repeated-fin-ignored", []ConnState{CloseWait, LastAck}},
	{"unacceptable-ack-resets", []ConnState{Established, FinWait1, FinWait2, Closing, CloseWait, LastAck}},
	{"challenge-ack-unlimited", []ConnState{Established, FinWait1, FinWait2, CloseWait, LastAck}},
	{"rst-ignored", []ConnState{Established, FinWait1, FinWait2, Closing, CloseWait, LastAck}},
	{"rst-accepted-in-window", []ConnState{Established, FinWait1, FinWait2, CloseWait}}, // behind the FIN nothing lies in the window
	{"late-data-accepted", []ConnState{FinWait1, FinWait2}},
}

// oneStateMutants are those of all that have the deviation in one state only.
func oneStateMutants(all []Mutant) (more []Mutant) {
	for _, x := range all {
		for _, o := range oneState {
			if o.of != x.Name {
				continue
			}
			for _, state := range o.in {
				more = append(more, x.only(state))
			}
		}
	}
	return more
}

// only is the mutant that deviates in steps out of one state.
func (x Mutant) only(state ConnState) Mutant {
	is := func(t *step, h Host) bool { return t.was(h).State == state }
	y := x
	y.Name += "-in-" + strings.ReplaceAll(strings.ToLower(state.String()), "_", "-")
	y.About = "in " + state.String() + " only: " + x.About
	if x.instead != nil {
		y.instead = func(t *step, h Host, g Segment) bool { return is(t, h) && x.instead(t, h, g) }
	}
	if x.after != nil {
		y.after = func(t *step, h Host, g Segment) {
			if is(t, h) {
				x.after(t, h, g)
			}
		}
	}
	return y
}
