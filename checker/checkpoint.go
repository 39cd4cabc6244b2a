package checker

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"
)

// Checkpoint says where a check keeps what it knows, so that another can go on from
// there with the same results. It needs models that are Packers.
//
// A search goes on where it was, in Any between two rounds and in Exact between two
// batches of classes. What is computed from a search when it is done, and Stays, begins
// anew.
type Checkpoint struct {
	// File is written every so often, and when a bound or the end of the context
	// stops a search; "" is never.
	File string
	// Resume is the checkpoint to go on from; "" is none.
	Resume string
	// Name is what the model is called in messages. Key holds all that makes the
	// model what it is; checkpoints of another one are refused.
	Name, Key string
	// Failed, when not nil, is called when File cannot be written; the check goes
	// on without.
	Failed func(error)
}

// A checkpoint is due a second after the last one, or later where writing takes so
// long that it would cost more than a thirtieth.
const (
	checkpointPause = time.Second
	checkpointShare = 30
)

// saver writes the checkpoints of a check, and has read the one to go on from.
type saver[S comparable] struct {
	check *check[S]
	to    Checkpoint
	head  heading
	done  []string // stages
	off   bool     // a stage was not finished: what came after it cannot be told

	pause, cost time.Duration
	last        time.Time
	failure     string

	// A search that is to go on, the stage that it belongs to, and the rest of the
	// file with what it has visited.
	search *savedSearch
	exact  *savedExact
	stage  string
	file   *os.File
	rest   *input
}

// heading is what a checkpoint must share with the check that goes on from it, but for
// bounds, which may be larger.
type heading struct {
	Name, Model, Properties, Options, Binary string
	Bounds                                   savedBounds
}

// knowledge is what was decided, and what is under way.
type knowledge[S comparable] struct {
	Done     []string
	Outcomes []savedOutcome[S]
	Decided  []bool
	Runs     []Run
	Stage    string       // of the search
	Search   *savedSearch // in Any, nil between two stages and in Exact
	Exact    *savedExact  // in Exact
}

// underway is a search that has not ended: what there is to say of it, and what writes
// the states that it has visited.
type underway struct {
	any   *savedSearch
	exact *savedExact
	rest  func(output) error
}

// newSaver begins to write checkpoints, from the one to resume on if there is one.
// It is nil where none are asked for.
func newSaver[S comparable](c *check[S]) (*saver[S], error) {
	to := c.opt.Checkpoint
	if to.File == "" && to.Resume == "" {
		return nil, nil
	}
	binary, err := thisBinary()
	if err != nil {
		return nil, fmt.Errorf("checker: a checkpoint needs the hash of this program: %w", err)
	}
	v := &saver[S]{check: c, to: to, pause: checkpointPause, last: time.Now(), head: heading{Name: to.Name, Binary: binary}}
	key := sha256.Sum256([]byte(to.Key))
	v.head.Model = hex.EncodeToString(key[:])
	var props []string
	for _, p := range c.props {
		props = append(props, p.Name+" ("+p.Kind.String()+")")
	}
	v.head.Properties = strings.Join(props, ", ")
	o := c.opt
	v.head.Options = fmt.Sprintf("time %v, reduction %v, symmetry %t, fingerprints %t, seed %d, merge %t",
		o.Time, o.Reduction, o.Symmetry, o.Fingerprints, o.Seed, o.Merge)
	v.head.Bounds = boundsOf(o)
	switch {
	case to.Resume == "":
		err = writeCheckpoint(to.File, func(w output) error { return v.content(w, underway{}) })
	default:
		if err = v.read(); err == nil && to.File != "" && to.File != to.Resume {
			err = v.copy()
		}
	}
	if err != nil {
		return nil, err
	}
	return v, nil
}

// copy makes the file to write what the one to go on from is.
func (v *saver[S]) copy() error {
	err := replaceFile(v.to.File, func(w io.Writer) error {
		from, err := os.Open(v.to.Resume)
		if err != nil {
			return err
		}
		defer func() { _ = from.Close() }() // it was read only
		_, err = io.Copy(w, from)
		return err
	})
	if err != nil {
		return &CheckpointError{v.to.File, "cannot be written: " + err.Error()}
	}
	return nil
}

// read takes over what is decided.
func (v *saver[S]) read() error {
	f, r, err := openCheckpoint(v.to.Resume)
	if err != nil {
		return err
	}
	refuse := func(format string, args ...any) error {
		_ = f.Close() // it was read only
		return &CheckpointError{v.to.Resume, fmt.Sprintf(format, args...)}
	}
	var head heading
	r.json(&head)
	switch {
	case r.err != nil:
		return refuse("has no heading: %v", r.err)
	case head.Name != v.head.Name:
		return refuse("is of %s, not of %s", head.Name, v.head.Name)
	case head.Model != v.head.Model:
		return refuse("is of %s with other contents or parameters", head.Name)
	case head.Properties != v.head.Properties:
		return refuse("is of other properties: %s; asked are: %s", head.Properties, v.head.Properties)
	case head.Binary != v.head.Binary:
		return refuse("was written by another build of finwait; only the same build goes on exactly as it would have")
	case head.Options != v.head.Options:
		return refuse("is of other options: %s; given are: %s", head.Options, v.head.Options)
	}
	var s knowledge[S]
	r.json(&s)
	c := v.check
	if r.err != nil || len(s.Outcomes) != len(c.out) || len(s.Decided) != len(c.out) {
		return refuse("tells nothing of these properties: %v", r.err)
	}
	if why := head.Bounds.raisedTo(v.head.Bounds, s.Runs); why != "" {
		return refuse("%s", why)
	}
	for i, o := range s.Outcomes {
		c.out[i] = o.outcome(c.sys)
	}
	c.decided, c.runs = s.Decided, s.Runs
	v.done, v.stage, v.search, v.exact, v.file, v.rest = s.Done, s.Stage, s.Search, s.Exact, f, r
	if s.Search == nil && s.Exact == nil {
		return f.Close()
	}
	return nil
}

// content writes the state of the check, and of a search that is under way.
func (v *saver[S]) content(w output, x underway) error {
	c := v.check
	s := knowledge[S]{Done: v.done, Decided: c.decided, Runs: c.runs}
	for _, o := range c.out {
		s.Outcomes = append(s.Outcomes, saveOutcome(c.sys, o))
	}
	if x.rest != nil {
		s.Stage, s.Search, s.Exact = v.stage, x.any, x.exact
	}
	if err := w.json(v.head); err != nil {
		return err
	}
	if err := w.json(s); err != nil || x.rest == nil {
		return err
	}
	return x.rest(w)
}

func (v *saver[S]) write(x underway) {
	begin := time.Now()
	err := writeCheckpoint(v.to.File, func(w output) error { return v.content(w, x) })
	v.last = time.Now()
	v.cost = v.last.Sub(begin)
	if err != nil && err.Error() != v.failure && v.to.Failed != nil {
		v.failure = err.Error()
		v.to.Failed(err)
	}
}

// between is called between two rounds of a search, before the next one or instead of
// it when the search is stopped.
func (v *saver[S]) between(stopped bool, search func() underway) {
	due := stopped || time.Since(v.last) >= max(v.pause, checkpointShare*v.cost)
	if due && !v.off && v.to.File != "" {
		v.write(search())
	}
}

// attach makes a search in Any write checkpoints, and go on where it was saved.
func (v *saver[S]) attach(x *anySearch[S]) error {
	x.saver = v
	if v.search == nil {
		return nil
	}
	s := v.search
	v.search = nil
	return v.close(x.goOn(s, v.rest))
}

// close ends reading.
func (v *saver[S]) close(err error) error {
	if err == nil && v.rest.left != 0 {
		err = fmt.Errorf("is longer than what it holds")
	}
	_ = v.file.Close() // it was read only
	if err != nil {
		return &CheckpointError{v.to.Resume, err.Error()}
	}
	return nil
}

// circumstance: another try, with more time or memory, may come further.
func circumstance(reason string) bool {
	return reason == reasonInterrupted || reason == reasonTime || reason == reasonMemory
}

// run does one stage of the check, unless it is done.
func (v *saver[S]) run(stage string, do func()) {
	c := v.check
	if slices.Contains(v.done, stage) {
		return
	}
	v.stage = stage
	before := len(c.runs)
	do()
	v.off = v.off || c.err != nil ||
		slices.ContainsFunc(c.runs[before:], func(r Run) bool { return circumstance(r.Stopped) }) ||
		slices.ContainsFunc(c.out, func(o Outcome[S]) bool { return circumstance(o.Reason) })
	if v.off {
		return
	}
	v.done = append(v.done, stage)
	if v.to.File != "" {
		v.write(underway{})
	}
}

// savedOutcome is an Outcome whose trace has its states packed.
type savedOutcome[S comparable] struct {
	Outcome[S]
	Trace *savedTrace
}

type savedTrace struct {
	Mode  Mode
	Init  []uint64
	Steps []savedStep
	Loop  int
	End   int64
}

type savedStep struct {
	At    int64
	Event Event
	Label Label
	State []uint64
}

func saveOutcome[S comparable](sys System[S], o Outcome[S]) savedOutcome[S] {
	t := o.Trace
	o.Trace = nil
	if t == nil {
		return savedOutcome[S]{Outcome: o}
	}
	p := packerOf(sys, t.Mode)
	pack := func(s S) []uint64 {
		words := make([]uint64, p.Words())
		p.Pack(s, words)
		return words
	}
	saved := &savedTrace{Mode: t.Mode, Init: pack(t.Init), Loop: t.Loop, End: t.End}
	for _, s := range t.Steps {
		saved.Steps = append(saved.Steps, savedStep{s.At, s.Event, s.Label, pack(s.State)})
	}
	return savedOutcome[S]{o, saved}
}

func (o savedOutcome[S]) outcome(sys System[S]) Outcome[S] {
	if t := o.Trace; t != nil {
		p := packerOf(sys, t.Mode)
		trace := &Trace[S]{Mode: t.Mode, Init: p.Unpack(t.Init), Loop: t.Loop, End: t.End}
		for _, s := range t.Steps {
			trace.Steps = append(trace.Steps, Step[S]{s.At, s.Event, s.Label, p.Unpack(s.State)})
		}
		o.Outcome.Trace = trace
	}
	return o.Outcome
}

func packerOf[S comparable](sys System[S], mode Mode) Packer[S] {
	if mode == Any {
		return sys.any().(Packer[S])
	}
	return sys.Exact.(Packer[S])
}

func validateCheckpoint[S comparable](sys System[S], opt Options) error {
	if opt.Checkpoint.File == "" && opt.Checkpoint.Resume == "" {
		return nil
	}
	if opt.Spill != "" {
		return fmt.Errorf("checker: a checkpoint is asked for and Options.Spill is set; a search whose states are on disk is not saved, choose one")
	}
	for _, m := range []Model[S]{sys.any(), sys.Exact} {
		if _, packs := m.(Packer[S]); !packs {
			return fmt.Errorf("checker: a checkpoint is asked for, but %T lacks a Pack method (see Packer)", m)
		}
	}
	return nil
}
