package picture

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/graphs"
	"github.com/finwait/finwait/spec"
)

// timerLines are the timers of a chart, one in a line.
func timerLines(c graphs.Chart) []string {
	var lines []string
	for _, t := range c.Timers {
		end := [...]string{graphs.Expires: "expires", graphs.Stopped: "stopped", graphs.Runs: "runs"}[t.End]
		until := ""
		if t.To < len(c.Rows) {
			until = " at " + c.Rows[t.To].Time
		}
		lines = append(lines, fmt.Sprintf("%s %s from %s %s%s", t.Side, strings.ReplaceAll(t.Label, "\n", " "), c.Rows[t.From].Time, end, until))
	}
	return lines
}

// The retransmission timer doubles, the limit that is reached is drawn and the
// others are not.
func TestTimersOfRetransmissions(t *testing.T) {
	m := model(t, func(p *spec.Params) {
		p.Profile = spec.Linux
		p.Host[spec.Client].TCPOrphanRetries = 2
		p.Net.Lose = []spec.LossRule{{From: spec.Client, Kind: spec.KindFIN}}
	})
	trace := witness(t, m, checker.Exact, func(s spec.State) bool { return s.Host[spec.Client].State == spec.Closed })
	require.Equal(t, []string{
		"left tail loss probe 200 ms from 0.000 expires at 0.200",
		"left RTO 200 ms from 0.200 expires at 0.400",
		"left RTO 400 ms from 0.400 expires at 0.800",
		"left tcp_orphan_retries 1.4 s from 0.400 expires at 1.800",
		"left RTO 800 ms from 0.800 expires at 1.600",
		"left RTO 1.6 s from 1.600 expires at 3.200",
	}, timerLines(Chart(m, trace)))
}

// An ACK stops the retransmission timer, a FIN again starts TIME_WAIT anew, and
// what the run does not come to still runs.
func TestTimersThatDoNotExpire(t *testing.T) {
	m := model(t, func(p *spec.Params) {
		p.Host[spec.Server].DelayedAck = [2]int64{}
		p.Host[spec.Server].TCPOrphanRetries = 1
		p.Net.Lose = []spec.LossRule{{From: spec.Client, Kind: spec.KindACK}}
	})
	trace := witness(t, m, checker.Exact, func(s spec.State) bool { return s.Host[spec.Server].State == spec.Closed })
	require.Equal(t, []string{
		"left RTO 200 ms from 0.000 stopped at 0.002",
		"right RTO 200 ms from 0.001 expires at 0.201",
		"left FIN_WAIT_2 60 s from 0.002 stopped at 0.002",
		"left TIME_WAIT 60 s from 0.002 stopped at 0.202",
		"right RTO 400 ms from 0.201 expires at 0.601",
		"left TIME_WAIT 60 s from 0.202 runs",
	}, timerLines(Chart(m, trace)))
}

func TestTimersWithoutTimes(t *testing.T) {
	m := model(t, func(*spec.Params) {})
	for _, timer := range Chart(m.Any(), witness(t, m, checker.Any, bothClosed)).Timers {
		require.NotContains(t, timer.Label, "\n", "no length where durations do not count")
	}
}

func TestDuration(t *testing.T) {
	for us, want := range map[int64]string{
		0: "0 s", 1: "1 µs", 1500: "1.5 ms", 204 * spec.Millisecond: "204 ms", 1_632_000: "1.632 s",
		60 * spec.Second: "60 s", 100 * spec.Second: "100 s", 120 * spec.Second: "2 min", 7200 * spec.Second: "2 h", 924_600_000: "924.6 s",
	} {
		require.Equal(t, want, Duration(us))
	}
	require.Equal(t, "207 to 240.875 ms", span(207_000, 240_875))
	require.Equal(t, "828 ms to 1.2 s", span(828_000, 1_200_000))
}
