package vary

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestParse(t *testing.T) {
	for arg, want := range map[string][]string{
		"a=1":                                {"1"},
		"a = 0..3":                           {"0", "1", "2", "3"},
		"a=0..8/4,2,0":                       {"0", "4", "8", "2"},
		"a=200ms..1s/400ms":                  {"200ms", "600ms", "1s"},
		"a=1s..2s/500ms":                     {"1s", "1.5s", "2s"},
		"a=1us..3us/1us":                     {"1us", "2us", "3us"},
		"a=[1ms, 5ms],[2ms, 2ms]":            {"[1ms, 5ms]", "[2ms, 2ms]"},
		"a=unlimited,3":                      {"unlimited", "3"},
		"a=[{do: close, when: start}],never": {"[{do: close, when: start}]", "never"},
		"a=-2..1":                            {"-2", "-1", "0", "1"},
	} {
		axis, err := Parse(arg)
		require.NoError(t, err, arg)
		require.Equal(t, Axis{"a", want}, axis)
	}
	for arg, want := range map[string]string{
		"a":              "KEY=VALUES is wanted",
		"=3":             "KEY=VALUES is wanted",
		"a=":             "a: an empty value",
		"a=1,,2":         "a: an empty value",
		"a=5..1":         "it ends before it begins",
		"a=1..x":         "is no whole number",
		"a=1..5/0":       "the step must be positive",
		"a=1..5/-1":      "the step must be positive",
		"a=1..5/s":       "the step \"s\" is no whole number",
		"a=1s..2s":       "needs a step",
		"a=1s..5/1s":     "is no duration",
		"a=x..y":         "neither a whole number nor a duration",
		"a=0..99999999":  "more than 100000 values",
		"a=1ns..5us/1us": "finer than a microsecond",
	} {
		_, err := Parse(arg)
		require.ErrorContains(t, err, want, arg)
	}
	_, err := ParseAll([]string{"a=1", "b=2", "a=3"})
	require.ErrorContains(t, err, "a is varied twice")
}

func TestGrid(t *testing.T) {
	axes := []Axis{{"a", []string{"0", "1"}}, {"b", []string{"x", "y", "z"}}}
	cells := Grid(axes)
	require.Equal(t, [][]int{{0, 0}, {0, 1}, {0, 2}, {1, 0}, {1, 1}, {1, 2}}, cells)
	require.Equal(t, []string{"a=1", "b=y"}, Settings(axes, cells[4]))
	require.Equal(t, 6, Size(axes, 10))
	require.Equal(t, 5, Size(axes, 4))
}

// TestCover: all tuples that can meet do, in fewer cells than the grid has.
func TestCover(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var axes []Axis
		for i := range rapid.IntRange(1, 5).Draw(t, "axes") {
			a := Axis{Key: fmt.Sprint(i)}
			for v := range rapid.IntRange(1, 4).Draw(t, "values") {
				a.Values = append(a.Values, fmt.Sprint(v))
			}
			axes = append(axes, a)
		}
		strength := rapid.IntRange(1, 3).Draw(t, "strength")
		odd := rapid.IntRange(0, 6).Draw(t, "excluded")
		keep := func(cell []int) bool {
			sum := 0
			for i, v := range cell {
				sum += (i + 1) * v
			}
			return odd == 0 || sum%7 != odd
		}
		tuples := func(cells [][]int) map[string]bool {
			met := map[string]bool{}
			c := &cover{axes: axes, strength: min(strength, len(axes))}
			for _, cell := range cells {
				for axis := range cell {
					c.within(cell, axis, func(tuple []int) { met[key(tuple)] = true })
				}
			}
			return met
		}
		var sensible [][]int
		for _, cell := range Grid(axes) {
			if keep(cell) {
				sensible = append(sensible, cell)
			}
		}
		cells := Cover(axes, strength, keep)
		require.Equal(t, tuples(sensible), tuples(cells))
		require.LessOrEqual(t, len(cells), len(sensible))
		for _, cell := range cells {
			require.True(t, keep(cell))
		}
		require.Equal(t, cells, Cover(axes, strength, keep), "the same each time")
	})
	ten := make([]Axis, 10)
	for i := range ten {
		ten[i] = Axis{Key: fmt.Sprint(i), Values: []string{"a", "b", "c"}}
	}
	require.Less(t, len(Cover(ten, 2, nil)), 25, "of 59,049")
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{"a=0..8", "client.rto=200ms..1s/100ms,2s", "a=[1ms, 5ms],3", "a=1..", "a='x,y'"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, arg string) {
		a, err := Parse(arg)
		if err != nil {
			return
		}
		seen := map[string]bool{}
		for _, v := range a.Values {
			require.NotEmpty(t, v)
			require.False(t, seen[v])
			seen[v] = true
		}
		require.NotEmpty(t, seen)
	})
}
