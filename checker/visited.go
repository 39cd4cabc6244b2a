package checker

import (
	"runtime"
	"runtime/debug"
)

// The visited set is cut into shards by the first bits of a state's hash. A shard
// is filled by one worker at a time, in an order that depends on the states alone,
// so that nothing in it depends on the number of workers, and no lock is needed.
const (
	shardBits = 8
	shards    = 1 << shardBits
	// A record has a number in its shard; with the shard above, that is its id.
	numberBits = 32 - shardBits
	maxRecords = 1<<numberBits - 2

	pageBits = 10
	page     = 1 << pageBits // records
)

const tooMany = "checker: more than 2^32 states in one run; bound it with MaxStates"

// id names a record of the visited set.
type id uint32

const noID id = 1<<32 - 1

func idOf(shard int, number uint32) id { return id(shard)<<numberBits | id(number) }
func (i id) shard() int                { return int(i >> numberBits) }
func (i id) number() uint32            { return uint32(i) & (1<<numberBits - 1) }

func shardOf(hash uint64) int { return int(hash >> (64 - shardBits)) }

// visited is the set of the records that were met. It is keyed by the whole
// record: a hash only says where to look. Only where hashes are kept in place of
// records they stand for them, see fingerprints.go.
type visited struct {
	width int // words of a record
	hash  func(record []uint64) uint64
	store store
	shard [shards]shard
}

// shard keeps records in the order in which they came, in pages that never move,
// and their numbers in an open-addressing table with linear probing. A slot holds
// eight bits of the hash besides, so that a wrong record is hardly ever looked at.
type shard struct {
	table   []uint32 // bits 24..31: of the hash; below: number + 1; 0 is an empty slot
	prints  prints   // instead of table and parents, where hashes are kept
	records [][]uint64
	parents [][]id
	count   uint32
	limit   uint32 // records at which the table grows
	// level and end bound the records of the level that is being expanded.
	level, end uint32
	garbage    int        // bytes of tables that were given up
	spare      [][]uint64 // pages to use again, where hashes are kept
	_          [8]uint64
}

// store says what a visited set keeps of states.
type store uint8

const (
	keepRecords store = iota
	// Of all but the last levels, hashes are kept in place of records: where a hash
	// tells all of a state, and as fingerprints.
	keepHashes
	keepFingerprints
)

func newVisited(width int, hash func([]uint64) uint64, keep store) *visited {
	v := &visited{width: width, hash: hash, store: keep}
	for i := range v.shard {
		// Tables begin with different sizes, and so never grow all at once.
		if keep != keepRecords {
			v.shard[i].prints.dense = keep == keepFingerprints
			v.shard[i].prints.resize(leastHomes + i/8)
		} else {
			v.shard[i].resize(32 + i/8)
		}
	}
	return v
}

func (s *shard) resize(slots int) {
	s.garbage += 4 * len(s.table)
	s.table = make([]uint32, slots)
	s.limit = uint32(slots / 4 * 3)
}

// place is the first slot to look at. The middle bits of the hash choose it: the
// first choose the shard, the last are kept in the slot.
func place32(hash uint64, slots int) int {
	return int(uint64(uint32(hash>>24)) * uint64(slots) >> 32)
}

func (v *visited) record(i id) []uint64 { return v.shard[i.shard()].record(i.number(), v.width) }

func (s *shard) record(number uint32, width int) []uint64 {
	at := int(number&(page-1)) * width
	return s.records[number>>pageBits][at : at+width : at+width]
}

func (v *visited) parent(i id) id {
	n := i.number()
	return v.shard[i.shard()].parents[n>>pageBits][n&(page-1)]
}

// find gives the id of a record, or noID.
func (v *visited) find(record []uint64, hash uint64) id {
	s := shardOf(hash)
	if n, ok := v.shard[s].find(record, hash); ok {
		return idOf(s, n)
	}
	return noID
}

func (s *shard) find(record []uint64, hash uint64) (number uint32, ok bool) {
	if s.prints.homes > 0 {
		_, ok = s.prints.look(hash)
		return 0, ok
	}
	n, _, ok := s.look(record, hash)
	return n, ok
}

// look gives the number of a record, or the slot for it.
func (s *shard) look(record []uint64, hash uint64) (number uint32, at int, ok bool) {
	tag := uint32(hash) << numberBits
	table, word := s.table, record[0]
	for at = place32(hash, len(table)); ; {
		slot := table[at]
		if slot == 0 {
			return 0, at, false
		}
		if (slot^tag)>>numberBits == 0 {
			n := slot&(1<<numberBits-1) - 1
			if len(record) == 1 {
				if s.records[n>>pageBits][n&(page-1)] == word {
					return n, at, true
				}
			} else if same(s.record(n, len(record)), record) {
				return n, at, true
			}
		}
		if at++; at == len(table) {
			at = 0
		}
	}
}

func same(a, b []uint64) bool {
	for i, w := range a {
		if w != b[i] {
			return false
		}
	}
	return true
}

// touch loads what add will look at: the loads of many records overlap, where
// those of one after the other would each wait for memory. The sum is of no use
// but to keep them.
func (s *shard) touch(hashes []uint64, width int) (sum uint64) {
	if s.prints.homes > 0 {
		for _, h := range hashes {
			sum += s.prints.slots[s.prints.home(h)]
		}
		return sum
	}
	table, records := s.table, s.records
	for _, h := range hashes {
		slot := table[place32(h, len(table))]
		sum += uint64(slot)
		if (slot^uint32(h)<<numberBits)>>numberBits == 0 && slot != 0 {
			n := slot&(1<<numberBits-1) - 1
			sum += records[n>>pageBits][int(n&(page-1))*width]
		}
	}
	return sum
}

// add gives the number of a record in its shard and tells whether it is new.
func (v *visited) add(s *shard, record []uint64, hash uint64, parent id) (number uint32, fresh bool) {
	if v.store != keepRecords {
		return s.count, s.addPrint(record, hash)
	}
	n, at, ok := s.look(record, hash)
	if ok {
		return n, false
	}
	return v.enter(s, at, record, hash, parent), true
}

// enter gives a new record its number and the slot at which it was looked for.
func (v *visited) enter(s *shard, at int, record []uint64, hash uint64, parent id) (n uint32) {
	n = s.count
	s.table[at] = uint32(hash)<<numberBits | (n + 1)
	s.append(n, record, parent)
	s.count++
	if s.count >= s.limit {
		v.grow(s)
	}
	return n
}

// addWords is add for many records of one word each that are their own hashes.
func (v *visited) addWords(s *shard, words []uint64, parents []id) {
	table, records := s.table, s.records
next:
	for i, word := range words {
		at := place32(word, len(table))
		for {
			slot := table[at]
			if slot == 0 {
				break
			}
			if (slot^uint32(word)<<numberBits)>>numberBits == 0 {
				n := slot&(1<<numberBits-1) - 1
				if records[n>>pageBits][n&(page-1)] == word {
					continue next
				}
			}
			if at++; at == len(table) {
				at = 0
			}
		}
		v.enter(s, at, words[i:i+1], word, parents[i])
		table, records = s.table, s.records
	}
}

func (s *shard) append(n uint32, record []uint64, parent id) {
	if n >= maxRecords {
		panic(tooMany)
	}
	in := n & (page - 1)
	switch {
	case in == 0:
		size := page
		if n == 0 {
			size = 4 // most searches are small
		}
		s.records = append(s.records, make([]uint64, size*len(record)))
		s.parents = append(s.parents, make([]id, size))
	case n < page && int(in) == len(s.parents[0]):
		size := min(page, 4*len(s.parents[0]))
		s.records[0] = append(make([]uint64, 0, size*len(record)), s.records[0]...)[:size*len(record)]
		s.parents[0] = append(make([]id, 0, size), s.parents[0]...)[:size]
	}
	copy(s.record(n, len(record)), record)
	s.parents[n>>pageBits][in] = parent
}

func (s *shard) insert(hash uint64, n uint32) {
	at := place32(hash, len(s.table))
	for s.table[at] != 0 {
		if at++; at == len(s.table) {
			at = 0
		}
	}
	s.table[at] = uint32(hash)<<numberBits | (n + 1)
}

// grow makes the table of a shard half as large again: a shard fits into the
// caches of a processor, so this costs little, and memory follows the states
// closely.
func (v *visited) grow(s *shard) {
	s.resize(len(s.table) + len(s.table)/2)
	for n := range s.count {
		s.insert(v.hash(s.record(n, v.width)), n)
	}
}

// nextLevel makes the records that came since the last call the level to expand.
func (v *visited) nextLevel() {
	for i := range v.shard {
		s := &v.shard[i]
		s.level, s.end = s.end, s.count
		if v.store != keepRecords {
			s.dropRecords()
		}
	}
}

// old tells whether the record was known before the level that is being expanded
// began to be: it is of that level or an earlier one.
func (v *visited) old(record []uint64, hash uint64) bool {
	s := &v.shard[shardOf(hash)]
	n, ok := s.find(record, hash)
	return ok && n < s.end
}

// load is the share of the slots that are used.
func (v *visited) load() float64 {
	used, slots := 0, 0
	for i := range v.shard {
		s := &v.shard[i]
		used, slots = used+int(s.count), slots+len(s.table)+len(s.prints.slots)
	}
	return float64(used) / float64(slots)
}

// collect frees the tables that shards have outgrown, once they are a sixteenth of
// what is in use; with fingerprints a part half as large, and to the system. There
// are hardly any pointers for the collector to follow.
func (v *visited) collect() {
	garbage, used, share := 0, 0, 16
	if v.store == keepFingerprints {
		share = 32
	}
	for i := range v.shard {
		garbage += v.shard[i].garbage + v.shard[i].prints.garbage
		used += 4*len(v.shard[i].table) + 8*len(v.shard[i].prints.slots)
		for _, p := range v.shard[i].records {
			used += 8 * len(p)
		}
	}
	if garbage < 4<<20 || share*garbage < used {
		return
	}
	if v.store == keepFingerprints {
		debug.FreeOSMemory()
	} else {
		runtime.GC()
	}
	for i := range v.shard {
		v.shard[i].garbage, v.shard[i].prints.garbage = 0, 0
	}
}
