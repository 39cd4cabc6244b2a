package fuzz

import "github.com/finwait/finwait/cmd/finwait/generate"

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
	space  []generate.Dimension
	values map[[2]int]bool
	pairs  map[[4]int]bool
}

func newTried(space []generate.Dimension) *tried {
	return &tried{space, map[[2]int]bool{}, map[[4]int]bool{}}
}

func (c *tried) add(choices []int) {
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
