package spec

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The rules below were each wrong once; the tests bear the name of what a
// connection would have done.

func plain(profile Profile) Params {
	return Params{Profile: profile, Host: [2]HostParams{DefaultHost(), DefaultHost()}, Net: DefaultNet()}
}

// made is a model in its initial state.
func made(t *testing.T, p Params) (*Model, State) {
	t.Helper()
	m, err := New(p)
	require.NoError(t, err)
	return m, m.Init()[0]
}

// drive makes one step of a state, without a network behind it.
func drive(m *Model, s State, what func(t *step)) (State, []Sent) {
	t := step{m: m, rules: &profileRules[m.p.Profile], prev: &s, s: s}
	what(&t)
	t.settle()
	return t.s, t.sent[:t.sentCount]
}

func arriveAt(h Host, g Segment) func(*step) { return func(t *step) { t.arrive(h, g) } }

func TestReadsOnToTheEOFAfterAPartialRead(t *testing.T) {
	p := plain(RFC9293)
	p.Host[Client].Script = []Call{{Do: Send, N: 2}, {Do: Close}}
	p.Host[Server].Script = []Call{{Do: ReadData, N: 1, After: Second}, {Do: Close, When: AfterEOF}}
	lines := simulate(t, p, 200*Second)
	require.Contains(t, lines, "1.000 server close(): FIN+ACK seq=1 ack=4 FIN_WAIT_2 LAST_ACK")
}

func TestOrphanTakesFINBehindOldData(t *testing.T) {
	m, s := made(t, plain(Linux))
	s, _ = drive(m, s, arriveAt(Client, Segment{Flags: ACK, Seq: 1, Ack: 1, Len: 1}))
	s.Host[Client].Unread = 0
	s, _ = drive(m, s, func(t *step) { t.close(Client, true) })
	s, sent := drive(m, s, arriveAt(Client, Segment{Flags: FIN | ACK, Seq: 1, Ack: 2, Len: 1}))
	require.Equal(t, TimeWait, s.Host[Client].State)
	require.Len(t, sent, 1)
}

func TestWindowUpdateIsNotLostBehindAnEarlierSegment(t *testing.T) {
	p := plain(Linux)
	p.Host[Server].ReceiveBuffer = 1
	p.Host[Client].Script = []Call{{Do: Send, N: 1}}
	p.Host[Server].Script = []Call{{Do: Send, N: 1, After: 560 * Millisecond}, {Do: Close, When: AfterEOF}}
	lines := simulate(t, p, 3*Second)
	require.Contains(t, lines, "0.560 server send(): DATA+ACK seq=1 ack=2 len=1 win=0 ACK seq=2 ack=2 ESTABLISHED ESTABLISHED")
}

// The article's 0 acts as 8 whatever the RTO is; that 0 is 0 at the cap is Linux's.
func TestArticleCountsEightRetriesAtTheCap(t *testing.T) {
	p := plain(Article)
	p.Host[Client].RTO, p.Host[Client].RTOMax, p.Host[Client].TCPOrphanRetries = Second, Second, 0
	p.Host[Client].Script = []Call{{Do: Close}}
	p.Net.Lose = []LossRule{{From: Client, Kind: KindFIN}}
	lines := simulate(t, p, 60*Second)
	require.Len(t, lines, 1+8+1, "close, retransmissions, the end")
	require.Equal(t, "9.000 client RTO: CLOSED ESTABLISHED", lines[9])
}

func TestOnlyLinuxResetsUnsentDataOfLastAck(t *testing.T) {
	for profile, resets := range map[Profile]int{Linux: 1, RFC9293: 0, Article: 0} {
		p := plain(profile)
		p.Host[Client].ReceiveBuffer = 1
		p.Host[Server].SoLinger = Linger{On: true}
		m, s := made(t, p)
		s.Host[Server].SndWndZero = true
		s, _ = drive(m, s, arriveAt(Server, Segment{Flags: FIN | ACK | WndZero, Seq: 1, Ack: 1}))
		s, _ = drive(m, s, func(t *step) { t.shutdown(Server, true, false) })
		require.Equal(t, LastAck, s.Host[Server].State)
		_, sent := drive(m, s, func(t *step) { t.close(Server, true) })
		require.Len(t, sent, resets, profile)
	}
}

func TestFINBehindAFilledHoleIsAcknowledgedAtOnce(t *testing.T) {
	m, s := made(t, plain(Linux))
	s, _ = drive(m, s, arriveAt(Server, Segment{Flags: FIN | ACK, Seq: 2, Ack: 1}))
	s, sent := drive(m, s, arriveAt(Server, Segment{Flags: ACK, Seq: 1, Ack: 1, Len: 1}))
	require.Equal(t, CloseWait, s.Host[Server].State)
	require.Len(t, sent, 1)
	require.False(t, s.Host[Server].DelayedAck)
}

func TestOneTailLossProbeAtATime(t *testing.T) {
	p := plain(Linux)
	p.Host[Client].Script = []Call{{Do: Send, N: 1}, {Do: Close, After: 300 * Millisecond}}
	p.Net.Lose = []LossRule{{From: Client, Kind: KindFIN}, {From: Client, Kind: KindDATA}}
	probes := 0
	for _, line := range simulate(t, p, 10*Second) {
		if strings.Contains(line, "tail loss probe") {
			probes++
		}
	}
	require.Equal(t, 1, probes)
}

func TestUserTimeoutCountsAtAClosedWindow(t *testing.T) {
	p := plain(Linux)
	p.Host[Client].TCPUserTimeout = 5 * Second
	p.Host[Server].ReceiveBuffer = 1
	p.Host[Client].Script = []Call{{Do: Send, N: 1}, {Do: ShutdownWR, After: 500 * Millisecond}}
	lines := simulate(t, p, 2000*Second)
	require.Equal(t, "5.704 client zero-window probe: CLOSED ESTABLISHED", lines[len(lines)-1])
}

func TestSecondPhaseOfFinWait2HasItsFloor(t *testing.T) {
	p := plain(Linux)
	p.Host[Client].RTO = 2 * Second
	p.Host[Client].TCPFinTimeout = 61 * Second
	full, mini := p.finWait2Phases(Client)
	require.Equal(t, []int64{Second, 7 * Second}, []int64{full, mini})
}

func TestZeroWindowAtWL1IsTaken(t *testing.T) {
	p := plain(Linux)
	p.Host[Server].ReceiveBuffer = 1
	m, s := made(t, p)
	s.Host[Client].SndWl1 = 1
	s, _ = drive(m, s, arriveAt(Client, Segment{Flags: ACK | WndZero, Seq: 1, Ack: 1}))
	require.True(t, s.Host[Client].SndWndZero)
}

func TestAckQuotaOutlivesTheStep(t *testing.T) {
	m, s := made(t, plain(Linux))
	s, _ = drive(m, s, func(t *step) { t.close(Server, true) })
	s, _ = drive(m, s, arriveAt(Server, Segment{Flags: ACK, Seq: 1, Ack: 2}))
	s, first := drive(m, s, arriveAt(Server, Segment{Flags: ACK, Seq: 0, Ack: 2}))
	s, _ = drive(m, s, arriveAt(Server, Segment{Flags: FIN | ACK, Seq: 1, Ack: 2}))
	require.Equal(t, TimeWait, s.Host[Server].State)
	_, second := drive(m, s, arriveAt(Server, Segment{Flags: ACK, Seq: 0, Ack: 2}))
	require.Len(t, first, 1)
	require.Empty(t, second)
}

// Without durations the cap of the RTO decides nothing: both ways are explored.
func TestAnyExploresBothSidesOfTheCap(t *testing.T) {
	p := plain(Linux)
	p.Host[Client].RTO = 60 * Second
	p.Host[Client].Script = []Call{{Do: Close}}
	p.Net.Lose = []LossRule{{From: Client, Kind: KindFIN}}
	m, s := made(t, p)
	m = m.Any()
	e := &s.Host[Client]
	e.State, e.Open, e.FinQueued, e.SndNxt, e.SndEnd = FinWait1, false, true, 2, 2
	e.Rexmt, e.Backoff, e.LimitOrphan, e.RcvShut = RTO, 1, LimitPending, true
	i := slices.IndexFunc(m.Events(s, nil), func(e Event) bool { return EventOf(e.ID).Kind == RexmtTimeout })
	states := map[ConnState]bool{}
	m.Fire(s, m.Events(s, nil)[i], func(n State, _ Effect) { states[n.Host[Client].State] = true })
	require.Equal(t, map[ConnState]bool{FinWait1: true, Closed: true}, states)
}

// A peer that answers every probe of a closed window keeps an orphan alive until the
// RTO is at its cap. With few tcp_retries2 it never gets there (tcp_send_probe0).
func TestOrphanAtAClosedWindow(t *testing.T) {
	for retries2, last := range map[uint8]string{
		15: "328.810 client zero-window probe: CLOSED ESTABLISHED",
		10: "328.810 client zero-window probe: CLOSED ESTABLISHED",
		9:  "server receives ACK seq=1 ack=1: ACK seq=1 ack=2 win=0 FIN_WAIT_1 ESTABLISHED",
		5:  "server receives ACK seq=1 ack=1: ACK seq=1 ack=2 win=0 FIN_WAIT_1 ESTABLISHED",
	} {
		lines := simulate(t, pair(Linux, func(p *Params) {
			p.Host[Client].Script = []Call{{Do: Send, N: 1}, {Do: Send, N: 1, After: 100 * Millisecond}, {Do: Close, After: 100 * Millisecond}}
			p.Host[Client].TCPRetries2 = retries2
			p.Host[Server].Script = nil
			p.Host[Server].ReceiveBuffer = 1
		}), 1000*Second)
		require.Contains(t, lines[len(lines)-1], last, "tcp_retries2 %d", retries2)
	}
}
