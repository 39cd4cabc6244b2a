package properties

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"

	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/spec"
)

// Expectation is what a property's own condition on the parameters says about
// its verdict.
type Expectation uint8

// The expectations. Unstated is no opinion: nothing certain can be said from the
// parameters alone. A goal that ExpectHolds is expected to be reached.
const (
	Unstated Expectation = iota
	ExpectHolds
	ExpectViolated
)

var expectationNames = [...]string{Unstated: "unstated", ExpectHolds: "holds", ExpectViolated: "violated"}

func (e Expectation) String() string { return expectationNames[e] }

// Property is one entry of the catalogue: what should be true of a teardown, in
// words for people and as functions for the engine.
type Property struct {
	// Name is stable and kebab-case: scripts and scenario files refer to it.
	Name string
	Kind checker.Kind
	// Claim says it in one line, About in a paragraph: what it means and why it
	// matters. Source is where the claim comes from.
	Claim, About, Source string
	// HoldsWhen tells for which parameters the property is expected to hold, and
	// for which not. Expect is the certain part of it as a function.
	HoldsWhen string
	// Assumptions are what a verdict relies on besides the parameters.
	Assumptions []string
	// Excuse is not empty where the property says nothing for these parameters,
	// and tells why. It is never nil in a Catalogue.
	Excuse func(p spec.Params) string
	// Reopened: it says something of ports that are opened again too; OnlyReopened: of
	// nothing else. The others speak of one connection.
	Reopened, OnlyReopened bool
	// Expect is never nil in a Catalogue.
	Expect func(p spec.Params) Expectation
	// Make is the property for a model of these parameters. It has Name and Kind
	// of this entry. Where FinsSent is read, the model must count as far as
	// CountFins(p).
	Make func(p spec.Params) checker.Property[spec.State]

	failed func(from, to spec.State) []Part // see Failed
}

// Catalogue lists all properties, by theme, in an order that does not change.
func Catalogue() []Property {
	all := slices.Concat(
		terminationProperties(),
		finProperties(),
		acknowledgingProperties(),
		dataProperties(),
		receivingProperties(),
		timeWaitProperties(),
		finWait2Properties(),
		passiveProperties(),
		timerProperties(),
		sendingProperties(),
		limitProperties(),
		rstProperties(),
		endingProperties(),
		tellingProperties(),
		conformProperties(),
		goalProperties(),
		reopenProperties(),
	)
	for i := range all {
		all[i] = all[i].complete()
	}
	return all
}

// Concerns reports whether it says something of so many connections of the same ports.
func (p Property) Concerns(params spec.Params) bool {
	if params.Incarnations > 1 {
		return p.Reopened
	}
	return !p.OnlyReopened
}

// Scope is the widest that a verdict about the property can have: bounds in time speak of
// the durations of a scenario only, the others of all where a search without durations
// proves them.
func (p Property) Scope() checker.Scope {
	switch p.Kind {
	case checker.Within, checker.StaysAtMost, checker.NeverAfter:
		return checker.TheseDurations
	}
	if p.Make == nil { // of a population
		return checker.TheseDurations
	}
	return checker.AllDurations
}

// complete fills in what an entry of a theme leaves out.
func (p Property) complete() Property {
	if p.Excuse == nil {
		p.Excuse = func(spec.Params) string { return "" }
	}
	excuse, concerns := p.Excuse, p.Concerns
	p.Excuse = func(params spec.Params) string {
		switch {
		case concerns(params):
			return excuse(params)
		case params.Incarnations > 1:
			return "it speaks of one connection, and the ports are opened again (incarnations)"
		default:
			return "it speaks of ports that are opened again, and there is one connection only (incarnations)"
		}
	}
	if p.Expect == nil {
		p.Expect = func(spec.Params) Expectation { return Unstated }
	}
	build, name, kind := p.Make, p.Name, p.Kind
	p.Make = func(params spec.Params) checker.Property[spec.State] {
		c := build(params)
		c.Name, c.Kind = name, kind
		return c
	}
	return p
}

// Select lists the properties of the catalogue that match one of the patterns,
// in the catalogue's order: a name, a glob as of package path, or "all". No
// pattern at all selects all.
func Select(patterns []string) ([]Property, error) { return SelectFrom(Catalogue(), patterns) }

// SelectFrom is Select where there are others than those of the catalogue.
func SelectFrom(all []Property, patterns []string) ([]Property, error) {
	if len(patterns) == 0 {
		return all, nil
	}
	wanted := make([]bool, len(all))
	for _, pattern := range patterns {
		found := false
		for i, p := range all {
			match, err := path.Match(pattern, p.Name)
			if err != nil {
				return nil, fmt.Errorf("property pattern %q: %w; a glob has *, ? and [a-z]", pattern, err)
			}
			if match || pattern == "all" {
				wanted[i], found = true, true
			}
		}
		if !found {
			return nil, unknownName(pattern, all)
		}
	}
	var selected []Property
	for i, p := range all {
		if wanted[i] {
			selected = append(selected, p)
		}
	}
	return selected, nil
}

func unknownName(pattern string, all []Property) error {
	if strings.ContainsAny(pattern, `*?[\`) {
		return fmt.Errorf("no property matches %q; finwait list properties shows their names", pattern)
	}
	names := make([]string, len(all))
	for i, p := range all {
		names[i] = p.Name
	}
	if n := nearest(pattern, names); n != "" {
		return fmt.Errorf("unknown property %q (did you mean %q?)", pattern, n)
	}
	return fmt.Errorf("unknown property %q; finwait list properties shows their names", pattern)
}

// nearest is the first name that begins with s, else the one with the smallest edit
// distance to s; "" when none comes close.
func nearest(s string, names []string) string {
	best, least := "", 1+max(2, len(s)/3)
	for _, name := range names {
		if strings.HasPrefix(name, s) {
			return name
		}
		if d := levenshtein.ComputeDistance(s, name); d < least {
			best, least = name, d
		}
	}
	return best
}
