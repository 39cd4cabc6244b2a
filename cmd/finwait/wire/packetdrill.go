package wire

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/finwait/finwait/spec"
)

const (
	descriptor = 4 // of the connection; 3 is the socket that listens
	// A kernel's timer is late by up to an eighth and some ticks (measured).
	timerSlack = 8 * spec.Millisecond
)

// Packetdrill is the run as a test of one of its hosts: the other one's segments are
// injected, the host's own are expected, lost or not. What a script cannot say is an
// error.
func (r *Run) Packetdrill(host spec.Host) (Script, error) {
	if err := r.timed(); err != nil {
		return Script{}, err
	}
	params := r.Model.Params().Host[host]
	switch {
	case params.ReceiveBuffer > 0:
		return Script{}, fmt.Errorf("the receive buffer of the %v is counted in data units, which a script cannot set", host)
	case params.SoLinger.On && params.SoLinger.Time > 0:
		return Script{}, fmt.Errorf("close() of the %v blocks (SO_LINGER), which is not written", host)
	case r.reopens():
		return Script{}, fmt.Errorf("the run goes on with another connection, whose initial numbers no script can foretell for the %v; pcapng has them", host)
	}
	s := Script{Sysctls: sysctls(params), About: []string{
		strings.Join(strings.Fields(r.Title), " "),
		fmt.Sprintf("The kernel is the %v. Its retransmission timeout is to be %d ms, which the", host, params.RTO/spec.Millisecond),
		"handshake and the route (rto_min) decide. Times count from the line before; a range",
		"is how late a timer of the kernel can be.",
	}}
	w := scriptWriter{Script: s, host: host}
	w.open(params)
	before := r.Trace.Init
	for _, step := range r.Trace.Steps {
		if err := w.step(r, before, step.At, spec.EventOf(step.Event.ID), spec.SentIn(step.Label), step.State); err != nil {
			return Script{}, err
		}
		before = step.State
	}
	return w.Script, nil
}

// PacketdrillHost is the host whose script tells most: the one that sends the first
// segment of the run.
func (r *Run) PacketdrillHost() spec.Host {
	for _, step := range r.Trace.Steps {
		if sent := spec.SentIn(step.Label); len(sent) > 0 {
			return sent[0].From
		}
	}
	return spec.Client
}

// sysctls are the settings that the rules of teardown read.
func sysctls(p spec.HostParams) []Sysctl {
	var all []Sysctl
	add := func(name string, n int64) {
		all = append(all, Sysctl{"net.ipv4." + name, strconv.FormatInt(n, 10)})
	}
	bit := func(is bool, n int64) int64 {
		if is {
			return n
		}
		return 0
	}
	add("tcp_timestamps", 0)
	add("tcp_sack", bit(p.TCPEarlyRetrans, 1))
	add("tcp_early_retrans", bit(p.TCPEarlyRetrans, 3))
	add("tcp_orphan_retries", int64(p.TCPOrphanRetries))
	add("tcp_retries2", int64(p.TCPRetries2))
	add("tcp_fin_timeout", p.TCPFinTimeout/spec.Second)
	add("tcp_rfc1337", bit(p.TCPRfc1337, 1))
	add("tcp_max_tw_buckets", int64(p.TCPMaxTwBuckets))
	if p.SoKeepalive {
		add("tcp_keepalive_time", p.KeepaliveTime/spec.Second)
		add("tcp_keepalive_intvl", p.KeepaliveIntvl/spec.Second)
		add("tcp_keepalive_probes", int64(p.KeepaliveProbes))
	}
	return all
}

type scriptWriter struct {
	Script
	host spec.Host
	last int64 // the instant of the last line in the run
}

// open is the way to ESTABLISHED, and the options of the socket.
func (w *scriptWriter) open(p spec.HostParams) {
	call := func(text string) { w.Lines = append(w.Lines, Line{Kind: Call, Call: text}) }
	call("socket(..., SOCK_STREAM, IPPROTO_TCP) = 3")
	call("setsockopt(3, SOL_SOCKET, SO_REUSEADDR, [1], 4) = 0")
	call("bind(3, ..., ...) = 0")
	call("listen(3, 1) = 0")
	options := "mss 1460"
	if p.TCPEarlyRetrans {
		options += ",sackOK,nop,nop"
	}
	w.Lines = append(w.Lines,
		Line{Kind: In, Segment: spec.Segment{Flags: spec.SYN}, Window: openWindow, Options: options},
		Line{Kind: Out, Segment: spec.Segment{Flags: spec.SYN | spec.ACK, Ack: 1}, Options: "..."},
		Line{Kind: In, Segment: spec.Segment{Flags: spec.ACK, Seq: 1, Ack: 1}, Window: openWindow})
	call("accept(3, ..., ...) = 4")
	set := func(is bool, level, name string, value int64) {
		if is {
			call(fmt.Sprintf("setsockopt(%d, %s, %s, [%d], 4) = 0", descriptor, level, name, value))
		}
	}
	set(!p.Nagle, "SOL_TCP", "TCP_NODELAY", 1)
	set(p.DelayedAck[1] > 0, "SOL_TCP", "TCP_QUICKACK", 0) // a new connection does not delay otherwise
	set(p.SoKeepalive, "SOL_SOCKET", "SO_KEEPALIVE", 1)
	set(p.TCPUserTimeout > 0, "SOL_TCP", "TCP_USER_TIMEOUT", p.TCPUserTimeout/spec.Millisecond)
	set(p.TCPLinger2 > 0, "SOL_TCP", "TCP_LINGER2", p.TCPLinger2/spec.Second)
	set(p.TCPLinger2 < 0, "SOL_TCP", "TCP_LINGER2", -1)
	if p.SoLinger.On {
		call(fmt.Sprintf("setsockopt(%d, SOL_SOCKET, SO_LINGER, {onoff=1, linger=0}, 8) = 0", descriptor))
	}
}

// add appends a line that happens at an instant of the run.
func (w *scriptWriter) add(at int64, l Line) {
	l.Earliest = at - w.last
	l.Latest = max(l.Latest, l.Earliest)
	w.last = at
	w.Lines = append(w.Lines, l)
}

// timers are the events whose segments a kernel sends late.
var timers = map[spec.EventKind]bool{spec.RexmtTimeout: true, spec.KeepaliveDue: true, spec.DelayedAckDue: true}

// step writes what a step of the run is to the host.
func (w *scriptWriter) step(r *Run, before spec.State, at int64, e spec.EventInfo, sent []spec.Sent, after spec.State) error {
	was, is := &before.Host[w.host], &after.Host[w.host]
	if e.Host == w.host {
		switch e.Kind {
		case spec.Deliver:
			g := e.Segment
			if g == (spec.Segment{}) { // a queue delivers its oldest
				g = before.Net[e.Host.Peer()][0]
			}
			window := openWindow
			if g.Has(spec.WndZero) || g.Has(spec.RST) {
				window = 0
			}
			g.Flags &^= spec.WndZero
			w.add(at, Line{Kind: In, Segment: g, Window: window})
		case spec.AppCall:
			text, err := callText(r.Model.Params().Host[w.host].Script[was.PC])
			if err != nil {
				return fmt.Errorf("the %v %w; choose the other one with --side", w.host, err)
			}
			if text != "" {
				w.add(at, Line{Kind: Call, Call: text})
			}
		}
	}
	for _, s := range sent {
		if s.From != w.host {
			continue
		}
		l := Line{Kind: Out, Segment: s.Segment}
		l.Segment.Flags &^= spec.WndZero
		if gap := at - w.last; timers[e.Kind] && e.Host == w.host {
			l.Latest = gap + gap/8 + timerSlack
		}
		w.add(at, l)
		if e.Kind == spec.DelayedAckDue { // or at once (quick ACK)
			w.Lines[len(w.Lines)-1].Earliest = 0
		}
	}
	// The application reads as the model says, when it says: unread text decides what
	// close() does.
	if n := is.Read - was.Read; n > 0 && is.Open {
		w.add(at, Line{Kind: Call, Call: fmt.Sprintf("read(%d, ..., %d) = %d", descriptor, n, n)})
	}
	if is.SawEOF && !was.SawEOF && is.Open {
		w.add(at, Line{Kind: Call, Call: fmt.Sprintf("read(%d, ..., 1) = 0", descriptor)})
	}
	return nil
}

// callText is a call as packetdrill writes it; "" for a read, which is written when
// it returns.
func callText(c spec.Call) (string, error) {
	switch c.Do {
	case spec.Send:
		return fmt.Sprintf("write(%d, ..., %d) = %d", descriptor, c.N, c.N), nil
	case spec.ReadData:
		return "", nil
	case spec.ShutdownWR:
		return fmt.Sprintf("shutdown(%d, SHUT_WR) = 0", descriptor), nil
	case spec.ShutdownRD:
		return fmt.Sprintf("shutdown(%d, SHUT_RD) = 0", descriptor), nil
	case spec.ShutdownRDWR:
		return fmt.Sprintf("shutdown(%d, SHUT_RDWR) = 0", descriptor), nil
	case spec.Close, spec.Exit: // the kernel closes what a process leaves open
		return fmt.Sprintf("close(%d) = 0", descriptor), nil
	}
	return "", fmt.Errorf("meets %v, which no script can say", c.Do)
}
