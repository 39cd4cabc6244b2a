// Package tracefile is the saved form of a trace: JSON that a person can read,
// that names every step in words, and from which the run can be recomputed
// without the search that found it.
//
// A file carries its scenario with every override resolved, so that it means the
// same on another machine. The events and what they sent are the authority; the
// states are there to be compared with what a replay computes.
package tracefile

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"

	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/spec"
)

// Schema names this form of file.
const Schema = "finwait.trace/1"

// File is a saved trace.
type File struct {
	Schema   string `json:"schema"`
	Name     string `json:"name"`
	Profile  string `json:"profile"`
	Property string `json:"property"` // "" for a trace that shows no property
	Verdict  string `json:"verdict"`
	Mode     string `json:"mode"`
	Scenario string `json:"scenario"` // YAML, overrides resolved
	Initial  State  `json:"initial"`
	Steps    []Step `json:"steps"`
	// Loop is the index of the first step that repeats for ever, -1 when none
	// does, len(Steps) when nothing more happens and time passes for ever.
	Loop  int   `json:"loop"`
	EndUS int64 `json:"end_us"`
	// Explanation is one of report's, for readers.
	Explanation json.RawMessage `json:"explanation,omitempty"`
}

// Step is one step of a saved trace.
type Step struct {
	AtUS  int64  `json:"at_us"`
	Host  string `json:"host"`
	Event string `json:"event"` // in words
	ID    ID     `json:"id"`
	Sent  []Sent `json:"sent"`
	State State  `json:"state"` // after the step
	// Changed is what the step changed at the hosts, for readers.
	Changed []Change `json:"changed,omitempty"`
}

// Change is a variable of a host that a step changed, in the words of RFC 9293.
type Change struct {
	Host  string `json:"host"`
	Field string `json:"field"`
	Was   string `json:"was"`
	Is    string `json:"is"`
}

func changes(before, now spec.State) (all []Change) {
	for _, c := range spec.Changes(before, now) {
		all = append(all, Change{c.Host.String(), c.Name, c.Was, c.IsNow})
	}
	return all
}

// ID is the ID of an event, a decimal string because JSON readers round numbers
// above 2^53.
type ID uint64

// MarshalJSON implements [json.Marshaler].
func (id ID) MarshalJSON() ([]byte, error) {
	return []byte(strconv.Quote(strconv.FormatUint(uint64(id), 10))), nil
}

// UnmarshalJSON implements [json.Unmarshaler].
func (id *ID) UnmarshalJSON(data []byte) error {
	var text string
	if err := json.Unmarshal(data, &text); err != nil {
		return fmt.Errorf("id: a decimal string is wanted, found %s", data)
	}
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		return fmt.Errorf("id: a decimal string is wanted, found %q", text)
	}
	*id = ID(n)
	return nil
}

// Sent is one segment that a step sent. Copies is 0 for a lost one.
type Sent struct {
	From    string `json:"from"`
	Segment string `json:"segment"`
	Copies  uint8  `json:"copies"`
}

func sentIn(label checker.Label) []Sent {
	sent := []Sent{} // [] rather than null
	for _, s := range spec.SentIn(label) {
		sent = append(sent, Sent{From: s.From.String(), Segment: s.Segment.String(), Copies: s.Copies})
	}
	return sent
}

// Origin tells what a trace is a trace of.
type Origin struct {
	Name, Profile, Property, Verdict string
	Scenario                         string // YAML
}

// Model is what a trace is described and recomputed with; spec.Model is one.
type Model interface {
	checker.Model[spec.State]
	Describe(s spec.State, e spec.Event) string
}

// New makes the saved form of a trace.
func New(o Origin, m Model, t checker.Trace[spec.State]) File {
	f := File{
		Schema: Schema, Name: o.Name, Profile: o.Profile, Property: o.Property, Verdict: o.Verdict,
		Mode: t.Mode.String(), Scenario: o.Scenario,
		Initial: State(t.Init), Steps: make([]Step, len(t.Steps)), Loop: t.Loop, EndUS: t.End,
	}
	before := t.Init
	for i, step := range t.Steps {
		f.Steps[i] = Step{
			AtUS: step.At, Host: spec.EventOf(step.Event.ID).Host.String(),
			Event: m.Describe(before, step.Event), ID: ID(step.Event.ID),
			Sent: sentIn(step.Label), State: State(step.State), Changed: changes(before, step.State),
		}
		before = step.State
	}
	return f
}

// Write writes the file as indented JSON.
func (f File) Write(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(f)
}

// Read reads a file and checks its form, not yet that it is a run.
func Read(r io.Reader) (File, error) {
	data, err := io.ReadAll(r)
	if err != nil {
		return File{}, err
	}
	if len(bytes.TrimSpace(data)) == 0 {
		return File{}, errors.New("the file is empty; a trace.json written by finwait check --out is wanted")
	}
	var head struct {
		Schema *string `json:"schema"`
	}
	if err := json.Unmarshal(data, &head); err != nil {
		if words := inWords(err); words != err {
			return File{}, words
		}
		return File{}, notJSON(data, err)
	}
	switch {
	case head.Schema == nil:
		return File{}, fmt.Errorf("no key \"schema\": this is JSON, but no trace; a file with schema %q is wanted", Schema)
	case *head.Schema != Schema:
		return File{}, fmt.Errorf("schema is %q; this version of finwait reads %q", *head.Schema, Schema)
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	var f File
	if err := d.Decode(&f); err != nil {
		return File{}, fmt.Errorf("line %d: %w", lineAt(data, d.InputOffset()), inWords(err))
	}
	return f, f.validate()
}

func (f File) validate() error {
	switch {
	case f.Scenario == "":
		return errors.New("key \"scenario\" is missing or empty: the scenario that the trace belongs to, as YAML")
	case f.Mode != checker.Exact.String() && f.Mode != checker.Any.String():
		return fmt.Errorf("mode is %q; exact or any is wanted", f.Mode)
	case f.Loop < -1 || f.Loop > len(f.Steps):
		return fmt.Errorf("loop is %d; a step from 0 to %d is wanted, or -1", f.Loop, len(f.Steps))
	}
	return nil
}

// notJSON says where the JSON breaks, and of binary data only that it is binary.
// inWords says of a value of the wrong kind where it stands, without the names of
// Go's types.
func inWords(err error) error {
	var kind *json.UnmarshalTypeError
	if !errors.As(err, &kind) {
		return err
	}
	key := kind.Field
	if key == "" {
		key = "the file"
	}
	return fmt.Errorf("not a trace: %s holds a JSON value of the kind %q, and another is wanted", key, kind.Value)
}

func notJSON(data []byte, err error) error {
	if syntax := (*json.SyntaxError)(nil); errors.As(err, &syntax) {
		if bytes.IndexByte(data, 0) >= 0 || data[0] >= 0x80 {
			return errors.New("binary data; a trace.json written by finwait check --out is wanted")
		}
		if int(syntax.Offset) >= len(data) {
			return fmt.Errorf("line %d: the file ends in the middle of the trace: it was cut off (%w)", lineAt(data, syntax.Offset), err)
		}
		return fmt.Errorf("line %d: not JSON: %w", lineAt(data, syntax.Offset), err)
	}
	return fmt.Errorf("not a trace: %w", err)
}

func lineAt(data []byte, offset int64) int {
	return 1 + bytes.Count(data[:min(int(offset), len(data))], []byte("\n"))
}
