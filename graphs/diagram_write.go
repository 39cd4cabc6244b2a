package graphs

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/emicklei/dot"
)

// WriteDOT draws the diagram for Graphviz' dot.
func (d Diagram) WriteDOT(w io.Writer) error {
	d, err := d.canonical()
	if err != nil {
		return err
	}
	colours := newPalette(d.Palette)
	for _, name := range d.groups() {
		colours.fill(name)
	}
	if d.ranked() {
		d = d.filled()
	}
	g := dot.NewGraph(dot.Directed).ID("diagram")
	direction, apart := "LR", "0.45"
	if d.TopDown {
		direction = "TB"
	}
	if d.Grouped {
		apart = "0.25" // labels keep edges apart
	}
	// Without a layout of its own a diagram would get that of a chart before it in
	// the same run of Graphviz.
	g.Attrs("layout", "dot", "rankdir", direction, "bgcolor", paperColour, "pad", "0.25", "nodesep", apart, "ranksep", "0.6",
		"fontname", plainFace, "fontcolor", inkColour, "labelloc", "t")
	if label := d.heading(colours); label != "" {
		g.Attr("label", dot.HTML(label))
	}
	nodes := map[string]dot.Node{}
	rows := map[int]*dot.Graph{}
	for i, n := range d.Nodes {
		owner := g
		if d.ranked() {
			if rows[n.Rank] == nil {
				// The library's own AddToSameRank writes several ranks in the order of a map.
				row := g.Subgraph(fmt.Sprintf("%06d", len(rows)))
				row.Delete("label")
				row.Attr("rank", "same")
				rows[n.Rank] = row
			}
			owner = rows[n.Rank]
		}
		nodes[n.Name] = d.node(owner, i, n, colours)
	}
	for i, n := range d.Nodes {
		if n.Initial {
			start := g.Node(fmt.Sprintf("start %06d", i))
			start.Attrs("label", dot.Literal(`""`), "shape", "point", "width", dot.Literal("0.12"), "color", inkColour)
			g.Edge(start, nodes[n.Name]).Attr("color", inkColour)
		}
	}
	if d.ranked() {
		d.order(g, nodes)
	}
	position := map[string]int{}
	for i, n := range d.Nodes {
		position[n.Name] = i
	}
	for _, e := range d.Edges {
		from, to := position[e.From], position[e.To]
		inRank := d.ranked() && from != to && d.Nodes[from].Rank == d.Nodes[to].Rank
		if inRank && from > to {
			d.edge(g, nodes[e.To], nodes[e.From], e, inRank).Attr("dir", "back")
			continue
		}
		edge := d.edge(g, nodes[e.From], nodes[e.To], e, inRank)
		if d.ranked() && d.TopDown && !inRank && from != to {
			d.ports(edge, d.Nodes[from], d.Nodes[to])
		}
	}
	return write(w, g)
}

func (d Diagram) node(g *dot.Graph, i int, n Node, colours *palette) dot.Node {
	fill, ink := paperColour, inkColour
	if n.Group != "" {
		ink = onFillColour
		fill = colours.fill(n.Group)
	}
	node := g.Node(fmt.Sprintf("%06d", i))
	if n.hidden {
		return node.Attr("label", dot.Literal(`""`)).Attr("style", "invis").Attr("width", dot.Literal("1.3"))
	}
	node.Attrs("label", quoted(n.text(), centred), "shape", "box", "style", "rounded,filled", "fillcolor", fill,
		"color", inkColour, "fontcolor", ink, "fontname", boldFace, "fontsize", dot.Literal("11"), "margin", "0.16,0.08")
	if n.Final {
		node.Attr("peripheries", dot.Literal("2"))
	}
	return node
}

// order keeps the nodes of a rank in their order, and the ranks in theirs, with
// edges that are not seen. Where an edge does that already there is none; see edge.
func (d Diagram) order(g *dot.Graph, nodes map[string]dot.Node) {
	invisible := func(from, to Node, weight int) {
		if from.Rank == to.Rank && slices.ContainsFunc(d.Edges, func(e Edge) bool {
			return e.From == from.Name && e.To == to.Name || e.From == to.Name && e.To == from.Name
		}) {
			return
		}
		e := g.Edge(nodes[from.Name], nodes[to.Name])
		e.Attr("style", "invis").Attr("weight", dot.Literal(fmt.Sprint(weight)))
	}
	first := d.Nodes[0]     // of the rank
	above := map[int]Node{} // the last one of each column
	for i, n := range d.Nodes {
		if i > 0 && n.Rank == d.Nodes[i-1].Rank {
			invisible(d.Nodes[i-1], n, 1)
		} else if i > 0 {
			invisible(first, n, 0)
			first = n
		}
		if up, ok := above[n.Column]; ok && up.Rank != n.Rank {
			invisible(up, n, columnWeight)
		}
		above[n.Column] = n
	}
}

// ports keeps edges off the right sides of nodes where the text of a loop stands: those to
// and from columns further right use the bottom and the top there, and those past another
// node of the first column the left side.
func (d Diagram) ports(e dot.Edge, from, to Node) {
	leaves, enters := "s", "n"
	if from.Rank > to.Rank {
		leaves, enters = enters, leaves
	}
	past := from.Column == to.Column && slices.ContainsFunc(d.Nodes, func(n Node) bool {
		return n.Column == from.Column && (n.Rank-from.Rank)*(n.Rank-to.Rank) < 0
	}) && !slices.ContainsFunc(d.Nodes, func(n Node) bool { return n.Column < from.Column })
	if past {
		leaves, enters = "w", "w"
	}
	if (past || from.Column < to.Column) && linesBetween(d, from.Name, from.Name) != nil {
		e.Attr("tailport", leaves)
	}
	if (past || to.Column < from.Column) && linesBetween(d, to.Name, to.Name) != nil {
		e.Attr("headport", enters)
	}
}

// columnWeight is how much straighter a column is than an edge.
const columnWeight = 50

// filled is d with a node that is not seen in every place of a rank and a column
// where none stands, so that columns are straight.
func (d Diagram) filled() Diagram {
	taken, ranks, columns := map[[2]int]bool{}, map[int]bool{}, map[int]bool{}
	for _, n := range d.Nodes {
		taken[[2]int{n.Rank, n.Column}] = true
		ranks[n.Rank], columns[n.Column] = true, true
	}
	for r := range ranks {
		for c := range columns {
			if !taken[[2]int{r, c}] {
				d.Nodes = append(d.Nodes, Node{Name: fmt.Sprintf("\x00%d %d", r, c), Rank: r, Column: c, hidden: true})
			}
		}
	}
	sortNodes(d.Nodes)
	return d
}

// edge draws e. Graphviz 2.43 fails ("lost edge") where of the edges between two
// neighbours of one rank some have labels and some have none, and it reverses the
// neighbours for an edge backwards. So edges inside of a rank always have a label
// and always go forwards, if need be with the arrowhead at the tail.
func (d Diagram) edge(g *dot.Graph, from, to dot.Node, e Edge, inRank bool) dot.Edge {
	edge := g.Edge(from, to)
	colour, width := inkColour, "1"
	if e.Highlight {
		colour, width = lostColour, "2.5"
	}
	edge.Attrs("color", colour, "fontcolor", colour, "penwidth", dot.Literal(width), "arrowsize", dot.Literal("0.8"))
	if e.Gone {
		edge.Attr("style", "dashed")
	}
	if len(e.Label) == 0 && !inRank {
		return edge
	}
	if e.Over && len(e.Label) > 0 {
		return edge.Attr("label", dot.HTML(overLabel(e))).Attr("fontname", plainFace).Attr("fontsize", dot.Literal("9"))
	}
	lines := e.Label
	if d.Grouped {
		lines = grouped(lines)
	}
	if len(lines) == 0 {
		lines = []string{""}
	}
	lines = slices.Clone(lines)
	for i, line := range lines {
		lines[i] = " " + oneLine(line) + " " // keeps the text off the line
	}
	return edge.Attr("label", quoted(strings.Join(lines, "\n"), leftAlign)).
		Attr("fontname", plainFace).Attr("fontsize", dot.Literal("9"))
}

// grouped has who of lines "who: what" once, above what follows. A mark of a comparison
// stays with what.
func grouped(lines []string) []string {
	var all []string
	last := ""
	for _, line := range lines {
		mark := ""
		for _, m := range []string{newMark, goneMark} {
			if strings.HasPrefix(line, m) {
				mark, line = m, strings.TrimPrefix(line, m)
			}
		}
		who, what, ok := strings.Cut(line, ": ")
		if !ok {
			who, what = "", line
		}
		if ok && who != last {
			all = append(all, who+":")
		}
		all = append(all, mark+what)
		last = who
	}
	return all
}

// heading is the label of the graph: title, caption and legend.
func (d Diagram) heading(colours *palette) string {
	var rows []string
	row := func(size int, format, text string) {
		for _, line := range wrapPoints(text, 460, size) {
			rows = append(rows, fmt.Sprintf(`<tr><td align="left"><font point-size="%d">%s</font></td></tr>`,
				size, fmt.Sprintf(format, htmlText(line))))
		}
	}
	row(15, "<b>%s</b>", d.Title)
	row(10, "%s", d.Caption)
	var cells []string
	for _, name := range d.groups() {
		cells = append(cells, fmt.Sprintf(`<td border="1" color="`+inkColour+`" bgcolor="%s">  </td><td align="left"><font point-size="10">%s</font></td>`,
			colours.fill(name), htmlText(oneLine(name))))
	}
	for _, line := range chunks(cells, legendColumns) {
		rows = append(rows, `<tr><td align="left"><table border="0" cellborder="0" cellspacing="3"><tr>`+strings.Join(line, "")+
			// Graphviz gives every cell its share of what is left over.
			strings.Repeat("<td> </td><td> </td>", legendColumns-len(line))+`</tr></table></td></tr>`)
	}
	if len(rows) == 0 {
		return ""
	}
	return `<table border="0" cellborder="0" cellspacing="1">` + strings.Join(rows, "") + `</table>`
}

// legendColumns is how many groups stand beside each other.
const legendColumns = 4

// escapeHTML shows a text as it is in an HTML label. \G and the like would be
// replaced there, so a backslash is a piece of its own.
var escapeHTML = strings.NewReplacer(`\`, `<font>\</font>`, "&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;")

// htmlText is a text in an HTML label; Graphviz wants something in every cell.
func htmlText(s string) string {
	if s == "" {
		return " "
	}
	return escapeHTML.Replace(s)
}

func chunks(all []string, size int) [][]string {
	var parts [][]string
	for len(all) > size {
		parts = append(parts, all[:size])
		all = all[size:]
	}
	if len(all) > 0 {
		parts = append(parts, all)
	}
	return parts
}

// WriteText lists the edges as "FROM -> TO: label", after the nodes of which there
// is more to say than their names.
func (d Diagram) WriteText(w io.Writer) error {
	d, err := d.canonical()
	if err != nil {
		return err
	}
	var out strings.Builder
	for _, s := range []string{d.Title, d.Caption} {
		for _, line := range wrapColumns(s, textColumns) {
			out.WriteString(line + "\n")
		}
	}
	if out.Len() > 0 {
		out.WriteByte('\n')
	}
	isolated := map[string]bool{}
	for _, n := range d.Nodes {
		isolated[n.Name] = true
	}
	for _, e := range d.Edges {
		isolated[e.From], isolated[e.To] = false, false
	}
	described := false
	for _, n := range d.Nodes {
		line := oneLine(n.Name) + n.marks()
		if label := oneLine(n.text()); label != oneLine(n.Name) {
			line += ": " + label
		} else if n.marks() == "" && !isolated[n.Name] {
			continue
		}
		out.WriteString(line + "\n")
		described = true
	}
	if described && len(d.Edges) > 0 {
		out.WriteByte('\n')
	}
	for _, e := range d.Edges {
		out.WriteString(edgeText(e) + "\n")
	}
	_, err = io.WriteString(w, out.String())
	return err
}

func edgeText(e Edge) string {
	line := oneLine(e.From) + " -> " + oneLine(e.To)
	if len(e.Label) > 0 {
		var parts []string
		for _, s := range e.Label {
			parts = append(parts, oneLine(s))
		}
		line += ": " + strings.Join(parts, "; ")
	}
	if e.Highlight {
		line += " (highlighted)"
	}
	if e.Gone {
		line += " (gone)"
	}
	return line
}
