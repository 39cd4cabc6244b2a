package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// longCheck is a check of some seconds in one search.
func longCheck(t *testing.T) []string {
	long := file(t, "long.yaml", `
client: {app: [{do: send, n: 1}, {do: close}]}
server: {app: [{do: send, n: 1}, {do: close, when: after-eof, within: 1s}]}
network: {loss: unlimited, duplicates: 1}
`)
	return []string{
		"check", long, "--profile", "linux", "--time", "any", "--max-depth", "11", "--reduction", "none",
		"--property", "last-ack-only-passive,asymmetric-death,fin-one-sequence-number", "--progress", "none", "--format", "json",
	}
}

// program runs the test binary as the program, until it ends or a time is over, and
// it gets a signal.
func program(t *testing.T, limit time.Duration, s os.Signal, args ...string) (stdout string, code int) {
	t.Helper()
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = append(os.Environ(), asProgram+"=1")
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	require.NoError(t, cmd.Start())
	if limit > 0 {
		timer := time.AfterFunc(limit, func() { _ = cmd.Process.Signal(s) }) // it may have ended
		defer timer.Stop()
	}
	_ = cmd.Wait() // the code says it
	require.NotContains(t, errs.String(), "internal error")
	return out.String(), cmd.ProcessState.ExitCode()
}

// undisturbed is what longCheck prints, and the time that it takes.
func undisturbed(t *testing.T, args []string) (string, time.Duration) {
	t.Helper()
	if long.stdout == "" {
		begin := time.Now()
		text, code := program(t, 0, nil, args...)
		require.Equal(t, 3, code, "a depth bound is hit")
		long.stdout, long.took = text, time.Since(begin)
	}
	return long.stdout, long.took
}

var long struct {
	stdout string
	took   time.Duration
}

// found is what a report tells of a scenario, without what is different each time.
func found(t *testing.T, report string) any {
	t.Helper()
	s := parse(t, report)["scenarios"].([]any)[0].(map[string]any)
	delete(s, "seconds")
	return s
}

func TestInterruptedAndResumed(t *testing.T) {
	args := longCheck(t)
	dir := t.TempDir()
	first, second := filepath.Join(dir, "first"), filepath.Join(dir, "second")
	whole, took := undisturbed(t, args)
	text, code := program(t, took/2, os.Interrupt, with(args, "--checkpoint", first, "--workers", "1")...)
	require.Equal(t, 3, code)
	require.Contains(t, text, `"stopped": "interrupted"`)
	old, err := os.ReadFile(first)
	require.NoError(t, err)
	require.Contains(t, string(old), `"Search":{`)
	text, _ = program(t, 0, nil, with(args, "--resume", first, "--checkpoint", second, "--workers", "2")...)
	require.Equal(t, found(t, whole), found(t, text))
	same, err := os.ReadFile(first)
	require.NoError(t, err)
	require.True(t, bytes.Equal(old, same), "another file is written")

	for because, other := range map[string][]string{
		"is of long (linux), not of long (rfc9293)":          {"--profile", "rfc9293"},
		"is of long (linux) with other contents or paramete": {"--set", "client.sysctl.net.ipv4.tcp_orphan_retries=5"},
		"is of other properties":                             {"--property", "both-closed"},
		"is of other options":                                {"--seed", "1"},
	} {
		args := with(args, "--resume", first)
		if other[0] == "--profile" {
			args[3] = other[1]
			other = nil
		}
		r := finwait(t, with(args, other...)...)
		require.Equal(t, 2, r.code, r.stderr)
		require.Contains(t, r.stderr, because)
	}
	old[len(old)/2] ^= 4
	require.NoError(t, os.WriteFile(first, old, 0o600))
	r := finwait(t, with(args, "--resume", first)...)
	require.Equal(t, 2, r.code, r.stderr)
	require.Contains(t, r.stderr, "is damaged or cut off")
}

func TestCheckpointOfOneScenario(t *testing.T) {
	keep := filepath.Join(t.TempDir(), "c")
	r := finwait(t, "check", "first-wave-lost", "--checkpoint", keep)
	require.Equal(t, 2, r.code)
	require.Contains(t, r.stderr, "a checkpoint is of one scenario in one profile, and these are 3; name one, with --profile")
	r = finwait(t, "check", "first-wave-lost", "--profile", "linux", "--resume", keep)
	require.Equal(t, 2, r.code)
	require.Contains(t, r.stderr, "no such file")
	r = finwait(t, "check", "first-wave-lost", "--profile", "linux", "--checkpoint", filepath.Join(keep, "in", "no", "directory"))
	require.Equal(t, 2, r.code)
	require.Contains(t, r.stderr, "cannot be written")
	r = finwait(t, "check", "first-wave-lost", "--profile", "linux", "--time", "any", "--checkpoint", keep, "--spill", t.TempDir())
	require.Equal(t, 2, r.code)
	require.Contains(t, r.stderr, "--spill keeps no checkpoint")

	// Another build.
	require.Zero(t, finwait(t, "check", "first-wave-lost", "--profile", "linux", "--checkpoint", keep).code)
	require.Zero(t, finwait(t, "check", "first-wave-lost", "--profile", "linux", "--resume", keep).code)
	binary := filepath.Join(t.TempDir(), "finwait")
	out, err := exec.Command("go", "build", "-o", binary, ".").CombinedOutput()
	require.NoError(t, err, string(out))
	cmd := exec.Command(binary, "check", "first-wave-lost", "--profile", "linux", "--resume", keep)
	out, err = cmd.CombinedOutput()
	require.Error(t, err)
	require.Equal(t, 2, cmd.ProcessState.ExitCode())
	require.Contains(t, string(out), "was written by another build of finwait")
}
