package bench

import "math"

// The types of checker.Model, which are aliases so that a model need not import it.
type (
	event = struct {
		ID               uint64
		Earliest, Latest int64
	}
	effect = struct {
		Fresh      [16]uint64
		FreshCount uint8
		Full       bool
		Label      [2]uint64
	}
)

// anytime is an event that may happen at once, later or never.
func anytime(id uint64) event { return event{ID: id, Latest: math.MaxInt64} }

// became is the effect of a step that leads from where some events are pending to
// where others are. Both are in the order of their IDs, and no ID comes twice.
func became(before, after []event) effect {
	var how effect
	for _, e := range after {
		for len(before) > 0 && before[0].ID < e.ID {
			before = before[1:]
		}
		if len(before) == 0 || before[0].ID != e.ID {
			how.Fresh[how.FreshCount] = e.ID
			how.FreshCount++
		}
	}
	return how
}
