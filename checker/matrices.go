package checker

import "sync/atomic"

// matrixStore numbers the distinct matrices of a search, those of each width apart. Many
// classes have the same one: their states differ in what no pending event knows of. A
// number depends on which worker came first, but nothing else does.
type matrixStore struct {
	of     [maxWidth + 1]atomic.Pointer[dictionary]
	settle uint32 // how many there were once the last ones out of use had been left out
}

// maxWidth is that of a state with 255 pending events, see keptColumns, and a clock.
const maxWidth = 257

// number gives the number of a matrix of this width.
func (m *matrixStore) number(width int, words []uint64) uint32 {
	d := m.of[width].Load()
	if d == nil {
		m.of[width].CompareAndSwap(nil, newDictionary(len(words))) // or somebody else was quicker
		d = m.of[width].Load()
	}
	return d.number(hashWords(1, words), words)
}

// all are the matrices of a width, of which there are some.
func (m *matrixStore) all(width int) tuples { return m.of[width].Load().all() }

func (m *matrixStore) at(width int, n uint32) []uint64 { return m.of[width].Load().at(n) }

// crowded tells whether many were added since the last time.
func (m *matrixStore) crowded() bool { return m.size() > m.settle+m.settle/8+roomForMatrices }

var roomForMatrices = uint32(1 << 10) // none in tests

func (m *matrixStore) size() (n uint32) {
	for w := range m.of {
		if d := m.of[w].Load(); d != nil {
			n += d.count
		}
	}
	return n
}

// recode renews the codes; numbers stay.
func (m *matrixStore) recode(r *recode, workers int) {
	share(workers, len(m.of), func(_, width int) {
		if d := m.of[width].Load(); d != nil {
			m.of[width].Store(d.rewrite(r.values.words(cells(width)), func(_ uint32, words, out []uint64) []uint64 {
				return r.translate(words, cells(width), out)
			}))
		}
	})
}

// retain leaves out all matrices but those that are used, and gives their new numbers,
// by width and old number.
func (m *matrixStore) retain(used *[maxWidth + 1]bitset) (renumbered [maxWidth + 1][]uint32) {
	for width := range m.of {
		d := m.of[width].Load()
		if d == nil {
			continue
		}
		next, now := uint32(0), make([]uint32, d.count)
		m.of[width].Store(d.rewrite(d.width, func(n uint32, words, out []uint64) []uint64 {
			if !used[width].has(int(n)) {
				return nil
			}
			now[n] = next
			next++
			return append(out, words...)
		}))
		renumbered[width] = now
	}
	m.settle = m.size()
	return renumbered
}

// rewrite is a dictionary of what becomes of the tuples of this one, in their order: each
// is appended to out, or left out where the result is nil. None may become like another.
// This one is given up: where tuples are as wide as before, its pages are used again.
func (d *dictionary) rewrite(width int, tuple func(n uint32, words, out []uint64) []uint64) *dictionary {
	from := d.view.Load().pages
	var to [][]uint64
	if width == d.width {
		to = from // a tuple comes to where it was, or before that
	}
	next, out := &dictionary{width: width}, make([]uint64, 0, width)
	for n := range d.count {
		i := int(n%dictionaryPage) * (d.width + 1)
		if t := tuple(n, from[n/dictionaryPage][i+1:i+d.width+1], out[:0]); t != nil {
			page, i := int(next.count/dictionaryPage), int(next.count%dictionaryPage)*(width+1)
			if page == len(to) {
				to = append(to, make([]uint64, dictionaryPage*(width+1)))
			}
			to[page][i] = hashWords(1, t)
			copy(to[page][i+1:], t)
			next.count++
		}
		if width != d.width && n%dictionaryPage == dictionaryPage-1 {
			from[n/dictionaryPage] = nil
		}
	}
	pages := int(next.count+dictionaryPage-1) / dictionaryPage
	clear(to[pages:])
	size := 64
	for size < 2*int(next.count) {
		size *= 2
	}
	next.view.Store(next.index(size, to[:pages]))
	return next
}
