package properties_test

import (
	"context"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/properties"
	"github.com/finwait/finwait/spec"
)

const ms = spec.Millisecond

// Calls as scenarios have them.
func closeAtStart() []spec.Call { return []spec.Call{{Do: spec.Close, When: spec.Start}} }
func closeAfterEOF(within int64) []spec.Call {
	return []spec.Call{{Do: spec.Close, When: spec.AfterEOF, Within: within}}
}

// params are default hosts with these scripts.
func params(profile spec.Profile, client, server []spec.Call, more ...func(p *spec.Params)) spec.Params {
	p := spec.Params{Profile: profile, Host: [2]spec.HostParams{spec.DefaultHost(), spec.DefaultHost()}, Net: spec.DefaultNet()}
	p.Host[spec.Client].Script, p.Host[spec.Server].Script = client, server
	for _, f := range more {
		f(&p)
	}
	return p
}

func check(t *testing.T, p spec.Params) map[string]checker.Outcome[spec.State] {
	t.Helper()
	p.CountFins = properties.CountFins(p)
	m, err := spec.New(p)
	require.NoError(t, err)
	var props []checker.Property[spec.State]
	for _, c := range properties.Catalogue() {
		if c.Excuse(p) == "" {
			props = append(props, c.Make(p))
		}
	}
	sys := checker.System[spec.State]{Exact: m, Any: m.Any()}
	result, err := checker.Check(context.Background(), sys, props, checker.Options{Time: checker.Exact, MaxStates: 200_000})
	require.NoError(t, err)
	outcomes := map[string]checker.Outcome[spec.State]{}
	for _, o := range result.Outcomes {
		outcomes[o.Property] = o
	}
	return outcomes
}

func loseAll(from spec.Host, kind spec.SegmentKind) func(p *spec.Params) {
	return func(p *spec.Params) { p.Net.Lose = append(p.Net.Lose, spec.LossRule{From: from, Kind: kind}) }
}

// The catalogue on the three closes of the textbook and what the article asks
// about, in each profile. Everything that is not named holds.
func TestCatalogueOnTheModel(t *testing.T) {
	half := []spec.Call{{Do: spec.ShutdownWR, When: spec.Start}}
	oneRetry := func(p *spec.Params) {
		p.Host[spec.Client].TCPOrphanRetries, p.Host[spec.Server].TCPOrphanRetries = 1, 1
	}
	for name, c := range map[string]struct {
		client, server  []spec.Call
		more            []func(p *spec.Params)
		violated, goals []string
		inRFC           []string // violated under rfc9293 besides
	}{
		"normal close":       {closeAtStart(), closeAfterEOF(1000 * ms), nil, nil, []string{"three-segment-close"}, nil},
		"simultaneous close": {closeAtStart(), closeAtStart(), nil, nil, []string{"simultaneous-close"}, nil},
		"one loss": {closeAtStart(), closeAfterEOF(1000 * ms), []func(*spec.Params){oneRetry, func(p *spec.Params) { p.Net.Losses = 1 }},
			nil, []string{"three-segment-close"}, nil},
		"first wave lost": {closeAtStart(), closeAfterEOF(1000 * ms), []func(*spec.Params){oneRetry, loseAll(spec.Client, spec.KindFIN)},
			[]string{"both-closed"}, []string{"asymmetric-death"}, nil},
		"fourth wave lost": {closeAtStart(), closeAfterEOF(1000 * ms), []func(*spec.Params){oneRetry, loseAll(spec.Client, spec.KindACK)},
			nil, []string{"three-segment-close"}, nil},
		"half-open shutdown": {half, nil, nil, []string{"fin-wait-2-left-eventually", "close-wait-left-eventually"}, nil, nil},
		"peer never closes": {closeAtStart(), nil, nil, []string{"close-wait-left-eventually"}, []string{"asymmetric-death"},
			[]string{"fin-wait-2-left-eventually"}},
	} {
		for _, profile := range spec.Profiles() {
			t.Run(name+"/"+profile.String(), func(t *testing.T) {
				p := params(profile, c.client, c.server, c.more...)
				violated, goals := append([]string(nil), c.violated...), append([]string(nil), c.goals...)
				if profile == spec.RFC9293 && c.inRFC != nil {
					// Without a timer in FIN_WAIT_2 nobody dies there either.
					violated, goals = append(violated, c.inRFC...), nil
				}
				for _, o := range check(t, p) {
					switch {
					case o.Kind == checker.Reachable && !slices.Contains(goals, o.Property), slices.Contains(violated, o.Property):
						require.Equal(t, checker.Violated, o.Verdict, o.Property)
					default:
						require.Equal(t, checker.Holds, o.Verdict, "%s %s", o.Property, o.Reason)
					}
				}
			})
		}
	}
}

// Every FIN that comes late finds TIME_WAIT, which answers and starts anew: the
// positive case that hand-made steps cannot show, since only the model makes the
// mark of a restarted timer.
func TestReAckRestartsTimeWait(t *testing.T) {
	for _, profile := range spec.Profiles() {
		o := check(t, params(profile, closeAtStart(), closeAfterEOF(0), loseAll(spec.Client, spec.KindACK)))["time-wait-re-acks-fin"]
		require.Equal(t, checker.Holds, o.Verdict, profile)
		require.False(t, o.Vacuous, profile)
	}
}

// With two segments in flight the tail loss probe comes after two jiffies, before
// a delayed ACK: its answer restarts TIME_WAIT, and the bound must allow it.
func TestEarlyProbeRestartsTimeWait(t *testing.T) {
	client := []spec.Call{{Do: spec.Send, N: 1}, {Do: spec.ShutdownWR}, {Do: spec.ReadData}, {Do: spec.Close, When: spec.AfterEOF, Within: spec.Second}}
	server := []spec.Call{{Do: spec.Send, N: 2, When: spec.AfterEOF, Within: 500 * ms}, {Do: spec.Close}}
	o := check(t, params(spec.Linux, client, server, func(p *spec.Params) {
		p.Host[spec.Client].SRTT, p.Host[spec.Server].SRTT = 4*ms, 4*ms
	}))["time-wait-bounded"]
	require.Equal(t, checker.Holds, o.Verdict)
}

// A route whose least RTO is below the delayed ACK makes the loss probe of a lone FIN
// come that early.
func TestLeastRTORestartsTimeWait(t *testing.T) {
	o := check(t, params(spec.Linux, closeAtStart(), closeAfterEOF(1000*ms), func(p *spec.Params) {
		p.Host[spec.Client].RTOMin, p.Host[spec.Server].RTOMin = 5*ms, 5*ms
	}))["time-wait-bounded"]
	require.Equal(t, checker.Holds, o.Verdict)
	require.Greater(t, o.Longest, 60*spec.Second, "a copy of the FIN arrives in TIME_WAIT")
}

// TCP_LINGER2 < 0 resets the peer that never closes.
func TestNegativeLinger2EndsCloseWait(t *testing.T) {
	p := params(spec.Linux, closeAtStart(), nil, func(p *spec.Params) { p.Host[spec.Client].TCPLinger2 = -1 })
	o := check(t, p)["close-wait-left-eventually"]
	require.Equal(t, checker.Holds, o.Verdict)
	for _, c := range properties.Catalogue() {
		if c.Name == "close-wait-left-eventually" {
			require.NotEqual(t, properties.ExpectViolated, c.Expect(p))
		}
	}
}

// At the cap of the RTO an ICMP error ends an orphan, however large
// tcp_orphan_retries is (Linux tcp_orphan_retries: sk_err_soft and not alive).
func TestSoftErrorAtTheCapEndsAnOrphan(t *testing.T) {
	script := []spec.Call{{Do: spec.Close}, {Do: spec.Unreachable, Within: spec.Second}}
	p := params(spec.Linux, script, closeAfterEOF(1000*ms), loseAll(spec.Client, spec.KindFIN), func(p *spec.Params) {
		p.Host[spec.Client].TCPOrphanRetries = 15
	})
	outcomes := check(t, p)
	require.Equal(t, checker.Holds, outcomes["transitions-conform"].Verdict, outcomes["transitions-conform"].Reason)
	require.Equal(t, checker.Holds, outcomes["fin-retries-bounded"].Verdict)
	for _, step := range outcomes["asymmetric-death"].Trace.Steps {
		require.Less(t, step.At, 400*spec.Second, "limit(15) alone is over after 924 s")
	}
}

// A FIN that is always lost kills one side only, unless the RST of ss -K follows it.
func TestDestroyedSocketTellsItsPeer(t *testing.T) {
	script := []spec.Call{{Do: spec.ShutdownWR}, {Do: spec.Destroy}}
	p := params(spec.Article, script, closeAfterEOF(0), loseAll(spec.Client, spec.KindFIN))
	require.Equal(t, checker.Violated, check(t, p)["asymmetric-death"].Verdict)
	for _, c := range properties.Catalogue() {
		if c.Name == "asymmetric-death" {
			require.NotEqual(t, properties.ExpectHolds, c.Expect(p))
		}
	}
}

// A FIN that was held ends the connection with the text that fills the hole, where there
// is no bucket for TIME_WAIT: the text is taken all the same.
func TestTextIsTakenWithoutBucket(t *testing.T) {
	client := []spec.Call{{Do: spec.ShutdownWR}}
	server := []spec.Call{{Do: spec.Send, N: 2, When: spec.AfterEOF}, {Do: spec.Close}}
	o := check(t, params(spec.Linux, client, server, func(p *spec.Params) {
		p.Host[spec.Client].TCPMaxTwBuckets = 0
		p.Net.Delay[spec.Server] = [2]int64{ms, 50 * ms}
	}))["half-close-still-receives"]
	require.Equal(t, checker.Holds, o.Verdict)
	require.False(t, o.Vacuous)
}
