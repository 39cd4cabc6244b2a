package conform

import (
	"fmt"
	"slices"

	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/spec"
)

// Observation is what was seen of one connection, in the terms of the model.
// Instants are microseconds since its beginning.
type Observation struct {
	Name   string
	Params spec.Params // of the hosts that were observed; the network is the observation's own
	Lanes  [numLanes][]Item
	// Longest is the longest delay of a segment, where arrivals are not seen; 0:
	// they are.
	Longest int64
	// Unseen are the lanes of which nothing is known: what happens in them is
	// left open.
	Unseen [numLanes]bool
	// Untold are the connections, by host, of which nobody wrote down what was called.
	Untold [2][spec.MaxIncarnations]bool
	// States are what was sampled of each host, one for each change; nil when
	// nobody looked, and empty when nothing changed. Between two samples a state that lasted shorter can have
	// been missed.
	States [2][]Sample
	// Begin brings the connection to where the observation begins; nil for one
	// that is established.
	Begin  preparation
	End    int64
	Origin int64    // what the input calls the beginning, negative when it counts from later
	Notes  []string // what of the input was not used, and why
	// Open are parameters that the input does not tell, and what they may be
	// besides the default. They are tried, one at a time, only when the default
	// explains nothing.
	Open []Assumption
}

// Assumption is a choice for a parameter that is not known.
type Assumption struct {
	Text string
	Set  func(p *spec.Params)
}

// lane is a sequence of things that happened in this order.
type lane int

// The lanes. Each has one for the client and one for the server.
const (
	sending  lane = iota * 2 // by host
	arriving                 // by receiver
	calling                  // by host
	numLanes
)

func (l lane) of(h spec.Host) lane { return l + lane(h) }

// Item is one thing that was seen to happen.
type Item struct {
	At, Lo, Hi int64        // the instant, and when it can have been
	Segment    spec.Segment // of sending and arriving
	Lost       bool         // of sending
	FateOpen   bool         // of sending: nobody saw whether it was lost
	// Injected: nobody of the two has sent what arrives.
	Injected bool
	// Check is what else was seen of the host at that step; nil when nothing.
	Check func(was, is *spec.Endpoint, how checker.Label) bool
	Text  string // in the words of the input
}

// Sample is a state that a host was seen in for the first time at At. It came to
// it between Lo and Hi.
type Sample struct {
	At, Lo, Hi int64
	State      string // as kernelName
}

// longest is how long an observation may last: far above every timer, far below
// what the engine can count.
const longest = 366 * 24 * 3600 * spec.Second

// validate says what makes an observation one that cannot be judged.
func (o *Observation) validate() error {
	segments := 0
	for _, l := range []lane{sending, arriving} {
		segments += len(o.Lanes[l.of(spec.Client)]) + len(o.Lanes[l.of(spec.Server)])
	}
	if segments == 0 && o.Begin == nil {
		return fmt.Errorf("there are no segments in it")
	}
	if all := o.instants(); all[0] < 0 || all[len(all)-1] > longest {
		return fmt.Errorf("its clock is wrong: it goes from %g to %g s", float64(all[0])/float64(spec.Second), float64(all[len(all)-1])/float64(spec.Second))
	}
	p := o.Params
	p.Net = openNetwork()
	if _, err := spec.New(p); err != nil {
		return fmt.Errorf("parameters that make no model: %w", err)
	}
	for l, items := range o.Lanes {
		for i, item := range items {
			if item.Lo < 0 || item.Lo > item.Hi {
				return fmt.Errorf("%q has the window %d to %d µs", item.Text, item.Lo, item.Hi)
			}
			if i > 0 && item.At < items[i-1].At {
				return fmt.Errorf("lane %d: %q is before %q", l, item.Text, items[i-1].Text)
			}
		}
	}
	return nil
}

// count is the number of things to explain.
func (o *Observation) count() int {
	n := len(o.States[0]) + len(o.States[1])
	for _, items := range o.Lanes {
		n += len(items)
	}
	return n
}

// instants lists every instant at which something begins or ceases to be
// possible, in order and without repeats.
func (o *Observation) instants() []int64 {
	all := []int64{0, o.End}
	for _, items := range o.Lanes {
		for _, item := range items {
			all = append(all, item.Lo, item.Hi)
		}
	}
	for _, samples := range o.States {
		for _, s := range samples {
			all = append(all, s.Lo, s.Hi)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}
