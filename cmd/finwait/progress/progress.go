// Package progress tells on stderr how far a search is: one line that is
// rewritten on a terminal, a plain line every few seconds elsewhere, or JSON.
package progress

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/dustin/go-humanize"
	"golang.org/x/term"

	"github.com/finwait/finwait/checker"
)

// Styles are the values of --progress.
func Styles() []string { return []string{"auto", "plain", "json", "none"} }

// Schema names the form of the JSON lines.
const Schema = "finwait.progress/1"

// every is how often a plain line is written.
const every = 3 * time.Second

// Reporter follows one scenario after the other.
type Reporter struct {
	w      io.Writer
	style  string
	width  int // of the terminal; 0: not one
	now    func() time.Time
	label  string // scenario and profile
	number int    // of the scenario, from 1
	of     int
	last   time.Time // of the last plain line
	before checker.Progress
	drawn  bool // a line is on the terminal
}

// New makes a reporter in one of the Styles for a number of scenarios.
func New(w io.Writer, style string, of int) *Reporter {
	r := &Reporter{w: w, style: style, of: of, now: time.Now}
	if f, ok := w.(*os.File); ok && style == "auto" && term.IsTerminal(int(f.Fd())) {
		r.width = 80
		if width, _, err := term.GetSize(int(f.Fd())); err == nil && width > 0 {
			r.width = width
		}
	}
	r.last = r.now()
	return r
}

// Begin names the scenario that the following calls of Update are about.
func (r *Reporter) Begin(label string) {
	r.number++
	r.label, r.before = label, checker.Progress{}
	if r.width > 0 {
		r.draw(fmt.Sprintf("[%d/%d] %s", r.number, r.of, r.label))
	}
}

// Update is a checker.Options.Progress. Errors of the writer are of no interest:
// progress is not a result.
func (r *Reporter) Update(p checker.Progress) {
	switch {
	case r.style == "none":
	case r.style == "json":
		r.json(p)
	case r.width > 0:
		r.draw(r.line(p))
	case r.now().Sub(r.last) >= every:
		r.last = r.now()
		fmt.Fprintln(r.w, r.line(p))
	}
	r.before = p
}

// Clear takes the line off the terminal, before something else is written.
func (r *Reporter) Clear() {
	if r.drawn {
		fmt.Fprint(r.w, "\r\x1b[K")
		r.drawn = false
	}
}

func (r *Reporter) draw(line string) {
	if runes := []rune(line); len(runes) >= r.width {
		line = string(runes[:r.width-1])
	}
	fmt.Fprint(r.w, "\r"+line+"\x1b[K")
	r.drawn = true
}

func (r *Reporter) line(p checker.Progress) string {
	parts := []string{
		humanize.Comma(int64(p.States)) + " states",
		humanize.SIWithDigits(r.speed(p), 0, "") + "/s",
		"frontier " + humanize.Comma(int64(p.Frontier)),
		fmt.Sprintf("depth %d", p.Depth),
	}
	if p.Load > 0 {
		parts = append(parts, fmt.Sprintf("table %.0f %% full", 100*p.Load))
	}
	memory := humanize.IBytes(p.Memory)
	if p.MemoryLimit > 0 {
		memory += " of " + humanize.IBytes(p.MemoryLimit)
	}
	parts = append(parts, memory)
	if p.Classes > p.States {
		parts[0] += " (" + humanize.Comma(int64(p.Classes)) + " classes)"
	}
	if p.Share > 0 {
		parts = append(parts, fmt.Sprintf("%.0f %% of a bound", 100*p.Share))
	}
	return fmt.Sprintf("[%d/%d] %s, %s %s: %s", r.number, r.of, r.label, p.Mode, p.Purpose, strings.Join(parts, ", "))
}

// speed is states, or classes, per second since the last update of the same run.
func (r *Reporter) speed(p checker.Progress) float64 {
	from := r.before
	if from.Purpose != p.Purpose || from.Mode != p.Mode || p.Elapsed <= from.Elapsed {
		from = checker.Progress{}
	}
	if p.Elapsed <= from.Elapsed {
		return 0
	}
	return float64(p.Classes-from.Classes) / (p.Elapsed - from.Elapsed).Seconds()
}

func (r *Reporter) json(p checker.Progress) {
	_ = json.NewEncoder(r.w).Encode(struct {
		Schema      string  `json:"schema"`
		Scenario    string  `json:"scenario"`
		Number      int     `json:"number"`
		Of          int     `json:"of"`
		Time        string  `json:"time"`
		Purpose     string  `json:"purpose"`
		States      int     `json:"states"`
		Classes     int     `json:"classes"`
		Transitions int     `json:"transitions"`
		PerSecond   float64 `json:"per_second"`
		Frontier    int     `json:"frontier"`
		Depth       int     `json:"depth"`
		Load        float64 `json:"table_load"`
		Memory      uint64  `json:"memory"`
		MemoryLimit uint64  `json:"memory_limit"`
		Share       float64 `json:"share"`
		Seconds     float64 `json:"seconds"`
	}{
		Schema, r.label, r.number, r.of, p.Mode.String(), p.Purpose, p.States, p.Classes, p.Transitions,
		float64(int(r.speed(p))), p.Frontier, p.Depth, p.Load, p.Memory, p.MemoryLimit, p.Share, p.Elapsed.Seconds(),
	})
}

// Say shows a line in place of the last one, or v as JSON. A plain line is written every
// few seconds.
func (r *Reporter) Say(line string, v any) {
	switch {
	case r.style == "none":
	case r.style == "json":
		_ = json.NewEncoder(r.w).Encode(v)
	case r.width > 0:
		r.draw(line)
	case r.now().Sub(r.last) >= every:
		r.last = r.now()
		fmt.Fprintln(r.w, line)
	}
}
