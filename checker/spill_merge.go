package checker

import "sort"

// runMerger merges sorted runs for one worker: it reads the next rows of each, and
// sorts together all those behind which no run can have a lesser one. That costs the
// same for any number of runs.
type runMerger struct {
	words  int
	heads  []head
	sorter rowSorter
	met    metRows
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
	return &runMerger{words: words, met: metRows{words: words}}
}

// mergeBytes is the length of a window of one run.
const mergeBytes = 16 << 10

// windowWords is the length of a window of so many bytes, in words: whole rows.
func windowWords(bytes, words int) int { return max(1, bytes/(8*words)) * words }

// merge writes what some runs have of a shard to another.
func (m *runMerger) merge(from []*sortedRun, to *sortedRun, shard int) error {
	m.heads = m.heads[:0]
	for i, r := range from {
		if len(m.memory) <= i {
			m.memory = append(m.memory, make([]uint64, windowWords(mergeBytes, m.words)))
		}
		m.heads = append(m.heads, head{run: r, next: r.start[shard], end: r.start[shard+1], window: m.memory[i]})
	}
	for at := to.start[shard]; ; at += int64(m.met.count()) {
		if err := m.read(); err != nil {
			return err
		}
		if len(m.heads) == 0 {
			return nil
		}
		m.take(m.surest())
		m.sorter.sort(&m.met)
		if err := to.write(at, m.met.rows, m.words); err != nil {
			return err
		}
	}
}

// read fills the windows that are empty, and drops the runs that are read to the end.
func (m *runMerger) read() error {
	live := m.heads[:0]
	for _, h := range m.heads {
		if n := min(h.end-h.next, int64(len(h.window)/m.words)); len(h.left) == 0 && n > 0 {
			h.left = h.window[:int(n)*m.words]
			if err := readRows(h.run.file, h.run.base+h.next, h.left, m.words); err != nil {
				return err
			}
			h.next += n
		}
		if len(h.left) > 0 {
			live = append(live, h)
		}
	}
	m.heads = live
	return nil
}

// surest is the greatest row that was read and that no row still to be read is less than:
// the least of the last rows of the windows.
func (m *runMerger) surest() (last []uint64) {
	for _, h := range m.heads {
		row := h.left[len(h.left)-m.words:]
		if last == nil || compareRows(row, last) < 0 {
			last = row
		}
	}
	return last
}

// take takes the rows up to a last one from all windows.
func (m *runMerger) take(last []uint64) {
	m.met.rows, m.met.sorted = m.met.rows[:0], 0
	for i := range m.heads {
		h := &m.heads[i]
		n := m.words * sort.Search(len(h.left)/m.words, func(i int) bool {
			return compareRows(h.left[i*m.words:(i+1)*m.words], last) > 0
		})
		m.met.rows = append(m.met.rows, h.left[:n]...)
		h.left = h.left[n:]
	}
}
