package conform

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Source is an observation and the file that it is from.
type Source struct {
	File string
	Kind string // one of Kinds
	// Connection counts the connections of a capture from 1, in the order of their
	// first segments; 0 for what is no capture.
	Connection int
	*Observation
}

// Steps is a list of measured steps and the file that it is from.
type Steps struct {
	File  string
	Cells []Cell
}

// Kinds of what is compared, as a summary counts them.
const (
	KindSteps      = "single steps of one endpoint"
	KindTeardowns  = "whole teardowns, with calls and states"
	KindRetries    = "copies of an orphan's FIN"
	KindInjections = "segments injected in TIME_WAIT"
	KindCaptures   = "connections in captures"
)

// Kinds lists them in the order of a summary.
var Kinds = []string{KindSteps, KindTeardowns, KindRetries, KindInjections, KindCaptures}

// Input is what files and directories hold.
type Input struct {
	Observed []Source
	Steps    []Steps
	// Notes tell what was not used, and why.
	Notes []string
}

func (in *Input) empty() bool { return len(in.Observed) == 0 && len(in.Steps) == 0 }

// Options say what of the input is wanted, and how it is read.
type Options struct {
	Tolerance int64 // of the instants of segments, microseconds
	// Connection selects from captures: the number of a connection, or a part of
	// ADDR:PORT-ADDR:PORT, from either end; "" for all, and for what is no capture.
	Connection string
}

// Load reads what an argument of the command means: a teardown of the lab
// (NAME.wire.json), a list of measured rows or steps, a capture (.pcap, .pcapng,
// .cap), or every such file in a directory and below it. A capture in a directory in
// which nothing can be judged is noted, and no error.
func Load(arg string, o Options) (in Input, err error) {
	info, err := os.Stat(arg)
	if err != nil {
		return in, fmt.Errorf("%s: %w", arg, errors.Unwrap(err))
	}
	if isPcap(arg) && !info.IsDir() {
		if err = in.capture(arg, o); err != nil {
			err = fmt.Errorf("%s: %w", arg, err)
		}
		return in, err
	}
	if !info.IsDir() {
		if o.Connection != "" {
			return in, fmt.Errorf("%s: connection %q is to be selected, and this is no capture (.pcap, .pcapng, .cap)", arg, o.Connection)
		}
		if err = in.file(arg, o.Tolerance); err == nil && in.empty() {
			err = fmt.Errorf("a file NAME%s, a capture NAME.pcap, or a list of rows with \"retries\", \"inject\" or \"segment\", is wanted", wireSuffix)
		}
		if err != nil {
			err = fmt.Errorf("%s: %w", arg, err)
		}
		return in, err
	}
	err = filepath.WalkDir(arg, func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil || d.IsDir():
			return err
		case isPcap(name):
			if err := in.capture(name, o); err != nil {
				in.Notes = append(in.Notes, fmt.Sprintf("%s: %v", name, err))
			}
			return nil
		case o.Connection != "" || !strings.HasSuffix(name, ".json"):
			return nil
		}
		if err := in.file(name, o.Tolerance); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		return nil
	})
	if err == nil && in.empty() {
		err = fmt.Errorf("%s: there is nothing to judge in this directory, such as a file NAME%s or a capture NAME.pcap%s", arg, wireSuffix, indented(in.Notes))
	}
	return in, err
}

// capture reads a capture file.
func (in *Input) capture(name string, o Options) error {
	found, notes, err := readPcap(name, o)
	if err == nil && len(found) == 0 {
		err = fmt.Errorf("no TCP connection in it can be judged%s", indented(notes))
	}
	if err != nil {
		return err
	}
	in.Observed = append(in.Observed, found...)
	for _, note := range notes {
		in.Notes = append(in.Notes, name+": "+note)
	}
	return nil
}

// maxListed is how many lines a message lists.
const maxListed = 12

func indented(lines []string) string {
	text := ""
	for i, line := range lines {
		if i == maxListed {
			return text + fmt.Sprintf("\n  and %d more", len(lines)-i)
		}
		text += "\n  " + line
	}
	return text
}

// isPcap reports whether a file is a capture, by its name.
func isPcap(name string) bool {
	for _, suffix := range []string{".pcap", ".pcapng", ".cap"} {
		if strings.HasSuffix(name, suffix) {
			return true
		}
	}
	return false
}

// file reads a JSON file. One that holds something else adds nothing.
func (in *Input) file(name string, tolerance int64) error {
	switch {
	case strings.HasSuffix(name, wireSuffix):
		o, err := ReadLab(name, tolerance)
		if err == nil {
			in.Observed = append(in.Observed, Source{name, KindTeardowns, 0, o})
		}
		return err
	case strings.HasSuffix(name, metaSuffix), strings.HasSuffix(name, timelineSuffix), !strings.HasSuffix(name, ".json"):
		return nil
	}
	var rows []json.RawMessage
	if err := readJSON(name, &rows); err != nil {
		return err
	}
	var all []Source
	for i, row := range rows {
		var keys map[string]json.RawMessage
		var into interface{ observe() (*Observation, error) }
		kind := ""
		err := json.Unmarshal(row, &keys)
		switch {
		case err != nil:
		case keys["retries"] != nil:
			kind, into = KindRetries, &retriesRow{}
		case keys["inject"] != nil:
			kind, into = KindInjections, &injectionRow{}
		case keys["segment"] != nil:
			return in.steps(name, rows)
		default:
			return nil
		}
		if err == nil {
			err = json.NewDecoder(bytes.NewReader(row)).Decode(into)
		}
		var o *Observation
		if err == nil {
			o, err = into.observe()
		}
		if err == nil {
			err = o.validate()
		}
		if err != nil {
			return fmt.Errorf("row %d: %w", i+1, err)
		}
		all = append(all, Source{name, kind, 0, o})
	}
	in.Observed = append(in.Observed, all...)
	return nil
}

func (in *Input) steps(name string, rows []json.RawMessage) error {
	cells, err := readCells(rows)
	if err == nil {
		in.Steps = append(in.Steps, Steps{name, cells})
	}
	return err
}
