package spec

import (
	"math/bits"
	"sync"
	"sync/atomic"
)

// Composed is a model without durations whose states are single words: the numbers of
// their two endpoints and of the two bags of segments in flight, in the order in which
// they were met, and what is left of the network's budgets. Few endpoints and bags make
// many states (hundreds of endpoints and some ten thousand bags the 7 million states of
// testdata/large-any.yaml), so what a host does is worked out once for each endpoint and
// segment, what sending and taking does once for each bag and segment, and a successor is
// put together of numbers.
//
// The highest byte of a word is a digest of what the numbers stand for. It depends on the
// state alone, where the numbers depend on who met a part first.
type Composed struct {
	m     *Model
	ends  [2]numbering[Endpoint]
	bags  [2]numbering[Bag]
	walks []*walker
	// Budgets are numbered by losses first, and by duplicates, of which there are so many.
	perLoss  uint64
	bagAt    [2]uint // the places of parts in a word
	budgetAt uint
	width    [composedParts]uint // bits of each part of a word, the lowest first
	// tooMany: a host sent more kinds of segments than can be numbered.
	tooMany atomic.Bool
}

// The parts of a word below its digest: endpoints, what they sent, budgets.
const (
	endPart       = 0
	bagPart       = 2
	budgetPart    = 4
	composedParts = 5
	digestBit     = 56
)

// Compose makes the composed form of a model without durations. It is nil where what a host
// does depends on more than its endpoint and what arrives, as in scenarios that lose the
// nth segment of a kind, and for connections that follow each other and hosts that deviate
// from the rules, for which less is forgotten, see forgetNetwork.
func (m *Model) Compose() *Composed {
	if !m.any || m.reopens() || m.counts || m.p.Wire || m.Mutated() || m.leftOut != 0 {
		return nil
	}
	c := &Composed{m: m, perLoss: uint64(m.p.Net.Duplicates) + 1}
	for i := range budgetPart {
		c.width[i] = 8
	}
	most := (max(m.p.Net.Losses, 0)+1)*(m.p.Net.Duplicates+1) - 1
	c.width[budgetPart] = uint(bits.Len(uint(most)))
	c.settle()
	for h := range 2 {
		c.ends[h].number, c.bags[h].number = map[Endpoint]uint32{}, map[Bag]uint32{}
	}
	return c
}

// Workers says how many goroutines will ask, each under its own number from 0 on.
func (c *Composed) Workers(n int) {
	for len(c.walks) < n {
		c.walks = append(c.walks, newWalker(c))
	}
}

// Pack is the word of a state. It is only right while [Composed.Outgrown] is false.
func (c *Composed) Pack(worker int, s State) uint64 {
	w := c.walks[worker]
	ends, bags, b := w.split(s)
	return w.word(&ends, &bags, b)
}

// Unpack is the state of a word.
func (c *Composed) Unpack(worker int, word uint64) State {
	w := c.walks[worker]
	w.parts(word)
	return w.join(w.end, w.bag, w.budget)
}

// Successors appends the words of all that the events of a state lead to, in the order of
// [Model.Successors], and tells whether that is all: where a bag is full it is not.
func (c *Composed) Successors(worker int, word uint64, buf []uint64) ([]uint64, bool) {
	return c.walks[worker].successors(word, buf)
}

// Outgrown tells whether a number was given that its part of a word has no room for.
// Words given since it last was false may be wrong then.
func (c *Composed) Outgrown() bool {
	if c.tooMany.Load() {
		return true
	}
	for i := range budgetPart {
		if c.count(i)>>c.width[i] != 0 {
			return true
		}
	}
	return false
}

// Widen makes room in words. The result gives the new word of an old one; nil means that
// there is no room left. Nobody may ask for anything meanwhile.
func (c *Composed) Widen() func(uint64) uint64 {
	old := c.width
	for i := range budgetPart {
		if n := uint(bits.Len(uint(c.count(i)))); n > c.width[i] {
			c.width[i] = n + 1
		}
	}
	if c.settle(); c.budgetAt+c.width[budgetPart] > digestBit || c.tooMany.Load() {
		return nil
	}
	for _, w := range c.walks {
		w.replace()
	}
	return func(word uint64) uint64 {
		to, shift := word>>digestBit<<digestBit, uint(0)
		for i, n := range old {
			to |= word & (1<<n - 1) << shift
			word >>= n
			shift += c.width[i]
		}
		return to
	}
}

// settle works out the places of parts in a word.
func (c *Composed) settle() {
	at := c.width[0] + c.width[1]
	c.bagAt = [2]uint{at, at + c.width[bagPart]}
	c.budgetAt = c.bagAt[1] + c.width[bagPart+1]
}

// place puts the number of a part in its place in a word. A number that has no room there
// makes a word that nobody reads, see Outgrown.
func (c *Composed) place(part int, l *label) {
	at := uint(0)
	for _, n := range c.width[:part] {
		at += n
	}
	l.bits = uint64(l.number)<<at | l.digest<<digestBit
}

func (c *Composed) count(part int) int {
	if part < bagPart {
		return c.ends[part].count()
	}
	return c.bags[part-bagPart].count()
}

// budget is what is left of the losses and duplicates that the network may choose.
type budget struct{ losses, duplicates uint8 }

// labelBudget is what a budget adds to a word.
func (c *Composed) labelBudget(b budget) uint64 {
	n := uint64(b.losses)*c.perLoss + uint64(b.duplicates)
	return n<<c.budgetAt&(1<<digestBit-1) ^ n*0x9d<<digestBit
}

func (c *Composed) unpackBudget(n uint64) budget {
	return budget{uint8(n / c.perLoss), uint8(n % c.perLoss)}
}

// numbering numbers what workers meet.
type numbering[T comparable] struct {
	mu     sync.Mutex
	number map[T]uint32
	all    []T
}

func (n *numbering[T]) of(x T) uint32 {
	n.mu.Lock()
	defer n.mu.Unlock()
	i, ok := n.number[x]
	if !ok {
		i = uint32(len(n.all))
		n.number[x] = i
		n.all = append(n.all, x)
	}
	return i
}

func (n *numbering[T]) at(i uint32) T {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.all[i]
}

func (n *numbering[T]) count() int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return len(n.all)
}
