package graphs

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// How a graph of too many classes gets smaller: while it is explored, variables are
// dropped, from the last one on; afterwards the classes of the fewest states become one.

// drop folds by all variables but the last one, unless that has to be kept.
func (f *Folder) drop() bool {
	last := len(f.names) - 1
	if last < f.Kept {
		return false
	}
	f.dropped = append(f.dropped, f.names[last])
	f.names = f.names[:last]
	classes, edges := f.classes, f.edges
	f.classes, f.edges = map[Key]*foldedClass{}, map[foldedEdge]int{}
	for k, c := range classes {
		k = f.left(k)
		if f.classes[k] == nil {
			f.classes[k] = &foldedClass{}
		}
		f.classes[k].states += c.states
		f.classes[k].initial = f.classes[k].initial || c.initial
	}
	for e, n := range edges {
		f.edges[foldedEdge{f.left(e.from), f.left(e.to), e.action}] += n
	}
	return true
}

// Folded is what was folded so far.
func (f *Folder) Folded() Folded {
	return f.folded(coarsest(f.max, f))
}

// FoldedAlike is what two folders have, of which the first rules: by the same variables,
// and with the same classes merged, so that together there are as few as it wants.
func FoldedAlike(a, b *Folder) (Folded, Folded) {
	for len(a.names) > len(b.names) && a.drop() {
	}
	for len(b.names) > len(a.names) && b.drop() {
	}
	for a.max > 0 && len(sizes(a, b)) > a.max && a.drop() {
		b.drop()
	}
	merged := coarsest(a.max, a, b)
	return a.folded(merged), b.folded(merged)
}

// sizes are the states of each class.
func sizes(all ...*Folder) map[Key]int {
	n := map[Key]int{}
	for _, f := range all {
		for k, c := range f.classes {
			n[k] += c.states
		}
	}
	return n
}

// merging says which classes become one, and how that is called.
type merging struct {
	gone map[Key]bool
	name string
}

// coarsest merges the classes of the fewest states, initial ones excepted, so that max are
// left. All folders have the same variables.
func coarsest(max int, all ...*Folder) merging {
	m := merging{gone: map[Key]bool{}, name: "other classes"}
	states := sizes(all...)
	if max <= 0 || len(states) <= max {
		return m
	}
	type class struct {
		key     Key
		name    string
		initial bool
	}
	var classes []class
	names := map[string]bool{}
	for k := range states {
		c := class{key: k, name: all[0].name(k)}
		for _, f := range all {
			c.initial = c.initial || f.classes[k] != nil && f.classes[k].initial
		}
		names[c.name] = true
		classes = append(classes, c)
	}
	for names[m.name] { // somebody's class is called so
		m.name = "all " + m.name
	}
	slices.SortFunc(classes, func(a, b class) int {
		switch {
		case a.initial && !b.initial:
			return -1
		case b.initial && !a.initial:
			return 1
		}
		return cmp.Or(cmp.Compare(states[b.key], states[a.key]), cmp.Compare(a.name, b.name))
	})
	for _, c := range classes[max-1:] {
		m.gone[c.key] = true
	}
	return m
}

// folded is the graph with some classes merged.
func (f *Folder) folded(m merging) Folded {
	g := Folded{By: slices.Clone(f.names), Coarsened: Coarsened{Max: f.max, Dropped: slices.Clone(f.dropped), Others: len(m.gone)}}
	name := map[Key]string{}
	other := Class{Name: m.name}
	for k, c := range f.classes {
		g.States += c.states
		if m.gone[k] {
			name[k] = m.name
			other.States += c.states
			other.Initial = other.Initial || c.initial
			continue
		}
		name[k] = f.name(k)
		g.Classes = append(g.Classes, Class{Name: name[k], Values: f.values(k), States: c.states, Initial: c.initial})
	}
	if other.States > 0 {
		g.Classes = append(g.Classes, other)
	}
	for e, n := range f.edges {
		g.Edges = append(g.Edges, FoldedEdge{name[e.from], name[e.to], f.Action(e.action), n})
	}
	g.order()
	g.parts()
	return g
}

// values are those of the variables, in words.
func (f *Folder) values(k Key) []string {
	var words []string
	for i := range f.names {
		words = append(words, f.Text(i, k[i]))
	}
	return words
}

func (f *Folder) name(k Key) string { return strings.Join(f.values(k), ", ") }

// caption says by which rule, and why, classes are fewer than they were.
func (g Coarsened) caption() string {
	var s strings.Builder
	if len(g.Dropped) > 0 {
		fmt.Fprintf(&s, " More than %s: not folded by %s (variables are dropped from the last one on).", plural(g.Max, "class"), strings.Join(g.Dropped, ", "))
	}
	if g.Others > 0 {
		fmt.Fprintf(&s, " More than %s: the %d of the fewest states are one.", plural(g.Max, "class"), g.Others)
	}
	return s.String()
}
