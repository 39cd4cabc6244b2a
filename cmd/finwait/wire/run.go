// Package wire writes a run of the model as what other tools read: a capture for
// Wireshark, and a script for packetdrill.
//
//	finwait graph trace first-wave-lost --property both-closed --format pcapng >lost.pcapng
//	tshark -r lost.pcapng
//
// One data unit of the model is one byte, and sequence numbers relative to the
// initial one are those of the model. Not written: TCP options besides the MSS,
// ICMP messages, and what happens without a segment, of which the comments of the
// next packet tell.
package wire

import (
	"errors"
	"fmt"
	"strings"

	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/spec"
)

// Model is what describes the steps of a run; spec.Model is one.
type Model interface {
	Describe(s spec.State, e spec.Event) string
	Params() spec.Params
}

// Run is a run of the model and what it is a run of.
type Run struct {
	Model Model
	Trace checker.Trace[spec.State]
	// Title says what the run shows.
	Title string
}

// passing is a segment that passes an end of the wire.
type passing struct {
	at      int64
	end     spec.Host // where it is seen
	from    spec.Host
	segment spec.Segment
	number  int // of the segment, counted as they are sent; a duplicate has that of its original
	lost    bool
	notes   []string // what happened, up to this step
}

// passages are all segments as they leave and as they arrive, in order. rest is what
// happened without a segment behind the last of them.
func (r *Run) passages() (all []passing, rest []string) {
	type flying struct {
		from    spec.Host
		segment spec.Segment
		number  int
	}
	var air []flying
	before, sent := r.Trace.Init, 0
	for _, step := range r.Trace.Steps {
		e := spec.EventOf(step.Event.ID)
		rest = append(rest, r.note(before, step))
		if e.Kind == spec.Deliver {
			g := e.Segment
			if g == (spec.Segment{}) { // a queue delivers its oldest
				g = before.Net[e.Host.Peer()][0]
			}
			for i, f := range air {
				if f.from == e.Host.Peer() && f.segment == g {
					all = append(all, passing{at: step.At, end: e.Host, from: f.from, segment: g, number: f.number, notes: rest})
					air, rest = append(air[:i], air[i+1:]...), nil
					break
				}
			}
		}
		for _, s := range spec.SentIn(step.Label) {
			sent++
			notes := append(rest, fmt.Sprintf("the %v sends %v", s.From, s.Segment))
			p := passing{at: step.At, end: s.From, from: s.From, segment: s.Segment, number: sent, lost: s.Copies == 0, notes: notes}
			switch {
			case p.lost:
				p.notes = append(p.notes, "lost: it was captured where it was sent, and never arrives")
			case s.Copies > 1:
				p.notes = append(p.notes, fmt.Sprintf("the network makes %d of it", s.Copies))
			}
			all, rest = append(all, p), nil
			for range s.Copies {
				air = append(air, flying{s.From, s.Segment, sent})
			}
		}
		before = step.State
	}
	return all, rest
}

// note says what a step is, and the states behind it.
func (r *Run) note(before spec.State, step checker.Step[spec.State]) string {
	host := spec.EventOf(step.Event.ID).Host
	return fmt.Sprintf("%s s: %v: %s; client %v, server %v", instant(step.At), host, r.Model.Describe(before, step.Event),
		step.State.Host[spec.Client].State, step.State.Host[spec.Server].State)
}

// instant is a time in seconds.
func instant(us int64) string {
	text := fmt.Sprintf("%d.%06d", us/spec.Second, us%spec.Second)
	return strings.TrimSuffix(text, "000")
}

// reopens reports whether segments of more than one connection are in the run.
func (r *Run) reopens() bool {
	for _, step := range r.Trace.Steps {
		for _, s := range spec.SentIn(step.Label) {
			if s.Segment.Incarnation() > 0 {
				return true
			}
		}
	}
	return false
}

// timed says what keeps a run from being written with its times.
func (r *Run) timed() error {
	if r.Trace.Mode != checker.Exact {
		return errors.New("a run of any durations has no times, which this format wants; use --time exact")
	}
	return nil
}
