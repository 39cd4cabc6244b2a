//go:build linux

package livelab

import (
	"context"
	"io"
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A connection over the loopback interface, closed normally, is explained: every
// packet is captured twice, as it is sent and as it is received.
func TestLoopback(t *testing.T) {
	t.Parallel()
	n := newNamespace(t)
	lo, err := n.links.LinkByName("lo")
	require.NoError(t, err)
	skipOrFail(t, lacks("a link cannot be set up (CAP_NET_ADMIN)", n.links.LinkSetUp(lo)))
	for network, addr := range map[string]string{"tcp4": "127.0.0.1:0", "tcp6": "[::1]:0"} {
		t.Run(network, func(t *testing.T) {
			s := n.sniff(t, "lo")
			var client, server net.Conn
			n.do(t, func() error {
				plain := net.ListenConfig{KeepAlive: -1}
				plain.SetMultipathTCP(false)
				at, err := plain.Listen(context.Background(), network, addr)
				if err != nil {
					return lacks("no "+network+" over the loopback interface", err)
				}
				defer at.Close()
				dialer := net.Dialer{KeepAlive: -1, Timeout: soon}
				dialer.SetMultipathTCP(false)
				if client, err = dialer.Dial(network, at.Addr().String()); err != nil {
					return err
				}
				server, err = at.Accept()
				return err
			})
			_, err := client.Write([]byte("request"))
			require.NoError(t, err)
			_, err = io.ReadFull(server, make([]byte, 7))
			require.NoError(t, err)
			_, err = server.Write([]byte("answer"))
			require.NoError(t, err)
			require.NoError(t, server.Close())
			_, err = io.ReadAll(client)
			require.NoError(t, err)
			require.NoError(t, client.Close())
			time.Sleep(300 * time.Millisecond)
			packets := s.end()
			require.GreaterOrEqual(t, len(packets), 2*9, "handshake, text both ways, and at least three segments for the end")
			conforms(t, "lo", packets)
		})
	}
}
