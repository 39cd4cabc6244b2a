package scenario

import (
	"fmt"
	"slices"
	"strings"

	"github.com/finwait/finwait/spec"
)

// fileKeys are the keys about the file itself. Scenario reads them.
func fileKeys() []Key {
	return []Key{{
		Path: "name", Type: "letters, digits, - and _",
		Default: "the name of the file", About: "What verdicts and files of results are called by.",
	}, {
		Path: "about", Type: "text",
		Default: "nothing", About: "What happens in the scenario, in a sentence.",
	}}
}

// choiceKeys are the keys about profiles and verdicts. Scenario reads them.
func choiceKeys() []Key {
	return []Key{{
		Path: "profiles", Type: "{article: OVERLAY, rfc9293: OVERLAY, linux: OVERLAY}",
		Default: "{linux: {}}",
		About:   "The profiles in which the scenario runs. An overlay has the same keys without name, about and profiles; its maps are merged into the file's, its lists replace them.",
	}, {
		Path: "expect", Type: "{PROPERTY: holds or violated}",
		Default: "holds for each property that is checked; for a goal that means reached",
		About:   "Verdicts that are expected. Not used when --set, --sysctl or --host change the scenario.",
	}, {
		Path: "properties", Type: "all, or a list of names and patterns (* ? [a-z])",
		Default: "all", About: "The properties to check.",
		set: func(b *builder, _ spec.Host, n *node) (err *Error) {
			b.properties, err = n.patterns()
			return err
		},
	}, {
		Path: userProperties, Type: "{NAME: {PATTERN: condition, …}}",
		Default: "none",
		About: "Properties of your own, judged besides. A pattern is always, never (both with when: condition, if need be), eventually, reachable, leads_to (with when, and within: duration), never_after (with when: from there on never), or stays (with at_most: duration); about: text explains." +
			" A condition is CEL over the variables of finwait explain variables, such as \"client.state == TIME_WAIT && server.orphan\".",
		set: func(b *builder, _ spec.Host, n *node) (err *Error) {
			b.user, err = n.userProperties()
			return err
		},
	}, {
		Path: anyStates, Type: "number, 1 to 1,000,000,000",
		Default: "that of --any-states",
		About:   "States within which --time auto tries to prove for all durations, where that is fewer. For a scenario of which that is known to need too many.",
		set: func(b *builder, _ spec.Host, n *node) *Error {
			v, err := n.number(1, 1_000_000_000, "")
			b.anyStates = int(v)
			return err
		},
	}}
}

// anyStates is the key that bounds the search without durations.
const anyStates = "any_states"

// hostKeys are the keys of a host, in its file order: application, sysctls, socket
// options, and what the kernel measured or was built with.
func hostKeys() []Key {
	keys := []Key{{
		Path: hosts + ".app", Type: "list of {do, n, when, after, within}, or never",
		Default: never + ": the application calls nothing",
		About: "The calls of the application, in order. do: " + oneOf("", doNames) +
			" (destroy, icmp-unreachable and link-down happen to the host, also behind close: ss -K, an ICMP error about the peer, its interface goes down for good; connect opens the next connection, accept waits for the one that the peer opens, see incarnations). n: data units (send: 1; read: 0, all up to the end)." +
			" when: " + oneOf("", whenNames) + " (left out: start for the first call, then after-previous)." +
			" The call is made from after (0s) to after + within later; within left out is 0s for start and after-previous, else " + forever + ".",
		set: func(b *builder, h spec.Host, n *node) (err *Error) {
			b.p.Host[h].Script, err = n.script()
			return err
		},
		get: func(p *spec.Params, h spec.Host) string { return formatScript(p.Host[h].Script) },
	}}
	for i := range sysctls {
		keys = append(keys, sysctls[i].key())
	}
	return slices.Concat(keys, socketKeys(), nextSocketKeys(), endpointKeys(), nextHostKeys(), []Key{mutantKey()})
}

// mutantKey makes a host deviate from the rules.
func mutantKey() Key {
	return Key{
		Path: hosts + ".mutant", Type: "name of a mutant, or none",
		Default: "none", About: "The host deviates from the rules, as stacks did in history: finwait list mutants shows the names.",
		set: func(b *builder, h spec.Host, n *node) *Error {
			if n.is("none") {
				b.p.Host[h].Mutant = ""
				return nil
			}
			if spec.MutantNamed(n.text) == nil {
				var names []string
				for _, m := range spec.Mutants() {
					names = append(names, m.Name)
				}
				want := "a name that finwait list mutants shows, or none"
				if near := nearest(n.text, names); near != "" {
					want = near + " (the nearest name), or none"
				}
				return n.fail(fmt.Sprintf("%q, which is no mutant", shorten(n.text)), want)
			}
			b.p.Host[h].Mutant = n.text
			return nil
		},
		get: func(p *spec.Params, h spec.Host) string { return p.Host[h].Mutant },
	}
}

func socketKeys() []Key {
	const socket = hosts + ".socket."
	return []Key{{
		Path: socket + "so_linger", Type: "off or duration",
		Default: "off", About: "SO_LINGER: 0s makes close() abort with RST, a longer time makes it wait for the peer's ACK.",
		set: func(b *builder, h spec.Host, n *node) (err *Error) {
			l := spec.Linger{}
			if !n.is("off") {
				l.On = true
				l.Time, err = n.duration(0, "5s, or off")
			}
			b.p.Host[h].SoLinger = l
			return err
		},
		get: func(p *spec.Params, h spec.Host) string {
			if l := p.Host[h].SoLinger; l.On {
				return formatDuration(l.Time)
			}
			return "off"
		},
	}, {
		Path: socket + "tcp_linger2", Type: "default, negative (or -1) or duration",
		Default: "default: tcp_fin_timeout", About: "TCP_LINGER2: how long an orphan stays in FIN_WAIT_2, cut to 120s as the kernel does; negative: not at all, it is reset.",
		set: func(b *builder, h spec.Host, n *node) (err *Error) {
			var d int64
			switch {
			case n.is("default"):
			case n.is("negative"), n.kind == intNode && strings.HasPrefix(n.text, "-"):
				d = -1
			default:
				d, err = n.duration(0, "30s, or default, or negative")
			}
			b.p.Host[h].TCPLinger2 = min(d, 120*spec.Second) // TCP_FIN_TIMEOUT_MAX
			return err
		},
		get: func(p *spec.Params, h spec.Host) string {
			switch d := p.Host[h].TCPLinger2; {
			case d < 0:
				return "negative"
			case d == 0:
				return "default"
			default:
				return formatDuration(d)
			}
		},
	}, {
		Path: socket + "so_keepalive", Type: "true or false",
		Default: "false", About: "SO_KEEPALIVE: probe a silent peer after tcp_keepalive_time.",
		set: func(b *builder, h spec.Host, n *node) (err *Error) {
			b.p.Host[h].SoKeepalive, err = n.yes()
			return err
		},
		get: func(p *spec.Params, h spec.Host) string { return fmt.Sprint(p.Host[h].SoKeepalive) },
	}, {
		Path: socket + "tcp_nodelay", Type: "true or false",
		Default: "true: every write leaves at once", About: "TCP_NODELAY. false: a write waits while an earlier one is unacknowledged, until the FIN (Nagle; a write is less than a full segment).",
		set: func(b *builder, h spec.Host, n *node) *Error {
			yes, err := n.yes()
			b.p.Host[h].Nagle = !yes
			return err
		},
		get: func(p *spec.Params, h spec.Host) string { return fmt.Sprint(!p.Host[h].Nagle) },
	}, hostDuration(Key{
		Path: "socket.tcp_user_timeout", Default: "0s: off",
		About: "TCP_USER_TIMEOUT: gives up unacknowledged data or FIN after this time, in place of the retry limits.",
	}, [2]int64{0, maxDuration}, "30s", func(p *spec.HostParams) *int64 { return &p.TCPUserTimeout }), {
		Path: socket + "receive_buffer", Type: fmt.Sprintf("number, 0 to %d data units", maxData),
		Default: "0: never full", About: "How much unread data fits before the window closes. The window is open or closed: one write may exceed it, the next ones wait.",
		set: func(b *builder, h spec.Host, n *node) *Error {
			v, err := n.number(0, maxData, " of data units")
			b.p.Host[h].ReceiveBuffer = uint8(v)
			return err
		},
		get: func(p *spec.Params, h spec.Host) string { return fmt.Sprint(p.Host[h].ReceiveBuffer) },
	}}
}

func endpointKeys() []Key {
	return []Key{
		hostDuration(Key{
			Path: "rto", Default: "linux 204ms (a round-trip time near 0), article 200ms, rfc9293 1s (RFC 6298 §2.4)",
			About: "The retransmission timeout at the start; each retransmission doubles it.",
		}, [2]int64{spec.Millisecond, 120 * spec.Second}, "204ms", func(p *spec.HostParams) *int64 { return &p.RTO }),
		hostDuration(Key{
			Path: "rto_min", Default: "0s, which acts as 200ms (TCP_RTO_MIN)",
			About: "The least retransmission timeout of the route or of net.ipv4.tcp_rto_min_us. The tail loss probe of a single segment waits for it besides two srtt; rto is not raised to it.",
		}, [2]int64{0, 120 * spec.Second}, "200ms", func(p *spec.HostParams) *int64 { return &p.RTOMin }),
		hostDuration(Key{
			Path: "rto_max", Default: "sysctl net.ipv4.tcp_rto_max_ms (120s)",
			About: "Where doubling the retransmission timeout ends (TCP_RTO_MAX_MS).",
		}, [2]int64{200 * spec.Millisecond, maxDuration}, "120s", func(p *spec.HostParams) *int64 { return &p.RTOMax }),
		hostDuration(Key{
			Path: "srtt", Default: "rto - 200ms, at least 0s",
			About: "The smoothed round-trip time; the tail loss probe waits for two of it.",
		}, [2]int64{0, maxDuration}, "10ms", func(p *spec.HostParams) *int64 { return &p.SRTT }),
		{
			Path: hosts + ".delayed_ack", Type: "[min, max] of durations, or one duration",
			Default: "linux [40ms, 40ms], article 0s, rfc9293 [0s, 499.999ms] (RFC 9293 §3.8.6.3, less than half a second)",
			About:   "How long an ACK that may wait does wait for data to ride on; 0s: it is sent at once.",
			set: func(b *builder, h spec.Host, n *node) (err *Error) {
				b.p.Host[h].DelayedAck, err = n.window("40ms")
				return err
			},
			get: func(p *spec.Params, h spec.Host) string { return formatWindow(p.Host[h].DelayedAck) },
		}, {
			Path: hosts + ".timer_slack", Type: "none or kernel",
			Default: "none: timers fire on time", About: "kernel: timers fire up to 1/8 + 8 ms late, as the kernel's timer wheel does.",
			set: func(b *builder, h spec.Host, n *node) *Error {
				w, err := n.word([]string{"none", "kernel"})
				b.p.Host[h].TimerSlack = w == "kernel"
				return err
			},
			get: func(p *spec.Params, h spec.Host) string {
				if p.Host[h].TimerSlack {
					return "kernel"
				}
				return "none"
			},
		},
		timeWaitKey(Key{
			Path: "time_wait", Default: "linux 60s (TCP_TIMEWAIT_LEN, whatever msl is), article and rfc9293 2 * msl",
			About: "How long TIME_WAIT lasts. To skip it under linux: sysctl net.ipv4.tcp_max_tw_buckets: 0.",
		}),
	}
}

// timeWaitKey is a duration of which 0 is no time at all, and not the profile's.
func timeWaitKey(k Key) Key {
	k = hostDuration(k, [2]int64{0, maxDuration}, "60s", func(p *spec.HostParams) *int64 { return &p.TimeWait })
	duration := k.set
	k.set = func(b *builder, h spec.Host, n *node) *Error {
		err := duration(b, h, n)
		if c := &b.p.Host[h]; c.TimeWait == 0 {
			c.TimeWait = spec.NoTime
		}
		return err
	}
	k.get = func(p *spec.Params, h spec.Host) string { return formatDuration(p.TimeWaitLength(h)) }
	return k
}
