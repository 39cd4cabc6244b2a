package spec

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// A write waits while an earlier one is unacknowledged, and leaves with the ACK or
// with the FIN.
func TestNagle(t *testing.T) {
	p := Params{Host: [2]HostParams{DefaultHost(), DefaultHost()}, Net: DefaultNet()}
	p.Host[Client].Nagle = true
	m, err := New(p)
	require.NoError(t, err)
	write := Call{Do: Send, N: 1}
	s, sent := m.Perform(m.Init()[0], Client, write)
	require.Equal(t, []Segment{{Flags: ACK, Seq: 1, Ack: 1, Len: 1}}, sent)
	s, sent = m.Perform(s, Client, write)
	require.Empty(t, sent)
	_, sent = m.Inject(s, Client, Segment{Flags: ACK, Seq: 1, Ack: 2})
	require.Equal(t, []Segment{{Flags: ACK, Seq: 2, Ack: 1, Len: 1}}, sent)
	_, sent = m.Perform(s, Client, Call{Do: Close})
	require.Equal(t, []Segment{{Flags: FIN | ACK, Seq: 2, Ack: 1, Len: 1}}, sent)
}

// A FIN that cannot leave the host is probed for like one behind a window of
// zero, and nothing is sent or received.
func TestLinkDown(t *testing.T) {
	m, err := New(Params{Host: [2]HostParams{DefaultHost(), DefaultHost()}, Net: DefaultNet()})
	require.NoError(t, err)
	s, _ := m.Perform(m.Init()[0], Client, Call{Do: LinkDown})
	s, sent := m.Perform(s, Client, Call{Do: Close})
	require.Empty(t, sent)
	e := s.Host[Client]
	require.Equal(t, FinWait1, e.State)
	require.Equal(t, Persist, e.Rexmt)
	after, sent := m.Inject(s, Client, Segment{Flags: RST, Seq: 1})
	require.Empty(t, sent)
	require.Equal(t, s, after)
}

// What a host that is cut off will send again still says how long its tail loss probe
// waits, though nothing of it arrives any more.
func TestLinkDownKeepsTheProbe(t *testing.T) {
	m, err := New(Params{Profile: Linux, Host: [2]HostParams{DefaultHost(), DefaultHost()}, Net: DefaultNet()})
	require.NoError(t, err)
	e := Endpoint{State: FinWait1, SndUna: 1, SndNxt: 4, SndEnd: 4, SndTail: 3, FinQueued: true, Rexmt: LossProbe, Offline: true}
	before, _ := m.window(&State{Host: [2]Endpoint{Server: e}}, RexmtTimeout, Server)
	e.forgetArrivals()
	after, _ := m.window(&State{Host: [2]Endpoint{Server: e}}, RexmtTimeout, Server)
	require.Equal(t, before, after)
	e.Rexmt = RTO
	e.forgetArrivals()
	require.Zero(t, e.SndTail)
}
