package graphs

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// foldedVariables is the number of variables that a graph can be folded by.
const foldedVariables = 6

// Key is the values of the variables that a graph is folded by, as codes; see
// [Folder.Text]. States of one key are one class.
type Key [foldedVariables]uint32

// Folder folds a graph while it is explored: it keeps classes and the edges
// between them, never states.
type Folder struct {
	// Text is the value of a variable that a code stands for, in words.
	Text func(variable int, code uint32) string
	// Action is what a code stands for on an edge.
	Action func(code uint32) string
	// Kept is the number of variables that are never dropped to make a graph smaller.
	Kept int

	names   []string // of the variables that are left
	dropped []string
	max     int
	classes map[Key]*foldedClass
	edges   map[foldedEdge]int
}

type foldedClass struct {
	states  int
	initial bool
}

type foldedEdge struct {
	from, to Key
	action   uint32
}

// NewFolder folds by the variables of some names into at most max classes; with
// max 0 into as many as there are.
func NewFolder(names []string, max int) (*Folder, error) {
	if len(names) == 0 || len(names) > foldedVariables {
		return nil, fmt.Errorf("graphs: a graph is folded by 1 to %d variables, not %d", foldedVariables, len(names))
	}
	return &Folder{
		Kept: keptVariables, names: slices.Clone(names), max: max,
		classes: map[Key]*foldedClass{}, edges: map[foldedEdge]int{},
	}, nil
}

// Variables is the number of variables that are still looked at: the codes of
// the others may be anything.
func (f *Folder) Variables() int { return len(f.names) }

// State adds a state. The first one is initial.
func (f *Folder) State(k Key) {
	k = f.left(k)
	c := f.classes[k]
	if c == nil {
		c = &foldedClass{initial: len(f.classes) == 0}
		f.classes[k] = c
	}
	c.states++
	for f.max > 0 && len(f.classes) > f.max && len(f.names) > f.Kept {
		f.drop()
	}
}

// keptVariables is Kept unless it is set.
const keptVariables = 2

// Step adds a step between two states.
func (f *Folder) Step(from, to Key, action uint32) {
	f.edges[foldedEdge{f.left(from), f.left(to), action}]++
}

// left is a key without the variables that were dropped.
func (f *Folder) left(k Key) Key {
	clear(k[len(f.names):])
	return k
}

// drop folds by all variables but the last one.
func (f *Folder) drop() {
	last := len(f.names) - 1
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
}

// Class is a node of a [Folded] graph.
type Class struct {
	Name    string
	Values  []string // of the variables; nil for the class of all others
	States  int
	Initial bool
	Final   bool // no edge leads to a class from which none leads back
	Part    int  // number of its strongly connected part, 0 when that is the class alone
}

// FoldedEdge stands for a number of steps.
type FoldedEdge struct {
	From, To string
	Action   string
	Steps    int
}

// Folded is a graph whose nodes are classes of states, in a fixed order.
type Folded struct {
	By      []string // the variables that make the classes
	Classes []Class
	Edges   []FoldedEdge
	Inside  int      // steps that stay in their class, which are no edges
	Dropped []string // variables that made too many classes
	Others  int      // classes that were merged into one because there were too many
	States  int
}

// otherClasses is the name of the class of all that are too small.
const otherClasses = "other"

// Folded is what was folded so far.
func (f *Folder) Folded() Folded {
	g := Folded{By: slices.Clone(f.names), Dropped: slices.Clone(f.dropped)}
	name := map[Key]string{}
	for k, c := range f.classes {
		var values []string
		for i := range f.names {
			values = append(values, f.Text(i, k[i]))
		}
		name[k] = strings.Join(values, " / ")
		g.States += c.states
		g.Classes = append(g.Classes, Class{Name: name[k], Values: values, States: c.states, Initial: c.initial})
	}
	for e, n := range f.edges {
		g.Edges = append(g.Edges, FoldedEdge{name[e.from], name[e.to], f.Action(e.action), n})
	}
	if f.max > 0 && len(g.Classes) > f.max {
		g.mergeSmallest(f.max)
	}
	g.order()
	g.parts()
	return g
}

// mergeSmallest makes one class of those with the fewest states, the initial one
// excepted, so that max are left.
func (g *Folded) mergeSmallest(max int) {
	slices.SortFunc(g.Classes, func(a, b Class) int {
		switch {
		case a.Initial != b.Initial && a.Initial:
			return -1
		case a.Initial != b.Initial:
			return 1
		}
		return cmp.Or(cmp.Compare(b.States, a.States), cmp.Compare(a.Name, b.Name))
	})
	kept := max - 1
	if max == 1 {
		kept = 0
	}
	gone := map[string]bool{}
	other := Class{Name: otherClasses}
	for _, c := range g.Classes[kept:] {
		gone[c.Name] = true
		other.States += c.States
		other.Initial = other.Initial || c.Initial
	}
	g.Others = len(g.Classes) - kept
	g.Classes = append(slices.Clone(g.Classes[:kept]), other)
	for i := range g.Edges {
		e := &g.Edges[i]
		if gone[e.From] {
			e.From = otherClasses
		}
		if gone[e.To] {
			e.To = otherClasses
		}
	}
}

// order sorts, sums edges that say the same, and takes those out that stay.
func (g *Folded) order() {
	slices.SortFunc(g.Classes, func(a, b Class) int { return cmp.Compare(a.Name, b.Name) })
	sum := map[FoldedEdge]int{}
	for _, e := range g.Edges {
		if e.From == e.To {
			g.Inside += e.Steps
			continue
		}
		n := e.Steps
		e.Steps = 0
		sum[e] += n
	}
	g.Edges = nil
	for e, n := range sum {
		e.Steps = n
		g.Edges = append(g.Edges, e)
	}
	sortEdges(g.Edges)
}

func sortEdges(edges []FoldedEdge) {
	slices.SortFunc(edges, func(a, b FoldedEdge) int {
		return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To), cmp.Compare(a.Action, b.Action))
	})
}

// parts marks strongly connected parts (Tarjan 1972) and those that nothing leaves.
func (g *Folded) parts() {
	number := map[string]int{}
	for i, c := range g.Classes {
		number[c.Name] = i
	}
	next := make([][]int, len(g.Classes))
	for _, e := range g.Edges {
		next[number[e.From]] = append(next[number[e.From]], number[e.To])
	}
	part := components(next)
	size, leaves := map[int]int{}, map[int]bool{}
	for i, p := range part {
		size[p]++
		for _, j := range next[i] {
			leaves[p] = leaves[p] || part[j] != p
		}
	}
	shown := map[int]int{}
	for i, p := range part {
		g.Classes[i].Final = !leaves[p]
		if size[p] > 1 {
			if shown[p] == 0 {
				shown[p] = len(shown) + 1
			}
			g.Classes[i].Part = shown[p]
		}
	}
}

// components numbers the strongly connected component of every node.
func components(next [][]int) []int {
	part, low, seen := make([]int, len(next)), make([]int, len(next)), make([]int, len(next))
	var stack []int
	met, parts := 0, 0
	var visit func(v int)
	visit = func(v int) {
		met++
		seen[v], low[v] = met, met
		stack = append(stack, v)
		for _, w := range next[v] {
			if seen[w] == 0 {
				visit(w)
				low[v] = min(low[v], low[w])
			} else if part[w] == 0 {
				low[v] = min(low[v], seen[w])
			}
		}
		if low[v] != seen[v] {
			return
		}
		parts++
		for {
			w := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			part[w] = parts
			if w == v {
				return
			}
		}
	}
	for v := range next {
		if seen[v] == 0 {
			visit(v)
		}
	}
	return part
}
