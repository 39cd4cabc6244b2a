package checker

import "math"

// With Options.Fingerprints the visited set keeps 64 bits of hash of each state in
// place of the state, and records only of the level that is being expanded and the
// next. A state whose fingerprint is that of another is taken for it and not
// explored. With n states and a hash that behaves like a random one for the key of
// Options.Seed, the expected number of such pairs, which bounds the probability
// that there is any, is at most n(n-1)/2 / 2^64 < n²/2^65.

// missedAtMost is that bound.
func missedAtMost(states int) float64 { return float64(states) * float64(states) / math.Exp2(65) }

// printOf is the fingerprint of a hash; 0 is an empty slot. That two hashes share
// one adds less than one part in 2^64 to the bound.
func printOf(hash uint64) uint64 { return max(hash, 1) }

// prints is an open-addressing table of fingerprints with linear probing, in pages
// so that it grows in place.
type prints struct {
	pages [][]uint64
	slots int
}

const printPage = 512 // slots

func (t *prints) at(i int) *uint64 { return &t.pages[i/printPage][i%printPage] }

// extend adds pages.
func (t *prints) extend(pages int) {
	for range pages {
		t.pages = append(t.pages, make([]uint64, printPage))
		t.slots += printPage
	}
}

// look finds a fingerprint, or the slot for it.
func (t *prints) look(hash uint64) (at int, ok bool) {
	print := printOf(hash)
	for at = place32(hash, t.slots); ; {
		switch *t.at(at) {
		case print:
			return at, true
		case 0:
			return at, false
		}
		if at++; at == t.slots {
			at = 0
		}
	}
}

func (t *prints) touch(hashes []uint64) (sum uint64) {
	for _, h := range hashes {
		sum += *t.at(place32(h, t.slots))
	}
	return sum
}

// grow makes the table larger by an eighth, without a second one. Every
// fingerprint's first slot moves to the right, or stays, and no run of occupied
// slots holds one whose first slot is before the run. So the runs can be taken out
// and put in again one by one, from the last to the first: what is put in stands in
// slots of its run and behind, where everything has been put in anew already. What
// goes around the end joins the first run, which is taken out last.
func (t *prints) grow() {
	old := t.slots
	t.extend(max(1, len(t.pages)/8))
	var run []uint64
	for i := old - 1; i >= -1; i-- {
		if i >= 0 && *t.at(i) != 0 {
			run = append(run, *t.at(i))
			*t.at(i) = 0
			continue
		}
		for _, print := range run {
			at, _ := t.look(print)
			*t.at(at) = print
		}
		run = run[:0]
	}
}

// addPrint adds a record unless its fingerprint is known. Its number is its place
// among the records of the shard, those that were dropped included.
func (s *shard) addPrint(record []uint64, hash uint64) (number uint32, fresh bool) {
	at, ok := s.prints.look(hash)
	if ok {
		return 0, false
	}
	if s.count >= maxRecords {
		panic(tooMany)
	}
	*s.prints.at(at) = printOf(hash)
	number = s.count
	if in := number & (page - 1); in == 0 {
		if n := len(s.spare); n > 0 {
			s.records, s.spare = append(s.records, s.spare[n-1]), s.spare[:n-1]
		} else {
			s.records = append(s.records, nil)
		}
	}
	last := len(s.records) - 1
	if len(s.records[last]) < page*len(record) {
		s.records[last] = append(s.records[last], record...)
	} else {
		copy(s.record(number, len(record)), record)
	}
	// Filled to seven eighths: fingerprints stand side by side, so a long probe
	// costs little.
	if s.count++; int(s.count) >= s.prints.slots/8*7 {
		s.prints.grow()
	}
	return number, true
}

// dropRecords forgets the records before the level.
func (s *shard) dropRecords() {
	for p := range s.records[:s.level>>pageBits] {
		if full := s.records[p]; full != nil {
			s.records[p] = nil
			s.spare = append(s.spare, full)
		}
	}
}
