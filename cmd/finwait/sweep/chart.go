package sweep

import (
	"fmt"
	"image/color"
	"math"
	"path/filepath"
	"slices"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/palette/moreland"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"

	"github.com/finwait/finwait/cmd/finwait/vary"
)

// maxLines is how many curves a chart has; a heat map has the rest.
const maxLines = 12

// SaveChart draws the first column over the axes that have several values: a curve for
// each value of the others over the last one, or a heat map with two of them, of a
// verdict, where only some combinations were judged, or of too many curves. Of parameters
// that are changed one at a time it draws which has an effect on which column. The name
// of the file says the form, .svg or .png.
func (r Result) SaveChart(name string) error {
	if err := ChartName(name); err != nil {
		return err
	}
	columns := r.shownColumns()
	var axes []vary.Axis
	for _, a := range r.Plan.Axes {
		if len(a.Values) > 1 {
			axes = append(axes, a)
		}
	}
	if len(axes) == 0 {
		return fmt.Errorf("there is one cell, and nothing to draw")
	}
	p := plot.New()
	p.Title.Text = columns[0].name
	if columns[0].what == "stay" || columns[0].what == "shortest" {
		p.Title.Text += ", seconds"
	}
	var err error
	width := 20 * vg.Centimeter
	switch s := r.Plan.Strategy; {
	case s == Star:
		width = 28 * vg.Centimeter
		r.heatOfEffects(p, columns)
	case s == Pairs, s == Triples, s != Bisection && (len(axes) == 2 || len(axes) > 2 && columns[0].what == "property"), r.lines(axes[:len(axes)-1]) > maxLines:
		err = r.heat(p, axes, columns[0])
	default:
		err = r.curves(p, axes, columns[0])
	}
	if err != nil {
		return err
	}
	return p.Save(width, 14*vg.Centimeter, name)
}

// ChartName tells what is wrong with the name of a chart's file.
func ChartName(name string) error {
	if ext := filepath.Ext(name); ext != ".svg" && ext != ".png" {
		return fmt.Errorf("%s: a name that ends in .svg or .png is wanted", name)
	}
	return nil
}

// lines counts the combinations of the values of some axes.
func (r Result) lines(axes []vary.Axis) int {
	seen := map[string]bool{}
	for _, cell := range r.Cells {
		seen[rowName(axes, func(i int) string { return cell.Values[axes[i].Key] })] = true
	}
	return len(seen)
}

// grid is a heat map's data: NaN where a cell has no number.
type grid struct {
	values [][]float64 // by row
}

func (g grid) Dims() (columns, rows int) { return len(g.values[0]), len(g.values) }
func (g grid) Z(column, row int) float64 { return g.values[row][column] }
func (g grid) X(column int) float64      { return float64(column) }
func (g grid) Y(row int) float64         { return float64(row) }

func (r Result) heat(p *plot.Plot, axes []vary.Axis, c column) error {
	others, x := axes[:len(axes)-1], axes[len(axes)-1]
	row := map[string]int{}
	var rows, keys []string
	for _, a := range others {
		keys = append(keys, shortKey(a.Key))
	}
	for _, cell := range r.Cells {
		values := rowName(others, func(i int) string { return cell.Values[others[i].Key] })
		if _, known := row[values]; !known {
			row[values] = len(rows)
			rows = append(rows, values)
		}
	}
	g := grid{}
	for range rows {
		g.values = append(g.values, slices.Repeat([]float64{math.NaN()}, len(x.Values)))
	}
	least, most := math.Inf(1), math.Inf(-1)
	for _, cell := range r.Cells {
		if n, ok := c.number(cell); ok {
			at := row[rowName(others, func(i int) string { return cell.Values[others[i].Key] })]
			g.values[at][slices.Index(x.Values, cell.Values[x.Key])] = n
			least, most = min(least, n), max(most, n)
		}
	}
	if math.IsInf(least, 0) {
		return fmt.Errorf("no cell has a number in the column %s", c.name)
	}
	colours := moreland.Kindlmann() // perceptually even, and readable without colour
	// The last seventh of its colours is nearly white, as paper is.
	top := most + max((most-least)/6, 1e-9)
	colours.SetMin(least)
	colours.SetMax(top)
	h := plotter.NewHeatMap(g, colours.Palette(255))
	h.Min, h.Max = least, top
	h.NaN = color.Gray{Y: 230}
	p.Add(h)
	p.X.Label.Text, p.Y.Label.Text = shortKey(x.Key), strings.Join(keys, ", ")
	p.X.Tick.Marker, p.Y.Tick.Marker = names(x.Values), names(rows)
	dark, light := number(least), number(most)
	if c.what == "property" {
		verdict := map[float64]string{0: "violated or not reached", 1: "holds or reached"}
		dark, light = verdict[least], verdict[most]
	}
	p.Title.Text += fmt.Sprintf(" (dark %s, light %s; grey: none)", dark, light)
	return nil
}

// rowName names the values of some axes.
func rowName(axes []vary.Axis, value func(i int) string) string {
	var all []string
	for i := range axes {
		all = append(all, value(i))
	}
	return strings.Join(all, ", ")
}

func (r Result) curves(p *plot.Plot, axes []vary.Axis, c column) error {
	x := axes[len(axes)-1]
	scale := ordered(x)
	lines := map[string]plotter.XYs{}
	var order []string
	for _, cell := range r.Cells {
		n, ok := c.number(cell)
		if !ok {
			continue
		}
		var name []string
		for _, a := range axes[:len(axes)-1] {
			name = append(name, shortKey(a.Key)+"="+cell.Values[a.Key])
		}
		label := strings.Join(name, " ")
		at := float64(slices.Index(x.Values, cell.Values[x.Key]))
		if scale {
			at, _ = quantity(cell.Values[x.Key])
		}
		if lines[label] == nil {
			order = append(order, label)
		}
		lines[label] = append(lines[label], plotter.XY{X: at, Y: n})
	}
	if len(order) == 0 {
		return fmt.Errorf("no cell has a number in the column %s", c.name)
	}
	for i, label := range order {
		slices.SortFunc(lines[label], func(a, b plotter.XY) int {
			if a.X < b.X {
				return -1
			}
			return 1
		})
		line, points, err := plotter.NewLinePoints(lines[label])
		if err != nil {
			return err
		}
		line.Color, points.Color = colour(i), colour(i)
		line.Dashes = []vg.Length{vg.Points(float64(8 - i%3*3)), vg.Points(float64(i % 3 * 2))}
		p.Add(line, points)
		if len(order) > 1 {
			p.Legend.Add(label, line, points)
		}
	}
	p.Legend.Top, p.Legend.Left = true, true
	if len(order) > 1 { // room for its lines
		p.Y.Max += (p.Y.Max - p.Y.Min) * 0.04 * float64(len(order))
	}
	p.X.Label.Text, p.Y.Label.Text = shortKey(x.Key), c.name
	if !scale {
		p.X.Tick.Marker = names(x.Values)
	}
	return nil
}

// colour is one of Okabe and Ito's, which colour-blind readers can tell apart.
func colour(i int) color.Color {
	okabeIto := []color.RGBA{{0, 114, 178, 255}, {213, 94, 0, 255}, {0, 158, 115, 255}, {204, 121, 167, 255}, {86, 180, 233, 255}, {230, 159, 0, 255}, {0, 0, 0, 255}}
	return okabeIto[i%len(okabeIto)]
}

func number(n float64) string { return fmt.Sprintf("%.4g", n) }

// names label whole numbers with the values of an axis, at most 16 of them.
func names(values []string) plot.Ticker { return labels(values, (len(values)+15)/16) }

// every labels whole numbers with all of some texts.
func every(values []string) plot.Ticker { return labels(values, 1) }

func labels(values []string, step int) plot.Ticker {
	return plot.TickerFunc(func(_, _ float64) (ticks []plot.Tick) {
		for i := 0; i < len(values); i += step {
			ticks = append(ticks, plot.Tick{Value: float64(i), Label: values[i]})
		}
		return ticks
	})
}
