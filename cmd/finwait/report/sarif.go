package report

import (
	"fmt"
	"io"
	"net/url"
	"path/filepath"

	"github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"

	"github.com/finwait/finwait/cmd/finwait/judge"
)

// WriteSARIF writes what is not as expected in the Static Analysis Results Interchange
// Format 2.1.0: a rule for each property, a result for each difference (error), for what
// is unknown (warning) and for what a baseline has (note), each at the line of the
// scenario file that it is about.
func (r Report) WriteSARIF(w io.Writer) error {
	run := sarif.NewRunWithInformationURI("finwait", "https://github.com/finwait/finwait")
	run.Tool.Driver.WithVersion(r.Version)
	for _, s := range r.Scenarios {
		for _, o := range s.Outcomes {
			run.AddRule(o.Property).WithDescription(o.About.Claim).
				WithFullDescription(sarif.NewMultiformatMessageString().WithText(o.About.Claim + ". " + o.About.About))
			switch {
			case o.Different():
				result(run, s, o.Property, o.Line, sarif.LevelError, difference(o)+explained(s, o), r.news("new"))
			case o.Known:
				result(run, s, o.Property, o.Line, sarif.LevelNote, difference(o)+explained(s, o), "unchanged")
			case o.Unknown():
				result(run, s, o.Property, o.Line, sarif.LevelWarning, "unknown: "+WhyUnknown(o.Reason), r.news("new"))
			}
		}
		for _, d := range s.Drift {
			run.AddRule("pinned").WithDescription("everything is as it was pinned")
			result(run, s, "pinned", 1, sarif.LevelError, d, r.news("new"))
		}
	}
	uncovered, _ := r.uncovered()
	for _, s := range uncovered {
		run.AddRule("uncovered").WithDescription("the scenarios exercise all of the rules")
		result(run, s, "uncovered", 1, sarif.LevelError, r.missing(s.Profile), r.news("new"))
	}
	log := sarif.NewReport()
	log.AddRun(run)
	return log.PrettyWrite(w)
}

// news is a baseline state, which results have in a run that was compared with one.
func (r Report) news(state string) string {
	if !r.Baseline {
		return ""
	}
	return state
}

func result(run *sarif.Run, s judge.Scenario, rule string, line int, level, text, state string) {
	file := (&url.URL{Path: filepath.ToSlash(s.File)}).String()
	res := run.CreateResultForRule(rule).WithLevel(level).
		WithMessage(sarif.NewTextMessage(fmt.Sprintf("%s (%s): %s is %s", s.Name, s.Profile, rule, text))).
		WithPartialFingerprints(map[string]string{"finwait/1": s.Name + "/" + s.Profile + "/" + rule})
	res.AddLocation(sarif.NewLocationWithPhysicalLocation(
		sarif.NewPhysicalLocation().WithArtifactLocation(sarif.NewSimpleArtifactLocation(file)).WithRegion(sarif.NewSimpleRegion(line, line))))
	if state != "" {
		res.WithBaselineState(state)
	}
}

// explained is the story of a counterexample, as a sentence of its own.
func explained(s judge.Scenario, o judge.Outcome) string {
	text := sentence(story(s, o))
	if o.Explanation != nil {
		text = o.Explanation.Sentence
	}
	if text != "" {
		text = ": " + text
	}
	if o.Repeat != "" {
		text += " Repeat with: " + o.Repeat
	}
	return text
}
