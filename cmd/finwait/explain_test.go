package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// explained are runs whose explanation is pinned: a network that loses all, an old
// duplicate, a close from both sides, a wait in which no event is decisive, late
// segments, mutants, and properties of a user.
var explained = []struct {
	name string
	args []string
	// decisive is the kind of event that decided it, "" for none.
	decisive string
}{
	{"lossy-network", []string{"lossy-network", "--profile", "linux", "--property", "both-closed"}, "loss"},
	{"lossy-network-rfc", []string{"lossy-network", "--profile", "rfc9293", "--property", "both-closed"}, ""},
	{"first-wave-lost", []string{"first-wave-lost", "--profile", "linux", "--property", "both-closed"}, "loss"},
	{"old-duplicate", []string{"time-wait-1msl", "--profile", "article", "--property", "no-old-duplicate-accepted"}, "late delivery"},
	{"quiescence", []string{"time-wait-1msl", "--profile", "article", "--property", "quiescence"}, ""},
	{"fin-wait-2", []string{"fin-wait-2-after-shutdown", "--profile", "linux", "--property", "fin-wait-2-left-eventually"}, ""},
	{"no-bucket", []string{"bucket-overflow", "--profile", "linux", "--property", "every-last-ack-fin-finds-time-wait"}, ""},
	{"bound-port", []string{"tw-reuse-bound-port", "--profile", "linux", "--property", "every-last-ack-fin-finds-time-wait"}, "late call"},
	{"crash", []string{"peer-crash", "--profile", "rfc9293", "--property", "fin-wait-2-left-eventually"}, "late call"},
	{"simultaneous-close", []string{"simultaneous-close", "--profile", "linux", "--property", "never-both"}, ""},
	{"user-property", []string{"lossy-network", "--profile", "linux", "--property", "server-is-told"}, "loss"},
	{"short-time-wait", []string{"short-time-wait", "--profile", "article", "--property", "every-last-ack-fin-finds-time-wait"}, "loss"},
	{"may-wait", []string{"may-wait", "--profile", "linux", "--property", "fin-wait-2-left-eventually"}, "late call"},
	{"keeps-order", []string{"keeps-order", "--profile", "linux", "--property", "no-retransmission"}, ""},
	{"duplicate", []string{"duplicate", "--profile", "linux", "--property", "one-ack-at-a-time"}, "duplicate"},
	{"mutant-no-retransmission", []string{"lossy-network", "--profile", "linux", "--set", "client.mutant=no-fin-rexmt-in-fin-wait-1", "--property", "every-wait-has-a-timer"}, ""},
	{"mutant-skips-closing", []string{"simultaneous-close", "--profile", "linux", "--set", "client.mutant=fin-wait-1-skips-closing", "--property", "fin-acked-before-leaving"}, ""},
	{"mutant-ignores-fin", []string{"fourth-wave-lost", "--profile", "linux", "--set", "client.mutant=time-wait-ignores-fin", "--property", "time-wait-re-acks-fin"}, "loss"},
	{"mutant-waits-for-ever", []string{"fin-wait-2-after-close", "--profile", "linux", "--set", "client.mutant=fin-wait-2-no-timeout", "--property", "fin-wait-2-bounded-for-orphans"}, ""},
}

const userQuestions = `
never-both:
  never: client.state == CLOSING && server.state == CLOSING
server-is-told:
  leads_to: server.saw_eof && server.state == CLOSED
  when: client.state == FIN_WAIT_1
no-retransmission:
  always: client.backoff == 0
one-ack-at-a-time:
  never: client.state == FIN_WAIT_1 && network.from_server > 1
`

// ownScenarios are those of explained that are not built in.
var ownScenarios = map[string]string{
	"duplicate": `{name: duplicate, client: {app: [{do: close, when: start}]}, server: {app: [{do: close, when: after-eof, after: 1s, within: 0s}]},
  network: {duplicates: 1, delay: 1ms}, properties: [both-closed], profiles: {linux: {}}}`,
	"short-time-wait": `{name: short-time-wait, client: {app: [{do: close}], time_wait: 1200ms, rto: 10s}, server: {app: [{do: close, when: after-eof, within: 0s}], rto: 1s},
  network: {delay: [1ms, 100ms], loss: 2, msl: 30s}, incarnations: 2, properties: [quiescence]}`,
	"may-wait": `{name: may-wait, client: {app: [{do: shutdown-wr}, {do: close, when: after-eof}]}, server: {app: [{do: close, when: after-eof, within: forever}]},
  properties: [both-closed]}`,
	"keeps-order": `{name: keeps-order, client: {app: [{do: close}]}, server: {app: [{do: close, when: after-eof, within: 0s}]},
  network: {delay: [1ms, 300ms], reorder: false}, properties: [both-closed]}`,
}

// TestExplanations pins what is told of violations: sentence, failed part, steps. Rewrite
// them with: go test ./cmd/finwait -run Explanations -update, and read them.
func TestExplanations(t *testing.T) {
	questions := file(t, "questions.yaml", userQuestions)
	for _, c := range explained {
		t.Run(c.name, func(t *testing.T) {
			args := append([]string{"check"}, c.args...)
			if own, ok := ownScenarios[c.args[0]]; ok {
				args[1] = file(t, c.args[0]+".yaml", own)
			}
			dir := t.TempDir()
			args = append(args, "--properties", questions, "--format", "json", "--out", dir, "--progress", "none")
			r := finwait(t, args...)
			require.Contains(t, []int{0, 1}, r.code, r.stderr)
			outcome := parse(t, r.stdout)["scenarios"].([]any)[0].(map[string]any)["outcomes"].([]any)[0].(map[string]any)
			require.Equal(t, "violated", outcome["verdict"])
			e := outcome["explanation"].(map[string]any)
			if c.decisive == "" {
				require.Nil(t, e["decisive"], e["sentence"])
			} else {
				require.Equal(t, c.decisive, e["decisive"].(map[string]any)["kind"], e["sentence"])
			}
			texts, err := filepath.Glob(filepath.Join(dir, "*.txt"))
			require.NoError(t, err)
			require.Len(t, texts, 1)
			text, err := os.ReadFile(texts[0])
			require.NoError(t, err)
			path := filepath.Join("testdata", "why", c.name+".txt")
			if *update {
				require.NoError(t, os.WriteFile(path, text, 0o644))
			}
			want, err := os.ReadFile(path)
			require.NoError(t, err)
			require.Equal(t, string(want), string(text))
			// A replay finds the same out again.
			again := parse(t, finwait(t, "replay", strings.TrimSuffix(texts[0], "txt")+"trace.json", "--format", "json").stdout)
			require.Equal(t, e["sentence"], again["explanation"].(map[string]any)["sentence"])
		})
	}
}

// On standard output what is expected is short, and with --explain told at length.
func TestExplainFlag(t *testing.T) {
	args := []string{"check", "fin-wait-2-after-shutdown", "--profile", "linux", "--property", "fin-wait-2-left-eventually", "--progress", "none"}
	short := finwait(t, args...)
	require.Zero(t, short.code, short.stderr)
	require.NotContains(t, short.stdout, "decisive")
	require.NotContains(t, finwait(t, append(args, "--format", "json")...).stdout, `"explanation"`)
	long := finwait(t, append(args, "--explain")...)
	require.Zero(t, long.code, long.stderr)
	for _, text := range []string{
		"The client stays in FIN_WAIT_2 and the server in CLOSE_WAIT for ever",
		"No event was decisive",
		"Failed condition: the client leaves FIN_WAIT_2",
		"  1. 0 s, client shutdown(SHUT_WR); the client sends FIN+ACK seq=1 ack=1\n         client: state ESTABLISHED → FIN_WAIT_1, SND.NXT 1 → 2",
	} {
		require.Contains(t, long.stdout, text)
	}
	// What is not expected is explained without being asked for.
	unexpected := finwait(t, "check", "first-wave-lost", "--profile", "linux", "--property", "both-closed", "--set", "client.sysctl.net.ipv4.tcp_orphan_retries=2",
		"--properties", file(t, "q.yaml", "gone: {eventually: server.state == CLOSED}"), "--property", "gone", "--progress", "none")
	require.Equal(t, 1, unexpected.code, unexpected.stderr)
	require.Contains(t, unexpected.stdout, "Decisive was the loss of the FIN that the client sent")
	require.Contains(t, unexpected.stdout, "Failed condition: server.state == CLOSED (server.state ESTABLISHED).")
}

// replay lists the run where nobody can type, and refuses a file whose changes are wrong.
func TestReplayLists(t *testing.T) {
	dir := t.TempDir()
	r := finwait(t, "check", "fin-wait-2-after-shutdown", "--profile", "linux", "--property", "fin-wait-2-left-eventually", "--out", dir, "--progress", "none")
	require.Zero(t, r.code, r.stderr)
	name := filepath.Join(dir, "fin-wait-2-after-shutdown.linux.fin-wait-2-left-eventually.trace.json")
	listed := finwait(t, "replay", name)
	require.Zero(t, listed.code, listed.stderr)
	require.Contains(t, listed.stdout, "What each step changed:\n    1. 0 s, client shutdown(SHUT_WR)")
	require.Contains(t, listed.stdout, "no FIN comes from the server")
	text, err := os.ReadFile(name)
	require.NoError(t, err)
	require.Contains(t, string(text), `"sentence": "The client stays in FIN_WAIT_2`)
	wrong := strings.Replace(string(text), `"field": "SND.NXT",`, `"field": "SND.UNA",`, 1)
	require.NotEqual(t, string(text), wrong)
	refused := finwait(t, "replay", file(t, "wrong.trace.json", wrong))
	require.Equal(t, 1, refused.code, refused.stderr)
	require.Contains(t, refused.stdout, "what is said to have changed is not what changes")
}
