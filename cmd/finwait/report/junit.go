package report

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/jstemmer/go-junit-report/v2/junit"

	"github.com/finwait/finwait/cmd/finwait/judge"
)

// WriteJUnit writes a test suite for each scenario in each profile, and a test case for
// each property. A difference is a failure; what is unknown, or known from a baseline, is
// skipped.
func (r Report) WriteJUnit(w io.Writer) error {
	all := junit.Testsuites{Name: "finwait", Time: seconds(r.Elapsed.Seconds())}
	for i, s := range r.Scenarios {
		suite := junit.Testsuite{
			Name: s.Name + "." + s.Profile, ID: i, File: s.File, Time: fmt.Sprintf("%.3f", s.Seconds),
		}
		for _, o := range s.Outcomes {
			suite.AddTestcase(testcase(s, o))
		}
		for _, d := range s.Drift {
			suite.AddTestcase(junit.Testcase{Name: "pinned", Classname: suite.Name, Failure: &junit.Result{Message: d, Type: "drift"}})
		}
		all.AddSuite(suite)
	}
	uncovered, _ := r.uncovered()
	for _, s := range uncovered {
		suite := junit.Testsuite{Name: "coverage." + s.Profile, ID: len(r.Scenarios), Time: "0"}
		suite.AddTestcase(junit.Testcase{Name: "uncovered", Classname: suite.Name, Failure: &junit.Result{Message: r.missing(s.Profile), Type: "uncovered"}})
		all.AddSuite(suite)
	}
	return all.WriteXML(w)
}

func testcase(s judge.Scenario, o judge.Outcome) junit.Testcase {
	c := junit.Testcase{Name: o.Property, Classname: s.Name + "." + s.Profile, Status: o.Verdict}
	switch {
	case o.Different():
		c.Failure = &junit.Result{Message: difference(o), Type: o.Verdict, Data: counterexample(s, o)}
	case o.Known:
		c.Skipped = &junit.Result{Message: "known from the baseline: " + difference(o)}
	case o.Unknown():
		c.Skipped = &junit.Result{Message: "unknown: " + WhyUnknown(o.Reason)}
	}
	return c
}

// Tell is what a failing test says of an outcome: what is different, with the
// counterexample, or why nothing is known.
func Tell(s judge.Scenario, o judge.Outcome) string {
	if o.Unknown() {
		return "unknown: " + WhyUnknown(o.Reason)
	}
	return difference(o) + "\n" + counterexample(s, o)
}

// difference is in one line what is not as expected.
func difference(o judge.Outcome) string {
	if o.GuardMissing() {
		return "holds vacuously, but its guard was expected to occur"
	}
	return fmt.Sprintf("%s, but %s was expected", verdictWords(o), expectedWords(o))
}

// counterexample is what shows a verdict, in plain text: the claim, the chart, and the
// command that shows it again.
func counterexample(s judge.Scenario, o judge.Outcome) string {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s\n", o.About.Claim)
	if o.Reason != "" {
		fmt.Fprintf(&b, "%s\n", o.Reason)
	}
	if o.Trace != nil {
		b.Reset() // the chart says it too
		if err := Chart(s, o).WriteText(&b); err != nil {
			fmt.Fprintf(&b, "no chart: %v\n", err)
		}
	}
	if o.Repeat != "" {
		fmt.Fprintf(&b, "\nrepeat with: %s\n", o.Repeat)
	}
	var lines []string
	for line := range strings.Lines(b.String()) {
		lines = append(lines, strings.TrimRight(line, " \n"))
	}
	return strings.Join(lines, "\n") + "\n"
}
