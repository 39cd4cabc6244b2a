package pinned

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/cmd/finwait/judge"
)

// ExpectSchema names the form of an expect file.
const ExpectSchema = "finwait.expect/1"

// Expect is an expect file.
type Expect struct {
	Schema    string `json:"schema"`
	Scenarios []Pin  `json:"scenarios"`
}

// Pin is what is expected of one scenario in one profile.
type Pin struct {
	Name        string            `json:"name"`
	Profile     string            `json:"profile"`
	States      int               `json:"states"`
	Transitions int               `json:"transitions"`
	Depth       int               `json:"depth"`
	Verdicts    map[string]string `json:"verdicts"` // by property
}

// ReadExpect reads an expect file.
func ReadExpect(r io.Reader) (Expect, error) {
	var e Expect
	if err := decode(r, ExpectSchema, "a file that finwait check --expect-file FILE --update-expect wrote", &e, func() string { return e.Schema }); err != nil {
		return e, err
	}
	for _, p := range e.Scenarios {
		for property, text := range p.Verdicts {
			if _, ok := verdicts[text]; !ok {
				return e, fmt.Errorf("verdict %q of %v; holds, violated or unknown is wanted", text, subject{p.Name, p.Profile, property})
			}
		}
	}
	return e, nil
}

var verdicts = map[string]checker.Verdict{
	checker.Holds.String(): checker.Holds, checker.Violated.String(): checker.Violated, checker.Unknown.String(): checker.Unknown,
}

// Write writes the file.
func (e Expect) Write(w io.Writer) error {
	e.Schema = ExpectSchema
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	return enc.Encode(e)
}

func (e Expect) find(name, profile string) int {
	return slices.IndexFunc(e.Scenarios, func(p Pin) bool { return p.Name == name && p.Profile == profile })
}

// Apply makes the pinned verdicts those that a case expects. Of a property that is not
// pinned, or was unknown, nothing is expected.
func (e Expect) Apply(c *judge.Case) {
	c.Overridden, c.Expect = false, map[string]checker.Verdict{}
	for _, p := range c.Properties {
		c.Expect[p.Name] = checker.Unknown
	}
	if i := e.find(c.Name, c.Profile); i >= 0 {
		for property, text := range e.Scenarios[i].Verdicts {
			c.Expect[property] = verdicts[text]
		}
	}
}

// Drift tells what is not as it was pinned, besides definite verdicts that are others.
// Counts depend on the properties asked, and are compared where the same ones are.
func (e Expect) Drift(s judge.Scenario) []string {
	i := e.find(s.Name, s.Profile)
	if i < 0 {
		return []string{"the scenario is not pinned in this profile; --update-expect adds it"}
	}
	pin, now := e.Scenarios[i], pinOf(s)
	var drift []string
	for _, property := range slices.Sorted(maps.Keys(now.Verdicts)) {
		was, pinned := pin.Verdicts[property]
		switch is := now.Verdicts[property]; {
		case !pinned:
			drift = append(drift, fmt.Sprintf("%s is not pinned; --update-expect adds it", property))
		case was == checker.Unknown.String() && is != was:
			drift = append(drift, fmt.Sprintf("%s was unknown and is %s", property, is))
		}
	}
	if !s.Complete || !sameKeys(pin.Verdicts, now.Verdicts) {
		return drift
	}
	for _, c := range []struct {
		what    string
		was, is int
	}{{"states", pin.States, now.States}, {"transitions", pin.Transitions, now.Transitions}, {"levels", pin.Depth, now.Depth}} {
		if c.was != c.is {
			drift = append(drift, fmt.Sprintf("%d %s were pinned, %d are found", c.was, c.what, c.is))
		}
	}
	return drift
}

func sameKeys(a, b map[string]string) bool {
	return slices.Equal(slices.Sorted(maps.Keys(a)), slices.Sorted(maps.Keys(b)))
}

func pinOf(s judge.Scenario) Pin {
	p := Pin{s.Name, s.Profile, s.States, s.Transitions, s.Depth, map[string]string{}}
	for _, o := range s.Outcomes {
		p.Verdicts[o.Property] = o.Verdict
	}
	return p
}

// Update pins these results, in place of what was pinned of the same scenarios. What is
// pinned of others stays.
func (e *Expect) Update(scenarios []judge.Scenario) {
	for _, s := range scenarios {
		if i := e.find(s.Name, s.Profile); i >= 0 {
			e.Scenarios[i] = pinOf(s)
		} else {
			e.Scenarios = append(e.Scenarios, pinOf(s))
		}
	}
	slices.SortFunc(e.Scenarios, func(a, b Pin) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Profile, b.Profile))
	})
}
