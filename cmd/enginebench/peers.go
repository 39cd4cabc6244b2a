package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
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

// measure runs each peer once on a model.
func (p *peers) measure(ctx context.Context, model, size string) ([]measured, error) {
	cmd := exec.CommandContext(ctx, "bash", p.script(), model, size, "1")
	var complaints bytes.Buffer
	cmd.Stderr = &complaints
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("measure.sh %s %s: %w\n%s", model, size, err, complaints.Bytes())
	}
	return parsePeers(out)
}

// parsePeers reads lines of: model size tool states seconds maxrss_kb.
func parsePeers(out []byte) ([]measured, error) {
	var all []measured
	lines := bufio.NewScanner(bytes.NewReader(out))
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
		all = append(all, m)
	}
	return all, lines.Err()
}
