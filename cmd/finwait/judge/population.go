package judge

import (
	"context"
	"fmt"
	"time"

	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/spec/population"
)

// Population is what a scenario with many connections comes to.
type Population struct {
	// Method tells how it was judged: "search" or "closed-form".
	Method string `json:"method"`
	// TimeWaitOn is the host with the TIME_WAIT, the one that closes first.
	TimeWaitOn string `json:"time_wait_on"`
	Ports      int64  `json:"ports"`
	// Busy is how long a connection keeps a port from the next one to its destination.
	Busy int64 `json:"busy_us"`
	// MaxRate is how many connections per second the client can open to the service;
	// nil without a limit.
	MaxRate *int64 `json:"max_rate"`
	Rate    int64  `json:"rate"`
	// PortsWanted and BucketsWanted are the most that the rates ask for at a time;
	// buckets keep FIN_WAIT_2 too.
	PortsWanted   int64 `json:"ports_wanted"`
	BucketsWanted int64 `json:"buckets_wanted"`
	Buckets       int64 `json:"buckets"` // tcp_max_tw_buckets of that host
}

func populationOf(p population.Params) *Population {
	f := &Population{
		Method: "closed-form", TimeWaitOn: [2]string{"client", "server"}[p.ClosesFirst], Ports: p.Ports, Busy: p.Busy(),
		Rate: p.Rate[0], PortsWanted: p.Wanted(), BucketsWanted: p.Waiting(), Buckets: p.Host[p.ClosesFirst].MaxTwBuckets,
	}
	if p.Small() {
		f.Method = "search"
	}
	if rate, ok := p.MaxRate(); ok {
		f.MaxRate = &rate
	}
	return f
}

// judgePopulation judges small numbers by search and others in closed form. Where
// parameters are not those of the file, what is expected is what the closed form says.
func (c Case) judgePopulation(ctx context.Context, opt checker.Options) (Scenario, error) {
	begin := time.Now()
	s := Scenario{Name: c.Name, Profile: c.Profile, Structure: []string{}, Runs: []Run{}, Outcomes: []Outcome{}}
	s.Population = populationOf(*c.Population)
	for _, p := range c.Counted {
		verdict, reason := p.Closed(*c.Population)
		o := Outcome{
			Property: p.Name, Kind: p.Kind.String(), Verdict: verdict.String(), Reason: reason,
			Scope: checker.TheseDurations.String(), Exact: true, Files: map[string]string{}, About: p.Property,
			Assumptions: append(append([]string{}, c.Assumptions...), p.Assumptions...),
		}
		want, stated := c.Expect[p.Name]
		switch {
		case c.Overridden:
			want = verdict
		case !stated:
			want = checker.Holds
		}
		if want != checker.Unknown {
			text := want.String()
			o.Expected = &text
		}
		if opt.Time == checker.Any { // all of it is about durations
			o.Verdict, o.Reason = checker.Unknown.String(), "needs exact time"
		}
		s.Outcomes = append(s.Outcomes, o)
	}
	if c.Population.Small() && opt.Time != checker.Any {
		if err := c.search(ctx, &s, opt); err != nil {
			return s, err
		}
	}
	s.finish(begin)
	return s, nil
}

// search replaces the answers of the closed form by those of an exhaustive search.
func (c Case) search(ctx context.Context, s *Scenario, opt checker.Options) error {
	var asked []checker.Property[population.State]
	for _, p := range c.Counted {
		asked = append(asked, p.Of())
	}
	bounds := checker.Options{
		Time: checker.Exact, MaxStates: opt.MaxStates, MaxDepth: opt.MaxDepth, MaxTime: opt.MaxTime, Memory: opt.Memory,
		Workers: opt.Workers, Seed: opt.Seed, Progress: opt.Progress,
	}
	result, err := checker.Check(ctx, checker.System[population.State]{Exact: population.New(*c.Population)}, asked, bounds)
	if err != nil {
		return &InternalError{Case: c.String(), Cause: err}
	}
	s.takeRuns(result.Runs)
	for i, found := range result.Outcomes {
		o := &s.Outcomes[i]
		closed := o.Verdict
		o.Verdict = found.Verdict.String()
		if found.Verdict == checker.Unknown {
			o.Reason = found.Reason
			continue
		}
		if closed != checker.Unknown.String() && closed != o.Verdict {
			return &InternalError{Case: c.String(), Cause: fmt.Errorf("%s: the search says %s, and the closed form %s: %s", o.Property, o.Verdict, closed, o.Reason)}
		}
		if found.Trace != nil {
			steps := len(found.Trace.Steps)
			o.Steps = &steps
			o.Course = course(*c.Population, *found.Trace)
			last := o.Course[steps-1]
			o.Reason = fmt.Sprintf("%v after the start, %s", last.At, last.State.Trouble())
		}
	}
	return nil
}

// CourseStep is a step of a run of a population.
type CourseStep struct {
	At    time.Duration
	Event string
	State population.State
}

// course is a run in times and words.
func course(p population.Params, t checker.Trace[population.State]) []CourseStep {
	scale := population.New(p).Scale
	var all []CourseStep
	for _, s := range t.Steps {
		at := time.Duration(s.At * int64(time.Microsecond) / scale).Round(time.Microsecond)
		all = append(all, CourseStep{at, population.EventText(s.Event.ID), s.State})
	}
	return all
}
