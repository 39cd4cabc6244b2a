package graphs

import (
	"cmp"
	"fmt"
	"slices"
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
	for f.max > 0 && len(f.classes) > f.max && f.drop() {
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
	Inside  int // steps that stay in their class, which are no edges
	States  int
	Coarsened
}

// Coarsened says how a graph came to have no more classes than were asked for.
type Coarsened struct {
	Max     int      // number of classes that were asked for at most; 0: any
	Dropped []string // variables that made too many classes
	Others  int      // classes that were merged into one because there were too many
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
