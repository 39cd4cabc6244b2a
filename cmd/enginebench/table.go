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

// machine is the head of the table.
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
	return fmt.Sprintf(`# The engine, measured

%s, %d processors, Linux %s, %s, %s; %s.
Written by `+"`go run ./cmd/enginebench`"+`. Read the ratios: machines differ, and this one may have had other work.
Memory is the peak of the whole process.
`, processor, runtime.NumCPU(), kernel, runtime.Version(), now.UTC().Format(time.DateOnly), of)
}

// table shows the tools of a race. The ratio is that of the states a second,
// within a round, to SPIN's depth-first search, where that found all states.
func (r *race) table() string {
	head := []string{"tool", "states", "seconds", "states/s", "bytes/state", "times " + spinDFS}
	var rows [][]string
	for _, tool := range r.tools {
		runs := r.runs[tool]
		cells := []string{tool, r.count(runs), "–", "–", "–", "–"}
		if r.complete(runs) {
			cells[2] = fmt.Sprintf("%.2f", median(runs, func(f figures) float64 { return f.Wall }))
			cells[3] = humanize.Comma(int64(median(runs, figures.speed)))
			cells[4] = fmt.Sprintf("%.1f", median(runs, func(f figures) float64 { return float64(f.Bytes) / float64(f.States) }))
			if peer := r.runs[spinDFS]; r.complete(peer) {
				ratios := make([]float64, len(runs))
				for i := range runs {
					ratios[i] = runs[i].speed() / peer[i].speed()
				}
				cells[5] = spread(ratios)
			}
		}
		rows = append(rows, cells)
	}
	return markdown(head, rows)
}

func (f figures) speed() float64 { return float64(f.States) / f.Wall }

// complete tells whether a tool found what exists in every round. SPIN does not
// for two-phase commit with an even number of resource managers: its text has one
// more then, outside of its arrays, and the figures mean nothing.
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
	head := []string{column, "time", "states", "classes", "transitions", "seconds", "classes/s", "MB"}
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
	return markdown(head, cells)
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
