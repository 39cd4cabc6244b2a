package checker

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// Check judges properties of a model. An error says that the question is wrong,
// and names the property; bounds and the end of ctx give no error but verdicts
// that are unknown, with their reason. What was found until then stays found.
//
// All safety properties (Always, StepAlways, Reachable) share one run in each
// mode, which goes on to the end even when all of them are decided: the counts
// of a run are those of the whole graph. In Exact, each other property has runs
// of its own, which end at the first violation, neither stopped nor complete.
//
// In Any, and for what Auto lets Any decide, a verdict speaks of all durations.
// In Any what is not proved is unknown, with the reason "possible" and the run,
// without times, that makes it so. In Auto a run in Any that hit a bound proves
// nothing, and Exact decides.
func Check[S comparable](ctx context.Context, sys System[S], props []Property[S], opt Options) (Result[S], error) {
	if err := validate(sys, props, opt); err != nil {
		return Result[S]{}, err
	}
	c := &check[S]{
		ctx: ctx, sys: sys, props: props, opt: opt, epoch: time.Now(),
		out: make([]Outcome[S], len(props)), decided: make([]bool, len(props)),
	}
	for i, p := range props {
		c.out[i] = Outcome[S]{Property: p.Name, Kind: p.Kind, Exact: true}
	}
	saver, err := newSaver(c)
	if err != nil {
		return Result[S]{}, err
	}
	c.saver = saver
	if opt.Time != Exact {
		if err := c.any(); err != nil {
			return Result[S]{}, err
		}
	}
	if opt.Time != Any {
		c.exact()
	}
	if c.err != nil {
		return Result[S]{}, c.err
	}
	return Result[S]{Outcomes: c.out, Runs: c.runs}, nil
}

// check is one call of Check.
type check[S comparable] struct {
	ctx     context.Context
	sys     System[S]
	props   []Property[S]
	opt     Options
	epoch   time.Time
	rel     *relation[S]
	out     []Outcome[S]
	decided []bool
	runs    []Run
	saver   *saver[S] // nil: no checkpoints
	err     error     // ends the check
}

// stage does one part of a check, unless that is known from a checkpoint.
func (c *check[S]) stage(name string, do func()) {
	switch {
	case c.err != nil:
	case c.saver == nil:
		do()
	default:
		c.saver.run(name, do)
	}
}

func (c *check[S]) halted() string { return halted(c.ctx, c.opt, c.epoch) }

// isBounded kinds are judged in exact time only, each property in a run of its own: by
// a clock, or (NeverAfter) because Any does not keep what a run has been through.
func isBounded(k Kind) bool { return k == Within || k == StaysAtMost || k == NeverAfter }
func isLive(k Kind) bool    { return k == Eventually || k == LeadsTo }

// needsTime: only Exact can judge the property.
func (p *Property[S]) needsTime() bool { return isBounded(p.Kind) || p.Timed }

func isSafety(k Kind) bool { return !isBounded(k) && !isLive(k) }

// has tells whether a property of some kind was asked, asks whether one is undecided.
func (c *check[S]) has(kind func(Kind) bool) bool {
	return slices.ContainsFunc(c.props, func(p Property[S]) bool { return kind(p.Kind) })
}

func (c *check[S]) asks(kind func(Kind) bool) bool {
	for i, p := range c.props {
		if kind(p.Kind) && !c.decided[i] {
			return true
		}
	}
	return false
}

// any decides what is true whatever the durations are. Its runs include those of
// Exact, so whatever never happens in them never happens, and a goal that all
// weakly fair runs come to is come to.
func (c *check[S]) any() error {
	for i, p := range c.props {
		if p.needsTime() && c.opt.Time == Any {
			c.out[i].Reason = reasonNeedsExact
		}
	}
	if !c.has(isLive) && !c.has(isSafety) && (c.opt.Time == Auto || len(c.props) > 0) {
		return nil
	}
	for n, g := range c.groups() {
		if c.opt.Time == Auto && c.halted() != "" {
			return nil // exact says so
		}
		if c.stage(fmt.Sprintf("any %d", n), func() { c.err = c.anyRun(g) }); c.err != nil {
			return c.err
		}
	}
	return nil
}

// group is what is judged in one run in Any, and how.
type group struct {
	props         []int
	ample, mirror bool
}

// groups splits the properties by the run in which they can be judged.
func (c *check[S]) groups() (groups []group) {
	var plain, mirrored []int
	for i, p := range c.props {
		switch {
		case c.opt.Symmetry && mirrorable(p.Kind) && !p.Timed:
			mirrored = append(mirrored, i)
		case c.opt.Time == Any || !p.needsTime(): // Any has nothing to say of them but what is vacuous
			plain = append(plain, i)
		}
	}
	if len(mirrored) > 0 {
		groups = c.split(group{props: mirrored, mirror: true})
	}
	if len(plain) > 0 || len(mirrored) == 0 {
		groups = append(groups, c.split(group{props: plain})...)
	}
	return groups
}

// split takes out of a group what can be judged in a reduced run. By itself it does
// not do so when a full run is needed anyway.
func (c *check[S]) split(g group) []group {
	full, reduced := group{mirror: g.mirror}, group{mirror: g.mirror, ample: true}
	for _, i := range g.props {
		if c.reducible(i) {
			reduced.props = append(reduced.props, i)
		} else {
			full.props = append(full.props, i)
		}
	}
	switch {
	case len(reduced.props) == 0, len(full.props) > 0 && c.opt.Reduction == ReduceAuto:
		return []group{g}
	case len(full.props) == 0:
		return []group{reduced}
	}
	return []group{reduced, full}
}

func (c *check[S]) anyRun(g group) error {
	props := make([]Property[S], len(g.props))
	live := false
	for k, i := range g.props {
		props[k] = c.props[i]
		live = live || isLive(c.props[i].Kind)
	}
	purpose := "safety"
	if live {
		purpose = "safety and liveness"
	}
	w, j := c.anyMeter(purpose), newJudge(props)
	if c.opt.Spill != "" {
		return c.anyOnDisk(g, w, j)
	}
	if !g.ample && !g.mirror && !live && c.saver == nil {
		if c.onWords(g, w, j) {
			return nil
		}
		w, j = c.anyMeter(purpose), newJudge(props)
	}
	x := newAnySearch(c.sys.any(), w, j, nil)
	if g.ample {
		x.reduce(props, c.opt.Reduction == ReduceAuto)
	} else if !live {
		x.keepHashes()
	}
	if g.mirror {
		x.reflect()
	}
	if c.saver != nil {
		if err := c.saver.attach(x); err != nil {
			return err
		}
	}
	c.judgeRun(g, x, x.explore())
	return nil
}

// anyMeter is the meter of one run.
func (c *check[S]) anyMeter(purpose string) *meter {
	w := newMeter(c.ctx, c.opt, c.epoch, Any, purpose)
	if c.opt.Time == Auto {
		limit := c.opt.AnyStates
		if limit == 0 {
			limit = defaultAnyStates
		}
		if w.bound == 0 || limit < w.bound {
			w.bound, w.because = limit, reasonAnyStates
		}
	}
	return w
}

// judgeRun judges the properties of a group by a run.
func (c *check[S]) judgeRun(g group, x *anySearch[S], run Run) {
	c.runs = append(c.runs, run)
	for k, i := range g.props {
		c.judgeAny(i, x, x.judge.found[k], x.judge.guarded[k], run)
	}
}

func (c *check[S]) judgeAny(i int, x *anySearch[S], found finding, guarded bool, run Run) {
	p, out := &c.props[i], &c.out[i]
	out.Vacuous = run.Complete && !guarded
	if p.needsTime() {
		return
	}
	var possible *Trace[S]
	switch {
	case isLive(p.Kind) && c.opt.Fingerprints:
		out.Reason = reasonFingerprint
		return
	case isLive(p.Kind):
		if run.Complete {
			if possible, run.Complete = x.lasso(p); !run.Complete {
				run.Stopped = x.meter.run.Stopped
			}
		}
	case found.yes && x.set.store != keepRecords:
		if c.opt.Time == Any { // Auto goes to Exact for it
			possible = c.searchAgain(p)
		}
	case found.yes:
		possible = x.trace(x.path(id(uint32(found.at))), found.via)
	}
	switch {
	case found.yes && possible == nil: // the path was not kept, and not found again
		out.Reason = reasonPossible
	case possible != nil:
		out.Reason, out.Trace = reasonPossible, possible
	case !run.Complete:
		out.Reason = run.Stopped
	default:
		out.Verdict, out.Scope = Holds, AllDurations
		if c.opt.Fingerprints && !x.spread {
			out.Exact, out.MissedAtMost = false, missedAtMost(run.States)
		}
		if p.Kind == Reachable {
			out.Verdict = Violated
		}
		c.decided[i] = true
	}
}

// searchAgain is the run without times to what a search that kept hashes found,
// from a search that keeps its states and goes no deeper; nil when it hits a bound.
func (c *check[S]) searchAgain(p *Property[S]) *Trace[S] {
	opt := c.opt
	opt.Fingerprints = false
	j := newJudge([]Property[S]{*p})
	x := newAnySearch(c.sys.any(), newMeter(c.ctx, opt, c.epoch, Any, p.Name), j, nil)
	x.untilFound = true
	c.runs = append(c.runs, x.explore())
	if f := j.found[0]; f.yes {
		return x.trace(x.path(id(uint32(f.at))), f.via)
	}
	return nil
}

// exact decides the rest with durations.
func (c *check[S]) exact() {
	if c.rel = newRelation(c.sys.Exact); c.asks(isSafety) || len(c.props) == 0 {
		c.stage("exact", c.safety)
	}
	for i, p := range c.props {
		if isSafety(p.Kind) || c.decided[i] {
			continue
		}
		c.stage("exact "+p.Name, func() {
			if !c.resumes("") {
				c.out[i] = Outcome[S]{Property: p.Name, Kind: p.Kind, Exact: true}
				if c.out[i].Reason = c.halted(); c.out[i].Reason != "" {
					return
				}
			}
			switch {
			case isLive(p.Kind):
				c.live(i)
			case p.Kind == NeverAfter:
				c.after(i)
			default:
				c.bounded(i)
			}
		})
	}
}

// safety is the one exact run for all safety properties. Being done anyway, it
// also tells which guards never hold, of the properties that Any has decided.
func (c *check[S]) safety() {
	if c.resumes(purposeTraces) {
		c.safetyTraces()
		return
	}
	if reason := c.halted(); reason != "" {
		for i, p := range c.props {
			if isSafety(p.Kind) && !c.decided[i] {
				c.out[i] = Outcome[S]{Property: p.Name, Kind: p.Kind, Exact: true, Reason: reason}
			}
		}
		return
	}
	j := newJudge(c.props)
	x, run := c.safetyRun("safety", j, c.opt.Merge)
	for i, p := range c.props {
		out, found := &c.out[i], j.found[i]
		if c.decided[i] {
			if found.yes {
				panic(fmt.Sprintf("checker: property %q is decided in Any and refuted in Exact; System.Any lacks a run of System.Exact", p.Name))
			}
			out.Vacuous = out.Vacuous || run.Complete && !j.guarded[i]
			continue
		}
		if !isSafety(p.Kind) {
			continue
		}
		*out = Outcome[S]{Property: p.Name, Kind: p.Kind, Exact: true, Vacuous: !j.guarded[i]}
		reached, unreached := p.reached()
		switch {
		case found.yes:
			out.Verdict = reached
			if !c.opt.Merge {
				out.Trace = c.safetyTrace(x, found)
			}
		case run.Complete:
			out.Verdict = unreached
		default:
			out.Reason = run.Stopped
		}
	}
	if c.opt.Merge {
		c.safetyTraces()
	}
}

// safetyRun explores for a judge.
func (c *check[S]) safetyRun(purpose string, j *judge[S], merge bool) (*exactSearch[S], Run) {
	x := newExactSearch(c.rel, newMeter(c.ctx, c.opt, c.epoch, Exact, purpose))
	x.hooks, x.judge, x.merge, c.rel.glance = j, j, merge, j.glance
	if purpose == purposeTraces || c.opt.UntilFound {
		x.hooks = &untilFound[S]{judge: j, search: x}
	}
	return x, c.explored(x)
}

func (c *check[S]) safetyTrace(x *exactSearch[S], found finding) *Trace[S] {
	init, arcs := x.classes.path(found.at)
	if found.via >= 0 {
		arcs = append(arcs, found.via)
	}
	return c.rel.trace(x.start(init), arcs, -1, -1, 0)
}
