//go:build linux

package livelab

import (
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/gopacket/gopacket/layers"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/finwait/finwait/cmd/finwait/conform"
)

const (
	window = 100 * time.Millisecond // in which answers are collected; a delayed ACK comes after 40
	soon   = 5 * time.Second        // for what must come
)

// peer is the remote end of one connection, played by the test.
type peer struct {
	*tun
	port      uint16
	own, isn  uint32 // initial sequence numbers: the peer's and the kernel's
	fromThere chan layers.TCP
	socket    *net.TCPConn // the kernel's end; nil when its descriptor is closed
}

// connect makes the handshake.
func connect(t *testing.T, u *tun, port uint16) *peer {
	segments, accepted := u.register(port)
	p := &peer{tun: u, port: port, own: 1_000_000 * uint32(port%4000+1), fromThere: segments}
	syn := &layers.TCP{SYN: true, Options: []layers.TCPOption{{OptionType: layers.TCPOptionKindMSS, OptionLength: 4, OptionData: []byte{5, 180}}}}
	syn.SrcPort, syn.Seq = layers.TCPPort(port), p.own
	require.NoError(t, u.send(syn, nil))
	p.isn = p.await(t, "SYN+ACK").Seq
	p.inject(t, conform.CellSegment{Flags: []string{"ACK"}, Seq: 1, Ack: 1})
	select {
	case p.socket = <-accepted:
	case <-time.After(soon):
		require.Fail(t, "the connection was not accepted")
	}
	t.Cleanup(func() { p.close(t) })
	return p
}

// inject sends a segment with numbers relative to the initial ones.
func (p *peer) inject(t *testing.T, g conform.CellSegment) {
	out := &layers.TCP{SrcPort: layers.TCPPort(p.port), Seq: p.own + uint32(int32(g.Seq))}
	for _, f := range g.Flags {
		switch f {
		case "ACK":
			out.ACK, out.Ack = true, p.isn+uint32(int32(g.Ack))
		case "FIN":
			out.FIN = true
		case "SYN":
			out.SYN = true
		case "RST":
			out.RST = true
		case "PSH":
			out.PSH = true
		}
	}
	require.NoError(t, p.send(out, make([]byte, g.Len)))
}

// await returns the next segment from the kernel, which must have these flags.
func (p *peer) await(t *testing.T, flags string) layers.TCP {
	select {
	case g := <-p.fromThere:
		require.Equal(t, flags, flagNames(&g))
		return g
	case <-time.After(soon):
		require.Fail(t, "the kernel did not send "+flags)
	}
	return layers.TCP{}
}

// answers is what the kernel sends from now on, in the words of a cell.
func (p *peer) answers() []string {
	time.Sleep(window)
	all := []string{}
	for {
		select {
		case g := <-p.fromThere:
			all = append(all, p.text(&g))
		default:
			return all
		}
	}
}

func (p *peer) text(g *layers.TCP) string {
	seq := int32(g.Seq - p.isn)
	switch {
	case g.RST && !g.ACK:
		return fmt.Sprintf("RST(seq=%d,ack=None)", seq)
	case g.RST && g.Seq == 0: // an answer to what had no ACK: not a number of this connection
		seq = 0
	}
	return fmt.Sprintf("%s(seq=%d,ack=%d)", flagNames(g), seq, int32(g.Ack-p.own))
}

func flagNames(g *layers.TCP) string {
	var names []string
	for _, f := range []struct {
		set  bool
		name string
	}{{g.SYN, "SYN"}, {g.FIN, "FIN"}, {g.RST, "RST"}, {g.ACK, "ACK"}} {
		if f.set {
			names = append(names, f.name)
		}
	}
	return strings.Join(names, "+")
}

// shutdown and close are what the application at the kernel's end calls.
func (p *peer) shutdown(t *testing.T) { require.NoError(t, p.socket.CloseWrite()) }

func (p *peer) close(t *testing.T) {
	if p.socket != nil {
		require.NoError(t, p.socket.Close())
		p.socket = nil
	}
}

// soError is the pending error of the descriptor; 0 when it is closed.
func (p *peer) soError(t *testing.T) int {
	if p.socket == nil {
		return 0
	}
	raw, err := p.socket.SyscallConn()
	require.NoError(t, err)
	pending := 0
	require.NoError(t, raw.Control(func(fd uintptr) { pending, err = unix.GetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_ERROR) }))
	require.NoError(t, err)
	return pending
}
