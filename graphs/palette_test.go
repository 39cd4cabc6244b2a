package graphs

import (
	"math"
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
)

// linear are red, green and blue of "#RRGGBB" as light (IEC 61966-2-1).
func linear(t *testing.T, colour string) [3]float64 {
	n, err := strconv.ParseUint(colour[1:], 16, 32)
	require.NoError(t, err, colour)
	var c [3]float64
	for i := range c {
		v := float64(n>>(16-8*i)&255) / 255
		if c[i] = v / 12.92; v > 0.04045 {
			c[i] = math.Pow((v+0.055)/1.055, 2.4)
		}
	}
	return c
}

type matrix [3][3]float64

func (m matrix) of(c [3]float64) (out [3]float64) {
	for i, row := range m {
		out[i] = min(1, max(0, row[0]*c[0]+row[1]*c[1]+row[2]*c[2]))
	}
	return out
}

// visions are what colours are to readers who lack one kind of cones (Machado,
// Oliveira and Fernandes 2009, severity 1).
var visions = map[string]matrix{
	"all cones":    {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}},
	"protanopia":   {{0.152286, 1.052583, -0.204868}, {0.114503, 0.786281, 0.099216}, {-0.003882, -0.048116, 1.051998}},
	"deuteranopia": {{0.367322, 0.860646, -0.227968}, {0.280085, 0.672501, 0.047413}, {-0.011820, 0.042940, 0.968881}},
	"tritanopia":   {{1.255528, -0.076749, -0.178779}, {-0.078411, 0.930809, 0.147602}, {0.004733, 0.691367, 0.303900}},
}

func luminance(c [3]float64) float64 { return 0.2126*c[0] + 0.7152*c[1] + 0.0722*c[2] }

// contrast is that of WCAG 2.
func contrast(t *testing.T, a, b string) float64 {
	x, y := luminance(linear(t, a)), luminance(linear(t, b))
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

// apart is the distance of two colours in CIE L*a*b*, to a kind of vision.
func apart(t *testing.T, vision matrix, a, b string) float64 {
	lab := func(colour string) [3]float64 {
		c := vision.of(linear(t, colour))
		f := func(v float64) float64 {
			if v > 216.0/24389 {
				return math.Cbrt(v)
			}
			return (24389.0/27*v + 16) / 116
		}
		x := f((0.4124564*c[0] + 0.3575761*c[1] + 0.1804375*c[2]) / 0.95047)
		y := f(luminance(c))
		z := f((0.0193339*c[0] + 0.1191920*c[1] + 0.9503041*c[2]) / 1.08883)
		return [3]float64{116*y - 16, 500 * (x - y), 200 * (y - z)}
	}
	p, q := lab(a), lab(b)
	return math.Sqrt((p[0]-q[0])*(p[0]-q[0]) + (p[1]-q[1])*(p[1]-q[1]) + (p[2]-q[2])*(p[2]-q[2]))
}

// closest is the smallest distance among colours, and where it is.
func closest(t *testing.T, colours []string) (least float64, where []string) {
	least = math.Inf(1)
	for name, vision := range visions {
		for i, a := range colours {
			for _, b := range colours[i+1:] {
				if d := apart(t, vision, a, b); d < least {
					least, where = d, []string{a, b, name}
				}
			}
		}
	}
	return least, where
}

// Texts need a contrast of 4.5 (WCAG 2, AA); 10 in L*a*b* is seen at a glance, and
// lines are thinner than boxes.
func TestColours(t *testing.T) {
	dark := func(c string) string { return darkColours[c] }
	for _, fill := range fills {
		require.Greater(t, contrast(t, fill, onFillColour), 4.5, fill)
	}
	for _, ground := range []string{paperColour, badFill, goodFill} {
		for _, text := range []string{inkColour, lostColour, goodColour} {
			require.Greater(t, contrast(t, text, ground), 4.5, "%s on %s", text, ground)
			require.Greater(t, contrast(t, dark(text), dark(ground)), 4.5, "dark: %s on %s", text, ground)
		}
	}
	for _, text := range []string{faintColour, inFlightColour, copyColour} {
		require.Greater(t, contrast(t, text, paperColour), 4.5, text)
		require.Greater(t, contrast(t, dark(text), dark(paperColour)), 4.5, "dark: %s", text)
	}
	least, where := closest(t, fills[:])
	require.Greater(t, least, 10.0, where)
	lines := []string{inkColour, lostColour, inFlightColour, copyColour}
	least, where = closest(t, lines)
	require.Greater(t, least, 15.0, where)
	var darkLines []string
	for _, c := range lines {
		darkLines = append(darkLines, dark(c))
	}
	least, where = closest(t, darkLines)
	require.Greater(t, least, 15.0, where)

	// The measure finds what is known to be bad: red beside green.
	least, where = closest(t, []string{"#B25F00", "#7A7A00"})
	require.Less(t, least, 10.0, where)
	require.Contains(t, where, "deuteranopia")
	require.InDelta(t, 21, contrast(t, "#000000", "#FFFFFF"), 1e-9)
}

func TestEveryColourOfAPictureIsOfATheme(t *testing.T) {
	require.Len(t, themed, len(darkColours))
	for _, c := range themed {
		require.Contains(t, darkColours, c)
	}
	const picture = `<p fill="#222222" stroke='#222222'>"#222222"</p> <q color="#77aadd" fill="white"/>`
	require.Equal(t, picture, Auto.Apply(picture))
	require.Equal(t, picture, Light.Apply(picture))
	require.Equal(t, `<p fill="#E6E6E6" stroke='#222222'>"#222222"</p> <q color="#77aadd" fill="#1B1B1B"/>`, Dark.Apply(picture))
	require.Equal(t, "ab", Light.Apply("a"+DarkStyle()+"\nb"))
	require.False(t, slices.Contains(themed, onFillColour), "text on a fill stays")
}
