package checker_test

import (
	"context"
	"fmt"

	"github.com/finwait/finwait/checker"
)

// lamp is on until 10 to 20 after the last press. The state tells whether it is
// on; a press, at most one every 4, begins everything anew.
type lamp struct{}

const (
	press  = 101
	expire = 102
)

func (lamp) Init() []bool { return []bool{true} }

func (lamp) Events(on bool, buf []checker.Event) []checker.Event {
	if on {
		buf = append(buf,
			checker.Event{ID: press, Earliest: 4, Latest: checker.Forever},
			checker.Event{ID: expire, Earliest: 10, Latest: 20})
	}
	return buf
}

func (lamp) Fire(_ bool, e checker.Event, emit func(bool, checker.Effect)) {
	if e.ID == press {
		emit(true, checker.Effect{Fresh: [checker.MaxFresh]uint64{press, expire}, FreshCount: 2})
		return
	}
	emit(false, checker.Effect{})
}

func isOn(on bool) bool  { return on }
func isOff(on bool) bool { return !on }

func ExampleCheck() {
	names := map[uint64]string{press: "press", expire: "expire"}
	res, err := checker.Check(context.Background(), checker.System[bool]{Exact: lamp{}}, []checker.Property[bool]{
		{Name: "can-go-off", Kind: checker.Reachable, Goal: isOff},
		{Name: "goes-off", Kind: checker.Eventually, Goal: isOff},
		{Name: "on-at-most-30", Kind: checker.StaysAtMost, From: isOn, Bound: 30},
	}, checker.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, o := range res.Outcomes {
		fmt.Printf("%s: %v\n", o.Property, o.Verdict)
		for i, s := range o.Trace.Steps {
			if i == o.Trace.Loop {
				fmt.Println("  for ever:")
			}
			fmt.Printf("  %d %s\n", s.At, names[s.Event.ID])
		}
		if o.Kind == checker.StaysAtMost {
			fmt.Printf("  still on at %d\n", o.Trace.End)
		}
	}
	// Output:
	// can-go-off: holds
	//   10 expire
	// goes-off: violated
	//   for ever:
	//   4 press
	// on-at-most-30: violated
	//   11 press
	//   still on at 31
}

func ExampleExplore() {
	run, err := checker.Explore(context.Background(), lamp{}, checker.Exact, checker.Options{}, checker.Visitor[bool]{
		State: func(on bool) { fmt.Println("on:", on) },
		Step: func(from bool, e checker.Event, _ checker.Label, to bool) {
			fmt.Println(from, "->", to, "by", e.ID)
		},
	})
	fmt.Println(run.States, "states,", run.Transitions, "transitions, complete:", run.Complete, err)
	// Output:
	// on: true
	// true -> true by 101
	// on: false
	// true -> false by 102
	// 2 states, 2 transitions, complete: true <nil>
}
