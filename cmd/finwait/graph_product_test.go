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
	require.Contains(t, strings.Join(strings.Fields(r.stdout), " "), "Too many classes: not folded by client.backoff.")

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
