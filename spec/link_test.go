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

// TestLinkDownKeepsTheProbe: a timer that is armed keeps its length when nothing is sent
// any more, in every reachable state.
func TestLinkDownKeepsTheProbe(t *testing.T) {
	p := Params{Host: [2]HostParams{DefaultHost(), DefaultHost()}, Net: DefaultNet()}
	p.Host[Server].Script = []Call{{Do: Send, N: 1}, {Do: Close}, {Do: LinkDown}}
	m, err := New(p)
	require.NoError(t, err)
	probes, known := 0, map[State]bool{m.Init()[0]: true}
	for todo := m.Init(); len(todo) > 0; todo = todo[1:] {
		for _, e := range m.Events(todo[0], nil) {
			m.Fire(todo[0], e, func(to State, how Effect) {
				if how.Full {
					return // no state
				}
				checkWindows(t, m, todo[0], e, to, how)
				if c := &to.Host[Server]; c.Offline && c.Rexmt == LossProbe && c.SndTail != 0 {
					probes++
				}
				if !known[to] {
					known[to] = true
					todo = append(todo, to)
				}
			})
		}
	}
	require.NotZero(t, probes)
}
