package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The report alone answers what a new user asks, and a try of what it proposes shows
// that it is true.
func TestReportAnswers(t *testing.T) {
	dir := t.TempDir()
	r := finwait(t, "report", "first-wave-lost", "--profile", "linux", "--out", dir, "--progress", "none")
	require.Equal(t, 0, r.code, r.stderr)
	data, err := os.ReadFile(filepath.Join(dir, "report.html"))
	require.NoError(t, err)
	require.Less(t, len(data), 3<<20)
	page := string(data)
	for what, text := range map[string]string{
		"what was checked":        "both endpoints come to CLOSED",
		"under which parameters":  "net.ipv4.tcp_orphan_retries",
		"what went wrong":         "The server stays in ESTABLISHED for ever",
		"what decided it":         "Decisive was the loss of the FIN that the client sent at 3.264 s",
		"what failed":             "<dt>Which condition failed</dt><dd>the server comes to CLOSED",
		"at which second":         "From 6.528 s",
		"because of which":        "of the client was lost 6 times, from 0.000 s to 3.264 s",
		"what would have helped":  "<code>server.socket.so_keepalive=true</code>",
		"how to repeat it":        "finwait graph trace first-wave-lost --property both-closed --profile linux --format text",
		"how to make it again":    "finwait report first-wave-lost --profile linux --out DIR",
		"what was never reached":  "Never: CLOSED, FIN_WAIT_1",
		"what was exercised":      "<dt>Timers</dt><dd>2 of 8 exercised",
		"and says it to all eyes": `aria-live="polite"`,
	} {
		require.Contains(t, page, strings.ReplaceAll(text, "+", "&#43;"), what)
	}
	tried := finwait(t, "check", "first-wave-lost", "--profile", "linux", "--property", "both-closed", "--set", "server.socket.so_keepalive=true", "--format", "json")
	require.Contains(t, tried.stdout, `"verdict": "holds"`)
}

// What a scenario is called and says is text, and no part of the page.
func TestReportEscapes(t *testing.T) {
	name := file(t, "x.yaml", "name: x\nabout: \"<script>alert(1)</script> & more\"\nclient: {app: [{do: close}]}\n")
	for _, format := range []string{"html", "markdown"} {
		dir := t.TempDir()
		r := finwait(t, "report", name, "--profile", "linux", "--out", dir, "--format", format, "--progress", "none")
		require.NotEqual(t, 2, r.code, r.stderr)
		files, err := filepath.Glob(filepath.Join(dir, "report.*"))
		require.NoError(t, err)
		require.Len(t, files, 1)
		data, err := os.ReadFile(files[0])
		require.NoError(t, err)
		require.NotContains(t, string(data), "<script>alert")
		require.Contains(t, string(data), "&lt;script>alert"[:len("&lt;script")])
	}
}

// Markdown is the same bytes each time, and --check tells a file that is not.
func TestReportMarkdownIsCurrent(t *testing.T) {
	dir := t.TempDir()
	args := []string{"report", "linger-reset", "--profile", "linux", "--format", "markdown", "--out", dir, "--progress", "none"}
	require.Equal(t, 1, finwait(t, append(args, "--check")...).code, "nothing is there yet")
	require.Equal(t, 0, finwait(t, args...).code)
	require.Equal(t, 0, finwait(t, append(args, "--check")...).code)
	name := filepath.Join(dir, "report.md")
	data, err := os.ReadFile(name)
	require.NoError(t, err)
	require.Contains(t, string(data), "```mermaid\nstateDiagram-v2\n", "the graph is drawn where it is read")
	for _, picture := range strings.Split(string(data), "](")[1:] {
		target, _, _ := strings.Cut(picture, ")")
		if !strings.HasPrefix(target, "#") {
			require.FileExists(t, filepath.Join(dir, target))
		}
	}
	require.NoError(t, os.WriteFile(name, append(data, "edited\n"...), 0o600))
	r := finwait(t, append(args, "--check")...)
	require.Equal(t, 1, r.code)
	require.Contains(t, r.stderr, "report.md is not current")
	require.Equal(t, 2, finwait(t, "report", "linger-reset").code, "--out is wanted")
}
