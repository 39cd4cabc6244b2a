package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/stretchr/testify/require"
	batch "k8s.io/api/batch/v1"
	k8syaml "sigs.k8s.io/yaml"

	"github.com/finwait/finwait/cmd/finwait/report"
	"github.com/finwait/finwait/cmd/finwait/shard"
)

// TestKubernetesManifest decodes the Job strictly into its API type, and reads the
// shares as its pods would.
func TestKubernetesManifest(t *testing.T) {
	text, err := os.ReadFile("../../.ci/kubernetes-sweep.yaml")
	require.NoError(t, err)
	var job batch.Job
	require.NoError(t, k8syaml.UnmarshalStrict(text, &job))
	require.Error(t, k8syaml.UnmarshalStrict([]byte(strings.Replace(string(text), "  completions:", "  completion:", 1)), &job), "a key that is none is seen")
	require.Equal(t, batch.IndexedCompletion, *job.Spec.CompletionMode)
	container := job.Spec.Template.Spec.Containers[0]
	env := map[string]string{}
	for _, v := range container.Env {
		env[v.Name] = v.Value
	}
	whole := map[shard.Shard]bool{}
	for i := range int(*job.Spec.Completions) {
		env["JOB_COMPLETION_INDEX"] = strconv.Itoa(i) // as Kubernetes sets it
		s, _, err := shard.FromEnvironment(func(name string) string { return env[name] })
		require.NoError(t, err)
		require.Equal(t, shard.Shard{Index: i + 1, Count: int(*job.Spec.Completions)}, s)
		whole[s] = true
	}
	require.Len(t, whole, 16)
	acceptsArguments(t, container.Args)
	failure := job.Spec.PodFailurePolicy.Rules[0]
	require.Equal(t, container.Name, *failure.OnExitCodes.ContainerName)
	require.Equal(t, []int32{report.Different, report.Usage, report.Unknown, report.Internal}, failure.OnExitCodes.Values)
}

// TestActionsWorkflow compares the matrix with the shares that the command is given.
func TestActionsWorkflow(t *testing.T) {
	text, err := os.ReadFile("../../.ci/github-sweep.yaml")
	require.NoError(t, err)
	var workflow struct {
		Jobs map[string]struct {
			Needs    string
			If       string
			Strategy struct{ Matrix struct{ Shard []int } }
			Steps    []struct{ Run, If, Uses string }
		}
	}
	require.NoError(t, yaml.Unmarshal(text, &workflow))
	sweep := workflow.Jobs["sweep"]
	count := len(sweep.Strategy.Matrix.Shard)
	for i, n := range sweep.Strategy.Matrix.Shard {
		require.Equal(t, i+1, n)
	}
	var run string
	for _, s := range sweep.Steps {
		if strings.Contains(s.Run, "--shard") {
			run = s.Run
		}
	}
	require.Contains(t, run, fmt.Sprintf("--shard ${{ matrix.shard }}/%d ", count))
	acceptsArguments(t, strings.Fields(strings.ReplaceAll(run, "${{ matrix.shard }}", "1"))[1:])
	require.Equal(t, "sweep", workflow.Jobs["merge"].Needs)
	// A shard that fails by its verdicts has a result too, and the others are merged.
	const always = "${{ !cancelled() }}"
	require.Equal(t, always, workflow.Jobs["merge"].If)
	upload := sweep.Steps[len(sweep.Steps)-1]
	require.Equal(t, []string{"actions/upload-artifact@v4", always}, []string{upload.Uses, upload.If})
}

// acceptsArguments parses the arguments of a command with its own flags.
func acceptsArguments(t *testing.T, args []string) {
	t.Helper()
	root := newRoot(&app{})
	cmd, rest, err := root.Find(args)
	require.NoError(t, err)
	require.NoError(t, cmd.ParseFlags(rest))
	require.NoError(t, cmd.ValidateArgs(cmd.Flags().Args()))
}
