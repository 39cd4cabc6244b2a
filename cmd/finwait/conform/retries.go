package conform

import (
	"fmt"

	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/spec"
)

// retriesRow is one measurement of how often an orphan sends its FIN into the void
// and when it gives up.
type retriesRow struct {
	RttMs   float64   `json:"rtt_ms"`
	Retries *int64    `json:"retries"`         // tcp_orphan_retries
	Sack    bool      `json:"sack"`            // without it there is no tail loss probe
	RtoMs   float64   `json:"rto_ms"`          // before the close
	Fins    []float64 `json:"fins"`            // seconds
	Counter []int     `json:"retrans_counter"` // of the kernel, behind each FIN
	Gone    float64   `json:"gone"`            // seconds
}

// rowTolerance is how far the instants of rows are from the true ones.
const rowTolerance = 3 * spec.Millisecond

// rowGap is the longest time between two looks at the states in the measurements
// of rows and injections.
const rowGap = 100 * spec.Millisecond

func (r *retriesRow) observe() (*Observation, error) {
	switch {
	case r.Retries == nil || *r.Retries < 0 || *r.Retries > 255:
		return nil, fmt.Errorf("key \"retries\": a number from 0 to 255 is wanted")
	case len(r.Fins) == 0:
		return nil, fmt.Errorf("key \"fins\": the instants of one FIN or more are wanted")
	case r.Counter != nil && len(r.Counter) != len(r.Fins):
		return nil, fmt.Errorf("key \"retrans_counter\": %d numbers for %d FINs", len(r.Counter), len(r.Fins))
	case r.RtoMs < 1 || r.RttMs < 0:
		return nil, fmt.Errorf("keys \"rto_ms\" and \"rtt_ms\": durations are wanted, found %v and %v", r.RtoMs, r.RttMs)
	}
	p := spec.Params{Host: [2]spec.HostParams{spec.DefaultHost(), spec.DefaultHost()}}
	c := &p.Host[spec.Client]
	c.TCPOrphanRetries, c.TCPEarlyRetrans, c.TimerSlack = uint8(*r.Retries), r.Sack, true
	c.RTO, c.SRTT = microseconds(r.RtoMs), microseconds(r.RttMs)
	c.Script = []spec.Call{{Do: spec.Close, When: spec.Start, Within: spec.Never}}
	name := fmt.Sprintf("orphan retries=%d rtt=%gms sack=%v", *r.Retries, r.RttMs, r.Sack)
	gone := microseconds(r.Gone * 1000)
	o := &Observation{Name: name, Params: p, End: gone + spec.Second}
	fin := spec.Segment{Flags: spec.FIN | spec.ACK, Seq: 1, Ack: 1}
	for i, s := range r.Fins {
		at := microseconds(s * 1000)
		item := Item{At: at, Lo: max(0, at-rowTolerance), Hi: at + rowTolerance, Segment: fin, Lost: true, Text: fmt.Sprintf("FIN %d", i+1)}
		if r.Counter != nil {
			item.Check = counts(r.Counter[i])
		}
		o.add(sending.of(spec.Client), item)
	}
	first := o.Lanes[sending.of(spec.Client)][0]
	o.add(calling.of(spec.Client), Item{At: first.At, Lo: first.Lo, Hi: first.Hi, Text: "close"})
	o.States[spec.Client] = []Sample{
		{At: first.At, Lo: first.Lo, Hi: first.Hi, State: "FIN_WAIT_1"},
		{At: gone, Lo: max(0, gone-rowGap), Hi: gone + rowTolerance, State: goneState},
	}
	return o, nil
}

// counts is the check of the retransmission counter, which a tail loss probe does
// not touch.
func counts(n int) func(_, is *spec.Endpoint, how checker.Label) bool {
	return func(_, is *spec.Endpoint, _ checker.Label) bool { return int(is.Backoff) == n }
}
