package main

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/finwait/finwait/checker"
)

// TestMain lets the test binary do a search for itself, as the command does.
func TestMain(m *testing.M) {
	if len(os.Args) == 2 && os.Args[1] == childCommand {
		main()
		return
	}
	os.Exit(m.Run())
}

// fakePeers writes a folder with a measure.sh that prints lines.
func fakePeers(t *testing.T, lines string) string {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "measure.sh"), []byte("cat <<'EOF'\n"+lines+"EOF\n"), 0o755))
	return dir
}

func TestQuick(t *testing.T) {
	out := filepath.Join(t.TempDir(), "RESULTS.md")
	var stdout bytes.Buffer
	code := run(context.Background(), []string{"--quick", "--peers", t.TempDir(), "--out", out, "twophase-5", "tim*", "loss", "spill", "reduction"}, &stdout, io.Discard)
	require.Zero(t, code)
	for _, want := range []string{"## twophase-5", "| finwait, 1 worker | 8,832 |", "| finwait, 2 workers | 8,832 |", "## timed", "| s2, one duplicate | exact |", "## timers", "| × 3600 | exact |", "## loss", "| 2 | any |", "## spill", "| on disk | 212,269 |", "## reduction", "| both-closed | not reduced |", "no factor is below 1.2"} {
		require.Contains(t, stdout.String(), want)
	}
	require.NotContains(t, stdout.String(), "stopped")
	written, err := os.ReadFile(out)
	require.NoError(t, err)
	require.Equal(t, stdout.String(), string(written))
}

func TestUsage(t *testing.T) {
	for name, c := range map[string]struct {
		args []string
		want string
	}{
		"no such section":  {[]string{"--quick", "tcpclose-X"}, `no section "tcpclose-X"`},
		"a bad pattern":    {[]string{"--quick", "["}, "syntax error in pattern"},
		"no peers":         {[]string{"--peers", "nowhere", "twophase-5"}, "nowhere/measure.sh"},
		"no rounds":        {[]string{"--rounds", "-1"}, "at least 1"},
		"no such flag":     {[]string{"--fast"}, "not defined: -fast"},
		"nowhere to write": {[]string{"--quick", "--peers", "nowhere", "--out", "nowhere/table", "twophase-5"}, "nowhere/table"},
	} {
		t.Run(name, func(t *testing.T) {
			var stderr bytes.Buffer
			require.Equal(t, 2, run(context.Background(), c.args, io.Discard, &stderr))
			require.Contains(t, stderr.String(), c.want)
		})
	}
}

func TestMissingTools(t *testing.T) {
	t.Setenv("PATH", "")
	err := (&peers{fakePeers(t, "")}).look()
	require.ErrorContains(t, err, "apt-get install bash spin rumur gcc")
}

// TestWrongCount: a search that does not find what exists must not be timed.
func TestWrongCount(t *testing.T) {
	b := &board{log: io.Discard, rounds: 1}
	_, err := b.race(context.Background(), search{Model: "twophase", Managers: 2}, "2", 57)
	require.ErrorIs(t, err, errWrongCount)
	_, err = b.race(context.Background(), search{Model: "twophase", Managers: 2}, "2", 56)
	require.NoError(t, err)
}

func TestPeersAreParsed(t *testing.T) {
	all, err := (&peers{fakePeers(t, "twophase 3 spin-dfs 288 0.50 1000\ntwophase 3 rumur-1 failed 0.10 20\n")}).measure(context.Background(), "twophase", "3", "")
	require.NoError(t, err)
	require.Equal(t, []measured{
		{"spin-dfs", figures{States: 288, Wall: 0.5, Bytes: 1_024_000}},
		{"rumur-1", figures{Wall: 0.1, Bytes: 20_480}},
	}, all)
	_, err = parsePeers(strings.NewReader("twophase 3 spin-dfs many 0.50 1000\n"), "")
	require.ErrorContains(t, err, "many")
}

// TestRatios: they are taken within a round, and never to a peer that found
// something else.
func TestRatios(t *testing.T) {
	r := &race{states: 100, runs: map[string][]figures{}}
	for _, wall := range []float64{1, 2, 4} { // the machine becomes slower
		r.add("finwait", figures{States: 100, Wall: wall, Bytes: 2400})
		r.add(spinDFS, figures{States: 100, Wall: 8 * wall, Bytes: 5000})
		r.add("rumur-1", figures{States: 99, Wall: wall})
	}
	require.Equal(t, strings.TrimPrefix(`
| tool | states | seconds | states/s | bytes/state | times spin-dfs |
|---|---:|---:|---:|---:|---:|
| finwait | 100 | 2.00 | 50 | 24.0 | 8.00 [8.00–8.00] |
| spin-dfs | 100 | 16.00 | 6 | 50.0 | 1.00 [1.00–1.00] |
| rumur-1 | 99 (wrong) | – | – | – | – |

rumur-1 found 99 states where 100 exist: it is left out of the comparison.
`, "\n"), r.table())

	r.runs[spinDFS][1].States = 101
	require.Contains(t, r.table(), "| finwait | 100 | 2.00 | 50 | 24.0 | – |")
	require.NotContains(t, r.table(), "in pairs")
	r.even = true
	require.Contains(t, r.table(), "in pairs")
}

func TestMachine(t *testing.T) {
	line := machine(time.Date(2026, 11, 24, 23, 0, 0, 0, time.UTC), 3)
	require.Contains(t, line, "2026-11-24; medians of 3 rounds.")
	require.Contains(t, line, "go1.")
}

// TestTimersAreFlat: the number of classes does not depend on the unit. 0 is the
// scenario without new windows.
func TestTimersAreFlat(t *testing.T) {
	s := search{Model: "scenario", Scenario: "s2", Time: checker.Exact}
	var want figures
	for i, times := range []int64{0, 1, 60, 3600} {
		s.Times = times
		got, err := s.do(context.Background())
		require.NoError(t, err)
		got.Seconds = 0
		if i == 0 {
			want = got
		}
		require.Equal(t, want, got, "× %d", times)
	}
}

// TestConstants: they are the durations of the scenario, and one of them changed
// changes the windows that have it and no others.
func TestConstants(t *testing.T) {
	s := search{Model: "scenario", Scenario: "s2"}
	all, err := s.constants(context.Background())
	require.NoError(t, err)
	const ms = 1000
	require.Equal(t, []int64{1 * ms, 50 * ms, 200 * ms, 400 * ms, 800 * ms, 1000 * ms, 1600 * ms, 60_000 * ms}, all)

	s.Longer = 50 * ms
	require.Equal(t, int64(50*ms+1), s.window(50*ms))
	require.Equal(t, int64(200*ms), s.window(200*ms))
	require.Equal(t, checker.Forever, s.window(checker.Forever))
	s.Longer, s.Times = 0, 60
	require.Equal(t, int64(3000*ms), s.window(50*ms))
	require.Equal(t, checker.Forever, s.window(checker.Forever))
}

// TestPeersAreStopped: what comes behind the tool that is wanted does not run, and what
// runs is ended.
func TestPeersAreStopped(t *testing.T) {
	dir := t.TempDir()
	left := filepath.Join(dir, "left")
	script := "trap 'rm " + left + "' EXIT\ntouch " + left + "\necho twophase 3 spin-dfs 288 0.50 1000\nsleep 60\necho twophase 3 rumur-1 288 0.1 20\n"
	require.NoError(t, os.WriteFile(filepath.Join(dir, "measure.sh"), []byte(script), 0o755))
	begin := time.Now()
	all, err := (&peers{dir}).measure(context.Background(), "twophase", "3", spinDFS)
	require.NoError(t, err)
	require.Equal(t, []measured{{"spin-dfs", figures{States: 288, Wall: 0.5, Bytes: 1_024_000}}}, all)
	require.Less(t, time.Since(begin), 30*time.Second)
	require.NoFileExists(t, left)

	require.NoError(t, os.WriteFile(filepath.Join(dir, "measure.sh"), []byte("echo no compiler >&2; exit 3\n"), 0o755))
	_, err = (&peers{dir}).measure(context.Background(), "twophase", "3", spinDFS)
	require.ErrorContains(t, err, "no compiler")
}

// TestPeersOfRounds: all peers run in the first round, later only the one that ratios
// refer to, and that not if it does other work.
func TestPeersOfRounds(t *testing.T) {
	both := func(states string) *board {
		return &board{log: io.Discard, rounds: 2, peers: &peers{fakePeers(t, "twophase 2 spin-dfs "+states+" 9.00 1000\ntwophase 2 rumur-1 56 9.00 20\n")}}
	}
	count := func(b *board) (spin, rumur int) {
		r, err := b.race(context.Background(), search{Model: "twophase", Managers: 2}, "2", 56)
		require.NoError(t, err)
		require.Len(t, r.runs["finwait, 2 workers"], 2)
		return len(r.runs[spinDFS]), len(r.runs["rumur-1"])
	}
	spin, rumur := count(both("56"))
	require.Equal(t, []int{2, 1}, []int{spin, rumur})
	spin, rumur = count(both("57"))
	require.Equal(t, []int{1, 1}, []int{spin, rumur})
	only := both("56")
	only.onlySpin = true
	spin, rumur = count(only)
	require.Equal(t, []int{2, 0}, []int{spin, rumur})
}

// TestSectionsAreKept: a section that is measured replaces the one before, and the others
// stay.
func TestSectionsAreKept(t *testing.T) {
	out := filepath.Join(t.TempDir(), "RESULTS.md")
	old := results{}
	old.add("twophase-5", "Old", "Old machine.", "| old |\n")
	old.add("timers", "Kept", "Old machine.", "| kept |\n")
	require.NoError(t, os.WriteFile(out, []byte(old.table()), 0o644))
	var stdout bytes.Buffer
	require.Zero(t, run(context.Background(), []string{"--quick", "--peers", t.TempDir(), "--out", out, "twophase-5"}, &stdout, io.Discard))
	text, err := os.ReadFile(out)
	require.NoError(t, err)
	require.NotContains(t, string(text), "old |")
	require.Contains(t, string(text), "| finwait, 1 worker | 8,832 |")
	require.True(t, strings.HasSuffix(string(text), "\n## timers\n\nKept.\n\nOld machine.\n\n| kept |\n"))
	require.NotContains(t, stdout.String(), "kept")
}
