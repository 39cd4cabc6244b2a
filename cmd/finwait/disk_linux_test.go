package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// programOnSmallDisk runs the test binary as the program, which can write files of at
// most so many blocks of 512 bytes: what is beyond is refused as on a full disk.
func programOnSmallDisk(t *testing.T, blocks string, args ...string) result {
	t.Helper()
	cmd := exec.Command("sh", with([]string{"-c", `ulimit -f "$0" && exec "$@"`, blocks, os.Args[0]}, args...)...)
	cmd.Env = append(os.Environ(), asProgram+"=1")
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	_ = cmd.Run() // the code says it
	return result{cmd.ProcessState.ExitCode(), out.String(), errs.String()}
}

var ofSomeTime = []string{"--profile", "linux", "--time", "any", "--reduction", "none", "--max-depth", "8", "--property", "fin-one-sequence-number", "--progress", "none", "--format", "json"}

// TestFullDisk: a disk that becomes full leaves things unknown, and names the file.
func TestFullDisk(t *testing.T) {
	scenario := longCheck(t)[1]
	for _, blocks := range []string{"0", "20", "400", "1000"} {
		dir := t.TempDir()
		r := programOnSmallDisk(t, blocks, append([]string{"check", scenario, "--spill", dir}, ofSomeTime...)...)
		require.Equal(t, 3, r.code, r.stderr)
		s := parse(t, r.stdout)["scenarios"].([]any)[0].(map[string]any)
		o := s["outcomes"].([]any)[0].(map[string]any)
		require.Equal(t, "unknown", o["verdict"])
		require.Regexp(t, `^spill: write `+dir+`/finwait-spill-\d+/(levels|run-\d+): file too large$`, o["reason"])
		require.Equal(t, o["reason"], s["stopped"])
		left, err := os.ReadDir(dir)
		require.NoError(t, err)
		require.Empty(t, left)
	}
}

// TestCheckpointOnFullDisk: a checkpoint that cannot be written is told of, and the check
// goes on; the one that was written before stays.
func TestCheckpointOnFullDisk(t *testing.T) {
	scenario := longCheck(t)[1]
	keep := filepath.Join(t.TempDir(), "c")
	args := append([]string{"check", scenario, "--max-states", "50000"}, ofSomeTime...)
	whole, code := program(t, 0, nil, args...)
	require.Equal(t, 3, code)
	full := programOnSmallDisk(t, "8", with(args, "--checkpoint", keep, "--max-time", "1ms")...)
	require.Equal(t, 3, full.code, full.stderr)
	require.Contains(t, full.stderr, "note: checkpoint "+keep+" cannot be written: write "+keep+".tmp: file too large")
	require.NoFileExists(t, keep+".tmp")
	text, code := program(t, 0, nil, with(args, "--resume", keep)...)
	require.Equal(t, 3, code)
	require.Equal(t, found(t, whole), found(t, text))
	r := programOnSmallDisk(t, "0", with(args, "--checkpoint", keep)...)
	require.Equal(t, 2, r.code)
	require.Contains(t, r.stderr, "cannot be written")
}
