// Package why explains a counterexample: which part of the condition failed, which event
// decided it, and all of that in one sentence with the instants of the run. For the
// scenario first-wave-lost, in which every FIN of the client is lost,
//
//	The server stays in ESTABLISHED for ever: the client gave up at 6.528 s, and the 6 FINs
//	that it sent were lost. Decisive was the loss of the FIN that the client sent at
//	3.264 s: had it not been lost, both-closed would hold.
//
// An event is decisive by counterfactual. Each loss, duplicate and lateness of the run is
// forbidden in turn, the last one first, and the scenario is searched again; the first one
// without which the property holds is named. A loss or a duplicate is forbidden as that
// of the nth segment of its kind, a lateness by narrowing the window of that delivery, of
// that start of the timer, or of that call, to its earliest instant; what has not come by
// the end of the run is late too. All other choices are
// free in the search, so that "none" is often the answer where a budget allows the same at
// another place; then it is asked whether the property holds without any loss, any
// duplicate, or any lateness.
//
// Not told apart are orders of events at one instant, and which initial number was drawn.
// Of a network that keeps the order (reorder: false) no single delivery is made prompt.
// Runs without times are explained as far as that needs no search.
package why

import (
	"context"
	"fmt"
	"slices"

	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/properties"
	"github.com/finwait/finwait/spec"
)

// Explanation tells why a run violates its property. Its JSON form is part of the
// report's.
type Explanation struct {
	// Sentence is all in one, in plain English: What went wrong, then what Decided it.
	Sentence string `json:"sentence"`
	What     string `json:"-"`
	Decided  string `json:"-"`
	// Conjunct is the part of the condition that failed, or the parts.
	Conjunct *Conjunct `json:"conjunct"`
	// Decisive is nil where no single event is, or where that is not known; Searched
	// says which: "found", "none", "unknown" (a bound was hit), or "not asked".
	Decisive *Decisive `json:"decisive"`
	Searched string    `json:"searched"`
	// Without are kinds of events without any of which the property would hold, where
	// no single event is decisive.
	Without []Kind `json:"without"`
	// Tried is how many scenarios were searched, and Fewest that no run as short has
	// fewer changes of host.
	Tried  int  `json:"tried"`
	Fewest bool `json:"fewest_changes_of_host"`
}

// The words of Explanation.Searched.
const (
	Found    = "found"
	None     = "none"
	Unknown  = "unknown"
	NotAsked = "not asked"
)

// Decisive is the event without which the property holds.
type Decisive struct {
	Kind Kind   `json:"kind"`
	Step int    `json:"step"` // of the run, from 1
	Host string `json:"host"` // whose segment, timer or call it was
	// What was lost, copied or late: a segment, a timer or a call.
	What string `json:"what"`
	AtUS int64  `json:"at_us"`
	// Pending: it had not come by then, the end of the run.
	Pending bool `json:"pending"`
	// EarliestUS is when it could have come, for what was late.
	EarliestUS *int64 `json:"earliest_us"`
	Text       string `json:"text"`
	// Later: it is not known that no later event of the run is decisive too.
	Later bool `json:"later_unknown"`
}

// Conjunct is one part of a condition, in words.
type Conjunct struct {
	Says   string  `json:"says"`
	Values []Value `json:"values"`
}

// Value is a variable that the part reads; Was is "" where the step did not change it.
type Value struct {
	Name string `json:"name"`
	Was  string `json:"was,omitempty"`
	Is   string `json:"is"`
}

// Question is a run that violates a property.
type Question struct {
	Model   *spec.Model // of the states of the run
	About   properties.Property
	Checked checker.Property[spec.State]
	Trace   checker.Trace[spec.State]
	Workers int
}

// Bounds of the searches, in state classes: they keep an explanation to seconds.
const (
	mostStates = 20_000  // of each search
	mostAtAll  = 100_000 // of all searches of an explanation
	mostTried  = 16      // single events
)

// Explain answers the question. The error says that a scenario could not be made, which
// is a fault of this package.
func Explain(ctx context.Context, q Question) (Explanation, error) {
	e := Explanation{Searched: NotAsked, Without: []Kind{}, Conjunct: q.conjunct()}
	d := decision{Question: q, ctx: ctx, e: &e}
	if q.Trace.Mode == checker.Exact {
		if err := d.search(); err != nil {
			return e, fmt.Errorf("explaining %s: %w", q.About.Name, err)
		}
	}
	e.What, e.Decided = d.sentences()
	e.Sentence = e.What + " " + e.Decided
	return e, nil
}

// decision is the search for the decisive event.
type decision struct {
	Question
	ctx    context.Context
	e      *Explanation
	facts  []fact
	states int // of all searches so far
	// open says why it is unknown whether a single event is decisive.
	open string
}

// search forbids one thing after the other.
func (d *decision) search() error {
	d.facts = facts(d.Model, d.Trace)
	d.e.Searched = None
	if len(d.facts) == 0 {
		return nil
	}
	p := d.Model.Params()
	all := d.kinds()
	if !scripted(p) {
		// Without any of them there are only runs that are there without one of them.
		switch verdict, err := d.judge(tamed(p, all...), nil); {
		case err != nil:
			return err
		case verdict == checker.Violated:
			return nil
		}
	}
	for i := len(d.facts) - 1; i >= 0; i-- {
		if len(d.facts)-i > mostTried {
			d.open = fmt.Sprintf("only the last %d of %d events were forbidden", mostTried, len(d.facts))
			break
		}
		f := d.facts[i]
		if f.kind == LateDelivery && p.Net.Queue {
			d.open = "where segments keep their order no single one can be made prompt"
			continue
		}
		filter := &f
		if f.kind == LateCall {
			filter = nil
		}
		switch verdict, err := d.judge(lifted(p, f), filter); {
		case err != nil:
			return err
		case verdict == checker.Holds:
			d.e.Searched, d.e.Decisive = Found, d.decisive(f)
			return nil
		case d.ctx.Err() != nil:
			d.e.Searched, d.open = Unknown, "the searches were interrupted"
			return nil
		case verdict == checker.Unknown:
			d.open = fmt.Sprintf("a search was bounded to %d state classes, and all of them to %d", mostStates, mostAtAll)
		}
	}
	if d.open != "" {
		d.e.Searched = Unknown
	}
	for _, group := range [][]Kind{{Loss}, {Duplicate}, {LateDelivery, LateTimer, LateCall}, all} {
		if group = within(group, all); len(group) == 0 {
			continue
		}
		verdict, err := d.judge(tamed(p, group...), nil)
		if err != nil {
			return err
		}
		if verdict == checker.Holds {
			d.e.Without = group
			return nil
		}
	}
	return nil
}

// kinds are those of the facts, in the order of the constants.
func (d *decision) kinds() (all []Kind) {
	has := map[Kind]bool{}
	for _, f := range d.facts {
		has[f.kind] = true
	}
	for _, k := range []Kind{Loss, Duplicate, LateDelivery, LateTimer, LateCall} {
		if has[k] {
			all = append(all, k)
		}
	}
	return all
}

// within are those of some kinds that are among others.
func within(some, others []Kind) (both []Kind) {
	for _, k := range some {
		if slices.Contains(others, k) {
			both = append(both, k)
		}
	}
	return both
}

// judge asks whether the property holds with other parameters and without a fact.
func (d *decision) judge(p spec.Params, f *fact) (checker.Verdict, error) {
	p.CountFins, p.Forget = properties.CountFins(p), spec.AllGhosts&^d.About.Reads()
	m, err := spec.New(p)
	if err != nil {
		return checker.Unknown, err
	}
	if f == nil {
		return ask(d, m, d.Checked)
	}
	return ask(d, without{m, *f}, lift(d.Checked))
}

func ask[S comparable](d *decision, m checker.Model[S], p checker.Property[S]) (checker.Verdict, error) {
	bound := min(mostStates, mostAtAll-d.states)
	if bound <= 0 {
		return checker.Unknown, nil
	}
	result, err := checker.Check(d.ctx, checker.System[S]{Exact: m}, []checker.Property[S]{p},
		checker.Options{Time: checker.Exact, MaxStates: bound, UntilFound: true, Workers: d.Workers})
	if err != nil {
		return checker.Unknown, err
	}
	d.e.Tried++
	for _, r := range result.Runs {
		d.states += r.Classes
	}
	return result.Outcomes[0].Verdict, nil
}
