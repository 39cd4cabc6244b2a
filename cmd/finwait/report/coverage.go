package report

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/finwait/finwait/cmd/finwait/judge"
	"github.com/finwait/finwait/spec"
)

// FailOn are the findings that are differences only where that is asked for.
type FailOn struct {
	Vacuous   bool // a property whose guard never occurred
	Uncovered bool // a part of the rules that nothing exercised
}

// Cover adds the coverage of all scenarios together, where it was asked for.
func (r *Report) Cover() { r.Coverage = judge.Over(r.Scenarios) }

// uncovered are the profiles in which something was never exercised, each with its last
// scenario. It is not decided where not everything was looked at.
func (r Report) uncovered() (last []judge.Scenario, decided bool) {
	decided = !r.Interrupted && len(r.Scenarios) == r.Asked
	if !r.FailOn.Uncovered {
		return nil, true
	}
	for _, p := range spec.Profiles() {
		c := r.Coverage[p.String()]
		if c == nil || !c.Uncovered() {
			continue
		}
		decided = decided && c.Complete
		for _, s := range slices.Backward(r.Scenarios) {
			if s.Profile == p.String() {
				last = append(last, s)
				break
			}
		}
	}
	return last, decided
}

// missing says what was never exercised in a profile.
func (r Report) missing(profile string) string {
	return "never exercised: " + strings.Join(list(r.Coverage[profile], func(p *judge.Parts) []string { return p.Never }), "; ")
}

var partNames = [...]string{spec.RowPart: "table rows", spec.ActionPart: "actions", spec.SegmentPart: "segments", spec.TimerPart: "timers"}

// list names parts of the rules, those of each kind together and the rows of each table.
func list(c *judge.Coverage, which func(*judge.Parts) []string) (lines []string) {
	for kind, parts := range c.Kinds() {
		names := which(parts)
		if len(names) == 0 {
			continue
		}
		if spec.PartKind(kind) != spec.RowPart {
			lines = append(lines, partNames[kind]+" "+strings.Join(names, ", "))
			continue
		}
		lines = append(lines, byTable(names)...)
	}
	return lines
}

// Covered is how much of the rules of one kind was exercised, and what never was.
type Covered struct {
	Kind          string
	Exercised, Of int // of what a run of the profile can exercise
	Never         []string
}

// CoveredBy is the coverage of each kind.
func CoveredBy(c *judge.Coverage) (all []Covered) {
	for kind, parts := range c.Kinds() {
		k := Covered{partNames[kind], len(parts.Exercised), len(parts.Exercised) + len(parts.Never), parts.Never}
		if spec.PartKind(kind) == spec.RowPart {
			k.Never = byTable(parts.Never)
		}
		all = append(all, k)
	}
	return all
}

// byTable gathers rows: "on-fin of ESTABLISHED, FIN_WAIT_1".
func byTable(rows []string) (lines []string) {
	last := ""
	for _, name := range rows {
		table, state, _ := strings.Cut(name, ".")
		if table == last {
			lines[len(lines)-1] += ", " + state
		} else {
			lines = append(lines, table+" of "+state)
		}
		last = table
	}
	return lines
}

// coverage writes what one scenario exercised.
func (p *printer) coverage(c *judge.Coverage) {
	if c == nil {
		return
	}
	p.item("·", "exercised", strings.Join(list(c, func(p *judge.Parts) []string { return p.Exercised }), "; ")+incomplete(c))
}

func incomplete(c *judge.Coverage) string {
	if c.Complete {
		return ""
	}
	return " (not everything was looked at)"
}

// writeCoverage writes what all scenarios together exercised in each profile, what they
// never did, and what no run can, with the reason.
func (r Report) writeCoverage(w io.Writer) error {
	p := &printer{}
	for _, profile := range spec.Profiles() {
		c := r.Coverage[profile.String()]
		if c == nil {
			continue
		}
		var figures []string
		for _, k := range CoveredBy(c) {
			figures = append(figures, fmt.Sprintf("%d of %d %s", k.Exercised, k.Of, k.Kind))
		}
		fmt.Fprintf(&p.b, "coverage · %s\n", profile)
		p.item("·", "", "exercised: "+strings.Join(figures, ", ")+incomplete(c))
		if c.Uncovered() {
			mark := "·"
			if r.FailOn.Uncovered && c.Complete {
				mark = "✗"
			}
			p.item(mark, "", r.missing(profile.String()))
		}
		p.unreachable(c)
		p.b.WriteByte('\n')
	}
	_, err := w.Write(p.b.Bytes())
	return err
}

// unreachable writes what no run of the profile exercises, reason by reason.
func (p *printer) unreachable(c *judge.Coverage) {
	var reasons []string
	rows, names := map[string][]string{}, map[string][]string{}
	for kind, parts := range c.Kinds() {
		for _, u := range parts.Unreachable {
			if rows[u.Reason] == nil && names[u.Reason] == nil {
				reasons = append(reasons, u.Reason)
			}
			if spec.PartKind(kind) == spec.RowPart {
				rows[u.Reason] = append(rows[u.Reason], u.Name)
			} else {
				names[u.Reason] = append(names[u.Reason], u.Name)
			}
		}
	}
	if len(reasons) > 0 {
		p.item("·", "", "unreachable:")
	}
	for _, reason := range reasons {
		of := strings.Join(append(byTable(rows[reason]), names[reason]...), "; ")
		for i, line := range wrap(of+": "+reason, columns-6) {
			indent := "      "
			if i > 0 {
				indent = "        "
			}
			p.b.WriteString(indent + line + "\n")
		}
	}
}
