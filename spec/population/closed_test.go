package population_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/spec/population"
)

// found is which limits the exhaustive search says are hit.
func found(t require.TestingT, p population.Params) [5]bool {
	goal := func(name string, hit func(s population.State) bool) checker.Property[population.State] {
		return checker.Property[population.State]{Name: name, Kind: checker.Reachable, Goal: hit}
	}
	res, err := checker.Check(context.Background(), checker.System[population.State]{Exact: population.New(p)}, []checker.Property[population.State]{
		population.ServicePorts: goal("service", func(s population.State) bool { return s.NoPort[0] }),
		population.OtherPorts:   goal("other", func(s population.State) bool { return s.NoPort[1] }),
		population.ServerSyn:    goal("syn", func(s population.State) bool { return s.Refused }),
		population.Buckets:      goal("buckets", func(s population.State) bool { return s.Overflow != [2]bool{} }),
		population.Orphans:      goal("orphans", func(s population.State) bool { return s.Reset != [2]bool{} }),
	}, checker.Options{Time: checker.Exact, Workers: 1})
	require.NoError(t, err)
	var hit [5]bool
	for i, o := range res.Outcomes {
		require.NotEqual(t, checker.Unknown, o.Verdict, o.Reason)
		hit[i] = o.Verdict == checker.Holds
	}
	return hit
}

// tally counts answers of the closed form, all of which must be those of the search.
type tally struct{ all, decided, enough int }

func (n *tally) compare(t require.TestingT, p population.Params) {
	hit := found(t, p)
	for l, a := range p.Judge() {
		n.all++
		if !a.Decided {
			continue
		}
		n.decided++
		if a.Enough {
			n.enough++
		}
		require.Equal(t, !hit[l], a.Enough, "limit %d: %s\n%+v", l, a.Reason, p)
	}
}

// TestClosedFormIsTheSearchForAllSmallPorts takes all small numbers of one destination
// whose ports alone may run out: there the closed form always decides.
func TestClosedFormIsTheSearchForAllSmallPorts(t *testing.T) {
	var n tally
	for ports := int64(0); ports <= 4; ports++ {
		for rate := int64(1); rate <= 3; rate++ {
			for wait := int64(1); wait <= 3; wait++ {
				for life := int64(0); life <= 2; life++ {
					for first := population.Client; first <= population.Server; first++ {
						for reuse := range 2 {
							p := population.Default()
							p.Ports, p.Rate[0], p.Lifetime, p.ClosesFirst = ports, rate, life*500_000, first
							p.OrphanTime = 0
							for h := range p.Host {
								p.Host[h].TimeWait = wait * 700_000
								p.Host[h].TwReuse, p.Host[h].TwReuseDelay = reuse, 400_000
							}
							n.compare(t, p)
						}
					}
				}
			}
		}
	}
	require.Equal(t, n.all, n.decided)
	require.Greater(t, n.enough, n.all/2)
	require.Less(t, n.enough, n.all)
}

// TestComparisonSeesFaults: a closed form of one port, bucket or orphan more, or of a
// TIME_WAIT that is a microsecond shorter, is not that of the search.
func TestComparisonSeesFaults(t *testing.T) {
	p := population.Default()
	p.Ports, p.Rate[0], p.OrphanTime = 3, 2, 500_000
	for h := range p.Host {
		p.Host[h].TimeWait = 500_000
	}
	for fault, c := range map[string]struct {
		limit       population.Limit
		tight, more func(p *population.Params)
	}{
		"port":      {population.ServicePorts, func(p *population.Params) {}, func(p *population.Params) { p.Ports++ }},
		"TIME_WAIT": {population.ServicePorts, func(p *population.Params) {}, func(p *population.Params) { p.Host[population.Client].TimeWait-- }},
		"bucket": {population.Buckets, func(p *population.Params) { p.Ports, p.Host[population.Client].MaxTwBuckets = 9, 2 },
			func(p *population.Params) { p.Host[population.Client].MaxTwBuckets++ }},
		"orphan": {population.Orphans, func(p *population.Params) { p.Ports, p.Host[population.Server].MaxOrphans = 9, 1 },
			func(p *population.Params) { p.Host[population.Server].MaxOrphans++ }},
	} {
		tight := p
		c.tight(&tight)
		require.True(t, found(t, tight)[c.limit], fault)
		require.False(t, tight.Judge()[c.limit].Enough, fault)
		c.more(&tight)
		require.True(t, tight.Judge()[c.limit].Enough, fault)
	}
}

// TestClosedFormIsTheSearch draws small numbers of everything, with several limits that
// are hit at a time.
func TestClosedFormIsTheSearch(t *testing.T) {
	var n tally
	rapid.Check(t, func(t *rapid.T) {
		number := func(name string, lo, hi int64) int64 { return rapid.Int64Range(lo, hi).Draw(t, name) }
		p := population.Params{
			Ports: number("ports", 0, 5), Rate: [2]int64{number("rate", 0, 3), number("other rate", 0, 2)},
			Lifetime: number("lifetime", 0, 3) * 250_000, OrphanTime: number("orphan time", 0, 3) * 250_000,
			HalfClosed:  number("half closed", 0, 3) * 250_000,
			ClosesFirst: rapid.IntRange(0, 1).Draw(t, "closes first"),
			Bind:        rapid.Bool().Draw(t, "bind"), Loopback: rapid.Bool().Draw(t, "loopback"), ArbitraryISN: rapid.Bool().Draw(t, "isn"),
		}
		for h := range p.Host {
			p.Host[h] = population.Host{
				TimeWait:     number("time_wait", 1, 4) * 250_000,
				FinTimeout:   rapid.SampledFrom([]int64{0, 250_000, 60_000_000, 60_250_000, 61_000_000}).Draw(t, "tcp_fin_timeout"),
				MaxTwBuckets: number("buckets", 0, 6), MaxOrphans: number("orphans", 0, 5),
				TwReuse: rapid.IntRange(0, 2).Draw(t, "reuse"), TwReuseDelay: number("delay", 0, 3) * 125_000,
				Timestamps: rapid.Bool().Draw(t, "timestamps"), IgnoresResets: rapid.Bool().Draw(t, "rfc1337"),
			}
		}
		if !p.Small() || p.Validate() != nil {
			return
		}
		n.compare(t, p)
	})
	t.Logf("%d answers, %d decided, %d enough", n.all, n.decided, n.enough)
	require.Greater(t, 2*n.decided, n.all) // 3 of 4 in the mean
}

// TestRealNumbers are those of a default Linux machine.
func TestRealNumbers(t *testing.T) {
	p := population.Default()
	require.Equal(t, int64(28232), p.Ports)
	p.OrphanTime = 0
	rate, ok := p.MaxRate()
	require.True(t, ok)
	require.Equal(t, int64(470), rate)
	p.Rate[0] = 470
	require.True(t, p.Judge()[population.ServicePorts].Enough)
	p.Rate[0] = 471
	a := p.Judge()[population.ServicePorts]
	require.True(t, a.Decided)
	require.False(t, a.Enough)
	require.Equal(t, "28,261 of 28,232 ports are wanted at a time", a.Reason)
	p.ClosesFirst = population.Server
	_, ok = p.MaxRate()
	require.False(t, ok, "no port is busy without a connection")
}

// TestMaxRateIsTheThreshold: that rate finds ports, one more does not.
func TestMaxRateIsTheThreshold(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := population.Default()
		p.Ports = rapid.Int64Range(1, 65535).Draw(t, "ports")
		p.Lifetime = rapid.Int64Range(0, 600_000_000).Draw(t, "lifetime")
		p.Host[population.Client].TwReuse = rapid.IntRange(0, 1).Draw(t, "reuse")
		for h := range p.Host {
			p.Host[h].MaxTwBuckets, p.Host[h].MaxOrphans = 1<<30, 1<<30
		}
		rate, ok := p.MaxRate()
		require.True(t, ok)
		p.Rate[0] = min(rate, 1_000_000)
		require.True(t, p.Judge()[population.ServicePorts].Enough)
		p.Rate[0] = rate + 1
		a := p.Judge()[population.ServicePorts]
		require.True(t, a.Decided)
		require.False(t, a.Enough)
	})
}
