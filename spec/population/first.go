package population

import (
	"slices"
	"sort"
)

// first tells whether a limit is hit before all others of those that are. Where all
// attempts begin at once, as many connections as can be have come to each stage of
// their lives at each instant, and none has left a stage whose limit is not yet hit:
// that run hits each limit as early as any does.
func (p Params) first(l Limit, hit []Limit) bool {
	at, ok := p.earliest(l)
	return ok && slices.Contains(hit, l) && !slices.ContainsFunc(hit, func(o Limit) bool {
		other, ok := p.earliest(o)
		// Instants are rounded up to microseconds, so a later one is one at least.
		return o != l && (!ok || other <= at)
	})
}

// earliest is the instant, in microseconds rounded up, at which a limit that does not
// suffice is hit by attempts that begin at 0. ok is false where that depends on more.
func (p Params) earliest(l Limit) (at int64, ok bool) {
	begins, limit := int64(0), p.Ports
	rates := p.Rate[:]
	switch l {
	case ServicePorts, OtherPorts:
		if p.Bind {
			return 0, false
		}
		d := int(l - ServicePorts)
		rates = p.Rate[d : d+1]
	case Orphans:
		host := p.ClosesFirst
		begins = p.Lifetime
		if p.orphansOf(host).enough() {
			host = 1 - host
			begins += p.stages().passive
		}
		limit = p.Host[host].MaxOrphans
	case Buckets:
		begins, limit = p.Lifetime+p.stages().orphan, p.Host[p.ClosesFirst].MaxTwBuckets
		for d := range Destinations {
			if p.most(d, begins+p.bucket()) > p.Ports { // ports that wait are used again
				return 0, false
			}
		}
	default:
		return 0, false
	}
	const longest = 2 * 7 * 24 * 3600 * second
	came := sort.Search(longest, func(t int) bool {
		n := int64(0)
		for _, r := range rates {
			if r > 0 {
				n += most(int64(t), r)
			}
		}
		return n > limit
	})
	return begins + int64(came), came < longest
}
