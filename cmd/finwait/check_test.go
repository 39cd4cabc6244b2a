package main

import (
	"context"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A check of few states, whatever the profile.
var quick = []string{"check", "first-wave-lost", "--profile", "article", "--property", "both-closed,fin-one-sequence-number,asymmetric-death"}

func with(args []string, more ...string) []string { return slices.Concat(args, more) }

func TestCheckAsExpected(t *testing.T) {
	r := finwait(t, quick...)
	require.Equal(t, 0, r.code, r.stdout+r.stderr)
	require.Contains(t, r.stdout, "first-wave-lost · article")
	require.Contains(t, r.stdout, "violated as expected")
	require.Contains(t, r.stdout, "server is ESTABLISHED for ever")
	require.Contains(t, r.stdout, "1 scenario in 1 profile run, 3 verdicts: all as expected in ")
	require.NotContains(t, r.stdout, "DIFFERENT")
}

func TestCheckDifferent(t *testing.T) {
	name := file(t, "mine.yaml", "client: {app: [{do: close}]}\nserver: {app: [{do: close, when: after-eof, within: 1s}]}\n"+
		"network: {lose: [{from: client, segment: FIN, nth: all}]}\nprofiles: {article: {}}\nproperties: [both-closed, fin-one-sequence-number]\n")
	r := finwait(t, "check", name)
	require.Equal(t, 1, r.code, r.stdout+r.stderr)
	require.Contains(t, r.stdout, "DIFFERENT: violated in ")
	require.Contains(t, r.stdout, "but holds was expected")
	require.Contains(t, r.stdout, "time passes for ever")
	require.Contains(t, r.stdout, "repeat with: finwait graph trace "+name+" --property both-closed --profile article")
	require.Contains(t, r.stdout, "1 DIFFERENT")

	out := t.TempDir()
	r = finwait(t, "check", name, "--out", out)
	require.Contains(t, r.stdout, "repeat with: finwait replay "+filepath.Join(out, "mine.article.both-closed.trace.json"))

	// What is different outweighs what is unknown.
	r = finwait(t, "check", name, "normal-close", "--profile", "article", "--property", "both-closed", "--max-states", "12", "--time", "exact")
	require.Equal(t, 1, r.code, r.stdout)
	require.Contains(t, r.stdout, "1 DIFFERENT, 1 unknown")
}

func TestCheckUnknown(t *testing.T) {
	for reason, bound := range map[string][]string{
		"states": {"--max-states", "3"}, "depth": {"--max-depth", "2"}, "time": {"--max-time", "1ns"},
	} {
		r := finwait(t, with([]string{"check", "normal-close", "--profile", "article", "--property", "both-closed"}, bound...)...)
		require.Equal(t, 3, r.code, r.stdout+r.stderr)
		require.Contains(t, r.stdout, "1 unknown")
		require.Contains(t, r.stdout, "the bound on "+reason+" was hit")
	}
}

// TestNoRoom: what the model has no room for is told in words, and what would do does.
func TestNoRoom(t *testing.T) {
	args := []string{"normal-close", "--profile", "linux", "--property", "both-closed", "--set"}
	r := finwait(t, append([]string{"check"}, append(args, "network.capacity=1")...)...)
	require.Equal(t, 3, r.code)
	require.Contains(t, r.stdout, "stopped: no room for a segment")
	text := strings.Join(strings.Fields(r.stdout), " ")
	require.Contains(t, text, "1 unknown, a state had more segments in flight one way than the model has room for: see network.capacity (4 where it is not set, at most 8)")
	require.Contains(t, finwait(t, append([]string{"graph", "trace"}, append(args, "network.capacity=1")...)...).stderr, "is unknown (a state had more segments in flight")
	require.Zero(t, finwait(t, append([]string{"check"}, append(args, "network.capacity=4")...)...).code)
}

func TestPossibleIsUnknown(t *testing.T) {
	r := finwait(t, with(quick, "--time", "any", "--format", "json")...)
	require.Equal(t, 3, r.code, r.stdout)
	o := parse(t, r.stdout)["scenarios"].([]any)[0].(map[string]any)["outcomes"].([]any)[0].(map[string]any)
	require.Equal(t, "unknown", o["verdict"])
	require.Equal(t, "possible", o["reason"])
	require.Nil(t, o["as_expected"])
}

func TestCheckInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	r := finwaitIn(t, ctx, "", quick...)
	require.Equal(t, 3, r.code)
	require.Contains(t, r.stdout, "interrupted, 1 profile run not judged")
	require.Equal(t, 3, finwaitIn(t, ctx, "", with(quick, "--format", "json")...).code)
	require.Equal(t, 2, finwaitIn(t, ctx, "", "check", "no-such-scenario").code)
}

func TestCheckInterruptedInTheMiddle(t *testing.T) {
	// Data both ways without durations: millions of states, which no machine
	// explores in this time.
	long := file(t, "long.yaml", `
name: long
client: {app: [{do: send, n: 2}, {do: close}]}
server: {app: [{do: send, n: 2}, {do: close, when: after-eof, within: 1s}]}
network: {loss: unlimited, duplicates: 2}
`)
	ctx, cancel := context.WithTimeout(context.Background(), 300*time.Millisecond)
	defer cancel()
	r := finwaitIn(t, ctx, "", "check", long, "--property", "both-closed", "--time", "any")
	require.Equal(t, 3, r.code, r.stdout+r.stderr)
	require.Contains(t, r.stdout, "interrupted")
	require.NotContains(t, r.stderr, "internal error")
}

// keysOf are the sorted keys of an object.
func keysOf(v any) []string { return slices.Sorted(maps.Keys(v.(map[string]any))) }

// The JSON form is a contract: scripts depend on these names.
func TestCheckJSON(t *testing.T) {
	r := finwait(t, with(quick, "--format", "json")...)
	require.Equal(t, 0, r.code, r.stderr)
	v := parse(t, r.stdout)
	require.Equal(t, []string{"scenarios", "schema", "version"}, keysOf(v))
	require.Equal(t, "finwait.check/1", v["schema"])
	s := v["scenarios"].([]any)[0].(map[string]any)
	require.Equal(t, []string{"complete", "depth", "name", "outcomes", "profile", "runs", "seconds", "states", "stopped", "structure", "transitions"}, keysOf(s))
	require.Equal(t, "first-wave-lost", s["name"])
	require.Equal(t, "article", s["profile"])
	require.Equal(t, true, s["complete"])
	require.Equal(t, "", s["stopped"])
	require.IsType(t, []any{}, s["structure"])
	runs := s["runs"].([]any)
	require.NotEmpty(t, runs)
	for _, run := range runs {
		require.Equal(t, []string{"classes", "complete", "depth", "full", "purpose", "reduced", "reduction", "spilled", "states", "symmetry", "time", "transitions"}, keysOf(run))
	}
	last := runs[len(runs)-1].(map[string]any)
	for _, figure := range []string{"states", "transitions", "depth"} {
		require.Equal(t, last[figure], s[figure], "figures are those of the last run")
	}
	outcomes := map[string]map[string]any{}
	for _, o := range s["outcomes"].([]any) {
		require.Equal(t, []string{"as_expected", "assumptions", "exact", "excused", "expected", "files", "kind", "missed_at_most", "property", "reason", "scope", "steps", "vacuous", "verdict"}, keysOf(o))
		m := o.(map[string]any)
		outcomes[m["property"].(string)] = m
		require.IsType(t, []any{}, m["assumptions"])
		require.IsType(t, map[string]any{}, m["files"])
	}
	require.Len(t, outcomes, 3)
	o := outcomes["both-closed"]
	require.Equal(t, []any{"violated", "violated", true, "eventually", "these-durations", 5.0},
		[]any{o["verdict"], o["expected"], o["as_expected"], o["kind"], o["scope"], o["steps"]})
	o = outcomes["fin-one-sequence-number"]
	require.Equal(t, []any{"holds", "holds", true, "step", "all-durations", nil},
		[]any{o["verdict"], o["expected"], o["as_expected"], o["kind"], o["scope"], o["steps"]})
}

func TestExcusedPropertySaysSo(t *testing.T) {
	r := finwait(t, "check", "fin-wait-2-after-shutdown", "--profile", "linux", "--property", "both-closed,fin-wait-2-left-eventually", "--format", "json", "--out", t.TempDir())
	require.Equal(t, 0, r.code, r.stdout+r.stderr)
	outcomes := parse(t, r.stdout)["scenarios"].([]any)[0].(map[string]any)["outcomes"].([]any)
	excused, stuck := outcomes[0].(map[string]any), outcomes[1].(map[string]any)
	require.Equal(t, "holds", excused["verdict"])
	require.True(t, strings.HasPrefix(excused["reason"].(string), "excused: "), excused["reason"])
	require.Equal(t, true, excused["vacuous"])
	require.Equal(t, "violated", stuck["verdict"])
	trace, err := os.ReadFile(stuck["files"].(map[string]any)["trace.json"].(string))
	require.NoError(t, err)
	f := parse(t, string(trace))
	require.Equal(t, float64(len(f["steps"].([]any))), f["loop"], "the loop is empty")
}

// With an override the property's own condition replaces the file's expectation.
func TestOverrides(t *testing.T) {
	r := finwait(t, with(quick, "--set", "client.sysctl.net.ipv4.tcp_orphan_retries=5", "--format", "json")...)
	require.Contains(t, []int{0, 3}, r.code, r.stdout)
	o := parse(t, r.stdout)["scenarios"].([]any)[0].(map[string]any)["outcomes"].([]any)[0].(map[string]any)
	require.Equal(t, "violated", o["verdict"])
	require.NotEqual(t, "holds", o["expected"])
	require.Equal(t, 7.0, o["steps"], "two retries more")

	conf := file(t, "fleet.conf", "net.ipv4.tcp_orphan_retries = 5\n")
	require.Equal(t, parse(t, r.stdout)["scenarios"].([]any)[0].(map[string]any)["states"],
		parse(t, finwait(t, with(quick, "--sysctl", "client:"+conf, "--format", "json")...).stdout)["scenarios"].([]any)[0].(map[string]any)["states"])
	r = finwait(t, with(quick, "--host", "--time", "exact")...)
	require.Contains(t, []int{0, 2}, r.code, r.stdout+r.stderr) // 2 where there is no /proc/sys
}

func TestOutFilesAndReplay(t *testing.T) {
	out := filepath.Join(t.TempDir(), "new", "traces")
	r := finwait(t, with(quick, "--out", out)...)
	require.Equal(t, 0, r.code, r.stdout+r.stderr)
	entries, err := os.ReadDir(out)
	require.NoError(t, err)
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	require.Equal(t, []string{
		"first-wave-lost.article.asymmetric-death.dot", "first-wave-lost.article.asymmetric-death.trace.json", "first-wave-lost.article.asymmetric-death.txt",
		"first-wave-lost.article.both-closed.dot", "first-wave-lost.article.both-closed.trace.json", "first-wave-lost.article.both-closed.txt",
	}, names)
	text, err := os.ReadFile(filepath.Join(out, "first-wave-lost.article.both-closed.txt"))
	require.NoError(t, err)
	for _, want := range []string{"0.000", "0.200", "0.600", "1.400", "3.000", "lost"} {
		require.Contains(t, string(text), want)
	}
	for _, name := range names {
		if strings.HasSuffix(name, ".dot") {
			requireGraphviz(t, filepath.Join(out, name))
		}
		if !strings.HasSuffix(name, ".trace.json") {
			continue
		}
		r := finwait(t, "replay", filepath.Join(out, name))
		require.Equal(t, 0, r.code, r.stdout+r.stderr)
		require.Contains(t, r.stdout, "verified: 5 steps recomputed")
		v := parse(t, finwait(t, "replay", filepath.Join(out, name), "--format", "json").stdout)
		require.Equal(t, true, v["verified"])
	}
}

// requireGraphviz checks that Graphviz, where it is installed, renders the file.
func requireGraphviz(t *testing.T, name string) {
	dot, err := exec.LookPath("dot")
	if err != nil {
		t.Log("Graphviz is not installed")
		return
	}
	output, err := exec.Command(dot, "-Tsvg", "-o", os.DevNull, name).CombinedOutput()
	require.NoError(t, err, string(output))
	require.Empty(t, string(output), "warnings")
}

func TestProgressOnStderr(t *testing.T) {
	r := finwait(t, with(quick, "--progress", "json")...)
	require.Equal(t, 0, r.code)
	require.NotEmpty(t, r.stderr)
	for line := range strings.Lines(r.stderr) {
		v := parse(t, line)
		require.Equal(t, "finwait.progress/1", v["schema"])
		require.Equal(t, "first-wave-lost (article)", v["scenario"])
	}
	require.Empty(t, finwait(t, with(quick, "--progress", "none")...).stderr)
}

func TestCheckFingerprints(t *testing.T) {
	args := []string{"check", "normal-close", "--profile", "article", "--property", "last-ack-only-passive", "--fingerprints", "--time", "any"}
	r := finwait(t, args...)
	require.Equal(t, 0, r.code, r.stdout+r.stderr)
	require.Contains(t, r.stdout, "1 verdict not exact: states were told apart by fingerprints")
	r = finwait(t, with(args, "--format", "json", "--seed", "7")...)
	require.Equal(t, 0, r.code)
	require.Contains(t, r.stdout, `"exact": false`)
	require.Regexp(t, `"missed_at_most": [1-9]`, r.stdout)
	require.NotContains(t, finwait(t, with(args[:len(args)-3], "--format", "json")...).stdout, `"exact": false`)
}

func TestCheckReduction(t *testing.T) {
	args := func(more ...string) []string {
		return append([]string{"check", "simultaneous-close", "--profile", "article", "--time", "any", "--property", "no-stuck-state", "--set", "network.reorder=false", "--set", "network.capacity=8", "--format", "json"}, more...)
	}
	run := func(more ...string) map[string]any {
		r := finwait(t, args(more...)...)
		require.Equal(t, 0, r.code, r.stdout+r.stderr)
		return parse(t, r.stdout)["scenarios"].([]any)[0].(map[string]any)["runs"].([]any)[0].(map[string]any)
	}
	full, auto, ample, mirrored := run("--reduction", "none"), run(), run("--reduction", "ample"), run("--symmetry")
	require.Equal(t, []any{"none", 0.0, false}, []any{full["reduction"], full["reduced"], full["symmetry"]})
	require.Equal(t, []any{"ample", false}, []any{auto["reduction"], auto["symmetry"]})
	require.Equal(t, auto, ample)
	require.Equal(t, ample["states"], ample["full"].(float64)+ample["reduced"].(float64))
	require.Less(t, ample["states"], full["states"])
	require.Less(t, mirrored["states"], ample["states"])
	require.Equal(t, []any{"ample", true}, []any{mirrored["reduction"], mirrored["symmetry"]})

	r := finwait(t, "check", "simultaneous-close", "--profile", "article", "--time", "any", "--property", "no-stuck-state", "--symmetry")
	require.Contains(t, r.stdout, "one of each two mirror images")
	require.NotContains(t, r.stdout, "both mirror images")
	r = finwait(t, "check", "simultaneous-close", "--profile", "article", "--time", "any", "--property", "no-stuck-state", "--property", "fin-one-sequence-number", "--symmetry", "--fingerprints")
	require.Contains(t, r.stdout, "one of each two mirror images")
	require.Regexp(t, `states.*, both mirror images, for\s+properties of steps and of whole runs`, r.stdout)
	for says, bad := range map[string][]string{
		"no symmetry: client and server are not configured alike: their Script differs": {"check", "normal-close", "--symmetry"},
		"--symmetry is for searches without durations":                                  {"check", "--symmetry", "--time", "exact"},
		"--reduction ample is for searches without durations":                           {"check", "--reduction", "ample", "--time", "exact"},
		"--fingerprints is for searches without durations":                              {"check", "--fingerprints", "--time", "exact"},
		"--time any, or auto, which begins with one, or leave it out":                   {"sweep", "keepalive", "--fingerprints", "--time", "exact"},
	} {
		r := finwait(t, bad...)
		require.Equal(t, 2, r.code, says)
		require.Contains(t, r.stderr, says)
	}
}

func TestCheckSpill(t *testing.T) {
	dir := t.TempDir()
	args := []string{"check", "simultaneous-close", "--profile", "article", "--time", "any", "--property", "no-stuck-state", "--property", "both-closed"}
	run := func(more ...string) (first map[string]any, outcomes []any) {
		r := finwait(t, with(args, append(more, "--format", "json")...)...)
		require.Equal(t, 3, r.code, r.stdout+r.stderr) // both-closed is a question of durations
		s := parse(t, r.stdout)["scenarios"].([]any)[0].(map[string]any)
		return s["runs"].([]any)[0].(map[string]any), s["outcomes"].([]any)
	}
	inMemory, want := run("--reduction", "none")
	spilled, got := run("--spill", dir)
	require.Zero(t, inMemory["spilled"])
	require.Positive(t, spilled["spilled"])
	inMemory["spilled"] = spilled["spilled"]
	require.Equal(t, inMemory, spilled)
	for i := range want {
		want, got := want[i].(map[string]any), got[i].(map[string]any)
		if got["reason"] == "spill" {
			require.Contains(t, []any{"eventually", "leads-to"}, got["kind"])
			continue
		}
		require.Equal(t, want, got)
	}
	r := finwait(t, with(args, "--spill", dir)...)
	require.Contains(t, r.stdout, "written to disk")
	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Empty(t, left)
	for says, bad := range map[string][]string{
		"--spill is for searches without durations": {"--time", "exact", "--spill", dir},
		"--spill keeps whole states":                {"--time", "any", "--fingerprints", "--spill", dir},
		"--spill cannot go with --reduction ample":  {"--time", "any", "--reduction", "ample", "--spill", dir},
		"--spill: a directory is wanted":            {"--spill", filepath.Join(dir, "nowhere")},
	} {
		r := finwait(t, append([]string{"check", "normal-close"}, bad...)...)
		require.Equal(t, 2, r.code, says)
		require.Contains(t, r.stderr, says)
	}
}
