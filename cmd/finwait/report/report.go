// Package report writes the results of finwait check: as text for people who
// read CI logs, as JSON for scripts, and as files for each trace.
package report

import (
	"encoding/json"
	"io"
	"time"

	"github.com/finwait/finwait/cmd/finwait/judge"
)

// Schema names the form of the JSON report.
const Schema = "finwait.check/1"

// Exit codes of the command line; of several, the first in the order
// Internal, Usage, Different, Unknown, AsExpected is taken.
const (
	AsExpected = 0
	Different  = 1
	Usage      = 2
	Unknown    = 3
	Internal   = 4
)

// Report is what a check found.
type Report struct {
	Schema    string           `json:"schema"`
	Version   string           `json:"version"`
	Scenarios []judge.Scenario `json:"scenarios"`

	// Coverage is what all scenarios exercised together, by profile, where that was asked for.
	Coverage map[string]*judge.Coverage `json:"coverage,omitempty"`

	FailOn      FailOn        `json:"-"`
	Asked       int           `json:"-"` // cases that were to be judged
	Interrupted bool          `json:"-"`
	Elapsed     time.Duration `json:"-"`
	Baseline    bool          `json:"-"` // a baseline was compared with
}

// Writers are the forms of a report by the words of --format. Of text the scenarios are
// written before, one by one, by WriteScenario.
func (r Report) Writers() map[string]func(io.Writer) error {
	return map[string]func(io.Writer) error{
		"text": r.WriteSummary, "json": r.WriteJSON, "junit": r.WriteJUnit, "sarif": r.WriteSARIF, "github": r.WriteGitHub,
	}
}

// WriteJSON writes the report for scripts.
func (r Report) WriteJSON(w io.Writer) error {
	r.Schema = Schema
	if r.Scenarios == nil {
		r.Scenarios = []judge.Scenario{}
	}
	return writeJSON(w, r)
}

func writeJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(v)
}

// tally counts outcomes.
type tally struct{ all, different, unknown, known int }

func (r Report) tally() tally {
	var t tally
	for _, s := range r.Scenarios {
		t.different += len(s.Drift)
		for _, o := range s.Outcomes {
			t.all++
			switch {
			case o.Known:
				t.known++
			case o.Different():
				t.different++
			case o.Unknown():
				t.unknown++
			}
		}
	}
	return t
}

// Code is the exit code: a difference outweighs what is unknown, and an
// interrupted check is never as expected.
func (r Report) Code() int {
	t := r.tally()
	uncovered, decided := r.uncovered()
	switch {
	case t.different > 0, decided && len(uncovered) > 0:
		return Different
	case !decided, t.unknown > 0, r.Interrupted, len(r.Scenarios) < r.Asked:
		return Unknown
	default:
		return AsExpected
	}
}

// Words is the verdict of an outcome in words.
func Words(o judge.Outcome) string {
	if o.Unknown() && o.Trace == nil {
		return o.Verdict
	}
	return verdictWords(o)
}
