package graphs_test

import (
	"bytes"
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
