// Package claims judges what the article says of teardown, claim by claim and under
// each profile. A claim is true where each of its tests comes out as the claim says; a
// false one has the run that shows it. Claims that no model can judge, and those that
// need what is not modelled yet, are listed with the reason.
package claims

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/cmd/finwait/judge"
	"github.com/finwait/finwait/cmd/finwait/report"
	"github.com/finwait/finwait/cmd/finwait/scenario"
	"github.com/finwait/finwait/properties"
	"github.com/finwait/finwait/properties/user"
	"github.com/finwait/finwait/spec"
)

// Claim is a row of the article, in our words.
type Claim struct {
	ID        int
	Statement string
	Tests     []Test
	// Expected is whether it is true under article, rfc9293 and linux.
	Expected [3]checker.Verdict
	// Unjudged is why there are no tests.
	Unjudged string
}

// Test is one thing that the claim says of a scenario.
type Test struct {
	Scenario string
	Set      []string // as --set takes them
	Property string   // of the catalogue, or else Own
	Own      user.Definition
	Says     checker.Verdict
}

// Table lists all claims.
func Table() []Claim { return append([]Claim(nil), table...) }

// Judged is a claim with its verdicts. The names of its JSON form are a contract.
type Judged struct {
	ID        int               `json:"id"`
	Statement string            `json:"statement"`
	Judged    bool              `json:"judged"`
	Reason    string            `json:"reason"` // why it is not judged
	Tests     []string          `json:"tests"`
	Profiles  map[string]Answer `json:"profiles"`
}

// Answer is what was found under one profile.
type Answer struct {
	Verdict  string `json:"verdict"`
	Expected string `json:"expected"`
	// Counterexample is a run that shows a false claim; Against is the test that failed.
	Against        string `json:"against,omitempty"`
	Counterexample string `json:"counterexample,omitempty"`
}

// Judge judges all claims.
func Judge(ctx context.Context, all []Claim, opt checker.Options) ([]Judged, error) {
	var answers []Judged
	for _, c := range all {
		j := Judged{ID: c.ID, Statement: c.Statement, Judged: len(c.Tests) > 0, Reason: c.Unjudged, Tests: []string{}, Profiles: map[string]Answer{}}
		for _, t := range c.Tests {
			j.Tests = append(j.Tests, t.String())
		}
		for i, p := range spec.Profiles() {
			if len(c.Tests) == 0 {
				break
			}
			a, err := c.under(ctx, p, opt)
			if err != nil {
				return nil, fmt.Errorf("claim %d: %w", c.ID, err)
			}
			a.Expected = c.Expected[i].String()
			j.Profiles[p.String()] = a
		}
		answers = append(answers, j)
	}
	return answers, nil
}

// String says what is tested.
func (t Test) String() string {
	what, says := t.Property, t.Says.String()
	if what == "" {
		what = t.Own.Claim()
	}
	where := t.Scenario
	if len(t.Set) > 0 {
		where += " with " + strings.Join(t.Set, ", ")
	}
	return fmt.Sprintf("%s: %s %s", where, what, says)
}

func (c Claim) under(ctx context.Context, p spec.Profile, opt checker.Options) (Answer, error) {
	a := Answer{Verdict: checker.Holds.String()}
	for _, t := range c.Tests {
		s, err := t.judge(ctx, p, opt)
		if err != nil {
			return a, err
		}
		found := s.Outcomes[0]
		if found.Excused || found.Vacuous && found.Verdict == checker.Holds.String() {
			return a, fmt.Errorf("%s, under %s: the property says nothing there (%s)", t, p, found.Reason)
		}
		switch {
		case found.Unknown():
			if a.Verdict == checker.Holds.String() {
				a.Verdict = checker.Unknown.String()
			}
		case found.Verdict != t.Says.String():
			a.Verdict, a.Against = checker.Violated.String(), t.String()
			if found.Trace != nil {
				var b bytes.Buffer
				if err := report.Chart(s, found).WriteText(&b); err != nil {
					return a, err
				}
				a.Counterexample = b.String()
			} else if found.Course != nil || s.Population != nil {
				a.Counterexample = found.Reason + "\n" // the arithmetic, of many connections
			}
			return a, nil
		}
	}
	return a, nil
}

func (t Test) judge(ctx context.Context, p spec.Profile, opt checker.Options) (judge.Scenario, error) {
	found, err := scenario.Find(t.Scenario)
	if err != nil {
		return judge.Scenario{}, err
	}
	i, err := found[0].Instantiate(p, scenario.Overrides{Set: t.Set})
	if err != nil {
		return judge.Scenario{}, err
	}
	c := judge.Case{Name: i.Scenario.Name, Profile: i.Profile.String(), Params: i.Params, Overridden: true, Assumptions: i.Assumptions}
	if t.Property != "" { // of one connection or of many
		if c, err = judge.Of(i, []string{t.Property}); err != nil {
			return judge.Scenario{}, err
		}
		c.Overridden = true
		return judge.Judge(ctx, c, opt)
	}
	d := t.Own
	d.Name = "claim"
	own, err := user.Compile(d)
	if err != nil {
		return judge.Scenario{}, err
	}
	c.Properties = []properties.Property{own}
	return judge.Judge(ctx, c, opt)
}

// Write writes the table as text or Markdown, and the counterexamples below it.
func Write(w io.Writer, all []Judged, markdown bool) error {
	var b strings.Builder
	row, fence := "%3s  %-10s %-10s %-10s %s\n", ""
	if markdown {
		row, fence = "| %s | %s | %s | %s | %s |\n", "```\n"
	}
	fmt.Fprintf(&b, row, "#", "article", "rfc9293", "linux", "claim")
	if markdown {
		b.WriteString("|---|---|---|---|---|\n")
	}
	for _, j := range all {
		cells := []any{fmt.Sprint(j.ID)}
		for _, p := range spec.Profiles() {
			cells = append(cells, j.Profiles[p.String()].word())
		}
		text := j.Statement
		if !j.Judged {
			text += " (" + j.Reason + ")"
		}
		fmt.Fprintf(&b, row, append(cells, text)...)
	}
	for _, j := range all {
		for _, p := range spec.Profiles() {
			a := j.Profiles[p.String()]
			if a.Against == "" {
				continue
			}
			fmt.Fprintf(&b, "\n%d under %s: not so: %s\n%s", j.ID, p, a.Against, fence)
			if a.Counterexample == "" {
				b.WriteString("no run does what the claim says\n")
			}
			b.WriteString(a.Counterexample + fence)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// word is a verdict in the table; one that is not the expected one stands out.
func (a Answer) word() string {
	word := map[string]string{"": "-", "holds": "true", "violated": "false", "unknown": "unknown"}[a.Verdict]
	if a.Different() {
		word += " (!)"
	}
	return word
}

// Different reports whether a definite verdict is not the expected one.
func (a Answer) Different() bool {
	return a.Verdict != "" && a.Verdict != checker.Unknown.String() && a.Verdict != a.Expected
}
