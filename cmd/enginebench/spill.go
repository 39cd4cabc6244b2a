package main

import (
	"context"
	"fmt"
	"os"

	"github.com/dustin/go-humanize"
)

// leastMemory is what a search needs that keeps hardly anything in memory, the resident pages
// of the program included.
const leastMemory = 32 << 20

// spill compares a search on disk with the same in memory, of which it has a tenth.
func spill(quick bool) section {
	s := search{Model: "tcpclose", Size: "L", Workers: 2}
	if quick {
		s.Size = "S"
	}
	about := fmt.Sprintf("Size %s of the simplified teardown in memory, and on disk with a tenth of that memory, but no less than %d MB", s.Size, leastMemory>>20)
	return section{name: "spill", about: about, rounds: 3, measure: func(ctx context.Context, b *board) (string, error) {
		dir, err := os.MkdirTemp("", "enginebench")
		if err != nil {
			return "", err
		}
		defer os.RemoveAll(dir)
		var memory, disk []figures
		var ratios []float64
		for round := range b.rounds {
			m, err := s.measure(ctx)
			if err != nil {
				return "", err
			}
			b.tell(round, s.Model, s.Size, "in memory", m)
			onDisk := s
			onDisk.Spill, onDisk.Memory = dir, uint64(max(m.Bytes/10, leastMemory))
			d, err := onDisk.measure(ctx)
			if err != nil {
				return "", err
			}
			if d.States != m.States || d.Stopped != "" {
				return "", fmt.Errorf("%w: on disk %d, in memory %d (stopped: %q)", errWrongCount, d.States, m.States, d.Stopped)
			}
			b.tell(round, s.Model, s.Size, "on disk", d)
			memory, disk, ratios = append(memory, m), append(disk, d), append(ratios, d.speed()/m.speed())
		}
		row := func(name string, runs []figures, ratio string) []string {
			return []string{
				name, humanize.Comma(int64(runs[0].States)), fmt.Sprintf("%.2f", median(runs, func(f figures) float64 { return f.Wall })),
				humanize.Comma(int64(median(runs, figures.speed))), megabytes(runs, func(f figures) int64 { return f.Bytes }),
				megabytes(runs, func(f figures) int64 { return f.Spilled }), ratio,
			}
		}
		return markdown([]string{"kept", "states", "seconds", "states/s", "MB of memory", "MB written", "speed, in memory = 1"},
			[][]string{row("in memory", memory, "1"), row("on disk", disk, spread(ratios))}), nil
	}}
}

func megabytes(runs []figures, of func(figures) int64) string {
	return fmt.Sprintf("%.0f", median(runs, func(f figures) float64 { return float64(of(f)) / (1 << 20) }))
}
