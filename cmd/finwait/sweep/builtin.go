package sweep

import (
	"cmp"
	"slices"

	"github.com/finwait/finwait/cmd/finwait/vary"
)

func axis(key string, values ...string) vary.Axis { return vary.Axis{Key: key, Values: values} }

// ranged is an axis of an expression of vary.
func ranged(expression string) vary.Axis {
	a, err := vary.Parse(expression)
	if err != nil {
		panic("sweep: a built-in axis: " + err.Error())
	}
	return a
}

const (
	clientSysctl = "client.sysctl.net.ipv4."
	serverSysctl = "server.sysctl.net.ipv4."
)

// Builtin are the questions that come up again and again, in the order of their names.
func Builtin() []Plan {
	all := []Plan{
		{
			Name: "orphan-retries",
			About: "How many FINs does an orphan in FIN_WAIT_1 send, and how long does it stay, by tcp_orphan_retries and RTO? " +
				"(Without the tail loss probe, which sends one FIN more that is not counted.)",
			Axes: []vary.Axis{
				axis(scenarioKey, "first-wave-lost"), axis(profileKey, "linux", "article"),
				axis(clientSysctl+"tcp_early_retrans", "0"),
				axis("client.rto", "200ms", "204ms", "300ms", "600ms", "1s"),
				ranged(clientSysctl + "tcp_orphan_retries=0..8"),
			},
			Properties: []string{"both-closed", "fin-retries-bounded"},
			Columns:    []string{"stay:client.FIN_WAIT_1", "fins:client", "fin-retries-bounded"},
		},
		{
			Name:  "last-ack",
			About: "How many FINs does an orphan in LAST_ACK send, and how long does it stay, by tcp_orphan_retries and RTO?",
			Axes: []vary.Axis{
				axis(scenarioKey, "third-wave-lost"), axis(profileKey, "linux", "article"),
				axis(serverSysctl+"tcp_early_retrans", "0"),
				axis("server.rto", "200ms", "204ms", "300ms", "600ms", "1s"),
				ranged(serverSysctl + "tcp_orphan_retries=0..8"),
			},
			Properties: []string{"fin-retries-bounded"},
			Columns:    []string{"stay:server.LAST_ACK", "fins:server", "fin-retries-bounded"},
		},
		{
			Name:       "fin-timeout",
			About:      "How long does an orphan stay in FIN_WAIT_2, by tcp_fin_timeout? Above 60 s it is 2 * (T - 60 s).",
			Axes:       []vary.Axis{axis(scenarioKey, "fin-wait-2-after-close"), ranged(clientSysctl + "tcp_fin_timeout=1,5..60/5,61,62,65..240/5")},
			Properties: []string{"fin-wait-2-bounded-for-orphans", "fin-wait-2-left-eventually"},
			Columns:    []string{"stay:client.FIN_WAIT_2", "fin-wait-2-bounded-for-orphans"},
		},
		{
			Name:  "fin-wait-2",
			About: "Does tcp_fin_timeout end FIN_WAIT_2? After close(), which makes an orphan, it does; after shutdown() it does not. RFC 9293 has no such timeout.",
			Axes: []vary.Axis{
				axis(scenarioKey, "fin-wait-2-after-close", "fin-wait-2-after-shutdown"), axis(profileKey, "linux", "rfc9293"), axis(clientSysctl+"tcp_fin_timeout", "10", "30", "60", "120"),
				axis("client.socket.tcp_linger2", "default", "5s"),
			},
			Properties: []string{"fin-wait-2-left-eventually", "fin-wait-2-bounded-for-orphans"},
			Columns:    []string{"stay:client.FIN_WAIT_2", "fin-wait-2-left-eventually"},
		},
		{
			Name:  "one-sided-death",
			About: "How many losses does it take until one side is gone and the other does not know?",
			Axes: []vary.Axis{
				axis(scenarioKey, "normal-close"), axis(profileKey, "article", "linux"),
				axis(clientSysctl+"tcp_orphan_retries", "1", "2", "3"), ranged("network.loss=0..8"),
			},
			Properties: []string{"asymmetric-death"},
			Columns:    []string{"asymmetric-death"},
		},
		{
			Name:  "close-wait",
			About: "Is there a parameter that ends CLOSE_WAIT of an application that never closes? Keepalive does, once the peer is gone.",
			Axes: append([]vary.Axis{axis(scenarioKey, "close-wait-leak")},
				[]vary.Axis{
					axis(serverSysctl+"tcp_fin_timeout", "60", "5"), axis(serverSysctl+"tcp_orphan_retries", "0", "1"),
					axis(serverSysctl+"tcp_retries2", "15", "3"), axis(serverSysctl+"tcp_max_tw_buckets", "262144", "0"),
					axis(serverSysctl+"tcp_rfc1337", "0", "1"), axis("server.socket.tcp_user_timeout", "0s", "10s"),
					axis("server.socket.so_keepalive", "false", "true"), axis(clientSysctl+"tcp_fin_timeout", "60", "5"),
				}...),
			Strategy:   Star,
			Properties: []string{"close-wait-left-eventually"},
			Columns:    []string{"stay:server.CLOSE_WAIT", "close-wait-left-eventually"},
		},
		{
			Name: "close-styles",
			About: "Four ways to end a connection whose peer still sends: what becomes of the data? Where late-data-is-reset or unread-data-is-told " +
				"hold not just vacuously, data is thrown away and the peer gets an RST; shutdown() and close() after the end of the peer's data lose none.",
			Axes: []vary.Axis{
				axis(scenarioKey, "normal-close"),
				axis("server.app", "[{do: send, n: 2}, {do: close, when: after-eof, within: 1s}]"),
				axis("client.app",
					"[{do: close}]",
					"[{do: shutdown-wr}, {do: close, within: 1s}]",
					"[{do: shutdown-wr}, {do: close, when: after-eof, within: 1s}]",
					"[{do: shutdown-wr}, {do: read}, {do: close, when: after-eof, within: 1s}]"),
			},
			Time:       "exact", // without durations both-closed takes millions of states
			Properties: []string{"late-data-is-reset", "unread-data-is-told", "no-silent-data-loss", "both-closed"},
			Columns:    []string{"late-data-is-reset", "unread-data-is-told", "no-silent-data-loss", "both-closed", "stay:client.TIME_WAIT"},
		},
		{
			Name:  "fin-or-rst",
			About: "FIN or RST? A side that aborts sends no FIN, and there is no TIME_WAIT: SO_LINGER 0, and close() with unread data.",
			Axes: []vary.Axis{
				axis(scenarioKey, "normal-close", "unread-data-reset"), axis("client.socket.so_linger", "off", "0s", "10s"),
			},
			Properties: []string{"no-silent-data-loss", "rst-only-when-allowed", "abort-sends-rst", "both-closed"},
			Columns:    []string{"fins:client", "stay:client.FIN_WAIT_1", "stay:client.TIME_WAIT", "abort-sends-rst", "both-closed"},
		},
		{
			Name: "fin-wait-1",
			About: "Which parameter bounds FIN_WAIT_1 when no FIN is acknowledged? tcp_orphan_retries, RTO and TCP_USER_TIMEOUT; tcp_fin_timeout has no effect. " +
				"At a closed window probes are sent instead, and for ever where a small tcp_retries2 keeps their intervals short.",
			Axes: []vary.Axis{
				axis(scenarioKey, "first-wave-lost", "fin-at-zero-window"), axis("server.app", "never"),
				axis(clientSysctl+"tcp_orphan_retries", "0", "3"), axis("client.rto", "204ms", "300ms"),
				axis("client.socket.tcp_user_timeout", "0s", "10s"), axis(clientSysctl+"tcp_fin_timeout", "60", "5"),
				axis(clientSysctl+"tcp_retries2", "15", "5"), axis("client.time_wait", "60s", "30s"),
			},
			Strategy:   Star,
			Properties: []string{"fin-retries-bounded"},
			Columns:    []string{"stay:client.FIN_WAIT_1", "fins:client"},
		},
		{
			Name:  "port-rate",
			About: "How many connections per second can a client open to one service, by its port range, tcp_tw_reuse and who closes first?",
			Axes: []vary.Axis{
				axis(scenarioKey, "ports"), axis("population.closes_first", "client", "server"),
				axis(clientSysctl+"tcp_tw_reuse", "0", "1"), axis(clientSysctl+"ip_local_port_range", "32768 60999", "1024 65535"),
				axis("population.rate", "100", "470", "471", "1000", "1075", "1076", "10000"),
			},
			Properties: []string{"port-always-available", "buckets-never-overflow"},
			Columns:    []string{"port-always-available", "buckets-never-overflow", "max-rate", "ports-wanted", "buckets-wanted"},
		},
		{
			Name:  "port-wait",
			About: "Who gets the TIME_WAIT and how long does it keep a port? By who closes first, TIME_WAIT, and how long a connection is open.",
			Axes: []vary.Axis{
				axis(scenarioKey, "ports"), axis("population.closes_first", "client", "server"),
				axis("client.time_wait", "1s", "15s", "30s", "60s", "120s", "240s"), axis("population.lifetime", "0s", "1s", "30s"),
			},
			Properties: []string{"port-always-available", "other-destination-still-reachable", "server-side-never-short-of-ports"},
			Columns:    []string{"max-rate", "port-always-available", "other-destination-still-reachable", "server-side-never-short-of-ports"},
		},
		{
			Name:  "port-fin-timeout",
			About: "Does tcp_fin_timeout give ports back sooner? Only from peers that are slow to close: it has no effect on TIME_WAIT.",
			Axes: []vary.Axis{
				axis(scenarioKey, "ports"), axis("population.half_closed", "0s", "5s", "5m"),
				axis(clientSysctl+"tcp_fin_timeout", "10", "30", "60", "61", "120"),
			},
			Properties: []string{"port-always-available", "buckets-never-overflow"},
			Columns:    []string{"max-rate", "port-always-available", "buckets-wanted"},
		},
		{
			Name:  "buckets",
			About: "What tcp_max_tw_buckets does it take, and what overflows below?",
			Axes: []vary.Axis{
				axis(scenarioKey, "ports"), axis("population.rate", "100", "400"),
				axis(clientSysctl+"tcp_max_tw_buckets", "0", "5000", "6000", "6062", "18000", "24000", "24062", "262144"),
			},
			Properties: []string{"buckets-never-overflow", "port-always-available"},
			Columns:    []string{"buckets-never-overflow", "port-always-available", "buckets-wanted"},
		},
		{
			Name:  "orphans",
			About: "Which tcp_max_orphans does it take when FINs are not acknowledged for some time, as when the peers are gone, and what is reset below?",
			Axes: []vary.Axis{
				axis(scenarioKey, "ports"), axis("population.closes_first", "client"), axis("population.rate", "20", "100"),
				axis("population.orphan_time", "1ms", "1s", "6s", "107s"),
				axis(clientSysctl+"tcp_max_orphans", "1", "16", "128", "1024", "16384", "262144"),
			},
			Properties: []string{"orphans-within-limit", "port-always-available"},
			Columns:    []string{"orphans-within-limit", "port-always-available", "max-rate"},
		},
		{
			Name:  "who-waits",
			About: "Which side gets TIME_WAIT, by who closes when? The one whose FIN is sent first; both when the FINs cross; neither when it aborts.",
			Axes: []vary.Axis{
				axis(scenarioKey, "normal-close"),
				axis("client.app", "[{do: close}]", "[{do: close, when: after-eof}]", "[{do: shutdown-wr}, {do: close, when: after-eof}]"),
				axis("server.app", "[{do: close, when: after-eof}]", "[{do: close}]"),
				axis("client.socket.so_linger", "off", "0s"),
			},
			Assume:     []string{`!(client.app == "[{do: close, when: after-eof}]" && server.app == "[{do: close, when: after-eof}]")`},
			Properties: []string{"both-closed"},
			Columns:    []string{"stay:client.TIME_WAIT", "stay:server.TIME_WAIT", "stay:client.LAST_ACK", "stay:server.LAST_ACK"},
		},
		{
			Name:  "sensitivity",
			About: "Which parameter changes the longest stay in which state? Each is changed by itself, in the scenarios in which all but one wave arrives.",
			Axes: []vary.Axis{
				axis(scenarioKey, "normal-close", "first-wave-lost", "fin-wait-2-after-close", "third-wave-lost", "fourth-wave-lost", "close-wait-leak"),
				axis(clientSysctl+"tcp_orphan_retries", "3", "1"), axis(serverSysctl+"tcp_orphan_retries", "3", "1"),
				axis(clientSysctl+"tcp_retries2", "15", "5"), axis(clientSysctl+"tcp_fin_timeout", "60", "30"),
				axis(serverSysctl+"tcp_fin_timeout", "60", "30"), axis(clientSysctl+"tcp_max_tw_buckets", "262144", "0"),
				axis(clientSysctl+"tcp_rfc1337", "0", "1"), axis("client.socket.tcp_linger2", "default", "10s"),
				axis("client.socket.tcp_user_timeout", "0s", "1s"), axis("client.rto", "204ms", "300ms"),
				axis("server.delayed_ack", "40ms", "0s"), axis("client.time_wait", "60s", "30s"),
			},
			Strategy:   Star,
			Properties: []string{"last-ack-only-passive"},
			Columns: []string{
				"stay:client.FIN_WAIT_1", "stay:client.FIN_WAIT_2", "stay:client.TIME_WAIT", "stay:server.CLOSE_WAIT", "stay:server.LAST_ACK",
			},
		},
	}
	all = append(all, aboutReuse()...)
	for i := range all {
		all[i].Time = cmp.Or(all[i].Time, "auto")
	}
	slices.SortFunc(all, func(a, b Plan) int {
		if a.Name < b.Name {
			return -1
		}
		return 1
	})
	return all
}

// Find is the built-in sweep of a name.
func Find(name string) (Plan, bool) {
	all := Builtin()
	i := slices.IndexFunc(all, func(p Plan) bool { return p.Name == name })
	if i < 0 {
		return Plan{}, false
	}
	return all[i], true
}
