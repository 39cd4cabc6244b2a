package scenario

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/finwait/finwait/spec"
	"github.com/finwait/finwait/spec/population"
)

func ports(t *testing.T, o Overrides) (Instance, error) {
	all, err := Find("ports")
	require.NoError(t, err)
	require.Len(t, all, 1)
	require.Equal(t, "port-exhaustion", all[0].Name)
	return all[0].Instantiate(spec.Linux, o)
}

func TestPopulationKeys(t *testing.T) {
	file := filepath.Join(t.TempDir(), "sysctl.conf")
	require.NoError(t, os.WriteFile(file, []byte("net.ipv4.ip_local_port_range = 1024\t65535\nnet.ipv4.tcp_max_orphans = 7\nnet.ipv4.tcp_sack = 1\n"), 0o600))
	i, err := ports(t, Overrides{Sysctl: []string{"client:" + file}, Set: []string{
		"population.rate=1000", "population.closes_first=server", "population.bind=true", "population.lifetime=2s", "population.isn=arbitrary", "population.half_closed=5s", "server.sysctl.net.ipv4.tcp_fin_timeout=30",
		"server.time_wait=30s", "client.sysctl.net.ipv4.tcp_tw_reuse=1", "client.sysctl.net.ipv4.tcp_tw_reuse_delay=500",
		"server.sysctl.net.ipv4.tcp_timestamps=0",
	}})
	require.NoError(t, err)
	want := population.Default()
	want.Ports, want.Rate, want.ClosesFirst, want.Bind, want.Lifetime, want.ArbitraryISN = 64512, [2]int64{1000, 1}, population.Server, true, 2*spec.Second, true
	want.HalfClosed = 5 * spec.Second
	client, server := &want.Host[population.Client], &want.Host[population.Server]
	client.TwReuse, client.TwReuseDelay, client.MaxOrphans = 1, spec.Second/2, 7
	server.TimeWait, server.Timestamps, server.FinTimeout = 30*spec.Second, false, 30*spec.Second
	require.Equal(t, want, *i.Population)
	require.Contains(t, i.Notes[0], "not used under profile linux: net.ipv4.tcp_sack")

	again, err := Parse("again.yaml", i.YAML())
	require.NoError(t, err, string(i.YAML()))
	same, err := again.Instantiate(spec.Linux, Overrides{})
	require.NoError(t, err)
	require.Equal(t, want, *same.Population, "the resolved file says the same")
}

func TestPopulationMistakes(t *testing.T) {
	for set, want := range map[string]string{
		"population.rat=1":                                "rate (the nearest name)",
		"population.rate=-1":                              "0 to 1000000",
		"population.rate=x":                               "0 to 1000000",
		"population.closes_first=peer":                    "client, server",
		"client.sysctl.net.ipv4.ip_local_port_range=1024": "the first and the last port",
		"client.sysctl.net.ipv4.ip_local_port_range=9 1":  "ends before it begins",
		"client.sysctl.net.ipv4.tcp_tw_reuse=3":           "0 to 2",
		"client.sysctl.net.ipv4.tcp_orphan_retries=3":     "does not model",
		"network.loss=1":                                  "population",
		"client.app=[]":                                   "time_wait",
	} {
		_, err := ports(t, Overrides{Set: []string{set}})
		require.ErrorContains(t, err, want, set)
	}
}
