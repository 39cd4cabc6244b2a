package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// story is what a trace says of one run, as far as the article speaks of it.
type story struct {
	Steps []struct {
		AtUS  float64 `json:"at_us"`
		Sent  []struct{ From, Segment string }
		State map[string]json.RawMessage
	}
}

// fins are the instants at which the host sends its FIN, in seconds after the
// first, and closed is when the host comes to CLOSED, on the same clock.
func (s story) fins(host string) (fins []float64, closed float64) {
	first := -1.0
	for _, step := range s.Steps {
		for _, g := range step.Sent {
			if g.From == host && strings.HasPrefix(g.Segment, "FIN") {
				if first < 0 {
					first = step.AtUS
				}
				fins = append(fins, (step.AtUS-first)/1e6)
			}
		}
		if s.state(step.State, host) == "CLOSED" {
			return fins, (step.AtUS - first) / 1e6
		}
	}
	return fins, -1
}

func (story) state(states map[string]json.RawMessage, host string) string {
	var e struct{ State string }
	_ = json.Unmarshal(states[host], &e)
	return e.State
}

// enters is when the host comes to the state, in seconds; -1 when it does not.
func (s story) enters(host, state string) float64 {
	for _, step := range s.Steps {
		if s.state(step.State, host) == state {
			return step.AtUS / 1e6
		}
	}
	return -1
}

// TestWavesOfTheArticle has the timelines of the article's scenarios: by its own
// counting rule, by the formulae of Linux at an RTO of exactly 200 ms without tail
// loss probes, and on a path with a round trip of 40 ms (RTO 240 ms) with them.
func TestWavesOfTheArticle(t *testing.T) {
	exactly := []string{"rto=200ms", "sysctl.net.ipv4.tcp_early_retrans=0"}
	path := []string{"rto=240ms", "srtt=40ms"}
	retries := func(n string) string { return "sysctl.net.ipv4.tcp_orphan_retries=" + n }
	for _, c := range []struct {
		name, scenario, profile, loser string
		set                            []string // of the loser
		fins                           []float64
		closed                         float64
	}{
		{"article", "first-wave-lost", "article", "client", nil, []float64{0, .2, .6, 1.4}, 3.0},
		{"article", "second-wave-lost", "article", "client", nil, []float64{0, .2, .6}, 1.4},
		{"article", "third-wave-lost", "article", "server", nil, []float64{0, .2, .6, 1.4}, 3.0},
		{"article", "fourth-wave-lost", "article", "server", nil, []float64{0, .2, .6}, 1.4},
		{"article, N = 5", "first-wave-lost", "article", "client", []string{retries("5")}, []float64{0, .2, .6, 1.4, 3, 6.2}, 12.6},
		{"article, RTO 1 s", "first-wave-lost", "article", "client", []string{"rto=1s"}, []float64{0, 1, 3, 7}, 15},

		{"R = 200 ms", "first-wave-lost", "linux", "client", exactly, []float64{0, .2, .6, 1.4, 3.0}, 6.2},
		{"R = 200 ms", "second-wave-lost", "linux", "client", exactly, []float64{0, .2, .6, 1.4}, 3.0},
		{"R = 200 ms", "third-wave-lost", "linux", "server", exactly, []float64{0, .2, .6, 1.4, 3.0}, 6.2},
		{"R = 200 ms", "fourth-wave-lost", "linux", "server", exactly, []float64{0, .2, .6, 1.4}, 3.0},
		{"R = 200 ms, default N", "fourth-wave-lost", "linux", "server", append([]string{retries("0")}, exactly...),
			[]float64{0, .2, .6, 1.4, 3, 6.2, 12.6, 25.4, 51, 102.2}, 204.6},

		{"RTT 40 ms", "first-wave-lost", "linux", "client", path, []float64{0, .24, .48, .96, 1.92}, 3.84},
		{"RTT 40 ms", "second-wave-lost", "linux", "client", path, []float64{0, .24, .48, .96}, 1.92},
		{"RTT 40 ms", "third-wave-lost", "linux", "server", path, []float64{0, .24, .48, .96, 1.92}, 3.84},
		{"RTT 40 ms", "fourth-wave-lost", "linux", "server", path, []float64{0, .24, .48, .96}, 1.92},
	} {
		t.Run(c.scenario+"/"+c.name, func(t *testing.T) {
			s := runOf(t, c.scenario, c.profile, c.loser, c.set)
			fins, closed := s.fins(c.loser)
			require.Equal(t, c.fins, fins)
			require.Equal(t, c.closed, closed)
		})
	}
}

// TestClientOfTheArticle: what the other side does meanwhile. FIN_WAIT_2 lasts 60 s
// from the ACK of the FIN whatever the server does, and TIME_WAIT 60 s from the last
// FIN that arrives.
func TestClientOfTheArticle(t *testing.T) {
	for _, profile := range []string{"article", "linux"} {
		for _, name := range []string{"third-wave-lost", "fin-wait-2-after-close"} {
			s := runOf(t, name, profile, "client", nil)
			require.Equal(t, 60.0, seconds(s.enters("client", "CLOSED")-s.enters("client", "FIN_WAIT_2")), name)
		}
		require.Equal(t, -1.0, runOf(t, "fin-wait-2-after-shutdown", profile, "client", nil).enters("client", "CLOSED"))
	}
	// One delay of 1 ms after the last FIN at 0.6 s; R = 200 ms: at 1.4 s.
	s := runOf(t, "fourth-wave-lost", "article", "server", nil)
	require.Equal(t, 60.601, seconds(s.enters("client", "CLOSED")-s.enters("server", "LAST_ACK")))
	s = runOf(t, "fourth-wave-lost", "linux", "server", []string{"rto=200ms", "sysctl.net.ipv4.tcp_early_retrans=0"})
	require.Equal(t, 61.401, seconds(s.enters("client", "CLOSED")-s.enters("server", "LAST_ACK")))
	// By default the client's TIME_WAIT ends before the server has given up.
	s = runOf(t, "fourth-wave-lost", "linux", "server", []string{"rto=200ms", "sysctl.net.ipv4.tcp_early_retrans=0", "sysctl.net.ipv4.tcp_orphan_retries=0"})
	require.Equal(t, 162.201, seconds(s.enters("client", "CLOSED")-s.enters("server", "LAST_ACK")))
	require.Equal(t, 204.6, seconds(s.enters("server", "CLOSED")-s.enters("server", "LAST_ACK")))
}

// seconds rounds to microseconds.
func seconds(s float64) float64 { return float64(int64(s*1e6+.5)) / 1e6 }

// runOf is a run of the scenario to its end, with settings of a host changed.
func runOf(t *testing.T, scenario, profile, host string, set []string) (s story) {
	t.Helper()
	args := []string{"graph", "trace", scenario, "--profile", profile, "--format", "json"}
	for _, change := range set {
		args = append(args, "--set", host+"."+change)
	}
	r := finwait(t, args...)
	require.Equal(t, 0, r.code, r.stderr)
	require.NoError(t, json.Unmarshal([]byte(r.stdout), &s))
	require.NotEmpty(t, s.Steps)
	return s
}
