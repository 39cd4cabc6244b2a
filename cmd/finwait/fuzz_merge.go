package main

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/finwait/finwait/cmd/finwait/fuzz"
	"github.com/finwait/finwait/cmd/finwait/generate"
	"github.com/finwait/finwait/cmd/finwait/report"
	"github.com/finwait/finwait/cmd/finwait/shard"
)

// readFuzz reads a result of finwait fuzz --format json.
func readFuzz(name string, text []byte) (r fuzzReport, err error) {
	if err := json.Unmarshal(text, &r); err != nil {
		return r, fmt.Errorf("%s: no result of finwait fuzz: %w", name, err)
	}
	if r.Schema != fuzzSchema {
		return r, fmt.Errorf("%s: the schema is %q, and others are of finwait fuzz, %s; merge the one or the other", name, r.Schema, fuzzSchema)
	}
	if len(r.Tried) > 0 && len(r.Plan.Space) == 0 {
		return r, fmt.Errorf("%s: its plan was cut; run finwait fuzz again", name)
	}
	return r, nil
}

// mergeFuzz puts the shares of one search together. A share may be there twice; one that
// is not there, or was interrupted, is named in Missing. names are those of the files.
func mergeFuzz(names []string, parts []fuzzReport) (fuzzReport, error) {
	all := parts[0]
	all.Shard, all.Missing, all.Tried, all.Findings, all.Stopped = shard.Shard{}, []string{}, map[int]string{}, []fuzzFinding{}, ""
	all.Runs, all.Refused, all.Verdicts, all.Unknown = 0, 0, 0, 0
	count := max(parts[0].Shard.Count, 1)
	there := map[string]bool{}
	found := map[string]fuzzFinding{}
	for i, p := range parts {
		switch {
		case p.Binary != all.Binary:
			return all, fmt.Errorf("%s was made by another binary than %s (%s, %s); search with one", names[i], names[0], p.Version, parts[0].Version)
		case p.Seed != all.Seed || p.MaxStates != all.MaxStates || p.SelfCheck != all.SelfCheck || !reflect.DeepEqual(p.Plan, all.Plan):
			return all, fmt.Errorf("%s is of another search than %s; merge the shards of one", names[i], names[0])
		case max(p.Shard.Count, 1) != count:
			return all, fmt.Errorf("%s is one of %d shards and %s one of %d; merge those of one division", names[i], max(p.Shard.Count, 1), names[0], count)
		case there[p.Shard.String()] || p.Stopped == "interrupted":
			continue
		}
		there[p.Shard.String()] = true
		all.Runs, all.Refused, all.Verdicts, all.Unknown = all.Runs+p.Runs, all.Refused+p.Refused, all.Verdicts+p.Verdicts, all.Unknown+p.Unknown
		all.Stopped = max(all.Stopped, p.Stopped)
		maps.Copy(all.Tried, p.Tried)
		for _, f := range p.Findings {
			if first, known := found[f.about()]; !known || f.Run < first.Run {
				found[f.about()] = f
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(found)) {
		all.Findings = append(all.Findings, found[name])
	}
	slices.SortStableFunc(all.Findings, func(a, b fuzzFinding) int { return a.Run - b.Run })
	for i := range count {
		s := shard.Shard{Index: i + 1, Count: count}.String()
		if !there[s] {
			all.Missing = append(all.Missing, s)
		}
	}
	var err error
	if all.Coverage, err = fuzz.Covered(all.Plan.dimensions(), all.Tried); err != nil {
		return all, fmt.Errorf("a result was changed: %w", err)
	}
	return all, nil
}

// about is what a finding is told of once: its mutants, or its subject.
func (w fuzzFinding) about() string {
	var mutants []string
	for _, key := range slices.Sorted(maps.Keys(w.Keys)) {
		if isMutantKey(key) {
			mutants = append(mutants, key+"="+w.Keys[key])
		}
	}
	if w.Oracle || len(mutants) == 0 {
		return w.Subject
	}
	return strings.Join(mutants, " ")
}

func (p fuzzPlan) dimensions() (space []generate.Dimension) {
	for _, r := range p.Space {
		d := generate.Dimension{Key: r.Key}
		for _, label := range r.Choices {
			d.Choices = append(d.Choices, generate.Choice{Label: label})
		}
		space = append(space, d)
	}
	return space
}

// tellFuzz writes a merged result, and gives its exit code as an error.
func (a *app) tellFuzz(r fuzzReport, format string) error {
	switch format {
	case "csv":
		return fmt.Errorf("the results of finwait fuzz are no table; --format text or json is wanted")
	case "json":
		if err := writeJSON(a.stdout, r); err != nil {
			return err
		}
	default:
		for _, f := range r.Findings {
			if err := f.print(a.stdout); err != nil {
				return err
			}
		}
		var lines []string
		for _, m := range r.Missing {
			lines = append(lines, "MISSING: shard "+m)
		}
		if _, err := io.WriteString(a.stdout, strings.Join(append(lines, r.line()), "\n")+"\n"); err != nil {
			return err
		}
	}
	switch {
	case len(r.Findings) > 0:
		return codeError(report.Different)
	case len(r.Missing) > 0:
		return codeError(report.Unknown)
	}
	return nil
}
