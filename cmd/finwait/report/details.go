package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/finwait/finwait/cmd/finwait/judge"
	"github.com/finwait/finwait/cmd/finwait/why"
)

// writeDetails writes which part of the condition failed, and what each step changed.
func writeDetails(w io.Writer, o judge.Outcome) error {
	var b strings.Builder
	if e := o.Explanation; e != nil {
		b.WriteString("\n" + part(e) + "\n")
	}
	b.WriteString("\nWhat each step changed:\n")
	for _, step := range why.Steps(o.Model, *o.Trace) {
		for i, line := range wrap(step.String(), columns-2) {
			if i > 0 {
				line = "    " + line
			}
			b.WriteString("  " + line + "\n")
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// part names the part of the condition that failed.
func part(e *why.Explanation) string {
	return strings.Join(wrap(fmt.Sprintf("What failed: %s.", e.Conjunct), columns), "\n")
}
