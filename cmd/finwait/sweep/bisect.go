package sweep

import (
	"context"
	"slices"
)

// bisect judges the line of the last axis that a cell of the others stands for.
func (s *sweeper) bisect(ctx context.Context, line []int) {
	size := len(s.plan.Axes[len(s.plan.Axes)-1].Values)
	done := map[int]Cell{}
	look := func(v int) bool {
		if _, known := done[v]; known {
			return true
		}
		c, ok := s.cell(ctx, append(slices.Clone(line), v))
		if ok {
			done[v] = c
		}
		return ok
	}
	explore(size, look, func(v int) map[string]string { return verdicts(done[v]) })
	var cells []Cell
	for _, c := range done {
		cells = append(cells, c)
	}
	slices.SortFunc(cells, func(a, b Cell) int { return a.Index - b.Index })
	s.take(cells...)
}

// probes is how many values of a line are judged before it is taken for monotone.
const probes = 9

// explore looks at some of a number of values in a row, so that each property whose
// verdict changes at most once among evenly spread ones has its change found between two
// neighbours. Where one changes more often, it looks at all.
func explore(size int, look func(v int) bool, verdicts func(v int) map[string]string) {
	var seen []int
	visit := func(v int) bool {
		if at, known := slices.BinarySearch(seen, v); !known {
			if !look(v) {
				return false
			}
			seen = slices.Insert(seen, at, v)
		}
		return true
	}
	for i := range probes {
		if !visit(i * (size - 1) / (probes - 1)) {
			return
		}
	}
	for {
		middle, monotone := change(seen, verdicts)
		switch {
		case !monotone:
			for v := range size {
				if !visit(v) {
					return
				}
			}
			return
		case middle < 0:
			return
		case !visit(middle):
			return
		}
	}
}

// change gives a value between two neighbours that differ in some verdict, or -1, and
// tells whether each verdict changes at most once.
func change(seen []int, verdicts func(v int) map[string]string) (middle int, monotone bool) {
	middle, monotone = -1, true
	changes := map[string]int{}
	for i := 1; i < len(seen); i++ {
		a, b := verdicts(seen[i-1]), verdicts(seen[i])
		for p, v := range a {
			if b[p] == v {
				continue
			}
			if changes[p]++; changes[p] > 1 {
				monotone = false
			}
			if middle < 0 && seen[i]-seen[i-1] > 1 {
				middle = (seen[i] + seen[i-1]) / 2
			}
		}
	}
	return middle, monotone
}

// verdicts are those of a cell by property; none for a cell without answers.
func verdicts(c Cell) map[string]string {
	all := map[string]string{}
	for _, o := range c.Outcomes {
		all[o.Property] = o.Verdict
	}
	return all
}
