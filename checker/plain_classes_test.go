package checker

// plainClasses are the classes that a plain search keeps up to inclusion, compared
// cell by cell.
type plainClasses struct {
	place  []int32
	parent []int32 // -1 for an initial class
	via    []int32 // the plainArc from the parent
	at     []plainRef
	pages  [][]uint32

	values []int64
	number map[int64]uint32

	byPlace [][]int32
	// dropped classes were included in a later one of the same level before
	// they were expanded.
	dropped []bool
	count   int // classes that are neither dropped nor superseded

	flat []int64 // scratch: the class to add
}

type plainRef struct{ page, offset uint32 }

const plainPage = 1 << 18

func newPlainClasses() *plainClasses { return &plainClasses{number: map[int64]uint32{}} }

func (x *plainClasses) size() int { return len(x.place) }

// flatten puts the off-diagonal cells of m into x.flat.
func (x *plainClasses) flatten(m *plainMatrix) {
	x.flat = x.flat[:0]
	w := m.width
	for i := range w {
		row := m.cell[i*w : (i+1)*w]
		x.flat = append(append(x.flat, row[:i]...), row[i+1:]...)
	}
}

// load restores the plainMatrix of a class.
func (x *plainClasses) load(id int32, width int, m *plainMatrix) {
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

func (x *plainClasses) cells(id int32, n int) []uint32 {
	r := x.at[id]
	return x.pages[r.page][r.offset : int(r.offset)+n]
}

// addIncluded is the same up to inclusion: a class inside a known one has no
// timing of its own. Known classes inside the new one are superseded, and those
// of its own level (from id level on) need no expansion either; an earlier one
// does, or paths would no longer be shortest.
func (x *plainClasses) addIncluded(place, parent, via int32, level int) (id int32, fresh bool) {
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
	id = x.keep(place, parent, via)
	x.byPlace[place] = append(x.byPlace[place], id)
	x.count++
	return id, true
}

func (x *plainClasses) keep(place, parent, via int32) int32 {
	id := number(len(x.place))
	last := len(x.pages) - 1
	if last < 0 || len(x.pages[last])+len(x.flat) > cap(x.pages[last]) {
		x.pages = append(x.pages, make([]uint32, 0, max(plainPage, len(x.flat))))
		last++
	}
	page := x.pages[last]
	ref := plainRef{uint32(last), uint32(len(page))}
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
