package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// spinDFS is the fastest exact search of the peers, which ratios refer to.
const spinDFS = "spin-dfs"

// peers measures SPIN and Rumur.
type peers struct{ folder string }

func (p *peers) script() string { return filepath.Join(p.folder, "measure.sh") }

// look tells what is missing.
func (p *peers) look() error {
	if _, err := os.Stat(p.script()); err != nil {
		return fmt.Errorf("-peers: %w; it is the folder with measure.sh and the models of the peers", err)
	}
	var missing []string
	for _, tool := range []string{"bash", "spin", "rumur", "gcc", "/usr/bin/time"} {
		if _, err := exec.LookPath(tool); err != nil {
			missing = append(missing, filepath.Base(tool))
		}
	}
	if len(missing) > 0 {
		return fmt.Errorf("%s not installed; on Debian: apt-get install %[1]s", strings.Join(missing, " "))
	}
	return nil
}

// measured is one line of measure.sh.
type measured struct {
	tool string
	figures
}

// measure runs each peer once on a model, up to a tool, or all for "". measure.sh has
// them in one order, the fastest first; it is stopped behind the last one wanted.
func (p *peers) measure(ctx context.Context, model, size, last string) ([]measured, error) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	cmd := exec.CommandContext(ctx, "bash", p.script(), model, size, "1")
	var complaints bytes.Buffer
	cmd.Stderr = &complaints
	// The script removes its folder when it is told to end, and what it runs ends with it.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM) }
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	all, err := parsePeers(out, last)
	done := last != "" && len(all) > 0 && all[len(all)-1].tool == last
	if done || err != nil {
		stop()
	}
	ended := make(chan struct{})
	go func() { // a shell that was just starting a program when the signal came waits for that
		<-ctx.Done()
		for {
			select {
			case <-ended:
				return
			case <-time.After(time.Second):
				_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM)
			}
		}
	}()
	failed := cmd.Wait()
	close(ended)
	if failed != nil && !done && err == nil {
		err = fmt.Errorf("measure.sh %s %s: %w\n%s", model, size, failed, complaints.Bytes())
	}
	return all, err
}

// parsePeers reads lines of: model size tool states seconds maxrss_kb, up to that of a
// tool.
func parsePeers(out io.Reader, last string) ([]measured, error) {
	var all []measured
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		var model, size, states string
		var m measured
		if _, err := fmt.Sscan(lines.Text(), &model, &size, &m.tool, &states, &m.Wall, &m.Bytes); err != nil {
			return nil, fmt.Errorf("measure.sh: %q: %w", lines.Text(), err)
		}
		m.Bytes *= 1024
		if states != "failed" {
			if _, err := fmt.Sscan(states, &m.States); err != nil {
				return nil, fmt.Errorf("measure.sh: %q: %w", lines.Text(), err)
			}
		}
		if all = append(all, m); m.tool == last {
			break
		}
	}
	return all, lines.Err()
}
