package findings

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/cmd/finwait/document"
	"github.com/finwait/finwait/cmd/finwait/judge"
	"github.com/finwait/finwait/cmd/finwait/report"
	"github.com/finwait/finwait/cmd/finwait/scenario"
	counted "github.com/finwait/finwait/properties/population"
)

// populationLadders are values to try where connections are counted, as ladders are
// for one connection.
func populationLadders(f *judge.Population) [][]string {
	all := [][]string{{"population.closes_first=server"}, {"population.closes_first=client"}, {"population.bind=false"}, {"client.sysctl.net.ipv4.ip_local_port_range=1024 65535"}}
	for _, h := range hosts {
		key := h.String() + ".sysctl.net.ipv4."
		all = append(all, []string{key + "tcp_tw_reuse=1"}, []string{key + "tcp_timestamps=1"},
			[]string{key + "tcp_max_tw_buckets=262144", key + "tcp_max_tw_buckets=1048576"}, []string{key + "tcp_max_orphans=262144"})
	}
	if f.MaxRate != nil && *f.MaxRate > 0 {
		all = append(all, []string{fmt.Sprintf("population.rate=%d", *f.MaxRate)})
	}
	return all
}

// tryPopulation judges one property of a population.
func tryPopulation(ctx context.Context, name string, i scenario.Instance) (string, error) {
	catalogue := counted.Catalogue()
	n := slices.IndexFunc(catalogue, func(p counted.Property) bool { return p.Name == name })
	c := judge.Case{Name: name, Profile: i.Profile.String(), Counted: catalogue[n : n+1], Population: i.Population, Overridden: true}
	s, err := judge.Judge(ctx, c, checker.Options{MaxStates: remedyStates})
	if err != nil {
		return "", err
	}
	return s.Outcomes[0].Verdict, nil
}

// counting is what a violation by a population shows.
func (s *Subject) counting(ctx context.Context, o judge.Outcome) (document.Evidence, error) {
	e := document.Evidence{
		Property: o.Property, Claim: o.About.Claim, About: o.About.About, Source: o.About.Source, Expect: o.About.HoldsWhen,
		Verdict: report.Words(o), Violated: true, Expected: !o.Different(), Wrong: capital(o.Reason) + ".",
		When:    "So many are wanted once connections have come at this rate for as long as they last; in closed form there is no single instant.",
		Because: "None: no single segment does it, but the number of connections.",
		Course:  strings.TrimRight(string(report.CourseText(o.Course)), "\n"),
	}
	if n := len(o.Course); n > 0 {
		e.When = fmt.Sprintf("At %v (step %d of %d).", o.Course[n-1].At, n, n)
	}
	args := append([]string{"check", s.Ref, "--property", o.Property, "--profile", s.Judged.Profile}, s.Words...)
	e.Repeat = []document.Command{{What: "The verdict:", Line: report.Command(args)}}
	var err error
	e.Prevented, e.Moot, e.Tried, err = s.remedies(ctx, o)
	return e, err
}
