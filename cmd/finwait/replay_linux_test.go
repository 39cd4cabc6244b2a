package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// terminal is a pseudo-terminal: what is written to the first file is typed at the second.
func terminal(t *testing.T) (keyboard, tty *os.File) {
	keyboard, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Skip("no pseudo-terminals here: ", err)
	}
	t.Cleanup(func() { keyboard.Close() })
	require.NoError(t, unix.IoctlSetPointerInt(int(keyboard.Fd()), unix.TIOCSPTLCK, 0))
	n, err := unix.IoctlGetInt(int(keyboard.Fd()), unix.TIOCGPTN)
	require.NoError(t, err)
	tty, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skip("no pseudo-terminals here: ", err)
	}
	t.Cleanup(func() { tty.Close() })
	return keyboard, tty
}

// In a terminal replay waits for commands; with --list it does not.
func TestReplayInATerminal(t *testing.T) {
	dir := t.TempDir()
	r := finwait(t, "check", "first-wave-lost", "--profile", "linux", "--property", "both-closed", "--out", dir, "--progress", "none")
	require.Zero(t, r.code, r.stderr)
	name := filepath.Join(dir, "first-wave-lost.linux.both-closed.trace.json")
	keyboard, tty := terminal(t)
	_, err := io.WriteString(keyboard, "n\ng 8\nb\nq\n")
	require.NoError(t, err)
	shown := make(chan string)
	go func() {
		var all bytes.Buffer
		buf := make([]byte, 1<<12)
		for !strings.HasSuffix(all.String(), "done") {
			n, err := keyboard.Read(buf)
			all.Write(buf[:n])
			if err != nil {
				break
			}
		}
		shown <- all.String()
	}()
	var errs bytes.Buffer
	require.Zero(t, run(t.Context(), []string{"replay", name}, tty, tty, &errs), errs.String())
	_, err = io.WriteString(tty, "done")
	require.NoError(t, err)
	text := <-shown
	for _, want := range []string{"the beginning of 8 steps", "step 1 of 8: 0 s, client close()", "Decisive was the loss of the FIN", "step 7 of 8"} {
		require.Contains(t, text, want)
	}
	require.NotContains(t, text, "What each step changed")
	var listed bytes.Buffer
	require.Zero(t, run(t.Context(), []string{"replay", name, "--list"}, tty, &listed, &errs), errs.String())
	require.Contains(t, listed.String(), "What each step changed")
}
