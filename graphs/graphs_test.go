package graphs_test

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/finwait/finwait/graphs"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "rewrite the golden files; look at them, and at `dot -Tpng`, before you commit the difference")

// picture is what both kinds have in common.
type picture interface {
	WriteDOT(w io.Writer) error
	WriteText(w io.Writer) error
}

var pictures = []struct {
	name    string
	picture picture
}{
	{"normal-close", normalClose()},
	{"first-wave-lost", firstWaveLost()},
	{"duplicate-fin", duplicateFIN()},
	{"simultaneous-close", simultaneousClose()},
	{"persist-loop", persistLoop()},
	{"crowded", crowded()},
	{"teardown", teardown()},
	{"compared", compared()},
}

func dotOf(t require.TestingT, p picture) string {
	var b bytes.Buffer
	require.NoError(t, p.WriteDOT(&b))
	return b.String()
}

func textOf(t require.TestingT, p picture) string {
	var b bytes.Buffer
	require.NoError(t, p.WriteText(&b))
	return b.String()
}

func TestGolden(t *testing.T) {
	for _, c := range pictures {
		for extension, got := range map[string]string{".dot": dotOf(t, c.picture), ".txt": textOf(t, c.picture)} {
			t.Run(c.name+extension, func(t *testing.T) {
				file := filepath.Join("testdata", c.name+extension)
				if *update {
					require.NoError(t, os.MkdirAll("testdata", 0o755))
					require.NoError(t, os.WriteFile(file, []byte(got), 0o644))
				}
				want, err := os.ReadFile(file)
				require.NoError(t, err, "go test ./graphs -update writes it")
				require.Equal(t, string(want), got)
			})
		}
	}
}

// render has Graphviz draw some graphs, one after the other, and fails when it
// complains about anything.
func render(t require.TestingT, graphs ...string) string { return renderWith(t, nil, graphs) }

func renderWith(t require.TestingT, flags, graphs []string) string {
	command := exec.Command("dot", append([]string{"-Tsvg"}, flags...)...)
	command.Stdin = strings.NewReader(strings.Join(graphs, "\n"))
	var out, complaints bytes.Buffer
	command.Stdout, command.Stderr = &out, &complaints
	err := command.Run()
	require.NoError(t, err, "%s", complaints.String())
	require.Empty(t, complaints.String())
	return out.String()
}

func needGraphviz(t *testing.T) {
	if _, err := exec.LookPath("dot"); err != nil {
		t.Skip("Graphviz is not installed: ", err)
	}
}

func TestGraphvizDraws(t *testing.T) {
	needGraphviz(t)
	for _, c := range pictures {
		t.Run(c.name, func(t *testing.T) {
			require.Contains(t, render(t, dotOf(t, c.picture)), "</svg>")
		})
	}
}

// TestPlaces checks that Graphviz leaves a chart's nodes where they were put.
func TestPlaces(t *testing.T) {
	needGraphviz(t)
	svg := render(t, dotOf(t, normalClose()))
	var left, right []string
	for _, line := range strings.Split(svg, "\n") {
		switch {
		case !strings.Contains(line, `font-weight="bold"`): // the timer TIME_WAIT, for one
		case strings.Contains(line, ">FIN_WAIT_1<"), strings.Contains(line, ">FIN_WAIT_2<"), strings.Contains(line, ">TIME_WAIT<"):
			left = append(left, attribute(line, "x"))
		case strings.Contains(line, ">CLOSE_WAIT<"), strings.Contains(line, ">LAST_ACK<"):
			right = append(right, attribute(line, "x"))
		}
	}
	require.Len(t, left, 3)
	require.Len(t, right, 2)
	for _, x := range left {
		require.Equal(t, left[0], x, "the states of a side are one above the other")
	}
	for _, x := range right {
		require.Equal(t, right[0], x, "the states of a side are one above the other")
	}
	require.NotEqual(t, left[0], right[0])
}

func attribute(line, name string) string {
	_, rest, _ := strings.Cut(line, " "+name+`="`)
	value, _, _ := strings.Cut(rest, `"`)
	return value
}

var errFull = errors.New("no space left")

// full is a writer that fails after some bytes.
type full struct{ room int }

func (f *full) Write(p []byte) (int, error) {
	if len(p) > f.room {
		return f.room, errFull
	}
	f.room -= len(p)
	return len(p), nil
}

func TestWriteErrors(t *testing.T) {
	for _, c := range pictures {
		for _, room := range []int{0, 100} {
			require.ErrorIs(t, c.picture.WriteDOT(&full{room}), errFull, c.name)
			require.ErrorIs(t, c.picture.WriteText(&full{room}), errFull, c.name)
		}
	}
}

func TestWhatCannotBeDrawn(t *testing.T) {
	row := graphs.Row{LeftState: "A", RightState: "B"}
	chart := func(change func(c *graphs.Chart)) graphs.Chart {
		c := graphs.Chart{Title: "t", Rows: []graphs.Row{row, row}}
		change(&c)
		return c
	}
	arrow := func(a graphs.Arrow) graphs.Chart {
		return chart(func(c *graphs.Chart) { c.Arrows = []graphs.Arrow{a} })
	}
	timer := func(tm graphs.Timer) graphs.Chart {
		return chart(func(c *graphs.Chart) { c.Timers = []graphs.Timer{tm} })
	}
	for want, p := range map[string]picture{
		`chart "t" has no rows`:                                  graphs.Chart{Title: "t"},
		`the loop begins with row 3 of 2`:                        chart(func(c *graphs.Chart) { c.Loop = 3 }),
		`row 1 happens at Side(7)`:                               chart(func(c *graphs.Chart) { c.Rows[1].Side = 7 }),
		`arrow 0 ("x") leaves from neither`:                      arrow(graphs.Arrow{Label: "x", From: neither}),
		`is sent in row 2, but the rows are 0 to 1`:              arrow(graphs.Arrow{Sent: 2, Received: -1}),
		`arrives in row 2, but the rows are 0 to 1`:              arrow(graphs.Arrow{Received: 2}),
		`arrives in row 0, before it is sent in row 1`:           arrow(graphs.Arrow{Sent: 1}),
		`is lost and arrives in row 1`:                           arrow(graphs.Arrow{Received: 1, Lost: true}),
		`timer 0 ("x") runs at neither`:                          timer(graphs.Timer{Label: "x", Side: neither, To: 1}),
		`timer 0 ("") has the end 7`:                             timer(graphs.Timer{To: 1, End: 7}),
		`runs from row 1 to 1; rows go up to 1`:                  timer(graphs.Timer{From: 1, To: 1}),
		`runs from row 0 to 2; rows go up to 1`:                  timer(graphs.Timer{To: 2}),
		`runs from row 0 to 3; rows go up to 2`:                  timer(graphs.Timer{To: 3, End: graphs.Runs}),
		`diagram "d": two nodes have the name "a"`:               graphs.Diagram{Title: "d", Nodes: []graphs.Node{{Name: "a"}, {Name: "a"}}},
		`the edge from "a" to "b" has an end that is not a node`: graphs.Diagram{Nodes: []graphs.Node{{Name: "a"}}, Edges: []graphs.Edge{{From: "a", To: "b"}}},
	} {
		for _, err := range []error{p.WriteDOT(io.Discard), p.WriteText(io.Discard)} {
			require.ErrorContains(t, err, want)
			require.ErrorContains(t, err, "graphs: ")
		}
	}
}

func TestParallelEdgesAreMerged(t *testing.T) {
	d := graphs.Diagram{
		Nodes: []graphs.Node{{Name: "a"}, {Name: "b"}, {Name: "c"}},
		Edges: []graphs.Edge{
			{From: "a", To: "b", Label: []string{"z", "continues"}},
			{From: "b", To: "a"},
			{From: "a", To: "b", Label: []string{"x"}, Highlight: true},
			{From: "a", To: "b", Label: []string{"x"}},
		},
	}
	require.Equal(t, "c\n\na -> b: x; z; continues (highlighted)\nb -> a\n", textOf(t, d))
	require.Equal(t, 2, strings.Count(dotOf(t, d), "->"))
	require.Contains(t, dotOf(t, d), `"&#160;x \l&#160;z \l&#160;continues \l"`)
	require.Len(t, d.Edges, 4, "the diagram itself stays as it is")
}

func TestManyRanksAreStable(t *testing.T) {
	var d graphs.Diagram
	for i := range 30 {
		d.Nodes = append(d.Nodes, graphs.Node{Name: fmt.Sprint("n", i), Rank: i / 2, Column: i % 2})
	}
	first := dotOf(t, d)
	for range 20 {
		require.Equal(t, first, dotOf(t, d))
	}
}
