package graphs

import (
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/emicklei/dot"
)

// printable makes every rune of s visible: what a terminal or a font would not
// show, or would obey, is written as an escape. Newlines stay.
func printable(s string) string {
	var b strings.Builder
	for _, r := range s { // an invalid byte comes as U+FFFD
		switch {
		case r == '\n' || unicode.IsPrint(r):
			b.WriteRune(r)
		case r == '\t':
			b.WriteByte(' ')
		case r < 0x10000:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			fmt.Fprintf(&b, `\U%08x`, r)
		}
	}
	return b.String()
}

// oneLine is s as part of a line.
func oneLine(s string) string {
	return strings.TrimSpace(strings.ReplaceAll(printable(s), "\n", " "))
}

// How the lines of a label are aligned; the letters are those of DOT's escapes.
const (
	centred    = 'n'
	leftAlign  = 'l'
	rightAlign = 'r'
)

var escapeDOT = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "&", "&amp;")

// keptBlank is a blank that readers of an SVG do not drop at the beginning of a text.
const keptBlank = "&#160;"

// quoted is a DOT string that shows s as it is. The library's own quoting is
// Go's, which differs for what is not printable, and leaves entities such as
// &lt; to be replaced by Graphviz.
func quoted(s string, align byte) dot.Literal {
	var b strings.Builder
	b.WriteByte('"')
	lines := strings.Split(printable(s), "\n")
	for i, line := range lines {
		if strings.HasPrefix(line, " ") {
			line = line[1:]
			b.WriteString(keptBlank)
		}
		b.WriteString(escapeDOT.Replace(line))
		// \l and \r end a line, \n stands between two.
		if align != centred || i < len(lines)-1 {
			b.WriteByte('\\')
			b.WriteByte(align)
		}
	}
	b.WriteByte('"')
	return dot.Literal(b.String())
}

// write renders g, without the library's empty lines, and writes it. The library's
// own Write drops errors.
func write(w io.Writer, g *dot.Graph) error {
	var b strings.Builder
	for line := range strings.Lines(g.String()) { // no label has a newline of its own
		if line = strings.TrimRight(line, "\t\n "); line != "" {
			b.WriteString(line + "\n")
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// advances are the widths of the ASCII characters from space to tilde in DejaVu
// Sans, in thousandths of the font size. It is the widest of the fonts that stand
// in for Helvetica: what has room in it has room in the others.
var advances = [...]int{
	318, 401, 460, 838, 636, 950, 780, 275, 390, 390, 500, 838, 318, 361, 318, 337, // space to /
	636, 636, 636, 636, 636, 636, 636, 636, 636, 636, 337, 337, 838, 838, 838, 531, // 0 to ?
	1000, 684, 686, 698, 770, 632, 575, 775, 752, 295, 295, 656, 557, 863, 748, 787, // @ to O
	603, 787, 695, 635, 611, 732, 684, 989, 685, 611, 685, 390, 337, 390, 838, 500, // P to _
	500, 613, 635, 550, 635, 615, 352, 635, 634, 278, 278, 579, 278, 974, 634, 612, // ` to o
	635, 635, 411, 521, 392, 634, 592, 818, 592, 592, 525, 636, 337, 636, 838, // p to ~
}

// textWidth is the width of one line in points, rounded up; that of characters
// outside of ASCII is a guess.
func textWidth(s string, size int) int {
	sum := 0
	for _, r := range s {
		switch {
		case r >= ' ' && r <= '~':
			sum += advances[r-' ']
		case r < 0x1100:
			sum += 800
		default:
			sum += 1050
		}
	}
	return (sum*size + 999) / 1000
}

// widest is the width of the widest line.
func widest(lines []string, size int) int {
	w := 0
	for _, line := range lines {
		w = max(w, textWidth(line, size))
	}
	return w
}

// wrap breaks s at spaces, and at its newlines, into lines no wider than limit;
// a longer word has a line of its own. An empty s has no lines.
func wrap(s string, limit int, width func(string) int) []string {
	if s == "" {
		return nil
	}
	var lines []string
	for _, paragraph := range strings.Split(printable(s), "\n") {
		line := ""
		for i, word := range strings.Fields(paragraph) {
			switch {
			case i == 0:
				line = word
			case width(line+" "+word) <= limit:
				line += " " + word
			default:
				lines = append(lines, line)
				line = word
			}
		}
		lines = append(lines, line)
	}
	return lines
}

// wrapPoints wraps text of a size at a number of points.
func wrapPoints(s string, limit, size int) []string {
	return wrap(s, limit, func(line string) int { return textWidth(line, size) })
}

// wrapColumns wraps at a number of characters.
func wrapColumns(s string, limit int) []string {
	return wrap(s, limit, utf8.RuneCountInString)
}
