package spec

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// ss -K resets what still needs a reset, and takes a mini-socket away silently.
func TestDestroy(t *testing.T) {
	m, err := New(Params{Host: [2]HostParams{DefaultHost(), DefaultHost()}, Net: DefaultNet()})
	require.NoError(t, err)
	destroy := func(s State) (Endpoint, []Segment) {
		s, sent := m.Perform(s, Server, Call{Do: Destroy})
		return s.Host[Server], sent
	}

	s := m.Init()[0]
	e, sent := destroy(s)
	require.Equal(t, []Segment{{Flags: RST | ACK, Seq: 1, Ack: 1}}, sent)
	require.Equal(t, [2]any{Closed, ECONNABORTED}, [2]any{e.State, e.Error})

	s, _ = m.Perform(s, Server, Call{Do: Close})
	e, sent = destroy(s)
	require.Equal(t, []Segment{{Flags: RST | ACK, Seq: 2, Ack: 1}}, sent, "an orphan too")
	require.Equal(t, [2]any{Closed, NoError}, [2]any{e.State, e.Error})

	s, _ = m.Inject(s, Server, Segment{Flags: ACK, Seq: 1, Ack: 2})
	require.True(t, s.Host[Server].Mini)
	e, sent = destroy(s)
	require.Empty(t, sent)
	require.Equal(t, Closed, e.State)
}

// An ICMP error takes one backoff back and is told when the connection gives up;
// progress forgets it.
func TestUnreachable(t *testing.T) {
	p := Params{Host: [2]HostParams{DefaultHost(), DefaultHost()}, Net: DefaultNet()}
	p.Host[Client].TCPEarlyRetrans = false
	m, err := New(p)
	require.NoError(t, err)
	icmp := func(s State) Endpoint {
		s, _ = m.Perform(s, Client, Call{Do: Unreachable})
		return s.Host[Client]
	}
	fire := func(s State) (next State) {
		m.Fire(s, Event{ID: EventInfo{Kind: RexmtTimeout, Host: Client}.id()}, func(n State, _ Effect) { next = n })
		return next
	}
	s := m.Init()[0]
	require.False(t, icmp(s).SoftError, "nothing is outstanding")
	s, _ = m.Perform(s, Client, Call{Do: ShutdownWR})
	s = fire(fire(s))
	require.EqualValues(t, 2, s.Host[Client].Backoff)
	e := icmp(s)
	require.EqualValues(t, 1, e.Backoff)
	require.True(t, e.SoftError)
	s.Host[Client] = e

	acked, _ := m.Inject(s, Client, Segment{Flags: ACK, Seq: 1, Ack: 1})
	require.False(t, acked.Host[Client].SoftError)

	words := make([]uint64, m.Words())
	m.Pack(s, words)
	require.Equal(t, s, m.Unpack(words))

	s.Host[Client].LimitRetries2 = LimitReached
	s = fire(s)
	require.Equal(t, Closed, s.Host[Client].State)
	require.Equal(t, EHOSTUNREACH, s.Host[Client].Error)
}
