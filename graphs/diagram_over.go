package graphs

import (
	"fmt"
	"slices"
	"strings"
)

// nothingSent is what an Over line says where nothing is sent.
const nothingSent = "-"

// overLabel has what happens over what is sent, the events that send the same
// together. Lines that a comparison marks are coloured like their edges.
func overLabel(e Edge) string {
	var sends []string
	events := map[string][]string{}
	for _, line := range e.Label {
		what, out := oneLine(line), nothingSent
		if i := strings.LastIndex(what, " / "); i >= 0 {
			what, out = what[:i], what[i+len(" / "):]
		}
		if !slices.Contains(sends, out) {
			sends = append(sends, out)
		}
		events[out] = append(events[out], what)
	}
	var b strings.Builder
	b.WriteString(`<table border="0" color="` + inkColour + `" cellborder="0" cellspacing="0" cellpadding="1">`)
	row := func(text, colour string) {
		text = keptBlank + htmlText(text+" ")
		if colour != "" {
			text = fmt.Sprintf(`<font color="%s">%s</font>`, colour, text)
		}
		fmt.Fprintf(&b, `<tr><td align="left">%s</td></tr>`, text)
	}
	for i, out := range sends {
		if i > 0 {
			b.WriteString(`<tr><td height="5"></td></tr>`)
		}
		for _, what := range events[out] {
			row(what, markColour(what))
		}
		if out != nothingSent {
			b.WriteString("<hr/>")
			row(out, "")
		}
	}
	b.WriteString("</table>")
	return b.String()
}

// The marks of lines that a comparison found on one side only.
const (
	newMark  = "+ "
	goneMark = "− "
)

// markColour is that of a line with a mark; "" for one without.
func markColour(line string) string {
	switch {
	case strings.HasPrefix(line, newMark):
		return lostColour
	case strings.HasPrefix(line, goneMark):
		return faintColour
	}
	return ""
}
