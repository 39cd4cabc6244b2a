package sweep

import (
	"cmp"
	"image/color"
	"slices"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"

	"github.com/finwait/finwait/cmd/finwait/vary"
)

// effects are what the change of a parameter does to the columns, in any scenario: for
// each change, in their order, and each column the texts before and after.
func (r Result) effects(columns []column) (order []string, effects map[string]map[string][]string) {
	base := map[string]Cell{}
	for _, c := range r.Cells {
		if len(r.changed(c)) == 0 {
			base[r.frame(c)] = c
		}
	}
	effects = map[string]map[string][]string{}
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
	return order, effects
}

// writeStar is the table of a sweep that changes one parameter at a time: a row for
// each change, and in each column its effects.
func (r Result) writeStar(b *strings.Builder, columns []column) {
	order, effects := r.effects(columns)
	head := []string{"changed"}
	for _, col := range columns {
		head = append(head, col.name)
	}
	rows := [][]string{head}
	for _, name := range order {
		row := []string{name}
		for _, col := range columns {
			row = append(row, cmp.Or(strings.Join(effects[name][col.name], ", "), "·"))
		}
		rows = append(rows, row)
	}
	writeColumns(b, rows)
	b.WriteString("· no effect\n")
}

// twoColours are those of no effect and of an effect.
type twoColours struct{}

func (twoColours) Colors() []color.Color { return []color.Color{color.Gray{Y: 235}, colour(0)} }

// heatOfEffects draws which change has an effect on which column.
func (r Result) heatOfEffects(p *plot.Plot, columns []column) {
	order, effects := r.effects(columns)
	slices.Reverse(order) // the first one on top, as in the table
	g := grid{}
	for _, name := range order {
		var row []float64
		for _, col := range columns {
			row = append(row, min(1, float64(len(effects[name][col.name]))))
		}
		g.values = append(g.values, row)
	}
	var heads []string
	for _, col := range columns {
		heads = append(heads, strings.TrimPrefix(col.name, "stay:"))
	}
	h := plotter.NewHeatMap(g, twoColours{})
	h.Min, h.Max = 0, 1
	p.Add(h)
	p.Title.Text = "Which parameter has an effect (dark) on what"
	p.X.Tick.Marker, p.Y.Tick.Marker = every(heads), every(order)
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
