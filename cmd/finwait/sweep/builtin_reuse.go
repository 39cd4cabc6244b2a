package sweep

import "github.com/finwait/finwait/cmd/finwait/vary"

// aboutReuse are the built-in sweeps about the next connection of the same ports, and
// about what the application of the passive side does.
func aboutReuse() []Plan {
	return []Plan{
		{
			Name: "tw-reuse",
			About: "When may connect() take over TIME_WAIT, and is it safe? By tcp_tw_reuse (2 is for loopback only), timestamps, " +
				"and whether the application has bound the port, 1.5 s to 2.5 s after close(); old segments are up to 2 s late " +
				"(and tcp_rfc1337 is 1, so that no RST ends TIME_WAIT).",
			Axes: []vary.Axis{
				axis(scenarioKey, "tw-reuse-timestamps"), axis(clientSysctl+"tcp_rfc1337", "1"), axis("client.socket.bound_port", "false", "true"),
				axis("network.loopback", "false", "true"), axis(serverSysctl+"tcp_timestamps", "1", "0"), axis(clientSysctl+"tcp_tw_reuse", "0", "1", "2"),
			},
			Properties: []string{"no-old-duplicate-accepted", "reuse-needs-its-conditions", "connect-refused", "connected-again"},
			Columns:    []string{"connected-again", "shortest:client.TIME_WAIT", "no-old-duplicate-accepted", "reuse-needs-its-conditions"},
		},
		{
			Name: "time-wait-length",
			About: "What is the shortest TIME_WAIT that lets no old segment into the next connection, by MSL, when a FIN is sent again after one MSL " +
				"and initial numbers may be any? Twice the MSL.",
			Axes: []vary.Axis{
				axis(scenarioKey, "time-wait-1msl"), axis(profileKey, "article", "rfc9293"), axis("network.delay", "[0s, 120s]"),
				axis("network.msl", "1s", "5s", "30s"), axis("server.rto", "1s", "5s", "30s"),
				axis("client.time_wait", "500ms", "1s", "1999ms", "2s", "5s", "9999ms", "10s", "30s", "59999ms", "60s", "120s"),
			},
			Assume:     []string{"network.msl == server.rto"},
			Properties: []string{"quiescence", "no-old-duplicate-accepted"},
			Columns:    []string{"no-old-duplicate-accepted", "quiescence"},
		},
		{
			Name: "tw-buckets",
			About: "What does a small tcp_max_tw_buckets break? Without a bucket TIME_WAIT is skipped: the peer's FIN is answered by an RST, and the next " +
				"connection may take old segments, unless its initial number is above theirs.",
			Axes: []vary.Axis{
				axis(scenarioKey, "bucket-overflow"), axis("isn.policy", "clock", "arbitrary"), axis("network.loss", "0", "1"),
				axis(clientSysctl+"tcp_max_tw_buckets", "0", "1"),
			},
			Properties: []string{"no-old-duplicate-accepted", "every-last-ack-fin-finds-time-wait", "passive-side-closes-properly", "connected-again"},
			Columns:    []string{"no-old-duplicate-accepted", "every-last-ack-fin-finds-time-wait", "passive-side-closes-properly", "connected-again"},
		},
		{
			Name: "half-close",
			About: "What may a relay do with the FIN of one side? Hand it on with shutdown(), so that the reply of the other side still comes back; " +
				"after close() the reply meets a socket that nobody reads, and is answered by an RST.",
			Axes: []vary.Axis{
				axis(scenarioKey, "normal-close"),
				axis("client.app", "[{do: shutdown-wr}, {do: close, when: after-eof, within: 1s}]", "[{do: close}]"),
				axis("server.app", "[{do: send, n: 1, when: after-eof, within: 1s}, {do: close}]"),
			},
			Properties: []string{"half-close-still-receives", "late-data-is-reset", "time-wait-only-active-closer"},
			Columns:    []string{"half-close-still-receives", "late-data-is-reset", "stay:client.TIME_WAIT", "stay:server.LAST_ACK"},
		},
	}
}
