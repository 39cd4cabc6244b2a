package spec

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// genParams draws parameters of every kind, small enough to walk through.
func genParams() *rapid.Generator[Params] {
	return rapid.Custom(func(t *rapid.T) Params {
		p := Params{
			Profile:   rapid.SampledFrom(Profiles()).Draw(t, "profile"),
			Net:       DefaultNet(),
			CountFins: rapid.SampledFrom([]uint8{0, 3}).Draw(t, "count fins"),
		}
		for h := Client; h <= Server; h++ {
			p.Host[h] = genHost(h).Draw(t, h.String())
			lo := rapid.Int64Range(0, 3).Draw(t, "delay") * Millisecond
			p.Net.Delay[h] = [2]int64{lo, lo + rapid.Int64Range(0, 50).Draw(t, "jitter")*Millisecond}
		}
		p.Net.Losses = rapid.IntRange(Unlimited, 2).Draw(t, "losses")
		p.Net.Duplicates = rapid.IntRange(0, 2).Draw(t, "duplicates")
		p.Net.Queue = rapid.Bool().Draw(t, "queue")
		p.Net.Capacity = rapid.IntRange(2, MaxCapacity).Draw(t, "capacity")
		if rapid.Bool().Draw(t, "scripted") {
			p.Net.Lose = []LossRule{{
				From: Host(rapid.IntRange(0, 1).Draw(t, "from")),
				Kind: rapid.SampledFrom([]SegmentKind{KindFIN, KindACK, KindRST, KindDATA}).Draw(t, "kind"),
				Nth:  rapid.SliceOfN(rapid.Uint8Range(1, 3), 0, 2).Draw(t, "nth"),
			}}
		}
		return p
	})
}

func genHost(h Host) *rapid.Generator[HostParams] {
	return rapid.Custom(func(t *rapid.T) HostParams {
		c := DefaultHost()
		c.TCPOrphanRetries = rapid.Uint8Range(0, 3).Draw(t, "tcp_orphan_retries")
		c.TCPRetries2 = rapid.Uint8Range(0, 3).Draw(t, "tcp_retries2")
		c.TCPFinTimeout = rapid.SampledFrom([]int64{0, 1, 60, 61, 120}).Draw(t, "tcp_fin_timeout") * Second
		c.TCPEarlyRetrans = rapid.Bool().Draw(t, "tcp_early_retrans")
		c.TCPRfc1337 = rapid.Bool().Draw(t, "tcp_rfc1337")
		c.TCPMaxTwBuckets = rapid.IntRange(0, 1).Draw(t, "tcp_max_tw_buckets")
		c.SoLinger.On = rapid.Bool().Draw(t, "so_linger")
		c.SoLinger.Time = rapid.Int64Range(0, 2).Draw(t, "linger time") * Second
		c.TCPLinger2 = rapid.Int64Range(-1, 1).Draw(t, "tcp_linger2") * Second
		c.TCPUserTimeout = rapid.SampledFrom([]int64{0, 3 * Second}).Draw(t, "tcp_user_timeout")
		c.SoKeepalive = rapid.Bool().Draw(t, "so_keepalive")
		c.KeepaliveProbes = rapid.Uint8Range(0, 2).Draw(t, "tcp_keepalive_probes")
		c.RTOMax = rapid.SampledFrom([]int64{1, 120}).Draw(t, "rto_max") * Second
		c.ReceiveBuffer = rapid.Uint8Range(0, 2).Draw(t, "receive_buffer")
		c.DelayedAck[0] = rapid.SampledFrom([]int64{0, 40}).Draw(t, "delayed_ack") * Millisecond
		c.DelayedAck[1] = c.DelayedAck[0]
		c.TimerSlack = rapid.Bool().Draw(t, "slack")
		when := func() When { return When(rapid.IntRange(0, int(AfterError)).Draw(t, "when")) }
		for range rapid.IntRange(0, 2).Draw(t, "calls before") {
			do := rapid.SampledFrom([]Do{Send, ReadData, ShutdownWR, ShutdownRD, ShutdownRDWR}).Draw(t, "do")
			c.Script = append(c.Script, Call{Do: do, N: rapid.Uint8Range(1, 2).Draw(t, "n"), When: when()})
		}
		last := rapid.SampledFrom([]Do{0, Close, Exit, Crash}).Draw(t, "last")
		if last != 0 {
			c.Script = append(c.Script, Call{Do: last, When: when(), Within: Second})
		}
		if last != Crash && rapid.IntRange(0, 7).Draw(t, "link-down") == 7 {
			c.Script = append(c.Script, Call{Do: LinkDown, When: when()})
		}
		if last == Crash && rapid.Bool().Draw(t, "reboot") {
			c.Script = append(c.Script, Call{Do: Reboot})
		}
		return c
	})
}

// TestSuccessorsAreFired compares the two ways of asking for next states.
func TestSuccessorsAreFired(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m, err := New(genParams().Draw(t, "params"))
		require.NoError(t, err)
		if rapid.Bool().Draw(t, "any") {
			m = m.Any()
		}
		walk(t, m, func(s State, _ Event, _ State, _ Effect) {
			var fired []State
			full := false
			events, seen := m.Events(s, nil), map[uint64]bool{}
			for _, e := range events {
				if seen[e.ID] {
					continue
				}
				seen[e.ID] = true
				m.Fire(s, e, func(to State, how Effect) {
					full = full || how.Full
					fired = append(fired, to)
				})
			}
			listed := m.Successors(s, []State{})
			if full {
				require.Nil(t, listed)
			} else {
				require.Equal(t, fired, listed)
			}
		})
	})
}

// walk takes random steps through the model and hands each to visit.
func walk(t *rapid.T, m *Model, visit func(from State, e Event, to State, how Effect)) {
	s := m.Init()[0]
	for range 60 {
		events := m.Events(s, nil)
		if len(events) == 0 {
			return
		}
		e := rapid.SampledFrom(events).Draw(t, "event")
		var next []State
		m.Fire(s, e, func(n State, how Effect) {
			if !how.Full {
				visit(s, e, n, how)
				next = append(next, n)
			}
		})
		if len(next) == 0 {
			return // a bound of the bag
		}
		s = rapid.SampledFrom(next).Draw(t, "fate")
	}
}

// TestRandomWalks checks what must hold of every step whatever the parameters.
func TestRandomWalks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m, err := New(genParams().Draw(t, "params"))
		require.NoError(t, err)
		if rapid.Bool().Draw(t, "any") {
			m = m.Any()
		}
		walk(t, m, func(from State, e Event, to State, how Effect) {
			packed := make([]uint64, m.Words())
			m.Pack(to, packed)
			require.Equal(t, to, m.Unpack(packed), "packing round-trips")
			checkWindows(t, m, from, e, to, how)
			for h := Client; h <= Server; h++ {
				checkEndpoint(t, to.Host[h])
				checkBag(t, m, to.Net[h])
			}
			sent := packLabel(SentIn(how.Label))
			require.Equal(t, how.Label[0], sent[0], "labels round-trip")
			require.Equal(t, how.Label[1]&(1<<stateTimerBit-1), sent[1], "labels round-trip")
			require.NotEmpty(t, m.Describe(from, e))
		})
	})
}

// checkWindows holds the model to its contract with the engine: fresh events are
// pending, and what was pending before and is not fresh keeps its window.
func checkWindows(t require.TestingT, m *Model, from State, e Event, to State, how Effect) {
	type count struct{ before, after, fresh int }
	counts, windows := map[uint64]*count{}, map[uint64]Event{}
	at := func(id uint64) *count {
		if counts[id] == nil {
			counts[id] = &count{}
		}
		return counts[id]
	}
	for _, o := range m.Events(from, nil) {
		at(o.ID).before++
		windows[o.ID] = o
	}
	at(e.ID).before--
	for _, id := range how.Fresh[:how.FreshCount] {
		at(id).fresh++
	}
	for _, n := range m.Events(to, nil) {
		at(n.ID).after++
		require.LessOrEqual(t, n.Earliest, n.Latest)
		require.GreaterOrEqual(t, n.Earliest, int64(0))
		if old, was := windows[n.ID]; was && at(n.ID).fresh == 0 {
			require.Equal(t, old, n, "a kept event keeps its window")
		}
	}
	for id, c := range counts {
		kept := c.after - c.fresh
		require.GreaterOrEqualf(t, kept, 0, "%+v is fresh and not pending", EventOf(id))
		require.LessOrEqualf(t, kept, c.before, "%+v is pending, not fresh, and was not pending", EventOf(id))
	}
}

func checkEndpoint(t *rapid.T, e Endpoint) {
	require.NotZero(t, e.State)
	require.False(t, e.SndUna.After(e.SndNxt), "SND.UNA <= SND.NXT")
	require.False(t, e.SndNxt.After(e.SndEnd), "nothing is sent beyond the FIN")
	require.False(t, e.RcvWup.After(e.RcvNxt))
	require.Zero(t, e.Held&1, "what is in order is not held")
	require.NotEqual(t, uint8(1), e.HeldFin)
	switch e.State {
	case Closed:
		require.Zero(t, e.Rexmt)
		require.Zero(t, e.Timer)
		require.False(t, e.DelayedAck || e.Mini || e.AckLimited || e.FinQueued)
	case TimeWait:
		require.Equal(t, TimeWaitTimer, e.Timer)
		require.True(t, e.PeerFin && e.FinAcked())
	case FinWait1, Closing, LastAck:
		require.True(t, e.FinQueued && !e.FinAcked())
	case FinWait2:
		require.True(t, e.FinAcked() && !e.PeerFin)
	case Established:
		require.False(t, e.FinQueued || e.PeerFin)
	case CloseWait:
		require.True(t, e.PeerFin && !e.FinQueued)
	}
}

func checkBag(t *rapid.T, m *Model, b Bag) {
	n := b.Len()
	for i := range b {
		require.Equal(t, i >= n, b[i] == Segment{}, "no gaps")
		if i > 0 && i < n && !m.p.Net.Queue {
			require.False(t, b[i].before(b[i-1]), "sorted")
		}
	}
}
