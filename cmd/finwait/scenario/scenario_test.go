package scenario

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/spec"
)

// instance parses a scenario and instantiates it.
func instance(t *testing.T, text string, p spec.Profile, set ...string) Instance {
	t.Helper()
	s, err := Parse("my.yaml", []byte(text))
	require.NoError(t, err)
	i, err := s.Instantiate(p, Overrides{Set: set})
	require.NoError(t, err)
	return i
}

func TestBuiltin(t *testing.T) {
	all, err := Builtin()
	require.NoError(t, err)
	entries, err := embedded.ReadDir("scenarios")
	require.NoError(t, err)
	require.Len(t, entries, len(all)+len(populations), "each file is in the order of teaching")
	for n, s := range all {
		require.Equal(t, order[n], s.Name)
		require.NotEmpty(t, s.About)
		found, err := Find(s.Name)
		require.NoError(t, err)
		require.Same(t, s, found[0])
		for _, p := range spec.Profiles() {
			i, err := s.Instantiate(p, Overrides{})
			require.NoError(t, err, "%s under %v", s.Name, p)
			require.False(t, i.Overridden)
			require.NotNil(t, i.Expect)
		}
	}
}

func TestFirstWaveLostIsTheArticles(t *testing.T) {
	all, err := Find("first-wave-lost")
	require.NoError(t, err)
	i, err := all[0].Instantiate(spec.Article, Overrides{})
	require.NoError(t, err)
	c := i.Params.Host[spec.Client]
	require.Equal(t, 200*spec.Millisecond, c.RTO)
	require.EqualValues(t, 3, c.TCPOrphanRetries)
	require.False(t, c.TCPEarlyRetrans)
	require.Equal(t, []spec.LossRule{{From: spec.Client, Kind: spec.KindFIN}}, i.Params.Net.Lose)
	require.Equal(t, checker.Violated, i.Expect["both-closed"])
}

func TestProfileDefaults(t *testing.T) {
	type defaults struct {
		rto, srtt, timeWait, msl int64
		delayedAck               [2]int64
		probe                    bool
	}
	const ms, s = spec.Millisecond, spec.Second
	for p, want := range map[spec.Profile]defaults{
		spec.Article: {rto: 200 * ms, timeWait: 60 * s, msl: 30 * s},
		spec.RFC9293: {rto: 1 * s, srtt: 800 * ms, timeWait: 240 * s, msl: 120 * s, delayedAck: [2]int64{0, 499999}},
		spec.Linux:   {rto: 204 * ms, srtt: 4 * ms, timeWait: 60 * s, msl: 30 * s, delayedAck: [2]int64{40 * ms, 40 * ms}, probe: true},
	} {
		i := instance(t, "about: nothing", p)
		for _, h := range i.Params.Host {
			require.Equal(t, want, defaults{h.RTO, h.SRTT, h.TimeWait, i.Params.Net.MSL, h.DelayedAck, h.TCPEarlyRetrans}, "%v", p)
			require.Nil(t, h.Script)
		}
	}
	i := instance(t, "network: {msl: 10s}", spec.Article)
	require.Equal(t, 20*s, i.Params.Host[0].TimeWait)
	i = instance(t, "network: {msl: 10s}", spec.Linux)
	require.Equal(t, 60*s, i.Params.Host[0].TimeWait, "Linux has no MSL")
}

func TestScriptDefaults(t *testing.T) {
	i := instance(t, `
client: {app: [{do: send}, {do: read}, {do: close, when: after-eof}]}
server: {app: [{do: shutdown-wr, when: anytime, within: 1s}, {do: close, when: after-previous, after: 10ms}]}
`, spec.Linux)
	require.Equal(t, []spec.Call{
		{Do: spec.Send, N: 1, When: spec.Start},
		{Do: spec.ReadData, When: spec.AfterPrevious},
		{Do: spec.Close, When: spec.AfterEOF, Within: spec.Never},
	}, i.Params.Host[spec.Client].Script)
	require.Equal(t, []spec.Call{
		{Do: spec.ShutdownWR, When: spec.Anytime, Within: spec.Second},
		{Do: spec.Close, When: spec.AfterPrevious, After: 10 * spec.Millisecond},
	}, i.Params.Host[spec.Server].Script)
}

func TestLayers(t *testing.T) {
	const text = `
name: layers
client: {rto: 300ms, sysctl: {net.ipv4.tcp_fin_timeout: 20, net.ipv4.tcp_retries2: 8}, app: [{do: send}, {do: close}]}
server: &s {rto: 300ms}
network: {delay: [1ms, 2ms], lose: [{from: client, segment: FIN}]}
expect: {both-closed: holds, no-stuck-state: holds}
properties: [both-closed]
profiles:
  linux:
    client: {sysctl: {net.ipv4.tcp_fin_timeout: 30}, app: [{do: close}]}
    network: {delay: {server: 5ms}, lose: []}
    expect: {both-closed: violated}
    properties: [fin-*]
  article:
`
	i := instance(t, text, spec.Linux)
	c := i.Params.Host[spec.Client]
	require.Equal(t, 300*spec.Millisecond, c.RTO)
	require.Equal(t, 30*spec.Second, c.TCPFinTimeout, "maps are merged key by key")
	require.EqualValues(t, 8, c.TCPRetries2)
	require.Len(t, c.Script, 1, "lists replace")
	require.Equal(t, [2][2]int64{{1000, 2000}, {5000, 5000}}, i.Params.Net.Delay)
	require.Empty(t, i.Params.Net.Lose)
	require.Equal(t, map[string]Expectation{"both-closed": checker.Violated, "no-stuck-state": checker.Holds}, i.Expect)
	require.Equal(t, []string{"fin-*"}, i.Properties)
	require.True(t, i.Selects("fin-retries-bounded"))
	require.False(t, i.Selects("both-closed"))

	i = instance(t, text, spec.Article)
	require.Equal(t, 20*spec.Second, i.Params.Host[spec.Client].TCPFinTimeout)
	require.True(t, i.Selects("both-closed"))
	require.Equal(t, checker.Holds, i.Expect["both-closed"])

	s, err := Parse("my.yaml", []byte(text))
	require.NoError(t, err)
	require.Equal(t, []spec.Profile{spec.Article, spec.Linux}, s.Profiles())
}

func TestAnchorsAndMergeKeys(t *testing.T) {
	i := instance(t, `
client: &host
  rto: &slow 400ms
  app: [{do: close}]
server:
  <<: *host
  app: never
  rto_max: *slow
`, spec.Linux)
	require.Equal(t, 400*spec.Millisecond, i.Params.Host[spec.Server].RTO)
	require.Equal(t, 400*spec.Millisecond, i.Params.Host[spec.Server].RTOMax)
	require.Nil(t, i.Params.Host[spec.Server].Script)
	require.Len(t, i.Params.Host[spec.Client].Script, 1)
}

func TestDerivedSettings(t *testing.T) {
	i := instance(t, "client: {sysctl: {net.ipv4.tcp_sack: 0}}", spec.Linux)
	require.False(t, i.Params.Host[spec.Client].TCPEarlyRetrans)
	require.False(t, i.Params.Host[spec.Server].TCPEarlyRetrans, "SACK needs both hosts")
	for value, probe := range map[string]bool{"0": false, "1": false, "2": false, "3": true, "4": true} {
		i = instance(t, "client: {sysctl: {net.ipv4.tcp_early_retrans: "+value+"}}", spec.Linux)
		require.Equal(t, probe, i.Params.Host[spec.Client].TCPEarlyRetrans, value)
	}
	i = instance(t, "client: {sysctl: {net.ipv4.tcp_rto_max_ms: 5000}}\nserver: {rto_max: 6s, sysctl: {net.ipv4.tcp_rto_max_ms: 5000}}", spec.Linux)
	require.Equal(t, 5*spec.Second, i.Params.Host[spec.Client].RTOMax)
	require.Equal(t, 6*spec.Second, i.Params.Host[spec.Server].RTOMax)

	for value, want := range map[string]int64{"default": 0, "negative": -1, "-1": -1, "-30": -1, "2s": 2 * spec.Second, "120s": 120 * spec.Second, "150s": 120 * spec.Second} {
		i = instance(t, "client: {socket: {tcp_linger2: "+value+"}}", spec.Linux)
		require.Equal(t, want, i.Params.Host[spec.Client].TCPLinger2, value)
	}

	i = instance(t, "network: {delay: [1ms, 60s]}", spec.Linux)
	require.Equal(t, 30*spec.Second-1, i.Params.Net.Delay[0][1])
	require.Contains(t, i.Assumptions[0], "no segment outlives msl")
}

func TestName(t *testing.T) {
	for file, want := range map[string]string{
		"dir/my.yaml": "my", "a b.yml": "a-b", "x.y.yaml": "x-y", ".yaml": "scenario", "-": "scenario", "": "scenario",
	} {
		s, err := Parse(file, []byte("client: {}"))
		require.NoError(t, err)
		require.Equal(t, want, s.Name, file)
	}
}

func TestLoadAndFind(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		return path
	}
	_, err := Load(dir)
	require.ErrorContains(t, err, "no *.yaml in this directory")
	b, a := write("b.yml", "client: {}"), write("a.yaml", "name: z\nclient: {}")
	write("notes.txt", "not a scenario")
	all, err := Load(dir)
	require.NoError(t, err)
	require.Len(t, all, 2)
	require.Equal(t, []string{a, b}, []string{all[0].File, all[1].File})
	all, err = Find(b)
	require.NoError(t, err)
	require.Equal(t, "b", all[0].Name)

	write("c.yaml", "name: b")
	_, err = Load(dir)
	require.ErrorContains(t, err, "c.yaml: name: found the name b, which "+b+" has too")
	write("c.yaml", "client: {rto: 204}")
	_, err = Find(dir)
	require.ErrorContains(t, err, "c.yaml:1: client.rto: found 204 (a number without unit)")

	_, err = Find("first-wave-lots")
	require.ErrorContains(t, err, "scenario first-wave-lots: found neither a built-in scenario nor a file, want first-wave-lost (the nearest name)")
	_, err = Find(filepath.Join(dir, "none.yaml"))
	require.ErrorContains(t, err, "none.yaml: found no such file")
	var e *Error
	require.True(t, errors.As(err, &e))
	write("big.yaml", strings.Repeat("#", maxSize+1))
	_, err = Load(filepath.Join(dir, "big.yaml"))
	require.ErrorContains(t, err, "big.yaml: found a larger file, want at most 32 KiB")
}

func TestCheckProperties(t *testing.T) {
	known := []string{"both-closed", "fin-is-acked", "no-stuck-state"}
	i := instance(t, "properties: [fin-*, both-closed]\nexpect: {both-closed: violated}", spec.Linux)
	require.NoError(t, i.CheckProperties(known))
	require.NoError(t, instance(t, "{}", spec.Linux).CheckProperties(known))
	for text, want := range map[string]string{
		"properties: [both-closed,\n  fin-acked]":           `scenario my.yaml:2: properties: found unknown property "fin-acked", want fin-is-acked (the nearest name)`,
		"properties: [time-*]":                              `my.yaml:1: properties: found unknown property "time-*"`,
		"expect: {both-close: holds}":                       `my.yaml:1: expect: found unknown property "both-close", want both-closed`,
		"profiles: {linux: {expect: {fin-*: holds}}}":       `my.yaml:1: expect: found unknown property "fin-*"`,
		"client: {}\nproperties: all\nexpect: {all: holds}": `my.yaml:3: expect: found unknown property "all"`,
	} {
		require.ErrorContains(t, instance(t, text, spec.Linux).CheckProperties(known), want)
	}
}

func TestKeysAreTotal(t *testing.T) {
	for _, k := range Keys() {
		require.NotEmpty(t, k.Type, k.Path)
		require.NotEmpty(t, k.Default, k.Path)
		require.NotEmpty(t, k.About, k.Path)
	}
	require.Subset(t, table().linuxNames(), table().sysctlNames(), "every sysctl of the model exists in Linux")
	for i := range sysctls {
		require.True(t, inLinux(sysctls[i].fullName()))
	}
	var b strings.Builder
	require.NoError(t, WriteKeys(&b))
	require.Contains(t, b.String(), "{client,server}.sysctl.net.ipv4.tcp_orphan_retries: number, 0 to 255\n")
}
