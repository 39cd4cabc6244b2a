package checker

// runMerger merges sorted runs for one worker.
type runMerger struct {
	words  int
	heads  []head
	out    []uint64
	memory [][]uint64 // windows, to be used again
}

// head is where the reading of one run has come to.
type head struct {
	run       *sortedRun
	next, end int64    // rows that were not read yet
	left      []uint64 // rows that were
	window    []uint64
}

func newRunMerger(words int) *runMerger {
	return &runMerger{words: words, out: make([]uint64, 0, windowWords(words))}
}

// windowWords is the length of a window, in words: whole rows.
func windowWords(words int) int { return max(1, windowBytes/(8*words)) * words }

// merge writes what some runs have of a shard to another.
func (m *runMerger) merge(from []*sortedRun, to *sortedRun, shard int) error {
	m.heads, m.out = m.heads[:0], m.out[:0] // of a shard that could not be written, rows are left
	for i, r := range from {
		if len(m.memory) <= i {
			m.memory = append(m.memory, make([]uint64, windowWords(m.words)))
		}
		h := head{run: r, next: r.start[shard], end: r.start[shard+1], window: m.memory[i]}
		if err := m.enter(h); err != nil {
			return err
		}
	}
	at := to.start[shard]
	for len(m.heads) > 0 {
		first := 0
		for i := range m.heads[1:] {
			if m.less(&m.heads[i+1], &m.heads[first]) {
				first = i + 1
			}
		}
		h := &m.heads[first]
		m.out = append(m.out, h.left[:m.words]...)
		h.left = h.left[m.words:]
		if len(h.left) == 0 {
			done := *h
			m.heads = append(m.heads[:first], m.heads[first+1:]...)
			if err := m.enter(done); err != nil {
				return err
			}
		}
		if len(m.out) == cap(m.out) || len(m.heads) == 0 {
			if err := to.write(at, m.out, m.words); err != nil {
				return err
			}
			at += int64(len(m.out) / m.words)
			m.out = m.out[:0]
		}
	}
	return nil
}

func (m *runMerger) less(a, b *head) bool {
	if m.words == 1 {
		return a.left[0] < b.left[0]
	}
	return compareRows(a.left[:m.words], b.left[:m.words]) < 0
}

// enter fills the window of a head, and adds it unless its run is read to the end.
func (m *runMerger) enter(h head) error {
	n := min(h.end-h.next, int64(len(h.window)/m.words))
	if n == 0 {
		return nil
	}
	h.left = h.window[:int(n)*m.words]
	if err := readRows(h.run.file, h.run.base+h.next, h.left, m.words); err != nil {
		return err
	}
	h.next += n
	m.heads = append(m.heads, h)
	return nil
}
