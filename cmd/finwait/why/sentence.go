package why

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/cmd/finwait/picture"
	"github.com/finwait/finwait/spec"
)

var hosts = [2]spec.Host{spec.Client, spec.Server}

// sentences say what went wrong, and what decided it.
func (d *decision) sentences() (what, decided string) {
	return capital(d.what()) + ".", capital(d.verdict()) + d.mutants() + "."
}

func capital(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// seconds is an instant or a duration, as short as it is exact.
func seconds(us int64) string {
	return strconv.FormatFloat(float64(us)/float64(spec.Second), 'f', -1, 64) + " s"
}

// at is when something happened; "" where there are no times.
func (d *decision) at(us int64) string {
	if d.Trace.Mode != checker.Exact {
		return ""
	}
	return " at " + seconds(us)
}

// name is a segment in a sentence.
func name(g spec.Segment) string {
	switch {
	case g.Has(spec.SYN | spec.ACK):
		return "SYN+ACK"
	case g.Kind() == spec.KindDATA:
		return "data"
	default:
		return g.Kind().String()
	}
}

// state is the state of the run after so many steps.
func (d *decision) state(step int) *spec.State {
	if step == 0 {
		return &d.Trace.Init
	}
	return &d.Trace.Steps[step-1].State
}

// what says how the run violates the property.
func (d *decision) what() string {
	t := &d.Trace
	switch d.Checked.Kind {
	case checker.Eventually, checker.LeadsTo:
		if t.Loop >= 0 && t.Loop < len(t.Steps) {
			last := t.Last()
			return fmt.Sprintf("steps %d to %d repeat for ever, with the client in %v and the server in %v",
				t.Loop+1, len(t.Steps), last.Host[spec.Client].State, last.Host[spec.Server].State)
		}
		return d.forEver()
	case checker.Within, checker.StaysAtMost:
		if text := d.overtime(); text != "" {
			return text
		}
	}
	if len(t.Steps) == 0 {
		return "it is so from the beginning"
	}
	return d.lastStep()
}

// forEver says where the hosts stay.
func (d *decision) forEver() string {
	var stays, reasons []string
	last := d.Trace.Last()
	for _, h := range hosts {
		e := &last.Host[h]
		if e.State == spec.Closed {
			continue
		}
		verb := " stays"
		if len(stays) > 0 {
			verb = ""
		}
		stays = append(stays, fmt.Sprintf("the %v%s in %v", h, verb, e.State))
		if why := d.reason(h); why != "" {
			reasons = append(reasons, why)
		}
	}
	if len(stays) == 0 {
		text := "both hosts are CLOSED and nothing happens any more"
		for _, h := range hosts {
			if why := d.gone(h, len(d.Trace.Steps)); why != "" {
				reasons = append(reasons, why)
			}
		}
		return because(text, reasons)
	}
	return because(strings.Join(stays, " and ")+" for ever", reasons)
}

func because(text string, reasons []string) string {
	if len(reasons) == 0 {
		return text
	}
	return text + ": " + strings.Join(reasons, "; ")
}

// reason says why a host cannot leave its state.
func (d *decision) reason(h spec.Host) string {
	last := d.Trace.Last()
	e, peer := &last.Host[h], &last.Host[h.Peer()]
	if peer.State == spec.Closed && e.State != spec.CloseWait {
		if text := d.gone(h.Peer(), len(d.Trace.Steps)); text != "" {
			if n := d.lost(h.Peer(), spec.KindFIN); n > 0 && !e.PeerFin {
				text += ", and " + countedFINs(n) + " it sent " + were(n) + " lost"
			}
			return text
		}
	}
	script := d.Model.Params().Host[h].Script
	switch {
	case e.State == spec.CloseWait && int(e.PC) >= len(script), e.State == spec.Established && int(e.PC) >= len(script):
		return fmt.Sprintf("the %v's application never closes", h)
	case e.State == spec.CloseWait || e.State == spec.Established:
		if script[e.PC].When == spec.AfterEOF && !e.SawEOF {
			return fmt.Sprintf("the %v's application waits for an EOF that does not come", h)
		}
		return fmt.Sprintf("the %v's application may wait for ever before it closes", h)
	case e.State == spec.FinWait2 && !e.PeerFin:
		text := fmt.Sprintf("no FIN comes from the %v", h.Peer())
		if e.Open {
			text += ", and FIN_WAIT_2 has no timer while the descriptor is open"
		} else if d.Model.Params().Profile == spec.RFC9293 {
			text += ", and RFC 9293 has no timer for FIN_WAIT_2"
		}
		return text
	}
	return ""
}

func were(n int) string {
	if n == 1 {
		return "was"
	}
	return "were"
}

func countedFINs(n int) string {
	if n == 1 {
		return "the only FIN that"
	}
	return fmt.Sprintf("the %d FINs that", n)
}

// lost counts the segments of a kind that a host sent and the network lost.
func (d *decision) lost(h spec.Host, k spec.SegmentKind) (n int) {
	for _, step := range d.Trace.Steps {
		for _, s := range spec.SentIn(step.Label) {
			if s.From == h && s.Copies == 0 && s.Segment.Kind() == k {
				n++
			}
		}
	}
	return n
}

// gone says when and how the connection of a host ended that is CLOSED after so many
// steps; "" where it is not known.
func (d *decision) gone(h spec.Host, step int) string {
	for ; step > 0; step-- {
		was, is := &d.state(step - 1).Host[h], &d.state(step).Host[h]
		if is.State != spec.Closed || was.State == spec.Closed {
			continue
		}
		return ended(h, was, is) + d.at(d.Trace.Steps[step-1].At)
	}
	return ""
}

// ended says how a step ended the connection of a host.
func ended(h spec.Host, was, is *spec.Endpoint) string {
	the := "the " + h.String()
	switch is.Ending {
	case spec.EndedNormally:
		if was.State == spec.TimeWait {
			return the + "'s TIME_WAIT ended"
		}
		return "the ACK of its FIN ended the " + h.String() + "'s connection"
	case spec.EndedNoBucket:
		return the + " found no bucket for TIME_WAIT (tcp_max_tw_buckets) and was CLOSED"
	case spec.EndedFinWait2:
		return the + "'s FIN_WAIT_2 timed out"
	case spec.EndedGaveUp:
		return the + " gave up"
	case spec.EndedKeepalive:
		return the + "'s keepalive probes were unanswered and it gave up"
	case spec.EndedReset:
		return "an RST ended the " + h.String() + "'s connection"
	case spec.EndedAbort:
		return the + " aborted its connection"
	case spec.EndedLateData:
		return the + " answered late data by an RST and was gone"
	case spec.EndedCrash:
		return the + " crashed"
	case spec.EndedByNext:
		return "a SYN ended the " + h.String() + "'s TIME_WAIT"
	case spec.EndedInTimeWait:
		return "an RST ended the " + h.String() + "'s TIME_WAIT"
	}
	return the + "'s connection ended"
}

// overtime says which stay, or which wait, was too long.
func (d *decision) overtime() string {
	begins := func(s spec.State) bool { return d.Checked.From == nil || d.Checked.From(s) }
	ends := d.Checked.Goal
	if d.Checked.Kind == checker.StaysAtMost {
		ends = func(s spec.State) bool { return !begins(s) }
	}
	t := &d.Trace
	since, waiting := 0, false // the state that it begins with
	for i := range len(t.Steps) + 1 {
		switch s := *d.state(i); {
		case ends(s):
			waiting = false
		case !waiting && begins(s):
			since, waiting = i, true
		}
	}
	if !waiting {
		return ""
	}
	var where []string
	last := t.Last()
	for _, h := range hosts {
		state, same := last.Host[h].State, true
		for i := since; i <= len(t.Steps); i++ {
			same = same && d.state(i).Host[h].State == state
		}
		alone := last
		alone.Host[h] = spec.Endpoint{State: spec.Closed}
		concerned := d.Checked.Kind != checker.StaysAtMost || !begins(alone) // it would be over without this host
		if same && concerned && state != spec.Closed {
			where = append(where, fmt.Sprintf("the %v in %v", h, state))
		}
	}
	from := int64(0)
	if since > 0 {
		from = t.Steps[since-1].At
	}
	lasts := "from " + seconds(from) + " on, for " + seconds(t.End-from)
	if t.Loop >= 0 {
		lasts = "from " + seconds(from) + " on for ever"
	}
	allowed := ", and at most " + seconds(d.Checked.Bound) + " is allowed"
	if d.Checked.Kind == checker.StaysAtMost && len(where) > 0 {
		return strings.Replace(strings.Join(where, " and "), " in ", " stays in ", 1) + " " + lasts + allowed
	}
	text := "what is asked for does not come " + lasts + allowed
	return fmt.Sprintf("%s: the client is in %v and the server in %v then", text, last.Host[spec.Client].State, last.Host[spec.Server].State)
}

// lastStep says what happens in the step that breaks the property.
func (d *decision) lastStep() string {
	n := len(d.Trace.Steps)
	step := d.Trace.Steps[n-1]
	before := d.state(n - 1)
	e := spec.EventOf(step.Event.ID)
	h := e.Host
	was, is := &before.Host[h], &step.State.Host[h]
	if e.Kind != spec.Deliver {
		what := d.Model.Describe(*before, step.Event)
		text := fmt.Sprintf("the %v's %s came%s", h, what, d.at(step.At))
		if strings.HasSuffix(what, ")") {
			text = fmt.Sprintf("the %v called %s%s", h, what, d.at(step.At))
			return text + "," + strings.TrimPrefix(d.effect(step, h, was, is), ", and the "+h.String())
		}
		if e.Kind != spec.AppCall {
			text = fmt.Sprintf("the %v's %s fired%s in %v", h, d.Model.Describe(*before, step.Event), d.at(step.At), was.State)
			if e.Kind == spec.StateTimeout { // the name of the timer says the state
				text = fmt.Sprintf("the %v's %v ended%s", h, was.State, d.at(step.At))
				if flying := d.flying(); len(flying) > 0 {
					return text + " while " + series(flying) + " " + were(len(flying)) + " still in flight"
				}
			}
		}
		return text + d.effect(step, h, was, is)
	}
	g := picture.Delivered(*before, e)
	segment := fmt.Sprintf("the %v's %s", h.Peer(), name(g))
	old := was.Incarnation > g.Incarnation()
	if old || step.State.Host[0].Incarnation > 0 || step.State.Host[1].Incarnation > 0 {
		segment += fmt.Sprintf(" of connection %d", g.Incarnation()+1)
	}
	if sent, ok := d.sentAt(n); ok && d.Trace.Mode == checker.Exact {
		segment += ", sent at " + seconds(sent) + ","
	}
	switch {
	case was.State == spec.Closed && !old:
		text := segment + " met no socket" + d.at(step.At)
		if answer := spec.SentIn(step.Label); len(answer) > 0 {
			text += " and was answered by " + article(name(answer[0].Segment))
		}
		if gone := d.gone(h, n-1); gone != "" {
			text += ": " + gone
		}
		return text
	case old:
		text := fmt.Sprintf("%s reached the %v's connection %d in %v%s%s", segment, h, was.Incarnation+1, was.State, d.at(step.At), d.effect(step, h, was, is))
		if gone := d.gone(h, n-1); gone != "" {
			text += ": before that, " + gone
		}
		return text
	}
	return fmt.Sprintf("%s reached the %v in %v%s%s", segment, h, was.State, d.at(step.At), d.effect(step, h, was, is))
}

// flying are the segments in flight at the end, each with when it was sent.
func (d *decision) flying() (all []string) {
	last := d.Trace.Last()
	for _, from := range hosts {
		for _, g := range last.Net[from] {
			if g == (spec.Segment{}) {
				break
			}
			text := fmt.Sprintf("the %v's %s", from, name(g))
			for i := len(d.Trace.Steps) - 1; i >= 0 && d.Trace.Mode == checker.Exact; i-- {
				if slices.ContainsFunc(spec.SentIn(d.Trace.Steps[i].Label), func(s spec.Sent) bool { return s.From == from && s.Segment == g && s.Copies > 0 }) {
					text += ", sent at " + seconds(d.Trace.Steps[i].At) + ","
					break
				}
			}
			all = append(all, text)
		}
	}
	return all
}

// sentAt is when the segment left that step n delivers.
func (d *decision) sentAt(n int) (int64, bool) {
	e := spec.EventOf(d.Trace.Steps[n-1].Event.ID)
	g := picture.Delivered(*d.state(n - 1), e)
	var sent []int64
	for i, step := range d.Trace.Steps[:n-1] {
		if other := spec.EventOf(step.Event.ID); other.Kind == spec.Deliver && other.Host == e.Host && picture.Delivered(*d.state(i), other) == g && len(sent) > 0 {
			sent = sent[1:]
		}
		for _, s := range spec.SentIn(step.Label) {
			if s.From == e.Host.Peer() && s.Segment == g {
				sent = append(sent, slices.Repeat([]int64{step.At}, int(s.Copies))...)
			}
		}
	}
	if len(sent) == 0 {
		return 0, false
	}
	return sent[0], true
}

// effect says what the step did to the host where it happened.
func (d *decision) effect(step checker.Step[spec.State], h spec.Host, was, is *spec.Endpoint) string {
	var did []string
	switch {
	case was.State != is.State && is.State == spec.Closed && is.Ending != spec.NotEnded:
		did = append(did, "became CLOSED ("+is.Ending.String()+")")
	case was.State != is.State:
		did = append(did, "went to "+is.State.String())
	}
	if was.RcvNxt != is.RcvNxt && is.State != spec.Closed && was.State != spec.Closed {
		did = append(did, fmt.Sprintf("moved RCV.NXT from %d to %d", was.RcvNxt, is.RcvNxt))
	}
	if was.Held != is.Held && is.Held != 0 || was.HeldFin != is.HeldFin && is.HeldFin != 0 {
		did = append(did, "kept it beyond a hole")
	}
	for _, s := range spec.SentIn(step.Label) {
		if s.From == h {
			did = append(did, "sent "+article(name(s.Segment)))
		}
	}
	if len(did) == 0 {
		did = []string{"did nothing that can be seen from outside"}
	}
	return ", and the " + h.String() + " " + series(did)
}

func article(word string) string {
	switch {
	case word == "data":
		return word
	case strings.HasPrefix(word, "RST"), strings.HasPrefix(word, "A"):
		return "an " + word
	}
	return "a " + word
}

func series(words []string) string {
	if n := len(words); n > 1 {
		return strings.Join(words[:n-1], ", ") + " and " + words[n-1]
	}
	return words[0]
}
