package scenario

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/spec"
)

// reread parses the file that an instance writes.
func reread(t require.TestingT, i Instance) Instance {
	text := i.YAML()
	s, err := Parse("resolved.yaml", text)
	require.NoError(t, err, "%s", text)
	require.Equal(t, []spec.Profile{i.Profile}, s.Profiles())
	back, err := s.Instantiate(i.Profile, Overrides{})
	require.NoError(t, err)
	require.Equal(t, i.Params, back.Params, "%s", text)
	require.Equal(t, string(text), string(back.YAML()))
	return back
}

func TestBuiltinRoundTrip(t *testing.T) {
	all, err := Builtin()
	require.NoError(t, err)
	for _, s := range all {
		for _, p := range spec.Profiles() {
			i, err := s.Instantiate(p, Overrides{})
			require.NoError(t, err)
			back := reread(t, i)
			require.Equal(t, s.Name, back.Scenario.Name)
			require.Equal(t, s.About, back.Scenario.About)
			require.Equal(t, i.Expect, back.Expect)
			require.Equal(t, i.Properties, back.Properties)
		}
	}
}

// TestRoundTrip is about all values of all keys, under each profile.
func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := randomParams(t)
		s := &Scenario{
			Name:  rapid.StringMatching(`[A-Za-z0-9][A-Za-z0-9_-]{0,9}`).Draw(t, "name"),
			About: rapid.String().Filter(func(s string) bool { return noNUL(s) }).Draw(t, "about"),
		}
		i := Instance{Scenario: s, Profile: p.Profile, Params: p, Properties: []string{"fin-*", "*"},
			Expect: map[string]Expectation{"both-closed": checker.Violated}}
		back := reread(t, i)
		require.Equal(t, s.Name, back.Scenario.Name)
		require.Equal(t, i.Expect, back.Expect)
		require.Equal(t, i.Properties, back.Properties)
	})
}

func noNUL(s string) bool {
	for _, r := range s {
		if r < ' ' || r > 0xd7ff {
			return false
		}
	}
	return true
}

func randomParams(t *rapid.T) spec.Params {
	n := func(name string, lo, hi int64) int64 { return rapid.Int64Range(lo, hi).Draw(t, name) }
	yes := func(name string) bool { return rapid.Bool().Draw(t, name) }
	window := func(name string, hi int64) [2]int64 {
		lo := n(name, 0, hi)
		return [2]int64{lo, n(name, lo, hi)}
	}
	p := spec.Params{Profile: rapid.SampledFrom(spec.Profiles()).Draw(t, "profile")}
	for h := range p.Host {
		c := &p.Host[h]
		c.Script = randomScript(t)
		c.TCPOrphanRetries, c.TCPRetries2 = uint8(n("retries", 0, 255)), uint8(n("retries2", 0, 255))
		c.TCPFinTimeout = n("fin", 0, weekInSeconds) * spec.Second
		c.TCPEarlyRetrans, c.TCPRfc1337, c.SoKeepalive, c.TimerSlack = yes("tlp"), yes("1337"), yes("keepalive"), yes("slack")
		c.Nagle, c.RTOMin = yes("nagle"), n("rtomin", 0, 120*spec.Second)
		c.TCPMaxTwBuckets = int(n("buckets", 0, 1<<31-1))
		if yes("linger") {
			c.SoLinger = spec.Linger{On: true, Time: n("linger", 0, maxDuration)}
		}
		c.TCPLinger2 = max(-1, n("linger2", -1e7, 120*spec.Second))
		c.TCPUserTimeout = n("user", 0, maxDuration)
		c.KeepaliveTime, c.KeepaliveIntvl = n("ka", 1, weekInSeconds)*spec.Second, n("ki", 1, weekInSeconds)*spec.Second
		c.KeepaliveProbes = uint8(n("kp", 1, 255))
		c.RTOMax = n("rtomax", 200*spec.Millisecond, maxDuration)
		c.RTO = n("rto", spec.Millisecond, min(c.RTOMax, 120*spec.Second))
		c.SRTT, c.DelayedAck = n("srtt", 0, maxDuration), window("delack", maxDuration)
		c.TCPSynRetries, c.TCPSynackRetries, c.SynRTO = uint8(n("syn", 1, 127)), uint8(n("synack", 0, 255)), n("synrto", 1, maxDuration)
		c.TCPTimestamps, c.TCPTwReuse, c.TCPTwReuseDelay = yes("ts"), uint8(n("reuse", 0, 2)), n("reusedelay", 0, 60000)*spec.Millisecond
		c.Listens, c.BoundPort = yes("listens"), yes("bound")
		c.TimeWait, c.ReceiveBuffer = n("tw", 1, maxDuration), uint8(n("buffer", 0, maxData))
	}
	p.Incarnations, p.ISN, p.ISNStep = uint8(n("incarnations", 2, spec.MaxIncarnations)), spec.ISNPolicy(n("isn", 0, int64(spec.ISNArbitrary))), uint8(n("step", 0, 255))
	p.ISNPasses, p.Net.Loopback = window("passes", maxDuration), yes("loopback")
	p.Net.MSL = n("msl", 2, maxDuration)
	p.Net.Delay = [2][2]int64{window("delay", p.Net.MSL-1), window("delay", p.Net.MSL-1)}
	p.Net.Losses, p.Net.Duplicates = int(n("loss", spec.Unlimited, maxBudget)), int(n("dup", 0, maxBudget))
	p.Net.Queue, p.Net.Capacity = yes("queue"), int(n("capacity", 1, spec.MaxCapacity))
	for range n("rules", 0, 3) {
		r := spec.LossRule{From: spec.Host(n("from", 0, 1)), Kind: spec.SegmentKind(n("kind", 0, int64(spec.KindDATA)))}
		if yes("some") {
			r.Nth = rapid.SliceOfNDistinct(rapid.Uint8Range(1, maxNth), 1, 4, rapid.ID[uint8]).Draw(t, "nth")
		}
		p.Net.Lose = append(p.Net.Lose, r)
	}
	return p
}

func randomScript(t *rapid.T) []spec.Call {
	var script []spec.Call
	for i, do := range rapid.SampledFrom([][]spec.Do{
		nil, {spec.Close}, {spec.Send, spec.ReadData, spec.ShutdownWR, spec.ShutdownRD, spec.Close},
		{spec.ShutdownRDWR, spec.Exit, spec.Crash}, {spec.Crash, spec.Reboot, spec.Connect}, {spec.Close, spec.Connect, spec.Close, spec.Accept, spec.Send},
		{spec.Unreachable, spec.Close, spec.Unreachable, spec.LinkDown, spec.Destroy, spec.Crash},
	}).Draw(t, "script") {
		c := spec.Call{Do: do, When: spec.When(rapid.IntRange(0, int(spec.AfterClosed)).Draw(t, fmt.Sprint("when", i)))}
		if do == spec.Send || do == spec.ReadData {
			c.N = uint8(rapid.IntRange(1, maxData).Draw(t, "n"))
		}
		c.After = rapid.Int64Range(0, maxDuration).Draw(t, "after")
		if c.Within = spec.Never; rapid.Bool().Draw(t, "bounded") {
			c.Within = rapid.Int64Range(0, maxDuration).Draw(t, "within")
		}
		script = append(script, c)
	}
	return script
}
