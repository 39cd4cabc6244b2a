package main

import (
	"fmt"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/finwait/finwait/cmd/finwait/scenario"
	"github.com/finwait/finwait/spec"
)

// beyondGuess are the scenarios of which conform cannot guess what the hosts do.
var beyondGuess = map[string]string{
	"peer-reboot":            "conform guesses no reboot",
	"late-copy-meets-reboot": "conform guesses no reboot",
	"keepalive-dead-peer":    "conform guesses no keepalive",
	"fin-at-zero-window":     "conform guesses no receive buffer",
	"simultaneous-open":      "conform takes hosts that connect again for listening ones",
}

// beyondOneEnd are those of which conform cannot guess it where one end alone was captured.
var beyondOneEnd = map[string]string{
	"old-text-beyond-fin": "where the first copies of text and FIN were lost before they were seen, conform takes the segment that has both for one that the client cannot send",
}

// Every built-in scenario that ends in the linux profile, written as a capture of both
// ends and read again, is a run of the model; so is each end alone.
func TestPcapngConforms(t *testing.T) {
	all, err := scenario.Builtin()
	require.NoError(t, err)
	judged := 0
	for _, s := range all {
		if i, err := s.Instantiate(spec.Linux, scenario.Overrides{}); err != nil || i.Params.Net.Duplicates > 0 {
			require.NoError(t, err)
			continue // conform knows no network that makes copies: it takes them for second showings
		}
		t.Run(s.Name, func(t *testing.T) {
			if why := beyondGuess[s.Name]; why != "" {
				t.Skip(why)
			}
			for _, side := range []string{"both", "client", "server"} {
				if side != "both" && (testing.Short() || beyondOneEnd[s.Name] != "") {
					continue
				}
				made := finwait(t, "graph", "trace", s.Name, "--profile", "linux", "--format", "pcapng", "--side", side)
				require.Equal(t, 0, made.code, made.stderr)
				back := finwait(t, "conform", file(t, "x.pcapng", made.stdout), "--max-states", "100000", "--format", "json")
				if back.code == 2 { // what one end saw can be nothing at all
					require.NotEqual(t, "both", side, back.stderr)
					continue
				}
				verdict := parse(t, back.stdout)["captures"].([]any)[0].(map[string]any)["verdict"]
				if side == "both" {
					require.Equal(t, "conforms", verdict, back.stdout)
					judged++
				}
				require.NotEqual(t, "deviates", verdict, "%s: %s", side, back.stdout)
			}
		})
	}
	require.GreaterOrEqual(t, judged, 23)
}

// A capture that says something else than the run does is refused.
func TestPcapngOfAnotherProfileDeviates(t *testing.T) {
	made := finwait(t, "graph", "trace", "first-wave-lost", "--profile", "article", "--format", "pcapng")
	require.Equal(t, 0, made.code, made.stderr)
	name := file(t, "x.pcapng", made.stdout)
	require.Equal(t, 1, finwait(t, "conform", name, "--set", "client.rto=900ms", "--max-states", "100000").code)
}

func TestPcapngWantsTimes(t *testing.T) {
	r := finwait(t, "graph", "trace", "first-wave-lost", "--property", "both-closed", "--profile", "linux", "--time", "any", "--format", "pcapng")
	require.Equal(t, 2, r.code)
	require.Contains(t, r.stderr, "--time exact")
	require.Empty(t, r.stdout)
}

// Wireshark reads right checksums, the numbers of the model, the times of the run and
// what the comments say.
func TestPcapngInWireshark(t *testing.T) {
	tshark, err := exec.LookPath("tshark")
	if err != nil {
		t.Skip("tshark is not installed (Debian package tshark)")
	}
	read := func(side string) []string {
		made := finwait(t, "graph", "trace", "first-wave-lost", "--profile", "linux", "--property", "both-closed", "--format", "pcapng", "--side", side)
		require.Equal(t, 0, made.code, made.stderr)
		cmd := exec.Command(tshark, "-r", file(t, "x.pcapng", made.stdout), "-o", "ip.check_checksum:TRUE", "-o", "tcp.check_checksum:TRUE",
			"-T", "fields", "-e", "frame.time_epoch", "-e", "tcp.flags", "-e", "tcp.seq", "-e", "tcp.ack", "-e", "tcp.checksum.status", "-e", "ip.checksum.status",
			"-e", "frame.comment")
		out, err := cmd.Output()
		require.NoError(t, err)
		return strings.Split(strings.TrimSpace(string(out)), "\n")
	}
	rows := read("client")
	// The tail loss probe after 204 ms, then the RTO of 204 ms, doubled each time.
	times := []string{"0.000000", "0.204000", "0.408000", "0.816000", "1.632000"}
	const handshake, epoch = 3, 946684800
	require.Greater(t, len(rows), handshake+len(times))
	for i, want := range times {
		var seconds, micros int
		_, err := fmt.Sscanf(want, "%d.%d", &seconds, &micros)
		require.NoError(t, err)
		fields := strings.Split(rows[handshake+i], "\t")
		require.Len(t, fields, 7)
		require.Equal(t, fmt.Sprintf("%d.%06d000", epoch+seconds, micros), fields[0])
		require.Equal(t, []string{"0x0011", "1", "1", "1", "1"}, fields[1:6])
		require.Contains(t, fields[6], "never arrives")
		require.Contains(t, fields[6], "client FIN_WAIT_1, server ESTABLISHED")
	}
	require.Len(t, read("server"), 3, "nothing but the handshake arrives there")
	require.Len(t, read("both"), 2*3+len(rows)-handshake)
}

// Wireshark finds nothing malformed, every checksum right and time running forwards in what
// is written of each built-in scenario.
func TestEveryPcapngInWireshark(t *testing.T) {
	tshark, err := exec.LookPath("tshark")
	if err != nil {
		t.Skip("tshark is not installed (Debian package tshark)")
	}
	if testing.Short() {
		t.Skip("-short: starts Wireshark for each built-in scenario")
	}
	all, err := scenario.Builtin()
	require.NoError(t, err)
	for _, s := range all {
		made := finwait(t, "graph", "trace", s.Name, "--profile", "linux", "--format", "pcapng")
		require.Equal(t, 0, made.code, "%s: %s", s.Name, made.stderr)
		out, err := exec.Command(tshark, "-r", file(t, s.Name+".pcapng", made.stdout), "-o", "ip.check_checksum:TRUE", "-o", "tcp.check_checksum:TRUE",
			"-T", "fields", "-e", "frame.time_epoch", "-e", "tcp.checksum.status", "-e", "ip.checksum.status", "-e", "_ws.malformed", "-e", "tcp.flags").Output()
		require.NoError(t, err, s.Name)
		var before float64
		for line := range strings.Lines(strings.TrimRight(string(out), "\n")) {
			fields := strings.Split(strings.TrimRight(line, "\n"), "\t")
			require.Len(t, fields, 5, s.Name)
			require.Equal(t, []string{"1", "1", ""}, fields[1:4], "%s: %s", s.Name, line)
			require.NotEmpty(t, fields[4], s.Name)
			at, err := strconv.ParseFloat(fields[0], 64)
			require.NoError(t, err)
			require.GreaterOrEqual(t, at, before, s.Name)
			before = at
		}
		require.Positive(t, before, s.Name)
	}
}
