package main

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// asProgram makes the test binary the program itself.
const asProgram = "FINWAIT_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
	}
	os.Exit(m.Run())
}

// start runs a check that would take minutes, and returns when it has printed its
// first line of progress: it is at work then.
func start(t *testing.T, stdout *os.File) (program *exec.Cmd, stderr *bufio.Reader) {
	t.Helper()
	longer := file(t, "longer.yaml", `
client: {app: [{do: send, n: 2}, {do: close}]}
server: {app: [{do: send, n: 2}, {do: close, when: after-eof, within: 1s}]}
network: {loss: unlimited, duplicates: 2}
`)
	program = exec.Command(os.Args[0], "check", longer, "--time", "any", "--any-states", "1000000000", "--progress", "json")
	program.Env = append(os.Environ(), asProgram+"=1")
	program.Stdout = stdout
	errs, err := program.StderrPipe()
	require.NoError(t, err)
	require.NoError(t, program.Start())
	t.Cleanup(func() { _ = program.Process.Kill() })
	stderr = bufio.NewReader(errs)
	line, err := stderr.ReadString('\n')
	require.NoError(t, err)
	require.Contains(t, line, "finwait.progress/1")
	return program, stderr
}

// interrupt presses Ctrl-C and waits until the program has noticed.
func interrupt(t *testing.T, program *exec.Cmd, stderr *bufio.Reader) {
	t.Helper()
	require.NoError(t, program.Process.Signal(os.Interrupt))
	for {
		line, err := stderr.ReadString('\n')
		require.NoError(t, err)
		if strings.Contains(line, "interrupted, stopping with what is known") {
			return
		}
	}
}

func exitCode(t *testing.T, program *exec.Cmd) int {
	t.Helper()
	_ = program.Wait() // the code says it
	require.True(t, program.ProcessState.Exited(), "%v", program.ProcessState)
	return program.ProcessState.ExitCode()
}

func TestOneInterruptTellsWhatIsKnown(t *testing.T) {
	out, in, err := os.Pipe()
	require.NoError(t, err)
	program, stderr := start(t, in)
	require.NoError(t, in.Close())
	interrupt(t, program, stderr)
	text, err := io.ReadAll(out)
	require.NoError(t, err)
	require.Equal(t, 3, exitCode(t, program), string(text))
	require.Contains(t, string(text), "unknown, interrupted")
}

// The program cannot say what it knows, because nobody reads it.
func TestTwoInterruptsEndAtOnce(t *testing.T) {
	out, in, err := os.Pipe()
	require.NoError(t, err)
	t.Cleanup(func() { _ = out.Close() })
	require.NoError(t, in.SetWriteDeadline(time.Now().Add(50*time.Millisecond)))
	for err == nil { // until the pipe is full
		_, err = in.Write(make([]byte, 512))
	}
	require.ErrorIs(t, err, os.ErrDeadlineExceeded)
	program, stderr := start(t, in)
	interrupt(t, program, stderr)
	time.Sleep(100 * time.Millisecond) // a second signal at once could count as the first
	require.NoError(t, program.Process.Signal(os.Interrupt))
	require.Equal(t, 130, exitCode(t, program))
}
