package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/dustin/go-humanize"

	"github.com/finwait/finwait/cmd/finwait/fuzz"
	"github.com/finwait/finwait/cmd/finwait/shard"
	"github.com/finwait/finwait/cmd/finwait/sweep"
)

// fuzzSchema names the form of the JSON result.
const fuzzSchema = "finwait.fuzz/1"

// fuzzReport is the result in JSON.
type fuzzReport struct {
	Schema    string        `json:"schema"`
	Version   string        `json:"version"`
	Binary    string        `json:"binary"` // a hash of the program
	Plan      fuzzPlan      `json:"plan"`
	Shard     shard.Shard   `json:"shard"`
	Missing   []string      `json:"missing"` // shards that a merged result lacks
	Seed      uint64        `json:"seed"`
	Runs      int           `json:"runs"`
	Refused   int           `json:"refused"` // draws that made no scenario
	Verdicts  int           `json:"verdicts"`
	Unknown   int           `json:"unknown"`
	MaxStates int           `json:"max_states"`
	SelfCheck bool          `json:"self_check"`
	Stopped   string        `json:"stopped"`
	Coverage  fuzz.Coverage `json:"coverage"`
	// Tried names the choices of each run, a digit of base 36 for each key of the plan.
	Tried    map[int]string `json:"tried"`
	Findings []fuzzFinding  `json:"findings"`
}

// fuzzPlan is what all shards of a search have in common, besides the seed and the bounds.
type fuzzPlan struct {
	Runs       int         `json:"runs"`
	Duration   string      `json:"duration"`
	Properties []string    `json:"properties"`
	Space      []fuzzRange `json:"space"`
}

// fuzzRange is a key with its choices.
type fuzzRange struct {
	Key     string   `json:"key"`
	Choices []string `json:"choices"`
}

// progressJSON is the part of the report that progress has.
func (o *fuzzOptions) progressJSON(r fuzz.Result) fuzzReport {
	return fuzzReport{
		Schema: fuzzSchema, Version: version(), Missing: []string{}, Seed: o.seed, Runs: r.Runs, Refused: r.Refused, Verdicts: r.Verdicts, Unknown: r.Unknown,
		MaxStates: int(o.states), SelfCheck: o.selfCheck, Stopped: r.Stopped, Coverage: r.Coverage, Findings: []fuzzFinding{},
	}
}

func (o *fuzzOptions) json(opt fuzz.Options, r fuzz.Result, findings []fuzzFinding) (fuzzReport, error) {
	all := o.progressJSON(r)
	var err error
	if all.Binary, err = sweep.BinaryHash(); err != nil {
		return all, err
	}
	all.Plan = fuzzPlan{Runs: opt.Runs, Duration: opt.Duration.String(), Properties: append([]string{}, opt.Properties...)}
	for _, d := range opt.Space {
		one := fuzzRange{Key: d.Key}
		for _, c := range d.Choices {
			one.Choices = append(one.Choices, c.Label)
		}
		all.Plan.Space = append(all.Plan.Space, one)
	}
	all.Shard, all.Tried = opt.Shard, r.Tried
	all.Findings = append(all.Findings, findings...)
	return all, nil
}

// line is how far a run is, and how it ends.
func (o *fuzzOptions) line(r fuzz.Result) string {
	all := o.progressJSON(r)
	all.Findings = make([]fuzzFinding, len(r.Findings))
	return all.line()
}

func (r fuzzReport) line() string {
	c := r.Coverage
	found := "no finding"
	switch n := len(r.Findings); {
	case n == 1:
		found = "1 finding"
	case n > 1:
		found = fmt.Sprintf("%d findings", n)
	}
	line := fmt.Sprintf("fuzz: %s runs of seed %d, %s verdicts (%s unknown with %s states), tried %d of %d values and %s of pairs of %d keys: %s",
		humanize.Comma(int64(r.Runs)), r.Seed, humanize.Comma(int64(r.Verdicts)), humanize.Comma(int64(r.Unknown)), humanize.Comma(int64(r.MaxStates)),
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
