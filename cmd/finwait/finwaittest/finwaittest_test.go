package finwaittest_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/cmd/finwait/finwaittest"
	"github.com/finwait/finwait/spec"
)

func TestBuiltIn(t *testing.T) { finwaittest.Check(t, "first-wave-lost") }

func TestOptions(t *testing.T) {
	finwaittest.CheckWith(t, "normal-close", finwaittest.Options{
		Set: []string{"client.sysctl.net.ipv4.tcp_orphan_retries=3"}, Profiles: []spec.Profile{spec.Linux},
		Properties: []string{"fin-*"}, FailUnknown: true,
	})
}

// fails is what TestFailures runs in a process of its own.
const fails = "FINWAITTEST_FAILS"

func TestChild(t *testing.T) {
	if os.Getenv(fails) == "" {
		t.Skip("run by TestFailures")
	}
	t.Run("different", func(t *testing.T) { finwaittest.Check(t, os.Getenv(fails)) })
	few := finwaittest.Options{Properties: []string{"both-closed"}, Search: checker.Options{MaxStates: 3}}
	t.Run("unknown", func(t *testing.T) { finwaittest.CheckWith(t, os.Getenv(fails), few) })
	few.FailUnknown = true
	t.Run("fail-unknown", func(t *testing.T) { finwaittest.CheckWith(t, os.Getenv(fails), few) })
	t.Run("missing", func(t *testing.T) { finwaittest.Check(t, "no-such-scenario") })
	t.Run("wrong", func(t *testing.T) {
		finwaittest.CheckWith(t, "normal-close", finwaittest.Options{Set: []string{"client.rto=1"}})
	})
}

func TestFailures(t *testing.T) {
	name := filepath.Join(t.TempDir(), "mine.yaml")
	require.NoError(t, os.WriteFile(name, []byte(`{client: {app: [{do: close}]}, server: {app: [{do: close, when: after-eof, within: 1s}]},
 network: {lose: [{from: client, segment: FIN, nth: all}]}, properties: [both-closed, fin-one-sequence-number]}`), 0o600))
	self, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.CommandContext(t.Context(), self, "-test.run=^TestChild$", "-test.v")
	cmd.Env = append(os.Environ(), fails+"="+name)
	out, err := cmd.CombinedOutput()
	require.Error(t, err, "the child fails")
	text := string(out)
	for _, want := range []string{
		"--- FAIL: TestChild/different/mine/linux/both-closed",
		"--- PASS: TestChild/different/mine/linux/fin-one-sequence-number",
		"but holds was expected", "time passes for ever",
		"repeat with: finwait graph trace " + name + " --property both-closed --profile linux",
		"--- SKIP: TestChild/unknown/mine/linux/both-closed", "the bound on states was hit",
		"--- FAIL: TestChild/fail-unknown/mine/linux/both-closed",
		"--- FAIL: TestChild/missing", "neither a built-in scenario nor a file",
		"--- FAIL: TestChild/wrong", "a number without unit",
	} {
		require.Contains(t, text, want)
	}
}
