package report

import (
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/cmd/finwait/judge"
	"github.com/finwait/finwait/cmd/finwait/picture"
	"github.com/finwait/finwait/cmd/finwait/tracefile"
	"github.com/finwait/finwait/graphs"
)

// Chart draws the trace of an outcome.
func Chart(s judge.Scenario, o judge.Outcome) graphs.Chart {
	c := picture.Chart(o.Model, *o.Trace)
	c.Title = o.Property + ": " + strings.TrimSuffix(o.About.Claim, ".")
	c.Subtitle = "scenario " + s.Name + ", profile " + s.Profile + picture.Lifetimes(o.Model.Params(), *o.Trace)
	if o.Trace.Mode == checker.Any {
		c.Subtitle += ", any durations"
	}
	c.Verdict = verdictWords(o) + ": " + o.Property
	c.Violated = o.Verdict == checker.Violated.String() || o.Unknown() && !goal(o) // a possible one is no good news
	c.Explanation = sentence(wording(o))
	if reason := WhyUnknown(o.Reason); reason != "" {
		c.Explanation += " " + sentence(reason)
	}
	return c
}

// wording is why the run shows what it shows, in a sentence or two.
func wording(o judge.Outcome) string {
	if o.Explanation != nil {
		return o.Explanation.Sentence
	}
	story, _ := picture.Story(o.Model, o.Checked, *o.Trace)
	return story
}

func sentence(text string) string {
	if text == "" || strings.HasSuffix(text, ".") {
		return text
	}
	return text + "."
}

// TraceFile is the saved form of the trace of an outcome.
func TraceFile(s judge.Scenario, o judge.Outcome, scenario string) tracefile.File {
	m := tracefile.Model(o.Model)
	if o.Trace.Mode == checker.Any {
		m = o.Model.Any()
	}
	f := tracefile.New(tracefile.Origin{
		Name: s.Name, Profile: s.Profile, Property: o.Property, Verdict: o.Verdict, Scenario: scenario,
	}, m, *o.Trace)
	if o.Explanation != nil {
		text, err := json.Marshal(o.Explanation)
		if err != nil {
			panic(err) // it is made of texts and numbers
		}
		f.Explanation = text
	}
	return f
}

// Save writes dir/SCENARIO.PROFILE.PROPERTY.{dot,txt,trace.json} for each
// violation and each witness of s, and notes the names in its outcomes.
// scenario is the resolved scenario file.
func Save(dir string, s judge.Scenario, scenario string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for _, o := range s.Outcomes {
		if o.Course != nil {
			name := filepath.Join(dir, fileName(s.Name)+"."+fileName(s.Profile)+"."+fileName(o.Property)+".txt")
			if err := writeFile(name, func(w io.Writer) error { return writeCourse(w, s, o) }); err != nil {
				return err
			}
			o.Files["txt"] = name
		}
		if o.Trace == nil || o.Unknown() {
			continue
		}
		base := filepath.Join(dir, fileName(s.Name)+"."+fileName(s.Profile)+"."+fileName(o.Property))
		chart, trace := Chart(s, o), TraceFile(s, o, scenario)
		for suffix, write := range map[string]func(io.Writer) error{
			"dot": chart.WriteDOT, "trace.json": trace.Write, "txt": func(w io.Writer) error {
				if err := chart.WriteText(w); err != nil {
					return err
				}
				return WriteDetails(w, o)
			},
		} {
			name := base + "." + suffix
			if err := writeFile(name, write); err != nil {
				return err
			}
			o.Files[suffix] = name
		}
	}
	return nil
}

func writeFile(name string, write func(io.Writer) error) error {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	if err := write(f); err != nil {
		f.Close() // the first error is the one to tell
		return err
	}
	return f.Close()
}

// fileName is a name as part of a file's, without what would lead elsewhere.
func fileName(name string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune("-_.+", r) || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
			return r
		}
		return '_'
	}, name)
}
