// Package finwaittest judges scenarios in Go tests:
//
//	func TestTeardown(t *testing.T) {
//		finwaittest.CheckWith(t, "testdata/our-proxy.yaml", finwaittest.Options{
//			Set: []string{"server.sysctl.net.ipv4.tcp_fin_timeout=30"},
//		})
//	}
//
// There is a subtest for each scenario, profile and property, so that
// go test -run TestTeardown/our-proxy/linux/both-closed shows one. A verdict other than
// the expected one fails its subtest, with the counterexample as a chart:
//
//	violated in 5 steps, but holds was expected
//	both-closed: both endpoints come to CLOSED
//	   time  client         |                                  | server       event
//	  0.000  ESTABLISHED    |                                  | ESTABLISHED
//	  0.000  FIN_WAIT_1     |--FIN+ACK seq=1 ack=1--X lost     |              client: close()
//	…
//
// What is unknown skips its subtest and names the bound that was hit. Pictures and saved
// traces are for finwait check --out.
package finwaittest

import (
	"testing"

	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/cmd/finwait/judge"
	"github.com/finwait/finwait/cmd/finwait/report"
	"github.com/finwait/finwait/cmd/finwait/scenario"
	"github.com/finwait/finwait/spec"
)

// Options change what is asked. The zero value asks what the scenario itself asks,
// without bounds.
type Options struct {
	// Set overrides keys of the scenario, KEY=VALUE. What is expected is then each
	// property's own condition on the parameters.
	Set []string
	// Profiles instead of those that the scenario names.
	Profiles []spec.Profile
	// Properties by name or glob, instead of those that the scenario chooses.
	Properties []string
	// Search bounds the search.
	Search checker.Options
	// FailUnknown fails the subtest of what is unknown.
	FailUnknown bool
}

// Check judges a scenario: the name of a built-in one, a file, or a directory of files.
func Check(t *testing.T, scenario string) {
	t.Helper()
	CheckWith(t, scenario, Options{})
}

// CheckWith is Check with options.
func CheckWith(t *testing.T, name string, o Options) {
	t.Helper()
	found, err := scenario.Find(name)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range found {
		t.Run(s.Name, func(t *testing.T) {
			profiles := o.Profiles
			if len(profiles) == 0 {
				profiles = s.Profiles()
			}
			for _, p := range profiles {
				t.Run(p.String(), func(t *testing.T) { o.check(t, name, s, p) })
			}
		})
	}
}

func (o Options) check(t *testing.T, ref string, s *scenario.Scenario, p spec.Profile) {
	i, err := s.Instantiate(p, scenario.Overrides{Set: o.Set})
	if err != nil {
		t.Fatal(err)
	}
	c, err := judge.Of(i, o.Properties)
	if err != nil {
		t.Fatal(err)
	}
	found, err := judge.Judge(t.Context(), c, o.Search)
	if err != nil {
		t.Fatal(err)
	}
	for _, out := range found.Outcomes {
		t.Run(out.Property, func(t *testing.T) {
			args := []string{"graph", "trace", ref, "--property", out.Property, "--profile", p.String()}
			for _, set := range o.Set {
				args = append(args, "--set", set)
			}
			out.Repeat = report.Command(args)
			switch {
			case out.Different(), out.Unknown() && o.FailUnknown:
				t.Fatal(report.Tell(found, out))
			case out.Unknown():
				t.Skip(report.Tell(found, out))
			}
		})
	}
}
