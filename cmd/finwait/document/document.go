// Package document writes what was checked as a document: one HTML file that needs
// nothing else, or Markdown with its pictures beside it.
//
//	finwait report first-wave-lost --out out
//
// What it says is made elsewhere: a Document holds words and charts, and no time and
// no name of a machine, so that the same input gives the same bytes.
package document

import (
	"github.com/finwait/finwait/graphs"
)

// Document is what a report says.
type Document struct {
	Version string
	Command string // which makes it again
	Summary string
	Bounds  string
	Cases   []Case
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
}

// Verdict is the answer for one property.
type Verdict struct {
	Property, Claim string
	Verdict         string // in words
	Mark            string // as expected, different, unknown
	Good            bool   // whether Mark is as expected
	Detail          string
	Evidence        string // ID of the evidence, "" without a run
}

// Evidence is a run that decides a property.
type Evidence struct {
	ID, Property   string
	Claim, About   string
	Source, Expect string
	Violated       bool
	Verdict        string // in words
	// The questions that a reader has.
	Wrong, When, Because string
	Prevented            []Remedy
	Tried                string // which values were tried
	Repeat               []string
	Chart                graphs.Chart
	Steps                []Step
}

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
	Changed     bool
	Details     []Field
}

// Field is one variable of a host.
type Field struct{ Name, Value string }

// Graph is the folded graph of a case.
type Graph struct {
	Title, Caption string
	DOT            string
	Rows           []GraphRow // the same as a table
}

// GraphRow is one edge, in words.
type GraphRow struct{ From, To, Events string }

// Coverage is one line on what was never tried.
type Coverage struct{ What, Value string }
