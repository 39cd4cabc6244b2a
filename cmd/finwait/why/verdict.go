package why

import (
	"fmt"
	"slices"
	"strings"

	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/spec"
)

// verdict says what decided the run.
func (d *decision) verdict() string {
	holds := "would hold"
	switch d.e.Searched {
	case NotAsked:
		return "which event decided it is not asked in a run without times"
	case Found:
		return d.e.Decisive.Text
	case Unknown:
		text := "whether one event alone decided it is unknown: " + d.open
		if len(d.e.Without) > 0 {
			text += fmt.Sprintf("; without any %s %s %s", kindsText(d.e.Without), d.About.Name, holds)
		}
		return text
	}
	switch {
	case len(d.facts) == 0:
		return "no event was decisive: nothing was lost, duplicated or late, so it is what the hosts do, or do not do"
	case len(d.e.Without) > 0:
		return fmt.Sprintf("no single event was decisive: with any one of them forbidden %s is violated in another way, and without any %s it %s", d.About.Name, kindsText(d.e.Without), holds)
	}
	return fmt.Sprintf("no event was decisive: %s is violated too when nothing is %s", d.About.Name, kindsDone(d.kinds()))
}

// mutants names the deviations of the hosts, of which one may be all there is to say.
func (d *decision) mutants() (text string) {
	p := d.Model.Params()
	for _, h := range hosts {
		if name := p.Host[h].Mutant; name != "" {
			text += fmt.Sprintf("; the %v deviates from the rules (%s)", h, name)
		}
	}
	return text
}

// kindsText names kinds after "without any".
func kindsText(kinds []Kind) string {
	var words []string
	late := false
	for _, k := range kinds {
		switch k {
		case LateDelivery, LateTimer, LateCall:
			if !late {
				words = append(words, "lateness")
			}
			late = true
		default:
			words = append(words, string(k))
		}
	}
	return strings.Join(words, " or ")
}

func kindsDone(kinds []Kind) string {
	return strings.NewReplacer("loss", "lost", "duplicate", "duplicated", "lateness", "late").Replace(kindsText(kinds))
}

// lateness is how something comes late, or has not come yet.
var lateness = map[Kind]struct{ came, pending string }{
	LateDelivery: {"arrived", "was still under way"},
	LateTimer:    {"fired", "had not fired"},
	LateCall:     {"came", "had not come"},
}

// decisive describes the event that was found.
func (d *decision) decisive(f fact) *Decisive {
	out := &Decisive{Kind: f.kind, Step: f.step, Host: f.host.String(), What: f.segment.String(), AtUS: f.sentAt}
	holds := d.About.Name + " would hold"
	segment := fmt.Sprintf("the %s that the %v sent at %s", name(f.segment), f.host, seconds(f.sentAt))
	switch f.kind {
	case Loss:
		out.Text = fmt.Sprintf("decisive was the loss of %s: had it not been lost, %s", segment, holds)
	case Duplicate:
		out.Text = fmt.Sprintf("decisive was that the network duplicated %s: with one copy of it %s", segment, holds)
	default:
		out.AtUS, out.Pending = f.at, f.pending
		what := segment
		if f.kind != LateDelivery {
			out.What = d.event(f)
			what = fmt.Sprintf("the %v's %s", f.host, out.What)
		}
		how := lateness[f.kind]
		came := how.came + " as late as " + seconds(f.at)
		switch {
		case f.never:
			came = "never " + how.came
		case f.pending:
			came = how.pending + " at " + seconds(f.at)
		}
		out.Text = fmt.Sprintf("decisive was that %s %s: had it come at %s, the earliest, %s", what, came, seconds(f.earliest), holds)
	}
	if out.Later = d.open != ""; out.Later {
		out.Text += " (whether a later event is decisive too is unknown: " + d.open + ")"
	}
	if f.kind != Loss && f.kind != Duplicate {
		earliest := f.earliest
		out.EarliestUS = &earliest
	}
	return out
}

// event is what a timer or a call is, in words.
func (d *decision) event(f fact) string {
	before := d.state(f.step)
	if !f.pending {
		before = d.state(f.step - 1)
	}
	for _, e := range d.Model.Events(*before, nil) {
		if i := spec.EventOf(e.ID); i.Kind == f.timer && i.Host == f.host {
			return d.Model.Describe(*before, e)
		}
	}
	return "event"
}

// conjunct is the part of the condition that failed. Of a condition without parts it is
// the claim, with what the last step changed.
func (q *Question) conjunct() *Conjunct {
	n := len(q.Trace.Steps)
	from, to := q.Trace.Init, q.Trace.Last()
	var e checker.Event
	var how checker.Label
	if n > 0 {
		e, how = q.Trace.Steps[n-1].Event, q.Trace.Steps[n-1].Label
		if n > 1 {
			from = q.Trace.Steps[n-2].State
		}
	}
	if failed := q.About.Failed(q.Model.Params(), from, e, how, to); len(failed) > 0 {
		c := &Conjunct{Values: []Value{}}
		var says []string
		for _, part := range failed {
			says = append(says, part.Says)
			for _, v := range part.Values {
				if is := value(v.Name, v.Was, v.Is); !slices.Contains(c.Values, is) {
					c.Values = append(c.Values, is)
				}
			}
		}
		c.Says = strings.Join(says, "; ")
		return c
	}
	c := &Conjunct{Says: q.About.Claim, Values: []Value{}}
	for _, change := range spec.Changes(from, to) {
		c.Values = append(c.Values, value(fmt.Sprintf("%v %s", change.Host, change.Name), change.Was, change.IsNow))
	}
	return c
}

func value(name, was, is string) Value {
	if was == is {
		was = ""
	}
	return Value{name, was, is}
}

// String is the part in one line, with its values in parentheses.
func (c Conjunct) String() string {
	var values []string
	for _, v := range c.Values {
		text := v.Name + " " + v.Is
		if v.Was != "" {
			text = v.Name + " " + v.Was + " → " + v.Is
		}
		values = append(values, text)
	}
	if len(values) == 0 {
		return c.Says
	}
	return c.Says + " (" + strings.Join(values, ", ") + ")"
}
