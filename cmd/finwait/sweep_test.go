package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestSweepCommand(t *testing.T) {
	cache := t.TempDir()
	r := finwait(t, "sweep", "fin-timeout", "--cache", cache, "--progress", "none")
	require.Equal(t, 0, r.code, r.stderr)
	require.Contains(t, r.stdout, "61                      2s") // 2 * (T - 60 s)
	again := finwait(t, "sweep", "fin-timeout", "--cache", cache, "--progress", "none", "--format", "json")
	require.Equal(t, "finwait.sweep/1", parse(t, again.stdout)["schema"])
	r = finwait(t, "sweep", "normal-close", "--cache", "none", "--profile", "article", "--vary", "network.loss=0..4", "--property", "asymmetric-death", "--set", "client.sysctl.net.ipv4.tcp_orphan_retries=2", "--column", "asymmetric-death")
	require.Equal(t, 0, r.code, r.stdout)
	require.Contains(t, r.stdout, "asymmetric-death is not reached up to 2, is reached from 3 on of network.loss")
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"sweep"}, "nothing is varied"},
		{[]string{"sweep", "normal-close"}, "nothing is varied"},
		{[]string{"sweep", "--vary", "network.loss=1..2"}, "no scenario"},
		{[]string{"sweep", "normal-close", "--vary", "network.loss=2..1"}, "it ends before it begins"},
		{[]string{"sweep", "normal-close", "--vary", "network.lss=1..2"}, "network.lss"},
		{[]string{"sweep", "normal-close", "--vary", "network.loss=1..2", "--shard", "3/2"}, "INDEX/COUNT is wanted"},
		{[]string{"sweep", "normal-close", "--vary", "network.loss=1..2", "--column", "x"}, `column "x"`},
		{[]string{"sweep", "normal-close", "--vary", "network.loss=1..2", "--assume", "1 <"}, "--assume"},
		{[]string{"sweep", "normal-close", "--vary", "network.loss=1..2", "--pairwise", "--one-at-a-time"}, "can be asked for"},
		{[]string{"sweep", "normal-close", "--vary", "network.loss=1..2", "--t-wise", "4"}, "2 or 3 is wanted"},
		{[]string{"sweep", "normal-close", "--vary", "network.loss=1..2", "--property", "both-close"}, "both-closed"},
		{[]string{"sweep", "orphan-retry"}, `did you mean "orphan-retries"?`},
		{[]string{"sweep", "nowhere"}, "or the name of a built-in sweep"},
		{[]string{"sweep", "normal-close", "fin-timeout"}, "fin-timeout is a built-in sweep"},
		{[]string{"sweep", "normal-close", "--vary", "network.loss=1..2", "--set", "network.loss=3"}, "both fixed and varied"},
		{[]string{"sweep", "normal-close", "--vary", "client.tcp_orphan_retries=1..2"}, "--vary client.tcp_orphan_retries=1: found an unknown key, want client.sysctl.net.ipv4.tcp_orphan_retries"},
		{[]string{"sweep", "normal-close", "--vary", "network.loss=0,x", "--property", "both-closed"}, "not all combinations make a scenario"},
		{[]string{"sweep", "normal-close", "--vary", "network.loss=1..2", "--chart", "x.gif"}, ".svg or .png"},
		{[]string{"sweep", "normal-close", "--vary", "network.loss=1..2", "--output", "no/where.json"}, "no such file"},
		{[]string{"merge"}, "found 0 arguments, want finwait merge RESULT…"},
		{[]string{"merge", "no.json"}, "no.json"},
	} {
		r := finwait(t, append(c.args, "--cache", "none")[:len(c.args)+2*btoi(c.args[0] == "sweep")]...)
		require.Equal(t, 2, r.code, "%v: %s", c.args, r.stdout)
		require.Contains(t, r.stderr, c.want, c.args)
	}
}

func btoi(b bool) int { return map[bool]int{true: 1}[b] }

// TestSixteenProcesses sweeps in sixteen processes, some of which are killed and begun
// again, and compares what is merged with one process's result.
func TestSixteenProcesses(t *testing.T) {
	dir := t.TempDir()
	args := []string{
		"sweep", "first-wave-lost", "--vary", "client.sysctl.net.ipv4.tcp_orphan_retries=0..7", "--vary", "profile=article,linux",
		"--vary", "client.rto=200ms,300ms,1s", "--property", "both-closed,fin-retries-bounded", "--progress", "none", "--jobs", "1",
	}
	program := func(shard, cache string) *exec.Cmd {
		p := exec.Command(os.Args[0], append(args, "--shard", shard, "--cache", filepath.Join(dir, cache), "--format", "json")...)
		p.Env = append(os.Environ(), asProgram+"=1")
		return p
	}
	whole, err := program("1/1", "whole").Output()
	require.NoError(t, err)
	var files []string
	killed := 0
	for i := range 16 {
		shard := fmt.Sprintf("%d/16", i+1)
		cache := fmt.Sprint("cache", i%4)
		if i%3 == 0 {
			p := program(shard, cache)
			require.NoError(t, p.Start())
			time.Sleep(time.Duration(5*i) * time.Millisecond)
			require.NoError(t, p.Process.Kill())
			if p.Wait() != nil {
				killed++
			}
		}
		out, err := program(shard, cache).Output()
		require.NoError(t, err)
		name := filepath.Join(dir, fmt.Sprint(i, ".json"))
		require.NoError(t, os.WriteFile(name, out, 0o600))
		files = append(files, name)
	}
	require.Positive(t, killed)
	// The merging binary need not be the one that swept.
	merged := finwait(t, append([]string{"merge", "--format", "json"}, files...)...)
	require.Equal(t, 0, merged.code, merged.stderr)
	a, b := parse(t, string(whole)), parse(t, merged.stdout)
	for _, r := range []map[string]any{a, b} {
		delete(r, "shard")
		for _, c := range r["cells"].([]any) {
			delete(c.(map[string]any), "seconds")
		}
	}
	require.Equal(t, a, b)
	require.Len(t, a["cells"], 48)

	gone := finwait(t, append([]string{"merge"}, files[1:]...)...)
	require.Equal(t, 3, gone.code)
	require.Contains(t, gone.stdout, "MISSING: shard 1/16")
	other := strings.Replace(string(whole), `"binary": "`, `"binary": "x`, 1)
	require.NoError(t, os.WriteFile(files[0], []byte(strings.Replace(other, `"index": 1,
    "count": 1`, `"index": 1,
    "count": 16`, 1)), 0o600))
	refused := finwait(t, append([]string{"merge"}, files...)...)
	require.Equal(t, 2, refused.code)
	require.Contains(t, refused.stderr, "another binary")
}
