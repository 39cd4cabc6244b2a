package scenario

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/finwait/finwait/spec"
)

// FuzzParse: whatever a file holds, the answer is a scenario that survives being
// written and read again, or an *Error in one line.
func FuzzParse(f *testing.F) {
	for _, name := range slices.Concat(order, populations) {
		text, err := embedded.ReadFile("scenarios/" + name + ".yaml")
		require.NoError(f, err)
		f.Add(text)
	}
	for _, text := range []string{
		"", "~", "---\n---\n", "a: &a [*a]", "client: {<<: [{rto: 1s}, {rto: 2s}]}", "? [a]\n: b", "client: !!map {}",
		"client: &c {rto: 1s}\nserver: *c", "\uFEFFname: x", "name: |\n x", "about: >-\n a\n b", "client:\n\tx", "{{{{", "[[[[", "- - - -",
		"expect: {\"\": holds}", "properties: ['*']", "network: {delay: [1us, 168h]}", "*a", "&a", "<<: *a", "%YAML 1.2\n---\nname: x",
		"user_properties: {a: {always: client.state != CLOSED}, b: {when: server.orphan, leads_to: server.state == CLOSED, within: 1s}}",
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		s, err := Parse("fuzz.yaml", text)
		if err != nil {
			requireOneLine(t, err)
			return
		}
		for _, p := range s.Profiles() {
			i, err := s.Instantiate(p, Overrides{})
			require.NoError(t, err)
			reread(t, i)
		}
	})
}

// FuzzSysctl is the same for files of sysctls and for --set.
func FuzzSysctl(f *testing.F) {
	for _, text := range []string{
		"net.ipv4.tcp_fin_timeout = 30", "-net/ipv4/tcp_fin_timeout=x", "# c\n;c\n\nnet.ipv4.tcp_sack=0", "=", "-", "a=b=c", "client.rto=1s",
		"network.delay.client=[1ms,2ms]", "client.sysctl.=1", "client.sysctl=1", "...=", "net.ipv4.tcp_*=1", "\x00", "client.app=[{do: close}]",
	} {
		f.Add(text)
	}
	s, err := Parse("my.yaml", []byte("client: {app: [{do: close}]}"))
	require.NoError(f, err)
	f.Fuzz(func(t *testing.T, text string) {
		lines, e := parseSysctl("fuzz.conf", []byte(text))
		if e != nil {
			requireOneLine(t, e)
		}
		b := newBuilder(spec.Linux, s.src)
		for _, l := range lines {
			if _, e := b.applySysctl(spec.Server, l); e != nil {
				requireOneLine(t, e)
			}
		}
		i, err := s.Instantiate(spec.Linux, Overrides{Set: []string{text}})
		if err != nil {
			requireOneLine(t, err)
			return
		}
		reread(t, i)
	})
}

func requireOneLine(t *testing.T, err error) {
	t.Helper()
	var e *Error
	require.True(t, errors.As(err, &e), "%T: %v", err, err)
	require.NotContains(t, e.Summary(), "\n")
	require.NotEmpty(t, e.Found)
	require.LessOrEqual(t, strings.Count(e.Error(), "\n"), 2)
}
