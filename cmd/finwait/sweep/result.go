package sweep

import (
	"encoding/json"
	"io"

	"github.com/finwait/finwait/cmd/finwait/judge"
	"github.com/finwait/finwait/cmd/finwait/shard"
)

// Schema names the form of the JSON result.
const Schema = "finwait.sweep/1"

// Result is what a sweep, or a share of one, found.
type Result struct {
	Schema  string `json:"schema"`
	Version string `json:"version"`
	Binary  string `json:"binary"` // a hash of the program
	Hash    string `json:"plan_hash"`
	Plan    Plan   `json:"plan"`
	// Scenarios are hashes of the files, by their names: those of one name may differ
	// from machine to machine.
	Scenarios map[string]string `json:"scenarios"`
	Shard     shard.Shard       `json:"shard"`
	// Missing are shares that a merged result lacks.
	Missing []string `json:"missing"`
	// Planned is the number of cells of all shares, Excluded what the assumptions
	// left out before. With Bisection, cells are planned by lines.
	Planned  int `json:"planned"`
	Excluded int `json:"excluded"`

	Cells      []Cell      `json:"cells"` // by index
	Thresholds []Threshold `json:"thresholds"`

	// Interrupted: not all planned cells of the share are there.
	Interrupted bool `json:"interrupted"`
	// Cached is how many cells were not judged anew.
	Cached int `json:"-"`
	// Uncached is why a cell could not be kept in the cache.
	Uncached error `json:"-"`
}

// Cell is what one combination gave.
type Cell struct {
	Index  int               `json:"index"`
	Values map[string]string `json:"values"`
	// Invalid tells why the values make no scenario, Failed what went wrong in finwait.
	Invalid string `json:"invalid,omitempty"`
	Failed  string `json:"failed,omitempty"`

	States   int       `json:"states"`
	Seconds  float64   `json:"seconds"`
	Complete bool      `json:"complete"`
	Stopped  string    `json:"stopped"`
	Outcomes []Outcome `json:"outcomes"`
	// Stays and FINs are there where a column asks for them. FINs is the most copies
	// of its FIN that a host sends, in the order client, server.
	Stays []judge.Stay `json:"stays,omitempty"`
	FINs  []int        `json:"fins,omitempty"`
	// Population is nil for one connection.
	Population *judge.Population `json:"population,omitempty"`
}

// Outcome is a verdict of a cell.
type Outcome struct {
	Property   string  `json:"property"`
	Verdict    string  `json:"verdict"`
	Reason     string  `json:"reason"`
	Scope      string  `json:"scope"`
	Expected   *string `json:"expected"`
	AsExpected *bool   `json:"as_expected"`
	Vacuous    bool    `json:"vacuous"`
	Steps      *int    `json:"steps"`
	Goal       bool    `json:"goal"`
}

// Judged tells whether there is an answer.
func (c Cell) Judged() bool { return c.Invalid == "" && c.Failed == "" }

// outcome finds a verdict; nil when the property was not judged.
func (c Cell) outcome(property string) *Outcome {
	for i := range c.Outcomes {
		if c.Outcomes[i].Property == property {
			return &c.Outcomes[i]
		}
	}
	return nil
}

// Counts are cells by what became of them.
type Counts struct{ Judged, Invalid, Failed, Different, Unknown int }

// Counts counts the cells. Different and Unknown are verdicts.
func (r Result) Counts() (n Counts) {
	for _, c := range r.Cells {
		switch {
		case c.Failed != "":
			n.Failed++
		case c.Invalid != "":
			n.Invalid++
		default:
			n.Judged++
		}
		for _, o := range c.Outcomes {
			switch {
			case o.AsExpected == nil:
				n.Unknown++
			case !*o.AsExpected:
				n.Different++
			}
		}
	}
	return n
}

// WriteJSON writes the result for scripts, and for Merge.
func (r Result) WriteJSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(r)
}
