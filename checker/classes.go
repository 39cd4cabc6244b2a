package checker

// classSet keeps state classes: a place, which is a discrete state with the bit of
// a property (place), and a matrix. Classes are numbered in the order in which
// they come. It is divided into shards by place, which can be filled at once.
type classSet struct {
	values   *valueTable
	matrices *matrixStore
	shards   [classShards]classShard
	places   int  // per discrete state: 2 with the bit of a property
	equality bool // classes are kept apart, instead of up to inclusion
	// convex tells which classes become one; nil for none.
	convex func(*merger, *lanePlan) bool

	parent paged[int32] // -1 for an initial class
	via    paged[int32] // the arc from the parent
	place  paged[int32]
	count  int // classes that are neither dropped nor superseded

	// slots are those of the classes from number base on: the level that is being
	// expanded and the next.
	slots []uint32
	base  int32
}

// classShards does not depend on the number of workers, so nothing else does.
const classShards = 8

// shard keeps the classes of its places. The slot of a class is a head, and under
// equality its place.
type classShard struct {
	slots  arena
	blocks arena
	widths paged[uint8] // of the matrices of each place, less 1
	lists  paged[antichain]
	// byHash finds equal classes.
	byHash hashTable
	merger merger
	// garbage are slots that are free once the level is done.
	garbage []uint32
}

// The head of a slot: the number of its class, whether it needs no expansion, and the
// number of its matrix.
const (
	headNumber = 1<<31 - 1
	headDead   = 1 << 31
	headMatrix = 32
	unnumbered = headNumber
)

func newClassSet(places int) *classSet {
	return &classSet{values: newValueTable(), matrices: &matrixStore{}, places: places}
}

func (x *classSet) size() int { return x.place.size }

// shardOf gives the shard of a place and its number there.
func (x *classSet) shardOf(place int32) (*classShard, int32) {
	id, bit := place>>1, place&1
	if x.places == 1 {
		return &x.shards[id%classShards], id / classShards
	}
	return &x.shards[id%classShards], id/classShards*2 + bit
}

// matrix gives the codes of a slot, whose matrix has this width.
func (x *classSet) matrix(s *classShard, slot uint32, width int) []uint64 {
	return x.matrices.at(width, s.matrixOf(slot))
}

// matrixOf is the number of the matrix in a slot.
func (s *classShard) matrixOf(slot uint32) uint32 { return uint32(s.slots.at(slot)[0] >> headMatrix) }

// width is that of all matrices of a place, by its number in a shard.
func (s *classShard) width(i int32) int { return int(*s.widths.at(i)) + 1 }

// slotWords is the number of words of a slot.
func (x *classSet) slotWords() int {
	if x.equality {
		return 2
	}
	return 1
}

// keep puts a class of the i-th place of a shard into a slot.
func (x *classSet) keep(s *classShard, i, place int32, width int, matrix uint32) uint32 {
	*s.widths.at(i) = uint8(width - 1)
	slot := s.slots.alloc(x.slotWords())
	w := s.slots.at(slot)
	w[0] = unnumbered | uint64(matrix)<<headMatrix
	if x.equality {
		w[1] = uint64(place)
	}
	return slot
}

// alive are the classes from a number on that need expansion.
func (x *classSet) alive(from int32) (ids []int32) {
	for id := from; int(id) < x.size(); id++ {
		if x.head(id)&headDead == 0 {
			ids = append(ids, id)
		}
	}
	return ids
}

// sweep frees what was superseded, and forgets the slots of the classes before a
// number, which have been expanded.
func (x *classSet) sweep(from int32, workers int) {
	for i := range x.shards {
		s := &x.shards[i]
		for _, slot := range s.garbage {
			s.slots.release(slot, x.slotWords())
		}
		s.garbage = s.garbage[:0]
	}
	if !x.equality && x.matrices.crowded() {
		x.retain(workers)
	}
	x.slots = x.slots[:copy(x.slots, x.slots[from-x.base:])]
	x.base = from
}

// retain leaves out the matrices that no class has any more.
func (x *classSet) retain(workers int) {
	var used [classShards][maxWidth + 1]bitset
	x.each(workers, func(shard, width int, head *uint64) { used[shard][width].set(int(*head >> headMatrix)) })
	for _, more := range used[1:] {
		for width := range more {
			used[0][width].join(more[width])
		}
	}
	now := x.matrices.retain(&used[0])
	x.each(workers, func(_, width int, head *uint64) {
		*head = *head&(1<<headMatrix-1) | uint64(now[width][*head>>headMatrix])<<headMatrix
	})
}

// each visits the heads of all classes that are in a list, those of different shards at once.
func (x *classSet) each(workers int, visit func(shard, width int, head *uint64)) {
	share(workers, classShards, func(_, i int) {
		s := &x.shards[i]
		for k := range int32(s.lists.size) {
			if l := s.lists.at(k); l.size > 0 {
				width := s.width(k)
				s.each(l, func(slot uint32) { visit(i, width, &s.slots.at(slot)[0]) })
			}
		}
	})
}

// fate is what becomes of a class that is added.
type fate struct {
	slot    uint32
	fresh   bool
	removed uint32 // how many known classes it superseded
}

// add gives a class its slot. level is the number of the first class of its
// level. Under inclusion a class inside a known one has no timing of its own; of
// an included class the slot is that of the one around it.
func (x *classSet) add(place int32, width int, words []uint64, level int32) fate {
	s, i := x.shardOf(place)
	words = words[:x.values.words(cells(width))]
	if x.equality {
		return x.addEqual(s, i, place, width, words)
	}
	if x.convex != nil {
		return x.addMerged(s, i, place, width, words, level)
	}
	return x.addIncluded(s, i, place, width, words, level)
}

func hashOf(place int32, matrix uint32) uint32 {
	return fold(mix(mix(1, uint64(place)), uint64(matrix)))
}

func (x *classSet) findEqual(s *classShard, place int32, matrix uint32) int32 {
	return s.byHash.find(hashOf(place, matrix), func(slot int32) bool {
		w := s.slots.at(uint32(slot))
		return w[1] == uint64(place) && uint32(w[0]>>headMatrix) == matrix
	})
}

func (x *classSet) addEqual(s *classShard, i, place int32, width int, words []uint64) fate {
	matrix := x.matrices.number(width, words)
	if slot := x.findEqual(s, place, matrix); slot >= 0 {
		return fate{slot: uint32(slot)}
	}
	slot := x.keep(s, i, place, width, matrix)
	s.byHash.insert(hashOf(place, matrix), int32(slot))
	return fate{slot: slot, fresh: true}
}

// addIncluded keeps a class unless it is inside a known one. Known classes inside
// the new one are superseded, and those of its own level need no expansion either;
// an earlier one does, or paths would no longer be shortest.
func (x *classSet) addIncluded(s *classShard, i, place int32, width int, words []uint64, level int32) fate {
	l, top := s.lists.at(i), x.values.borrows
	n := l.length()
	var f fate
	if n == 1 {
		inside, covers := compare(words, x.matrix(s, l.ref, width), top)
		if inside {
			return fate{slot: l.ref}
		}
		if covers {
			s.supersede(l.ref, level)
			n, f.removed = 0, 1
		}
	} else if n > 1 {
		firsts, slots := s.block(l)
		stay := 0
		for i := range n {
			first := firsts[i]
			if ((first|top)-words[0])&top == top || ((words[0]|top)-first)&top == top {
				slot := slotAt(slots, i)
				inside, covers := compare(words, x.matrix(s, slot, width), top)
				if inside {
					// Nothing was removed: what the new class covers, this one
					// would have covered as well.
					return fate{slot: slot}
				}
				if covers {
					s.supersede(slot, level)
					f.removed++
					continue
				}
			}
			if stay != i {
				firsts[stay] = first
				setSlot(slots, stay, slotAt(slots, i))
			}
			stay++
		}
		n = s.shrink(l, stay)
	}
	f.slot, f.fresh = x.keep(s, i, place, width, x.matrices.number(width, words)), true
	x.append(s, l, n, f.slot, width)
	return f
}

// compare tells whether the matrix of codes a is inside b, and whether it covers
// b: no lane of one is above that of the other.
func compare(a, b []uint64, top uint64) (inside, covers bool) {
	inside, covers = true, true
	b = b[:len(a)]
	for i, v := range a {
		u := b[i]
		inside = inside && ((u|top)-v)&top == top
		covers = covers && ((v|top)-u)&top == top
		if !inside && !covers {
			return false, false
		}
	}
	return inside, covers
}

// supersede takes a slot out of use.
func (s *classShard) supersede(slot uint32, level int32) {
	head := &s.slots.at(slot)[0]
	if n := *head & headNumber; n == unnumbered || int32(n) >= level {
		*head |= headDead
	}
	s.garbage = append(s.garbage, slot)
}

// grow makes room for the places of a number of discrete states.
func (x *classSet) grow(states int) {
	for i := range x.shards {
		for s := &x.shards[i]; s.widths.size < (states/classShards+1)*x.places; {
			s.widths.add(0)
			if !x.equality {
				s.lists.add(antichain{})
			}
		}
	}
}

// look tells whether add would find a class to be no new one, and how many it
// would supersede otherwise.
func (x *classSet) look(place int32, width int, words []uint64) (known bool, covered int) {
	s, i := x.shardOf(place)
	words = words[:x.values.words(cells(width))]
	if x.equality {
		return x.findEqual(s, place, x.matrices.number(width, words)) >= 0, 0
	}
	s.each(s.lists.at(i), func(slot uint32) {
		inside, covers := compare(words, x.matrix(s, slot, width), x.values.borrows)
		known = known || inside
		if covers {
			covered++
		}
	})
	if known {
		covered = 0
	}
	return known, covered
}

// covered tells whether a class is inside a known one. It only reads.
func (x *classSet) covered(place int32, width int, words []uint64) bool {
	s, i := x.shardOf(place)
	if int(i) >= s.lists.size {
		return false
	}
	l, top := s.lists.at(i), x.values.borrows
	switch n := l.length(); n {
	case 0:
	case 1:
		return within(words, x.matrix(s, l.ref, width), top)
	default:
		firsts, slots := s.block(l)
		matrices := x.matrices.of[width].Load().all()
		for i := n - 1; i >= 0; i-- { // the last one is the likeliest
			if ((firsts[i]|top)-words[0])&top == top && within(words, matrices.at(s.matrixOf(slotAt(slots, i))), top) {
				return true
			}
		}
	}
	return false
}

// within tells whether no lane of a is above that of b.
func within(a, b []uint64, top uint64) bool {
	b = b[:len(a)]
	for i, v := range a {
		if ((b[i]|top)-v)&top != top {
			return false
		}
	}
	return true
}

// number adds a class, whose matrix is in a slot, to the books.
func (x *classSet) number(place, parent, via int32, f fate) int32 {
	id := x.place.add(place)
	x.parent.add(parent)
	x.via.add(via)
	x.slots = append(x.slots, f.slot)
	s, _ := x.shardOf(place)
	head := &s.slots.at(f.slot)[0]
	*head = *head&^headNumber | uint64(id)
	x.count += 1 - int(f.removed)
	return id
}

// numberOf is the number of the class in a slot of a place.
func (x *classSet) numberOf(place int32, slot uint32) int32 {
	s, _ := x.shardOf(place)
	return int32(s.slots.at(slot)[0] & headNumber)
}

// head gives the head of a class whose slot is known.
func (x *classSet) head(id int32) uint64 {
	s, _ := x.shardOf(*x.place.at(id))
	return s.slots.at(x.slots[id-x.base])[0]
}

// drop leaves a class unexpanded.
func (x *classSet) drop(id int32) {
	s, _ := x.shardOf(*x.place.at(id))
	s.slots.at(x.slots[id-x.base])[0] |= headDead
}

// at gives the codes of a class whose slot is known, and its width.
func (x *classSet) at(id int32) (words []uint64, width int) {
	s, i := x.shardOf(*x.place.at(id))
	width = s.width(i)
	return x.matrix(s, x.slots[id-x.base], width), width
}

// path is the way from an initial class to id by parents, as arcs.
func (x *classSet) path(id int32) (init int32, arcs []int32) {
	n := 0
	for c := id; *x.parent.at(c) >= 0; c = *x.parent.at(c) {
		n++
	}
	arcs = make([]int32, n)
	for ; *x.parent.at(id) >= 0; id = *x.parent.at(id) {
		n--
		arcs[n] = *x.via.at(id)
	}
	return id, arcs
}
