package graphs_test

import (
	"bytes"
	"regexp"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/finwait/finwait/graphs"
	"github.com/finwait/finwait/graphs/svgtest"
)

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
		problems, err := svgtest.Problems(svgOf(t, c))
		require.NoError(t, err, name)
		require.Empty(t, problems, name)
	}
}

func TestSVGIsXMLWhateverTheTexts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := charts(nasty()).Draw(t, "chart")
		svg := svgOf(t, c)
		_, _, err := svgtest.Boxes(svg)
		require.NoError(t, err)
		require.Equal(t, svg, svgOf(t, c))
	})
}

// Whatever happens to segments and timers, no text covers another.
func TestTextsOfRandomChartsDoNotOverlap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := charts(plain()).Draw(t, "chart")
		for i, a := range c.Arrows {
			if a.Received == a.Sent { // several such arrows are one line
				c.Arrows[i].Received = -1
			}
			if r := &c.Rows[a.Sent]; r.Side == neither { // what is between the hosts sends nothing
				r.Event = ""
			}
		}
		problems, err := svgtest.Problems(svgOf(t, c))
		require.NoError(t, err)
		require.Empty(t, problems)
	})
}

// A page gets a band for each row, one below the other, and every text that is in the
// picture that stands alone.
func TestSVGForPageHasARowForEachStep(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := charts(plain()).Draw(t, "chart")
		var b bytes.Buffer
		require.NoError(t, c.WriteSVGForPage(&b, "a name & no title"))
		page, alone := b.String(), string(svgOf(t, c))
		require.Contains(t, page, "<title>a name &amp; no title</title>")
		require.NotContains(t, page, "<style>")
		require.Equal(t, texts.FindAllString(alone, -1), texts.FindAllString(page, -1))
		bands := band.FindAllStringSubmatch(page, -1)
		require.Len(t, bands, len(c.Rows))
		below := -1
		for i, found := range bands {
			var n [3]int
			for j := range n {
				var err error
				n[j], err = strconv.Atoi(found[1+j])
				require.NoError(t, err)
			}
			require.Equal(t, i, n[0])
			require.Positive(t, n[2])
			if below >= 0 {
				require.Equal(t, below, n[1])
			}
			below = n[1] + n[2]
		}
	})
}

var (
	texts = regexp.MustCompile(`<text.*</text>`)
	band  = regexp.MustCompile(`<rect class="row" data-row="(\d+)" y="(\d+)" width="\d+" height="(\d+)" fill="none"/>`)
)
