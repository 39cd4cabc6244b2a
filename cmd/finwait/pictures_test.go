package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/finwait/finwait/cmd/finwait/scenario"
	"github.com/finwait/finwait/graphs/svgtest"
)

// pictured is a picture of a built-in scenario, by its command.
type pictured struct {
	name string
	args []string
}

// everyPicture are those of all built-in scenarios that have one: runs and endpoints
// in each profile, joint behaviours in one.
func everyPicture(t *testing.T) []pictured {
	var all []pictured
	scenarios, err := scenario.Builtin()
	require.NoError(t, err)
	for n, s := range scenarios {
		if testing.Short() && n%5 > 0 {
			continue
		}
		for i, profile := range s.Profiles() {
			kinds := []string{"trace", "endpoint"}
			if i == 0 {
				kinds = append(kinds, "product", "reachable")
			}
			for _, kind := range kinds {
				args := []string{"graph", kind, s.Name, "--profile", profile.String()}
				if kind == "endpoint" {
					args = append(args, "--side", "both")
				}
				all = append(all, pictured{strings.Join(args[1:3], " ") + " " + profile.String(), args})
			}
		}
	}
	if !testing.Short() {
		require.Greater(t, len(all), 100)
	}
	return all
}

func (p pictured) as(t *testing.T, format string) string {
	r := finwait(t, append(p.args, "--format", format)...)
	require.Equal(t, 0, r.code, p.name+r.stderr)
	return r.stdout
}

// Graphviz accepts every picture without a word, and its SVG is XML in which no text
// covers another; so is our own of runs.
func TestEveryPictureCanBeDrawn(t *testing.T) {
	dot, err := exec.LookPath("dot")
	if err != nil {
		t.Skip("Graphviz is not installed")
	}
	var source strings.Builder
	all := everyPicture(t)
	for _, p := range all {
		source.WriteString(p.as(t, "dot"))
	}
	cmd := exec.Command(dot, "-Tsvg")
	var complaints bytes.Buffer
	cmd.Stdin, cmd.Stderr = strings.NewReader(source.String()), &complaints
	out, err := cmd.Output()
	require.NoError(t, err, complaints.String())
	require.Empty(t, complaints.String())
	drawn := strings.SplitAfter(string(out), "</svg>\n")
	require.Len(t, drawn, len(all)+1)
	for i, p := range all {
		boxes, _, err := svgtest.Boxes([]byte(drawn[i]))
		require.NoError(t, err, p.name)
		require.Greater(t, len(boxes), 3, p.name)
		problems, err := svgtest.Problems([]byte(drawn[i]))
		require.NoError(t, err, p.name)
		require.Empty(t, problems, p.name)
	}
}

// Measured teardowns are charts that can be read, each of them.
func TestEveryMeasuredTeardownCanBeRead(t *testing.T) {
	all, err := filepath.Glob(labScenarios + "/*.wire.json")
	require.NoError(t, err)
	require.NotEmpty(t, all)
	for i, name := range all {
		if !testing.Short() || i%5 == 0 {
			r := finwait(t, "graph", "trace", name, "--format", "svg")
			requireReadable(t, r)
			require.Contains(t, r.stdout, "conforms: ", name)
		}
	}
}

// Mermaid's own parser accepts every picture, where MERMAID names a directory with the
// npm packages mermaid and jsdom. testdata/mermaid-parse.txt is what it said, written
// by -update.
func TestMermaidParsesEveryPicture(t *testing.T) {
	modules := os.Getenv("MERMAID")
	if modules == "" {
		t.Skip("MERMAID is not set: npm install mermaid jsdom in a directory, and name it")
	}
	script, err := filepath.Abs("../../.ci/mermaid-parse.mjs")
	require.NoError(t, err)
	var source strings.Builder
	all := everyPicture(t)
	for _, p := range all {
		source.WriteString("==> " + p.name + "\n" + p.as(t, "mermaid"))
	}
	source.WriteString("==> a mistake\nsequenceDiagram\nA->>: {\n")
	cmd := exec.Command("node", script)
	cmd.Dir, cmd.Stdin = modules, strings.NewReader(source.String())
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, string(out))
	said := strings.Split(strings.TrimSpace(string(out)), "\n")[1:] // behind the version
	require.Len(t, said, len(all)+1)
	require.Contains(t, said[len(all)], "FAIL", "the parser finds mistakes")
	for i, p := range all {
		want := "stateDiagram"
		if p.args[1] == "trace" {
			want = "sequence"
		}
		require.Equal(t, p.name+" "+want, said[i])
	}
	if *update {
		require.NoError(t, os.WriteFile("testdata/mermaid-parse.txt", out, 0o644))
	}
}
