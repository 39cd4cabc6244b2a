package fuzz

import (
	"bytes"
	"context"
	"fmt"
	"slices"

	"pgregory.net/rapid"

	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/cmd/finwait/judge"
	"github.com/finwait/finwait/cmd/finwait/report"
	"github.com/finwait/finwait/cmd/finwait/scenario"
	"github.com/finwait/finwait/cmd/finwait/tracefile"
	"github.com/finwait/finwait/properties"
	"github.com/finwait/finwait/spec"
)

// oraclePrefix begins the names of the oracles.
const oraclePrefix = "self-check-"

// An oracle tells whether two answers of finwait that must agree do so. It needs no
// expected answer. "" is agreement; verdicts that a budget left unknown agree with all.
type oracle struct {
	name, claim string
	ask         func(f tester, ctx context.Context, q query) (string, error)
	// rules: it follows from the rules, and need not be so of a mutant.
	rules bool
}

// query is a scenario with the verdicts that were found of it.
type query struct {
	instance scenario.Instance
	asked    judge.Case
	found    judge.Scenario
	other    spec.Params // other durations, of the same structure
}

var oracles = []oracle{
	{"workers", "one and two workers find the same", tester.workers, false},
	{"reduction", "a reduced and a full search find the same", tester.reduction, true},
	{"mirror", "hosts that change places change places in the verdicts", tester.mirror, false},
	{"loss", "more loss takes away no violation of an invariant and no way to a goal", tester.loss, false},
	{"time-wait", "a longer TIME_WAIT adds no acceptance of an old duplicate", tester.timeWait, true},
	{"replay", "every counterexample can be saved, read, recomputed and confirmed", tester.replay, false},
	{"scale", "all windows three times as long change no verdict", tester.scale, false},
	{"durations", "what is proved for all durations holds for these, and for others of the same structure", tester.durations, true},
}

// Oracles lists them, with what each claims.
func Oracles() map[string]string {
	all := map[string]string{}
	for _, o := range oracles {
		all[oraclePrefix+o.name] = o.claim
	}
	return all
}

// selfCheck asks the oracles.
func (f tester) selfCheck(ctx context.Context, t *rapid.T, i scenario.Instance, r *trial) error {
	c, err := f.question(i)
	if err != nil {
		return err
	}
	other := i.Params
	if f.only == "" || f.only == byDurations {
		other = otherDurations(t, i.Params)
	}
	return f.ask(ctx, query{i, c, r.found, other}, r)
}

// byDurations is the one oracle for which more is drawn than the combination.
const byDurations = oraclePrefix + "durations"

func (f tester) ask(ctx context.Context, q query, r *trial) error {
	for _, o := range oracles {
		name := oraclePrefix + o.name
		if f.only != "" && f.only != name && f.only != broken || o.rules && isMutated(r.combination) {
			continue
		}
		text, err := o.ask(f, ctx, q)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if text != "" {
			r.add(name, true, text)
		}
	}
	return nil
}

func (f tester) workers(ctx context.Context, q query) (string, error) {
	opt := f.search()
	opt.Workers = 2
	again, err := judge.Judge(ctx, q.asked, opt)
	if err != nil {
		return "", err
	}
	if !slices.Equal(again.Runs, q.found.Runs) {
		return fmt.Sprintf("one worker: runs %+v; two: %+v", q.found.Runs, again.Runs), nil
	}
	for n, o := range q.found.Outcomes {
		if a := again.Outcomes[n]; a.Verdict != o.Verdict || a.Reason != o.Reason || a.Scope != o.Scope || a.Vacuous != o.Vacuous || stepsOf(a) != stepsOf(o) {
			return fmt.Sprintf("%s: one worker %s in %d steps (%s, %s), two %s in %d (%s, %s)",
				o.Property, o.Verdict, stepsOf(o), o.Reason, o.Scope, a.Verdict, stepsOf(a), a.Reason, a.Scope), nil
		}
	}
	return "", nil
}

func stepsOf(o judge.Outcome) int {
	if o.Steps == nil {
		return -1
	}
	return *o.Steps
}

// reduction compares in any durations, where there is one. A violation is "possible"
// there.
func (f tester) reduction(ctx context.Context, q query) (string, error) {
	m, props := subject(q.asked)
	props = slices.DeleteFunc(props, func(p checker.Property[spec.State]) bool {
		return p.Kind != checker.Always && p.Kind != checker.Reachable && p.Kind != checker.StepAlways || p.Timed
	})
	if len(props) == 0 {
		return "", nil
	}
	opt := f.anySearch()
	opt.Reduction = checker.ReduceNone
	full, err := checker.Check(ctx, checker.System[spec.State]{Exact: m, Any: m.Any()}, props, opt)
	if err != nil {
		return "", err
	}
	opt.Reduction = checker.ReduceAmple
	reduced, err := checker.Check(ctx, checker.System[spec.State]{Exact: m, Any: m.Any()}, props, opt)
	if err != nil {
		return "", err
	}
	answer := func(o checker.Outcome[spec.State]) string {
		if o.Verdict == checker.Unknown {
			return o.Reason
		}
		return o.Verdict.String()
	}
	decided := func(text string) bool {
		return text == "possible" || text == checker.Holds.String() || text == checker.Violated.String()
	}
	for n, o := range full.Outcomes {
		a, b := answer(o), answer(reduced.Outcomes[n])
		if a != b && decided(a) && decided(b) {
			return fmt.Sprintf("%s: full %s, reduced %s", o.Property, a, b), nil
		}
	}
	return "", nil
}

func (f tester) mirror(ctx context.Context, q query) (string, error) {
	p := q.asked.Params
	p.Host[spec.Client], p.Host[spec.Server] = p.Host[spec.Server], p.Host[spec.Client]
	p.Net.Delay[spec.Client], p.Net.Delay[spec.Server] = p.Net.Delay[spec.Server], p.Net.Delay[spec.Client]
	p.Net.Lose = slices.Clone(p.Net.Lose)
	for i := range p.Net.Lose {
		p.Net.Lose[i].From = p.Net.Lose[i].From.Peer()
	}
	return f.compare(ctx, q, p, "as it is", "mirrored", func(a, b judge.Outcome) bool { return a.Verdict == b.Verdict })
}

// loss: every run with less loss is one with more, where nothing is left undone for want
// of a budget.
func (f tester) loss(ctx context.Context, q query) (string, error) {
	p := q.asked.Params
	switch {
	case p.Net.Losses == spec.Unlimited:
		return "", nil
	case p.Net.Losses > 1:
		p.Net.Losses = spec.Unlimited
	default:
		p.Net.Losses++
	}
	shown := map[string]string{
		checker.Always.String(): checker.Violated.String(), checker.StepAlways.String(): checker.Violated.String(), checker.Reachable.String(): checker.Holds.String(),
	}
	return f.compare(ctx, q, p, "as it is", fmt.Sprintf("with loss %d", p.Net.Losses), func(a, b judge.Outcome) bool {
		return a.Verdict != shown[a.Kind] || b.Verdict == a.Verdict
	})
}

// oldDuplicates is the property that the oracle time-wait is about.
const oldDuplicates = "no-old-duplicate-accepted"

// timeWait doubles TIME_WAIT where nothing else ends or skips it: no bucket limit, no RST
// (tcp_rfc1337), no reuse.
func (f tester) timeWait(ctx context.Context, q query) (string, error) {
	p := q.asked.Params
	asked := slices.ContainsFunc(q.asked.Properties, func(p properties.Property) bool { return p.Name == oldDuplicates })
	if p.Incarnations < 2 || !asked {
		return "", nil
	}
	for h := range p.Host {
		c := &p.Host[h]
		c.TCPRfc1337, c.TCPMaxTwBuckets, c.TCPTwReuse, c.BoundPort = true, 1<<18, 0, false
		c.TimeWait = p.TimeWaitLength(spec.Host(h))
	}
	one, err := f.oldDuplicates(ctx, q, p)
	if err != nil || one != checker.Holds.String() {
		return "", err
	}
	for h := range p.Host {
		p.Host[h].TimeWait *= 2
	}
	if two, err := f.oldDuplicates(ctx, q, p); err != nil || two != checker.Violated.String() {
		return "", err
	}
	return oldDuplicates + ": violated only when TIME_WAIT is twice as long", nil
}

func (f tester) oldDuplicates(ctx context.Context, q query, p spec.Params) (string, error) {
	c := q.asked
	c.Params = p
	c.Properties = slices.DeleteFunc(slices.Clone(c.Properties), func(p properties.Property) bool { return p.Name != oldDuplicates })
	found, err := judge.Judge(ctx, c, f.search())
	if err != nil {
		return "", err
	}
	return verdictOf(found, oldDuplicates), nil
}

// compare judges other parameters and looks for a property that was asked and decided
// both times, and of which the verdicts do not agree.
func (f tester) compare(ctx context.Context, q query, p spec.Params, was, is string, agree func(a, b judge.Outcome) bool) (string, error) {
	c := q.asked
	c.Params = p
	again, err := judge.Judge(ctx, c, f.search())
	if err != nil {
		return "", err
	}
	for n, a := range q.found.Outcomes {
		b := again.Outcomes[n]
		if !a.Excused && !b.Excused && !a.Unknown() && !b.Unknown() && !agree(a, b) {
			return fmt.Sprintf("%s: %s %s, %s %s", a.Property, was, a.Verdict, is, b.Verdict), nil
		}
	}
	return "", nil
}

// replay takes the way of a saved trace: written, read, recomputed from the scenario in
// it, its times checked, the property asked of the run alone.
func (f tester) replay(_ context.Context, q query) (string, error) {
	for _, o := range q.found.Outcomes {
		if o.Trace == nil || o.Unknown() {
			continue
		}
		if err := confirm(q.found, o, string(q.instance.YAML())); err != nil {
			return fmt.Sprintf("%s: %v", o.Property, err), nil
		}
	}
	return "", nil
}

func confirm(s judge.Scenario, o judge.Outcome, yaml string) error {
	var saved bytes.Buffer
	if err := report.TraceFile(s, o, yaml).Write(&saved); err != nil {
		return err
	}
	file, err := tracefile.Read(&saved)
	if err != nil {
		return err
	}
	again, err := scenario.Parse("in the trace", []byte(file.Scenario))
	if err != nil {
		return err
	}
	i, err := again.Instantiate(again.Profiles()[0], scenario.Overrides{})
	if err != nil {
		return err
	}
	m, err := judge.Model(i.Params)
	if err != nil {
		return err
	}
	if file.Mode == checker.Any.String() {
		m = m.Any()
	}
	trace, err := file.Recompute(m)
	if err != nil {
		return err
	}
	if err := checker.Replay(m, trace); err != nil {
		return err
	}
	return tracefile.Confirm(o.About.Make(m.Params()), trace)
}

// subject is the model of a case, and what is asked of it.
func subject(c judge.Case) (*spec.Model, []checker.Property[spec.State]) {
	m, err := judge.Model(c.Params)
	if err != nil {
		panic(err) // it was judged before
	}
	return m, asked(c.Properties, m.Params())
}

func asked(all []properties.Property, p spec.Params) (props []checker.Property[spec.State]) {
	for _, c := range all {
		if c.Excuse(p) == "" {
			props = append(props, c.Make(p))
		}
	}
	return props
}
