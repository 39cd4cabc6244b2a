package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/pflag"

	"github.com/finwait/finwait/cmd/finwait/judge"
	"github.com/finwait/finwait/cmd/finwait/pinned"
	"github.com/finwait/finwait/cmd/finwait/report"
)

// pins are the flags that compare a check with earlier ones, and keep its summary.
type pins struct {
	baselineFile, expectFile, summary string
	update                            bool
	baseline                          pinned.Baseline
	expect                            pinned.Expect
}

func (p *pins) register(f *pflag.FlagSet) {
	f.StringVar(&p.baselineFile, "baseline", "", "fail on new differences only: `FILE` is an earlier result in --format json")
	f.StringVar(&p.expectFile, "expect-file", "", "expect the verdicts and counts that are pinned in `FILE` instead of the scenarios' own")
	f.BoolVar(&p.update, "update-expect", false, "pin what this check finds in the file of --expect-file; the exit code is that of the scenarios' own expectations")
	f.StringVar(&p.summary, "summary", "", "append a summary in Markdown to `FILE`, such as $GITHUB_STEP_SUMMARY")
}

// read reads the files, and gives the cases their expectations.
func (p *pins) read(cases []judge.Case) (err error) {
	if p.update && p.expectFile == "" {
		return errors.New("--update-expect needs --expect-file FILE, the file to update")
	}
	if p.baselineFile != "" {
		if p.baseline, err = load(p.baselineFile, pinned.ReadBaseline); err != nil {
			return fmt.Errorf("--baseline %w", err)
		}
	}
	if p.expectFile == "" {
		return nil
	}
	p.expect, err = load(p.expectFile, pinned.ReadExpect)
	if p.update && errors.Is(err, os.ErrNotExist) {
		err = nil // it is made
	}
	if err != nil {
		return fmt.Errorf("--expect-file %w", err)
	}
	if !p.update {
		for i := range cases {
			p.expect.Apply(&cases[i])
		}
	}
	return nil
}

func load[T any](name string, read func(io.Reader) (T, error)) (v T, err error) {
	f, err := os.Open(name)
	if err != nil {
		return v, fmt.Errorf("%s: %w", name, errors.Unwrap(err))
	}
	defer f.Close() // it was only read
	if v, err = read(f); err != nil {
		return v, fmt.Errorf("%s: %w", name, err)
	}
	return v, nil
}

// compare marks what is known and what has drifted.
func (p *pins) compare(s *judge.Scenario) {
	p.baseline.Mark(s)
	if p.expectFile != "" && !p.update {
		s.Drift = p.expect.Drift(*s)
	}
}

// finish writes what is to be kept of a check.
func (p *pins) finish(r report.Report, stderr io.Writer) error {
	for _, gone := range p.baseline.Gone(r.Scenarios) {
		fmt.Fprintf(stderr, "finwait: note: the baseline has %s, which is as expected now; leave it out\n", gone)
	}
	if p.update {
		if r.Interrupted || len(r.Scenarios) < r.Asked {
			return fmt.Errorf("--update-expect: the check was interrupted, %s is left as it is", p.expectFile)
		}
		p.expect.Update(r.Scenarios)
		if err := writeTo(p.expectFile, os.O_TRUNC, p.expect.Write); err != nil {
			return fmt.Errorf("--expect-file: %w", err)
		}
		fmt.Fprintf(stderr, "finwait: note: what was found is pinned in %s\n", p.expectFile)
	}
	if p.summary != "" {
		if err := writeTo(p.summary, os.O_APPEND, r.WriteMarkdown); err != nil {
			return fmt.Errorf("--summary: %w", err)
		}
	}
	return nil
}

func writeTo(name string, how int, write func(io.Writer) error) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|how, 0o644)
	if err != nil {
		return err
	}
	if err := write(f); err != nil {
		f.Close() // the first error is the one to tell
		return err
	}
	return f.Close()
}
