package main

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestUserPropertyMistakes shows each mistake where it stands, before any search.
func TestUserPropertyMistakes(t *testing.T) {
	for text, want := range map[string][]string{
		"mine:\n  alwys: client.open\n":                                   {":2: mine.alwys: found an unknown key, want always", "  alwys: client.open\n          ^"},
		"mine: {never: client.state == TIME_WIAT}\n":                      {":1: mine.never: found an unknown variable TIME_WIAT, want TIME_WAIT", "                                    ^"},
		"mine: {always: \"client.state == 3\"}\n":                         {":1: mine.always: found a type error: == between state and int", "                                  ^"},
		"mine: {always: \"server.orfan\"}\n":                              {"unknown variable server.orfan, want server.orphan (the nearest name)"},
		"mine: {stays: client.open}\n":                                    {"an unbounded pattern: stays without a duration, want at_most beside it"},
		"mine: {when: client.open, leads_to: client.orphan, within: }\n":  {"an unbounded pattern: within without a duration, want within: 5s"},
		"mine: {when: client.open, leads_to: client.orphan, within: 5}\n": {"5 (a number without unit)"},
		"mine: {always: client.open, never: client.open}\n":               {"never beside always, want one pattern"},
		"both-closed: {always: client.open}\n":                            {"which finwait has already"},
		"":                                                                {"properties.yaml", "nothing"},
	} {
		r := finwait(t, "check", "normal-close", "--properties", file(t, "properties.yaml", text))
		require.Equal(t, 2, r.code, text)
		require.Empty(t, r.stdout, text)
		for _, w := range want {
			require.Contains(t, r.stderr, w, text)
		}
	}
}

// TestUserPropertiesAreJudged gives the same properties in the scenario and in a file.
func TestUserPropertiesAreJudged(t *testing.T) {
	const defined = `
  closes: {eventually: client.state == CLOSED}
  alone: {never: "client.state == TIME_WAIT && server.state == TIME_WAIT"}
  answered: {when: client.state == FIN_WAIT_1, leads_to: client.state != FIN_WAIT_1, within: 10s}
  hasty: {when: client.state == FIN_WAIT_1, leads_to: client.state != FIN_WAIT_1, within: 1ms, about: Nobody is so fast.}
  minute: {stays: client.state == TIME_WAIT, at_most: 60s}
  fast: {stays: client.state == TIME_WAIT, at_most: 59s}
`
	const expect = "expect: {hasty: violated, fast: violated}\nproperties: [both-closed]\n"
	const hosts = "client: {app: [{do: close}]}\nserver: {app: [{do: close, when: after-eof, within: 1s}]}\nnetwork: {delay: 1ms}\n"
	inside := file(t, "mine.yaml", hosts+expect+"user_properties:"+defined)
	out := t.TempDir()
	r := finwait(t, "check", inside, "--out", out)
	require.Equal(t, 0, r.code, r.stdout+r.stderr)
	require.Contains(t, r.stdout, "7 verdicts: all as expected")
	trace := filepath.Join(out, "mine.linux.hasty.trace.json")
	r = finwait(t, "replay", trace)
	require.Equal(t, 0, r.code, r.stdout+r.stderr)
	require.Contains(t, r.stdout, "hasty is violated")

	apart := file(t, "properties.yaml", "user_properties:"+defined)
	r = finwait(t, "check", "normal-close", "--profile", "linux", "--properties", apart, "--property", "closes,fast")
	require.Equal(t, 1, r.code, r.stdout+r.stderr)
	require.Contains(t, r.stdout, "2 verdicts: 1 DIFFERENT")
	require.Contains(t, r.stdout, "--properties "+apart)
	r = finwait(t, "check", inside, "--properties", apart)
	require.Equal(t, 2, r.code)
	require.Contains(t, r.stderr, "defines too")
}

func TestExplainVariables(t *testing.T) {
	r := finwait(t, "explain", "variables")
	require.Equal(t, 0, r.code, r.stderr)
	require.Contains(t, r.stdout, "client.state ")
	require.Contains(t, r.stdout, "FIN_WAIT_1")
	require.Contains(t, finwait(t, "explain", "variables", "--format", "json").stdout, `"network.in_flight"`)
}
