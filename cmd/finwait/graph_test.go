package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/finwait/finwait/graphs/svgtest"
)

func TestGraphEndpoint(t *testing.T) {
	r := finwait(t, "graph", "endpoint", "--profile", "article")
	require.Equal(t, 0, r.code, r.stderr)
	require.True(t, strings.HasPrefix(r.stdout, "digraph"), r.stdout)
	requireGraphviz(t, file(t, "endpoint.dot", r.stdout))

	r = finwait(t, "graph", "endpoint", "normal-close", "--profile", "article", "--side", "server", "--format", "text")
	require.Equal(t, 0, r.code, r.stderr)
	require.Contains(t, r.stdout, "CLOSE_WAIT -> LAST_ACK: close() / FIN")
	require.NotContains(t, r.stdout, "FIN_WAIT_1", "the server never closes first")

	r = finwait(t, "graph", "endpoint", "normal-close", "--profile", "article", "--side", "both", "--format", "text")
	require.Contains(t, r.stdout, "CLOSE_WAIT -> LAST_ACK: close() / FIN")
	require.Contains(t, r.stdout, "FIN_WAIT_2 -> TIME_WAIT: receive FIN / ACK")

	v := parse(t, finwait(t, "graph", "endpoint", "--profile", "article", "--format", "json").stdout)
	require.Equal(t, "finwait.graph/1", v["schema"])
	require.Equal(t, "client", v["side"])
	require.NotEmpty(t, v["nodes"])
	require.NotEmpty(t, v["edges"])

	r = finwait(t, "graph", "endpoint", "--profile", "article", "--max-states", "3", "--format", "text")
	require.Equal(t, 3, r.code, "not all was explored")
	require.Contains(t, r.stdout, "Not all was explored")
}

func TestGraphTrace(t *testing.T) {
	r := finwait(t, "graph", "trace", "first-wave-lost", "--property", "both-closed", "--profile", "article")
	require.Equal(t, 0, r.code, r.stderr)
	requireGraphviz(t, file(t, "trace.dot", r.stdout))

	r = finwait(t, "graph", "trace", "--profile", "article", "--format", "text")
	require.Equal(t, 0, r.code, r.stderr)
	require.Contains(t, r.stdout, "The client is CLOSED, the server is CLOSED.")
	require.Contains(t, r.stdout, "TIME_WAIT")

	r = finwait(t, "graph", "trace", "first-wave-lost", "--profile", "article", "--format", "text")
	require.Contains(t, r.stdout, "The client is CLOSED, the server is ESTABLISHED.")

	r = finwait(t, "graph", "trace", "--profile", "article", "--max-states", "2")
	require.Equal(t, 3, r.code, r.stderr)
	require.Empty(t, r.stdout)
}

// RFC 9293 knows neither a timer in FIN_WAIT_2 nor a tail loss probe, Linux does;
// compared the other way round they are gone.
func TestGraphEndpointDiff(t *testing.T) {
	diff := func(from, to, format string) string {
		r := finwait(t, "graph", "endpoint", "fin-wait-2-after-close", "--profile", from, "--diff", to, "--format", format)
		require.Equal(t, 0, r.code, r.stderr)
		return r.stdout
	}
	text := diff("rfc9293", "linux", "text")
	require.Contains(t, text, "FIN_WAIT_2 -> CLOSED: + FIN_WAIT_2 timer / - (highlighted)")
	require.Contains(t, text, "CLOSED (final, new)")
	require.Contains(t, diff("linux", "rfc9293", "text"), "FIN_WAIT_2 -> CLOSED: − FIN_WAIT_2 timer / - (gone)")
	require.NotContains(t, diff("linux", "linux", "text"), "+ ")
	requireGraphviz(t, file(t, "diff.dot", diff("linux", "rfc9293", "dot")))
	v := parse(t, diff("rfc9293", "linux", "json"))
	require.Equal(t, "rfc9293", v["before"].(map[string]any)["profile"])
	edge := func(from, to, label, in string) map[string]any {
		return map[string]any{"from": from, "to": to, "label": label, "in": in}
	}
	require.Contains(t, v["edges"], edge("FIN_WAIT_2", "CLOSED", "FIN_WAIT_2 timer / -", "after"))
	require.Contains(t, v["edges"], edge("ESTABLISHED", "FIN_WAIT_1", "close() / FIN", "both"))
	require.Contains(t, v["nodes"], map[string]any{"name": "CLOSED", "in": "after"})
	require.Contains(t, parse(t, diff("linux", "rfc9293", "json"))["edges"], edge("FIN_WAIT_2", "CLOSED", "FIN_WAIT_2 timer / -", "before"))

	r := finwait(t, "graph", "endpoint", "--diff", "linus", "--format", "text")
	require.Equal(t, 2, r.code)
	require.Contains(t, r.stderr, "is no profile and no mutant")
}

// What graph trace prints as JSON is what replay reads, also from standard input.
func TestReplayOfGraphTrace(t *testing.T) {
	for _, args := range [][]string{
		{"normal-close"},
		{"first-wave-lost", "--property", "both-closed"},
		{"first-wave-lost", "--property", "both-closed", "--time", "any"},
		{"first-wave-lost", "--property", "both-closed", "--set", "client.rto=317ms"},
	} {
		args = append([]string{"graph", "trace", "--profile", "article", "--format", "json"}, args...)
		r := finwait(t, args...)
		require.Equal(t, 0, r.code, r.stderr)
		back := finwaitIn(t, t.Context(), r.stdout, "replay", "-")
		require.Equal(t, 0, back.code, back.stdout+back.stderr)
		require.Contains(t, back.stdout, "verified: ")
	}
}

func TestReplayOfChangedTraces(t *testing.T) {
	good := finwait(t, "graph", "trace", "first-wave-lost", "--profile", "article", "--property", "both-closed", "--format", "json").stdout
	require.NotEmpty(t, good)
	for _, c := range []struct {
		name, old, new string
		code           int
		want           string
	}{
		{"a state", `"backoff": 2`, `"backoff": 5`, 1, "client.backoff is 5 in the file and 2 in the model"},
		{"a time", `"at_us": 600000`, `"at_us": 600001`, 1, "600000"},
		{"an event", `"event": "close()"`, `"event": "exit"`, 1, "exit"},
		{"a fate", `"copies": 0`, `"copies": 1`, 1, "(lost)"},
		{"the loop", `"loop": 5`, `"loop": -1`, 1, "finite"},
		{"the verdict", `"verdict": "violated"`, `"verdict": "holds"`, 1, "no single run can show"},
		{"another property", `"property": "both-closed"`, `"property": "no-stuck-state"`, 1, "no-stuck-state"},
		{"an unknown property", `"property": "both-closed"`, `"property": "both-close"`, 2, "both-closed"},
		{"the profile", `"profile": "article"`, `"profile": "articel"`, 2, "article"},
		{"the name", `"name": "first-wave-lost"`, `"name": "second-wave-lost"`, 2, "it is called first-wave-lost, and the trace is one of second-wave-lost"},
		{"the scenario", `name: first-wave-lost`, `nmae: first-wave-lost`, 2, "nmae"},
		{"the schema", "finwait.trace/1", "finwait.trace/9", 2, "finwait.trace/9"},
	} {
		t.Run(c.name, func(t *testing.T) {
			require.Contains(t, good, c.old)
			name := file(t, "changed.trace.json", strings.Replace(good, c.old, c.new, 1))
			r := finwait(t, "replay", name)
			require.Equal(t, c.code, r.code, r.stdout+r.stderr)
			require.Contains(t, strings.Join(strings.Fields(r.stdout+r.stderr), " "), c.want)
			if c.code == 1 {
				require.Contains(t, r.stdout, "does not reproduce")
				v := parse(t, finwait(t, "replay", name, "--format", "json").stdout)
				require.Equal(t, false, v["verified"])
				require.NotEmpty(t, v["reason"])
			}
		})
	}
	for name, text := range map[string]string{"cut.json": good[:len(good)/3], "empty.json": "", "binary.json": "\x89PNG\x00", "other.json": "{}"} {
		r := finwait(t, "replay", file(t, name, text))
		require.Equal(t, 2, r.code, r.stderr)
		require.Contains(t, r.stderr, name)
	}
}

// Every trace that a check of the article's scenarios writes can be replayed.
func TestEveryTraceCanBeReplayed(t *testing.T) {
	out := t.TempDir()
	r := finwait(t, "check", "--time", "exact", "--out", out, "--progress", "none")
	require.Contains(t, []int{0, 1}, r.code, r.stderr)
	traces, err := filepath.Glob(filepath.Join(out, "*.trace.json"))
	require.NoError(t, err)
	require.NotEmpty(t, traces)
	for _, name := range traces {
		r := finwait(t, "replay", name)
		require.Equal(t, 0, r.code, name+"\n"+r.stdout+r.stderr)
		text, err := os.ReadFile(strings.TrimSuffix(name, ".trace.json") + ".txt")
		require.NoError(t, err)
		require.NotEmpty(t, text)
		requireGraphviz(t, strings.TrimSuffix(name, ".trace.json")+".dot")
		requireReadable(t, finwait(t, "graph", "trace", name, "--format", "svg"))
	}
}

// requireReadable wants an SVG without a text that covers another.
func requireReadable(t *testing.T, r result) {
	t.Helper()
	require.Equal(t, 0, r.code, r.stderr)
	problems, err := svgtest.Problems([]byte(r.stdout))
	require.NoError(t, err)
	require.Empty(t, problems)
}

// A run that was saved, and a capture, are drawn like the run of a scenario.
func TestGraphTraceOfFiles(t *testing.T) {
	args := []string{"graph", "trace", "first-wave-lost", "--profile", "article", "--property", "both-closed", "--format"}
	saved := file(t, "lost.trace.json", finwait(t, append(args, "json")...).stdout)
	r := finwait(t, "graph", "trace", saved, "--format", "svg")
	require.Equal(t, 0, r.code, r.stderr)
	require.Contains(t, r.stdout, "verified: 5 steps recomputed, both-closed is violated")
	require.Equal(t, finwait(t, append(args, "packetdrill")...).code, finwait(t, "graph", "trace", saved, "--format", "packetdrill").code)

	capture := file(t, "lost.pcapng", finwait(t, "graph", "trace", "first-wave-lost", "--profile", "linux", "--format", "pcapng").stdout)
	for _, name := range []string{capture, labScenarios + "/b_retries1.wire.json"} {
		r = finwait(t, "graph", "trace", name, "--format", "text")
		require.Equal(t, 0, r.code, r.stderr)
		require.Contains(t, r.stdout, "conforms: all that was seen is a run of the model")
		require.Contains(t, r.stdout, "(retransmission 1)--X lost")
	}
	deviates := finwait(t, "graph", "trace", capture, "--set", "client.sysctl.net.ipv4.tcp_orphan_retries=1", "--format", "text")
	require.Contains(t, deviates.stdout, "deviates: what comes next is not explained")
	require.Contains(t, deviates.stdout, "not explained: ")

	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"nowhere.pcap"}, "nowhere.pcap: no such file"},
		{[]string{"nowhere.trace.json"}, "nowhere.trace.json: no such file"},
		{[]string{capture, "--property", "both-closed"}, "--property is for scenarios"},
		{[]string{capture, "--profile", "article"}, "--profile and --properties are for scenarios"},
		{[]string{capture, "--format", "pcapng"}, "is a capture already"},
		{[]string{capture, "--format", "json"}, "finwait conform"},
		{[]string{capture, "--connection", "7"}, "7"},
		{[]string{saved, "--set", "client.rto=1s"}, "has its parameters in it"},
		{[]string{"normal-close", "--connection", "1"}, "--connection selects from a capture"},
	} {
		r := finwait(t, append([]string{"graph", "trace"}, c.args...)...)
		require.Equal(t, 2, r.code, r.stdout)
		require.Contains(t, r.stderr, c.want)
	}
}

// On dark paper nothing of the light one is left, in charts and, where Graphviz is
// installed, in its pictures.
func TestGraphThemes(t *testing.T) {
	for _, args := range [][]string{
		{"trace", "--format", "svg"}, {"trace", "--format", "dot"}, {"endpoint", "--format", "dot"}, {"product", "--format", "dot"},
		{"endpoint", "--format", "svg"},
	} {
		if args[0] == "endpoint" && args[2] == "svg" {
			if _, err := exec.LookPath("dot"); err != nil {
				continue
			}
		}
		draw := func(theme string) string {
			r := finwait(t, append([]string{"graph", args[0], "--profile", "article", "--theme", theme}, args[1:]...)...)
			require.Equal(t, 0, r.code, r.stderr)
			return r.stdout
		}
		light, dark, auto := draw("light"), draw("dark"), draw("auto")
		for _, paper := range []string{`="#FFFFFF"`, `="#ffffff"`, `="white"`, `="black"`, `="#222222"`, "prefers-color-scheme"} {
			require.NotContains(t, dark, paper, args)
		}
		require.NotContains(t, light, "prefers-color-scheme", args)
		require.NotContains(t, light, "#1B1B1B", args)
		if args[2] == "svg" {
			require.Contains(t, auto, "prefers-color-scheme", args)
		} else {
			require.Equal(t, light, auto, args)
		}
	}
	require.Equal(t, 2, finwait(t, "graph", "trace", "--theme", "sepia").code)
}

// The layout that people know from RFC 9293: ESTABLISHED on top, the active close on
// the left, the passive close on the right, TIME_WAIT and CLOSED below.
func TestEndpointLayout(t *testing.T) {
	if _, err := exec.LookPath("dot"); err != nil {
		t.Skip("Graphviz is not installed")
	}
	for _, profile := range []string{"article", "rfc9293", "linux"} {
		r := finwait(t, "graph", "endpoint", "lossy-network", "--side", "both", "--profile", profile, "--format", "svg")
		require.Equal(t, 0, r.code, r.stderr)
		boxes, _, err := svgtest.Boxes([]byte(r.stdout))
		require.NoError(t, err)
		at := map[string]svgtest.Box{}
		for _, b := range boxes {
			at[b.Text] = b
		}
		x := func(state string) float64 {
			require.Contains(t, at, state)
			return (at[state].Left + at[state].Right) / 2
		}
		for _, column := range [][]string{{"FIN_WAIT_1", "FIN_WAIT_2", "TIME_WAIT"}, {"ESTABLISHED", "CLOSED"}, {"CLOSE_WAIT", "LAST_ACK"}} {
			for i, state := range column[1:] {
				require.InDelta(t, x(column[0]), x(state), 5, "%s: %s below %s", profile, state, column[0])
				require.Less(t, at[column[i]].Bottom, at[state].Top, "%s: %s below %s", profile, state, column[i])
			}
		}
		require.Less(t, x("FIN_WAIT_1"), x("ESTABLISHED"), profile)
		require.Less(t, x("ESTABLISHED"), x("CLOSE_WAIT"), profile)
		require.Less(t, at["TIME_WAIT"].Bottom, at["CLOSED"].Top, profile)
		require.Less(t, at["LAST_ACK"].Bottom, at["CLOSED"].Top, profile)
	}
}
