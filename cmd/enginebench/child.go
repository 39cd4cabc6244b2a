package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"syscall"
	"time"

	"github.com/finwait/finwait/cmd/finwait/collector"
)

// childCommand is the argument with which this program calls itself: it reads a
// search from stdin and writes its figures to stdout.
const childCommand = "do-one-search"

func runChild(in io.Reader, out io.Writer) error {
	var s search
	if err := json.NewDecoder(in).Decode(&s); err != nil {
		return err
	}
	collector.Tune() // as the command finwait does
	f, err := s.do(context.Background())
	if err != nil {
		return err
	}
	return json.NewEncoder(out).Encode(f)
}

// measure does the search in a process of its own.
func (s search) measure(ctx context.Context) (figures, error) {
	self, err := os.Executable()
	if err != nil {
		return figures{}, err
	}
	in, err := json.Marshal(s)
	if err != nil {
		return figures{}, err
	}
	var out, complaints bytes.Buffer
	cmd := exec.CommandContext(ctx, self, childCommand)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(in), &out, &complaints
	begin := time.Now()
	if err := cmd.Run(); err != nil {
		return figures{}, fmt.Errorf("%s: %w\n%s", in, err, complaints.Bytes())
	}
	wall := time.Since(begin).Seconds()
	var f figures
	if err := json.Unmarshal(out.Bytes(), &f); err != nil {
		return figures{}, fmt.Errorf("%s: %w", in, err)
	}
	f.Wall = wall
	f.Bytes = cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss * 1024
	return f, nil
}
