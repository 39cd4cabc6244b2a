package spec

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// reopening are parameters whose ports are opened again by the client, in any way that
// the scenarios know.
func reopening(t *rapid.T) Params {
	p := Params{Profile: rapid.SampledFrom(Profiles()).Draw(t, "profile"), Host: [2]HostParams{DefaultHost(), DefaultHost()}, Net: DefaultNet()}
	p.Incarnations = rapid.Uint8Range(2, MaxIncarnations).Draw(t, "incarnations")
	p.ISN = ISNPolicy(rapid.IntRange(0, int(numISNPolicies)-1).Draw(t, "isn"))
	p.ISNStep = rapid.SampledFrom([]uint8{0, 16, 128}).Draw(t, "step")
	p.ISNPasses = [2]int64{0, Second}
	p.Net.Duplicates, p.Net.Capacity = rapid.IntRange(0, 1).Draw(t, "duplicates"), MaxCapacity
	p.Net.Losses = rapid.IntRange(0, 2).Draw(t, "losses")
	p.Net.Queue = rapid.Bool().Draw(t, "queue")
	again := []Call{{Do: Connect, When: AfterClosed}, {Do: Send, N: 1}, {Do: Close}}
	p.Host[Client].Script = slices.Concat(rapid.SampledFrom([][]Call{
		{{Do: Close}}, {{Do: Send, N: 2}, {Do: Close}}, {{Do: Crash}, {Do: Reboot}}, {{Do: Close}, {Do: Connect}}, {{Do: Exit, When: Anytime, Within: Never}},
	}).Draw(t, "client"), again, again)
	serve := []Call{{Do: Accept}, {Do: Close, When: AfterEOF}}
	p.Host[Server].Script = slices.Concat(rapid.SampledFrom([][]Call{{{Do: Close, When: AfterEOF}}, {{Do: Close}}, {{Do: Close}, {Do: Connect, When: AfterClosed}, {Do: Close}}}).Draw(t, "server"), serve, serve)
	p.Host[Server].Listens, p.Host[Client].Listens = true, rapid.Bool().Draw(t, "client listens")
	for h := range p.Host {
		c := &p.Host[h]
		c.TCPTimestamps, c.TCPTwReuse, c.BoundPort = rapid.Bool().Draw(t, "timestamps"), rapid.Uint8Range(0, 2).Draw(t, "reuse"), rapid.Bool().Draw(t, "bound")
		c.TCPMaxTwBuckets = rapid.SampledFrom([]int{0, 100}).Draw(t, "buckets")
		c.TCPRfc1337 = rapid.Bool().Draw(t, "rfc1337")
	}
	return p
}

// Along random runs nothing gets lost in a packed state, Successors and Fire agree, only an
// old SYN, or TIME_WAIT that comes back, takes a host back to an earlier connection, what it
// opens itself is newer than all it has had, and no segment is of a connection that nobody
// has opened.
func TestRandomReopenedRuns(t *testing.T) {
	opened := 0
	rapid.Check(t, func(t *rapid.T) {
		exact, err := New(reopening(t))
		require.NoError(t, err)
		m := exact
		if rapid.Bool().Draw(t, "any") {
			m = exact.Any()
		}
		s := m.Init()[0]
		var newest [2]uint8
		words := make([]uint64, m.Words())
		for range rapid.IntRange(10, 80).Draw(t, "steps") {
			m.Pack(s, words)
			require.Equal(t, s, m.Unpack(words))
			require.Equal(t, s, m.Mirror(m.Mirror(s)))
			var next []State
			full := false
			for i, e := range m.Events(s, nil) {
				if i > 0 && e.ID == m.Events(s, nil)[i-1].ID {
					continue
				}
				m.Fire(s, e, func(n State, how Effect) { next, full = append(next, n), full || how.Full })
			}
			if !full {
				require.Equal(t, next, m.Successors(s, nil))
			}
			next = slices.DeleteFunc(next, func(n State) bool { return n == State{} })
			if len(next) == 0 {
				break
			}
			to := next[rapid.IntRange(0, len(next)-1).Draw(t, "next")]
			for h := range to.Host {
				was, e := &s.Host[h], &to.Host[h]
				if e.Incarnation > was.Incarnation {
					opened++
				}
				if e.Incarnation < was.Incarnation {
					require.True(t, e.State == SynRcvd && !e.Open || e.State == TimeWait && was.State == SynRcvd && was.Waited > 0)
				}
				if e.State == SynSent && was.State != SynSent {
					require.Greater(t, e.Incarnation, newest[h])
				}
				newest[h] = max(newest[h], e.Incarnation)
			}
			for _, bag := range to.Net {
				for _, g := range bag {
					require.LessOrEqual(t, g.Incarnation(), max(newest[Client], newest[Server]))
				}
			}
			s = to
		}
	})
	if !testing.Short() {
		require.Positive(t, opened)
	}
}

// An old duplicate of a SYN takes the host back to the connection that it is of (RFC 9293
// figure 9). What the host opens next is newer than all that it has had, and so are its
// numbers: not those of the connection before the SYN came.
func TestConnectAfterOldSYN(t *testing.T) {
	again := Call{Do: Connect, When: AfterClosed}
	p := Params{Profile: Linux, Host: [2]HostParams{DefaultHost(), DefaultHost()}, Net: DefaultNet(), Incarnations: 4}
	p.Host[Client].Script, p.Host[Client].Listens = []Call{again, again, again, again}, true
	m, err := New(p)
	require.NoError(t, err)
	s := m.Init()[0]
	s.Host[Client] = Endpoint{State: Closed, Incarnation: 2, PC: 2}
	s, sent := m.Inject(s, Client, Segment{Flags: SYN}.InIncarnation(1))
	require.Equal(t, SynRcvd, s.Host[Client].State)
	require.Equal(t, []Segment{Segment{Flags: SYN | ACK, Seq: isnStep, Ack: 1}.InIncarnation(1)}, sent)
	words := make([]uint64, m.Words())
	m.Pack(s, words)
	require.Equal(t, s, m.Unpack(words))

	s, _ = m.Inject(s, Client, Segment{Flags: RST, Seq: 1}.InIncarnation(1))
	require.Equal(t, Closed, s.Host[Client].State)
	require.EqualValues(t, 1, s.Host[Client].Incarnation)
	s, sent = m.Perform(s, Client, again)
	require.Equal(t, []Segment{Segment{Flags: SYN, Seq: 3 * isnStep}.InIncarnation(3)}, sent)
	require.Equal(t, SynSent, s.Host[Client].State)
	require.Zero(t, s.Host[Client].Newest)
}

// TestNewestIsForgotten: with no connect() left, nobody asks for a connection newer than all.
func TestNewestIsForgotten(t *testing.T) {
	p := Params{Profile: Linux, Host: [2]HostParams{DefaultHost(), DefaultHost()}, Net: DefaultNet(), Incarnations: 4}
	p.Host[Client].Script, p.Host[Client].Listens = []Call{{Do: Connect, When: AfterClosed}}, true
	m, err := New(p)
	require.NoError(t, err)
	s := m.Init()[0]
	for calls, newest := range []uint8{2, 0} {
		s.Host[Client] = Endpoint{State: Closed, Incarnation: 2, PC: uint8(calls)}
		arrives := func(m *Model, want uint8) {
			m.Arrive(s, Client, Segment{Flags: SYN}.InIncarnation(1), func(to State, _ Effect) {
				require.Equal(t, want, to.Host[Client].Newest)
			})
		}
		arrives(m, newest)
		arrives(m.LeavesOut(int(clearNewest)), 2)
	}
}

// The last of the connections can be the one whose TIME_WAIT a SYN has ended.
func TestPackedWaited(t *testing.T) {
	m, err := New(Params{Host: [2]HostParams{DefaultHost(), DefaultHost()}, Net: DefaultNet(), Incarnations: MaxIncarnations})
	require.NoError(t, err)
	s := m.Init()[0]
	s.Host[Server].Waited, s.Host[Server].WaitedSnd, s.Host[Server].WaitedRcv = MaxIncarnations, 0xa5, 0x5a
	words := make([]uint64, m.Words())
	m.Pack(s, words)
	require.Equal(t, s, m.Unpack(words))
}

// The handshake, segment by segment: a state, what arrives, and what RFC 9293 §3.10.7.2 to
// §3.10.7.4 makes of it.
func TestHandshakeRules(t *testing.T) {
	const isn = isnStep
	sent := Endpoint{State: SynSent, Open: true, Incarnation: 1, ISS: isn, SndUna: isn, SndNxt: isn + 1, SndEnd: isn + 1, Rexmt: RTO}
	rcvd := sent
	rcvd.State, rcvd.RcvNxt, rcvd.Open = SynRcvd, 50, false
	both := rcvd
	both.Open = true
	seg := func(f Flags, seq, ack Seq) Segment { return Segment{Flags: f, Seq: seq, Ack: ack}.InIncarnation(1) }
	for name, c := range map[string]struct {
		profile Profile
		from    Endpoint
		g       Segment
		state   ConnState
		answer  []Segment
		err     Errno
	}{
		"SYN_SENT, SYN+ACK":               {RFC9293, sent, seg(SYN|ACK, 49, isn+1), Established, []Segment{seg(ACK, isn+1, 50)}, NoError},
		"SYN_SENT, ACK of something else": {RFC9293, sent, seg(ACK, 2, 2), SynSent, []Segment{seg(RST, 2, 0)}, NoError},
		"SYN_SENT, old SYN+ACK":           {RFC9293, sent, seg(SYN|ACK, 49, isn+2), SynSent, []Segment{seg(RST, isn+2, 0)}, NoError},
		"SYN_SENT, RST of the SYN":        {RFC9293, sent, seg(RST|ACK, 0, isn+1), Closed, nil, ECONNREFUSED},
		"SYN_SENT, RST without ACK":       {RFC9293, sent, seg(RST, 2, 0), SynSent, nil, NoError},
		"SYN_SENT, RST of something else": {RFC9293, sent, seg(RST|ACK, 0, isn), SynSent, nil, NoError},
		"SYN_SENT, ACK without SYN":       {RFC9293, sent, seg(ACK, 2, isn+1), SynSent, nil, NoError},
		"SYN_SENT, SYN":                   {RFC9293, sent, seg(SYN, 49, 0), SynRcvd, []Segment{seg(SYN|ACK, isn, 50)}, NoError},
		"SYN_RCVD, ACK":                   {RFC9293, rcvd, seg(ACK, 50, isn+1), Established, nil, NoError},
		"SYN_RCVD, FIN":                   {RFC9293, rcvd, seg(FIN|ACK, 50, isn+1), CloseWait, nil, NoError},
		"SYN_RCVD, wrong ACK":             {RFC9293, rcvd, seg(ACK, 50, isn), SynRcvd, []Segment{seg(RST, isn, 0)}, NoError},
		"SYN_RCVD, the SYN again, rfc":    {RFC9293, rcvd, seg(SYN, 49, 0), SynRcvd, []Segment{seg(ACK, isn+1, 50)}, NoError},
		"SYN_RCVD, the SYN again, linux":  {Linux, rcvd, seg(SYN, 49, 0), SynRcvd, []Segment{seg(SYN|ACK, isn, 50)}, NoError},
		"SYN_RCVD, RST":                   {RFC9293, rcvd, seg(RST, 50, 0), Closed, nil, NoError},
		"SYN_RCVD, RST in the window":     {RFC9293, rcvd, seg(RST, 51, 0), SynRcvd, []Segment{seg(ACK, isn+1, 50)}, NoError},
		"request, RST in the window":      {Linux, rcvd, seg(RST, 51, 0), Closed, nil, NoError},
		"request, another SYN":            {Linux, rcvd, seg(SYN, 51, 0), Closed, []Segment{seg(RST|ACK, 0, 52)}, NoError},
		"SYN_RCVD, another SYN":           {RFC9293, rcvd, seg(SYN, 51, 0), SynRcvd, []Segment{seg(ACK, isn+1, 50)}, NoError},
		"SYN_RCVD, out of the window":     {RFC9293, rcvd, seg(ACK, 40, isn+1), SynRcvd, []Segment{seg(ACK, isn+1, 50)}, NoError},
		"both open, SYN+ACK":              {RFC9293, both, seg(SYN|ACK, 49, isn+1), Established, []Segment{seg(ACK, isn+1, 50)}, NoError},
		"both open, RST":                  {RFC9293, both, seg(RST, 50, 0), Closed, nil, ECONNRESET},
		"LISTEN, SYN":                     {RFC9293, Endpoint{State: Closed}, seg(SYN, 49, 0), SynRcvd, []Segment{seg(SYN|ACK, isn, 50)}, NoError},
		"LISTEN, ACK":                     {RFC9293, Endpoint{State: Closed}, seg(ACK, 49, 7), Closed, []Segment{seg(RST, 7, 0)}, NoError},
		"LISTEN, RST":                     {RFC9293, Endpoint{State: Closed}, seg(RST, 49, 0), Closed, nil, NoError},
		"LISTEN, FIN alone":               {RFC9293, Endpoint{State: Closed}, seg(FIN, 49, 0), Closed, nil, NoError},
		"LISTEN, SYN+FIN, linux":          {Linux, Endpoint{State: Closed}, seg(SYN|FIN, 49, 0), Closed, nil, NoError},
	} {
		t.Run(name, func(t *testing.T) {
			p := Params{Profile: c.profile, Host: [2]HostParams{DefaultHost(), DefaultHost()}, Net: DefaultNet(), Incarnations: 2}
			p.Host[Server].Listens = true
			m, err := New(p)
			require.NoError(t, err)
			s := m.Init()[0]
			s.Host[Server] = c.from
			s, answer := m.Inject(s, Server, c.g)
			require.Equal(t, c.state, s.Host[Server].State)
			require.Equal(t, c.answer, answer)
			require.Equal(t, c.err, s.Host[Server].Error)
		})
	}
}

// A connect() where something is left: the conditions of tcp_twsk_unique.
func TestReuse(t *testing.T) {
	type given struct {
		stamps, bound, ready, loopback bool
		mode                           uint8
		state                          ConnState
	}
	for c, taken := range map[given]bool{
		{true, false, true, false, 1, TimeWait}:  true,
		{true, false, false, false, 1, TimeWait}: false, // tcp_tw_reuse_delay
		{true, false, true, false, 0, TimeWait}:  false,
		{true, false, true, false, 2, TimeWait}:  false, // not loopback
		{true, false, true, true, 2, TimeWait}:   true,
		{false, false, true, true, 1, TimeWait}:  false, // no timestamps
		{true, true, false, false, 0, TimeWait}:  true,  // the port was bound
		{false, true, false, false, 0, TimeWait}: false,
		{true, true, false, false, 0, FinWait2}:  true,
		{true, false, true, false, 1, FinWait2}:  false, // the kernel's ports: TIME_WAIT only
	} {
		p := Params{Host: [2]HostParams{DefaultHost(), DefaultHost()}, Net: DefaultNet(), Incarnations: 2, ISN: ISNArbitrary}
		p.Host[Client].TCPTimestamps, p.Host[Server].TCPTimestamps = c.stamps, c.stamps
		p.Host[Client].BoundPort, p.Host[Client].TCPTwReuse, p.Net.Loopback = c.bound, c.mode, c.loopback
		m, err := New(p)
		require.NoError(t, err)
		s := m.Init()[0]
		s.Host[Client] = Endpoint{State: c.state, Mini: true, Timer: TimeWaitTimer, SndUna: 2, SndNxt: 2, SndEnd: 2, FinQueued: true, RcvNxt: 2, RcvWup: 2, ReuseReady: c.ready}
		s, sent := m.Perform(s, Client, Call{Do: Connect})
		if taken {
			require.Equal(t, SynSent, s.Host[Client].State, "%+v", c)
			require.Equal(t, []Segment{Segment{Flags: SYN, Seq: isnStep}.InIncarnation(1)}, sent, "above the old numbers")
		} else {
			require.Equal(t, c.state, s.Host[Client].State, "%+v", c)
			require.Equal(t, EADDRNOTAVAIL, s.Host[Client].SawErr)
			require.Empty(t, sent)
		}
	}
}

// PAWS: what is two ticks older than the connection is not taken, an RST is.
func TestPAWS(t *testing.T) {
	for _, soon := range []bool{false, true} {
		p := Params{Host: [2]HostParams{DefaultHost(), DefaultHost()}, Net: DefaultNet(), Incarnations: 2}
		p.Host[Client].TCPTimestamps, p.Host[Server].TCPTimestamps = true, true
		m, err := New(p)
		require.NoError(t, err)
		s := m.Init()[0]
		for h := range s.Host {
			s.Host[h].Incarnation = 1
		}
		s.Host[Client].SameStamps = soon // it opened within two ticks of its last segment
		old, _ := m.Inject(s, Server, Segment{Flags: FIN | ACK, Seq: 1, Ack: 1})
		reset, _ := m.Inject(s, Server, Segment{Flags: RST, Seq: 1})
		require.Equal(t, Closed, reset.Host[Server].State, "exempt from PAWS")
		if soon {
			require.Equal(t, CloseWait, old.Host[Server].State)
		} else {
			require.Equal(t, Established, old.Host[Server].State)
		}
	}
}

// A SYN in TIME_WAIT of Linux: newer by its number or its timestamp, it opens the next
// connection with a number above the old ones; otherwise it is acknowledged.
func TestSYNInTimeWait(t *testing.T) {
	for _, c := range []struct {
		seq    Seq
		stamps bool
		soon   bool
		opens  bool
	}{{3, false, false, true}, {2, false, false, false}, {1, false, false, false}, {1, true, false, true}, {1, true, true, false}} {
		p := Params{Host: [2]HostParams{DefaultHost(), DefaultHost()}, Net: DefaultNet(), Incarnations: 2, ISN: ISNArbitrary}
		p.Host[Client].TCPTimestamps, p.Host[Server].TCPTimestamps, p.Host[Server].Listens = c.stamps, c.stamps, true
		m, err := New(p)
		require.NoError(t, err)
		s := m.Init()[0]
		s.Host[Client].SameStamps = c.soon
		s.Host[Server] = Endpoint{State: TimeWait, Mini: true, Timer: TimeWaitTimer, SndUna: 2, SndNxt: 2, SndEnd: 2, FinQueued: true, RcvNxt: 2, RcvWup: 2}
		s, sent := m.Inject(s, Server, Segment{Flags: SYN, Seq: c.seq}.InIncarnation(1))
		if c.opens {
			require.Equal(t, SynRcvd, s.Host[Server].State, "%+v", c)
			require.Equal(t, []Segment{Segment{Flags: SYN | ACK, Seq: isnStep, Ack: c.seq + 1}.InIncarnation(1)}, sent)
		} else {
			require.Equal(t, TimeWait, s.Host[Server].State, "%+v", c)
			require.Equal(t, []Segment{{Flags: ACK, Seq: 2, Ack: 2}}, sent)
		}
	}
}

// By RFC 9293 a SYN that has ended TIME_WAIT and is refused by its sender was an old one,
// and TIME_WAIT comes back as it was (MAY-2); the ACK of the SYN+ACK proves it new.
func TestOldSYNReturnsToTimeWait(t *testing.T) {
	for _, profile := range []Profile{RFC9293, Linux} {
		p := Params{Profile: profile, Host: [2]HostParams{DefaultHost(), DefaultHost()}, Net: DefaultNet(), Incarnations: 2}
		p.Host[Server].Listens = true
		m, err := New(p)
		require.NoError(t, err)
		waiting := m.Init()[0]
		waiting.Host[Server] = Endpoint{
			State: TimeWait, Timer: TimeWaitTimer, Mini: profile == Linux, SndUna: 2, SndNxt: 2, SndEnd: 2, FinQueued: true,
			RcvNxt: 4, RcvWup: 4, PeerFin: true, ActiveClose: true, FinSeq: 1,
		}
		again, sent := m.Inject(waiting, Server, Segment{Flags: SYN, Seq: 4}.InIncarnation(1))
		require.Equal(t, TimeWait, again.Host[Server].State, "not newer than RCV.NXT")
		require.Equal(t, []Segment{{Flags: ACK, Seq: 2, Ack: 4}}, sent)

		opened, sent := m.Inject(waiting, Server, Segment{Flags: SYN, Seq: 20}.InIncarnation(1))
		require.Equal(t, SynRcvd, opened.Host[Server].State)
		require.Equal(t, []Segment{Segment{Flags: SYN | ACK, Seq: isnStep, Ack: 21}.InIncarnation(1)}, sent)
		words := make([]uint64, m.Words())
		m.Pack(opened, words)
		require.Equal(t, opened, m.Unpack(words))

		refused, _ := m.Inject(opened, Server, Segment{Flags: RST, Seq: 21}.InIncarnation(1))
		if profile == RFC9293 {
			back := waiting
			back.Host[Server].Newest = 1 // the number of the SYN is used up
			require.Equal(t, back, refused)
		} else {
			require.Equal(t, Closed, refused.Host[Server].State)
		}
		up, _ := m.Inject(opened, Server, Segment{Flags: ACK, Seq: 21, Ack: isnStep + 1}.InIncarnation(1))
		require.Equal(t, Established, up.Host[Server].State)
		require.Zero(t, up.Host[Server].Waited)
	}
}

// The diamond test where connections follow each other.
func TestReopenedFootprintsCommute(t *testing.T) {
	commuted := 0
	rapid.Check(t, func(t *rapid.T) {
		m, err := New(reopening(t))
		require.NoError(t, err)
		if rapid.IntRange(0, 3).Draw(t, "any") > 0 {
			m = m.Any()
		}
		walk(t, m, func(_ State, _ Event, s State, _ Effect) {
			if s.Host[Client].Incarnation+s.Host[Server].Incarnation == 0 {
				return
			}
			events := m.Events(s, nil)
			for _, a := range events {
				for _, b := range events {
					if a.ID != b.ID && moves(m, s, a, b) && requireCommutes(t, m, s, a, b) {
						commuted++
					}
				}
			}
		})
	})
	if !testing.Short() {
		require.Positive(t, commuted)
	}
}
