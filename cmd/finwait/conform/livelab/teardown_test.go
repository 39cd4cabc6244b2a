//go:build linux

package livelab

import (
	"context"
	"io"
	"net"
	"net/netip"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/vishvananda/netlink"

	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/cmd/finwait/conform"
)

// network is a client, a router and a server, each in a namespace:
//
//	client eth0 ─── toclient router toserver ─── eth0 server
type network struct {
	client, router, server *namespace
	listen                 net.Listener
}

var (
	clientAddr = netip.MustParseAddr("198.18.1.2")
	serverAddr = netip.MustParseAddr("198.18.2.2")
)

func newNetwork(t *testing.T) *network {
	n := &network{client: newNamespace(t), router: newNamespace(t), server: newNamespace(t)}
	n.join(t, n.client, "toclient", "198.18.1.1", clientAddr.String())
	n.join(t, n.server, "toserver", "198.18.2.1", serverAddr.String())
	n.router.do(t, func() error { return sysctl("ipv4/ip_forward", "1") })
	n.server.do(t, func() (err error) {
		plain := net.ListenConfig{KeepAlive: -1}
		plain.SetMultipathTCP(false)
		n.listen, err = plain.Listen(context.Background(), "tcp4", netip.AddrPortFrom(netip.IPv4Unspecified(), kernelPort).String())
		return err
	})
	t.Cleanup(func() { n.listen.Close() })
	return n
}

// join lays a cable from the router to a host, whose router it becomes.
func (n *network) join(t *testing.T, host *namespace, name, near, far string) {
	t.Helper()
	attrs := netlink.NewLinkAttrs()
	attrs.Name = name
	err := n.router.links.LinkAdd(&netlink.Veth{LinkAttrs: attrs, PeerName: "eth0", PeerNamespace: netlink.NsFd(host.file.Fd())})
	skipOrFail(t, lacks("a veth pair cannot be made (CAP_NET_ADMIN)", err))
	var links [2]netlink.Link
	for i, end := range []struct {
		*namespace
		link, addr string
	}{{n.router, name, near}, {host, "eth0", far}} {
		links[i], err = end.links.LinkByName(end.link)
		require.NoError(t, err)
		address, err := netlink.ParseAddr(end.addr + "/24")
		require.NoError(t, err)
		require.NoError(t, end.links.AddrAdd(links[i], address))
		require.NoError(t, end.links.LinkSetUp(links[i]))
	}
	// Nobody has to ask for neighbours, and no answer can be late.
	for i, end := range []*namespace{n.router, host} {
		require.NoError(t, end.links.NeighSet(&netlink.Neigh{
			LinkIndex: links[i].Attrs().Index, State: netlink.NUD_PERMANENT,
			IP: net.ParseIP([]string{far, near}[i]), HardwareAddr: links[1-i].Attrs().HardwareAddr,
		}))
	}
	require.NoError(t, host.links.RouteAdd(&netlink.Route{LinkIndex: links[1].Attrs().Index, Gw: net.ParseIP(near)}))
}

// connect makes a connection on which one byte went each way.
func (n *network) connect(t *testing.T) (client, server *net.TCPConn) {
	t.Helper()
	n.client.do(t, func() error {
		plain := net.Dialer{KeepAlive: -1, Timeout: soon}
		plain.SetMultipathTCP(false)
		c, err := plain.Dial("tcp4", netip.AddrPortFrom(serverAddr, kernelPort).String())
		if err == nil {
			client = c.(*net.TCPConn)
		}
		return err
	})
	t.Cleanup(func() { client.Close() })
	c, err := n.listen.Accept()
	require.NoError(t, err)
	server = c.(*net.TCPConn)
	t.Cleanup(func() { server.Close() })
	for _, way := range [][2]*net.TCPConn{{client, server}, {server, client}} {
		_, err := way[0].Write([]byte{'x'})
		require.NoError(t, err)
		require.NoError(t, way[1].SetReadDeadline(time.Now().Add(soon)))
		_, err = io.ReadFull(way[1], make([]byte, 1))
		require.NoError(t, err)
	}
	time.Sleep(300 * time.Millisecond) // for what is acknowledged late
	return client, server
}

// Whole teardowns between two hosts of this machine's kernel are behaviours of the
// model: as seen at both ends, and at one.
func TestTeardowns(t *testing.T) {
	t.Parallel()
	n := newNetwork(t)
	readEOF := func(t *testing.T, c *net.TCPConn) {
		require.NoError(t, c.SetReadDeadline(time.Now().Add(soon)))
		_, err := c.Read(make([]byte, 1))
		require.ErrorIs(t, err, io.EOF)
	}
	clientFirst := func(t *testing.T, client, server *net.TCPConn) {
		require.NoError(t, client.Close())
		readEOF(t, server)
		time.Sleep(100 * time.Millisecond)
		require.NoError(t, server.Close())
	}
	for _, c := range []struct {
		name  string
		end   func(t *testing.T, client, server *net.TCPConn)
		drops []drop
	}{
		{name: "client closes first", end: clientFirst},
		{name: "first wave lost", end: clientFirst, drops: []drop{{clientAddr, finAndACK, 1}}},
		{name: "first wave lost twice", end: clientFirst, drops: []drop{{clientAddr, finAndACK, 2}}},
		{name: "second wave lost", end: clientFirst, drops: []drop{{serverAddr, onlyACK, 1}}},
		{name: "third wave lost", end: clientFirst, drops: []drop{{serverAddr, finAndACK, 2}}},
		{name: "fourth wave lost", end: clientFirst, drops: []drop{{clientAddr, onlyACK, 2}}},
		{name: "first and third wave lost", end: clientFirst, drops: []drop{{clientAddr, finAndACK, 1}, {serverAddr, finAndACK, 1}}},
		{name: "server closes first", end: func(t *testing.T, client, server *net.TCPConn) {
			require.NoError(t, server.Close())
			readEOF(t, client)
			require.NoError(t, client.Close())
		}},
		{name: "client shuts down, server closes, client closes", end: func(t *testing.T, client, server *net.TCPConn) {
			require.NoError(t, client.CloseWrite())
			readEOF(t, server)
			require.NoError(t, server.Close())
			readEOF(t, client)
			require.NoError(t, client.Close())
		}},
		{name: "client closes with unread data", end: func(t *testing.T, client, server *net.TCPConn) {
			_, err := server.Write([]byte{'x'})
			require.NoError(t, err)
			time.Sleep(100 * time.Millisecond)
			require.NoError(t, client.Close())
		}},
		{name: "server writes after client closed", end: func(t *testing.T, client, server *net.TCPConn) {
			require.NoError(t, client.Close())
			readEOF(t, server)
			_, err := server.Write([]byte{'x'})
			require.NoError(t, err)
			time.Sleep(100 * time.Millisecond)
			require.NoError(t, server.Close())
		}},
		{name: "client aborts", end: func(t *testing.T, client, server *net.TCPConn) {
			require.NoError(t, client.SetLinger(0))
			require.NoError(t, client.Close())
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			atClient, atServer := n.client.sniff(t, "eth0"), n.server.sniff(t, "eth0")
			client, server := n.connect(t)
			n.lose(t, c.drops...)
			c.end(t, client, server)
			time.Sleep(200 * time.Millisecond)
			if c.drops != nil {
				time.Sleep(time.Second) // for retransmissions
			}
			first, second := atClient.end(), atServer.end()
			lost, wanted := 0, 0
			for _, items := range conforms(t, "both", first, second).Lanes {
				for _, item := range items {
					if item.Lost {
						lost++
					}
				}
			}
			for _, d := range c.drops {
				wanted += int(d.first)
			}
			require.Equal(t, wanted, lost, "segments lost")
			conforms(t, "client", first)
			conforms(t, "server", second)
		})
	}
}

// tolerance is for a machine that does other things too.
const tolerance = 5 * time.Millisecond

// conforms judges a capture like `finwait conform` does.
func conforms(t *testing.T, where string, recordings ...[]packet) *conform.Observation {
	t.Helper()
	name := filepath.Join(t.TempDir(), where+".pcap")
	writePcap(t, name, recordings...)
	in, err := conform.Load(name, conform.Options{Tolerance: tolerance.Microseconds()})
	require.NoError(t, err, in.Notes)
	require.Len(t, in.Observed, 1, in.Notes)
	r, err := conform.Judge(context.Background(), in.Observed[0].Observation, checker.Options{MaxStates: 100_000})
	require.NoError(t, err)
	require.Equal(t, conform.Conforms, r.Verdict, "captured at %s: %s %s, the model would %v", where, r.Reason, r.Unexplained, r.Allowed)
	return in.Observed[0].Observation
}
