package checker

import (
	"context"
	"time"
)

// PrototypeBytes explores a model in exact time and gives what the prototype took
// for a kept class on average: 4+4n(n+1) bytes for n pending events.
func PrototypeBytes[S comparable](m Model[S]) (perClass float64) {
	x := newExactSearch(newRelation(m), newMeter(context.Background(), Options{}, time.Now(), Exact, "explore"))
	x.explore()
	total, count := 0, 0
	x.classes.each(1, func(_, width int, _ *uint64) {
		n := width - 1 // pending events
		total += 4 + 4*n*(n+1)
		count++
	})
	return float64(total) / float64(count)
}
