package mutants

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
)

// Schema names the form of the JSON result.
const Schema = "finwait.mutants/1"

// Result is what became of mutants.
type Result struct {
	Schema  string   `json:"schema"`
	Mutants []Mutant `json:"mutants"`
	// Escaped are mutants that were caught by every version before and survive now.
	Escaped []string `json:"escaped"`
	// Rates are filled in where the result is written.
	Rates Rates `json:"rates"`
}

// Rates count the mutants that are judged: not equivalent, and in the model's range.
type Rates struct {
	Judged        int `json:"judged"`
	Killed        int `json:"killed"`
	KilledWithout int `json:"killed_without_transitions_conform"`
}

// caught.txt names the mutants that are caught, a line each.
//
//go:embed caught.txt
var caught string

// Caught are the mutants that are known to be caught.
func Caught() []string { return strings.Fields(caught) }

// Compare fills in Escaped.
func (r *Result) Compare() {
	r.Escaped = []string{}
	for _, m := range r.Mutants {
		if !m.Killed && !m.Unfinished && slices.Contains(Caught(), m.Name) {
			r.Escaped = append(r.Escaped, m.Name)
		}
	}
}

// rates counts, with and without Conform.
func (r Result) rates() (n Rates) {
	for _, m := range r.Mutants {
		if m.Equivalent || !m.Killed && (m.Unfinished || m.Broken != "") {
			continue
		}
		n.Judged++
		if m.Killed {
			n.Killed++
		}
		if m.KilledWithout() {
			n.KilledWithout++
		}
	}
	return n
}

// WriteJSON writes the result for scripts.
func (r Result) WriteJSON(w io.Writer) error {
	r.Rates = r.rates()
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(r)
}

// WriteText writes which property catches which mutant in how many steps, and which
// survive.
func (r Result) WriteText(w io.Writer) error {
	var b strings.Builder
	width := 0
	for _, m := range r.Mutants {
		width = max(width, len(m.Name))
	}
	equivalent, broken := 0, 0
	for _, m := range r.Mutants {
		switch {
		case m.Equivalent:
			equivalent++
			continue
		case !m.Killed && m.Unfinished:
			fmt.Fprintf(&b, "? %-*s  not finished\n", width, m.Name)
		case !m.Killed && m.Broken != "":
			broken++
			fmt.Fprintf(&b, "? %-*s  leaves the model: %s\n", width, m.Name, m.Broken)
		case !m.Killed:
			fmt.Fprintf(&b, "✗ %-*s  SURVIVES: %s\n", width, m.Name, m.About)
		default:
			mark := "✓"
			if !m.AsWanted() {
				mark = "!"
			}
			fmt.Fprintf(&b, "%s %-*s  %s\n", mark, width, m.Name, m.matrix())
			if mark == "!" {
				fmt.Fprintf(&b, "  %-*s  wanted: %s\n", width, "", strings.Join(m.Wanted, " or "))
			}
		}
	}
	n := r.rates()
	fmt.Fprintf(&b, "\n%d mutants: %d killed of %d that do something (%s), %d without %s (%s)",
		len(r.Mutants), n.Killed, n.Judged, percent(n.Killed, n.Judged), n.KilledWithout, Conform, percent(n.KilledWithout, n.Judged))
	if equivalent > 0 {
		fmt.Fprintf(&b, "; %d equivalent: the same graph of states in all scenarios", equivalent)
	}
	if broken > 0 {
		fmt.Fprintf(&b, "; %d lead out of the model's range", broken)
	}
	b.WriteString("\n")
	if len(r.Escaped) > 0 {
		fmt.Fprintf(&b, "ESCAPED, and were caught before: %s\n", strings.Join(r.Escaped, ", "))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// matrix is a row of it: properties with their least numbers of steps.
func (m Mutant) matrix() string {
	var cells []string
	for _, p := range m.By {
		i := slices.IndexFunc(m.Kills, func(k Kill) bool { return k.Property == p })
		cells = append(cells, fmt.Sprintf("%s %d", p, m.Kills[i].Steps))
	}
	return strings.Join(cells, ", ")
}

func percent(n, of int) string {
	if of == 0 {
		return "none"
	}
	return fmt.Sprintf("%.1f %%", 100*float64(n)/float64(of))
}
