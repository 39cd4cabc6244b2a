package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/finwait/finwait/cmd/finwait/judge"
)

// result is what a call of the program did.
type result struct {
	code           int
	stdout, stderr string
}

func finwait(t *testing.T, args ...string) result {
	return finwaitIn(t, context.Background(), "", args...)
}

func finwaitIn(t *testing.T, ctx context.Context, stdin string, args ...string) result {
	t.Helper()
	var out, err bytes.Buffer
	code := run(ctx, args, strings.NewReader(stdin), &out, &err)
	return result{code, out.String(), err.String()}
}

// file writes a file of the test and returns its name.
func file(t *testing.T, name, text string) string {
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

func parse(t *testing.T, text string) (v map[string]any) {
	require.NoError(t, json.Unmarshal([]byte(text), &v), text)
	return v
}

// Every mistake ends with code 2 and a message that names it and what would do,
// and with nothing on stdout.
func TestBadInput(t *testing.T) {
	empty := file(t, "empty.yaml", "")
	for _, c := range []struct {
		name string
		args []string
		want []string
	}{
		{"command", []string{"chekc"}, []string{`unknown command "chekc"`, "check"}},
		{"flag", []string{"check", "--propery", "x"}, []string{"--propery", "--property"}},
		{"flag of no name", []string{"check", "--zzzzzzz"}, []string{"--zzzzzzz", "--help"}},
		{"flag without value", []string{"check", "--out"}, []string{"--out", "--help"}},
		{"choice", []string{"check", "--format", "xml"}, []string{"--format", "text, json"}},
		{"choice misspelt", []string{"check", "--time", "exakt"}, []string{`did you mean "exact"`}},
		{"negative bound", []string{"check", "--max-states", "-1"}, []string{"--max-states", "a whole number"}},
		{"bound in words", []string{"check", "--max-depth", "deep"}, []string{"--max-depth", "a whole number"}},
		{"size", []string{"check", "--memory", "2 cats"}, []string{"--memory", "2GiB"}},
		{"duration", []string{"check", "--max-time", "30"}, []string{"--max-time", "30s"}},
		{"scenario", []string{"check", "first-wave-lots"}, []string{"first-wave-lots", "first-wave-lost"}},
		{"missing file", []string{"check", "./no-such.yaml"}, []string{"no-such.yaml"}},
		{"missing directory", []string{"check", "no/such/"}, []string{"no/such/"}},
		{"empty file", []string{"check", empty}, []string{"empty.yaml", "empty"}},
		{"binary file", []string{"check", file(t, "b.yaml", "\x00\x01")}, []string{"b.yaml", "binary"}},
		{"two of one name", []string{"check", file(t, "s.yaml", "name: x"), file(t, "t.yaml", "name: x")}, []string{"t.yaml: name: found the name x, which", "s.yaml has too", "a name of its own"}},
		{"unknown key", []string{"check", file(t, "k.yaml", "cleint: {}\n")}, []string{"k.yaml:1", "cleint", "client"}},
		{"unknown property in the file", []string{"check", file(t, "p.yaml", "client: {app: [{do: close}]}\nproperties: [both-close]\n")}, []string{"p.yaml:2", "both-closed"}},
		{"unknown property expected", []string{"check", file(t, "e.yaml", "client: {app: [{do: close}]}\nexpect: {both-close: holds}\n")}, []string{"e.yaml:2", "both-closed"}},
		{"property", []string{"check", "normal-close", "--property", "both-close"}, []string{`"both-close"`, "both-closed"}},
		{"profile", []string{"check", "--profile", "linus"}, []string{`unknown profile "linus"`, "linux"}},
		{"set", []string{"check", "normal-close", "--set", "client.rtoo=1s"}, []string{"client.rtoo"}},
		{"set without value", []string{"check", "normal-close", "--set", "client.rto"}, []string{"KEY=VALUE"}},
		{"sysctl file", []string{"check", "normal-close", "--sysctl", "no-such.conf"}, []string{"no-such.conf"}},
		{"out is a file", []string{"check", "normal-close", "--profile", "article", "--out", empty}, []string{"--out"}},
		{"kind of picture", []string{"graph", "trase"}, []string{`"trase"`, "trace"}},
		{"no kind of picture", []string{"graph"}, []string{"endpoint, product, reachable or trace"}},
		{"picture format", []string{"graph", "trace", "--format", "gif"}, []string{"dot, svg, png, mermaid, text, json"}},
		{"two scenarios", []string{"graph", "trace", "normal-close", "lossy-network"}, []string{"found 2 arguments"}},
		{"two profiles", []string{"graph", "trace", "--profile", "linux,article"}, []string{"one profile at a time"}},
		{"two properties", []string{"graph", "trace", "--property", "fin-*"}, []string{"one at a time"}},
		{"nothing to draw", []string{"graph", "trace", "normal-close", "--profile", "article", "--property", "both-closed"}, []string{"both-closed in normal-close (article) holds"}},
		{"side", []string{"graph", "endpoint", "--side", "left"}, []string{"client, server"}},
		{"no trace", []string{"replay"}, []string{"found 0 arguments"}},
		{"missing trace", []string{"replay", "no.trace.json"}, []string{"no.trace.json", "no such file"}},
		{"trace is a directory", []string{"replay", t.TempDir()}, []string{"not a regular file"}},
		{"list", []string{"list", "propertys"}, []string{`"propertys"`, "properties"}},
		{"list of nothing", []string{"list"}, []string{"properties, scenarios, profiles"}},
		{"explain", []string{"explain", "both-close"}, []string{"both-closed"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := finwait(t, c.args...)
			require.Equal(t, 2, r.code, r.stderr)
			require.Empty(t, r.stdout)
			require.True(t, strings.HasPrefix(r.stderr, "finwait: "), r.stderr)
			for _, want := range c.want {
				require.Contains(t, r.stderr, want)
			}
		})
	}
}

func TestVersion(t *testing.T) {
	r := finwait(t, "version")
	require.Equal(t, 0, r.code)
	require.True(t, strings.HasPrefix(r.stdout, "finwait "), r.stdout)
	v := parse(t, finwait(t, "version", "--format", "json").stdout)
	require.Equal(t, "finwait.version/1", v["schema"])
}

func TestHelpIsNoError(t *testing.T) {
	for _, args := range [][]string{{"--help"}, {"check", "--help"}, {"graph", "trace", "--help"}, {"completion", "bash"}} {
		r := finwait(t, args...)
		require.Equal(t, 0, r.code, args)
		require.NotEmpty(t, r.stdout)
		require.Empty(t, r.stderr)
	}
}

func TestLists(t *testing.T) {
	for kind, want := range map[string]string{"properties": "both-closed", "scenarios": "first-wave-lost", "profiles": "rfc9293"} {
		r := finwait(t, "list", kind)
		require.Equal(t, 0, r.code, r.stderr)
		require.Contains(t, r.stdout, want)
		for line := range strings.Lines(r.stdout) {
			require.LessOrEqual(t, len([]rune(strings.TrimRight(line, "\n"))), 100, line)
		}
		v := parse(t, finwait(t, "list", kind, "--format", "json").stdout)
		require.Equal(t, "finwait.list/1", v["schema"])
		require.NotEmpty(t, v[kind])
	}
}

func TestExplain(t *testing.T) {
	for _, topic := range []string{"scenario-file", "both-closed"} {
		r := finwait(t, "explain", topic)
		require.Equal(t, 0, r.code, r.stderr)
		require.NotEmpty(t, r.stdout)
		require.Equal(t, "finwait.explain/1", parse(t, finwait(t, "explain", topic, "--format", "json").stdout)["schema"])
	}
	require.Contains(t, finwait(t, "explain", "scenario-file").stdout, "tcp_orphan_retries")
	require.Contains(t, finwait(t, "explain", "both-closed").stdout, "Source:")
}

func TestInternalErrorAsksForAReport(t *testing.T) {
	var err bytes.Buffer
	a := &app{args: []string{"check", "x y.yaml"}, stderr: &err}
	require.Equal(t, 4, a.internal(&judge.InternalError{Case: "x (linux)", Cause: "index out of range", Stack: []byte("goroutine 1")}))
	for _, want := range []string{"internal error: x (linux): index out of range", "goroutine 1", "report it", "finwait check 'x y.yaml'"} {
		require.Contains(t, err.String(), want)
	}
}

func TestCommandLineCanBePasted(t *testing.T) {
	require.Equal(t, `finwait check a-b.yaml --out ''`, commandLine([]string{"check", "a-b.yaml", "--out", ""}))
	require.Equal(t, `finwait check --property 'fin-*' --set 'a='\''b c'\'''`, commandLine([]string{"check", "--property", "fin-*", "--set", "a='b c'"}))
}

func TestNearest(t *testing.T) {
	names := []string{"property", "profile", "progress"}
	require.Equal(t, "property", nearest("prop", names))
	require.Equal(t, "profile", nearest("porfile", names))
	require.Equal(t, "", nearest("colour", names))
}
