package scenario

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/finwait/finwait/spec"
)

const orphanRetries = "client.sysctl.net.ipv4.tcp_orphan_retries"

// fakeProc is a tree like /proc/sys with these sysctls under net.ipv4.
func fakeProc(t *testing.T, values map[string]string) string {
	t.Helper()
	root := t.TempDir()
	require.NoError(t, os.MkdirAll(filepath.Join(root, "net", "ipv4"), 0o700))
	for name, v := range values {
		require.NoError(t, os.WriteFile(filepath.Join(root, "net", "ipv4", name), []byte(v), 0o600))
	}
	return root
}

func sysctlFile(t *testing.T, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "my.conf")
	require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
	return file
}

func TestPrecedence(t *testing.T) {
	s, err := Parse("my.yaml", []byte(`
client: {sysctl: {net.ipv4.tcp_orphan_retries: 1}}
expect: {both-closed: violated}
profiles: {linux: {client: {sysctl: {net.ipv4.tcp_orphan_retries: 2}}}}
`))
	require.NoError(t, err)
	o := Overrides{ProcSys: fakeProc(t, map[string]string{"tcp_orphan_retries": "3\n"})}
	retries := func(p spec.Profile, o Overrides) [2]uint8 {
		i, err := s.Instantiate(p, o)
		require.NoError(t, err)
		require.Equal(t, o.Any(), i.Overridden)
		require.Equal(t, o.Any(), i.Expect == nil, "an override puts the file's expectations out of force")
		return [2]uint8{i.Params.Host[0].TCPOrphanRetries, i.Params.Host[1].TCPOrphanRetries}
	}
	require.Equal(t, [2]uint8{1, 0}, retries(spec.RFC9293, o))
	require.Equal(t, [2]uint8{2, 0}, retries(spec.Linux, o))
	o.Host = true
	require.Equal(t, [2]uint8{3, 3}, retries(spec.Linux, o))
	o.Sysctl = []string{sysctlFile(t, "net.ipv4.tcp_orphan_retries=4")}
	require.Equal(t, [2]uint8{4, 4}, retries(spec.Linux, o))
	o.Sysctl = append(o.Sysctl, "server:"+sysctlFile(t, "net.ipv4.tcp_orphan_retries=5"))
	require.Equal(t, [2]uint8{4, 5}, retries(spec.Linux, o))
	o.Set = []string{orphanRetries + "=6", orphanRetries + "=7"}
	require.Equal(t, [2]uint8{7, 5}, retries(spec.Linux, o))
}

func TestSet(t *testing.T) {
	const base = "network: {delay: [1ms, 2ms]}"
	i := instance(t, base, spec.Linux, "network.delay=[1ms,50ms]")
	require.Equal(t, [2][2]int64{{1000, 50000}, {1000, 50000}}, i.Params.Net.Delay)
	i = instance(t, base, spec.Linux, "network.delay.server=3ms")
	require.Equal(t, [2][2]int64{{1000, 2000}, {3000, 3000}}, i.Params.Net.Delay)
	i = instance(t, base, spec.Linux, "client.app=[{do: close, when: anytime}]", "server.app=never", "client.socket.so_linger=off")
	require.Equal(t, []spec.Call{{Do: spec.Close, When: spec.Anytime, Within: spec.Never}}, i.Params.Host[0].Script)
	i = instance(t, base, spec.Linux, "client={rto: 1s, sysctl: {net.ipv4.tcp_retries2: 3}}")
	require.Equal(t, spec.Second, i.Params.Host[0].RTO)
	require.EqualValues(t, 3, i.Params.Host[0].TCPRetries2)
	i = instance(t, base, spec.Linux, "properties=[both-closed]")
	require.Equal(t, []string{"both-closed"}, i.Properties)
}

func TestBadOverrides(t *testing.T) {
	s, err := Parse("my.yaml", []byte("client: {}"))
	require.NoError(t, err)
	for arg, want := range map[string]string{
		"client.rto=204":            "--set client.rto=204: found 204 (a number without unit), want a duration such as 204ms",
		"client.rto":                "--set client.rto: found no value, want KEY=VALUE such as client.rto=300ms",
		"client.rto=":               "--set client.rto=: found nothing, want a duration",
		"client.roto=1s":            "--set client.roto=1s: found an unknown key, want rto (the nearest name)",
		"=1":                        "--set =1: found an unknown key, want one of: name",
		"expect={both-closed: hold": "--set expect={both-closed: hold: found bad YAML",
		"name=x":                    "--set name=x: found a key that is about the file, want a key of client, server or network, or properties",
		"client=3":                  "--set client=3: found 3 (a number), want a map with app",
		orphanRetries + "=x":        `found "x", want a whole number, as the kernel writes it, from 0 to 255`,
		"client.sysctl.net.ipv4.tcp_orphan_retrys=3": "found a sysctl that does not exist in Linux, want net.ipv4.tcp_orphan_retries",
		"network.delay=[40s,50s]":                    "--set network.delay=[40s,50s]: found delay [40s, 50s] of the client with msl 30s",
		"network.delay=[1ms, 2ms]\n---\nx: 1":        "found a second document",
	} {
		_, err := s.Instantiate(spec.Linux, Overrides{Set: []string{arg}})
		require.ErrorContains(t, err, want, arg)
	}
}

func TestSysctlFile(t *testing.T) {
	s, err := Parse("my.yaml", []byte("client: {}"))
	require.NoError(t, err)
	file := sysctlFile(t, `# fleet
; another comment

net.ipv4.tcp_orphan_retries = 3
net/ipv4/tcp_fin_timeout=0x1e
-net.ipv4.tcp_keepalive_time = 010
-net.ipv4.tcp_tw_timeout = 5
-net.ipv4.conf.all.rp_filter
net.ipv4.tcp_ecn = 1
net.ipv4.tcp_rmem = 4096 87380 6291456
net.core.somaxconn = 4096
net.ipv4.tcp_orphan_retries=4
`)
	i, err := s.Instantiate(spec.Linux, Overrides{Sysctl: []string{"client:" + file}})
	require.NoError(t, err)
	c := i.Params.Host[spec.Client]
	require.EqualValues(t, 4, c.TCPOrphanRetries, "the last value wins")
	require.Equal(t, 30*spec.Second, c.TCPFinTimeout)
	require.Equal(t, 8*spec.Second, c.KeepaliveTime, "octal, as the kernel reads it")
	require.EqualValues(t, 0, i.Params.Host[spec.Server].TCPOrphanRetries)
	require.Equal(t, []string{"sysctl " + file + ": not used under profile linux: net.ipv4.tcp_tw_timeout, net.ipv4.tcp_ecn, net.ipv4.tcp_rmem, net.core.somaxconn"}, i.Notes)

	i, err = s.Instantiate(spec.Article, Overrides{Sysctl: []string{sysctlFile(t, "net.ipv4.tcp_early_retrans=3")}})
	require.NoError(t, err)
	require.False(t, i.Params.Host[spec.Client].TCPEarlyRetrans)
	require.Len(t, i.Notes, 1)

	for text, want := range map[string]string{
		"\nnet.ipv4.tcp_orphan_retry = 3":    ":2: net.ipv4.tcp_orphan_retry: found a sysctl that does not exist in Linux, want net.ipv4.tcp_orphan_retries (the nearest name)",
		"net.ipv4.tcp_tw_timeout = 3":        "found a sysctl that does not exist in Linux",
		"net.ipv4.tcp_orphan_retries":        `:1: found "net.ipv4.tcp_orphan_retries", want key = value`,
		"= 3":                                "want key = value",
		"net.ipv4.tcp_orphan_retries = many": `:1: net.ipv4.tcp_orphan_retries: found "many", want a whole number from 0 to 255`,
		"net.ipv4.tcp_orphan_retries = -3":   "found -3, want a whole number from 0 to 255",
		"net.ipv4.tcp_orphan_retries =":      `found "", want a whole number`,
		"a = 1\n\x00":                        ":2: found binary data, want lines such as",
	} {
		_, err := s.Instantiate(spec.Linux, Overrides{Sysctl: []string{sysctlFile(t, text)}})
		require.ErrorContains(t, err, want, text)
	}
	_, err = s.Instantiate(spec.Linux, Overrides{Sysctl: []string{"server:/no/such.conf"}})
	require.EqualError(t, err, "sysctl /no/such.conf: found no such file, want a file in the format of sysctl.conf")
	_, err = s.Instantiate(spec.Linux, Overrides{Sysctl: []string{t.TempDir()}})
	require.ErrorContains(t, err, "found a directory")
}

func TestHost(t *testing.T) {
	s, err := Parse("my.yaml", []byte("client: {}"))
	require.NoError(t, err)
	proc := fakeProc(t, map[string]string{
		"tcp_orphan_retries": "0\n", "tcp_retries2": "15\n", "tcp_fin_timeout": "30\n", "tcp_early_retrans": "3\n", "tcp_sack": "0\n",
		"tcp_rfc1337": "1\n", "tcp_max_tw_buckets": "65536\n", "tcp_keepalive_time": "600\n", "tcp_keepalive_intvl": "60\n",
		"tcp_keepalive_probes": "3\n", "tcp_syn_retries": "6\n", "tcp_synack_retries": "5\n", "tcp_timestamps": "1\n", "tcp_tw_reuse": "1\n", "tcp_tw_reuse_delay": "500\n",
	})
	i, err := s.Instantiate(spec.Linux, Overrides{Host: true, ProcSys: proc})
	require.NoError(t, err)
	for _, h := range i.Params.Host {
		require.Equal(t, 30*spec.Second, h.TCPFinTimeout)
		require.True(t, h.TCPRfc1337)
		require.False(t, h.TCPEarlyRetrans)
		require.Equal(t, 65536, h.TCPMaxTwBuckets)
		require.Equal(t, 600*spec.Second, h.KeepaliveTime)
		require.EqualValues(t, 3, h.KeepaliveProbes)
		require.EqualValues(t, 1, h.TCPTwReuse)
		require.Equal(t, spec.Second/2, h.TCPTwReuseDelay)
	}
	require.Equal(t, []string{"--host: not used under profile linux: net.ipv4.tcp_rto_max_ms"}, i.Notes, "an old kernel lacks it")

	_, err = s.Instantiate(spec.Linux, Overrides{Host: true, ProcSys: t.TempDir()})
	require.ErrorContains(t, err, "found no sysctls of TCP, want a Linux machine")
	bad := fakeProc(t, map[string]string{"tcp_retries2": "fifteen"})
	_, err = s.Instantiate(spec.Linux, Overrides{Host: true, ProcSys: bad})
	require.ErrorContains(t, err, `tcp_retries2: net.ipv4.tcp_retries2: found "fifteen", want a whole number`)
}
