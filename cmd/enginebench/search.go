package main

import (
	"context"
	"embed"
	"fmt"
	"time"

	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/checker/bench"
	"github.com/finwait/finwait/cmd/finwait/judge"
	"github.com/finwait/finwait/cmd/finwait/scenario"
	"github.com/finwait/finwait/properties"
	"github.com/finwait/finwait/spec"
)

//go:embed scenarios/*.yaml
var scenarios embed.FS

// search is one search as data: a child process gets it and does it.
type search struct {
	Model    string   // "tcpclose", "twophase" or "scenario"
	Size     string   // of tcpclose
	Managers int      // of twophase
	Scenario string   // the name of an embedded file
	Set      []string // what finwait check --set would be given
	// Time is that of a scenario; the models are explored in Any.
	Time checker.Mode
	// Times multiplies every window of a scenario, 0 being 1, and Longer adds
	// 1 µs wherever a window begins or ends after that long.
	Times, Longer int64
	MaxStates     int
	Workers       int
	Fingerprints  bool
	// Spill is a directory for states, and Memory what is used besides.
	Spill  string
	Memory uint64
}

// figures is what a search did. The parent adds what only it can see: Wall and Bytes.
type figures struct {
	States, Classes, Transitions, Depth int
	Stopped                             string  // empty when everything was explored
	Seconds                             float64 // of the search alone
	Wall                                float64 // of the process, which is what peers are measured by
	Bytes                               int64   // peak resident memory of the process
	Spilled                             int64   // bytes written to disk
}

func (s search) do(ctx context.Context) (figures, error) {
	switch s.Model {
	case "tcpclose":
		size, ok := map[string]bench.Size{"S": bench.S, "M": bench.M, "L": bench.L}[s.Size]
		if !ok {
			return figures{}, fmt.Errorf("tcpclose has no size %q", s.Size)
		}
		return explore[bench.State](ctx, s, bench.NewTCPClose(size), bench.FinWasSeen)
	case "twophase":
		return explore[bench.Managers](ctx, s, bench.NewTwoPhase(s.Managers), bench.Consistent)
	case "scenario":
		return s.judge(ctx)
	}
	return figures{}, fmt.Errorf("no model %q", s.Model)
}

// explore asks for the invariant of a model, as the peers do.
func explore[S comparable](ctx context.Context, s search, m checker.Model[S], invariant func(S) bool) (figures, error) {
	always := []checker.Property[S]{{Name: "invariant", Kind: checker.Always, Goal: invariant}}
	opt := s.options()
	opt.Time = checker.Any
	f, res, err := check(ctx, checker.System[S]{Exact: m}, always, opt)
	if err == nil && res.Outcomes[0].Verdict == checker.Violated {
		err = fmt.Errorf("the invariant of %s is violated", s.Model)
	}
	return f, err
}

func (s search) options() checker.Options {
	return checker.Options{MaxStates: s.MaxStates, Workers: s.Workers, Spill: s.Spill, Memory: s.Memory, Fingerprints: s.Fingerprints}
}

func check[S comparable](ctx context.Context, sys checker.System[S], props []checker.Property[S], opt checker.Options) (figures, checker.Result[S], error) {
	begin := time.Now()
	res, err := checker.Check(ctx, sys, props, opt)
	if err != nil {
		return figures{}, res, err
	}
	run := res.Runs[len(res.Runs)-1]
	return figures{
		States: run.States, Classes: run.Classes, Transitions: run.Transitions, Depth: run.Depth,
		Stopped: run.Stopped, Seconds: time.Since(begin).Seconds(),
		Spilled: run.Spilled,
	}, res, nil
}

// judge explores a scenario as finwait check does, without asking anything.
func (s search) judge(ctx context.Context) (figures, error) {
	m, err := s.specification()
	if err != nil {
		return figures{}, err
	}
	opt := s.options()
	opt.Time = s.Time
	sys := properties.System(m)
	if s.Times != 0 || s.Longer != 0 {
		sys.Exact = retimed{m, s.window}
	}
	f, _, err := check(ctx, sys, nil, opt)
	return f, err
}

// specification is the model of the first profile of the scenario.
func (s search) specification() (*spec.Model, error) {
	p, err := s.params()
	if err != nil {
		return nil, err
	}
	return judge.Model(p)
}

// params are those of the first profile of the scenario.
func (s search) params() (spec.Params, error) {
	file := s.Scenario + ".yaml"
	src, err := scenarios.ReadFile("scenarios/" + file)
	if err != nil {
		return spec.Params{}, err
	}
	parsed, err := scenario.Parse(file, src)
	if err != nil {
		return spec.Params{}, err
	}
	i, err := parsed.Instantiate(parsed.Profiles()[0], scenario.Overrides{Set: s.Set})
	return i.Params, err
}

// window is what becomes of the begin or end of a window.
func (s search) window(at int64) int64 {
	switch {
	case at == checker.Forever:
		return at
	case s.Longer != 0 && at == s.Longer:
		at++
	}
	return at * max(s.Times, 1)
}

// retimed is the specification with other windows.
type retimed struct {
	*spec.Model
	window func(int64) int64
}

func (r retimed) Events(s spec.State, buf []spec.Event) []spec.Event {
	from := len(buf)
	buf = r.Model.Events(s, buf)
	for i := range buf[from:] {
		e := &buf[from+i]
		e.Earliest, e.Latest = r.window(e.Earliest), r.window(e.Latest)
	}
	return buf
}
