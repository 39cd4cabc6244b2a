//go:build unix

package main

import (
	"bytes"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// killWithin kills a check once a search is in its checkpoint. Such a one is due a second
// after the first, in which nothing is; so the check is stopped for so long as soon as that
// is there, and then writes it after its first round, of which a search takes many.
func killWithin(t *testing.T, keep, search string, args ...string) {
	t.Helper()
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = append(os.Environ(), asProgram+"=1")
	require.NoError(t, cmd.Start())
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	has := func(what string) bool {
		now, _ := os.ReadFile(keep) // there is none at first
		return bytes.Contains(now, []byte(what))
	}
	await := func(what string) {
		for !has(what) {
			select {
			case <-ended:
				require.FailNow(t, "the check has ended", "before its checkpoint held %s", what)
			case <-time.After(5 * time.Millisecond):
			}
		}
	}
	await("finwait checkpoint")
	require.NoError(t, cmd.Process.Signal(syscall.SIGSTOP))
	time.Sleep(1100 * time.Millisecond)
	require.NoError(t, cmd.Process.Signal(syscall.SIGCONT))
	await(search)
	require.NoError(t, cmd.Process.Signal(syscall.SIGSTOP))
	require.NoError(t, cmd.Process.Kill())
	<-ended
	require.True(t, has(search))
}

// TestKilledAndResumed kills a check within its search, then at any moment, again and
// again.
func TestKilledAndResumed(t *testing.T) {
	args := longCheck(t)
	whole, took := undisturbed(t, args)
	keep := filepath.Join(t.TempDir(), "c")
	killWithin(t, keep, `"Search":{`, with(args, "--checkpoint", keep)...)
	for killed := 1; ; killed++ {
		limit := time.Duration(rand.Int64N(int64(took)))
		if killed == 5 {
			limit = 0
		}
		text, code := program(t, limit, os.Kill, with(args, "--resume", keep)...)
		if code >= 0 {
			t.Logf("%v, killed %d times", took, killed)
			require.Equal(t, found(t, whole), found(t, text))
			break
		}
	}
	text, _ := program(t, 0, nil, with(args, "--resume", keep)...)
	require.Equal(t, found(t, whole), found(t, text), "all is known")
}

// TestExactKilledAndResumed kills a check in exact time within its search, and goes on
// with another number of workers.
func TestExactKilledAndResumed(t *testing.T) {
	args := []string{
		"check", "testdata/timed/large.yaml", "--profile", "linux", "--time", "exact", "--max-states", "150000",
		"--property", "fin-one-sequence-number,last-ack-only-passive", "--progress", "none", "--format", "json",
	}
	keep := filepath.Join(t.TempDir(), "c")
	whole, code := program(t, 0, nil, args...)
	require.Equal(t, 3, code, "a bound is hit")
	killWithin(t, keep, `"Exact":{`, with(args, "--checkpoint", keep, "--workers", "1")...)
	text, code := program(t, 0, nil, with(args, "--resume", keep, "--workers", "2")...)
	require.Equal(t, 3, code)
	require.Equal(t, found(t, whole), found(t, text))
}
