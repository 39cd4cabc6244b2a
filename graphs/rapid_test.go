package graphs_test

import (
	"encoding/xml"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/finwait/finwait/graphs"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// nasty are strings of what the formats treat in some special way.
func nasty() *rapid.Generator[string] {
	pieces := []string{
		`"`, `\`, "\n", "<", ">", "&", "&lt;", `\N`, `\G`, `\l`, "{", "}", "|", "\t", "\x00", "\x7f", "\r", "\u200b", "\ufeff",
		"ä", "→", "漢", "\xff", "e\u0301", "😀", " ", "a", "FIN+ACK", "<b>", "]]>", "%s", "%", ";", "\\\n", "\u2028", "\ufffe", "\U0010ffff",
	}
	return rapid.Custom(func(t *rapid.T) string {
		return strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 0, 6).Draw(t, "pieces"), "")
	})
}

// plain are strings that cannot be mistaken for what the package writes itself.
func plain() *rapid.Generator[string] { return rapid.StringMatching(`[a-k]{0,12}( [A-E]{1,8}){0,3}`) }

// charts are all charts that can be drawn.
func charts(texts *rapid.Generator[string]) *rapid.Generator[graphs.Chart] {
	return rapid.Custom(func(t *rapid.T) graphs.Chart {
		text := func(what string) string { return texts.Draw(t, what) }
		c := graphs.Chart{
			Title: text("title"), Subtitle: text("subtitle"), Left: text("left"), Right: text("right"),
			Verdict: text("verdict"), Explanation: text("explanation"), Violated: rapid.Bool().Draw(t, "violated"),
		}
		n := rapid.IntRange(1, 8).Draw(t, "rows")
		states := []string{text("state"), text("state"), text("state")}
		for range n {
			c.Rows = append(c.Rows, graphs.Row{
				Time: text("time"), Event: text("event"),
				Side:      rapid.SampledFrom([]graphs.Side{left, right, neither}).Draw(t, "side"),
				LeftState: rapid.SampledFrom(states).Draw(t, "state"), RightState: rapid.SampledFrom(states).Draw(t, "state"),
			})
		}
		for range rapid.IntRange(0, 6).Draw(t, "arrows") {
			a := graphs.Arrow{
				From: rapid.SampledFrom([]graphs.Side{left, right}).Draw(t, "from"), Label: text("label"),
				Sent: rapid.IntRange(0, n-1).Draw(t, "sent"), Received: -1, Copy: rapid.Bool().Draw(t, "copy"),
			}
			switch rapid.IntRange(0, 2).Draw(t, "fate") {
			case 0:
				a.Lost = true
			case 1:
				a.Received = rapid.IntRange(a.Sent, n-1).Draw(t, "received")
			}
			c.Arrows = append(c.Arrows, a)
		}
		for range rapid.IntRange(0, 4).Draw(t, "timers") {
			tm := graphs.Timer{
				Side: rapid.SampledFrom([]graphs.Side{left, right}).Draw(t, "side"), Label: text("label"),
				From: rapid.IntRange(0, n-1).Draw(t, "set"), To: n, End: graphs.Runs,
			}
			if tm.From < n-1 && rapid.Bool().Draw(t, "ends") {
				tm.To = rapid.IntRange(tm.From+1, n-1).Draw(t, "end")
				tm.End = rapid.SampledFrom([]graphs.TimerEnd{graphs.Expires, graphs.Stopped}).Draw(t, "how")
			}
			c.Timers = append(c.Timers, tm)
		}
		c.Loop = rapid.IntRange(-1, n).Draw(t, "loop")
		return c
	})
}

func diagrams(texts *rapid.Generator[string]) *rapid.Generator[graphs.Diagram] {
	return rapid.Custom(func(t *rapid.T) graphs.Diagram {
		d := graphs.Diagram{Title: texts.Draw(t, "title"), Caption: texts.Draw(t, "caption"), TopDown: rapid.Bool().Draw(t, "top down")}
		names := rapid.SliceOfNDistinct(texts, 1, 6, rapid.ID).Draw(t, "names")
		ranks := rapid.IntRange(0, 3).Draw(t, "ranks")
		for _, name := range names {
			d.Nodes = append(d.Nodes, graphs.Node{
				Name: name, Label: texts.Draw(t, "label"), Group: texts.Draw(t, "group"),
				Initial: rapid.Bool().Draw(t, "initial"), Final: rapid.Bool().Draw(t, "final"),
				Rank: rapid.IntRange(0, ranks).Draw(t, "rank"), Column: rapid.IntRange(0, 2).Draw(t, "column"),
			})
		}
		for range rapid.IntRange(0, 8).Draw(t, "edges") {
			d.Edges = append(d.Edges, graphs.Edge{
				From: rapid.SampledFrom(names).Draw(t, "from"), To: rapid.SampledFrom(names).Draw(t, "to"),
				Label: rapid.SliceOfN(texts, 0, 3).Draw(t, "lines"), Highlight: rapid.Bool().Draw(t, "highlight"),
			})
		}
		return d
	})
}

func TestDeterministic(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := charts(nasty()).Draw(t, "chart")
		require.Equal(t, dotOf(t, c), dotOf(t, c))
		require.Equal(t, textOf(t, c), textOf(t, c))
	})
}

func TestOrderOfDiagramMakesNoDifference(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := diagrams(nasty()).Draw(t, "diagram")
		shuffled := d
		shuffled.Nodes = rapid.Permutation(d.Nodes).Draw(t, "nodes")
		shuffled.Edges = rapid.Permutation(d.Edges).Draw(t, "edges")
		require.Equal(t, dotOf(t, d), dotOf(t, shuffled))
		require.Equal(t, textOf(t, d), textOf(t, shuffled))
	})
}

func TestFatesAreSaid(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := charts(plain()).Draw(t, "chart")
		lost, flying, arrivals := 0, 0, 0
		for _, a := range c.Arrows {
			switch {
			case a.Lost:
				lost++
			case a.Received < 0:
				flying++
			default:
				arrivals++
			}
		}
		dot, text := dotOf(t, c), textOf(t, c)
		require.Equal(t, lost, strings.Count(dot, `"lost\`))
		require.Equal(t, lost, strings.Count(dot, `color="#BB2200",penwidth=1.3,style="dashed"`))
		require.Equal(t, lost, strings.Count(dot, `"×"`))
		require.Equal(t, flying, strings.Count(dot, `"in flight at the end\`))
		require.Equal(t, lost, strings.Count(text, "--X lost")+strings.Count(text, "lost X--"))
		require.Equal(t, flying, strings.Count(text, "..> in flight")+strings.Count(text, "in flight <.."))
		// Each arrival is drawn where it leaves and where it arrives.
		require.Equal(t, 2*arrivals, strings.Count(text, "-->")+strings.Count(text, "<--"))
	})
}

// shownIn are the texts in an SVG.
func shownIn(t require.TestingT, svg string) []string {
	var texts []string
	for _, document := range strings.SplitAfter(svg, "</svg>") {
		decoder := xml.NewDecoder(strings.NewReader(document))
		inside := false
		for {
			token, err := decoder.Token()
			if err == io.EOF {
				break
			}
			require.NoError(t, err)
			switch token := token.(type) {
			case xml.StartElement:
				inside = token.Name.Local == "text"
			case xml.EndElement:
				inside = false
			case xml.CharData:
				if inside {
					texts = append(texts, strings.ReplaceAll(string(token), "\u00a0", " "))
				}
			}
		}
	}
	return texts
}

// easy is d without the edges inside of a rank of three nodes and more: where such
// an edge goes past a node, Graphviz 2.43 draws it but may warn of its own routing.
func easy(d graphs.Diagram) graphs.Diagram {
	rank, size := map[string]int{}, map[int]int{}
	for _, n := range d.Nodes {
		rank[n.Name] = n.Rank
		size[n.Rank]++
	}
	if size[0] == len(d.Nodes) {
		return d // without ranks
	}
	d.Edges = slices.DeleteFunc(slices.Clone(d.Edges), func(e graphs.Edge) bool {
		return e.From != e.To && rank[e.From] == rank[e.To] && size[rank[e.From]] > 2
	})
	return d
}

func TestGraphvizDrawsAnything(t *testing.T) {
	needGraphviz(t)
	rapid.Check(t, func(t *rapid.T) {
		c := charts(nasty()).Draw(t, "chart")
		d := easy(diagrams(nasty()).Draw(t, "diagram"))
		// Well-formed, too. The router of curved edges crashes now and then (Graphviz 2.43,
		// "triangulation failed"); what is asked here is whether the text is taken.
		shownIn(t, renderWith(t, []string{"-Gsplines=none"}, []string{dotOf(t, c), dotOf(t, d)}))
	})
}

func TestLabelsAreShownAsTheyAre(t *testing.T) {
	needGraphviz(t)
	for label, want := range map[string]string{
		`say "x"`:            `say "x"`,
		`\N \G \l \`:         `\N \G \l \`,
		`a<b>c`:              `a<b>c`,
		`&lt; & &amp;`:       `&lt; & &amp;`,
		"two\nlines":         "two lines",
		"\x07bell\u200b":     `\u0007bell\u200b`,
		"naïve → 漢字 😀":       "naïve → 漢字 😀",
		"bad \xff byte":      "bad \ufffd byte",
		"<b>not bold</b>":    "<b>not bold</b>",
		`ends with a \` + "": `ends with a \`,
	} {
		c := graphs.Chart{
			Rows:   []graphs.Row{{}, {}},
			Arrows: []graphs.Arrow{{Label: label, Received: 1}},
		}
		require.True(t, slices.Contains(shownIn(t, render(t, dotOf(t, c))), want), "chart: %q", label)
		require.Contains(t, textOf(t, c), "--"+want+"-->")
		d := graphs.Diagram{
			Title: strings.ReplaceAll(label, "\n", " "),
			Nodes: []graphs.Node{{Name: "a", Group: label}},
			Edges: []graphs.Edge{{From: "a", To: "a", Label: []string{label}}},
		}
		texts := shownIn(t, render(t, dotOf(t, d)))
		require.True(t, slices.Contains(texts, " "+want+" "), "edge: %q in %q", label, texts)
		require.Equal(t, 2, strings.Count(strings.Join(texts[:len(texts)-2], ""), want), "title and legend: %q in %q", label, texts)
		require.Contains(t, textOf(t, d), "a -> a: "+want)
	}
}
