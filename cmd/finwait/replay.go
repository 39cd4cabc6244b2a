package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/cmd/finwait/judge"
	"github.com/finwait/finwait/cmd/finwait/picture"
	"github.com/finwait/finwait/cmd/finwait/report"
	"github.com/finwait/finwait/cmd/finwait/stepper"
	"github.com/finwait/finwait/cmd/finwait/tracefile"
	"github.com/finwait/finwait/cmd/finwait/why"
	"github.com/finwait/finwait/graphs"
	"github.com/finwait/finwait/properties"
	"github.com/finwait/finwait/spec"
)

type replayOptions struct {
	app    *app
	format *choice
	list   bool
}

func newReplay(a *app) *cobra.Command {
	o := &replayOptions{app: a}
	cmd := &cobra.Command{
		Use:   "replay TRACE",
		Short: "Step through a saved trace, recomputing every state",
		Long: `Read a trace.json of finwait check --out (- for standard input), rebuild the model from
the scenario in it, fire its events one after the other, and compare what happens with
what the file says: states, segments, times, and that the run shows the verdict.
Why a violation is one is worked out again, as finwait check does.

In a terminal it steps through the run: next, back, goto N, state, why, quit. With --list,
or where input or output is no terminal, the whole run is listed.

Exit codes: 0 the trace is verified, 1 it does not reproduce, 2 it cannot be read.`,
		Example: `  finwait check first-wave-lost --out traces
  finwait replay traces/first-wave-lost.linux.both-closed.trace.json`,
		Args: operands(1, 1),
		RunE: func(cmd *cobra.Command, args []string) error { return o.run(cmd.Context(), args[0]) },
	}
	o.format = choose(cmd.Flags(), "format", "form of the result on stdout", "text", "json")
	cmd.Flags().BoolVar(&o.list, "list", false, "list the whole run, also in a terminal")
	return cmd
}

// replayed is the result of a replay in its JSON form.
type replayed struct {
	Schema   string `json:"schema"`
	File     string `json:"file"`
	Name     string `json:"name"`
	Profile  string `json:"profile"`
	Property string `json:"property"`
	Verdict  string `json:"verdict"` // as the file claims
	Verified bool   `json:"verified"`
	Steps    int    `json:"steps"`
	// FailedAt is the step that does not reproduce, 0 the initial state; nil
	// when it is no single step, or when all is well.
	FailedAt *int   `json:"failed_at"`
	Reason   string `json:"reason"`
	// Explanation of a violation that is verified.
	Explanation *why.Explanation `json:"explanation,omitempty"`
}

// terminal is standard input where somebody can type there and read the answer.
func (o *replayOptions) terminal() (io.Reader, bool) {
	in, reads := o.app.stdin.(*os.File)
	out, writes := o.app.stdout.(*os.File)
	return in, reads && writes && term.IsTerminal(int(in.Fd())) && term.IsTerminal(int(out.Fd()))
}

// savedRun is a saved trace with what became of it.
type savedRun struct {
	replayed
	file     tracefile.File
	model    *spec.Model
	trace    picture.Trace // what could be recomputed
	about    *properties.Property
	mismatch error // nil for one that is verified
}

// load reads a trace and recomputes it. An error is one of reading.
func (o *replayOptions) load(name string) (savedRun, error) {
	f, err := o.read(name)
	if err != nil {
		return savedRun{}, fmt.Errorf("trace %s: %w", name, err)
	}
	m, err := modelOf(f)
	if err != nil {
		return savedRun{}, fmt.Errorf("trace %s: %w", name, err)
	}
	s := savedRun{file: f, model: m}
	if f.Property != "" {
		defined, err := definedBy(f)
		if err != nil {
			return s, fmt.Errorf("trace %s: the scenario in it: %w", name, err)
		}
		found, err := properties.SelectFrom(append(properties.Catalogue(), defined...), []string{f.Property})
		if err != nil {
			return s, fmt.Errorf("trace %s: %w", name, err)
		}
		s.about = &found[0]
	}
	s.trace, s.mismatch = verify(f, m, s.about)
	s.replayed = replayed{
		Schema: "finwait.replay/1", File: name, Name: f.Name, Profile: f.Profile, Property: f.Property,
		Verdict: f.Verdict, Verified: s.mismatch == nil, Steps: len(f.Steps),
	}
	if s.mismatch != nil {
		s.Reason = s.mismatch.Error()
		if at := (*tracefile.Mismatch)(nil); errors.As(s.mismatch, &at) {
			s.FailedAt = &at.Step
		}
	}
	return s, nil
}

func (o *replayOptions) run(ctx context.Context, name string) error {
	s, err := o.load(name)
	if err != nil {
		return err
	}
	if s.Verified && s.about != nil && s.Verdict == checker.Violated.String() {
		e, err := why.Explain(ctx, why.Question{Model: s.model, About: *s.about, Checked: s.about.Make(s.model.Params()), Trace: s.trace})
		if err != nil {
			return &judge.InternalError{Case: s.Name, Cause: err}
		}
		s.Explanation = &e
	}
	in, interactive := o.terminal()
	switch {
	case o.format.value == "json":
		err = writeJSON(o.app.stdout, s.replayed)
	case s.Verified && interactive && !o.list && name != "-":
		err = s.walk(in, o.app.stdout)
	default:
		err = s.write(o.app.stdout)
	}
	if err != nil {
		return err
	}
	if !s.Verified {
		return codeError(report.Different)
	}
	return nil
}

func (o *replayOptions) read(name string) (tracefile.File, error) {
	if name == "-" {
		return tracefile.Read(o.app.stdin)
	}
	info, err := os.Stat(name)
	if err != nil {
		return tracefile.File{}, errors.Unwrap(err)
	}
	if !info.Mode().IsRegular() {
		return tracefile.File{}, errors.New("not a regular file; a trace.json written by finwait check --out is wanted")
	}
	r, err := os.Open(name)
	if err != nil {
		return tracefile.File{}, errors.Unwrap(err)
	}
	defer r.Close() // it was only read
	return tracefile.Read(io.LimitReader(r, maxTrace))
}

// maxTrace is more than any trace that is worth reading.
const maxTrace = 1 << 28

// modelOf rebuilds the model from the scenario in the file.
func modelOf(f tracefile.File) (*spec.Model, error) {
	c, err := embedded(f)
	if err != nil {
		return nil, fmt.Errorf("the scenario in it: %w", err)
	}
	m, err := judge.Model(c)
	if err != nil {
		return nil, fmt.Errorf("the scenario in it: %w", err)
	}
	if f.Mode == checker.Any.String() {
		return m.Any(), nil
	}
	return m, nil
}

// verify recomputes the run, checks its times with a replayer that shares nothing
// with the search, and asks the property. The trace is what could be recomputed.
func verify(f tracefile.File, m *spec.Model, about *properties.Property) (picture.Trace, error) {
	trace, err := f.Recompute(m)
	if err != nil {
		return trace, err
	}
	if err := checker.Replay(m, trace); err != nil {
		return trace, err
	}
	if about == nil {
		return trace, nil
	}
	p := about.Make(m.Params())
	shows := checker.Violated
	if p.Kind == checker.Reachable {
		shows = checker.Holds
	}
	// A possible violation, of a search without durations, is unknown.
	if f.Verdict != shows.String() && f.Verdict != checker.Unknown.String() {
		return trace, fmt.Errorf("the file claims that %s %s, which no single run can show", f.Property, f.Verdict)
	}
	return trace, tracefile.Confirm(p, trace)
}

// chart is what was recomputed, with what became of the trace.
func (s *savedRun) chart() graphs.Chart {
	c := picture.Chart(s.model, s.trace)
	c.Subtitle = "scenario " + s.Name + ", profile " + s.Profile
	if s.about != nil {
		c.Title = s.about.Name + ": " + s.about.Claim
	}
	if s.Verified {
		if s.about != nil {
			if c.Explanation, _ = picture.Story(s.model, s.about.Make(s.model.Params()), s.trace); s.Explanation != nil {
				c.Explanation = s.Explanation.Sentence
			}
		}
		c.Verdict = fmt.Sprintf("verified: %d steps recomputed, %s", s.Steps, showing(s.replayed))
	} else {
		c.Loop, c.Violated = 0, true // what was recomputed does not go as far
		c.Verdict = "does not reproduce"
		c.Explanation = s.Reason
	}
	return c
}

// write lists the run.
func (s *savedRun) write(w io.Writer) error {
	if err := s.chart().WriteText(w); err != nil || !s.Verified {
		return err
	}
	return report.WriteDetails(w, judge.Outcome{Model: s.model, Trace: &s.trace, Explanation: s.Explanation})
}

// walk steps through a run that is verified.
func (s *savedRun) walk(in io.Reader, out io.Writer) error {
	run := stepper.Run{Model: s.model, Trace: s.trace, Title: fmt.Sprintf("%s, profile %s: %d steps, %s", s.Name, s.Profile, s.Steps, showing(s.replayed))}
	switch {
	case s.Explanation != nil:
		run.Why = s.Explanation.Sentence + " Failed condition: " + s.Explanation.Conjunct.String() + "."
	case s.about != nil:
		run.Why, _ = picture.Story(s.model, s.about.Make(s.model.Params()), s.trace)
	}
	return run.Walk(in, out)
}

func showing(r replayed) string {
	switch {
	case r.Property == "":
		return "a run of the model"
	case r.Verdict == checker.Holds.String():
		return r.Property + " is reached"
	case r.Verdict == checker.Unknown.String():
		return r.Property + " is decided so for some durations"
	default:
		return r.Property + " is violated"
	}
}
