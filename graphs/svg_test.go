package graphs_test

import (
	"bytes"
	"encoding/xml"
	"io"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/finwait/finwait/graphs"
)

// box is the room that a text of an SVG takes.
type box struct {
	text                     string
	left, right, top, bottom float64
}

// textBoxes measures all texts. Helvetica's letters are about half as wide as the
// font is high on average.
func textBoxes(t require.TestingT, svg []byte) []box {
	var boxes []box
	d := xml.NewDecoder(bytes.NewReader(svg))
	for {
		token, err := d.Token()
		if err == io.EOF {
			return boxes
		}
		require.NoError(t, err, string(svg))
		start, ok := token.(xml.StartElement)
		if !ok || start.Name.Local != "text" {
			continue
		}
		at := map[string]string{}
		for _, a := range start.Attr {
			at[a.Name.Local] = a.Value
		}
		var text string
		require.NoError(t, d.DecodeElement(&text, &start))
		number := func(name string) float64 {
			n, err := strconv.ParseFloat(at[name], 64)
			require.NoError(t, err)
			return n
		}
		x, y, size := number("x"), number("y"), number("font-size")
		width := float64(len([]rune(text))) * size * 0.52
		switch at["text-anchor"] {
		case "middle":
			x -= width / 2
		case "end":
			x -= width
		}
		boxes = append(boxes, box{text, x, x + width, y - 0.75*size, y + 0.2*size})
	}
}

// overlapping are two texts of which one covers the other.
func overlapping(boxes []box) (a, b string, found bool) {
	for i, p := range boxes {
		for _, q := range boxes[i+1:] {
			if p.left < q.right && q.left < p.right && p.top < q.bottom && q.top < p.bottom {
				return p.text, q.text, true
			}
		}
	}
	return "", "", false
}

func svgOf(t require.TestingT, c graphs.Chart) []byte {
	var b bytes.Buffer
	require.NoError(t, c.WriteSVG(&b))
	return b.Bytes()
}

func TestTextsOfSVGDoNotOverlap(t *testing.T) {
	for name, c := range map[string]graphs.Chart{
		"normal": normalClose(), "lost": firstWaveLost(), "duplicate": duplicateFIN(),
		"simultaneous": simultaneousClose(), "loop": persistLoop(), "crowded": crowded(),
	} {
		boxes := textBoxes(t, svgOf(t, c))
		require.NotEmpty(t, boxes, name)
		a, b, found := overlapping(boxes)
		require.False(t, found, "%s: %q and %q", name, a, b)
	}
	_, _, found := overlapping([]box{{"a", 0, 10, 0, 10}, {"b", 9, 20, 9, 20}})
	require.True(t, found, "the measure can fail")
}

func TestSVGIsXMLWhateverTheTexts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := charts(nasty()).Draw(t, "chart")
		svg := svgOf(t, c)
		require.NotEmpty(t, textBoxes(t, svg))
		require.Equal(t, svg, svgOf(t, c))
	})
}
