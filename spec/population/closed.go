package population

import (
	"fmt"
	"slices"

	"github.com/dustin/go-humanize"
)

// Limit is something that a population can use up.
type Limit uint8

// The limits, in the order of the results of Judge.
const (
	ServicePorts Limit = iota // for the destination that is asked about
	OtherPorts                // for the other one
	ServerSyn                 // not a limit but an obstacle: TIME_WAIT of the server
	Buckets                   // on the host that closes first
	Orphans                   // on either host
	limits
)

// Answer is what the closed form says of a limit.
type Answer struct {
	// Decided is false where another limit that is hit makes it uncertain how much is
	// wanted of this one. Enough is the answer.
	Decided, Enough bool
	Reason          string
}

// demand is how much is wanted of a limit at the worst instant. It is at least low and
// at most high in a population that hits no other limit.
type demand struct{ low, high, limit int64 }

func (d demand) enough() bool   { return d.high <= d.limit }
func (d demand) tooMuch() bool  { return d.low > d.limit }
func most(times, r int64) int64 { return times*r/second + 1 }

// most is how many connections to a destination are at most within a time of their
// lives at one instant, that which enters it then included. Time is closed: one that
// enters when another leaves may come first.
func (p Params) most(d int, time int64) int64 {
	if p.Rate[d] == 0 {
		return 0
	}
	return most(time, p.Rate[d])
}

// Judge says of each limit whether it is ever hit. Its counts grow from an idle client;
// a limit that is hit takes load off the others, never adds to it. So what suffices
// without regard to that does suffice, with each count cut to what the other limits
// leave of it; and what does not suffice is certain to be hit if nothing else is, or
// nothing else before. Between the two it does not decide.
func (p Params) Judge() [limits]Answer {
	var all [limits]demand
	all[ServicePorts], all[OtherPorts] = p.ports(0), p.ports(1)
	all[ServerSyn] = p.obstacle()
	all[Buckets] = p.buckets()
	all[Orphans] = p.orphans()
	var hit []Limit
	for l := range limits {
		if !all[l].enough() && l != ServerSyn { // which takes no load off where it matters
			hit = append(hit, l)
		}
	}
	var answers [limits]Answer
	for l := range limits {
		a := &answers[l]
		alone := len(hit) == 0 || len(hit) == 1 && hit[0] == l || p.samePorts(l, hit) || p.first(l, hit)
		switch {
		case all[l].enough():
			a.Decided, a.Enough = true, true
		case all[l].tooMuch() && alone && (l == ServerSyn || !p.refused(all[ServerSyn])):
			a.Decided = true
		}
		a.Reason = p.reason(l, all[l], *a)
	}
	return answers
}

// samePorts tells whether all that is hit are the ports, and with Bind they are the
// same for both destinations: whichever attempt comes first when the last one is gone,
// the other may come at the same instant.
func (p Params) samePorts(l Limit, hit []Limit) bool {
	return p.Bind && l <= OtherPorts && slices.Equal(hit, []Limit{ServicePorts, OtherPorts})
}

// refused tells whether attempts are lost because the server refuses them.
func (p Params) refused(obstacle demand) bool { return !obstacle.enough() }

// ports is what is wanted of the ports by connections to a destination, with Bind by
// all.
func (p Params) ports(d int) demand {
	if p.Rate[d] == 0 {
		return demand{limit: p.Ports}
	}
	w := demand{limit: p.Ports}
	for o := range Destinations {
		if o != d && !p.Bind || p.Rate[o] == 0 {
			continue
		}
		all := p.most(o, p.Busy())
		w.low += all
		// The last term is what TIME_WAIT can keep if its buckets are cut short.
		if p.ClosesFirst == Client {
			all = min(all, p.most(o, p.Lifetime+p.stages().orphan)+p.Host[Client].MaxTwBuckets)
		}
		w.high += all
	}
	return w
}

// obstacle is 1 where a SYN can meet TIME_WAIT on the server and be refused.
func (p Params) obstacle() demand {
	var w demand
	s := p.stages()
	if s.dies || !p.Refuses() || p.ClosesFirst != Server || p.Host[Server].MaxTwBuckets == 0 || p.Ports == 0 || p.Host[Server].MaxOrphans == 0 {
		return w
	}
	for _, r := range p.Rate {
		// An attempt k intervals after another meets its TIME_WAIT if that has begun
		// and not ended.
		begins := p.Lifetime + s.orphan + s.half
		first := max(1, (begins*r+second-1)/second)
		if (begins+p.Host[Server].TimeWait)*r/second >= first {
			w.low, w.high = 1, 1
		}
	}
	return w
}

// buckets is what is wanted of tcp_max_tw_buckets.
func (p Params) buckets() demand {
	h := p.Host[p.ClosesFirst]
	w := demand{limit: h.MaxTwBuckets}
	before := p.Lifetime + p.stages().orphan
	for d, r := range p.Rate {
		if r == 0 {
			continue
		}
		all := p.most(d, p.bucket())
		switch {
		case p.ClosesFirst == Client:
			w.high += min(all, p.Ports)
		case p.orphansOf(Client).enough():
			// A port may be used again at the very instant at which FIN_WAIT_2 of the
			// server ends, and before it does: two buckets for one port.
			w.high += min(all, 2*p.Ports)
		default: // what is reset on the client gives its port back sooner
			w.high += all
		}
		// With all ports in use those before TIME_WAIT have some.
		if p.most(d, before+p.bucket()) > p.Ports {
			all = min(all, max(0, p.Ports-p.most(d, before)))
		}
		w.low += all
	}
	if p.Bind && p.ClosesFirst == Client {
		w.high = min(w.high, p.Ports)
	}
	return w
}

// orphans is what is wanted of tcp_max_orphans, on the other host if it suffices on the
// one that closes first.
func (p Params) orphans() demand {
	first := p.orphansOf(p.ClosesFirst)
	if !first.enough() {
		return first
	}
	return p.orphansOf(1 - p.ClosesFirst)
}

func (p Params) orphansOf(host int) demand {
	lasts := p.OrphanTime
	if host == p.ClosesFirst {
		lasts = p.stages().orphan
	}
	w := demand{limit: p.Host[host].MaxOrphans}
	for d := range Destinations {
		all := p.most(d, lasts)
		w.low += all
		if host == p.ClosesFirst || host == Client { // the client still has the port
			all = min(all, p.Ports)
		}
		w.high += all
	}
	return w
}

var hosts = [2]string{"client", "server"}

// reason is the arithmetic behind an answer, in a sentence.
func (p Params) reason(l Limit, d demand, a Answer) string {
	var text string
	switch l {
	case ServicePorts, OtherPorts:
		text = fmt.Sprintf("%s of %s ports are wanted at a time", comma(d.low), comma(d.limit))
	case ServerSyn:
		if d.high == 0 {
			return "no SYN that meets TIME_WAIT on the server is refused"
		}
		return "a SYN may meet TIME_WAIT on the server with a sequence number that is not above the old ones, and without timestamps it is refused"
	case Buckets:
		text = fmt.Sprintf("%s of %s TIME_WAIT buckets of the %s are wanted at a time", comma(d.high), comma(d.limit), hosts[p.ClosesFirst])
	case Orphans:
		text = fmt.Sprintf("%s of %s orphans are wanted at a time", comma(d.high), comma(d.limit))
	}
	if !a.Decided {
		text += ", unless another limit is hit before"
	}
	return text
}

func comma(n int64) string { return humanize.Comma(n) }

// Wanted is how many ports connections to the service keep busy at the worst instant.
func (p Params) Wanted() int64 { return p.ports(0).low }

// Waiting is how many buckets connections in FIN_WAIT_2 and TIME_WAIT want at the worst
// instant, on the host that closes first.
func (p Params) Waiting() int64 { return p.buckets().high }
