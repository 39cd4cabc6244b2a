package graphs_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/finwait/finwait/graphs"
)

// small draws a graph of a few states, each with a key of three variables.
func small(t *rapid.T) ([]graphs.Key, []graphs.Transition) {
	n := rapid.IntRange(1, 12).Draw(t, "states")
	seen := make([]graphs.Key, n)
	for i := range seen {
		for v := range 3 {
			seen[i][v] = rapid.Uint32Range(0, 2).Draw(t, "value")
		}
	}
	state := rapid.Uint32Range(0, uint32(n-1))
	steps := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) graphs.Transition {
		return graphs.Transition{From: state.Draw(t, "from"), To: state.Draw(t, "to"), Action: rapid.Uint32Range(0, 2).Draw(t, "action")}
	}), 0, 25).Draw(t, "steps")
	return seen, steps
}

func folded(t require.TestingT, seen []graphs.Key, steps []graphs.Transition, most int) graphs.Folded {
	return folder(t, seen, steps, most).Folded()
}

func folder(t require.TestingT, seen []graphs.Key, steps []graphs.Transition, most int) *graphs.Folder {
	f, err := graphs.NewFolder([]string{"a", "b", "c"}, most)
	require.NoError(t, err)
	f.Text = func(i int, code uint32) string { return fmt.Sprintf("%c%d", 'a'+i, code) }
	f.Action = func(code uint32) string { return fmt.Sprintf("do %d", code) }
	for _, k := range seen {
		f.State(k)
	}
	for _, s := range steps {
		f.Step(seen[s.From], seen[s.To], s.Action)
	}
	return f
}

// Whatever is coarsened, no state and no step is lost or counted twice, the bound
// is kept, and exactly the parts that nothing leaves are final.
func TestFoldingLosesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		seen, steps := small(t)
		most := rapid.IntRange(0, 8).Draw(t, "most")
		g := folded(t, seen, steps, most)
		states, all := 0, g.Inside
		next := map[string][]string{}
		for _, c := range g.Classes {
			states += c.States
		}
		for _, e := range g.Edges {
			all += e.Steps
			require.NotEqual(t, e.From, e.To)
			next[e.From] = append(next[e.From], e.To)
		}
		require.Equal(t, len(seen), states)
		require.Equal(t, len(steps), all)
		if most > 0 {
			require.LessOrEqual(t, len(g.Classes), most)
		}
		reach := func(from string) []string {
			found := []string{from}
			for i := 0; i < len(found); i++ {
				for _, to := range next[found[i]] {
					if !slices.Contains(found, to) {
						found = append(found, to)
					}
				}
			}
			return found
		}
		for _, c := range g.Classes {
			final, alone := true, true
			for _, to := range reach(c.Name) {
				back := slices.Contains(reach(to), c.Name)
				final = final && back
				alone = alone && (to == c.Name || !back)
			}
			require.Equal(t, final, c.Final, c.Name)
			require.Equal(t, alone, c.Part == 0, c.Name)
		}
		again := folded(t, seen, steps, most)
		require.Equal(t, g, again)
		require.Equal(t, dotOf(t, g.Diagram()), dotOf(t, again.Diagram()))
	})
}

// Bisimilar is compared with the greatest fixed point taken pair by pair.
func TestBisimilar(t *testing.T) {
	merged := 0
	rapid.Check(t, func(t *rapid.T) {
		seen, steps := small(t)
		for i := range seen {
			seen[i] = graphs.Key{seen[i][0] / 2}
		}
		alike := map[[2]int]bool{}
		for i := range seen {
			for j := range seen {
				alike[[2]int{i, j}] = seen[i] == seen[j]
			}
		}
		answers := func(i, j int) bool {
			for _, s := range steps {
				if int(s.From) == i && !slices.ContainsFunc(steps, func(o graphs.Transition) bool {
					return int(o.From) == j && o.Action == s.Action && alike[[2]int{int(s.To), int(o.To)}]
				}) {
					return false
				}
			}
			return true
		}
		for changed := true; changed; {
			changed = false
			for p, same := range alike {
				if same && (!answers(p[0], p[1]) || !answers(p[1], p[0])) {
					alike[p], changed = false, true
				}
			}
		}
		block := graphs.Bisimilar(seen, slices.Clone(steps))
		for p, same := range alike {
			require.Equal(t, same, block[p[0]] == block[p[1]], p)
			if same && p[0] != p[1] {
				merged++
			}
		}
	})
	require.Positive(t, merged, "some states were bisimilar")
}

func TestDiffSaysNewGoneCommon(t *testing.T) {
	key := func(n uint32) graphs.Key { return graphs.Key{n} }
	before := folded(t, []graphs.Key{key(0), key(1)}, []graphs.Transition{{From: 0, To: 1}}, 0)
	after := folded(t, []graphs.Key{key(0), key(2)}, []graphs.Transition{{From: 0, To: 1}}, 0)
	text := textOf(t, graphs.Diff(before, after).Diagram())
	for _, want := range []string{"(final, new)", "(final, gone)", "(initial, in both)", "+ do 0", "− do 0"} {
		require.Contains(t, text, want)
	}
	require.NotContains(t, textOf(t, graphs.Diff(before, before).Diagram()), "+ do 0")
}

// Two behaviours that are compared have the same classes, no more than were asked for,
// and what they have is what either has alone where nothing has to be coarsened.
func TestDiffIsFoldedAlike(t *testing.T) {
	merged := 0
	rapid.Check(t, func(t *rapid.T) {
		seen, steps := small(t)
		seen2, steps2 := small(t)
		most := rapid.IntRange(0, 8).Draw(t, "most")
		a, b := graphs.FoldedAlike(folder(t, seen, steps, most), folder(t, seen2, steps2, most))
		require.Equal(t, a.By, b.By)
		require.Equal(t, a.Others, b.Others)
		d := graphs.Diff(a, b)
		if most > 0 {
			require.LessOrEqual(t, len(d.Classes), most)
		}
		if a.Others > 0 {
			merged++
		}
		var before, after, stepsBefore, stepsAfter int
		for _, c := range d.Classes {
			before, after = before+c.Before, after+c.After
			require.Equal(t, c.In != graphs.After, c.Before > 0)
			require.Equal(t, c.In != graphs.Before, c.After > 0)
		}
		for _, e := range d.Edges {
			stepsBefore, stepsAfter = stepsBefore+e.Before, stepsAfter+e.After
			require.Equal(t, e.In != graphs.After, e.Before > 0)
			require.Equal(t, e.In != graphs.Before, e.After > 0)
		}
		require.Equal(t, []int{len(seen), len(seen2)}, []int{before, after})
		require.Equal(t, []int{len(steps), len(steps2)}, []int{stepsBefore + a.Inside, stepsAfter + b.Inside})
		dotOf(t, d.Diagram())
		if most == 0 {
			require.Equal(t, folded(t, seen, steps, 0), a)
			require.Equal(t, folded(t, seen2, steps2, 0), b)
		}
		for _, e := range graphs.Diff(a, a).Edges {
			require.Equal(t, graphs.Both, e.In)
		}
	})
	if !testing.Short() {
		require.Positive(t, merged, "some were merged")
	}
}

// The class of all that are too small has a name of its own.
func TestMergedClassHasItsOwnName(t *testing.T) {
	f, err := graphs.NewFolder([]string{"a"}, 2)
	require.NoError(t, err)
	f.Kept = 1
	f.Text = func(_ int, code uint32) string {
		return []string{"initial", "other classes", "all other classes", "z"}[code]
	}
	f.Action = func(uint32) string { return "go" }
	for code := range uint32(4) {
		f.State(graphs.Key{code})
	}
	f.Step(graphs.Key{0}, graphs.Key{1}, 0)
	g := f.Folded()
	require.Len(t, g.Classes, 2)
	require.Equal(t, graphs.Class{Name: "all all other classes", States: 3, Final: true}, g.Classes[0])
	require.Contains(t, g.Caption(), "More than 2 classes: the 3 of the fewest states are one.")
}

// Who does it stands once at an edge, and a mark of a comparison with what is done.
func TestActionsAreGrouped(t *testing.T) {
	key := func(n uint32) graphs.Key { return graphs.Key{n} }
	makes := func(actions ...string) graphs.Folded {
		f := folder(t, []graphs.Key{key(0), key(1)}, nil, 0)
		f.Action = func(code uint32) string { return actions[code] }
		for i := range actions {
			f.Step(key(0), key(1), uint32(i))
		}
		return f.Folded()
	}
	both := makes("client: close()", "client: exit", "server: RTO")
	require.Contains(t, dotOf(t, both.Diagram()), `"&#160;client: \l&#160;close() × 1 \l&#160;exit × 1 \l&#160;server: \l&#160;RTO × 1 \l"`)
	d := graphs.Diff(makes("client: close()", "client: kill"), makes("client: close()", "client: exit"))
	require.Contains(t, dotOf(t, d.Diagram()), `"&#160;client: \l&#160;close() \l&#160;+ exit \l&#160;− kill \l"`)
	require.Contains(t, textOf(t, d.Diagram()), "client: close(); + client: exit; − client: kill")
}
