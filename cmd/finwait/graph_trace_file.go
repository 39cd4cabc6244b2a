package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/cmd/finwait/conform"
	"github.com/finwait/finwait/cmd/finwait/judge"
	"github.com/finwait/finwait/cmd/finwait/report"
	"github.com/finwait/finwait/cmd/finwait/wire"
)

// captureSuffixes are those of files of which conform makes one run.
var captureSuffixes = []string{".pcap", ".pcapng", ".cap", ".wire.json"}

const traceSuffix = ".trace.json"

// isRun tells whether an argument is a run rather than a scenario.
func isRun(arg string) bool {
	return strings.HasSuffix(arg, traceSuffix) ||
		slices.ContainsFunc(captureSuffixes, func(s string) bool { return strings.HasSuffix(arg, s) })
}

// fromFile is the run in a file: one that was saved, or a capture as the model
// explains it.
func (o *graphOptions) fromFile(ctx context.Context, name, connection string) (drawn, error) {
	if len(o.scenarios.profiles)+len(o.scenarios.files) > 0 {
		return drawn{}, fmt.Errorf("%s is a run; --profile and --properties are for scenarios", name)
	}
	if !strings.HasSuffix(name, traceSuffix) {
		return o.captured(ctx, name, connection)
	}
	if words := o.scenarios.words(); len(words) > 0 {
		return drawn{}, fmt.Errorf("%s has its parameters in it; %s is for scenarios and captures", name, words[0])
	}
	r := replayOptions{app: o.app}
	s, err := r.load(name)
	if err != nil {
		return drawn{}, err
	}
	if s.mismatch != nil {
		return drawn{}, fmt.Errorf("trace %s does not reproduce: %w", name, s.mismatch)
	}
	chart := s.chart()
	chart.Violated = s.Verdict == checker.Violated.String()
	return drawn{chart, s.file, wire.Run{Model: s.model, Trace: s.trace}}, nil
}

// captured is how the model explains the one connection of a capture.
func (o *graphOptions) captured(ctx context.Context, name, connection string) (drawn, error) {
	nothing := func(err error) (drawn, error) { return drawn{}, err }
	switch o.format.value {
	case "json":
		return nothing(fmt.Errorf("there is no JSON form of a capture's chart; finwait conform %s --format json gives what was found", name))
	case "pcapng":
		return nothing(fmt.Errorf("%s is a capture already", name))
	}
	in, err := conform.Load(name, conform.Options{Tolerance: time.Millisecond.Microseconds(), Connection: connection})
	if err != nil {
		return nothing(err)
	}
	for _, note := range in.Notes {
		fmt.Fprintf(o.app.stderr, "finwait: %s\n", note)
	}
	if len(in.Observed) != 1 {
		text := fmt.Sprintf("%s holds %d connections, and one at a time can be drawn; choose with --connection:", name, len(in.Observed))
		for _, source := range in.Observed {
			text += fmt.Sprintf("\n  %d  %s", source.Connection, source.Name)
		}
		return nothing(errors.New(text))
	}
	source := in.Observed[0]
	change := conformOptions{app: o.app, over: o.scenarios.over}
	if err := change.adjust(source.Observation); err != nil {
		return nothing(err)
	}
	opt := o.bounds.options()
	opt.Time = checker.Exact
	r, err := conform.Judge(ctx, source.Observation, opt)
	if err != nil {
		return nothing(&judge.InternalError{Case: source.File, Cause: err})
	}
	for _, note := range r.Notes {
		fmt.Fprintf(o.app.stderr, "finwait: %s: %s\n", filepath.Base(name), note)
	}
	if r.Trace == nil {
		fmt.Fprintf(o.app.stderr, "finwait: %s: %s (%s): there is no run to draw\n", name, r.Verdict, r.Reason)
		return nothing(codeError(report.Unknown))
	}
	chart := conformChart(source.Observation, &r)
	chart.Subtitle = fmt.Sprintf("%s, %d of %d things that were seen are explained", filepath.Base(name), r.Matched, r.Of)
	if r.Assumed != "" {
		chart.Subtitle += "; assumed: " + r.Assumed
	}
	if r.Verdict == conform.Deviates {
		chart.Explanation = strings.ReplaceAll(strings.TrimSpace(deviation(source.Observation, &r)), "\n  ", "\n")
	}
	return drawn{chart: chart, run: wire.Run{Model: r.Model, Trace: *r.Trace}}, nil
}

// pictureName is what a file for Graphviz is called by.
func pictureName(arg string) string {
	name := filepath.Base(arg)
	for _, suffix := range append([]string{traceSuffix}, captureSuffixes...) {
		if cut, ok := strings.CutSuffix(name, suffix); ok {
			return cut + ".trace"
		}
	}
	return name
}
