package sweep

import (
	"slices"
	"strings"

	"github.com/finwait/finwait/cmd/finwait/vary"
)

// writeStar is the table of a sweep that changes one parameter at a time: a row for
// each change, and in each column what it changes there, in any scenario; empty where
// it has no effect.
func (r Result) writeStar(b *strings.Builder, columns []column) {
	base := map[string]Cell{}
	for _, c := range r.Cells {
		if len(r.changed(c)) == 0 {
			base[r.frame(c)] = c
		}
	}
	effects := map[string]map[string][]string{}
	var order []string
	cells := slices.Clone(r.Cells)
	slices.SortStableFunc(cells, func(x, y Cell) int { return r.rank(x) - r.rank(y) })
	for _, c := range cells {
		for _, a := range r.changed(c) {
			name := shortKey(a) + ": " + r.first(a) + " → " + c.Values[a]
			if effects[name] == nil {
				effects[name] = map[string][]string{}
				order = append(order, name)
			}
			from, known := base[r.frame(c)]
			if !known {
				continue // it was interrupted, or is of another shard
			}
			for _, col := range columns {
				before, after := col.text(from), col.text(c)
				if change := before + " → " + after; before != after && !slices.Contains(effects[name][col.name], change) {
					effects[name][col.name] = append(effects[name][col.name], change)
				}
			}
		}
	}
	head := []string{"changed"}
	for _, col := range columns {
		head = append(head, col.name)
	}
	rows := [][]string{head}
	for _, name := range order {
		row := []string{name}
		for _, col := range columns {
			row = append(row, strings.Join(effects[name][col.name], ", "))
		}
		rows = append(rows, row)
	}
	for _, row := range rows {
		for i, cell := range row {
			if cell == "" {
				row[i] = "·"
			}
		}
	}
	writeColumns(b, rows)
	b.WriteString("· no effect\n")
}

// rank orders cells by the key that is changed.
func (r Result) rank(c Cell) int {
	return slices.IndexFunc(r.Plan.Axes, func(a vary.Axis) bool { return slices.Contains(r.changed(c), a.Key) })
}

func (r Result) first(key string) string {
	for _, a := range r.Plan.Axes {
		if a.Key == key {
			return a.Values[0]
		}
	}
	return ""
}

// changed are the keys that do not have their first value.
func (r Result) changed(c Cell) (keys []string) {
	for _, a := range r.Plan.Axes {
		if a.Key != scenarioKey && a.Key != profileKey && c.Values[a.Key] != a.Values[0] {
			keys = append(keys, a.Key)
		}
	}
	return keys
}

// frame names the scenario and the profile of a cell.
func (r Result) frame(c Cell) string { return c.Values[scenarioKey] + " " + c.Values[profileKey] }
