package vary

import "slices"

// Cover lists combinations in which all values of any strength axes meet: for 2,
// every pair of values of two axes is in some cell. Cells are made one by one, each by
// taking the axes in order and for each the value that completes most of what has not
// met yet, the first of equal ones (the greedy way of Cohen, Dalal, Fredman and Patton,
// "The AETG system", 1997, without its random choices). keep tells which cells make
// sense, nil that all do; what can only meet in a cell that makes none is left out.
func Cover(axes []Axis, strength int, keep func(cell []int) bool) [][]int {
	strength = min(strength, len(axes))
	if keep == nil {
		keep = func([]int) bool { return true }
	}
	c := &cover{axes: axes, strength: strength, open: map[string][]int{}}
	c.each(func(tuple []int) { c.open[key(tuple)] = slices.Clone(tuple) })
	var cells [][]int
	for len(c.open) > 0 {
		cell := c.next(keep)
		if cell == nil {
			break
		}
		cells = append(cells, cell)
	}
	return cells
}

// none is an axis without a value, in a tuple or a cell that is not complete.
const none = -1

type cover struct {
	axes     []Axis
	strength int
	open     map[string][]int // tuples that have not met: an index for some axes, none for the others
}

func key(tuple []int) string {
	b := make([]byte, 0, 3*len(tuple))
	for _, v := range tuple {
		b = append(b, byte(v+1), byte((v+1)>>8), byte((v+1)>>16))
	}
	return string(b)
}

// each visits every tuple.
func (c *cover) each(visit func([]int)) {
	tuple := slices.Repeat([]int{none}, len(c.axes))
	var choose func(axis, left int)
	choose = func(axis, left int) {
		if left == 0 {
			visit(tuple)
			return
		}
		if len(c.axes)-axis < left {
			return
		}
		for v := range c.axes[axis].Values {
			tuple[axis] = v
			choose(axis+1, left-1)
		}
		tuple[axis] = none
		choose(axis+1, left)
	}
	choose(0, c.strength)
}

// next makes a cell of the first tuple that has not met and can be completed. Tuples
// that cannot are given up; nil when none is left.
func (c *cover) next(keep func([]int) bool) []int {
	for len(c.open) > 0 {
		first := c.first()
		if cell := c.complete(slices.Clone(first), 0, keep); cell != nil {
			c.meet(cell)
			return cell
		}
		delete(c.open, key(first))
	}
	return nil
}

// first is the tuple with the least key: the order of the map plays no part.
func (c *cover) first() []int {
	least := ""
	for k := range c.open {
		if least == "" || k < least {
			least = k
		}
	}
	return c.open[least]
}

// complete gives the axes from one on their values, going back where keep refuses.
func (c *cover) complete(cell []int, axis int, keep func([]int) bool) []int {
	for axis < len(cell) && cell[axis] != none {
		axis++
	}
	if axis == len(cell) {
		if keep(cell) {
			return cell
		}
		return nil
	}
	type option struct{ value, gain int }
	var options []option
	for v := range c.axes[axis].Values {
		cell[axis] = v
		options = append(options, option{v, c.gain(cell, axis)})
	}
	slices.SortStableFunc(options, func(a, b option) int { return b.gain - a.gain })
	for _, o := range options {
		cell[axis] = o.value
		if done := c.complete(slices.Clone(cell), axis+1, keep); done != nil {
			return done
		}
	}
	return nil
}

// gain counts the open tuples that the value of an axis completes together with what
// the cell has already.
func (c *cover) gain(cell []int, axis int) (n int) {
	c.within(cell, axis, func(tuple []int) {
		if _, open := c.open[key(tuple)]; open {
			n++
		}
	})
	return n
}

// meet closes the tuples of a cell.
func (c *cover) meet(cell []int) {
	for axis := range cell {
		c.within(cell, axis, func(tuple []int) { delete(c.open, key(tuple)) })
	}
}

// within visits the tuples of a cell that have an axis.
func (c *cover) within(cell []int, axis int, visit func([]int)) {
	tuple := slices.Repeat([]int{none}, len(cell))
	tuple[axis] = cell[axis]
	var choose func(from, left int)
	choose = func(from, left int) {
		if left == 0 {
			visit(tuple)
			return
		}
		for a := from; a < len(cell); a++ {
			if a == axis || cell[a] == none {
				continue
			}
			tuple[a] = cell[a]
			choose(a+1, left-1)
			tuple[a] = none
		}
	}
	choose(0, c.strength-1)
}
