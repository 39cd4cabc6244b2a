package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/finwait/finwait/cmd/finwait/judge"
	"github.com/finwait/finwait/cmd/finwait/why"
)

// WriteDetails writes below a chart which part of the condition failed, and what each step
// changed.
func WriteDetails(w io.Writer, o judge.Outcome) error {
	var b strings.Builder
	if e := o.Explanation; e != nil {
		b.WriteString("\n" + part(e) + "\n")
	}
	b.WriteString("\nWhat each step changed:\n")
	for _, line := range stepLines(o) {
		b.WriteString("  " + line + "\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// part names the part of the condition that failed.
func part(e *why.Explanation) string {
	return strings.Join(wrap(fmt.Sprintf("Failed condition: %s.", e.Conjunct), columns), "\n")
}

// stepLines are the steps of a run, each followed by what it changed.
func stepLines(o judge.Outcome) (lines []string) {
	for _, step := range why.Steps(o.Model, *o.Trace) {
		lines = append(lines, indentedBy(fmt.Sprintf("%3d. ", step.Number), step.Happened())...)
		for _, changed := range step.Changed() {
			lines = append(lines, indentedBy("     ", changed)...)
		}
	}
	return lines
}

// indentedBy wraps text behind a lead, and below its end.
func indentedBy(lead, text string) (lines []string) {
	for _, line := range wrap(text, columns-6-len(lead)) {
		lines = append(lines, lead+line)
		lead = strings.Repeat(" ", len(lead))
	}
	return lines
}
