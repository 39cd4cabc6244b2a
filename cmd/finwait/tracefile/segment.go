package tracefile

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/finwait/finwait/spec"
)

// segmentText is the segment as pictures show it. A segment that no stack would
// send, which that form cannot tell from another, is written field by field.
func segmentText(g spec.Segment) string {
	text := g.String()
	if back, err := parseSegment(text); err == nil && back == g {
		return text
	}
	return fmt.Sprintf("flags=%d seq=%d ack=%d len=%d", g.Flags, g.Seq, g.Ack, g.Len)
}

// parseSegment reads what segmentText wrote.
func parseSegment(text string) (spec.Segment, error) {
	var g spec.Segment
	for _, word := range strings.Fields(text) {
		key, value, isField := strings.Cut(word, "=")
		if !isField {
			for _, name := range strings.Split(word, "+") {
				flag, ok := flagNames[name]
				if !ok {
					return g, fmt.Errorf("segment %q: unknown flag %q", text, name)
				}
				g.Flags |= flag
			}
			continue
		}
		n, err := strconv.ParseUint(value, 10, 8)
		if err != nil {
			return g, fmt.Errorf("segment %q: %s is not a number from 0 to 255", text, word)
		}
		switch key {
		case "flags":
			g.Flags |= spec.Flags(n)
		case "seq":
			g.Seq = spec.Seq(n)
		case "ack":
			g.Ack = spec.Seq(n)
		case "len":
			g.Len = uint8(n)
		case "connection":
			if n < 1 || n > spec.MaxIncarnations {
				return g, fmt.Errorf("segment %q: %s is not a connection from 1 to %d", text, word, spec.MaxIncarnations)
			}
			g = g.InIncarnation(uint8(n - 1))
		case "win":
			g.Flags |= spec.WndZero
		default:
			return g, fmt.Errorf("segment %q: unknown field %q", text, key)
		}
	}
	return g, nil
}

// DATA is no flag: len says it.
var flagNames = map[string]spec.Flags{
	"ACK": spec.ACK, "FIN": spec.FIN, "RST": spec.RST, "SYN": spec.SYN, "DATA": 0,
}
