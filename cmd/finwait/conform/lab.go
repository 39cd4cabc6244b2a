package conform

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
)

// A teardown in the lab is three files: NAME.wire.json, the segments, and beside
// it NAME.meta.json, parameters and calls of the applications, and
// NAME.timeline.json, sampled states. See testdata/README.md.
type labFiles struct {
	name     string
	meta     labMeta
	wire     []labSegment
	timeline []labSample
}

const (
	wireSuffix     = ".wire.json"
	metaSuffix     = ".meta.json"
	timelineSuffix = ".timeline.json"
)

type labMeta struct {
	Name   string  `json:"name"`
	Params string  `json:"params"`
	EndMs  float64 `json:"end_ms"`
	Notes  struct {
		InfoA *labInfo `json:"info_A"`
		InfoB *labInfo `json:"info_B"`
	} `json:"notes"`
	Events []labEvent `json:"events"`
}

// labInfo is TCP_INFO of a host before the teardown.
type labInfo struct {
	RtoUs int64 `json:"rto_us"`
	AtoUs int64 `json:"ato_us"`
	RttUs int64 `json:"rtt_us"`
}

type labEvent struct {
	TMs  float64 `json:"t_ms"`
	What string  `json:"what"`
}

type labSegment struct {
	TMs  float64  `json:"t_ms"`
	TUs  *int64   `json:"t_us"`
	Src  string   `json:"src"`
	Seg  string   `json:"seg"`
	Seq  uint32   `json:"seq"`
	Ack  uint32   `json:"ack"`
	Len  int      `json:"len"`
	RxMs *float64 `json:"rx_ms"` // nil: lost

	connection int // of the four-tuple, from 0
}

type labSample struct {
	TMs   float64 `json:"t_ms"`
	Side  string  `json:"side"`
	State string  `json:"state"`
	Timer *struct {
		Kind string `json:"kind"`
	} `json:"timer"`
}

// maxFile is more than any file of a teardown that can be judged.
const maxFile = 1 << 26

// readLab reads NAME.wire.json and its two companions. Without a timeline the
// states are left open.
func readLab(wire string) (labFiles, error) {
	stem, ok := strings.CutSuffix(wire, wireSuffix)
	if !ok {
		return labFiles{}, fmt.Errorf("a file NAME%s is wanted", wireSuffix)
	}
	var f labFiles
	if err := readJSON(wire, &f.wire); err != nil {
		return f, err
	}
	if err := readJSON(stem+metaSuffix, &f.meta); err != nil {
		return f, fmt.Errorf("its companion with parameters and calls: %w", err)
	}
	if err := readJSON(stem+timelineSuffix, &f.timeline); err != nil && !errors.Is(err, os.ErrNotExist) {
		return f, fmt.Errorf("its companion with states: %w", err)
	}
	f.name = f.meta.Name
	if f.name == "" {
		f.name = stem[strings.LastIndexByte(stem, '/')+1:]
	}
	return f, nil
}

func readJSON(name string, v any) error {
	info, err := os.Stat(name)
	switch {
	case err != nil:
		return err
	case !info.Mode().IsRegular():
		return fmt.Errorf("%s is not a regular file", name)
	case info.Size() > maxFile:
		return fmt.Errorf("%s has %d bytes; at most %d are read", name, info.Size(), maxFile)
	}
	data, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(data, v); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}
