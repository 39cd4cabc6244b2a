package checker

// sorter puts the candidates for one shard that keeps hashes in the order of its table,
// so far that its lines are loaded one after the other, each once. Memory gives
// neighbouring lines several times as fast as lines here and there.
type sorter struct {
	hashes []uint64
	next   [strips]uint32 // where the next hash of each strip of the table goes
}

// A strip of a table of 100,000 hashes is 3 kB, which the caches next to a processor hold.
const (
	stripBits = 8
	strips    = 1 << stripBits
)

// stripOf is the strip in which a hash is looked for: the first bits chose the shard, and
// of the others a table is in the order.
func stripOf(hash uint64) uint8 { return uint8(hash >> (64 - shardBits - stripBits)) }

// fill adds to a shard what the batches have for it. The sum is of no use.
func (o *sorter) fill(s *shard, to int, batches []*batch) (sum uint64) {
	count := 0
	for _, b := range batches {
		count += int(b.start[to+1] - b.start[to])
	}
	if cap(o.hashes) < count {
		o.hashes = make([]uint64, count*5/4)
	}
	o.hashes = o.hashes[:count]
	if count < s.prints.homes/8 { // most lines of the table are of no use to so few
		at := 0
		for _, b := range batches {
			at += copy(o.hashes[at:], b.hashes[b.start[to]:b.start[to+1]])
		}
		s.addPrints(s.prints.unknown(o.hashes))
		return 0
	}
	o.sort(to, batches)
	from := uint32(0)
	for strip, until := range o.next {
		sum += s.prints.load(strip)
		s.addPrints(s.prints.unknown(o.hashes[from:until]))
		from = until
	}
	return sum
}

// sort takes over what the batches have for a shard, strip by strip. Each next is where
// the strip ends then.
func (o *sorter) sort(to int, batches []*batch) {
	clear(o.next[:])
	for _, b := range batches {
		for _, h := range b.hashes[b.start[to]:b.start[to+1]] {
			o.next[stripOf(h)]++
		}
	}
	at := uint32(0)
	for i, count := range o.next {
		o.next[i] = at
		at += count
	}
	next, hashes := &o.next, o.hashes
	for _, b := range batches {
		for _, h := range b.hashes[b.start[to]:b.start[to+1]] {
			i := stripOf(h)
			hashes[next[i]] = h
			next[i]++
		}
	}
}

// load loads a strip into the caches. The sum keeps the loads.
func (t *prints) load(strip int) (sum uint64) {
	const line = 8 // words
	for at := t.homes * strip / strips; at < t.homes*(strip+1)/strips; at += line {
		sum += t.slots[at]
	}
	return sum
}
