package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/finwait/finwait/cmd/finwait/judge"
)

// WriteGitHub writes the summary line and, for GitHub Actions, an annotation of the
// scenario file for each difference (error), for what is unknown (warning) and for what a
// baseline has (notice).
func (r Report) WriteGitHub(w io.Writer) error {
	if err := r.WriteSummary(w); err != nil {
		return err
	}
	var b strings.Builder
	for _, s := range r.Scenarios {
		for _, o := range s.Outcomes {
			switch {
			case o.Different():
				annotate(&b, "error", s, o.Line, o.Property, difference(o)+"\n"+counterexample(s, o))
			case o.Known:
				annotate(&b, "notice", s, o.Line, o.Property, "known from the baseline: "+difference(o))
			case o.Unknown():
				annotate(&b, "warning", s, o.Line, o.Property, "unknown: "+WhyUnknown(o.Reason))
			}
		}
		for _, d := range s.Drift {
			annotate(&b, "error", s, 1, "pinned", d)
		}
	}
	uncovered, _ := r.uncovered()
	for _, s := range uncovered {
		annotate(&b, "error", s, 1, "uncovered", r.missing(s.Profile))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// What the runner takes for its own in the text and in the properties of a command
// (escapeData and escapeProperty of actions/toolkit, core/src/command.ts).
var (
	inText     = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	inProperty = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)

func annotate(b *strings.Builder, command string, s judge.Scenario, line int, property, text string) {
	title := fmt.Sprintf("%s (%s): %s", s.Name, s.Profile, property)
	fmt.Fprintf(b, "::%s file=%s,line=%d,title=%s::%s\n", command, inProperty.Replace(s.File), line, inProperty.Replace(title), inText.Replace(strings.TrimSpace(text)))
}
