package checker

// classSet keeps state classes: the number of a place, which is a discrete state
// with the bit of a property (place), and a matrix. Classes are numbered in the
// order in which they come.
//
// A matrix without its diagonal is a key of some dozens of bounds, and few
// different bounds occur in one model, so a bound is kept as the four bytes of
// its number, however wide it is.
type classSet struct {
	place  []int32
	parent []int32 // -1 for an initial class
	via    []int32 // the arc from the parent
	at     []cellRef
	pages  [][]uint32

	values []int64
	number map[int64]uint32

	// byHash finds equal classes, byPlace those to compare by inclusion.
	byHash  hashTable
	byPlace [][]int32
	// dropped classes were included in a later one of the same level before
	// they were expanded.
	dropped []bool
	count   int // classes that are neither dropped nor superseded

	flat []int64 // scratch: the class to add
}

type cellRef struct{ page, offset uint32 }

const pageCells = 1 << 18

func newClassSet() *classSet { return &classSet{number: map[int64]uint32{}} }

func (x *classSet) size() int { return len(x.place) }

// flatten puts the off-diagonal cells of m into x.flat.
func (x *classSet) flatten(m *matrix) {
	x.flat = x.flat[:0]
	w := m.width
	for i := range w {
		row := m.cell[i*w : (i+1)*w]
		x.flat = append(append(x.flat, row[:i]...), row[i+1:]...)
	}
}

// load restores the matrix of a class.
func (x *classSet) load(id int32, width int, m *matrix) {
	m.resize(width)
	cells := x.cells(id, width*(width-1))
	k := 0
	for i := range width {
		row := m.cell[i*width : (i+1)*width]
		for j := range row {
			if i == j {
				row[j] = 0
				continue
			}
			row[j] = x.values[cells[k]]
			k++
		}
	}
}

func (x *classSet) cells(id int32, n int) []uint32 {
	r := x.at[id]
	return x.pages[r.page][r.offset : int(r.offset)+n]
}

func (x *classSet) hash(place int32) uint32 {
	h := mix(1, uint64(place))
	for _, v := range x.flat {
		h = mix(h, uint64(v))
	}
	return fold(h)
}

func (x *classSet) same(id, place int32) bool {
	if x.place[id] != place {
		return false
	}
	for i, c := range x.cells(id, len(x.flat)) {
		if x.values[c] != x.flat[i] {
			return false
		}
	}
	return true
}

// addEqual gives the number of the class of place and x.flat, -1 when it is new
// and has no room.
func (x *classSet) addEqual(place, parent, via int32, room func() bool) (id int32, fresh bool) {
	h := x.hash(place)
	if id := x.byHash.find(h, func(id int32) bool { return x.same(id, place) }); id >= 0 {
		return id, false
	}
	if !room() {
		return -1, false
	}
	id = x.keep(place, parent, via)
	x.byHash.insert(h, id)
	x.count++
	return id, true
}

// addIncluded is the same up to inclusion: a class inside a known one has no
// timing of its own. Known classes inside the new one are superseded, and those
// of its own level (from id level on) need no expansion either; an earlier one
// does, or paths would no longer be shortest.
func (x *classSet) addIncluded(place, parent, via int32, level int, room func() bool) (id int32, fresh bool) {
	for len(x.byPlace) <= int(place) {
		x.byPlace = append(x.byPlace, nil)
	}
	known := x.byPlace[place]
	stay := known[:0]
	for _, old := range known {
		inside, covers := true, true
		for i, c := range x.cells(old, len(x.flat)) {
			switch v := x.values[c]; {
			case x.flat[i] > v:
				inside = false
			case x.flat[i] < v:
				covers = false
			}
			if !inside && !covers {
				break
			}
		}
		if inside {
			// Nothing was removed: what the new class covers, old would have
			// covered as well, and the list holds no class inside another.
			return old, false
		}
		if !covers {
			stay = append(stay, old)
			continue
		}
		x.count--
		if int(old) >= level {
			x.dropped[old] = true
		}
	}
	x.byPlace[place] = stay
	if !room() {
		return -1, false
	}
	id = x.keep(place, parent, via)
	x.byPlace[place] = append(x.byPlace[place], id)
	x.count++
	return id, true
}

func (x *classSet) keep(place, parent, via int32) int32 {
	id := number(len(x.place))
	last := len(x.pages) - 1
	if last < 0 || len(x.pages[last])+len(x.flat) > cap(x.pages[last]) {
		x.pages = append(x.pages, make([]uint32, 0, max(pageCells, len(x.flat))))
		last++
	}
	page := x.pages[last]
	ref := cellRef{uint32(last), uint32(len(page))}
	for _, v := range x.flat {
		c, ok := x.number[v]
		if !ok {
			c = uint32(len(x.values))
			x.values = append(x.values, v)
			x.number[v] = c
		}
		page = append(page, c)
	}
	x.pages[last] = page
	x.at = append(x.at, ref)
	x.place = append(x.place, place)
	x.parent = append(x.parent, parent)
	x.via = append(x.via, via)
	x.dropped = append(x.dropped, false)
	return id
}

// path is the way from an initial class to id by parents, as arcs.
func (x *classSet) path(id int32) (init int32, arcs []int32) {
	n := 0
	for c := id; x.parent[c] >= 0; c = x.parent[c] {
		n++
	}
	arcs = make([]int32, n)
	for ; x.parent[id] >= 0; id = x.parent[id] {
		n--
		arcs[n] = x.via[id]
	}
	return id, arcs
}
