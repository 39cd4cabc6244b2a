package report

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/dustin/go-humanize"

	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/cmd/finwait/judge"
	"github.com/finwait/finwait/cmd/finwait/picture"
)

// The text report fits in this many columns, names of files and commands aside.
const columns = 100

// nameWidth is the column in which the properties' names stand.
const nameWidth = 32

// WriteScenario writes the verdicts of one scenario in one profile. What is as
// expected is short, what is different is told at length.
func WriteScenario(w io.Writer, s judge.Scenario) error {
	p := &printer{}
	p.head(s)
	p.population(s.Population)
	p.reductions(s.Runs)
	p.spilled(s.Runs)
	p.holding(s.Outcomes)
	p.inexact(s.Outcomes)
	for _, o := range s.Outcomes {
		switch {
		case o.Different():
			p.different(s, o)
		case o.Known:
			p.item("·", o.Property, "known from the baseline: "+difference(o))
		case o.Unknown(): // below
		case o.Excused:
			p.item("✓", o.Property, o.Reason)
		case o.Verdict == checker.Violated.String() && !goal(o):
			p.item("✓", o.Property, fmt.Sprintf("violated%s%s: %s", asExpected(o), inSteps(o), story(s, o)))
			p.explanation(o)
		case o.Verdict == checker.Holds.String() && goal(o):
			p.item("✓", o.Property, "reached"+asExpected(o)+inSteps(o))
		}
	}
	p.unknown(s.Outcomes)
	for _, d := range s.Drift {
		p.item("✗", "", "DIFFERENT from what is pinned: "+d)
	}
	p.stays(s.Stays)
	p.coverage(s.Coverage)
	p.b.WriteByte('\n')
	_, err := w.Write(p.b.Bytes())
	return err
}

// printer collects the lines of one scenario.
type printer struct{ b bytes.Buffer }

func (p *printer) head(s judge.Scenario) {
	name := s.Name + " · " + s.Profile
	figures := fmt.Sprintf("%s, %s, depth %d, %s s",
		count(s.States, "state"), count(s.Transitions, "transition"), s.Depth, seconds(s.Seconds))
	switch {
	case len(s.Runs) > 0:
	case s.Population != nil:
		figures = "in closed form"
	default:
		figures = "nothing to explore"
	}
	if s.Stopped != "" {
		figures += ", stopped: " + cmp.Or(stopped[s.Stopped], s.Stopped)
	}
	gap := columns - utf8.RuneCountInString(name) - utf8.RuneCountInString(figures)
	fmt.Fprintf(&p.b, "%s%s%s\n", name, strings.Repeat(" ", max(gap, 2)), figures)
}

// reductions tells which runs left something out.
func (p *printer) reductions(runs []judge.Run) {
	mirrored := slices.ContainsFunc(runs, func(r judge.Run) bool { return r.Symmetry })
	for _, r := range runs {
		// A run for a single property is to show what another found.
		apart := mirrored && !r.Symmetry && r.Time == checker.Any.String() && strings.HasPrefix(r.Purpose, "safety")
		if r.Reduced == 0 && !r.Symmetry && !apart {
			continue
		}
		text := fmt.Sprintf("any durations: %s", count(r.States, "state"))
		if r.Reduced > 0 {
			text += fmt.Sprintf(", %s expanded in full, %s reduced", humanize.Comma(int64(r.Full)), humanize.Comma(int64(r.Reduced)))
		}
		if r.Symmetry {
			text += ", one of each two mirror images"
		}
		if apart {
			text += ", both mirror images, for properties of steps and of whole runs"
		}
		p.item("·", "", text)
	}
}

// spilled tells which runs kept their states on disk.
func (p *printer) spilled(runs []judge.Run) {
	for _, r := range runs {
		if r.Spilled > 0 {
			p.item("·", "", fmt.Sprintf("any durations: %s, %s written to disk", count(r.States, "state"), humanize.IBytes(uint64(r.Spilled))))
		}
	}
}

// holding sums up what holds, and the goals that are rightly not reached.
func (p *printer) holding(outcomes []judge.Outcome) {
	var hold, vacuous, unstated int
	var unreached []string
	for _, o := range outcomes {
		switch {
		case o.Different(), o.Known, o.Unknown(), o.Excused:
		case goal(o):
			if o.Verdict == checker.Violated.String() {
				unreached = append(unreached, o.Property)
			}
		case o.Verdict == checker.Holds.String():
			hold++
			if o.Vacuous {
				vacuous++
			}
			if o.Expected == nil {
				unstated++
			}
		}
	}
	if hold > 0 {
		text := count(hold, "property") + map[bool]string{true: " holds", false: " hold"}[hold == 1]
		var of []string
		if vacuous > 0 {
			of = append(of, fmt.Sprintf("%d vacuously", vacuous))
		}
		if unstated > 0 {
			of = append(of, fmt.Sprintf("%d without expectation", unstated))
		}
		if len(of) > 0 {
			text += " (" + strings.Join(of, ", ") + ")"
		}
		p.item("✓", "", text)
	}
	if len(unreached) > 0 {
		p.item("✓", "", "not reached: "+strings.Join(unreached, ", "))
	}
}

// inexact says what verdicts that rest on fingerprints are worth.
func (p *printer) inexact(outcomes []judge.Outcome) {
	n, missed := 0, 0.0
	for _, o := range outcomes {
		if o.MissedAtMost > 0 {
			n, missed = n+1, max(missed, o.MissedAtMost)
		}
	}
	if n > 0 {
		p.item("~", "", fmt.Sprintf("%s not exact: states were told apart by fingerprints, and the probability that one was missed is at most %.1g",
			count(n, "verdict"), missed))
	}
}

// unknown names what was not decided, by reason.
func (p *printer) unknown(outcomes []judge.Outcome) {
	var reasons []string
	names := map[string][]string{}
	for _, o := range outcomes {
		if o.Unknown() {
			if names[o.Reason] == nil {
				reasons = append(reasons, o.Reason)
			}
			names[o.Reason] = append(names[o.Reason], o.Property)
		}
	}
	for _, reason := range reasons {
		of := names[reason]
		p.item("?", "", fmt.Sprintf("%d unknown, %s: %s", len(of), WhyUnknown(reason), strings.Join(of, ", ")))
	}
}

func (p *printer) different(s judge.Scenario, o judge.Outcome) {
	p.item("✗", o.Property, "DIFFERENT: "+difference(o))
	if o.Trace == nil { // the chart says it too
		p.indented(o.About.Claim)
	}
	if o.Reason != "" {
		p.indented(o.Reason)
	}
	if o.Course != nil {
		p.b.Write(CourseText(o.Course))
		p.b.WriteString("\n    repeat with: " + o.Repeat + "\n")
	}
	if o.Trace != nil {
		var chart bytes.Buffer
		if err := Chart(s, o).WriteText(&chart); err != nil {
			p.indented("no chart: " + err.Error())
		}
		p.b.WriteByte('\n')
		for line := range strings.Lines(chart.String()) {
			p.b.WriteString(strings.TrimRight("    "+line, " \n") + "\n")
		}
		if o.Explanation != nil {
			p.indented("Failed condition: " + o.Explanation.Conjunct.String() + ".")
		}
		p.b.WriteByte('\n')
		p.b.WriteString("    repeat with: " + o.Repeat + "\n")
	}
}

// explanation is why a violation is one, where it was asked for.
func (p *printer) explanation(o judge.Outcome) {
	if o.Explanation == nil {
		return
	}
	p.indented(o.Explanation.Sentence)
	p.indented("Failed condition: " + o.Explanation.Conjunct.String() + ".")
	for _, line := range stepLines(o) {
		p.b.WriteString("    " + line + "\n")
	}
}

// item writes a line with a mark, continued below its text.
func (p *printer) item(mark, name, text string) {
	lead := "  " + mark + " "
	if name != "" {
		lead += fmt.Sprintf("%-*s ", nameWidth, name)
	}
	indent := utf8.RuneCountInString(lead)
	for i, line := range wrap(text, columns-indent) {
		if i > 0 {
			lead = strings.Repeat(" ", indent)
		}
		p.b.WriteString(lead + line + "\n")
	}
}

func (p *printer) indented(text string) {
	for _, line := range wrap(text, columns-4) {
		p.b.WriteString("    " + line + "\n")
	}
}

// Summary is what was judged and how it ended, in a line.
func (r Report) Summary() string {
	t := r.tally()
	names := map[string]bool{}
	for _, s := range r.Scenarios {
		names[s.Name] = true
	}
	judged := fmt.Sprintf("%s in %s, %s", count(len(names), "scenario"), count(len(r.Scenarios), "profile run"), count(t.all, "verdict"))
	var result string
	switch {
	case t.different == 0 && t.unknown == 0:
		result = "all as expected"
	case t.different == 0:
		result = fmt.Sprintf("%d unknown, the others as expected", t.unknown)
	default:
		result = fmt.Sprintf("%d DIFFERENT", t.different)
		if t.unknown > 0 {
			result += fmt.Sprintf(", %d unknown", t.unknown)
		}
	}
	if uncovered, decided := r.uncovered(); decided && len(uncovered) > 0 {
		result += ", rules NOT COVERED"
	}
	if t.known > 0 {
		result += fmt.Sprintf(", %d known from the baseline", t.known)
	}
	return judged + ": " + result
}

// WriteSummary writes the last line of the report.
func (r Report) WriteSummary(w io.Writer) error {
	if err := r.writeCoverage(w); err != nil {
		return err
	}
	line := fmt.Sprintf("%s in %s s", r.Summary(), seconds(r.Elapsed.Seconds()))
	switch left := r.Asked - len(r.Scenarios); {
	case left > 0:
		line += fmt.Sprintf(" (interrupted, %s not judged)", count(left, "profile run"))
	case r.Interrupted:
		line += " (interrupted)"
	}
	_, err := fmt.Fprintln(w, line)
	return err
}

func goal(o judge.Outcome) bool { return o.Kind == checker.Reachable.String() }

func story(s judge.Scenario, o judge.Outcome) string {
	if o.Trace == nil {
		return o.Reason
	}
	_, short := picture.Story(o.Model, o.Checked, *o.Trace)
	return short
}

func asExpected(o judge.Outcome) string {
	if o.Expected == nil {
		return " (nothing is expected with these parameters)"
	}
	return " as expected"
}

// verdictWords and expectedWords speak of goals as goals.
func verdictWords(o judge.Outcome) string {
	text := words(o.Verdict, goal(o))
	if o.Excused {
		text = "says nothing here"
	}
	if o.Unknown() {
		text = "possible" // with a trace, which a search without durations found
	}
	return text + inSteps(o)
}

func expectedWords(o judge.Outcome) string {
	if o.Expected == nil {
		return "nothing"
	}
	return words(*o.Expected, goal(o))
}

func words(verdict string, goal bool) string {
	if !goal {
		return verdict
	}
	switch verdict {
	case checker.Holds.String():
		return "reached"
	case checker.Violated.String():
		return "not reached"
	}
	return verdict
}

// inSteps is empty for what was found without a run.
func inSteps(o judge.Outcome) string {
	if o.Steps == nil {
		return ""
	}
	return " in " + count(*o.Steps, "step")
}

var unknownReasons = map[string]string{
	// By package checker's words.
	"possible":         "possible for some durations; --time exact decides for these",
	"states":           "the bound on states was hit; see --max-states",
	"depth":            "the bound on depth was hit; see --max-depth",
	"time":             "the bound on time was hit; see --max-time",
	"memory":           "the bound on memory was hit; see --memory",
	"full":             full + ": see network.capacity (4 where it is not set, at most 8), or let fewer segments be lost, duplicated or written",
	"interrupted":      "interrupted",
	"fingerprints":     "liveness is not judged with --fingerprints",
	"spill":            "liveness is not judged with --spill",
	"needs exact time": "a question of durations; see --time",
}

// full says what Effect.Full of package checker means in the specification.
const full = "a state had more segments in flight one way than the model has room for"

// stopped are reasons that do not speak for themselves where there is no place for more.
var stopped = map[string]string{"full": "no room for a segment"}

// WhyUnknown says in words why a verdict is unknown, and what would do, from Outcome.Reason.
func WhyUnknown(reason string) string {
	if text, ok := unknownReasons[reason]; ok {
		return text
	}
	return reason
}

// count is a number and its noun: "1 state", "1,200 states", "3 properties".
func count(n int, noun string) string {
	switch {
	case n == 1:
	case strings.HasSuffix(noun, "y"):
		noun = strings.TrimSuffix(noun, "y") + "ies"
	default:
		noun += "s"
	}
	return humanize.Comma(int64(n)) + " " + noun
}

func seconds(s float64) string {
	if s < 10 {
		return fmt.Sprintf("%.2f", s)
	}
	return fmt.Sprint(time.Duration(s * float64(time.Second)).Round(time.Second / 10).Seconds())
}

// wrap breaks text at spaces into lines of at most width characters; a longer
// word keeps a line of its own.
func wrap(text string, width int) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(text) {
		switch {
		case line == "":
			line = word
		case utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) <= width:
			line += " " + word
		default:
			lines = append(lines, line)
			line = word
		}
	}
	return append(lines, line)
}
