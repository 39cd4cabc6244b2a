package properties

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/finwait/finwait/spec"
)

// The limits and numbers of retransmissions of an orphan under Linux, by
// tcp_orphan_retries and RTO, without any lateness of timers.
func TestRetransmissionsOfLinux(t *testing.T) {
	for _, row := range []struct {
		n                uint8
		limit            int64 // milliseconds
		r200, r204, r300 int
	}{
		{1, 600, 2, 2, 1},
		{2, 1_400, 3, 3, 2},
		{3, 3_000, 4, 4, 3},
		{4, 6_200, 5, 5, 4},
		{5, 12_600, 6, 5, 5},
		{6, 25_400, 7, 6, 6},
		{8, 102_200, 9, 8, 8},
		{15, 924_600, 16, 15, 15},
	} {
		c := spec.DefaultHost()
		require.Equal(t, row.limit*spec.Millisecond, retryLimit(row.n, c.RTOMax), "limit(%d)", row.n)
		c.TCPOrphanRetries = row.n
		for rto, want := range map[int64]int{200: row.r200, 204: row.r204, 300: row.r300} {
			c.RTO = rto * spec.Millisecond
			require.Equal(t, want, retransmissions(&c, orphanLimit(&c)), "n=%d R=%d ms", row.n, rto)
		}
	}
	// Slower paths send fewer: measured without tail loss probes.
	for _, row := range []struct {
		n    uint8
		rto  int64
		want int
	}{{3, 600, 2}, {3, 1000, 2}, {5, 1000, 3}, {0, 200, 9}, {0, 204, 8}} {
		c := spec.DefaultHost()
		c.TCPOrphanRetries, c.RTO = row.n, row.rto*spec.Millisecond
		require.Equal(t, row.want, retransmissions(&c, orphanLimit(&c)), "n=%d R=%d ms", row.n, row.rto)
	}
}

func TestFinBound(t *testing.T) {
	closing := []spec.Call{{Do: spec.Close, When: spec.Start}}
	shutdown := []spec.Call{{Do: spec.ShutdownWR, When: spec.Start}}
	for name, c := range map[string]struct {
		profile spec.Profile
		script  []spec.Call
		edit    func(c *spec.HostParams)
		want    int
	}{
		"article counts":              {spec.Article, closing, nil, 4},
		"rfc9293 until R2":            {spec.RFC9293, closing, nil, 9}, // (2^9−2)·0.204 s >= 100 s
		"linux with a loss probe":     {spec.Linux, closing, nil, 6},
		"linux without a loss probe":  {spec.Linux, closing, func(c *spec.HostParams) { c.TCPEarlyRetrans = false }, 5},
		"shutdown: tcp_retries2":      {spec.Linux, shutdown, nil, 17},
		"shutdown, then close":        {spec.Linux, append(shutdown, closing...), nil, 17},
		"close() that lingers":        {spec.Linux, closing, func(c *spec.HostParams) { c.SoLinger = spec.Linger{On: true, Time: spec.Second} }, 17},
		"TCP_USER_TIMEOUT":            {spec.Linux, closing, func(c *spec.HostParams) { c.TCPUserTimeout = spec.Second }, 4},
		"RTO at its cap, 0 is 0 then": {spec.Linux, closing, func(c *spec.HostParams) { c.TCPOrphanRetries, c.RTO = 0, 120*spec.Second }, 3},
	} {
		t.Run(name, func(t *testing.T) {
			p := spec.Params{Profile: c.profile, Host: [2]spec.HostParams{spec.DefaultHost(), spec.DefaultHost()}}
			p.Host[spec.Client].Script, p.Host[spec.Client].TCPOrphanRetries = c.script, 3
			if c.edit != nil {
				c.edit(&p.Host[spec.Client])
			}
			require.Equal(t, c.want, finBound(&p, spec.Client))
			require.GreaterOrEqual(t, int(CountFins(p)), c.want+1)
		})
	}
}

func TestFinWait2Length(t *testing.T) {
	for seconds, want := range map[int64]int64{1: 1, 30: 30, 60: 60, 61: 2, 65: 10, 90: 60, 120: 120, 150: 180} {
		p := spec.Params{Host: [2]spec.HostParams{spec.DefaultHost(), spec.DefaultHost()}}
		p.Host[spec.Client].TCPFinTimeout = seconds * spec.Second
		require.Equal(t, want*spec.Second, finWait2Length(&p, spec.Client), "tcp_fin_timeout %d s", seconds)
		p.Profile = spec.Article
		require.Equal(t, seconds*spec.Second, finWait2Length(&p, spec.Client), "article, %d s", seconds)
	}
	p := spec.Params{Host: [2]spec.HostParams{spec.DefaultHost(), spec.DefaultHost()}}
	c := &p.Host[spec.Client]
	c.TCPFinTimeout, c.RTO = spec.Second, spec.Second
	require.Equal(t, 3500*spec.Millisecond, finWait2Length(&p, spec.Client), "at least 3.5 RTO")
	c.TCPLinger2 = 100 * spec.Second
	require.Equal(t, 80*spec.Second, finWait2Length(&p, spec.Client), "TCP_LINGER2")
}

// Every row of the second table says something about every state.
func TestTableOfTransitionsIsTotal(t *testing.T) {
	for c := segOther; c < numCauses; c++ {
		for _, s := range spec.ConnStates() {
			require.NotZero(t, nextStates[c][s], "cause %d in %s", c, s)
		}
	}
}
