package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestCheckPorts(t *testing.T) {
	r := finwait(t, "check", "ports", "--progress", "none")
	require.Equal(t, 0, r.code, r.stdout+r.stderr)
	require.Contains(t, r.stdout, "port-exhaustion · linux")
	require.Contains(t, r.stdout, "at most 470 connections per second: 28,232 ports")
	require.Contains(t, r.stdout, "TIME_WAIT is on the client")
	require.Contains(t, r.stdout, "violated as expected: 30,002 of 28,232 ports are wanted at a")

	for set, want := range map[string]string{
		"population.rate=470":                                   "5 properties hold",
		"population.closes_first=server":                        "TIME_WAIT is on the server",
		"client.sysctl.net.ipv4.tcp_tw_reuse=1":                 "5 properties hold",
		"client.sysctl.net.ipv4.ip_local_port_range=1024 65535": "at most 1,075 connections per second",
		"client.sysctl.net.ipv4.tcp_max_tw_buckets=5000":        "buckets-never-overflow",
	} {
		r := finwait(t, "check", "port-exhaustion", "--set", set, "--progress", "none")
		require.Contains(t, []int{0, 3}, r.code, set+r.stdout+r.stderr)
		require.Contains(t, r.stdout, want, set)
	}
}

// A file of one's own expects what it says, and small numbers are searched.
func TestCheckPortsOfMyOwn(t *testing.T) {
	mine := file(t, "mine.yaml", "population: {rate: 2}\nclient: {sysctl: {net.ipv4.ip_local_port_range: 40000 40003}, time_wait: 2s}\n")
	r := finwait(t, "check", mine, "--progress", "none", "--format", "json")
	require.Equal(t, 1, r.code, r.stdout+r.stderr)
	s := parse(t, r.stdout)["scenarios"].([]any)[0].(map[string]any)
	require.NotZero(t, s["states"])
	p := s["population"].(map[string]any)
	require.Equal(t, "search", p["method"])
	require.Equal(t, 1.0, p["max_rate"])
	require.Equal(t, "client", p["time_wait_on"])
	o := s["outcomes"].([]any)[0].(map[string]any)
	require.Equal(t, "violated", o["verdict"])
	require.Equal(t, 25.0, o["steps"])
	require.Equal(t, "2s after the start, an attempt to the service finds all ports busy", o["reason"])

	r = finwait(t, "check", mine, "--progress", "none")
	require.Contains(t, r.stdout, "DIFFERENT: violated in 25 steps, but holds was expected")
	require.Contains(t, r.stdout, "repeat with: finwait check "+mine+" --property port-always-available --profile linux")
	out := t.TempDir()
	r = finwait(t, "check", mine, "--progress", "none", "--out", out)
	course, err := os.ReadFile(filepath.Join(out, "mine.linux.port-always-available.txt"))
	require.NoError(t, err)
	require.Contains(t, string(course), "2s           service: attempt                     0        0           4  an attempt to the service finds all ports busy")
	r = finwait(t, "check", mine, "--progress", "none", "--max-states", "2")
	require.Equal(t, 3, r.code, r.stdout)
	r = finwait(t, "check", "ports", "--progress", "none", "--time", "any")
	require.Equal(t, 3, r.code, r.stdout)
	require.Contains(t, r.stdout, "a question of durations")
}

func TestPortsMistakes(t *testing.T) {
	for _, c := range []struct {
		want string
		args []string
	}{
		{"unknown key", []string{"check", "ports", "--set", "population.rates=1"}},
		{"does not model", []string{"check", "ports", "--set", "client.sysctl.net.ipv4.tcp_retries2=1"}},
		{"unknown property", []string{"check", "ports", "--property", "ports-always-available"}},
		{"no picture", []string{"graph", "trace", "ports"}},
		{"takes no checkpoint", []string{"check", "ports", "--checkpoint", "x"}},
	} {
		r := finwait(t, c.args...)
		require.Equal(t, 2, r.code, c.args)
		require.Contains(t, r.stderr, c.want)
	}
	few := finwait(t, "check", "ports", "--set", "population.rate=100", "--set", "client.sysctl.net.ipv4.tcp_max_orphans=1", "--progress", "none")
	require.Contains(t, few.stdout, "violated as expected: 2 of 1 orphans are wanted at a time")
	// tcp_fin_timeout has no effect on TIME_WAIT, but on FIN_WAIT_2 of a slow peer.
	for args, rate := range map[string]string{
		"client.sysctl.net.ipv4.tcp_fin_timeout=10":                            "at most 470 ",
		"population.half_closed=5m":                                            "at most 470 ",
		"client.sysctl.net.ipv4.tcp_fin_timeout=10 population.half_closed=5m":  "at most 2,822 ",
		"client.sysctl.net.ipv4.tcp_fin_timeout=120 population.half_closed=5m": "at most 235 ",
		"client.sysctl.net.ipv4.tcp_fin_timeout=10 population.half_closed=5s":  "at most 434 ",
	} {
		command := []string{"check", "ports", "--progress", "none"}
		for _, set := range strings.Fields(args) {
			command = append(command, "--set", set)
		}
		require.Contains(t, finwait(t, command...).stdout, rate, args)
	}
	r := finwait(t, "check", "ports", "normal-close", "--property", "buckets-never-overflow", "--property", "both-closed", "--progress", "none")
	require.Equal(t, 0, r.code, r.stderr)
	require.Contains(t, finwait(t, "explain", "buckets-never-overflow").stdout, "inet_twsk_alloc")
	require.Contains(t, finwait(t, "explain", "scenario-file").stdout, "population.closes_first")
	require.Contains(t, finwait(t, "list", "scenarios").stdout, "port-exhaustion")
}
