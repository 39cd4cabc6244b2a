// Package document writes what was checked as a document: one HTML file that needs
// nothing else, or Markdown with its pictures beside it.
//
//	finwait report first-wave-lost --out out
//
// Graphs are laid out by the reader's browser, with the npm package @viz-js/viz, which is
// part of the file; its build and its licences are in viz, and fetched again by
//
//	go generate ./cmd/finwait/document
//
// What it says is made elsewhere: a Document holds words and charts, and no time and
// no name of a machine, so that the same input gives the same bytes.
package document

import (
	"fmt"
	"strings"

	"github.com/finwait/finwait/graphs"
)

// Document is what a report says.
type Document struct {
	Version string
	Command string // which makes it again
	Summary string
	Bounds  string
	Cases   []Case
	// Coverage is that of all cases together, by profile.
	Coverage []ProfileCoverage
}

// ProfileCoverage is what of the rules of a profile was exercised by all of its scenarios.
type ProfileCoverage struct {
	Profile  string
	Coverage []Coverage
}

// Violated are the cases in which a property is violated.
func (d Document) Violated() (some []Case) {
	for _, c := range d.Cases {
		if len(c.Violations()) > 0 {
			some = append(some, c)
		}
	}
	return some
}

// Case is a scenario in one profile.
type Case struct {
	ID            string // unique, of letters that a link can have
	Name, Profile string
	About         string
	Figures       string // what was explored
	Stopped       string // why not all was; "" if it was
	Scenario      string // the scenario file, overrides resolved
	Assumptions   []string
	Verdicts      []Verdict
	Evidence      []Evidence
	Graph         Graph
	Coverage      []Coverage
	Numbers       []Field // of a population
}

// Weight is how much there is to say about a verdict.
type Weight int

// The weights.
const (
	Telling Weight = iota // there is something to tell: a run, a difference, what is not decided
	Plain                 // it is as expected, and that is all
	Silent                // the property has nothing to say here: its condition never occurs
)

// Verdict is the answer for one property.
type Verdict struct {
	Property, Claim string
	Verdict         string // in words
	Mark            string // as expected, different, unknown
	Good            bool   // whether Mark is as expected
	Bad             bool   // whether a property is violated
	Weight          Weight
	Detail          string
	Evidence        string // ID of the evidence, "" without a run
}

// Evidence is a run that decides a property.
type Evidence struct {
	ID, Property   string
	Claim, About   string
	Source, Expect string
	Violated       bool
	Expected       bool   // whether the verdict is not different from the expected one
	Verdict        string // in words
	// The questions that a reader has. Decided is "" where nobody asked what decided it,
	// and so is Failed, the part of the condition that failed, with what it reads.
	Wrong, When, Because string
	Failed               string
	Values               []Value
	Decided              string
	Decisive             int // the step of the event that decided it, 0 where there is none
	Prevented            []Remedy
	Moot                 []Remedy // with these, what the property speaks of never occurs
	Tried                string   // which values were tried
	Repeat               []Command
	// Chart and Steps tell the run, or Course does as a table; in closed form there is none.
	Chart  graphs.Chart
	Steps  []Step
	Course string
}

// Command is one to type, and what it gives.
type Command struct{ What, Line string }

// Value is a variable; Was is "" where the step did not change it.
type Value struct{ Name, Was, Is string }

// Remedy is one change with which the property holds, and the command that shows it.
type Remedy struct {
	Key, Command string
	Network      bool // of the network, which nobody sets
}

// Step is one moment of a run. The first is the beginning.
type Step struct {
	Number int
	Time   string // "" without times
	Event  string
	Sent   []string
	Hosts  [2]Host
}

// Host is the state of one host at a step.
type Host struct {
	Name, State string
	Changed     bool // whether State has
	Changes     []Value
	All         []Field // by the names of a saved trace
}

// Field is one variable of a host.
type Field struct{ Name, Value string }

// Graph is the folded graph of a case.
type Graph struct {
	Title, Caption string
	DOT, Mermaid   string
	Rows           []GraphRow // the same as a table
}

// GraphRow is one edge, in words.
type GraphRow struct{ From, To, Events string }

// Coverage is one line on what was exercised.
type Coverage struct {
	What, Value string
	Never       string // what was not
}

// Of are the verdicts of a weight.
func (c Case) Of(w Weight) (some []Verdict) {
	for _, v := range c.Verdicts {
		if v.Weight == w {
			some = append(some, v)
		}
	}
	return some
}

// Telling, Plain and Silent are the verdicts of these weights.
func (c Case) Telling() []Verdict { return c.Of(Telling) }
func (c Case) Plain() []Verdict   { return c.Of(Plain) }
func (c Case) Silent() []Verdict  { return c.Of(Silent) }

// Tally counts the verdicts.
func (c Case) Tally() string {
	violated := 0
	for _, v := range c.Verdicts {
		if v.Bad {
			violated++
		}
	}
	telling, plain, silent := len(c.Telling()), len(c.Plain()), len(c.Silent())
	parts := []string{fmt.Sprintf("%d violated", violated)}
	if telling > violated {
		parts = append(parts, fmt.Sprintf("%d reached or not decided", telling-violated))
	}
	parts = append(parts, fmt.Sprintf("%d plainly as expected", plain))
	if silent > 0 {
		parts = append(parts, fmt.Sprintf("%d with nothing to say here", silent))
	}
	return "Of " + Count(len(c.Verdicts), "property", "properties") + ": " + strings.Join(parts, ", ")
}

// Count is a number of things.
func Count(n int, one, more string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, more)
}

// Violations are the runs that violate a property.
func (c Case) Violations() (some []Evidence) {
	for _, e := range c.Evidence {
		if e.Violated {
			some = append(some, e)
		}
	}
	return some
}
