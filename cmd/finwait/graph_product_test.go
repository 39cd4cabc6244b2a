package main

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/finwait/finwait/spec"
)

func TestGraphProduct(t *testing.T) {
	v := parse(t, finwait(t, "graph", "product", "lossy-network", "--format", "json").stdout)
	require.Equal(t, "finwait.graph/1", v["schema"])
	require.LessOrEqual(t, len(v["nodes"].([]any)), 60)
	require.Greater(t, v["states"], float64(len(v["nodes"].([]any))))

	r := finwait(t, "graph", "product", "lossy-network", "--by", "client.state,server.state,client.backoff", "--max-nodes", "15", "--format", "text")
	require.Equal(t, 0, r.code, r.stderr)
	require.Contains(t, strings.Join(strings.Fields(r.stdout), " "), "More than 15 classes: not folded by client.backoff (variables are dropped from the last one on).")

	v = parse(t, finwait(t, "graph", "reachable", "lossy-network", "--by", "client.state", "--format", "json").stdout)
	require.LessOrEqual(t, len(v["nodes"].([]any)), 60)
	require.Equal(t, []any{"state"}, v["dropped"])

	r = finwait(t, "graph", "product", "--by", "client.stat")
	require.Equal(t, 2, r.code)
	require.Contains(t, r.stderr, `did you mean "client.state"`)

	r = finwait(t, "graph", "product", "first-wave-lost", "--profile", "article", "--diff", "linux", "--format", "text")
	require.Equal(t, 0, r.code, r.stderr)
	require.Contains(t, r.stdout, "From first-wave-lost (article) to first-wave-lost (linux)")
	r = finwait(t, "graph", "product", "--diff", spec.Mutants()[0].Name, "--format", "text")
	require.Equal(t, 0, r.code, r.stderr)
	require.Contains(t, strings.Join(strings.Fields(r.stdout), " "), "with the mutant "+spec.Mutants()[0].Name)
	r = finwait(t, "graph", "product", "--diff", "nothing-like-that")
	require.Equal(t, 2, r.code)

	r = finwait(t, "graph", "product", "--max-states", "3", "--format", "text")
	require.Equal(t, 3, r.code)
	require.Contains(t, r.stdout, "Not all was explored")

	r = finwait(t, "graph", "reachable", "--format", "text")
	require.Contains(t, r.stdout, "state 0000")
	r = finwait(t, "graph", "product", "--minimize", "--format", "mermaid")
	require.True(t, strings.Contains(r.stdout, "stateDiagram-v2"), r.stdout)
	require.Equal(t, r.stdout, finwait(t, "graph", "product", "--minimize", "--format", "mermaid").stdout)
}

// What the classes are made of can be said in CEL, and mistakes in it are shown.
func TestGraphProductByExpressions(t *testing.T) {
	r := finwait(t, "graph", "product", "--by", "client.state in [FIN_WAIT_1, FIN_WAIT_2]", "--by", "server.fins_sent - client.fins_sent", "--format", "json")
	require.Equal(t, 0, r.code, r.stderr)
	require.Equal(t, r.stdout, finwait(t, "graph", "product", "--by", "client.state in [FIN_WAIT_1, FIN_WAIT_2], server.fins_sent - client.fins_sent", "--format", "json").stdout)
	require.Equal(t, 0, r.code, r.stderr)
	v := parse(t, r.stdout)
	require.Equal(t, []any{"client.state in [FIN_WAIT_1, FIN_WAIT_2]", "server.fins_sent - client.fins_sent"}, v["by"])
	names := map[any]bool{}
	for _, n := range v["nodes"].([]any) {
		names[n.(map[string]any)["name"]] = true
	}
	require.True(t, names["client.state in [FIN_WAIT_1, FIN_WAIT_2]: true, server.fins_sent - client.fins_sent: -1"], names)
	require.True(t, names["client.state in [FIN_WAIT_1, FIN_WAIT_2]: false, server.fins_sent - client.fins_sent: 0"], names)
	// An expression that tells states apart like a variable does gives the same graph.
	by := func(term string) map[string]any {
		r := finwait(t, "graph", "product", "lossy-network", "--by", term, "--format", "json")
		require.Equal(t, 0, r.code, r.stderr)
		return parse(t, r.stdout)
	}
	one, other := by("client.open"), by("client.open == (1 == 1)")
	require.Equal(t, len(one["edges"].([]any)), len(other["edges"].([]any)))
	require.Equal(t, one["inside"], other["inside"])

	for term, want := range map[string]string{
		"client.stat == CLOSED":        `--by: character 1 of "client.stat == CLOSED": found an unknown variable client.stat, want client.state`,
		"1 + client.open":              "--by: character 3 of",
		"client.state = CLOSED":        "want == for a comparison",
		"client.state,":                "separated by commas",
		"client.state, server.stat":    `no variable is called "server.stat" (did you mean "server.state"?)`,
		"TIME_WAIT":                    `no variable is called "TIME_WAIT"`,
		"client.state == CLOSED ? 1 :": `character`,
		"1 == 1":                       "want one with a variable",
	} {
		r := finwait(t, "graph", "product", "--by", term)
		require.Equal(t, 2, r.code, term)
		require.Contains(t, r.stderr, want)
	}
}

// What is compared is coarsened alike, and has a JSON form.
func TestGraphProductDiff(t *testing.T) {
	diff := func(args ...string) map[string]any {
		r := finwait(t, append([]string{"graph", "product", "lossy-network", "--profile", "rfc9293", "--diff", "linux", "--format", "json"}, args...)...)
		require.Equal(t, 0, r.code, r.stderr)
		return parse(t, r.stdout)
	}
	v := diff()
	require.Equal(t, "product-diff", v["kind"])
	require.Equal(t, "rfc9293", v["before"].(map[string]any)["profile"])
	require.Contains(t, v["edges"], map[string]any{
		"from": "client FIN_WAIT_2, server CLOSED", "to": "client CLOSED, server CLOSED", "action": "client: FIN_WAIT_2 timer",
		"in": "after", "steps_before": 0., "steps_after": 1.,
	})
	v = diff("--max-nodes", "6", "--by", "client.state,server.state,client.backoff")
	require.Len(t, v["nodes"], 6)
	require.Equal(t, []any{"client.backoff"}, v["dropped"])
	require.Greater(t, v["others"], 1.)
	v = diff("--minimize", "--max-nodes", "0")
	require.Greater(t, len(v["nodes"].([]any)), 60)
	for _, n := range diff("--minimize", "--max-nodes", "0", "--diff", "rfc9293")["nodes"].([]any) {
		require.Equal(t, "both", n.(map[string]any)["in"], "a behaviour is bisimilar to itself")
	}
	r := finwait(t, "graph", "product", "lossy-network", "--diff", "article", "--max-nodes", "5", "--format", "text")
	require.Contains(t, strings.Join(strings.Fields(r.stdout), " "), "More than 5 classes: the")
}

// What is kept until all is known has a bound that is told.
func TestGraphProductIsBounded(t *testing.T) {
	r := finwait(t, "graph", "product", "lossy-network", "--minimize", "--max-states", "50", "--format", "text")
	require.Equal(t, 3, r.code)
	require.Contains(t, strings.Join(strings.Fields(r.stdout), " "), "Not all was explored: states.")
	r = finwait(t, "graph", "product", "lossy-network", "--minimize", "--max-nodes", "0", "--memory", "1MiB", "--format", "text")
	require.Equal(t, 3, r.code, r.stdout)
	require.Contains(t, strings.Join(strings.Fields(r.stdout), " "), "Not all was explored: memory.")
	require.Equal(t, 100000., parse(t, finwait(t, "graph", "product", "--max-nodes", "0", "--format", "json").stdout)["max_nodes"])
}

// Without Graphviz there is a message and its input.
func TestGraphWithoutGraphviz(t *testing.T) {
	t.Chdir(t.TempDir())
	t.Setenv("PATH", "")
	r := finwait(t, "graph", "product", "--format", "svg")
	require.Equal(t, 2, r.code)
	require.Contains(t, r.stderr, "normal-close.linux.product.dot")
	require.FileExists(t, "normal-close.linux.product.dot")
	require.Equal(t, 0, finwait(t, "graph", "trace", "--format", "svg").code, "charts need none")
	r = finwait(t, "graph", "trace", "--format", "png", "--theme", "dark")
	require.Equal(t, 2, r.code)
	require.Contains(t, r.stderr, "dot -Tpng -O normal-close.linux.trace.dot")
	source, err := os.ReadFile("normal-close.linux.trace.dot")
	require.NoError(t, err)
	require.NotContains(t, string(source), "#FFFFFF", "dark")
}
