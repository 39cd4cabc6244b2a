package checker

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"unsafe"
)

// spillStore is what a search has on disk: the file of the levels, to which each flush
// of a level adds a sorted run of its new states, and runs merged from those.
// No state is in two of the live runs.
type spillStore struct {
	form   rowForm
	dir    string
	levels *os.File
	ends   []int64 // of each level, in rows of levels
	runs   []*sortedRun
	merged int   // files of runs made so far
	bytes  int64 // written
}

// sortedRun is a sorted part of a file.
type sortedRun struct {
	file  *os.File
	owned bool  // the file holds nothing else
	base  int64 // the first row's number in the file
	start [shards + 1]int64
	// keys has the key of every blockRows-th row, so that blocks in which nothing
	// can be are not read.
	keys      []uint64
	blockRows int64
}

const (
	blockBytes  = 4 << 10
	windowBytes = 64 << 10
	// maxRuns bounds the live runs: each is read for each flush. mergeRuns of about
	// one size make one.
	maxRuns   = 24
	mergeRuns = 6
)

// newSpillStore makes a directory of its own below a directory.
func newSpillStore(below string, form rowForm) (*spillStore, error) {
	dir, err := os.MkdirTemp(below, "finwait-spill-")
	if err != nil {
		return nil, err
	}
	s := &spillStore{form: form, dir: dir}
	if s.levels, err = os.Create(filepath.Join(dir, "levels")); err != nil {
		os.RemoveAll(dir)
		return nil, err
	}
	return s, nil
}

// close removes everything.
func (s *spillStore) close() error {
	s.levels.Close() // the file goes, so what it says does not matter
	for _, r := range s.runs {
		if r.owned {
			r.file.Close()
		}
	}
	return os.RemoveAll(s.dir)
}

// bytesOf is the memory of words: files are read by the process that wrote them.
func bytesOf(words []uint64) []byte {
	if len(words) == 0 {
		return nil
	}
	return unsafe.Slice((*byte)(unsafe.Pointer(&words[0])), 8*len(words))
}

func readRows(f *os.File, at int64, rows []uint64, words int) error {
	_, err := f.ReadAt(bytesOf(rows), at*int64(8*words))
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return fmt.Errorf("read %s: it is shorter than what was written to it", f.Name())
	}
	return err
}

func writeRows(f *os.File, at int64, rows []uint64, words int) error {
	_, err := f.WriteAt(bytesOf(rows), at*int64(8*words))
	return err
}

// level bounds the rows of a level in the file of levels.
func (s *spillStore) level(n int) (from, to int64) {
	if n > 0 {
		from = s.ends[n-1]
	}
	return from, s.ends[n]
}

// end is where the level that is being written has come to.
func (s *spillStore) end() int64 { return s.ends[len(s.ends)-1] }

// newRun is a run of which each shard has so many rows, and which is yet to be written.
func (s *spillStore) newRun(f *os.File, base int64, rows *[shards]int64) *sortedRun {
	r := &sortedRun{file: f, base: base, blockRows: int64(max(1, blockBytes/(8*s.form.words)))}
	for i, n := range rows {
		r.start[i+1] = r.start[i] + n
	}
	r.keys = make([]uint64, (r.rows()+r.blockRows-1)/r.blockRows)
	s.bytes += r.rows() * int64(8*s.form.words)
	return r
}

func (r *sortedRun) rows() int64 { return r.start[shards] }

// write writes rows of the run from row at on, and enters their keys.
func (r *sortedRun) write(at int64, rows []uint64, words int) error {
	for b := (at + r.blockRows - 1) / r.blockRows; b*r.blockRows < at+int64(len(rows)/words); b++ {
		r.keys[b] = rows[int(b*r.blockRows-at)*words]
	}
	return writeRows(r.file, r.base+at, rows, words)
}

// subtract leaves those of some sorted rows of a shard that are not in the run,
// and gives them, in the memory of the rows. buf is for windows of the run.
func (r *sortedRun) subtract(rows []uint64, shard, words int, buf []uint64) ([]uint64, error) {
	next, end := r.start[shard], r.start[shard+1]
	left, i := 0, 0 // rows[:left] are not in the run, rows[i:] are to be looked for
	for next < end && i < len(rows) {
		next = r.skip(next, end, rows[i])
		n := r.window(next, end, (len(rows)-i)/words, len(buf)/words)
		window := buf[:int(n)*words]
		if err := readRows(r.file, r.base+next, window, words); err != nil {
			return nil, err
		}
		next += n
		if words == 1 {
			left, i = subtractKeys(rows, window, left, i)
		} else {
			left, i = subtractWide(rows, window, words, left, i)
		}
	}
	return rows[:left+copy(rows[left:], rows[i:])], nil
}

// skip passes over whole blocks all of whose keys are less than a key.
func (r *sortedRun) skip(next, end int64, key uint64) int64 {
	for {
		b := next/r.blockRows + 1 // the block behind
		if b*r.blockRows >= end || r.keys[b] >= key {
			return next
		}
		next = b * r.blockRows
	}
}

// window is the number of rows to read at once: up to the end of a block when there
// are fewer rows to look for than blocks, and as many as there is room for otherwise.
func (r *sortedRun) window(next, end int64, sought, room int) int64 {
	if int64(sought) >= (end-next)/r.blockRows {
		return min(end-next, int64(room))
	}
	return min(end-next, int64(room), r.blockRows-next%r.blockRows)
}

// subtractKeys does the part of subtract that a window decides. rows[i] is at least
// the first of what is left of the run, or not in it.
func subtractKeys(rows, window []uint64, left, i int) (int, int) {
	at := 0
	for ; i < len(rows); i++ {
		key := rows[i]
		for at+8 < len(window) && window[at+8] < key {
			at += 8
		}
		for at < len(window) && window[at] < key {
			at++
		}
		if at == len(window) {
			return left, i
		}
		rows[left] = key
		if window[at] != key {
			left++
		}
	}
	return left, i
}

func subtractWide(rows, window []uint64, words, left, i int) (int, int) {
	at := 0
	for ; i < len(rows); i += words {
		row := rows[i : i+words]
		for at+8*words < len(window) && window[at+8*words] < row[0] {
			at += 8 * words
		}
		order := -1
		for at < len(window) {
			if order = compareRows(window[at:at+words], row); order >= 0 {
				break
			}
			at += words
		}
		if at == len(window) {
			return left, i
		}
		if order != 0 {
			copy(rows[left:], row)
			left += words
		}
	}
	return left, i
}

// crowd is the number of the newest runs to be merged into one, or 0. It waits for
// several of about the same size, none of them more than twice as large as all newer
// ones together, so that a state is copied a number of times that grows with the
// logarithm of their number only.
func (s *spillStore) crowd() (newest int) {
	sum := int64(0)
	for n := len(s.runs); newest < n; newest++ {
		rows := s.runs[n-1-newest].rows()
		if newest > 0 && rows > 2*sum {
			break
		}
		sum += rows
	}
	switch {
	case newest >= mergeRuns:
		return newest
	case len(s.runs) > maxRuns:
		return max(newest, 2)
	}
	return 0
}

// merge makes one run of the newest so many, shard by shard.
func (s *spillStore) merge(newest, workers int) error {
	old := s.runs[len(s.runs)-newest:]
	var rows [shards]int64
	for _, r := range old {
		for i := range rows {
			rows[i] += r.start[i+1] - r.start[i]
		}
	}
	s.merged++
	f, err := os.Create(filepath.Join(s.dir, fmt.Sprint("run-", s.merged)))
	if err != nil {
		return err
	}
	to := s.newRun(f, 0, &rows)
	to.owned = true
	s.runs = append(s.runs[:len(s.runs)-newest:len(s.runs)-newest], to)
	errs := make([]error, shards)
	mergers := make([]*runMerger, max(1, workers))
	share(workers, shards, func(worker, shard int) {
		if mergers[worker] == nil {
			mergers[worker] = newRunMerger(s.form.words)
		}
		errs[shard] = mergers[worker].merge(old, to, shard)
	})
	for _, r := range old {
		if r.owned {
			r.file.Close()
			if err := os.Remove(r.file.Name()); err != nil {
				return err
			}
		}
	}
	return firstError(errs)
}

func firstError(errs []error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
