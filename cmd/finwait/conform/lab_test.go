package conform

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/finwait/finwait/spec"
)

func TestLabParameters(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       func(c *spec.HostParams)
	}{
		{"x", "every FIN lost, orphan_retries=3", func(c *spec.HostParams) { c.TCPOrphanRetries = 3 }},
		{"b_retries4_notlp", "", func(c *spec.HostParams) { c.TCPOrphanRetries, c.TCPEarlyRetrans = 4, false }},
		{"b_retries2eq7", "shutdown", func(c *spec.HostParams) { c.TCPRetries2 = 7 }},
		{"x", "no SACK, TCP_LINGER2=-1, fin_timeout=0", func(c *spec.HostParams) {
			c.TCPEarlyRetrans, c.TCPLinger2, c.TCPFinTimeout = false, -spec.Second, 0
		}},
		{"x", "tcp_early_retrans=0 tcp_max_tw_buckets=2 tcp_rfc1337=1", func(c *spec.HostParams) {
			c.TCPEarlyRetrans, c.TCPMaxTwBuckets, c.TCPRfc1337 = false, 2, true
		}},
		{"x", "TCP_USER_TIMEOUT=1500, tcp_keepalive_time=2 tcp_keepalive_intvl=1 tcp_keepalive_probes=3", func(c *spec.HostParams) {
			c.TCPUserTimeout, c.KeepaliveTime, c.KeepaliveIntvl, c.KeepaliveProbes = 1500*spec.Millisecond, 2*spec.Second, spec.Second, 3
		}},
		{"x", "route rto_min 250ms", func(c *spec.HostParams) { c.RTOMin = 250 * spec.Millisecond }},
	} {
		f := labFiles{name: c.name}
		f.meta.Params = c.text
		f.meta.Notes.InfoA = &labInfo{RtoUs: 210_000, RttUs: 5, AtoUs: 50_000}
		p, notes, err := f.params()
		require.NoError(t, err)
		require.Len(t, notes, 1, "no TCP_INFO of the server")
		want := spec.DefaultHost()
		want.RTO, want.SRTT, want.DelayedAck = 210_000, 5, [2]int64{0, 50_000}
		want.TimerSlack, want.Nagle, want.TCPTimestamps = true, true, true
		c.want(&want)
		require.Equal(t, want, p.Host[spec.Client], c.text)
	}
}

func TestLabCalls(t *testing.T) {
	zero, two := int64(0), int64(2)
	for _, c := range []struct {
		what string
		want *labCall
	}{
		{"A.close", &labCall{do: spec.Close}},
		{"B.shutdown_wr", &labCall{do: spec.ShutdownWR, host: spec.Server}},
		{"A.linger0_close", &labCall{do: spec.Close, linger: &zero}},
		{"A.linger2_close ...", &labCall{do: spec.Close, linger: &two}},
		{"A.linger2_close -> returned", nil},
		{"A.exit", &labCall{do: spec.Exit}},
		{"B.send 5 bytes", &labCall{do: spec.Send, host: spec.Server, bytes: 5}},
		{"A.send ...", nil},
		{"A.send -> 3", &labCall{do: spec.Send, bytes: 3}},
		{"A.send -> EPIPE", &labCall{do: spec.Send, bytes: 1, failed: spec.EPIPE}},
		{`A.recv -> b'a\x00\n'`, &labCall{do: spec.ReadData, bytes: 3}},
		{"A.recv -> b''", &labCall{do: spec.ReadData}},
		{"A.recv -> ECONNRESET", &labCall{do: spec.ReadData, failed: spec.ECONNRESET}},
		{"A.recv -> timed out", nil},
		{"B read EOF", &labCall{do: spec.ReadData, host: spec.Server}},
		{"ss -K on B", &labCall{do: spec.Destroy, host: spec.Server, early: killTakes}},
		{"B eth0 down", &labCall{do: spec.LinkDown, host: spec.Server}},
		{"ICMP host unreachable to A", &labCall{do: spec.Unreachable}},
		{"rules: drop A:fin", nil},
	} {
		f := labFiles{}
		f.meta.Events = []labEvent{{TMs: 7, What: c.what}}
		calls, notes, err := f.calls()
		require.NoError(t, err, c.what)
		require.Empty(t, notes, c.what)
		if c.want == nil {
			require.Empty(t, calls, c.what)
			continue
		}
		c.want.began, c.want.ended, c.want.text = 7, 7, c.what
		require.Equal(t, []labCall{*c.want}, calls, c.what)
	}
	for what, want := range map[string]string{"A.recv -> 5x": "bytes b'", "A.send -> x": "invalid"} {
		f := labFiles{}
		f.meta.Events = []labEvent{{What: what}}
		_, _, err := f.calls()
		require.ErrorContains(t, err, want)
	}
	f := labFiles{}
	f.meta.Events = []labEvent{{What: "A dances"}}
	_, notes, err := f.calls()
	require.NoError(t, err)
	require.Equal(t, []string{`event "A dances" is not known and was left out`}, notes)
}
