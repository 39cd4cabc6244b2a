package user

import (
	"fmt"

	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/properties"
	"github.com/finwait/finwait/spec"
)

// Pattern is the temporal shape of a property, by the word that it is written with.
type Pattern string

// The patterns. Of is the condition of each.
const (
	Always     Pattern = "always"     // Of holds in every state, or in every state in which When does
	Never      Pattern = "never"      // Of holds in none, or in none in which When does
	Eventually Pattern = "eventually" // every run comes to Of
	LeadsTo    Pattern = "leads_to"   // whenever When holds, Of does then or later; with Bound, at most that much later
	Stays      Pattern = "stays"      // no stay in Of lasts longer than Bound
	Reachable  Pattern = "reachable"  // a goal: some run comes to Of
)

// Patterns lists them.
func Patterns() []Pattern { return []Pattern{Always, Never, Eventually, LeadsTo, Stays, Reachable} }

// The other words of a definition.
const (
	When   = "when"
	Within = "within"
	AtMost = "at_most"
)

// Definition is a property as a user writes it. Expressions are "" where there is none.
type Definition struct {
	Name, About string
	Pattern     Pattern
	Of, When    string
	// Bound, in microseconds, is 0 without one.
	Bound int64
}

// needs says of each pattern whether When and Bound are wanted, may be there, or have
// no place.
type need uint8

const (
	none need = iota
	may
	must
)

var shapes = map[Pattern]struct {
	kind        checker.Kind
	when, bound need
	boundKey    string
}{
	Always:     {checker.Always, may, none, Within},
	Never:      {checker.Always, may, none, Within},
	Eventually: {checker.Eventually, none, none, Within},
	LeadsTo:    {checker.LeadsTo, must, may, Within},
	Stays:      {checker.StaysAtMost, none, must, AtMost},
	Reachable:  {checker.Reachable, none, none, Within},
}

// BoundKey is the word that a pattern gives its duration by.
func BoundKey(p Pattern) string { return shapes[p].boundKey }

// Compile makes a property of a definition. Mistakes are *Error.
func Compile(d Definition) (properties.Property, error) {
	none := properties.Property{}
	if err := d.check(); err != nil {
		return none, err
	}
	of, err := compile(d.Of)
	if err != nil {
		return none, in(string(d.Pattern), err)
	}
	var when *condition
	if d.When != "" {
		if when, err = compile(d.When); err != nil {
			return none, in(When, err)
		}
	}
	p := d.property(of, when)
	claim := d.Claim()
	about := d.About
	if about == "" {
		about = claim
	}
	return properties.Property{
		Name: d.Name, Kind: p.Kind, Claim: claim, About: about,
		Source: "the user", HoldsWhen: "Holds for all parameters.",
		Excuse: func(spec.Params) string { return "" },
		Expect: func(spec.Params) properties.Expectation { return properties.ExpectHolds },
		Make:   func(spec.Params) checker.Property[spec.State] { return p },
	}.WithFailed(d.failed(of)), nil
}

// check compares what is there with what the pattern needs.
func (d Definition) check() error {
	shape, ok := shapes[d.Pattern]
	switch {
	case !ok:
		return &Error{Found: "no pattern", Want: fmt.Sprintf("one of %v", Patterns())}
	case d.When != "" && shape.when == none:
		return &Error{Key: When, Found: "when beside " + string(d.Pattern), Want: fmt.Sprintf("when beside %s, %s or %s only", Always, Never, LeadsTo)}
	case d.When == "" && shape.when == must:
		return &Error{Key: string(d.Pattern), Found: "leads_to without when", Want: "a condition from which it has to come: when: client.state == FIN_WAIT_1"}
	case d.Bound != 0 && shape.bound == none:
		return &Error{Key: shape.boundKey, Found: "a duration beside " + string(d.Pattern), Want: fmt.Sprintf("one beside %s or %s only", LeadsTo, Stays)}
	case d.Bound == 0 && shape.bound == must:
		return &Error{Key: string(d.Pattern), Found: "an unbounded pattern: stays without a duration", Want: shape.boundKey + " beside it, for instance " + shape.boundKey + ": 60s"}
	}
	return nil
}

// property is what the engine gets.
func (d Definition) property(of, when *condition) checker.Property[spec.State] {
	holds := func(s spec.State) bool { return of.holds(&s) }
	p := checker.Property[spec.State]{Name: d.Name, Kind: shapes[d.Pattern].kind, Goal: holds, Bound: d.Bound, Observes: of.observes(), Timed: of.exact()}
	if when != nil {
		p.From = func(s spec.State) bool { return when.holds(&s) }
		p.Observes |= when.observes()
		p.Timed = p.Timed || when.exact()
	}
	switch d.Pattern {
	case Never:
		p.Goal = func(s spec.State) bool { return !of.holds(&s) }
	case Stays:
		p.From, p.Goal = holds, nil
	case LeadsTo:
		if d.Bound != 0 {
			p.Kind = checker.Within
		}
	}
	return p
}

// Claim is the definition in one line.
func (d Definition) Claim() string {
	s := string(d.Pattern) + " " + d.Of
	if d.When != "" {
		s = "when " + d.When + ": " + s
	}
	if d.Bound != 0 {
		s += fmt.Sprintf(" (%s %g s)", shapes[d.Pattern].boundKey, float64(d.Bound)/float64(spec.Second))
	}
	return s
}

// in names the key that an error is in.
func in(key string, err error) error {
	if e, ok := err.(*Error); ok {
		e.Key = key
	}
	return err
}
