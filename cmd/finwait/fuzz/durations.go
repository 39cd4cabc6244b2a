package fuzz

import (
	"context"
	"fmt"
	"slices"

	"pgregory.net/rapid"

	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/cmd/finwait/judge"
	"github.com/finwait/finwait/spec"
)

// factor is by how much the oracle scale makes windows longer.
const factor = 3

// scaled is a model whose windows are longer, all by one factor, after its parameters
// have chosen the branches of the rules.
type scaled struct{ *spec.Model }

func (m scaled) Events(s spec.State, buf []spec.Event) []spec.Event {
	from := len(buf)
	buf = m.Model.Events(s, buf)
	for i := from; i < len(buf); i++ {
		buf[i].Earliest *= factor
		if buf[i].Latest != checker.Forever {
			buf[i].Latest *= factor
		}
	}
	return buf
}

// scale compares with exact time. Bounds of properties are scaled too; those that read
// windows themselves cannot be.
func (f tester) scale(ctx context.Context, q query) (string, error) {
	m, err := judge.Model(q.asked.Params)
	if err != nil {
		return "", err
	}
	var props []checker.Property[spec.State]
	var as []judge.Outcome
	for _, o := range q.found.Outcomes {
		if o.Excused || o.Unknown() || o.Checked.Timed {
			continue
		}
		p := o.Checked
		if p.Bound < checker.Forever/factor {
			p.Bound *= factor
		}
		props, as = append(props, p), append(as, o)
	}
	if len(props) == 0 {
		return "", nil
	}
	opt := f.search()
	opt.Time = checker.Exact
	other, err := checker.Check(ctx, checker.System[spec.State]{Exact: scaled{m}}, props, opt)
	if err != nil {
		return "", err
	}
	for n, a := range as {
		b := other.Outcomes[n]
		switch {
		case b.Verdict == checker.Unknown: // a proof for all durations needs no budget here
		case a.Verdict != b.Verdict.String():
			return fmt.Sprintf("%s: %s, and %v when all windows are scaled", a.Property, a.Verdict, b.Verdict), nil
		case a.Trace != nil && a.Trace.Mode == checker.Exact && len(a.Trace.Steps) != len(b.Trace.Steps):
			return fmt.Sprintf("%s: %d steps, and %d when all windows are scaled", a.Property, len(a.Trace.Steps), len(b.Trace.Steps)), nil
		}
	}
	return "", nil
}

// durations: what a search without durations proves is not refuted by these, nor by
// others of the same structure.
func (f tester) durations(ctx context.Context, q query) (string, error) {
	m, props := subject(q.asked)
	props = slices.DeleteFunc(props, func(p checker.Property[spec.State]) bool {
		return p.Timed || p.Kind == checker.Within || p.Kind == checker.StaysAtMost || p.Kind == checker.NeverAfter
	})
	found, err := checker.Check(ctx, checker.System[spec.State]{Exact: m, Any: m.Any()}, props, f.anySearch())
	if err != nil {
		return "", err
	}
	var proved []checker.Property[spec.State]
	var verdicts []checker.Verdict
	for n, o := range found.Outcomes {
		if o.Verdict != checker.Unknown {
			proved, verdicts = append(proved, props[n]), append(verdicts, o.Verdict)
		}
	}
	if len(proved) == 0 {
		return "", nil
	}
	for n, p := range proved {
		if was := verdictOf(q.found, p.Name); was != checker.Unknown.String() && was != verdicts[n].String() {
			return fmt.Sprintf("%s: %v for all durations, and %s for these", p.Name, verdicts[n], was), nil
		}
	}
	p := q.other
	p.CountFins = m.Params().CountFins
	if !slices.Equal(p.Structure(), q.asked.Params.Structure()) {
		return "", nil
	}
	other, err := spec.New(p)
	if err != nil {
		return "", nil // these durations make no model
	}
	opt := f.search()
	opt.Time = checker.Exact
	if found, err = checker.Check(ctx, checker.System[spec.State]{Exact: other}, proved, opt); err != nil {
		return "", err
	}
	for n, o := range found.Outcomes {
		if o.Verdict != checker.Unknown && o.Verdict != verdicts[n] {
			return fmt.Sprintf("%s: %v for all durations, and %v for these: %v", o.Property, verdicts[n], o.Verdict, describe(p)), nil
		}
	}
	return "", nil
}

// describe lists the durations of the parameters.
func describe(p spec.Params) (words []string) {
	eachDuration(&p, func(name string, d *int64) { words = append(words, fmt.Sprintf("%s=%dus", name, *d)) })
	return words
}

// otherDurations draws each duration anew, from a half to twice as long. What is 0, and
// so switches something off, stays 0.
func otherDurations(t *rapid.T, p spec.Params) spec.Params {
	for h := range p.Host {
		p.Host[h].Script = slices.Clone(p.Host[h].Script)
	}
	eachDuration(&p, func(name string, d *int64) {
		if n := rapid.IntRange(0, 6).Draw(t, name); n != 0 && *d > 0 && *d != spec.Never {
			*d = max(1, *d*int64(n+1)/4)
		}
	})
	for h := range p.Host {
		c := &p.Host[h]
		c.RTOMax = max(c.RTOMax, c.RTO)
		c.DelayedAck[1] = max(c.DelayedAck[0], c.DelayedAck[1])
		d := &p.Net.Delay[h]
		d[1] = max(d[0], d[1])
	}
	return p
}

// eachDuration visits the durations that are a window or part of one.
func eachDuration(p *spec.Params, visit func(name string, d *int64)) {
	for h := spec.Client; h <= spec.Server; h++ {
		c := &p.Host[h]
		for _, d := range []struct {
			name  string
			value *int64
		}{
			{"rto", &c.RTO}, {"rto_max", &c.RTOMax}, {"srtt", &c.SRTT}, {"rto_min", &c.RTOMin}, {"time_wait", &c.TimeWait},
			{"delayed_ack min", &c.DelayedAck[0]}, {"delayed_ack max", &c.DelayedAck[1]}, {"tcp_fin_timeout", &c.TCPFinTimeout},
			{"tcp_user_timeout", &c.TCPUserTimeout}, {"tcp_keepalive_time", &c.KeepaliveTime}, {"tcp_keepalive_intvl", &c.KeepaliveIntvl},
			{"so_linger", &c.SoLinger.Time}, {"delay min", &p.Net.Delay[h][0]}, {"delay max", &p.Net.Delay[h][1]},
		} {
			visit(h.String()+" "+d.name, d.value)
		}
		for i := range c.Script {
			visit(fmt.Sprintf("%v call %d after", h, i+1), &c.Script[i].After)
			visit(fmt.Sprintf("%v call %d within", h, i+1), &c.Script[i].Within)
		}
	}
}
