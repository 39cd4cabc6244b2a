package scenario

import (
	"fmt"

	"github.com/finwait/finwait/spec"
)

// nextKeys are the keys about the connections that follow the first between the same
// ports.
func nextKeys() []Key {
	policies := names(spec.ISNAboveOld, spec.ISNArbitrary)
	return []Key{{
		Path: "incarnations", Type: fmt.Sprintf("number, 1 to %d", spec.MaxIncarnations),
		Default: "1", About: "How many connections of the same ports there can be, one after the other. The first is established at the start; connect opens the next, where the peer listens.",
		set: func(b *builder, _ spec.Host, n *node) *Error {
			v, err := n.number(1, spec.MaxIncarnations, "")
			b.p.Incarnations = uint8(v)
			return err
		},
		get: func(p *spec.Params, _ spec.Host) string { return fmt.Sprint(max(p.Incarnations, 1)) },
	}, {
		Path: "isn.policy", Type: "one of: above-old, clock, same, arbitrary",
		Default: "above-old", About: "How the initial sequence numbers of the next connection lie to the numbers of the last: above them (Linux where it reuses TIME_WAIT), above them once the clock has passed them and among them before, the same, or any.",
		set: func(b *builder, _ spec.Host, n *node) (err *Error) {
			_, err = n.word(policies)
			if err == nil {
				b.p.ISN, err = oneOfNames(n, spec.ISNAboveOld, spec.ISNArbitrary)
			}
			return err
		},
		get: func(p *spec.Params, _ spec.Host) string { return p.ISN.String() },
	}, {
		Path: "isn.step", Type: "number, 0 to 255",
		Default: "0, which acts as 16", About: "How far above-old lies above. The circle of sequence numbers has 256: with 128 the third connection has the numbers of the first again. A step below what one connection takes (SYN, data, FIN) lies among the old numbers.",
		set: func(b *builder, _ spec.Host, n *node) *Error {
			v, err := n.number(0, 255, "")
			b.p.ISNStep = uint8(v)
			return err
		},
		get: func(p *spec.Params, _ spec.Host) string { return fmt.Sprint(p.ISNStep) },
	}, {
		Path: "isn.passes", Type: "[min, max] of durations, or one duration",
		Default: "0s", About: "With clock: when it passes the numbers of the first connection, from the start on (n bytes sent take the 64 ns clock n * 64 ns).",
		set: func(b *builder, _ spec.Host, n *node) (err *Error) {
			b.p.ISNPasses, err = n.window("1s")
			return err
		},
		get: func(p *spec.Params, _ spec.Host) string { return formatWindow(p.ISNPasses) },
	}}
}

// hostFlag is a key of a host that is true or false.
func hostFlag(path, about string, f func(p *spec.HostParams) *bool) Key {
	return Key{
		Path: hosts + "." + path, Type: "true or false", Default: "false", About: about,
		set: func(b *builder, h spec.Host, n *node) (err *Error) {
			*f(&b.p.Host[h]), err = n.yes()
			return err
		},
		get: func(p *spec.Params, h spec.Host) string { return fmt.Sprint(*f(&p.Host[h])) },
	}
}

func nextSocketKeys() []Key {
	return []Key{hostFlag("socket.bound_port",
		"The application has bound the port of its connect() itself: with timestamps it may take over TIME_WAIT at once, whatever tcp_tw_reuse is.",
		func(p *spec.HostParams) *bool { return &p.BoundPort })}
}

func nextHostKeys() []Key {
	return []Key{
		hostFlag("listens", "A socket listens on the port of the connection: a SYN opens the next one, and ends TIME_WAIT if it is newer.",
			func(p *spec.HostParams) *bool { return &p.Listens }),
		hostDuration(Key{
			Path: "syn_rto", Default: "1s (RFC 6298 §2.1; TCP_TIMEOUT_INIT)",
			About: "The first timeout of the SYN and of the SYN+ACK of the next connection; each retransmission doubles it.",
		}, [2]int64{1, maxDuration}, "1s", func(p *spec.HostParams) *int64 { return &p.SynRTO }),
	}
}
