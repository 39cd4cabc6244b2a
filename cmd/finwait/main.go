// Finwait is a model checker for TCP connection teardown.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/finwait/finwait/cmd/finwait/collector"
	"github.com/finwait/finwait/cmd/finwait/judge"
	"github.com/finwait/finwait/cmd/finwait/report"
)

func main() {
	collector.Tune()
	ctx, cancel := context.WithCancel(context.Background())
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		<-signals
		fmt.Fprintln(os.Stderr, "finwait: interrupted, stopping with what is known; once more to quit at once")
		cancel()
		<-signals
		os.Exit(130)
	}()
	os.Exit(run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// app is what every command is given.
type app struct {
	args           []string // of the command line, for messages
	stdin          io.Reader
	stdout, stderr io.Writer
}

// codeError is an exit code without a message: all that is to be said was said.
type codeError int

func (e codeError) Error() string { return fmt.Sprintf("exit code %d", int(e)) }

// run is the whole program; it returns the exit code. An error that a command
// returns is about its input, unless it says otherwise.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) (code int) {
	a := &app{args, stdin, stdout, stderr}
	defer func() {
		if cause := recover(); cause != nil {
			code = a.internal(&judge.InternalError{Case: "finwait", Cause: cause, Stack: stack()})
		}
	}()
	root := newRoot(a)
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	var exit codeError
	var internal *judge.InternalError
	switch {
	case err == nil:
		return report.AsExpected
	case errors.As(err, &exit):
		return int(exit)
	case errors.As(err, &internal):
		return a.internal(internal)
	default:
		fmt.Fprintf(stderr, "finwait: %v\n", err)
		return report.Usage
	}
}

// internal tells of a fault of finwait itself.
func (a *app) internal(e *judge.InternalError) int {
	fmt.Fprintf(a.stderr, "finwait: internal error: %v\n", e)
	if len(e.Stack) > 0 {
		fmt.Fprintf(a.stderr, "\n%s\n", e.Stack)
	}
	fmt.Fprintf(a.stderr, "This is a bug in finwait, not in your input. Please report it with this output at\n"+
		"  https://github.com/finwait/finwait/issues\nand this command, which repeats it:\n  %s\n", commandLine(a.args))
	return report.Internal
}

// commandLine is the command as it can be pasted into a shell.
func commandLine(args []string) string { return report.Command(args) }
