package sweep

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"

	"github.com/finwait/finwait/cmd/finwait/shard"
)

// Read reads a result that WriteJSON wrote.
func Read(name string, text []byte) (Result, error) {
	var r Result
	if err := json.Unmarshal(text, &r); err != nil {
		return r, fmt.Errorf("%s: no result of a sweep: %w", name, err)
	}
	if r.Schema != Schema {
		return r, fmt.Errorf("%s: the schema is %q; the JSON of finwait sweep, %s, is wanted", name, r.Schema, Schema)
	}
	if r.Hash != r.Plan.Hash() {
		return r, fmt.Errorf("%s: its plan was changed after the sweep; sweep again", name)
	}
	return r, nil
}

// Merge puts the shares of one sweep together. All must be of one plan and one program.
// A share may be there twice, with the same verdicts; one that is not there is named in
// Missing. names are those of the files, for errors.
func Merge(names []string, parts []Result) (Result, error) {
	if len(parts) == 0 {
		return Result{}, fmt.Errorf("no results to merge")
	}
	all := parts[0]
	all.Cells, all.Shard, all.Missing, all.Interrupted = []Cell{}, shard.Shard{}, []string{}, false
	byIndex := map[int]Cell{}
	from := map[int]string{}
	there := map[string]bool{}
	count := max(parts[0].Shard.Count, 1)
	for i, p := range parts {
		switch {
		case p.Binary != all.Binary:
			return all, fmt.Errorf("%s was made by another binary than %s (%s, %s); sweep with one", names[i], names[0], p.Version, parts[0].Version)
		case p.Hash != all.Hash:
			return all, fmt.Errorf("%s is of another sweep than %s; merge the shards of one", names[i], names[0])
		case max(p.Shard.Count, 1) != count:
			return all, fmt.Errorf("%s is one of %d shards and %s one of %d; merge those of one division", names[i], max(p.Shard.Count, 1), names[0], count)
		}
		for name, hash := range p.Scenarios {
			if all.Scenarios[name] != hash {
				return all, fmt.Errorf("%s was made of another scenario %s than %s; sweep one and the same file", names[i], name, names[0])
			}
		}
		if !p.Interrupted {
			there[p.Shard.String()] = true
		}
		for _, c := range p.Cells {
			if other, known := byIndex[c.Index]; known && !alike(other, c) {
				return all, fmt.Errorf("%s and %s differ in the cell %s", from[c.Index], names[i], describe(c))
			}
			byIndex[c.Index], from[c.Index] = c, names[i]
		}
	}
	for _, c := range byIndex {
		all.Cells = append(all.Cells, c)
	}
	slices.SortFunc(all.Cells, func(a, b Cell) int { return a.Index - b.Index })
	for i := range count {
		s := shard.Shard{Index: i + 1, Count: count}
		if count == 1 {
			s = shard.Shard{}
		}
		if !there[s.String()] {
			all.Missing = append(all.Missing, s.String())
		}
	}
	all.Interrupted = len(all.Missing) > 0
	all.Thresholds = thresholds(all.Plan, all.Cells)
	return all, nil
}

// alike compares two answers to one question, apart from the time they took.
func alike(a, b Cell) bool {
	a.Seconds, b.Seconds = 0, 0
	return reflect.DeepEqual(a, b)
}
