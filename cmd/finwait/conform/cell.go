package conform

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/finwait/finwait/spec"
)

// Cell is one measured step: an endpoint in a state, one segment to it, and what
// it did.
type Cell struct {
	State   string      `json:"state"` // how it was brought there: a state, or with " orphan" behind it
	Event   string      `json:"event"` // the segment in words
	Segment CellSegment `json:"segment"`
	Seen
}

// CellSegment is a segment with numbers relative to the initial ones, so that the
// first byte, or the FIN, of each side is 1.
type CellSegment struct {
	Flags []string `json:"flags"`
	Seq   int      `json:"seq"`
	Ack   int      `json:"ack"`
	Len   int      `json:"len"`
}

// Seen is what can be seen of an endpoint from outside.
type Seen struct {
	Pre     string   `json:"pre"`      // state before, as the kernel names it
	Post    string   `json:"post"`     // state after; GONE where no socket is left
	Reply   []string `json:"reply"`    // what it sent within 60 ms
	SoError int      `json:"so_error"` // of an open descriptor
}

// controlBits are the flags that a cell may name. A push changes nothing here.
var controlBits = map[string]spec.Flags{"ACK": spec.ACK, "FIN": spec.FIN, "RST": spec.RST, "SYN": spec.SYN, "PSH": 0}

// soErrors are the errors of teardown by their Linux numbers.
var soErrors = map[spec.Errno]int{
	spec.NoError: 0, spec.EPIPE: 32, spec.ECONNRESET: 104, spec.ETIMEDOUT: 110, spec.ECONNABORTED: 103, spec.EHOSTUNREACH: 113,
}

// ReadCells reads a list of measured steps.
func ReadCells(data []byte) ([]Cell, error) {
	var raw []json.RawMessage
	if err := json.Unmarshal(data, &raw); err != nil {
		return nil, fmt.Errorf("a JSON list of cells {state, pre, event, segment, post, reply, so_error} is wanted: %w", err)
	}
	if len(raw) == 0 {
		return nil, fmt.Errorf("the list is empty; there is nothing to compare")
	}
	return readCells(raw)
}

func readCells(raw []json.RawMessage) ([]Cell, error) {
	cells := make([]Cell, len(raw))
	for i, text := range raw {
		if err := readCell(text, &cells[i]); err != nil {
			return nil, fmt.Errorf("cell %d: %w", i+1, err)
		}
	}
	return cells, nil
}

func readCell(text []byte, c *Cell) error {
	var keys map[string]json.RawMessage
	if err := json.Unmarshal(text, &keys); err != nil {
		return fmt.Errorf("an object {state, pre, event, segment, post, reply, so_error} is wanted: %w", err)
	}
	for _, key := range []string{"state", "segment", "post", "reply"} {
		if v, ok := keys[key]; !ok || bytes.Equal(v, []byte("null")) {
			return fmt.Errorf("key %q is missing", key)
		}
	}
	if err := json.Unmarshal(text, c); err != nil {
		return err
	}
	if _, ok := preparations[c.State]; !ok {
		return fmt.Errorf("key \"state\": unknown state %q; there are %s", c.State, strings.Join(benchStates(), ", "))
	}
	for _, f := range c.Segment.Flags {
		if _, ok := controlBits[f]; !ok {
			return fmt.Errorf("key \"segment.flags\": unknown flag %q; there are ACK, FIN, PSH, RST, SYN", f)
		}
	}
	if c.Segment.Len < 0 || c.Segment.Len > realWindow {
		return fmt.Errorf("key \"segment.len\": %d, wanted 0 to %d", c.Segment.Len, realWindow)
	}
	return nil
}

// String is the segment as a table shows it.
func (g CellSegment) String() string {
	flags := strings.Join(g.Flags, "+")
	if flags == "" {
		flags = "no flags"
	}
	return fmt.Sprintf("%s seq=%d ack=%d len=%d", flags, g.Seq, g.Ack, g.Len)
}
