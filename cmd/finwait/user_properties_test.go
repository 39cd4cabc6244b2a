package main

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/finwait/finwait/properties/user"
)

// TestUserPropertyMistakes shows each mistake where it stands, before any search.
func TestUserPropertyMistakes(t *testing.T) {
	for text, want := range map[string][]string{
		"mine:\n  alwys: client.open\n":                                       {":2: mine.alwys: found an unknown key, want always", "  alwys: client.open\n          ^"},
		"mine: {never: client.state == TIME_WIAT}\n":                          {":1: mine.never: found an unknown variable TIME_WIAT, want TIME_WAIT", "                                    ^"},
		"mine: {always: \"client.state == 3\"}\n":                             {":1: mine.always: found a type error: == between state and int", "                                  ^"},
		"mine: {always: \"server.orfan\"}\n":                                  {"unknown variable server.orfan, want server.orphan (the nearest name)"},
		"mine: {stays: client.open}\n":                                        {":1: mine.stays: found an unbounded pattern: stays without a duration, want at_most beside it, for instance at_most: 60s", "                      ^"},
		"mine: {never_after: client.open}\n":                                  {":1: mine.never_after: found never_after without when", "when: client.state == FIN_WAIT_1"},
		"mine: {when: client.open, never_after: client.orphan, within: 5s}\n": {"a duration beside never_after, want one beside leads_to or stays only"},
		"mine: {when: client.open, leads_to: client.orphan, within: }\n":      {"an unbounded pattern: within without a duration, want within: 5s"},
		"mine: {when: client.open, leads_to: client.orphan, within: 5}\n":     {"5 (a number without unit)"},
		"mine: {always: client.open, never: client.open}\n":                   {"never beside always, want one pattern"},
		"both-closed: {always: client.open}\n":                                {"which finwait has already"},
		"":                                                                    {"properties.yaml", "nothing"},
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

// TestEveryPatternIsJudged has a property of each pattern that holds, one that does not,
// and for each with a guard one that is vacuous. What finwait explain patterns shows of a
// pattern is a property too.
func TestEveryPatternIsJudged(t *testing.T) {
	judged := map[user.Pattern]int{}
	check := func(definition string) map[string]any {
		name := file(t, "properties.yaml", "mine: "+definition+"\n")
		r := finwait(t, "check", "normal-close", "--profile", "linux", "--properties", name, "--property", "mine", "--format", "json")
		require.NotEqual(t, 2, r.code, definition+r.stderr)
		return parse(t, r.stdout)["scenarios"].([]any)[0].(map[string]any)["outcomes"].([]any)[0].(map[string]any)
	}
	for _, c := range []struct {
		pattern    user.Pattern
		definition string
		verdict    string
		kind       string
		vacuous    bool
	}{
		{user.Always, `{always: "client.fins_sent <= 1"}`, "holds", "always", false},
		{user.Always, `{always: client.open}`, "violated", "always", false},
		{user.Always, `{always: client.peer_fin, when: client.state == TIME_WAIT}`, "holds", "always", false},
		{user.Always, `{always: client.open, when: client.down}`, "holds", "always", true},
		{user.Never, `{never: "client.state == TIME_WAIT && server.state == TIME_WAIT"}`, "holds", "always", false},
		{user.Never, `{never: client.state == TIME_WAIT}`, "violated", "always", false},
		{user.Eventually, `{eventually: client.state == CLOSED}`, "holds", "eventually", false},
		{user.Eventually, `{eventually: server.state == TIME_WAIT}`, "violated", "eventually", false},
		{user.LeadsTo, `{when: client.state == FIN_WAIT_1, leads_to: client.state == TIME_WAIT}`, "holds", "leads-to", false},
		{user.LeadsTo, `{when: client.state == TIME_WAIT, leads_to: client.state == FIN_WAIT_1}`, "violated", "leads-to", false},
		{user.LeadsTo, `{when: client.state == TIME_WAIT, leads_to: client.state == CLOSED, within: 60s}`, "holds", "within", false},
		{user.LeadsTo, `{when: client.state == TIME_WAIT, leads_to: client.state == CLOSED, within: 59999ms}`, "violated", "within", false},
		{user.Stays, `{stays: client.state == TIME_WAIT, at_most: 60s}`, "holds", "stays-at-most", false},
		{user.Stays, `{stays: client.state == TIME_WAIT, at_most: 59999ms}`, "violated", "stays-at-most", false},
		{user.Reachable, `{reachable: client.state == TIME_WAIT}`, "holds", "reachable", false},
		{user.Reachable, `{reachable: client.state == LAST_ACK}`, "violated", "reachable", false},
		{user.NeverAfter, `{when: client.state == TIME_WAIT, never_after: client.state == FIN_WAIT_2}`, "holds", "never-after", false},
		{user.NeverAfter, `{when: client.state == FIN_WAIT_2, never_after: client.state == TIME_WAIT}`, "violated", "never-after", false},
		{user.NeverAfter, `{when: client.state == TIME_WAIT, never_after: client.peer_fin}`, "violated", "never-after", false}, // then or later
		{user.NeverAfter, `{when: client.state == LAST_ACK, never_after: client.state == CLOSED}`, "holds", "never-after", true},
	} {
		o := check(c.definition)
		require.Equal(t, []any{c.verdict, c.kind, c.vacuous}, []any{o["verdict"], o["kind"], o["vacuous"]}, c.definition)
		judged[c.pattern]++
	}
	text := finwait(t, "explain", "patterns").stdout
	listed := parse(t, finwait(t, "explain", "patterns", "--format", "json").stdout)["patterns"].([]any)
	require.Len(t, listed, len(user.Patterns()))
	for i, p := range user.Patterns() {
		require.GreaterOrEqual(t, judged[p], 2, p)
		require.Contains(t, text, string(p)+" ")
		shown := listed[i].(map[string]any)
		require.Equal(t, string(p), shown["name"])
		require.NotEmpty(t, shown["about"])
		require.Contains(t, shown["example"], string(p)+": ")
		check(shown["example"].(string))
	}
	name := file(t, "properties.yaml", `mine: {when: client.state == FIN_WAIT_2, never_after: client.state == TIME_WAIT}`+"\n")
	out := t.TempDir()
	require.Equal(t, 1, finwait(t, "check", "normal-close", "--profile", "linux", "--properties", name, "--property", "mine", "--out", out).code)
	r := finwait(t, "replay", filepath.Join(out, "normal-close.linux.mine.trace.json"))
	require.Equal(t, 0, r.code, r.stderr)
	require.Contains(t, r.stdout, "mine is violated")
	r = finwait(t, "check", "normal-close", "--profile", "linux", "--properties", name, "--property", "mine", "--time", "any")
	require.Equal(t, 3, r.code)
	require.Contains(t, r.stdout, "a question of durations")
}

func TestExplainVariables(t *testing.T) {
	r := finwait(t, "explain", "variables")
	require.Equal(t, 0, r.code, r.stderr)
	require.Contains(t, r.stdout, "client.state ")
	require.Contains(t, r.stdout, "FIN_WAIT_1")
	require.Contains(t, finwait(t, "explain", "variables", "--format", "json").stdout, `"network.in_flight"`)
}
