package generate

import (
	"fmt"
	"strings"

	"pgregory.net/rapid"

	"github.com/finwait/finwait/spec"
)

// Space has all keys of a scenario and the profile.
func Space() []Dimension {
	space := []Dimension{{Key: Profile, Rare: 20, Choices: values(spec.Linux.String(), spec.RFC9293.String(), spec.Article.String())}}
	for h := spec.Client; h <= spec.Server; h++ {
		for _, d := range host() {
			d.Key = h.String() + "." + d.Key
			space = append(space, d)
		}
	}
	return append(space, network()...)
}

// host are the dimensions of one host.
func host() []Dimension {
	dims := []Dimension{{Key: "app", Rare: 2, Choices: applications()}}
	sysctl := func(name string, c ...Choice) {
		dims = append(dims, Dimension{Key: "sysctl.net.ipv4." + name, Rare: 24, Choices: append(values(Default), c...)})
	}
	sysctl("tcp_orphan_retries", some([]string{"1", "2", "3", "7", "15"}, number("4..255", 4, 255))...)
	sysctl("tcp_retries2", some([]string{"0", "2", "3", "5"}, number("6..255", 6, 255))...)
	sysctl("tcp_fin_timeout", some([]string{"0", "1", "30", "61", "90", "120"}, number("2..300", 2, 300))...)
	sysctl("tcp_early_retrans", values("0", "4")...)
	sysctl("tcp_sack", values("0")...)
	sysctl("tcp_rfc1337", values("1")...)
	sysctl("tcp_max_tw_buckets", values("0", "1", "1000")...)
	sysctl("tcp_keepalive_time", some([]string{"1", "60"}, number("2..7200", 2, 7200))...)
	sysctl("tcp_keepalive_intvl", some([]string{"1"}, number("2..75", 2, 75))...)
	sysctl("tcp_keepalive_probes", values("1", "2")...)
	sysctl("tcp_syn_retries", values("1", "2")...)
	sysctl("tcp_synack_retries", values("0", "1")...)
	sysctl("tcp_timestamps", values("0", "1")...)
	sysctl("tcp_tw_reuse", values("0", "1")...)
	sysctl("tcp_tw_reuse_delay", values("0", "60000")...)
	sysctl("tcp_rto_max_ms", some([]string{"1000"}, number("2000..120000", 2000, 120_000))...)
	more := func(key string, c ...Choice) {
		dims = append(dims, Dimension{Key: key, Rare: 24, Choices: append(values(Default), c...)})
	}
	more("socket.so_linger", some([]string{"0s", "1s"}, duration("1ms..200s", spec.Millisecond, 200*spec.Second))...)
	more("socket.tcp_linger2", values("negative", "1s", "90s")...)
	more("socket.so_keepalive", values("true")...)
	more("socket.tcp_nodelay", values("false")...)
	more("socket.tcp_user_timeout", some([]string{"1s"}, duration("100ms..100s", 100*spec.Millisecond, 100*spec.Second))...)
	more("socket.receive_buffer", values("1", "2")...)
	more("socket.bound_port", values("true")...)
	more("listens", values("true")...)
	more("syn_rto", some([]string{"3s"}, duration("200ms..3s", 200*spec.Millisecond, 3*spec.Second))...)
	more("rto", some([]string{"200ms", "300ms", "1s"}, duration("200ms..3s", 200*spec.Millisecond, 3*spec.Second))...)
	more("rto_min", some([]string{"5ms", "500ms"}, duration("1ms..1s", spec.Millisecond, spec.Second))...)
	more("rto_max", some([]string{"3s"}, duration("3s..120s", 3*spec.Second, 120*spec.Second))...)
	more("srtt", some([]string{"10ms", "1s"}, duration("1ms..500ms", spec.Millisecond, spec.Second/2))...)
	more("delayed_ack", values("0s", "[0s, 200ms]", "[40ms, 200ms]")...)
	more("timer_slack", values("kernel")...)
	more("time_wait", some([]string{"1s"}, duration("1s..240s", spec.Second, 240*spec.Second))...)
	return dims
}

// network are its dimensions.
func network() []Dimension {
	dim := func(key string, rare int, c ...Choice) Dimension {
		return Dimension{Key: "network." + key, Rare: rare, Choices: append(values(Default), c...)}
	}
	return []Dimension{
		{Key: "incarnations", Rare: 22, Choices: values(Default, "2")},
		{Key: "isn.policy", Rare: 22, Choices: values(Default, "clock", "same", "arbitrary")},
		{Key: "isn.step", Rare: 26, Choices: values(Default, "1", "2")},
		{Key: "isn.passes", Rare: 26, Choices: values(Default, "[0s, 1s]", "[10s, 100s]")},
		dim("loopback", 26, values("true")...),
		dim("delay", 16, append(values("[0s, 0s]", "[1ms, 50ms]", "[1ms, 400ms]", "{client: [1ms, 1ms], server: [10ms, 300ms]}"),
			duration("1us..1s", 1, spec.Second))...),
		dim("loss", 14, values("1", "2", "unlimited", "3")...),
		dim("duplicates", 22, values("1", "2")...),
		dim("reorder", 20, values("false")...),
		dim("msl", 26, values("1s", "120s")...),
		dim("capacity", 20, values("8", "6")...),
		dim("lose", 20, append(values(
			"[{from: client, segment: FIN, nth: all}]", "[{from: server, segment: FIN, nth: all}]",
			"[{from: client, segment: ACK, nth: all}]", "[{from: server, segment: ACK, nth: all}]",
		), drawn("drawn rules", rules()))...),
	}
}

func values(labels ...string) []Choice {
	var all []Choice
	for _, l := range labels {
		all = append(all, Choice{Label: l})
	}
	return all
}

func some(labels []string, more Choice) []Choice { return append(values(labels...), more) }

func drawn(label string, g *rapid.Generator[string]) Choice { return Choice{label, g} }

func number(label string, lo, hi int) Choice {
	return drawn(label, rapid.Map(rapid.IntRange(lo, hi), func(n int) string { return fmt.Sprint(n) }))
}

// duration draws a whole number of microseconds.
func duration(label string, lo, hi int64) Choice {
	return drawn(label, rapid.Map(rapid.Int64Range(lo, hi), func(us int64) string { return fmt.Sprintf("%dus", us) }))
}

// script draws the calls of an application, most of which make sense in this order.
func script() *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		var calls []string
		call := func(do string) {
			c := "{do: " + do
			if do == "send" || do == "read" {
				c += fmt.Sprintf(", n: %d", rapid.IntRange(1, 2).Draw(t, "n"))
			}
			c += ", when: " + rapid.SampledFrom([]string{"after-previous", "start", "after-eof", "anytime", "after-error"}).Draw(t, "when")
			c += ", after: " + rapid.SampledFrom([]string{"0s", "10ms", "1s", "100s"}).Draw(t, "after")
			calls = append(calls, c+", within: "+rapid.SampledFrom([]string{"0s", "1s", "forever"}).Draw(t, "within")+"}")
		}
		for range rapid.IntRange(0, 2).Draw(t, "calls") {
			call(rapid.SampledFrom([]string{"send", "read", "shutdown-wr", "shutdown-rd", "shutdown-rdwr"}).Draw(t, "do"))
		}
		switch end := rapid.SampledFrom([]string{"close", "exit", "crash", "reboot", ""}).Draw(t, "end"); end {
		case "":
		case "reboot":
			call("crash")
			call(end)
		default:
			call(end)
			if outside := rapid.SampledFrom([]string{"", "destroy", "icmp-unreachable", "link-down"}).Draw(t, "outside"); outside != "" && end != "crash" {
				call(outside)
			}
		}
		if len(calls) == 0 {
			return "never"
		}
		return "[" + strings.Join(calls, ", ") + "]"
	})
}

// rules draws scripted losses.
func rules() *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		var all []string
		for range rapid.IntRange(1, 2).Draw(t, "rules") {
			all = append(all, fmt.Sprintf("{from: %s, segment: %s, nth: %s}",
				rapid.SampledFrom([]string{"client", "server"}).Draw(t, "from"),
				rapid.SampledFrom([]string{"FIN", "ACK", "DATA", "RST", "SYN"}).Draw(t, "segment"),
				rapid.SampledFrom([]string{"1", "2", "[1, 2]", "[1, 3]", "all"}).Draw(t, "nth")))
		}
		return "[" + strings.Join(all, ", ") + "]"
	})
}
