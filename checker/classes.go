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
	count  int          // classes that are neither dropped nor superseded

	initial []int32 // the places of the initial classes, which are the first ones
	// recent are the classes from number base on: the level that is being
	// expanded and the next.
	recent []recentClass
	base   int32
}

// recentClass is what the expansion of a class asks for.
type recentClass struct {
	place        int32
	slot, matrix uint32
}

// classShards does not depend on the number of workers, so nothing else does.
const classShards = 8

// shard keeps the classes of its places. The slot of a class is a head, and under
// equality its matrix and place.
type classShard struct {
	slots  arena[uint32]
	blocks arena[uint64]
	widths paged[uint8] // of the matrices of each place, less 1
	lists  paged[antichain]
	// byHash finds equal classes.
	byHash hashTable
	merger merger
	// garbage are slots that are free once the level is done.
	garbage []uint32
}

// What is where in a slot.
const (
	slotHead = iota
	slotMatrix
	slotPlace
	slotSize
)

// The head of a slot: the number of its class, and whether it needs no expansion.
const (
	headNumber = 1<<31 - 1
	headDead   = 1 << 31
	unnumbered = headNumber
)

func newClassSet(places int) *classSet {
	return &classSet{values: newValueTable(), matrices: &matrixStore{}, places: places}
}

func (x *classSet) size() int { return x.parent.size }

// shardOf gives the shard of a place and its number there.
func (x *classSet) shardOf(place int32) (*classShard, int32) {
	id, bit := place>>1, place&1
	if x.places == 1 {
		return &x.shards[id%classShards], id / classShards
	}
	return &x.shards[id%classShards], id/classShards*2 + bit
}

// width is that of all matrices of a place, by its number in a shard.
func (s *classShard) width(i int32) int { return int(*s.widths.at(i)) + 1 }

func (x *classSet) width(place int32) int {
	s, i := x.shardOf(place)
	return s.width(i)
}

// slotWords is the number of words of a slot.
func (x *classSet) slotWords() int {
	if x.equality {
		return slotSize
	}
	return slotHead + 1
}

// keep puts a class of the i-th place of a shard into a slot.
func (x *classSet) keep(s *classShard, i, place int32, width int, words []uint64, f *fate) {
	*s.widths.at(i) = uint8(width - 1)
	f.slot, f.matrix, f.fresh = s.slots.alloc(x.slotWords()), x.matrices.number(width, words), true
	w := s.slots.at(f.slot)
	w[slotHead] = unnumbered
	if x.equality {
		w[slotMatrix], w[slotPlace] = f.matrix, uint32(place)
	}
}

// alive are the classes from a number on that need expansion.
func (x *classSet) alive(from int32) (ids []int32) {
	for id := from; int(id) < x.size(); id++ {
		if *x.head(id)&headDead == 0 {
			ids = append(ids, id)
		}
	}
	return ids
}

// fate is what becomes of a class that is added.
type fate struct {
	slot    uint32
	matrix  uint32 // of a fresh one
	removed uint32 // how many known classes it superseded
	fresh   bool
}

func (f *fate) entry() uint64 { return uint64(f.slot) | uint64(f.matrix)<<entryMatrix }

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
		return w[slotPlace] == uint32(place) && w[slotMatrix] == matrix
	})
}

func (x *classSet) addEqual(s *classShard, i, place int32, width int, words []uint64) (f fate) {
	matrix := x.matrices.number(width, words)
	if slot := x.findEqual(s, place, matrix); slot >= 0 {
		return fate{slot: uint32(slot)}
	}
	x.keep(s, i, place, width, words, &f)
	s.byHash.insert(hashOf(place, matrix), int32(f.slot))
	return f
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

// number adds a class, whose matrix is in a slot, to the books.
func (x *classSet) number(place, parent, via int32, f fate) int32 {
	if parent < 0 {
		x.initial = append(x.initial, place)
	}
	id := x.parent.add(parent)
	x.via.add(via)
	x.recent = append(x.recent, recentClass{place, f.slot, f.matrix})
	head := x.head(id)
	*head = *head&^headNumber | uint32(id)
	x.count += 1 - int(f.removed)
	return id
}

// numberOf is the number of the class in a slot of a place.
func (x *classSet) numberOf(place int32, slot uint32) int32 {
	s, _ := x.shardOf(place)
	return int32(s.slots.at(slot)[slotHead] & headNumber)
}

// head gives the head of a recent class.
func (x *classSet) head(id int32) *uint32 {
	c := x.at(id)
	s, _ := x.shardOf(c.place)
	return &s.slots.at(c.slot)[slotHead]
}

// drop leaves a recent class unexpanded.
func (x *classSet) drop(id int32) { *x.head(id) |= headDead }

func (x *classSet) at(id int32) *recentClass { return &x.recent[id-x.base] }

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
