package checker

// stateTable numbers distinct discrete states in the order in which they come, for
// searches that keep more per state than the state itself. Of a state it keeps the
// record of its codec, and of a record its number in an open-addressing table. find,
// load and at may be called in parallel.
type stateTable[S comparable] struct {
	codec codec[S]
	pages [][]uint64
	count int
	table []uint32 // number + 1; 0 is an empty slot
}

const stateBits = 10 // of the records of a page

func (x *stateTable[S]) record(id int32) []uint64 {
	w := x.codec.words()
	i := int(id) & (1<<stateBits - 1) * w
	return x.pages[id>>stateBits][i : i+w]
}

// find gives the number of a record, or -1.
func (x *stateTable[S]) find(record []uint64, hash uint64) int32 {
	if len(x.table) == 0 {
		return -1
	}
	mask := uint32(len(x.table) - 1)
	for i := uint32(hash) & mask; ; i = (i + 1) & mask {
		switch n := x.table[i]; {
		case n == 0:
			return -1
		case same(x.record(int32(n-1)), record):
			return int32(n - 1)
		}
	}
}

// add gives the number of a record and tells whether it is new.
func (x *stateTable[S]) add(record []uint64, hash uint64) (id int32, fresh bool) {
	if id := x.find(record, hash); id >= 0 {
		return id, false
	}
	if 2*(x.count+1) > len(x.table) { // short probes: most states are looked up many times
		x.table = make([]uint32, max(64, 2*len(x.table)))
		for id := range int32(x.count) {
			x.place(id, x.codec.hash(x.record(id)))
		}
	}
	if x.count>>stateBits == len(x.pages) {
		x.pages = append(x.pages, make([]uint64, x.codec.words()<<stateBits))
	}
	id = number(x.count)
	x.count++
	copy(x.record(id), record)
	x.place(id, hash)
	return id, true
}

func (x *stateTable[S]) place(id int32, hash uint64) {
	mask := uint32(len(x.table) - 1)
	i := uint32(hash) & mask
	for x.table[i] != 0 {
		i = (i + 1) & mask
	}
	x.table[i] = uint32(id) + 1
}

// load gives a state, from which those that are encoded next differ little.
func (x *stateTable[S]) load(id int32, at *scratch) S { return x.codec.decode(x.record(id), at) }

func (x *stateTable[S]) at(id int32) S {
	var at scratch
	return x.load(id, &at)
}

func (x *stateTable[S]) size() int { return x.count }
