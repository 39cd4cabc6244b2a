package checker

import "math"

// Forever is the latest instant of an event that nothing forces to happen.
const Forever int64 = math.MaxInt64

// MaxFresh is the largest number of events that one step can make pending.
const MaxFresh = 16

// Event is something that is pending in a state and may happen there.
//
// Event, Label and Effect are aliases of unnamed types, so that a model
// satisfies [Model] without importing this package.
type Event = struct {
	// ID is derived from the content of the event alone. Events of equal ID
	// that are pending together form a first-in-first-out queue: Fire takes
	// the oldest, which is exact because their windows are equal.
	ID uint64
	// Earliest and Latest are the closed window in which the event can happen,
	// in microseconds from the moment it became pending.
	// 0 <= Earliest <= Latest; Latest may be Forever.
	Earliest, Latest int64
}

// Label is what a model wants to remember of a step besides the next state: for
// instance the segments that were sent and lost. The engine never reads it; step
// properties and traces get it as it was.
type Label = [2]uint64

// Effect says what a step did to the pending events.
type Effect = struct {
	// Fresh[:FreshCount] are the IDs of the events that became pending in this
	// step; a restarted timer is among them, a duplicate counts once for each
	// copy. Every other event of the next state was pending before and keeps
	// its window and its age; one that was pending and is not any longer was
	// cancelled, the oldest of its ID first.
	Fresh      [MaxFresh]uint64
	FreshCount uint8
	// Full marks a step that the model cannot represent because a bound of its
	// own was hit (a full bag of segments). The next state is meaningless then;
	// the search leaves it out and every "no violation" becomes unknown.
	Full  bool
	Label Label
}

// Model is a transition system with pending events. All methods are pure
// functions of their arguments and may be called from several goroutines.
type Model[S comparable] interface {
	// Init lists the initial states. All their pending events are fresh.
	Init() []S
	// Events appends the events pending in s to buf, in an order that depends
	// on s alone, oldest first among equal IDs.
	Events(s S, buf []Event) []Event
	// Fire emits every state that e, pending in s, may lead to. The clock is
	// not an argument: no guard reads elapsed time. An event that leads nowhere
	// stops time at its Latest: runs that come there do not count for liveness.
	Fire(s S, e Event, emit func(next S, how Effect))
}

// System is a model as the two semantics of time see it.
type System[S comparable] struct {
	// Exact is explored with its windows.
	Exact Model[S]
	// Any is explored without them. It may abstract counters that only
	// durations keep small, as long as every run of Exact is one of its runs
	// when windows are ignored. nil means Exact itself.
	Any Model[S]
	// Composed makes Any's other form, for one run: nil, or giving nil, there is none.
	Composed func() Composed[S]
}

// any is the model as Any explores it.
func (s System[S]) any() Model[S] {
	if s.Any != nil {
		return s.Any
	}
	return s.Exact
}
