package checker

import "math"

// With Options.Fingerprints the visited set keeps 64 bits of hash of each state in
// place of the state, and records only of the level that is being expanded and the
// next. A state whose fingerprint is that of another is taken for it and not
// explored. With n states and a hash that behaves like a random one for the key of
// Options.Seed, the expected number of such pairs, which bounds the probability
// that there is any, is at most n(n-1)/2 / 2^64 < n²/2^65.
//
// Where a state is one word, its hash is a bijection of it, and nothing is missed.
// So a search for safety keeps such states that way without being asked.

// missedAtMost is that bound.
func missedAtMost(states int) float64 { return float64(states) * float64(states) / math.Exp2(65) }

// addPrint adds a record unless its fingerprint is known.
func (s *shard) addPrint(record []uint64, hash uint64) (fresh bool) {
	if fresh = s.prints.add(hash); fresh {
		s.keep(record)
	}
	return fresh
}

// addPrints is addPrint for many records of one word each that are their own hashes.
func (s *shard) addPrints(hashes []uint64) {
	t := &s.prints
	for i, h := range hashes {
		if at, ok := t.look(h); !ok {
			t.enter(at, h)
			s.keep(hashes[i : i+1])
		}
	}
}

// keep appends a record to those of its level. Its number is its place among the
// records of the shard, those that were dropped included.
func (s *shard) keep(record []uint64) {
	if s.count >= maxRecords {
		panic(tooMany)
	}
	number := s.count
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
	s.count++
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
