package scenario

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/finwait/finwait/spec"
)

// TestBadInput has one line for each way a file can be wrong: the text, and how
// the one-line message begins.
func TestBadInput(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"empty file":       {"", "scenario my.yaml: found nothing, the file is empty, want a map"},
		"only comments":    {"# hi\n", "scenario my.yaml: found nothing, the file is empty"},
		"null":             {"~", "scenario my.yaml: found nothing, the file is empty"},
		"binary garbage":   {"a: 1\n\x00\x7fELF", "scenario my.yaml:2: found binary data (byte 0x00 at offset 5), want YAML in UTF-8"},
		"not UTF-8":        {"\xff\xfe", "scenario my.yaml:1: found binary data (byte 0xff at offset 0)"},
		"text":             {"just text", `scenario my.yaml:1: found "just text", want a map with client, server`},
		"list":             {"- a\n- b", "scenario my.yaml:1: found a list, want a map with client"},
		"bad YAML":         {"client: {rto: [1ms", "scenario my.yaml:1: found bad YAML ("},
		"tab":              {"client:\n\trto: 1s", "scenario my.yaml:2: found bad YAML ("},
		"two documents":    {"client: {}\n---\nserver: {}", "scenario my.yaml:3: found a second document, want one scenario in a file"},
		"tag":              {"client: !!map {}", "scenario my.yaml:1: found a tag (!!map), want a plain value"},
		"alias":            {"client: *c", "scenario my.yaml:1: found alias *c, want an anchor &c before it"},
		"recursive":        {"client: &c {app: [*c]}", "scenario my.yaml:1: found alias *c"},
		"merge no map":     {"client: {<<: 3}", "scenario my.yaml:1: <<: found 3 (a number), want a map to merge"},
		"list as a key":    {"{[a]: 1}", "scenario my.yaml:1: found bad YAML ("},
		"duplicate":        {"client: {}\nclient: {}", `scenario my.yaml:2: found a second "client", want it once (the first is in line 1)`},
		"duplicate deeper": {"client:\n  rto: 1s\n  rto: 2s", `scenario my.yaml:3: found a second "rto"`},

		"unknown key":        {"clint: {}", "scenario my.yaml:1: clint: found an unknown key, want client (the nearest name), or one of: name"},
		"unknown host key":   {"client:\n  rtoo: 1s", "scenario my.yaml:2: client.rtoo: found an unknown key, want rto (the nearest name)"},
		"unknown socket key": {"server: {socket: {linger2: 1s}}", "scenario my.yaml:1: server.socket.linger2: found an unknown key, want one of: so_linger, tcp_linger2"},
		"unknown in overlay": {"profiles:\n  linux:\n    netwrk: {}", "scenario my.yaml:3: profiles.linux.netwrk: found an unknown key, want network"},
		"name in overlay":    {"profiles: {linux: {name: x}}", "scenario my.yaml:1: profiles.linux.name: found an unknown key"},
		"unknown profile":    {"profiles: {linx: {}}", "scenario my.yaml:1: profiles.linx: found an unknown profile, want linux (the nearest name), or one of: article, rfc9293"},
		"no profile":         {"profiles: {}", "scenario my.yaml:1: profiles: found an empty map, want a map of overlays"},
		"profiles a list":    {"profiles: [linux]", "scenario my.yaml:1: profiles: found a list, want a map of overlays"},
		"overlay a word":     {"profiles: {linux: yes}", `scenario my.yaml:1: profiles.linux: found "yes", want a map with client`},
		"error in overlay":   {"client: {}\nprofiles:\n  linux:\n    client: {rto: 5}", "scenario my.yaml:4: profiles.linux.client.rto: found 5 (a number without unit)"},
		"list for map":       {"client: [1]", "scenario my.yaml:1: client: found a list, want a map with app, sysctl"},
		"number for map":     {"network: 3", "scenario my.yaml:1: network: found 3 (a number), want a map with delay"},

		"sysctl does not exist": {"client: {sysctl: {net.ipv4.tcp_orphan_retry: 3}}", "scenario my.yaml:1: client.sysctl.net.ipv4.tcp_orphan_retry: found a sysctl that does not exist in Linux, want net.ipv4.tcp_orphan_retries (the nearest name)"},
		"sysctl without net":    {"client: {sysctl: {tcp_orphan_retries: 3}}", "scenario my.yaml:1: client.sysctl.tcp_orphan_retries: found a sysctl that does not exist in Linux, want net.ipv4.tcp_orphan_retries (the nearest name)"},
		"sysctl not modelled":   {"client: {sysctl: {net.ipv4.tcp_mem: 1}}", "scenario my.yaml:1: client.sysctl.net.ipv4.tcp_mem: found a sysctl that Linux has but finwait does not model, want one of: net.ipv4.tcp_orphan_retries"},
		"sysctl of others":      {"client: {sysctl: {net.core.somaxconn: 1}}", "scenario my.yaml:1: client.sysctl.net.core.somaxconn: found a sysctl that finwait does not model"},
		"sysctl with unit":      {"client: {sysctl: {net.ipv4.tcp_fin_timeout: 60s}}", `scenario my.yaml:1: client.sysctl.net.ipv4.tcp_fin_timeout: found "60s", want a whole number of seconds, as the kernel writes it, from 0 to 604800`},
		"sysctl negative":       {"client: {sysctl: {net.ipv4.tcp_retries2: -1}}", "scenario my.yaml:1: client.sysctl.net.ipv4.tcp_retries2: found -1, want a whole number"},
		"sysctl too large":      {"client: {sysctl: {net.ipv4.tcp_retries2: 256}}", "scenario my.yaml:1: client.sysctl.net.ipv4.tcp_retries2: found 256, want a whole number, as the kernel writes it, from 0 to 255"},
		"sysctl octal":          {"client: {sysctl: {net.ipv4.tcp_retries2: 010}}", "scenario my.yaml:1: client.sysctl.net.ipv4.tcp_retries2: found 010 (not a plain decimal number)"},
		"sysctl too wide":       {"client: {sysctl: {net.ipv4.tcp_retries2: 99999999999999999999}}", `scenario my.yaml:1: client.sysctl.net.ipv4.tcp_retries2: found "99999999999999999999" (a text, or too large)`},

		"no unit":        {"name: x\nclient:\n  rto: 204", "scenario my.yaml:3: client.rto: found 204 (a number without unit), want a duration such as 204ms"},
		"no unit quoted": {`client: {rto: "204"}`, `scenario my.yaml:1: client.rto: found "204" (a number without unit), want a duration`},
		"wrong unit":     {"client: {rto: 204msec}", `scenario my.yaml:1: client.rto: found "204msec" ("msec" is no unit; there are us, ms, s, m and h), want a duration such as 204ms`},
		"days":           {"client: {time_wait: 1d}", `scenario my.yaml:1: client.time_wait: found "1d" ("d" is no unit`},
		"negative":       {"client: {rto: -204ms}", `scenario my.yaml:1: client.rto: found "-204ms" (negative)`},
		"negative bare":  {"client: {rto: -1}", `scenario my.yaml:1: client.rto: found -1 (a negative number)`},
		"week":           {"client: {time_wait: 169h}", `scenario my.yaml:1: client.time_wait: found "169h" (longer than a week)`},
		"huge":           {"client: {time_wait: 99999999999999999999h}", `(longer than a week)`},
		"week in parts":  {"client: {time_wait: 168h1us}", `(longer than a week)`},
		"too fine":       {"client: {rto: 1.0005ms}", `scenario my.yaml:1: client.rto: found "1.0005ms" (finer than a microsecond)`},
		"dotted":         {"client.rto: 1s", `scenario my.yaml:1: client.rto: found an unknown key`},
		"nanoseconds":    {"client: {rto: 100ns}", `scenario my.yaml:1: client.rto: found "100ns" (finer than a microsecond)`},
		"no number":      {"client: {rto: fast}", `scenario my.yaml:1: client.rto: found "fast" (not a number with a unit)`},
		"rto zero":       {"client: {rto: 0s}", `scenario my.yaml:1: client.rto: found 0s, want at least 1ms, for instance 204ms`},
		"rto too long":   {"client: {rto: 121s, rto_max: 300s}", `scenario my.yaml:1: client.rto: found 121s, want at most 120s`},
		"rto above max":  {"client:\n  rto: 2s\n  rto_max: 1s", `scenario my.yaml:2: client.rto: found rto 2s above rto_max 1s, want rto at most 1s`},
		"null value":     {"client:\n  rto:\n", `scenario my.yaml:2: client.rto: found nothing, want a duration`},
		"list value":     {"client: {rto: [1s]}", `scenario my.yaml:1: client.rto: found a list, want a duration`},
		"bool value":     {"client: {rto: true}", `scenario my.yaml:1: client.rto: found true (a yes or no), want a duration`},

		"window order":    {"client: {delayed_ack: [2ms, 1ms]}", "scenario my.yaml:1: client.delayed_ack: found [2ms, 1ms], want the shorter first: [1ms, 2ms]"},
		"window of three": {"client: {delayed_ack: [1ms, 2ms, 3ms]}", "scenario my.yaml:1: client.delayed_ack: found a list of 3, want [min, max]"},
		"window element":  {"network: {delay: [1ms, 2]}", "scenario my.yaml:1: network.delay[1]: found 2 (a number without unit)"},
		"window a number": {"network: {delay: 2}", "scenario my.yaml:1: network.delay: found 2 (a number without unit), want [min, max]"},
		"delay of third":  {"network: {delay: {router: 1ms}}", "scenario my.yaml:1: network.delay.router: found an unknown key, want one of: client, server"},
		"delay and msl":   {"network:\n  delay: [30s, 40s]", "scenario my.yaml:2: network.delay: found delay [30s, 40s] of the client with msl 30s, want a shortest delay below msl"},
		"msl and delay":   {"network:\n  msl: 1ms", "scenario my.yaml:2: network.msl: found delay [1ms, 1ms] of the client with msl 1ms"},
		"capacity":        {"network: {capacity: 9}", "scenario my.yaml:1: network.capacity: found 9, want a whole number from 1 to 8"},
		"capacity 0":      {"network: {capacity: 0}", "scenario my.yaml:1: network.capacity: found 0, want a whole number from 1 to 8"},
		"loss":            {"network: {loss: many}", `scenario my.yaml:1: network.loss: found "many", want a whole number from 0 to 250, or unlimited`},
		"loss fraction":   {"network: {loss: 0.5}", `scenario my.yaml:1: network.loss: found 0.5 (a number), want a whole number`},
		"duplicates":      {"network: {duplicates: -1}", `scenario my.yaml:1: network.duplicates: found -1, want a whole number`},
		"reorder":         {"network: {reorder: 1}", `scenario my.yaml:1: network.reorder: found 1 (a number), want true or false`},

		"rule a map":      {"network: {lose: {from: client}}", "scenario my.yaml:1: network.lose: found a map, want a list of rules"},
		"rule a word":     {"network: {lose: [FIN]}", `scenario my.yaml:1: network.lose[0]: found "FIN", want a map with from, segment, nth`},
		"rule no from":    {"network: {lose: [{segment: FIN}]}", "scenario my.yaml:1: network.lose[0]: found a rule without from, want from: client or from: server"},
		"rule no segment": {"network: {lose: [{from: client}]}", "scenario my.yaml:1: network.lose[0]: found a rule without segment, want segment: one of: FIN, ACK"},
		"rule segment":    {"network: {lose: [{from: client, segment: fin}]}", `scenario my.yaml:1: network.lose[0].segment: found "fin", want FIN (the nearest name)`},
		"rule from":       {"network: {lose: [{from: router, segment: FIN}]}", `scenario my.yaml:1: network.lose[0].from: found "router", want one of: client, server`},
		"rule key":        {"network: {lose: [{from: client, segment: FIN, n: 1}]}", `scenario my.yaml:1: network.lose[0].n: found an unknown key`},
		"nth 0":           {"network: {lose: [{from: client, segment: FIN, nth: 0}]}", `scenario my.yaml:1: network.lose[0].nth: found 0, want all, a number from 1 on`},
		"nth empty":       {"network: {lose: [{from: client, segment: FIN, nth: []}]}", `scenario my.yaml:1: network.lose[0].nth: found an empty list`},
		"nth twice":       {"network: {lose: [{from: client, segment: FIN, nth: [1, 1]}]}", `scenario my.yaml:1: network.lose[0].nth: found 1 twice`},
		"nth word":        {"network: {lose: [{from: client, segment: FIN, nth: first}]}", `scenario my.yaml:1: network.lose[0].nth: found "first", want all`},

		"app a map":        {"client: {app: {do: close}}", "scenario my.yaml:1: client.app: found a map, want a list of calls"},
		"app a word":       {"client: {app: always}", `scenario my.yaml:1: client.app: found "always", want a list of calls`},
		"call unknown":     {"client:\n  app:\n  - {do: closes}", `scenario my.yaml:3: client.app[0].do: found "closes", want close (the nearest name)`},
		"call without do":  {"client: {app: [{when: start}]}", `scenario my.yaml:1: client.app[0]: found a call without do, want do: one of: send, read`},
		"call when":        {"client: {app: [{do: close, when: after-of}]}", `scenario my.yaml:1: client.app[0].when: found "after-of", want after-eof (the nearest name)`},
		"within negative":  {"client: {app: [{do: close, within: -1s}]}", `scenario my.yaml:1: client.app[0].within: found "-1s" (negative), want a duration such as 1s, or the word forever`},
		"n of close":       {"client: {app: [{do: close, n: 1}]}", `scenario my.yaml:1: client.app[0].n: found n for close, want n with send or read only`},
		"n 0":              {"client: {app: [{do: send, n: 0}]}", `scenario my.yaml:1: client.app[0].n: found 0, want from 1 to 7`},
		"n too large":      {"client: {app: [{do: send, n: 8}]}", `scenario my.yaml:1: client.app[0].n: found 8, want a whole number of data units from 0 to 7`},
		"n too large all":  {"client: {app: [{do: send, n: 4}, {do: send, n: 4}]}", `scenario my.yaml:1: client.app[1]: found 8 data units sent by one host, want at most 7 in all`},
		"close twice":      {"client: {app: [{do: close}, {do: close}]}", `scenario my.yaml:1: client.app[1]: found close after the socket was closed`},
		"send after crash": {"client: {app: [{do: crash}, {do: send}]}", `scenario my.yaml:1: client.app[1]: found send after crash`},
		"reboot first":     {"client: {app: [{do: reboot}]}", `scenario my.yaml:1: client.app[0]: found reboot of a host that is up`},
		"after reboot":     {"client: {app: [{do: crash}, {do: reboot}, {do: send}]}", `scenario my.yaml:1: client.app[2]: found send after reboot`},
		"too many calls":   {"client: {app: [" + strings.Repeat("{do: read}, ", maxCalls+1) + "]}", `scenario my.yaml:1: client.app: found 32 calls, want at most 31`},

		"so_linger":    {"client: {socket: {so_linger: 5}}", `scenario my.yaml:1: client.socket.so_linger: found 5 (a number without unit), want a duration such as 5s, or off`},
		"linger2":      {"client: {socket: {tcp_linger2: 30}}", `scenario my.yaml:1: client.socket.tcp_linger2: found 30 (a number without unit), want a duration such as 30s, or default, or negative`},
		"no text":      {`client: {rto: ""}`, `scenario my.yaml:1: client.rto: found "" (not a number with a unit), want a duration such as 204ms`},
		"so_keepalive": {"client: {socket: {so_keepalive: 1}}", `scenario my.yaml:1: client.socket.so_keepalive: found 1 (a number), want true or false`},
		"buffer":       {"client: {socket: {receive_buffer: 8}}", `scenario my.yaml:1: client.socket.receive_buffer: found 8, want a whole number of data units from 0 to 7`},
		"slack":        {"client: {timer_slack: kernal}", `scenario my.yaml:1: client.timer_slack: found "kernal", want kernel (the nearest name)`},

		"name a number":  {"name: 7", `scenario my.yaml:1: name: found 7 (a number), want a name of letters`},
		"name a path":    {"name: ../x", `scenario my.yaml:1: name: found "../x", want a name of letters`},
		"about a list":   {"about: [x]", `scenario my.yaml:1: about: found a list, want a sentence`},
		"expect verdict": {"expect: {both-closed: hold}", `scenario my.yaml:1: expect.both-closed: found "hold", want holds (the nearest name), or one of: violated`},
		"expect a list":  {"expect: [both-closed]", `scenario my.yaml:1: expect: found a list, want a map such as`},
		"properties":     {"properties: both-closed", `scenario my.yaml:1: properties: found "both-closed", want all, or a list`},
		"bad pattern":    {"properties: ['[a']", `scenario my.yaml:1: properties[0]: found "[a", want a name or a pattern`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Parse("my.yaml", []byte(c.text))
			var e *Error
			require.True(t, errors.As(err, &e), "%v", err)
			require.Contains(t, e.Summary(), c.want)
			require.NotContains(t, e.Summary(), "\n")
			require.True(t, strings.HasPrefix(e.Error(), e.Summary()))
		})
	}
}

func TestErrorShowsTheLine(t *testing.T) {
	_, err := Parse("my.yaml", []byte("name: x\r\nclient:\r\n  rto: 204   # base\r\n"))
	require.EqualError(t, err, `scenario my.yaml:3: client.rto: found 204 (a number without unit), want a duration such as 204ms
    3 |   rto: 204   # base
               ^`)
	_, err = Parse("my.yaml", []byte("about: "+strings.Repeat("x", 500)+" : y : z"))
	require.Error(t, err)
	for _, line := range strings.Split(err.Error(), "\n")[1:] {
		require.Less(t, len(line), 120)
	}
}

func TestDurations(t *testing.T) {
	for text, want := range map[string]int64{
		"0": 0, "0s": 0, "1us": 1, "204ms": 204000, "1.5s": 1500000, "1m30s": 90 * spec.Second, "0.5h": 1800 * spec.Second,
		"29.999999s": 29999999, "1.50000000s": 1500000, "168h": maxDuration, "007ms": 7000, "0.25ms": 250, "0.1m": 6 * spec.Second,
	} {
		got, flaw := parseDuration(text)
		require.Empty(t, flaw, text)
		require.Equal(t, want, got, text)
		back, flaw := parseDuration(formatDuration(got))
		require.Empty(t, flaw, text)
		require.Equal(t, got, back)
	}
	for _, text := range []string{"s", "1.s", ".5s", "1e3s", "1 s", "1s ", "1s2", "1.0000001s", "0.01us", "1S", "٣s", "1_0s"} {
		_, flaw := parseDuration(text)
		require.NotEmpty(t, flaw, text)
	}
}
