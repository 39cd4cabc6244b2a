package fuzz

import (
	"fmt"
	"strconv"

	"github.com/finwait/finwait/cmd/finwait/generate"
)

// Coverage tells how much of the space was tried: of the choices of every key, and of
// the pairs of choices of two keys.
type Coverage struct {
	Keys        int `json:"keys"`
	Values      int `json:"values"`
	ValuesTried int `json:"values_tried"`
	Pairs       int `json:"pairs"`
	PairsTried  int `json:"pairs_tried"`
	// Untried lists the values that were not tried, KEY=LABEL.
	Untried []string `json:"untried"`
}

// tried counts combinations.
type tried struct {
	space []generate.Dimension
	// runs has the choices of each run, a digit of base 36 for each key.
	runs   map[int]string
	values map[[2]int]bool
	pairs  map[[4]int]bool
}

func newTried(space []generate.Dimension) *tried {
	return &tried{space, map[int]string{}, map[[2]int]bool{}, map[[4]int]bool{}}
}

func (c *tried) add(run int, choices []int) {
	digits := ""
	for _, i := range choices {
		digits += strconv.FormatInt(int64(i), base)
	}
	c.runs[run] = digits
	for a, i := range choices {
		c.values[[2]int{a, i}] = true
		for b, j := range choices[:a] {
			c.pairs[[4]int{b, j, a, i}] = true
		}
	}
}

func (c *tried) coverage() Coverage {
	sum := Coverage{Keys: len(c.space), ValuesTried: len(c.values), PairsTried: len(c.pairs), Untried: []string{}}
	for a, d := range c.space {
		for i, choice := range d.Choices {
			if !c.values[[2]int{a, i}] {
				sum.Untried = append(sum.Untried, d.Key+"="+choice.Label)
			}
		}
		sum.Pairs += sum.Values * len(d.Choices)
		sum.Values += len(d.Choices)
	}
	return sum
}

// base is that of a digit which names a choice. No key has as many choices.
const base = 36

// Covered is the coverage of runs by several machines, from what Result.Tried has of each.
func Covered(space []generate.Dimension, runs map[int]string) (Coverage, error) {
	c := newTried(space)
	for run, digits := range runs {
		choices := make([]int, len(digits))
		for a, digit := range digits {
			i, err := strconv.ParseInt(string(digit), base, 0)
			if err != nil || len(digits) != len(space) || int(i) >= len(space[a].Choices) {
				return Coverage{}, fmt.Errorf("run %d: %q names no choices of %d keys", run, digits, len(space))
			}
			choices[a] = int(i)
		}
		c.add(run, choices)
	}
	return c.coverage(), nil
}
