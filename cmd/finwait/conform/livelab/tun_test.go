//go:build linux

package livelab

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/stretchr/testify/require"
	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"github.com/finwait/finwait/cmd/finwait/wire"
)

// The addresses are from a block for benchmarks (RFC 2544), and never leave the namespace.
var (
	kernelAddr = netip.MustParseAddr("198.18.0.1")
	peerAddr   = netip.MustParseAddr("198.18.0.2")
)

const kernelPort = 4000

// rtoMin keeps retransmissions away from the answers, on a slow machine too. 3.5
// times as much is still below tcp_fin_timeout, with which it would be compared.
const rtoMin = 1000 // ms

// tun is a device with the kernel's TCP at one end and the test at the other.
type tun struct {
	device *os.File
	listen net.Listener
	diag   *netlink.Handle

	mu       sync.Mutex
	segments map[uint16]chan layers.TCP // from the kernel, by the port of the peer
	accepted map[uint16]chan *net.TCPConn
}

// newTUN makes a namespace with a device, an address and a listening socket, and sets
// what else the test wants.
func newTUN(t *testing.T, settings ...wire.Sysctl) *tun {
	u := &tun{segments: map[uint16]chan layers.TCP{}, accepted: map[uint16]chan *net.TCPConn{}}
	var readers sync.WaitGroup
	t.Cleanup(func() {
		if u.listen != nil {
			u.listen.Close()
		}
		if u.device != nil {
			u.device.Close()
		}
		readers.Wait()
		if u.diag != nil {
			u.diag.Close()
		}
	})
	inNamespace(t, func() error {
		if err := u.build(); err != nil {
			return err
		}
		for _, s := range settings {
			if err := sysctl(strings.Replace(s.Name, "net.ipv4.", "ipv4/", 1), s.Value); err != nil {
				return err
			}
		}
		return nil
	})
	for _, read := range []func(){u.read, u.accept} {
		readers.Go(read)
	}
	return u
}

func (u *tun) build() error {
	for name, value := range map[string]string{"ipv4/tcp_timestamps": "0", "ipv4/tcp_sack": "0", "ipv4/tcp_fin_timeout": "5"} {
		if err := sysctl(name, value); err != nil {
			return err
		}
	}
	fd, err := unix.Open("/dev/net/tun", unix.O_RDWR|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		return lacks("/dev/net/tun cannot be opened", err)
	}
	request, err := unix.NewIfreq("finwait0")
	if err == nil {
		request.SetUint16(unix.IFF_TUN | unix.IFF_NO_PI)
		err = unix.IoctlIfreq(fd, unix.TUNSETIFF, request)
	}
	if err != nil {
		unix.Close(fd)
		return lacks("a TUN device cannot be made (CAP_NET_ADMIN)", err)
	}
	u.device = os.NewFile(uintptr(fd), "tun")
	link, err := netlink.LinkByName("finwait0")
	if err != nil {
		return err
	}
	address := &netlink.Addr{IPNet: &net.IPNet{IP: kernelAddr.AsSlice(), Mask: net.CIDRMask(32, 32)}}
	peer := &net.IPNet{IP: peerAddr.AsSlice(), Mask: net.CIDRMask(32, 32)}
	if err := errors.Join(netlink.AddrAdd(link, address), netlink.LinkSetUp(link)); err != nil {
		return err
	}
	if err := netlink.RouteAdd(&netlink.Route{LinkIndex: link.Attrs().Index, Dst: peer, RtoMin: rtoMin, RtoMinLock: true, Scope: netlink.SCOPE_LINK}); err != nil {
		return err
	}
	if u.diag, err = netlink.NewHandle(unix.NETLINK_INET_DIAG); err != nil {
		return lacks("sockets cannot be listed (inet_diag)", err)
	}
	if _, err := u.diag.SocketDiagTCP(unix.AF_INET); err != nil {
		return lacks("sockets cannot be listed (inet_diag)", err)
	}
	plain := net.ListenConfig{KeepAlive: -1}
	plain.SetMultipathTCP(false)
	u.listen, err = plain.Listen(context.Background(), "tcp4", netip.AddrPortFrom(kernelAddr, kernelPort).String())
	return err
}

// register makes the queues of a connection from this port.
func (u *tun) register(port uint16) (chan layers.TCP, chan *net.TCPConn) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.segments[port], u.accepted[port] = make(chan layers.TCP, 64), make(chan *net.TCPConn, 1)
	return u.segments[port], u.accepted[port]
}

// read hands on what the kernel sends, until the device is closed.
func (u *tun) read() {
	packet := make([]byte, 65536)
	for {
		n, err := u.device.Read(packet)
		if err != nil {
			return
		}
		parsed := gopacket.NewPacket(packet[:n], layers.LayerTypeIPv4, gopacket.Default)
		segment, ok := parsed.Layer(layers.LayerTypeTCP).(*layers.TCP)
		if !ok {
			continue // such as IPv6 asking for routers
		}
		u.mu.Lock()
		queue := u.segments[uint16(segment.DstPort)]
		u.mu.Unlock()
		select {
		case queue <- *segment:
		default: // nobody's, or too many: what is compared will tell
		}
	}
}

// accept hands on connections, until the listening socket is closed.
func (u *tun) accept() {
	for {
		c, err := u.listen.Accept()
		if err != nil {
			return
		}
		u.mu.Lock()
		queue := u.accepted[c.RemoteAddr().(*net.TCPAddr).AddrPort().Port()]
		u.mu.Unlock()
		select {
		case queue <- c.(*net.TCPConn):
		default:
			c.Close()
		}
	}
}

// send gives the kernel a segment from the peer.
func (u *tun) send(segment *layers.TCP, payload []byte) error {
	ip := &layers.IPv4{Version: 4, TTL: 64, Protocol: layers.IPProtocolTCP, SrcIP: peerAddr.AsSlice(), DstIP: kernelAddr.AsSlice()}
	segment.DstPort, segment.Window = kernelPort, 65535
	if err := segment.SetNetworkLayerForChecksum(ip); err != nil {
		return err
	}
	packet := gopacket.NewSerializeBuffer()
	how := gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true}
	if err := gopacket.SerializeLayers(packet, how, ip, segment, gopacket.Payload(payload)); err != nil {
		return err
	}
	_, err := u.device.Write(packet.Bytes())
	return err
}

// state is the state of the kernel's end, as the measurements name it.
func (u *tun) state(t *testing.T, port uint16) string {
	for range 20 {
		all, err := u.diag.SocketDiagTCP(unix.AF_INET)
		if errors.Is(err, netlink.ErrDumpInterrupted) {
			continue // a socket came or went meanwhile
		}
		require.NoError(t, err)
		for _, s := range all {
			if s.ID.DestinationPort == port {
				return stateName(s)
			}
		}
		return "GONE"
	}
	require.Fail(t, "the list of sockets was interrupted every time")
	return ""
}

// timeWaitTimer is what inet_diag tells of a mini-socket.
const timeWaitTimer = 3

func stateName(s *netlink.Socket) string {
	if s.State == netlink.TCP_FIN_WAIT2 && s.Timer == timeWaitTimer {
		return "FIN_WAIT_2(tw)"
	}
	names := map[uint8]string{
		netlink.TCP_ESTABLISHED: "ESTABLISHED", netlink.TCP_SYN_RECV: "SYN_RECV",
		netlink.TCP_FIN_WAIT1: "FIN_WAIT_1", netlink.TCP_FIN_WAIT2: "FIN_WAIT_2", netlink.TCP_TIME_WAIT: "TIME_WAIT",
		netlink.TCP_CLOSE: "CLOSED", netlink.TCP_CLOSE_WAIT: "CLOSE_WAIT", netlink.TCP_LAST_ACK: "LAST_ACK",
		netlink.TCP_CLOSING: "CLOSING",
	}
	return names[s.State]
}
