package fuzz

import (
	"context"
	"fmt"
	"hash/crc32"
	"strings"

	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/cmd/finwait/generate"
	"github.com/finwait/finwait/cmd/finwait/scenario"
)

// corpus tries the scenarios of earlier findings, each in its first profile, with the
// properties that it names. Those of mutants that are not asked for are left out.
func (f *fuzzer) corpus(ctx context.Context) error {
	t := tester{opt: f.Options, space: f.Options.Space}
	for n, s := range f.Corpus {
		if ctx.Err() != nil {
			f.Stopped = "interrupted"
			return nil
		}
		if !f.Shard.Has(n) || !mayDraw(f.Space, s.Settings()) {
			continue
		}
		i, err := s.Instantiate(s.Profiles()[0], scenario.Overrides{})
		if err != nil {
			return err
		}
		t.opt.Properties = i.Properties
		r := trial{combination: generate.Combination{Profile: i.Profile, Settings: s.Settings()}}
		if err := t.judge(ctx, i, &r); err != nil {
			return err
		}
		if f.SelfCheck {
			c, err := t.question(i)
			if err != nil {
				return err
			}
			if err := t.ask(ctx, query{i, c, r.found, i.Params}, &r); err != nil {
				return err
			}
		}
		f.Result.Runs++
		f.Verdicts += len(r.found.Outcomes)
		f.Unknown += r.unknown
		for _, w := range r.flaws {
			if isMutated(r.combination) && f.known[w.about(r.combination)] {
				continue
			}
			f.known[w.about(r.combination)] = true
			finding := Finding{
				Subject: w.subject, Oracle: w.oracle, Text: w.text, Run: -1, Combination: r.combination, Found: r.found, Known: s,
			}
			if err := f.add(finding); err != nil {
				return err
			}
		}
	}
	return nil
}

// Name is a name for the finding's file: what it is about, with a digest of the keys.
func (f Finding) Name() string {
	return fmt.Sprintf("%s-%08x", strings.TrimPrefix(f.Subject, oraclePrefix), crc32.ChecksumIEEE([]byte(f.Combination.String())))
}

// File is the finding as a scenario file that expects what the catalogue expects, so
// that a check of it fails until what is wrong is mended.
func (f Finding) File(repeat string) scenario.Draft {
	d := f.Combination.Draft(f.Name())
	d.Comments = []string{"Found by finwait fuzz: " + f.Subject + ": " + f.Text, "Repeat with: " + repeat}
	if f.Oracle {
		return d
	}
	d.Properties = []string{f.Subject}
	for _, o := range f.Found.Outcomes {
		if o.Property == f.Subject {
			d.Expect = map[string]scenario.Expectation{f.Subject: opposite[o.Verdict]}
		}
	}
	return d
}

// opposite: a finding is the verdict that was not expected.
var opposite = map[string]checker.Verdict{
	checker.Holds.String(): checker.Violated, checker.Violated.String(): checker.Holds,
}
