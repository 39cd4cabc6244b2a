package graphs

import (
	"regexp"
	"strings"
)

// Theme is the paper that a picture is for.
type Theme uint8

// The themes. Auto leaves the choice to the reader of an SVG, as far as what shows
// it knows; elsewhere it is Light.
const (
	Auto Theme = iota
	Light
	Dark
)

// darkColours are what the colours of lines, texts and grounds are on a dark
// page. Fills of states stay, and so does the text on them.
var darkColours = map[string]string{
	inkColour: "#E6E6E6", faintColour: "#AAAAAA", ruleColour: "#444444",
	paperColour: "#1B1B1B", "white": "#1B1B1B", // as Graphviz writes it
	lostColour: "#FF7755", inFlightColour: "#55BBFF", copyColour: "#CC7799",
	badFill: "#4A1D15", goodFill: "#12382D", goodColour: "#55CCA5",
}

// themed are the colours in the order in which they are written.
var themed = []string{
	inkColour, faintColour, ruleColour, paperColour, "white", lostColour, inFlightColour, copyColour,
	badFill, goodFill, goodColour,
}

// DarkStyle is the style element that gives an SVG picture of this package, or
// Graphviz' of its DOT, dark colours for readers who prefer them.
func DarkStyle() string {
	var b strings.Builder
	b.WriteString("<style>@media (prefers-color-scheme: dark) {")
	for _, c := range themed {
		b.WriteString(`[fill="` + c + `" i]{fill:` + darkColours[c] + `}[stroke="` + c + `" i]{stroke:` + darkColours[c] + `}`)
	}
	b.WriteString("}</style>")
	return b.String()
}

// colourAttribute is one of SVG or of DOT. No text has a quotation mark of its own:
// both escape it.
var colourAttribute = regexp.MustCompile(`="(#[0-9A-Fa-f]{6}|white)"`)

// Apply makes a picture of this package, SVG or DOT, or Graphviz' SVG of it, one of
// the theme. The picture is as written for Auto.
func (t Theme) Apply(picture string) string {
	if t == Auto {
		return picture
	}
	picture = strings.Replace(picture, DarkStyle()+"\n", "", 1)
	if t == Light {
		return picture
	}
	return colourAttribute.ReplaceAllStringFunc(picture, func(attribute string) string {
		colour := strings.Trim(attribute, `="`)
		if strings.HasPrefix(colour, "#") {
			colour = strings.ToUpper(colour)
		}
		if dark, ok := darkColours[colour]; ok {
			return `="` + dark + `"`
		}
		return attribute
	})
}
