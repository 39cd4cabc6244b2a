package graphs

import "strings"

// fills are Paul Tol's "light" scheme with violet, and with a darker olive: colours
// that readers with any kind of colour vision tell apart and on which black text is
// legible. There is one for each state of TCP.
var fills = [...]string{
	"#77AADD", // blue
	"#EE8866", // orange
	"#EEDD88", // yellow
	"#FFAABB", // pink
	"#99DDFF", // cyan
	"#44BB99", // mint
	"#BBCC33", // pear
	"#DDDDDD", // grey
	"#AA77FF", // violet
	"#999933", // olive
}

// The colours of lines and text. What they say is always said in another way
// too: by dashes, by a shape or in words.
const (
	inkColour      = "#222222"
	onFillColour   = "#111111" // text on a fill, which dark pages leave as it is
	faintColour    = "#666666"
	ruleColour     = "#E4E4E4"
	paperColour    = "#FFFFFF"
	lostColour     = "#BB2200"
	inFlightColour = "#0077BB"
	copyColour     = "#882288"
	badFill        = "#FBE3DC"
	goodFill       = "#E3F1EC"
	goodColour     = "#117755"
)

// palette gives out fills in the order in which names are asked for.
type palette struct {
	number map[string]int
}

func newPalette(names []string) *palette {
	p := &palette{number: map[string]int{}}
	for _, name := range names {
		p.fill(name)
	}
	return p
}

// fill is the colour of a name, which is the first line of s.
func (p *palette) fill(s string) string {
	name, _, _ := strings.Cut(s, "\n")
	n, ok := p.number[name]
	if !ok {
		n = len(p.number)
		p.number[name] = n
	}
	return fills[n%len(fills)]
}
