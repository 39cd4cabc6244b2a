package main

import (
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/dustin/go-humanize"
)

// head is that of the table.
const head = `# The engine, measured

Written by ` + "`go run ./cmd/enginebench --out checker/bench/RESULTS.md [SECTION…]`" + `, which measures sections and leaves the others
as they are. Read the ratios: machines differ, and one may have had other work. Memory is the peak of the whole process.
No size is given to finwait, whose tables grow; SPIN and Rumur are told the size that suits them.
`

// machine is the first line of a section: where, when and how often it was measured.
func machine(now time.Time, rounds int) string {
	processor, kernel := "unknown processor", "unknown kernel"
	if text, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		for line := range strings.Lines(string(text)) {
			if key, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(key) == "model name" {
				processor = strings.TrimSpace(value)
				break
			}
		}
	}
	if text, err := os.ReadFile("/proc/sys/kernel/osrelease"); err == nil {
		kernel = strings.TrimSpace(string(text))
	}
	of := "one round"
	if rounds > 1 {
		of = fmt.Sprintf("medians of %d rounds", rounds)
	}
	return fmt.Sprintf("%s, %d processors, Linux %s, %s, %s; %s.", processor, runtime.NumCPU(), kernel, runtime.Version(), now.UTC().Format(time.DateOnly), of)
}

// table shows the tools of a race. The ratio is that of the states a second,
// within a round, to SPIN's depth-first search, where that found all states.
func (r *race) table() string {
	columns := []string{"tool", "states", "seconds", "states/s", "bytes/state", "times " + spinDFS}
	var rows [][]string
	for _, tool := range r.tools {
		runs := r.runs[tool]
		cells := []string{tool, r.count(runs), "–", "–", "–", "–"}
		if r.complete(runs) {
			cells[2] = fmt.Sprintf("%.2f", median(runs, func(f figures) float64 { return f.Wall }))
			cells[3] = humanize.Comma(int64(median(runs, figures.speed)))
			cells[4] = fmt.Sprintf("%.1f", median(runs, func(f figures) float64 { return float64(f.Bytes) / float64(f.States) }))
			if peer := r.runs[spinDFS]; r.complete(peer) {
				var ratios []float64
				for i := range min(len(runs), len(peer)) {
					ratios = append(ratios, runs[i].speed()/peer[i].speed())
				}
				cells[5] = spread(ratios)
			}
		}
		rows = append(rows, cells)
	}
	return markdown(columns, rows) + r.odd()
}

// odd says of which tools no ratio is taken: those that found something else. SPIN does
// for two-phase commit with an even number of resource managers.
func (r *race) odd() (text string) {
	for _, tool := range r.tools {
		if found := r.runs[tool][0].States; !r.complete(r.runs[tool]) {
			text += fmt.Sprintf("\n%s found %s states where %s exist: it is left out of the comparison.", tool, humanize.Comma(int64(found)), humanize.Comma(int64(r.states)))
		}
	}
	if peer := r.runs[spinDFS]; len(peer) > 0 && !r.complete(peer) && r.even {
		text += "\nThe Promela text has its managers in pairs behind the third, and so one too many for an even number of them."
	}
	if text != "" {
		text += "\n"
	}
	return text
}

// Peers are timed in hundredths of a second, so what took 0.00 counts as one of them.
func (f figures) speed() float64 { return float64(f.States) / max(f.Wall, 0.01) }

// complete tells whether a tool found what exists in every round in which it ran.
func (r *race) complete(runs []figures) bool {
	return len(runs) > 0 && !slices.ContainsFunc(runs, func(f figures) bool { return f.States != r.states })
}

func (r *race) count(runs []figures) string {
	text := humanize.Comma(int64(runs[0].States))
	if !r.complete(runs) {
		text += " (wrong)"
	}
	return text
}

// curveTable shows searches of scenarios.
func curveTable(column string, rows []row, runs [][]figures) string {
	columns := []string{column, "time", "states", "classes", "transitions", "seconds", "classes/s", "MB"}
	var cells [][]string
	for i, r := range rows {
		f := runs[i][0] // counts are the same in every round
		seconds := median(runs[i], func(f figures) float64 { return f.Seconds })
		name := r.name
		if f.Stopped != "" {
			name += " (stopped: " + f.Stopped + ")"
		}
		cells = append(cells, []string{
			name, r.Time.String(), humanize.Comma(int64(f.States)), humanize.Comma(int64(f.Classes)), humanize.Comma(int64(f.Transitions)),
			fmt.Sprintf("%.3f", seconds), humanize.Comma(int64(float64(f.Classes) / seconds)),
			fmt.Sprintf("%.0f", median(runs[i], func(f figures) float64 { return float64(f.Bytes) / (1 << 20) })),
		})
	}
	return markdown(columns, cells)
}

// markdown is a table whose first column is text; the others are aligned as
// numbers.
func markdown(head []string, rows [][]string) string {
	var b strings.Builder
	line := func(cells []string) { fmt.Fprintf(&b, "| %s |\n", strings.Join(cells, " | ")) }
	line(head)
	fmt.Fprintf(&b, "|---|%s\n", strings.Repeat("---:|", len(head)-1))
	for _, r := range rows {
		line(r)
	}
	return b.String()
}

func median(runs []figures, of func(figures) float64) float64 {
	all := make([]float64, len(runs))
	for i, f := range runs {
		all[i] = of(f)
	}
	return middle(all)
}

func middle(all []float64) float64 {
	all = slices.Sorted(slices.Values(all))
	return (all[(len(all)-1)/2] + all[len(all)/2]) / 2
}

// spread is the median with the extremes.
func spread(all []float64) string {
	if len(all) == 1 {
		return fmt.Sprintf("%.2f", all[0])
	}
	return fmt.Sprintf("%.2f [%.2f–%.2f]", middle(all), slices.Min(all), slices.Max(all))
}
