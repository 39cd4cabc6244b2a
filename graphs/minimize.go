package graphs

import (
	"encoding/binary"
	"slices"
)

// Transition is a step of a graph whose states are numbered.
type Transition struct{ From, To, Action uint32 }

// Bisimilar numbers the coarsest classes of states in which all states of a
// class look the same, as seen says, and can do the same actions into the same
// classes: strong bisimulation, by refinement of signatures (Blom and Orzan
// 2002). Numbers follow the first states of the classes. It changes the order of
// steps.
func Bisimilar(seen []Key, steps []Transition) []uint32 {
	block := make([]uint32, len(seen))
	count := 0
	first := map[Key]uint32{}
	for i, k := range seen {
		n, ok := first[k]
		if !ok {
			n = uint32(len(first))
			first[k] = n
		}
		block[i] = n
	}
	slices.SortFunc(steps, func(a, b Transition) int { return int(a.From) - int(b.From) })
	for n := len(first); n > count; {
		count = n
		block, n = refine(block, steps)
	}
	return block
}

// refine splits classes by what their states can do, and counts the classes.
func refine(block []uint32, steps []Transition) ([]uint32, int) {
	next := make([]uint32, len(block))
	number := map[string]uint32{}
	var moves []uint64
	var signature []byte
	for i := range block {
		moves = moves[:0]
		for len(steps) > 0 && steps[0].From == uint32(i) {
			moves = append(moves, uint64(steps[0].Action)<<32|uint64(block[steps[0].To]))
			steps = steps[1:]
		}
		slices.Sort(moves)
		moves = slices.Compact(moves)
		signature = binary.BigEndian.AppendUint32(signature[:0], block[i])
		for _, m := range moves {
			signature = binary.BigEndian.AppendUint64(signature, m)
		}
		n, ok := number[string(signature)]
		if !ok {
			n = uint32(len(number))
			number[string(signature)] = n
		}
		next[i] = n
	}
	return next, len(number)
}
