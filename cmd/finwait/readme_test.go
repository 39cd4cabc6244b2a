package main

import (
	"bytes"
	"context"
	"flag"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "rewrite what the README shows")

// What a run took is not part of what it shows.
var took = regexp.MustCompile(`(?m)(, | in )\d+\.\d+ s$`)

// TestReadmeShowsWhatIsPrinted runs each command of the README's console blocks.
// Rewrite them with: go test ./cmd/finwait -run Readme -update
func TestReadmeShowsWhatIsPrinted(t *testing.T) {
	const name = "README.md"
	t.Chdir("../..") // what is shown is typed at the root of the repository
	old, err := os.ReadFile(name)
	require.NoError(t, err)
	block := regexp.MustCompile("(?s)```console\n\\$ finwait ([^\n]*)\n(.*?)```")
	require.GreaterOrEqual(t, len(block.FindAll(old, -1)), 5)
	made := block.ReplaceAllFunc(old, func(b []byte) []byte {
		command := string(block.FindSubmatch(b)[1])
		var out, errs bytes.Buffer
		code := run(context.Background(), append(strings.Fields(command), progressNone(command)...), strings.NewReader(""), &out, &errs)
		require.Zero(t, code, "%s: %s", command, errs.String())
		return []byte("```console\n$ finwait " + command + "\n" + took.ReplaceAllString(out.String(), "${1}0.01 s") + "```")
	})
	if *update {
		require.NoError(t, os.WriteFile(name, made, 0o644))
		return
	}
	require.Equal(t, string(made), string(old), "rewrite it with -update")
}

// progressNone keeps a slow machine from writing progress lines.
func progressNone(command string) []string {
	if strings.HasPrefix(command, "check") {
		return []string{"--progress", "none"}
	}
	return nil
}
