// Package pinned compares the results of a check with what is kept of earlier ones.
//
// A baseline is the result of an earlier check, as it was written in JSON: a difference
// that it has already is known, and does not fail a check again. An expect file pins the
// verdict of every property and the size of every search: what the scenarios themselves
// expect plays no part then.
//
//	finwait check --format json > baseline.json       finwait check --baseline baseline.json
//	finwait check --expect-file e.json --update-expect   finwait check --expect-file e.json
//
// Both go by the names of scenario, profile and property. Neither knows with which
// parameters or bounds they were made; use the same arguments.
package pinned

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"

	"github.com/finwait/finwait/cmd/finwait/judge"
	"github.com/finwait/finwait/cmd/finwait/report"
)

// subject is what a verdict is about.
type subject struct{ scenario, profile, property string }

func (s subject) String() string {
	return fmt.Sprintf("%s of %s (%s)", s.property, s.scenario, s.profile)
}

// Baseline has the differences of an earlier check, with their verdicts. The zero value
// has none.
type Baseline struct {
	known map[subject]string
	order []subject
}

// ReadBaseline reads the result of an earlier check in JSON.
func ReadBaseline(r io.Reader) (Baseline, error) {
	var earlier report.Report
	if err := decode(r, report.Schema, "a result of finwait check --format json", &earlier, func() string { return earlier.Schema }); err != nil {
		return Baseline{}, err
	}
	b := Baseline{known: map[subject]string{}}
	for _, s := range earlier.Scenarios {
		for _, o := range s.Outcomes {
			if o.AsExpected != nil && !*o.AsExpected {
				at := subject{s.Name, s.Profile, o.Property}
				b.known[at] = o.Verdict
				b.order = append(b.order, at)
			}
		}
	}
	return b, nil
}

// Mark marks what is different and was so in the baseline, with the same verdict.
func (b Baseline) Mark(s *judge.Scenario) {
	for i := range s.Outcomes {
		o := &s.Outcomes[i]
		verdict, ok := b.known[subject{s.Name, s.Profile, o.Property}]
		o.Known = ok && o.Different() && verdict == o.Verdict
	}
}

// Gone lists the differences of the baseline that are as expected in these results.
func (b Baseline) Gone(scenarios []judge.Scenario) []string {
	good := map[subject]bool{}
	for _, s := range scenarios {
		for _, o := range s.Outcomes {
			if o.AsExpected != nil && *o.AsExpected {
				good[subject{s.Name, s.Profile, o.Property}] = true
			}
		}
	}
	var gone []string
	for _, at := range slices.DeleteFunc(slices.Clone(b.order), func(at subject) bool { return !good[at] }) {
		gone = append(gone, at.String())
	}
	return gone
}

// decode reads JSON of a schema.
func decode(r io.Reader, schema, want string, into any, found func() string) error {
	d := json.NewDecoder(r)
	if err := d.Decode(into); err != nil {
		return fmt.Errorf("%w; %s is wanted", err, want)
	}
	if found() != schema {
		return fmt.Errorf("schema is %q, want %q: %s", found(), schema, want)
	}
	return nil
}
