package main

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"
	"github.com/stretchr/testify/require"
)

func TestConformSteps(t *testing.T) {
	const steps = "conform/testdata/steps.json"
	got := finwait(t, "conform", "--steps", steps, "--format", "json")
	require.Equal(t, 0, got.code, got.stderr)
	v := parse(t, got.stdout)
	require.Equal(t, "finwait.conform-steps/1", v["schema"])
	require.EqualValues(t, 78, v["cells"])
	require.EqualValues(t, 78, v["agree"])
	require.Equal(t, []any{}, v["differ"])

	data, err := os.ReadFile(steps)
	require.NoError(t, err)
	wrong := file(t, "wrong.json", strings.Replace(string(data), `"CLOSE_WAIT"`, `"LAST_ACK"`, 1))
	got = finwait(t, "conform", "--steps", wrong, "--format", "json")
	require.Equal(t, 1, got.code, got.stderr)
	require.EqualValues(t, 77, parse(t, got.stdout)["agree"])
	for _, args := range [][]string{{"--steps", wrong}, {wrong}} {
		got = finwait(t, append([]string{"conform"}, args...)...)
		require.Equal(t, 1, got.code)
		require.Contains(t, got.stdout, "77 of 78 steps agree")
	}
	got = finwait(t, "conform", "--steps", steps, "--format", "table")
	require.Equal(t, 0, got.code)
	require.Regexp(t, `(?m)^single steps of one endpoint +78 +78$`, got.stdout)
}

func TestConformStepsBadInput(t *testing.T) {
	for _, c := range []struct{ name, want string }{
		{"no-such-file.json", "no such file"},
		{file(t, "a.json", "{"), "JSON"},
		{file(t, "b.json", `[{"state": "CLOSING"}]`), `cell 1: key "segment"`},
		{t.TempDir(), "not a regular file"},
	} {
		got := finwait(t, "conform", "--steps", c.name)
		require.Equal(t, 2, got.code)
		require.Contains(t, got.stderr, c.want)
		require.Contains(t, got.stderr, c.name)
		require.Empty(t, got.stdout)
	}
	require.Equal(t, 2, finwait(t, "conform").code)
}

const labScenarios = "conform/testdata/scenarios"

func TestConform(t *testing.T) {
	got := finwait(t, "conform", "conform/testdata", "--format", "json")
	require.Equal(t, 0, got.code, got.stderr)
	v := parse(t, got.stdout)
	require.Equal(t, "finwait.conform/1", v["schema"])
	captures := v["captures"].([]any)
	require.Len(t, captures, 64+48+7+70)
	require.EqualValues(t, 78+1210, v["steps"].(map[string]any)["agree"])
	for _, c := range captures {
		c := c.(map[string]any)
		require.Equal(t, "conforms", c["verdict"], c["name"])
		require.Equal(t, c["of"], c["matched"])
		require.Nil(t, c["first_unexplained"])
		require.Equal(t, []any{}, c["allowed"])
	}

	got = finwait(t, "conform", labScenarios+"/b_retries1.wire.json")
	require.Equal(t, 0, got.code, got.stderr)
	require.NotContains(t, got.stdout, "compared", "one verdict needs no table")
	for _, want := range []string{"b_retries1: conforms, 13 of 13", "tail loss probe", "X lost", "wave 3", "gives up"} {
		require.Contains(t, got.stdout, want)
	}
}

// lab copies a teardown of the lab, changed.
func lab(t *testing.T, name string, change func(suffix, text string) string) string {
	dir := t.TempDir()
	for _, suffix := range []string{".wire.json", ".meta.json", ".timeline.json"} {
		data, err := os.ReadFile(filepath.Join(labScenarios, name+suffix))
		require.NoError(t, err)
		if text := change(suffix, string(data)); text != "" {
			require.NoError(t, os.WriteFile(filepath.Join(dir, name+suffix), []byte(text), 0o600))
		}
	}
	return filepath.Join(dir, name+".wire.json")
}

func TestConformDeviates(t *testing.T) {
	fewer := lab(t, "b_retries1", func(_, text string) string {
		return strings.ReplaceAll(strings.Replace(text, "orphan_retries=1", "orphan_retries=3", 1), "b_retries1", "b_lost")
	})
	got := finwait(t, "conform", fewer, "--format", "json")
	require.Equal(t, 1, got.code, got.stderr)
	c := parse(t, got.stdout)["captures"].([]any)[0].(map[string]any)
	require.Equal(t, "deviates", c["verdict"])
	require.Less(t, c["matched"], c["of"])
	require.Equal(t, "client is GONE", c["first_unexplained"].(map[string]any)["what"])
	allowed := c["allowed"].([]any)
	require.Len(t, allowed, 1)
	require.Equal(t, "RTO, client sends FIN+ACK seq=1 ack=1", allowed[0].(map[string]any)["what"])

	got = finwait(t, "conform", fewer, labScenarios+"/a_3seg.wire.json", "--format", "table")
	require.Equal(t, 1, got.code)
	require.Regexp(t, `(?m)^whole teardowns, with calls and states +2 +1$`, got.stdout)

	got = finwait(t, "conform", fewer)
	require.Equal(t, 1, got.code)
	require.Contains(t, got.stdout, "b_lost: deviates, 6 of 13 explained\n  not explained: client is GONE, at 1.664600 s\n"+
		"  there the model allows:\n    client: RTO, client sends FIN+ACK seq=1 ack=1, such as at ")
	require.Contains(t, got.stdout, "RTO (not seen)")

	got = finwait(t, "conform", labScenarios+"/a_normal.wire.json", "--max-states", "5")
	require.Equal(t, 3, got.code)
	require.Contains(t, got.stdout, "a_normal: unknown")
}

func TestConformBadInput(t *testing.T) {
	change := func(in, old, with string) func(suffix, text string) string {
		return func(suffix, text string) string {
			if suffix == in {
				return strings.Replace(text, old, with, 1)
			}
			return text
		}
	}
	for _, c := range []struct {
		name string
		args []string
		want string
	}{
		{"nothing", nil, "wanted"},
		{"both", []string{"x.wire.json", "--steps", "y"}, "--steps"},
		{"no file", []string{"nowhere.wire.json"}, "no such file"},
		{"another file", []string{"conform.go"}, "NAME.wire.json"},
		{"empty directory", []string{t.TempDir()}, "there is nothing to judge"},
		{"no meta file", []string{lab(t, "a_3seg", func(suffix, text string) string { return strings.Repeat(text, map[string]int{".wire.json": 1}[suffix]) })}, "companion"},
		{"no JSON", []string{lab(t, "a_3seg", change(".wire.json", "[", "{"))}, "a_3seg.wire.json"},
		{"no segments", []string{lab(t, "a_3seg", func(suffix, text string) string {
			if suffix == ".wire.json" {
				return "[]"
			}
			return text
		})}, "no segments"},
		{"flags", []string{lab(t, "a_3seg", change(".wire.json", `"FIN"`, `"FINE"`))}, `"FINE"`},
		{"source", []string{lab(t, "a_3seg", change(".wire.json", `"A"`, `"C"`))}, `"src"`},
		{"state", []string{lab(t, "a_3seg", change(".timeline.json", `"ESTABLISHED"`, `"OPEN"`))}, `"OPEN"`},
		{"tolerance", []string{labScenarios, "--tolerance", "x"}, "--tolerance"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := finwait(t, append([]string{"conform"}, c.args...)...)
			require.Equal(t, 2, got.code, got.stdout)
			require.Contains(t, got.stderr, c.want)
			require.Empty(t, got.stdout)
		})
	}
	noted := lab(t, "a_3seg", change(".meta.json", `"B closes`, `"tcp_foo=3, B closes`))
	require.Contains(t, finwait(t, "conform", noted).stdout, "parameter tcp_foo=3 is not known")
}

// What the capture does not tell can be said with the keys of a scenario file.
func TestConformOverrides(t *testing.T) {
	normal, down := labScenarios+"/a_normal.wire.json", labScenarios+"/j_ifdown_fw2.wire.json"
	const retries = "server.sysctl.net.ipv4.tcp_orphan_retries="
	for _, c := range []struct {
		code int
		args []string
		want string
	}{
		{0, []string{normal, "--set", "client.time_wait=60s"}, "a_normal: conforms"},
		{1, []string{normal, "--set", "client.time_wait=30s"}, "client: TIME_WAIT timer, client becomes GONE, such as at 30."},
		{1, []string{normal, "--set", "client.time_wait=90s"}, "there the model waits: no step of it comes next"},
		{0, []string{down}, "assumed, for it is not told: tcp_orphan_retries = 3"},
		{0, []string{down, "--set", retries + "3"}, "j_ifdown_fw2: conforms"},
		{1, []string{down, "--set", retries + "4"}, "j_ifdown_fw2: deviates"},
		{1, []string{down, "--sysctl", file(t, "x.conf", "net.ipv4.tcp_orphan_retries = 1")}, "j_ifdown_fw2: deviates"},
		{2, []string{normal, "--set", "network.msl=3s"}, "which the capture itself tells"},
		{2, []string{normal, "--set", "client.app=[]"}, "which the capture itself tells"},
		{2, []string{normal, "--set", "client.tim_wait=3s"}, "time_wait (the nearest name)"},
	} {
		got := finwait(t, append([]string{"conform"}, c.args...)...)
		require.Equal(t, c.code, got.code, "%q: %s", c.args, got.stderr)
		require.Contains(t, got.stdout+got.stderr, c.want)
	}
}

// A capture is judged without being told anything, and one without a connection
// to judge is bad input.
func TestConformPcap(t *testing.T) {
	got := finwait(t, "conform", labScenarios+"/b_retries1.pcap")
	require.Equal(t, 0, got.code, got.stderr)
	require.Contains(t, got.stdout, "tcp_orphan_retries = 1")
	got = finwait(t, "conform", labScenarios+"/i_buckets1.pcap", "--format", "json")
	require.Equal(t, 0, got.code, got.stderr)
	captures := parse(t, got.stdout)["captures"].([]any)
	require.Greater(t, len(captures), 1, "several connections")
	second := captures[1].(map[string]any)
	for _, by := range []string{fmt.Sprint(second["connection"]), second["name"].(string), backwards(second["name"].(string))} {
		got = finwait(t, "conform", labScenarios+"/i_buckets1.pcap", "--connection", by, "--format", "json")
		require.Equal(t, 0, got.code, got.stderr)
		require.Equal(t, []any{second}, parse(t, got.stdout)["captures"], by)
	}
	for want, args := range map[string][]string{
		"there are\n  1  10.":     {labScenarios + "/i_buckets1.pcap", "--connection", "99"},
		"no connection \"1.1.1\"": {labScenarios + "/i_buckets1.pcap", "--connection", "1.1.1"},
		"this is no capture":      {labScenarios + "/a_normal.wire.json", "--connection", "1"},
		"only captures":           {"--steps", "conform/testdata/steps.json", "--connection", "1"},
	} {
		got = finwait(t, append([]string{"conform"}, args...)...)
		require.Equal(t, 2, got.code, args)
		require.Contains(t, got.stderr, want)
	}

	whole, err := os.ReadFile(labScenarios + "/a_normal.pcap")
	require.NoError(t, err)
	got = finwait(t, "conform", file(t, "cut.pcap", string(whole[:len(whole)-3])))
	require.Equal(t, 0, got.code, got.stderr)
	require.Contains(t, got.stderr, "ends in the middle of a packet")
	// Captures in a directory: what of it cannot be judged is noted.
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "a.pcap"), whole, 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "b.cap"), whole[:24], 0o600))
	got = finwait(t, "conform", dir)
	require.Equal(t, 0, got.code, got.stderr)
	require.Contains(t, got.stdout, ": conforms")
	require.Contains(t, got.stderr, "b.cap: no TCP connection")
	require.NoError(t, os.Remove(filepath.Join(dir, "a.pcap")))
	got = finwait(t, "conform", dir)
	require.Equal(t, 2, got.code)
	require.Contains(t, got.stderr, "b.cap: no TCP connection")

	damaged := []byte(nil)
	for i, b := range whole[24:] {
		damaged = append(damaged, b^byte(i*7+1))
	}
	for name, c := range map[string]struct{ text, want string }{
		"empty":     {"", "shorter than the header"},
		"header":    {string(whole[:24]), "no TCP connection"},
		"cut":       {string(whole[:24+16+30]), "ends in the middle of a packet"},
		"text":      {"certainly not a capture file", "neither a pcap nor a pcapng file"},
		"garbage":   {string(whole[:24]) + string(damaged), "damaged"},
		"udp":       {packetsOf(t, layers.IPProtocolUDP, 0), "3 packets are not TCP"},
		"fragments": {packetsOf(t, layers.IPProtocolTCP, layers.IPv4MoreFragments), "3 packets are fragments"},
	} {
		got := finwait(t, "conform", file(t, name+".pcap", c.text))
		require.Equal(t, 2, got.code, name)
		require.Contains(t, got.stderr, name)
		require.Contains(t, got.stderr, c.want, name)
		require.Empty(t, got.stdout)
	}
}

// backwards names a connection from its other end.
func backwards(name string) string {
	a, b, _ := strings.Cut(name, "-")
	return b + "-" + a
}

// packetsOf is a capture of three IPv4 packets of one kind.
func packetsOf(t *testing.T, protocol layers.IPProtocol, flags layers.IPv4Flag) string {
	var out bytes.Buffer
	w := pcapgo.NewWriter(&out)
	require.NoError(t, w.WriteFileHeader(65535, layers.LinkTypeRaw))
	ip := &layers.IPv4{Version: 4, TTL: 64, Protocol: protocol, Flags: flags, SrcIP: net.IP{10, 0, 0, 1}, DstIP: net.IP{10, 0, 0, 2}}
	for range 3 {
		b := gopacket.NewSerializeBuffer()
		require.NoError(t, gopacket.SerializeLayers(b, gopacket.SerializeOptions{FixLengths: true}, ip, gopacket.Payload(make([]byte, 40))))
		require.NoError(t, w.WritePacket(gopacket.CaptureInfo{CaptureLength: len(b.Bytes()), Length: len(b.Bytes())}, b.Bytes()))
	}
	return out.String()
}
