package report

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/finwait/finwait/cmd/finwait/judge"
)

// WriteMarkdown writes the summary of a job: a table of the scenarios, then each
// difference with its chart and the paths of its pictures.
func (r Report) WriteMarkdown(w io.Writer) error {
	var b strings.Builder
	b.WriteString("## finwait\n\n")
	if err := r.WriteSummary(&b); err != nil {
		return err
	}
	b.WriteString("\n| scenario | profile | states | as expected | different | known | unknown |\n|---|---|--:|--:|--:|--:|--:|\n")
	for _, s := range r.Scenarios {
		t := Report{Scenarios: []judge.Scenario{s}}.tally()
		fmt.Fprintf(&b, "| %s | %s | %d | %d | %d | %d | %d |\n", s.Name, s.Profile, s.States,
			t.all-t.unknown-t.known-(t.different-len(s.Drift)), t.different, t.known, t.unknown)
	}
	for _, s := range r.Scenarios {
		for _, d := range s.Drift {
			fmt.Fprintf(&b, "\n### %s (%s): not as pinned\n\n%s\n", s.Name, s.Profile, d)
		}
		for _, o := range s.Outcomes {
			if !o.Different() {
				continue
			}
			fmt.Fprintf(&b, "\n### %s (%s): `%s`\n\n%s\n\n```text\n%s```\n", s.Name, s.Profile, o.Property, difference(o), counterexample(s, o))
			for _, kind := range slices.Sorted(maps.Keys(o.Files)) {
				fmt.Fprintf(&b, "\n- `%s`", o.Files[kind])
			}
			if len(o.Files) > 0 {
				b.WriteString("\n")
			}
		}
	}
	b.WriteString("\n")
	_, err := io.WriteString(w, b.String())
	return err
}
