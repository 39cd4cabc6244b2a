package sweep

import (
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
			About: "Does tcp_fin_timeout end FIN_WAIT_2? After close(), which makes an orphan, it does; after shutdown() it does not.",
			Axes: []vary.Axis{
				axis(scenarioKey, "fin-wait-2-after-close", "fin-wait-2-after-shutdown"), axis(clientSysctl+"tcp_fin_timeout", "10", "30", "60", "120"),
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
			Name:  "close-styles",
			About: "Four ways to end a connection whose peer still sends: what becomes of the data?",
			Axes: []vary.Axis{
				axis(scenarioKey, "normal-close"),
				axis("server.app", "[{do: send, n: 2}, {do: close, when: after-eof, within: 1s}]"),
				axis("client.app",
					"[{do: close}]",
					"[{do: shutdown-wr}, {do: close, within: 1s}]",
					"[{do: shutdown-wr}, {do: close, when: after-eof, within: 1s}]",
					"[{do: shutdown-wr}, {do: read}, {do: close, when: after-eof, within: 1s}]"),
			},
			Properties: []string{"no-silent-data-loss", "both-closed"},
			Columns:    []string{"no-silent-data-loss", "both-closed", "stay:client.TIME_WAIT", "stay:server.LAST_ACK"},
		},
		{
			Name:  "fin-or-rst",
			About: "FIN or RST? A side that aborts never gets to FIN_WAIT_1.",
			Axes: []vary.Axis{
				axis(scenarioKey, "normal-close", "unread-data-reset"), axis("client.socket.so_linger", "off", "0s", "10s"),
			},
			Properties: []string{"no-silent-data-loss", "rst-only-when-allowed", "both-closed"},
			Columns:    []string{"stay:client.FIN_WAIT_1", "stay:client.TIME_WAIT", "no-silent-data-loss", "both-closed"},
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
	for i := range all {
		all[i].Time = "auto"
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
