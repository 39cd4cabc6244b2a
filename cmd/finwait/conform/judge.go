package conform

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/spec"
)

// The verdicts on an observation.
const (
	Conforms = "conforms" // it is a behaviour of the model
	Deviates = "deviates" // it is none
	Unknown  = "unknown"  // a bound was hit first
)

// Result is the answer for one observation.
type Result struct {
	Name    string
	Verdict string
	Reason  string // why it is unknown
	// Matched of Of things were explained: segments sent, segments received,
	// calls, changes of state.
	Matched, Of int
	States      int // discrete states of the search
	classes     int // state classes of it
	// Of a deviation: the first thing that no run explains, when, and what the
	// model would have done, by the longest explanation that there is.
	Unexplained   string
	UnexplainedAt int64
	Allowed       []Step
	Notes         []string
	Assumed       string // the choice of an open parameter that explains it

	Model *spec.Model
	Trace *checker.Trace[spec.State] // the explanation, or the longest one
	// Run is the explanation with the observation beside it.
	Run Run
}

// Run is a run of the product of model and observation.
type Run struct {
	Model checker.Model[joint]
	Trace checker.Trace[joint]
}

// Step is something that the model would have done where the observation goes on
// otherwise.
type Step struct {
	Host string
	Text string
	At   int64 // an instant at which it can happen, microseconds
}

// Judge decides whether the observation is a behaviour of the model. Where the
// defaults of what is not known do not explain it, other choices are tried.
// MaxStates bounds all of these searches together.
func Judge(ctx context.Context, o *Observation, opt checker.Options) (Result, error) {
	first, err := judge(ctx, o, o.Params, opt)
	if err != nil || first.Verdict == Conforms {
		return first, err
	}
	used := first.classes
	for _, choice := range o.Open {
		p := o.Params
		choice.Set(&p)
		next := opt
		if opt.MaxStates > 0 {
			if next.MaxStates = opt.MaxStates - used; next.MaxStates <= 0 {
				first.Verdict, first.Reason = Unknown, "states"
				return first, nil
			}
		}
		r, err := judge(ctx, o, p, next)
		if err != nil {
			return r, err
		}
		used += r.classes
		if r.Verdict == Unknown {
			first.Verdict, first.Reason = Unknown, r.Reason
		}
		if r.Verdict == Conforms {
			r.Assumed = choice.Text
			return r, nil
		}
	}
	return first, nil
}

func judge(ctx context.Context, o *Observation, p spec.Params, opt checker.Options) (Result, error) {
	p.Net, p.Wire = openNetwork(), true
	if o.Longest > 0 {
		p.Net.Delay = [2][2]int64{{0, o.Longest}, {0, o.Longest}}
	}
	m, err := spec.New(p)
	if err != nil {
		return Result{}, err
	}
	x := newProduct(o, m)
	r := Result{Name: o.Name, Of: o.count(), Notes: o.Notes, Model: m}
	opt.Time = checker.Exact
	found, err := reach(ctx, x, opt, x.explained)
	if err != nil {
		return Result{}, err
	}
	r.States, r.classes = found.run.States, found.run.Classes
	switch {
	case found.trace != nil:
		r.Verdict, r.Matched, r.Trace = Conforms, r.Of, x.project(found.trace)
		r.Run = Run{x, *found.trace}
		return r, nil
	case !found.run.Complete:
		r.Verdict, r.Reason = Unknown, found.run.Stopped
		return r, nil
	}
	r.Verdict = Deviates
	return r, x.deviation(ctx, &r, opt)
}

// openNetwork is a network of which the observation says what it does.
func openNetwork() spec.NetParams {
	const longest = 60 * spec.Second // that a segment is held
	return spec.NetParams{
		Delay: [2][2]int64{{0, longest}, {0, longest}}, Losses: spec.Unlimited,
		MSL: 3600 * spec.Second, Capacity: spec.MaxCapacity,
	}
}

type reached struct {
	trace *checker.Trace[joint]
	run   checker.Run
}

func reach(ctx context.Context, x *product, opt checker.Options, goal func(joint) bool) (reached, error) {
	result, err := checker.Check(ctx, checker.System[joint]{Exact: x},
		[]checker.Property[joint]{{Name: "explained", Kind: checker.Reachable, Goal: goal}}, opt)
	if err != nil {
		return reached{}, err
	}
	return reached{result.Outcomes[0].Trace, result.Runs[len(result.Runs)-1]}, nil
}

// deviation tells how far an explanation can go, and what the model would have
// done then. The search is made again with steps that were not seen let through,
// one at the end of a run.
func (x *product) deviation(ctx context.Context, r *Result, opt checker.Options) error {
	y := *x
	y.stray = true
	deepest, rank := joint{}, func(s *joint) [2]int { return [2]int{y.matched(s), int(s.Clock)} }
	further := func(a, b [2]int) int { return slices.Compare(a[:], b[:]) }
	steps := map[string]Step{}
	_, err := checker.Explore(ctx, y, checker.Exact, opt, checker.Visitor[joint]{
		State: func(s joint) {
			if !s.Stray && further(rank(&s), rank(&deepest)) > 0 {
				deepest = s
			}
		},
	})
	if err != nil {
		return err
	}
	r.Matched = y.matched(&deepest)
	r.Unexplained, r.UnexplainedAt = y.unexplained(&deepest)
	at := rank(&deepest)
	_, err = checker.Explore(ctx, y, checker.Exact, opt, checker.Visitor[joint]{
		Step: func(from joint, e checker.Event, how checker.Label, to joint) {
			if !to.Stray || further(rank(&from), at) < 0 {
				return
			}
			s := y.describe(from.State, e, how, to.State)
			steps[s.Host+s.Text] = s
		},
	})
	if err != nil {
		return err
	}
	for _, s := range steps {
		r.Allowed = append(r.Allowed, s)
	}
	slices.SortFunc(r.Allowed, func(a, b Step) int { return cmp.Or(cmp.Compare(a.Host, b.Host), cmp.Compare(a.Text, b.Text)) })
	found, err := reach(ctx, &y, opt, func(s joint) bool {
		if len(steps) > 0 {
			return s.Stray && further(rank(&s), at) >= 0
		}
		return further(rank(&s), at) >= 0
	})
	if err != nil || found.trace == nil {
		return err
	}
	r.Trace = x.project(found.trace)
	if n := len(found.trace.Steps); len(steps) > 0 {
		last := found.trace.Steps[n-1]
		before := found.trace.Init
		if n > 1 {
			before = found.trace.Steps[n-2].State
		}
		s := y.describe(before.State, last.Event, last.Label, last.State.State)
		for i := range r.Allowed {
			if r.Allowed[i].Host == s.Host && r.Allowed[i].Text == s.Text {
				r.Allowed[i].At = last.At
			}
		}
	}
	return nil
}

// describe says in words what a step does that can be seen.
func (x *product) describe(from spec.State, e checker.Event, how checker.Label, to spec.State) Step {
	h := spec.EventOf(e.ID).Host
	text := x.model.Describe(from, e)
	for _, sent := range spec.SentIn(how) {
		text += fmt.Sprintf(", %v sends %v", sent.From, sent.Segment)
	}
	for g := range to.Host {
		if was, is := kernelName(&from.Host[g]), kernelName(&to.Host[g]); was != is {
			text += fmt.Sprintf(", %v becomes %s", spec.Host(g), is)
		}
	}
	return Step{Host: h.String(), Text: text, At: -1}
}

// unexplained is the first thing that has not happened in s.
func (x *product) unexplained(s *joint) (text string, at int64) {
	at = x.obs.End + 1
	for l, items := range x.obs.Lanes {
		if next := int(s.Done[l]); next < len(items) && items[next].At < at {
			text, at = items[next].Text, items[next].At
		}
	}
	for h, samples := range x.obs.States {
		for _, sample := range samples {
			if sample.Hi >= x.at[min(int(s.Clock), len(x.at)-1)] && sample.At < at {
				text, at = fmt.Sprintf("%v is %s", spec.Host(h), sample.State), sample.At
			}
		}
	}
	if text == "" {
		text, at = "nothing is seen until the end", x.obs.End
	}
	return text, at
}

// project is a run of the model alone; nil where foreign segments take part in it.
func (x *product) project(t *checker.Trace[joint]) *checker.Trace[spec.State] {
	if x.injected[spec.Client] || x.injected[spec.Server] {
		return nil
	}
	p := &checker.Trace[spec.State]{Mode: t.Mode, Init: t.Init.State, Loop: -1, End: t.End}
	for _, step := range t.Steps {
		if step.Event.ID != clock {
			p.Steps = append(p.Steps, checker.Step[spec.State]{At: step.At, Event: step.Event, Label: step.Label, State: step.State.State})
		}
	}
	return p
}
