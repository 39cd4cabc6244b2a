package checker

import (
	"fmt"
	"sync"
)

// Packer is what a model may offer besides [Model]: a state as a fixed number
// of words. The visited set then keeps records of words, without pointers and
// padding, which is smaller and quicker than a map of states, and a search in Any
// may use several workers.
//
// Pack must be injective and Unpack its inverse; that is checked for the first
// states of a search and for a sample of the others.
type Packer[S comparable] interface {
	Words() int
	Pack(s S, words []uint64)
	Unpack(words []uint64) S
}

// Parter is what a Packer may offer besides: the numbers of words, in order, of
// the parts of a state that change apart from each other. A state is then kept as
// the numbers of its parts, four bytes each, and every distinct part once (the
// collapse compression of Holzmann, "State compression in SPIN", 1997).
type Parter interface {
	Parts() []int
}

// codec turns states into the records of the visited set, and back. A record is
// exact: equal records are equal states. hash depends on the state alone and not
// on who met it first, so that places in the set do not either.
type codec[S comparable] interface {
	words() int // of a record
	// encode writes the records of states and their hashes.
	encode(states []S, at *scratch, records, hashes []uint64)
	decode(record []uint64, at *scratch) S
	hash(record []uint64) uint64
}

// scratch is what one worker packs states in.
type scratch struct {
	words   []uint64
	checked int
	worker  int
	// The state that was decoded last, which the next states to encode differ
	// from in a few parts.
	from, record []uint64
	hashes       []uint64 // of its parts
}

// due tells whether Unpack is to be compared with Pack for one more state.
func (at *scratch) due() bool {
	at.checked++
	return at.checked <= 1<<10 || at.checked&127 == 0
}

// newCodec makes the codec that suits a model; hashes are keyed.
func newCodec[S comparable](m Model[S], key uint64) codec[S] {
	p, ok := m.(Packer[S])
	if !ok {
		return &mapCodec[S]{number: map[S]uint64{}, key: key}
	}
	n := p.Words()
	if q, ok := m.(Parter); ok && n > 2 {
		return newPartCodec(p, q.Parts(), key)
	}
	if n == 1 {
		return &spreadCodec[S]{p, key}
	}
	return &wordCodec[S]{p, n, key}
}

func checkUnpack[S comparable](p Packer[S], s S, words []uint64) {
	if back := p.Unpack(words); back != s {
		panic(fmt.Sprintf("checker: %T: Unpack is not the inverse of Pack: packed %+v, got back %+v", p, s, back))
	}
}

// wordCodec keeps the packed words as they are.
type wordCodec[S comparable] struct {
	packer Packer[S]
	n      int
	key    uint64
}

func (c *wordCodec[S]) words() int { return c.n }

func (c *wordCodec[S]) encode(states []S, at *scratch, records, hashes []uint64) {
	clear(records)
	for i, s := range states {
		record := records[i*c.n : (i+1)*c.n]
		c.packer.Pack(s, record)
		hashes[i] = hashWords(c.key, record)
	}
	if len(states) > 0 && at.due() {
		checkUnpack(c.packer, states[0], records[:c.n])
	}
}

func (c *wordCodec[S]) decode(record []uint64, _ *scratch) S { return c.packer.Unpack(record) }
func (c *wordCodec[S]) hash(record []uint64) uint64          { return hashWords(c.key, record) }

// spreadCodec keeps the one packed word of a state, spread by a bijection: the
// record is its own hash, and the hash tells all of the state.
type spreadCodec[S comparable] struct {
	packer Packer[S]
	key    uint64
}

func (c *spreadCodec[S]) words() int { return 1 }

func (c *spreadCodec[S]) encode(states []S, at *scratch, records, hashes []uint64) {
	clear(records)
	for i, s := range states {
		c.packer.Pack(s, records[i:i+1])
	}
	if len(states) > 0 && at.due() {
		checkUnpack(c.packer, states[0], records[:1])
	}
	for i, word := range records {
		h := spread64(c.key ^ word)
		records[i], hashes[i] = h, h
	}
}

func (c *spreadCodec[S]) decode(record []uint64, at *scratch) S {
	at.words = append(at.words[:0], c.key^gather64(record[0]))
	return c.packer.Unpack(at.words)
}

func (c *spreadCodec[S]) hash(record []uint64) uint64 { return record[0] }

const (
	oddA, oddAInverse = 0x9e3779b97f4a7c15, 0xf1de83e19937733d
	oddB, oddBInverse = 0xd6e8feb86659fd93, 0xcfee444d8b59a89b
)

// spread64 is a bijection whose upper bits depend on all bits of w: products with
// odd numbers and shifted exclusive ors are bijections. gather64 is its inverse.
func spread64(w uint64) uint64 {
	w *= oddA
	w ^= w >> 32
	w *= oddB
	return w ^ w>>32
}

func gather64(k uint64) uint64 {
	k ^= k >> 32
	k *= oddBInverse
	k ^= k >> 32
	return k * oddAInverse
}

// partCodec keeps the numbers of the parts, two in a word.
type partCodec[S comparable] struct {
	packer Packer[S]
	parts  []*dictionary
	n      int // packed words
	key    uint64
}

func newPartCodec[S comparable](p Packer[S], sizes []int, key uint64) *partCodec[S] {
	c := &partCodec[S]{packer: p, key: key}
	for _, n := range sizes {
		c.parts = append(c.parts, newDictionary(n))
		c.n += n
	}
	if c.n != p.Words() {
		panic(fmt.Sprintf("checker: %T: Parts are %d words together and Words is %d", p, c.n, p.Words()))
	}
	return c
}

func (c *partCodec[S]) words() int { return (len(c.parts) + 1) / 2 }

func (c *partCodec[S]) encode(states []S, at *scratch, records, hashes []uint64) {
	at.resize(c.n, len(c.parts))
	clear(records)
	due := at.due()
	for i, s := range states {
		words, from := at.words, at.from
		c.packer.Pack(s, words)
		if due {
			checkUnpack(c.packer, s, words)
		}
		record := records[i*c.words() : (i+1)*c.words()]
		h := c.key
		for i, d := range c.parts {
			shift := i % 2 * 32
			if len(at.record) > 0 && same(words[:d.width], from) { // nothing has to be looked up
				record[i/2] |= at.record[i/2] & ((1<<32 - 1) << shift)
				h = join(h, at.hashes[i])
			} else {
				part := hashWords(c.key, words[:d.width])
				record[i/2] |= uint64(d.number(part, words[:d.width])) << shift
				h = join(h, part)
			}
			words, from = words[d.width:], from[d.width:]
		}
		hashes[i] = finish(h)
	}
}

// resize makes room for a number of words and parts.
func (at *scratch) resize(words, parts int) {
	if len(at.words) == 0 {
		at.words, at.from, at.hashes = make([]uint64, words), make([]uint64, words), make([]uint64, parts)
	}
}

func (c *partCodec[S]) decode(record []uint64, at *scratch) S {
	at.resize(c.n, len(c.parts))
	at.record = append(at.record[:0], record...)
	words := at.from[:0]
	for i, d := range c.parts {
		e := d.entry(uint32(record[i/2] >> (i % 2 * 32)))
		at.hashes[i] = e[0]
		words = append(words, e[1:]...)
	}
	return c.packer.Unpack(words)
}

func (c *partCodec[S]) hash(record []uint64) uint64 {
	h := c.key
	for i, d := range c.parts {
		h = join(h, d.hash(uint32(record[i/2]>>(i%2*32))))
	}
	return finish(h)
}

// mapCodec numbers the states of a model that is no Packer, in the order in
// which they come: records and hashes depend on who met a state first where several
// workers do.
type mapCodec[S comparable] struct {
	mu     sync.RWMutex
	number map[S]uint64
	states []S
	key    uint64
}

func (c *mapCodec[S]) words() int { return 1 }

func (c *mapCodec[S]) encode(states []S, _ *scratch, records, hashes []uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i, s := range states {
		n, ok := c.number[s]
		if !ok {
			n = uint64(len(c.states))
			c.number[s] = n
			c.states = append(c.states, s)
		}
		records[i] = n
		hashes[i] = hashWords(c.key, records[i:i+1])
	}
}

func (c *mapCodec[S]) decode(record []uint64, _ *scratch) S {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.states[record[0]]
}

func (c *mapCodec[S]) hash(record []uint64) uint64 { return hashWords(c.key, record) }

// hashWords spreads every bit of the words over all bits. Of one word it is a
// bijection: multiplications by odd numbers and shifted exclusive ors are.
func hashWords(key uint64, words []uint64) uint64 {
	h := key
	for _, w := range words {
		h = join(h, w)
	}
	return finish(h)
}

// join takes one more word, or hash, into a hash.
func join(h, word uint64) uint64 {
	h = (h ^ word) * 0x9e3779b97f4a7c15 // 2^64 / golden ratio
	return h ^ h>>32
}

func finish(h uint64) uint64 {
	h *= 0xd6e8feb86659fd93
	return h ^ h>>32
}
