// Package svgtest measures the texts of a picture for tests: SVG as package graphs
// and Graphviz write it.
//
//	problems, err := svgtest.Problems(svg) // nil when every text can be read
//
// A text is as wide as in DejaVu Sans, which stands in for Helvetica where that is
// not installed, and wider than it. Only texts that lie level are measured, and
// only against each other and the edge of the picture: lines may cross them.
package svgtest

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode"
)

// Box is the room that a text takes.
type Box struct {
	Text                     string
	Left, Right, Top, Bottom float64
}

func (b Box) overlaps(o Box) bool {
	return b.Left < o.Right && o.Left < b.Right && b.Top < o.Bottom && o.Top < b.Bottom
}

// Problems are the pairs of texts of which one covers the other, and the texts
// that are cut off at the edge. An error says why svg is none.
func Problems(svg []byte) ([]string, error) {
	boxes, edge, err := Boxes(svg)
	if err != nil {
		return nil, err
	}
	var all []string
	for i, b := range boxes {
		if b.Left < edge.Left || b.Right > edge.Right || b.Top < edge.Top || b.Bottom > edge.Bottom {
			all = append(all, fmt.Sprintf("%q is cut off", b.Text))
		}
		for _, o := range boxes[i+1:] {
			if b.overlaps(o) {
				all = append(all, fmt.Sprintf("%q and %q", b.Text, o.Text))
			}
		}
	}
	return all, nil
}

// Boxes are those of all texts, and the edge of the picture.
func Boxes(svg []byte) (boxes []Box, edge Box, err error) {
	d := xml.NewDecoder(bytes.NewReader(svg))
	origin, found := [2]float64{}, false
	for {
		token, err := d.Token()
		if err == io.EOF && found {
			return boxes, edge, nil
		}
		if err != nil {
			return nil, edge, fmt.Errorf("svgtest: %w", err)
		}
		start, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		at := map[string]string{}
		for _, a := range start.Attr {
			at[a.Name.Local] = a.Value
		}
		switch start.Name.Local {
		case "svg":
			var v [4]float64
			if _, err := fmt.Sscan(at["viewBox"], &v[0], &v[1], &v[2], &v[3]); err != nil {
				return nil, edge, fmt.Errorf("svgtest: viewBox %q: %w", at["viewBox"], err)
			}
			edge, found = Box{"", v[0], v[0] + v[2], v[1], v[1] + v[3]}, true
		case "g": // Graphviz moves the whole picture
			if _, moved, ok := strings.Cut(at["transform"], "translate("); ok {
				_, _ = fmt.Sscanf(strings.ReplaceAll(moved, ",", " "), "%g %g)", &origin[0], &origin[1]) // 0 for one number
			}
		case "text":
			var text string
			if err := d.DecodeElement(&text, &start); err != nil {
				return nil, edge, fmt.Errorf("svgtest: %w", err)
			}
			b, err := boxOf(strings.TrimSpace(strings.ReplaceAll(text, "\u00a0", " ")), at)
			if err != nil {
				return nil, edge, err
			}
			b.Left, b.Right, b.Top, b.Bottom = b.Left+origin[0], b.Right+origin[0], b.Top+origin[1], b.Bottom+origin[1]
			if b.Text != "" {
				boxes = append(boxes, b)
			}
		}
	}
}

func boxOf(text string, at map[string]string) (Box, error) {
	var x, y, size float64
	for name, into := range map[string]*float64{"x": &x, "y": &y, "font-size": &size} {
		n, err := strconv.ParseFloat(at[name], 64)
		if err != nil {
			return Box{}, fmt.Errorf("svgtest: text %q: %s: %w", text, name, err)
		}
		*into = n
	}
	w := width(text) * size
	if at["font-weight"] == "bold" {
		w *= 1.1
	}
	switch at["text-anchor"] {
	case "middle":
		x -= w / 2
	case "end":
		x -= w
	}
	return Box{text, x, x + w, y - 0.75*size, y + 0.2*size}, nil
}

// width is in parts of the font size: what letters of a kind take on average.
func width(text string) float64 {
	sum := 0.0
	for _, r := range text {
		switch {
		case strings.ContainsRune(" ,.:;'|()[]/fijltIJ", r):
			sum += 0.34
		case unicode.IsUpper(r):
			sum += 0.68
		case strings.ContainsRune("+=<>mw×", r):
			sum += 0.83
		case strings.ContainsRune("ckrsvxyz", r):
			sum += 0.57
		default:
			sum += 0.61
		}
	}
	return sum
}
