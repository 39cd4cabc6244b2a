package conform

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/spec"
)

// injectionRow is one measurement of what restarts or ends TIME_WAIT: the same
// segment, injected again and again.
type injectionRow struct {
	Inject string `json:"inject"`
	Steps  []struct {
		At     float64         `json:"at"`     // seconds since TIME_WAIT was entered
		Before float64         `json:"before"` // ms that its timer had left
		After  json.RawMessage `json:"after"`  // [state, ms left], null when the socket is gone
		Reply  []string        `json:"reply"`
	} `json:"steps"`
	Gone float64 `json:"gone"` // seconds
}

// injected are the segments by the first word of their names in the measurements.
// Our FIN is number 1 and so is the peer's: RCV.NXT and SND.NXT are 2.
var injected = map[string]spec.Segment{
	"fin":  {Flags: spec.FIN | spec.ACK, Seq: 1, Ack: 2},
	"ack":  {Flags: spec.ACK, Seq: 2, Ack: 2},
	"data": {Flags: spec.ACK, Seq: 2, Ack: 2, Len: 1},
	"rst":  {Flags: spec.RST, Seq: 2},
	"syn":  {Flags: spec.SYN, Seq: 2},
}

// injectedWords are what may follow: another number, or nothing about the segment.
var injectedWords = map[string]func(g *spec.Segment){
	"old": func(g *spec.Segment) {
		g.Seq = 1
		if g.Has(spec.SYN) {
			g.Seq = onCircle(2, -100)
		}
	},
	"other":  func(g *spec.Segment) { g.Seq = 7 },
	"window": func(g *spec.Segment) { g.Seq = 7 },
	"new":    func(g *spec.Segment) { g.Seq = onCircle(2, 100_000) },
	rfc1337:  func(*spec.Segment) {},
}

const (
	nothingInjected = "none"
	rfc1337         = "rfc1337"
)

// segment reads the name of what is injected, such as rst_old.
func (r *injectionRow) segment() (g spec.Segment, err error) {
	words := strings.Split(r.Inject, "_")
	g, known := injected[words[0]]
	for _, w := range words[1:] {
		if change, ok := injectedWords[w]; ok {
			change(&g)
		} else {
			known = false
		}
	}
	if !known && r.Inject != nothingInjected {
		return g, fmt.Errorf("key \"inject\": %q; there are %s, or one of %s, and _ and one of %s behind it", r.Inject, nothingInjected,
			strings.Join(slices.Sorted(maps.Keys(injected)), ", "), strings.Join(slices.Sorted(maps.Keys(injectedWords)), ", "))
	}
	return g, nil
}

// lookTolerance is how far the rounded instants of injections are from the true
// ones.
const lookTolerance = 60 * spec.Millisecond

func (r *injectionRow) observe() (*Observation, error) {
	g, err := r.segment()
	if err != nil {
		return nil, err
	}
	p := spec.Params{Host: [2]spec.HostParams{spec.DefaultHost(), spec.DefaultHost()}}
	p.Host[under].TimerSlack = true
	p.Host[under].TCPRfc1337 = strings.HasSuffix(r.Inject, rfc1337)
	p.Host[under].Listens = true
	gone := microseconds(r.Gone * 1000)
	o := &Observation{Name: "TIME_WAIT inject=" + r.Inject, Params: p, Begin: preparations["TIME_WAIT"], End: gone + spec.Second}
	goneFrom := max(0, gone-rowGap)
	for i, s := range r.Steps {
		at := microseconds(s.At * 1000)
		item := Item{
			At: at, Lo: max(0, at-lookTolerance), Hi: at + lookTolerance, Segment: g, Injected: true,
			Text: fmt.Sprintf("%s %d arrives at %g s", r.Inject, i+1, s.At),
		}
		var after []json.RawMessage
		var left float64
		if err := json.Unmarshal(s.After, &after); err != nil || len(after) != 0 && len(after) != 2 {
			return nil, fmt.Errorf("step %d: key \"after\": [state, ms] or null is wanted, found %s", i+1, s.After)
		}
		if len(after) == 0 || bytes.Equal(after[0], []byte(`"SYN_RECV"`)) { // of the next connection
			goneFrom = item.Lo
			item.Check = func(_, is *spec.Endpoint, _ checker.Label) bool { return is.State == spec.Closed }
		} else {
			if err := json.Unmarshal(after[1], &left); err != nil {
				return nil, fmt.Errorf("step %d: key \"after\": %w", i+1, err)
			}
			restarts := left > s.Before
			item.Check = func(_, is *spec.Endpoint, how checker.Label) bool {
				return is.State == spec.TimeWait && spec.StateTimerSet(how, under) == restarts
			}
		}
		o.add(arriving.of(under), item)
		for _, reply := range s.Reply {
			flags, _, err := segmentFlags(reply)
			if err != nil {
				return nil, fmt.Errorf("step %d: key \"reply\": %w", i+1, err)
			}
			answer := Item{At: at, Lo: item.Lo, Hi: item.Hi, Segment: spec.Segment{Flags: flags, Seq: 2, Ack: 2}, Lost: true}
			if flags&spec.SYN != 0 { // of the next connection
				answer.Segment.Seq, answer.Segment.Ack = 2+spec.NextISN, g.Seq+1
			}
			answer.Text = fmt.Sprintf("the answer to %s %d", r.Inject, i+1)
			o.add(sending.of(under), answer)
		}
	}
	o.States[under] = []Sample{{At: gone, Lo: goneFrom, Hi: gone + rowTolerance, State: goneState}}
	return o, nil
}
