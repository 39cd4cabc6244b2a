package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/dustin/go-humanize"

	"github.com/finwait/finwait/cmd/finwait/fuzz"
)

// fuzzReport is the result in JSON.
type fuzzReport struct {
	Schema    string        `json:"schema"`
	Version   string        `json:"version"`
	Seed      uint64        `json:"seed"`
	Runs      int           `json:"runs"`
	Refused   int           `json:"refused"` // draws that made no scenario
	Verdicts  int           `json:"verdicts"`
	Unknown   int           `json:"unknown"`
	MaxStates int           `json:"max_states"`
	SelfCheck bool          `json:"self_check"`
	Stopped   string        `json:"stopped"`
	Coverage  fuzz.Coverage `json:"coverage"`
	Findings  []fuzzFinding `json:"findings"`
}

func (o *fuzzOptions) json(r fuzz.Result, findings []fuzzFinding) fuzzReport {
	return fuzzReport{
		"finwait.fuzz/1", version(), o.seed, r.Runs, r.Refused, r.Verdicts, r.Unknown, int(o.states), o.selfCheck, r.Stopped, r.Coverage,
		append([]fuzzFinding{}, findings...),
	}
}

// line is how far a run is, and how it ends.
func (o *fuzzOptions) line(r fuzz.Result) string {
	c := r.Coverage
	found := "no finding"
	switch n := len(r.Findings); {
	case n == 1:
		found = "1 finding"
	case n > 1:
		found = fmt.Sprintf("%d findings", n)
	}
	line := fmt.Sprintf("fuzz: %s runs of seed %d, %s verdicts (%s unknown with %s states), tried %d of %d values and %s of pairs of %d keys: %s",
		humanize.Comma(int64(r.Runs)), o.seed, humanize.Comma(int64(r.Verdicts)), humanize.Comma(int64(r.Unknown)), humanize.Comma(int64(o.states)),
		c.ValuesTried, c.Values, share(c.PairsTried, c.Pairs), c.Keys, found)
	if r.Stopped != "" {
		line += " (" + r.Stopped + ")"
	}
	return line
}

func share(part, of int) string {
	if of == 0 {
		return "0 %"
	}
	return fmt.Sprintf("%.1f %%", 100*float64(part)/float64(of))
}

// print tells a finding with its scenario and its counterexample.
func (w fuzzFinding) print(to io.Writer) error {
	var b strings.Builder
	from := fmt.Sprintf("run %d", w.Run)
	if w.Run < 0 {
		from = "the corpus"
	}
	fmt.Fprintf(&b, "✗ %s: %s (%s)\n  profile %s\n", w.Subject, w.Text, from, w.Profile)
	for _, key := range slices.Sorted(maps.Keys(w.Keys)) {
		fmt.Fprintf(&b, "  %s: %s\n", key, w.Keys[key])
	}
	for line := range strings.Lines(w.chart) {
		b.WriteString(strings.TrimRight("    "+line, " \n") + "\n")
	}
	fmt.Fprintf(&b, "  scenario: %s\n  repeat with: %s\n\n", w.Scenario, w.Repeat)
	_, err := io.WriteString(to, b.String())
	return err
}
