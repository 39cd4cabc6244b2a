package findings

import (
	"fmt"
	"slices"
	"strings"

	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/cmd/finwait/judge"
	"github.com/finwait/finwait/cmd/finwait/picture"
	"github.com/finwait/finwait/spec"
)

type trace = checker.Trace[spec.State]

// when is the instant at which a run decides its property.
func when(o judge.Outcome) string {
	t := o.Trace
	n := len(t.Steps)
	at := func(i int) string {
		if t.Mode != checker.Exact {
			return fmt.Sprintf("step %d of %d (without durations there are no seconds)", i, n)
		}
		if i == 0 {
			return "0.000 s, the beginning"
		}
		return picture.Seconds(t.Steps[i-1].At) + fmt.Sprintf(" s (step %d of %d)", i, n)
	}
	switch {
	case t.Loop == n:
		return "From " + at(n) + " on nothing has to happen any more, for ever."
	case t.Loop >= 0:
		return "From " + at(t.Loop+1) + " on the same steps repeat for ever."
	case t.Mode == checker.Exact && n > 0 && t.End > t.Steps[n-1].At:
		return "At " + picture.Seconds(t.End) + " s, when the time that is allowed is over."
	}
	return "At " + at(n) + "."
}

// because names the segments that were lost, late, or that met nobody.
func because(p spec.Params, t trace) string {
	type blame struct {
		who         spec.Host
		segment     spec.Segment
		first, last int64
		times       int
	}
	var lost []*blame
	var late []string
	type flying struct {
		from    spec.Host
		segment spec.Segment
		at      int64
	}
	var air []flying
	timed := t.Mode == checker.Exact
	at := func(us int64) string {
		if !timed {
			return ""
		}
		return " at " + picture.Seconds(us) + " s"
	}
	before := t.Init
	for _, step := range t.Steps {
		e := spec.EventOf(step.Event.ID)
		if e.Kind == spec.Deliver {
			g, from := picture.Delivered(before, e), e.Host.Peer()
			if i := slices.IndexFunc(air, func(f flying) bool { return f.from == from && f.segment == g }); i >= 0 {
				took := step.At - air[i].at
				air = slices.Delete(air, i, i+1)
				if timed && took > p.Net.Delay[from][0] {
					late = append(late, fmt.Sprintf("%s of the %v took %s s and arrived%s", g, from, picture.Seconds(took), at(step.At)))
				}
			}
			if h := &before.Host[e.Host]; (h.State == spec.Closed || h.Down) && step.State.Host[e.Host].State == spec.Closed { // no SYN that opens the next connection
				late = append(late, fmt.Sprintf("%s of the %v arrived%s, where the %v was %s", g, from, at(step.At), e.Host, gone(h)))
			}
		}
		for _, s := range spec.SentIn(step.Label) {
			if s.Copies > 0 {
				for range s.Copies {
					air = append(air, flying{s.From, s.Segment, step.At})
				}
				continue
			}
			i := slices.IndexFunc(lost, func(b *blame) bool { return b.who == s.From && b.segment == s.Segment })
			if i < 0 {
				lost, i = append(lost, &blame{who: s.From, segment: s.Segment, first: step.At}), len(lost)
			}
			lost[i].last = step.At
			lost[i].times++
		}
		before = step.State
	}
	var all []string
	for _, b := range lost {
		switch {
		case b.times == 1:
			all = append(all, fmt.Sprintf("%s of the %v was lost%s", b.segment, b.who, at(b.first)))
		case timed:
			all = append(all, fmt.Sprintf("%s of the %v was lost %d times, from %s s to %s s", b.segment, b.who, b.times, picture.Seconds(b.first), picture.Seconds(b.last)))
		default:
			all = append(all, fmt.Sprintf("%s of the %v was lost %d times", b.segment, b.who, b.times))
		}
	}
	all = append(all, late...)
	for _, f := range air { // what could have arrived by now
		if timed && t.Loop < 0 && t.End-f.at >= p.Net.Delay[f.from][0] {
			all = append(all, fmt.Sprintf("%s of the %v, sent at %s s, was still in flight at %s s", f.segment, f.from, picture.Seconds(f.at), picture.Seconds(t.End)))
		}
	}
	if len(all) == 0 {
		return "None: no segment was lost or late, so it is what the hosts do, or do not do."
	}
	return strings.Join(all, "; ") + "."
}

func gone(e *spec.Endpoint) string {
	if e.Down {
		return "powered off"
	}
	return "CLOSED already"
}
