package scenario

import (
	"fmt"

	"github.com/finwait/finwait/spec"
)

// maxBudget is what the network's budgets can count to.
const maxBudget = 250

func networkKeys() []Key {
	return []Key{{
		Path: "network.delay", Type: "[min, max] of durations or one duration, or {client: …, server: …} by sender",
		Default: "[1ms, 1ms]", About: "How long a segment is under way. A segment lives less than msl: the longest delay is cut to msl - 1us.",
		set: func(b *builder, _ spec.Host, n *node) *Error {
			if n.kind != mapNode {
				w, err := n.window("1ms")
				b.p.Net.Delay = [2][2]int64{w, w}
				return err
			}
			return n.each(names(spec.Client, spec.Server), func(name string, v *node) (err *Error) {
				h, _ := (&node{kind: textNode, text: name}).hostWord()
				b.p.Net.Delay[h], err = v.window("1ms")
				return err
			})
		},
		get: func(p *spec.Params, _ spec.Host) string {
			d := p.Net.Delay
			if d[spec.Client] == d[spec.Server] {
				return formatWindow(d[spec.Client])
			}
			return fmt.Sprintf("{client: %s, server: %s}", formatWindow(d[spec.Client]), formatWindow(d[spec.Server]))
		},
	}, {
		Path: "network.loss", Type: fmt.Sprintf("number, 0 to %d, or unlimited", maxBudget),
		Default: "0", About: "How many segments the network may choose to lose, besides the rules of lose.",
		set: func(b *builder, _ spec.Host, n *node) *Error {
			if n.is("unlimited") {
				b.p.Net.Losses = spec.Unlimited
				return nil
			}
			v, err := n.number(0, maxBudget, "")
			b.p.Net.Losses = int(v)
			if err != nil {
				err.Want += ", or unlimited"
			}
			return err
		},
		get: func(p *spec.Params, _ spec.Host) string {
			if p.Net.Losses == spec.Unlimited {
				return "unlimited"
			}
			return fmt.Sprint(p.Net.Losses)
		},
	}, netNumber(Key{
		Path: "duplicates", Default: "0", About: "How many extra copies of segments the network may make.",
	}, 0, maxBudget, func(p *spec.NetParams) *int { return &p.Duplicates }), {
		Path: "network.reorder", Type: "true or false",
		Default: "true", About: "Whether segments of one direction may overtake each other.",
		set: func(b *builder, _ spec.Host, n *node) *Error {
			reorder, err := n.yes()
			b.p.Net.Queue = !reorder
			return err
		},
		get: func(p *spec.Params, _ spec.Host) string { return fmt.Sprint(!p.Net.Queue) },
	}, {
		Path: "network.loopback", Type: "true or false",
		Default: "false", About: "Whether both hosts are one. tcp_tw_reuse 2 asks.",
		set: func(b *builder, _ spec.Host, n *node) (err *Error) {
			b.p.Net.Loopback, err = n.yes()
			return err
		},
		get: func(p *spec.Params, _ spec.Host) string { return fmt.Sprint(p.Net.Loopback) },
	}, {
		Path: "network.msl", Type: "duration",
		Default: "30s; rfc9293 120s (RFC 9293 §3.4.2)", About: "The maximum segment lifetime: every copy of a segment is gone sooner.",
		set: func(b *builder, _ spec.Host, n *node) (err *Error) {
			b.p.Net.MSL, err = n.duration(2, "30s")
			return err
		},
		get: func(p *spec.Params, _ spec.Host) string { return formatDuration(p.Net.MSL) },
	}, netNumber(Key{
		Path: "capacity", Default: "4", About: "Segments in flight in one direction. One more is a bound that was hit: a verdict that depends on it is unknown.",
	}, 1, spec.MaxCapacity, func(p *spec.NetParams) *int { return &p.Capacity }), {
		Path: "network.lose", Type: "list of {from: client or server, segment: " + oneOf("", kindNames)[len("one of: "):] + ", nth: all, N or [N, …]}",
		Default: "[]", About: "Losses that always happen. FIN is any segment with FIN, ACK is a pure one. Segments of the kind are counted from 1 as they are sent; nth left out is all.",
		set: func(b *builder, _ spec.Host, n *node) (err *Error) {
			b.p.Net.Lose, err = n.lossRules()
			return err
		},
		get: func(p *spec.Params, _ spec.Host) string { return formatLossRules(p.Net.Lose) },
	}}
}
