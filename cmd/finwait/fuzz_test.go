package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// built is the program itself, which no test binary's flags are in.
func built(t *testing.T) func(args ...string) result {
	if testing.Short() {
		t.Skip("builds the binary")
	}
	binary := filepath.Join(t.TempDir(), "finwait")
	out, err := exec.CommandContext(t.Context(), "go", "build", "-o", binary, ".").CombinedOutput()
	require.NoError(t, err, string(out))
	dir := t.TempDir()
	return func(args ...string) result {
		cmd := exec.CommandContext(t.Context(), binary, args...)
		cmd.Dir = dir
		stdout, err := cmd.Output()
		r := result{stdout: string(stdout)}
		if exit := (*exec.ExitError)(nil); err != nil {
			require.ErrorAs(t, err, &exit)
			r.stderr = string(exit.Stderr)
		}
		r.code = cmd.ProcessState.ExitCode()
		return r
	}
}

func TestFuzzWithoutTestBinary(t *testing.T) {
	finwait := built(t)
	r := finwait("fuzz", "--runs", "12", "--self-check", "--max-states", "200", "--format", "json", "--progress", "none")
	require.Equal(t, 0, r.code, r.stdout+r.stderr)
	v := parse(t, r.stdout)
	require.Equal(t, "finwait.fuzz/1", v["schema"])
	require.Equal(t, float64(12), v["runs"])
	require.Empty(t, v["findings"])
	coverage := v["coverage"].(map[string]any)
	require.Positive(t, coverage["pairs_tried"])
	require.Less(t, coverage["values_tried"], coverage["values"])
	require.Equal(t, r.stdout, finwait("fuzz", "--runs", "12", "--self-check", "--max-states", "200", "--format", "json", "--progress", "none", "--workers", "3").stdout)

	// Neither the flags of rapid nor those of package testing are ours.
	for _, args := range [][]string{{"fuzz", "--help"}, {"--help"}} {
		r = finwait(args...)
		require.Zero(t, r.code)
		require.NotContains(t, r.stdout, "rapid.")
		require.NotContains(t, r.stdout, "test.")
	}
	for _, flag := range []string{"-rapid.checks=3", "--test.v"} {
		require.Equal(t, 2, finwait("fuzz", flag).code)
	}
}

func TestFuzzBadInput(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"--vary", "client.rtoo"}, `no key matches "client.rtoo"`},
		{[]string{"--vary", "client.rto=1s..2s"}, "needs a step"},
		{[]string{"--vary", "client.rto=1"}, "a number without unit"},
		{[]string{"--fix", "client.rto"}, "KEY=VALUE is wanted"},
		{[]string{"--set", "network.loss=many"}, "network.loss"},
		{[]string{"--property", "both-closd"}, `did you mean "both-closed"?`},
		{[]string{"--shard", "5/4"}, "INDEX/COUNT"},
		{[]string{"--runs", "0"}, "nothing to try"},
		{[]string{"normal-close"}, "found 1 argument, want finwait fuzz"},
	} {
		r := finwait(t, append([]string{"fuzz"}, c.args...)...)
		require.Equal(t, 2, r.code, "%v: %s", c.args, r.stdout)
		require.Contains(t, r.stderr, c.want)
		require.Empty(t, r.stdout)
	}
}

// TestFuzzCorpus: a scenario in the corpus that is not as it says is found, told, and
// found again by the command that is named.
func TestFuzzCorpus(t *testing.T) {
	t.Chdir(t.TempDir())
	require.NoError(t, os.Mkdir("found", 0o755))
	require.Equal(t, 2, finwait(t, "fuzz", "--runs", "0", "--corpus", "found").code, "it is empty")
	good := "client: {app: [{do: close}]}\nserver: {app: [{do: close, when: after-eof, within: 1s}]}\nproperties: [both-closed, 'fin-*']\n"
	require.NoError(t, os.WriteFile("found/good.yaml", []byte(good), 0o600))
	r := finwait(t, "fuzz", "--runs", "0", "--corpus", "found", "--self-check")
	require.Equal(t, 0, r.code, r.stdout+r.stderr)
	require.Contains(t, r.stdout, "fuzz: 1 runs")
	require.NoError(t, os.WriteFile("found/bad.yaml", []byte("client: {app: 3}"), 0o600))
	r = finwait(t, "fuzz", "--runs", "0", "--corpus", "found")
	require.Equal(t, 2, r.code)
	require.Contains(t, r.stderr, "scenario found/bad.yaml:1: client.app")
}

func TestFuzzFixAndVary(t *testing.T) {
	t.Chdir(t.TempDir())
	r := finwait(t, "fuzz", "--runs", "30", "--max-states", "100", "--vary", "client.rto=200ms,1s", "--vary", "network.loss=0..2", "--fix", "client.rto_max=30s", "--format", "json")
	require.Equal(t, 0, r.code, r.stdout+r.stderr)
	coverage := parse(t, r.stdout)["coverage"].(map[string]any)
	require.Equal(t, float64(6), coverage["keys"], "what is needed besides has one value")
	require.Equal(t, float64(4+2+3), coverage["values"])
	require.Equal(t, coverage["values"], coverage["values_tried"])
	require.Equal(t, coverage["pairs"], coverage["pairs_tried"])
}

// TestFuzzMutants: mutants are drawn on request, each is told of once, and the only one
// ends the search.
func TestFuzzMutants(t *testing.T) {
	t.Chdir(t.TempDir())
	args := []string{"fuzz", "--runs", "100", "--format", "json"}
	r := finwait(t, with(args, "--set", "server.mutant=last-ack-any-ack")...)
	require.Equal(t, 1, r.code, r.stderr)
	v := parse(t, r.stdout)
	require.Equal(t, "caught", v["stopped"])
	require.Less(t, v["runs"], float64(100))
	require.Len(t, v["findings"], 1)
	found := v["findings"].([]any)[0].(map[string]any)
	require.Equal(t, "last-ack-any-ack", found["keys"].(map[string]any)["server.mutant"])
	require.LessOrEqual(t, len(found["keys"].(map[string]any)), 6)
	check := finwait(t, "check", found["scenario"].(string))
	require.Equal(t, 1, check.code, check.stderr)

	r = finwait(t, "fuzz", "--runs", "4", "--seed", "3", "--corpus", "drawn", "--vary", "client.mutant=close-resets,fin-sent-and-forgotten", "--format", "json")
	require.Equal(t, 1, r.code, r.stderr)
	v = parse(t, r.stdout)
	require.Greater(t, v["coverage"].(map[string]any)["keys"], float64(60), "all else varies too")
	seen := map[string]bool{}
	for _, f := range v["findings"].([]any) {
		name := f.(map[string]any)["keys"].(map[string]any)["client.mutant"].(string)
		require.False(t, seen[name], name)
		seen[name] = true
	}
	require.NotEmpty(t, seen)
	require.Equal(t, 2, finwait(t, "fuzz", "--set", "server.mutant=no-such").code)
}

// TestFuzzShardsMerge: shares merge to the whole, a missing one is named, and what is no
// share of one search is refused.
func TestFuzzShardsMerge(t *testing.T) {
	t.Chdir(t.TempDir())
	args := []string{"fuzz", "--runs", "16", "--max-states", "300", "--vary", "server.mutant=close-resets,last-ack-rto-closes", "--vary", "network.loss", "--format", "json", "--progress", "none"}
	whole := finwait(t, with(args, "--corpus", "whole")...)
	require.Equal(t, 1, whole.code, whole.stderr)
	var files []string
	for _, share := range []string{"1/3", "2/3", "3/3"} {
		r := finwait(t, with(args, "--shard", share, "--corpus", "shares")...)
		name := strings.ReplaceAll(share, "/", "-") + ".json"
		require.NoError(t, os.WriteFile(name, []byte(r.stdout), 0o600))
		require.NoError(t, os.RemoveAll("shares")) // each machine has its own
		files = append(files, name)
	}
	merged := finwait(t, append([]string{"merge", "--format", "json"}, files...)...)
	require.Equal(t, whole.code, merged.code, merged.stderr)
	a, b := parse(t, whole.stdout), parse(t, merged.stdout)
	for _, r := range []map[string]any{a, b} {
		for _, f := range r["findings"].([]any) {
			for _, place := range []string{"scenario", "files", "repeat"} {
				delete(f.(map[string]any), place)
			}
		}
	}
	require.NotEmpty(t, a["findings"])
	require.Equal(t, a, b)
	require.Equal(t, merged.stdout, finwait(t, append([]string{"merge", "--format", "json", files[2]}, files...)...).stdout, "one twice, in any order")

	gone := finwait(t, "merge", files[0], files[2])
	require.Contains(t, gone.stdout, "MISSING: shard 2/3")
	text := string(must(os.ReadFile(files[1])))
	for want, change := range map[string][2]string{
		"another binary": {`"binary": "`, `"binary": "x`}, "another search": {`"seed": 1`, `"seed": 2`}, "one of 4 shards": {`"count": 3`, `"count": 4`}, "merge the one or the other": {"finwait.fuzz/1", "finwait.sweep/1"},
		"names no choices": {`"tried": {`, `"tried": {"9999": "0",`},
	} {
		require.Contains(t, text, change[0])
		require.NoError(t, os.WriteFile("changed.json", []byte(strings.Replace(text, change[0], change[1], 1)), 0o600))
		r := finwait(t, "merge", files[0], "changed.json", files[2])
		require.Equal(t, 2, r.code, want)
		require.Contains(t, r.stderr, want)
	}
	require.Equal(t, 2, finwait(t, "merge", files[0], "--format", "csv").code)
	require.Equal(t, 2, finwait(t, "merge", files[0], "--chart", "x.svg").code)
}
