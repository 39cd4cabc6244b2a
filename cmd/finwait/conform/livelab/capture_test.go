//go:build linux

package livelab

import (
	"encoding/binary"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// packet is one that an interface showed, by the kernel's clock.
type packet struct {
	at   time.Time
	data []byte
}

// sniffer records what passes an interface, both ways.
type sniffer struct {
	fd      int
	stop    chan struct{}
	stopped sync.WaitGroup
	packets []packet // to be read after stopped
}

// sniff begins to record at an interface of the namespace.
func (n *namespace) sniff(t *testing.T, link string) *sniffer {
	t.Helper()
	s := &sniffer{fd: -1, stop: make(chan struct{})}
	found, err := n.links.LinkByName(link)
	require.NoError(t, err)
	n.do(t, func() (err error) {
		all := binary.NativeEndian.Uint16(binary.BigEndian.AppendUint16(nil, unix.ETH_P_ALL))
		if s.fd, err = unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_CLOEXEC, int(all)); err != nil {
			return lacks("packets cannot be captured (AF_PACKET, CAP_NET_RAW)", err)
		}
		return nil
	})
	all := binary.NativeEndian.Uint16(binary.BigEndian.AppendUint16(nil, unix.ETH_P_ALL))
	require.NoError(t, unix.Bind(s.fd, &unix.SockaddrLinklayer{Protocol: all, Ifindex: found.Attrs().Index}))
	require.NoError(t, unix.SetsockoptInt(s.fd, unix.SOL_SOCKET, unix.SO_TIMESTAMPNS, 1))
	wake := unix.NsecToTimeval(int64(10 * time.Millisecond))
	require.NoError(t, unix.SetsockoptTimeval(s.fd, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &wake))
	s.stopped.Go(s.read)
	t.Cleanup(func() { s.end() })
	return s
}

func (s *sniffer) read() {
	data, control := make([]byte, 65536), make([]byte, 256)
	for {
		n, c, _, _, err := unix.Recvmsg(s.fd, data, control, 0)
		if err == nil {
			s.packets = append(s.packets, packet{instant(control[:c]), slices.Clone(data[:n])})
			continue
		}
		select {
		case <-s.stop:
			return
		default: // nothing for a while
		}
	}
}

// instant is when the kernel saw a packet.
func instant(control []byte) time.Time {
	messages, err := unix.ParseSocketControlMessage(control)
	if err == nil {
		for _, m := range messages {
			if m.Header.Level == unix.SOL_SOCKET && m.Header.Type == unix.SO_TIMESTAMPNS && len(m.Data) >= 16 {
				return time.Unix(int64(binary.NativeEndian.Uint64(m.Data)), int64(binary.NativeEndian.Uint64(m.Data[8:])))
			}
		}
	}
	return time.Now()
}

// end stops the recording and returns it.
func (s *sniffer) end() []packet {
	if s.fd >= 0 {
		close(s.stop)
		s.stopped.Wait()
		unix.Close(s.fd)
		s.fd = -1
	}
	return s.packets
}

// writePcap writes recordings, merged in the order of time.
func writePcap(t *testing.T, name string, recordings ...[]packet) {
	t.Helper()
	all := slices.Concat(recordings...)
	slices.SortStableFunc(all, func(a, b packet) int { return a.at.Compare(b.at) })
	file, err := os.Create(name)
	require.NoError(t, err)
	w := pcapgo.NewWriterNanos(file)
	require.NoError(t, w.WriteFileHeader(65536, layers.LinkTypeEthernet))
	for _, p := range all {
		info := gopacket.CaptureInfo{Timestamp: p.at, CaptureLength: len(p.data), Length: len(p.data)}
		require.NoError(t, w.WritePacket(info, p.data))
	}
	require.NoError(t, file.Close())
}
