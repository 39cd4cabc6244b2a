package conform

import (
	"context"
	"net/netip"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/cmd/finwait/conform/capture"
	"github.com/finwait/finwait/spec"
)

func labCaptures(t *testing.T) map[string][]*capture.Connection {
	files, err := filepath.Glob("testdata/scenarios/*.pcap")
	require.NoError(t, err)
	require.Len(t, files, len(scenarios))
	all := map[string][]*capture.Connection{}
	for _, name := range files {
		found, skipped, err := capture.Read(name)
		require.NoError(t, err)
		require.Zero(t, skipped.Malformed)
		require.False(t, skipped.Truncated)
		all[filepath.Base(name)] = found
	}
	return all
}

func judgedCapture(t *testing.T, c *capture.Connection, maxStates int) Result {
	o, err := observePcap(c, spec.Millisecond)
	require.NoError(t, err)
	require.NoError(t, o.validate())
	r, err := Judge(context.Background(), o, checker.Options{MaxStates: maxStates})
	require.NoError(t, err)
	return r
}

// oneEnded are captures of which either end alone is explained soon. The others
// take long where much is left open, and must only not be refuted.
var oneEnded = map[string]bool{
	"a_3seg.pcap": true, "a_normal.pcap": true, "g_linger0.pcap": true, "f_once.pcap": true,
}

// The captures of the lab, of both ends, are explained without being told what was
// called or set up; so is what either end alone saw.
func TestPcapsConform(t *testing.T) {
	reopened := 0
	for name, connections := range labCaptures(t) {
		t.Run(name, func(t *testing.T) {
			for _, c := range connections {
				if !c.Torn() || c.Root() != c {
					continue
				}
				if c.After != nil {
					reopened++
				}
				r := judgedCapture(t, c, 100_000)
				require.Equal(t, Conforms, r.Verdict, "%v: %s", c, r.Unexplained)
				for near := range c.Ends {
					one := *c
					one.BothEnds = false
					seen := func(all []capture.Packet) (own []capture.Packet) {
						for _, p := range all {
							if sent := p.TTL == 64; sent == (p.Side == near) {
								own = append(own, p)
							}
						}
						return own
					}
					one.Packets = seen(c.Packets)
					if c.After != nil {
						after := *c.After
						after.Whole = seen(after.Whole)
						one.After = &after
					}
					if len(one.Packets) == 0 {
						continue
					}
					most := 4_000
					if oneEnded[name] {
						most = 100_000
					}
					r := judgedCapture(t, &one, most)
					require.NotEqual(t, Deviates, r.Verdict, "%v at %d: %s", c, near, r.Unexplained)
					require.True(t, r.Verdict == Conforms || !oneEnded[name], "%v at %d", c, near)
				}
			}
		})
	}
	require.Equal(t, 6, reopened, "handshakes behind a teardown")
}

// The handshake of the next connection is judged with what is left of the one before.
func TestPcapsOfNextConnectionsThatDeviate(t *testing.T) {
	for _, name := range []string{"h_auto_reuse1_ts1.pcap", "h_server_tw_ts0.pcap"} {
		for what, change := range map[string]func(next []capture.Packet) []capture.Packet{
			"no ACK of the SYN+ACK": func(next []capture.Packet) []capture.Packet { return next[:len(next)-2] },
			"no SYN+ACK":            func(next []capture.Packet) []capture.Packet { return append(next[:2:2], next[4:]...) },
			"another ACK": func(next []capture.Packet) []capture.Packet {
				next[len(next)-1].Ack++
				next[len(next)-2].Ack++
				return next
			},
		} {
			c := *labCaptures(t)[name][0]
			after := *c.After
			after.Whole = change(append([]capture.Packet{}, after.Whole[:6]...)) // three segments, at both ends
			c.After = &after
			require.Equal(t, Deviates, judgedCapture(t, &c, 100_000).Verdict, "%s, %s", name, what)
		}
	}
}

// What no application and no setting explains deviates: an answer that is missing,
// a number that is wrong, a segment too many.
func TestPcapsThatDeviate(t *testing.T) {
	change := func(name string, f func(packets []capture.Packet) []capture.Packet) string {
		c := *labCaptures(t)[name][0]
		c.Packets = f(append([]capture.Packet{}, c.Packets...))
		return judgedCapture(t, &c, 100_000).Verdict
	}
	require.Equal(t, Deviates, change("a_normal.pcap", func(p []capture.Packet) []capture.Packet {
		return p[:len(p)-2] // the client's last ACK, seen twice
	}), "the last ACK is not sent")
	require.Equal(t, Deviates, change("a_normal.pcap", func(p []capture.Packet) []capture.Packet {
		last := p[len(p)-2]
		for i := range 2 {
			again := last
			again.ID, again.TTL, again.At = 7, uint8(64-i), p[len(p)-1].At+int64(i+1)*100_000
			p = append(p, again)
		}
		return p
	}), "an ACK that nothing asks for")
	require.Equal(t, Deviates, change("b_retries3.pcap", func(p []capture.Packet) []capture.Packet {
		for i := range p[2:] {
			p[i+2].At -= 100_000
		}
		return p
	}), "a timer that is early once and late once")
}

func TestEndings(t *testing.T) {
	at := func(g spec.Segment, t int64) seenSegment { return seenSegment{g, t, t} }
	fin := spec.Segment{Flags: spec.FIN | spec.ACK, Seq: 1, Ack: 1}
	texts := func(all []ending) (list []string) {
		for _, e := range all {
			list = append(list, e.text)
		}
		return list
	}
	require.Equal(t, "closes", texts(endings([]seenSegment{at(fin, 1)}, nil))[0])
	require.Equal(t, "calls nothing", texts(endings(nil, nil))[0])
	require.Equal(t, "closes with SO_LINGER 0", texts(endings([]seenSegment{at(spec.Segment{Flags: spec.RST | spec.ACK}, 1)}, nil))[0])
	passive := endings([]seenSegment{at(fin, 5)}, []seenSegment{at(fin, 1)})[0]
	require.Equal(t, []spec.Do{spec.ReadData, spec.Close}, []spec.Do{passive.script[0].Do, passive.script[1].Do})
}

func TestTimersByRetransmissions(t *testing.T) {
	copies := func(ms ...int64) (own []seenSegment) {
		for _, at := range ms {
			own = append(own, seenSegment{spec.Segment{Flags: spec.FIN | spec.ACK, Seq: 1}, at * spec.Millisecond, -1})
		}
		return own
	}
	for _, c := range []struct {
		at         []int64
		rto, probe int64
		ok         bool
	}{
		{[]int64{0}, 0, 0, false},
		{[]int64{0, 10}, 0, 10, true},
		{[]int64{0, 210}, 210, 0, true},
		{[]int64{0, 207, 415, 835}, 208, 207, true},
		{[]int64{0, 206, 630, 1460}, 206, 0, true},
	} {
		e, ok := estimate(copies(c.at...))
		require.Equal(t, c.ok, ok)
		require.Equal(t, timers{c.rto * spec.Millisecond, c.probe * spec.Millisecond}, e, c.at)
	}
}

// A capture at two interfaces of one host shows every packet twice.
func TestDoubledCapture(t *testing.T) {
	for _, name := range []string{"a_normal.pcap", "b_retries1.pcap", "g_linger0.pcap"} {
		c := *labCaptures(t)[name][0]
		packets := c.Packets
		c.Packets = nil
		for _, p := range packets {
			again := p
			again.At += 20
			c.Packets = append(c.Packets, p, again)
		}
		require.Equal(t, Conforms, judgedCapture(t, &c, 100_000).Verdict, name)
	}
}

// On a loopback interface every segment can be shown twice.
func TestLoopbackCapture(t *testing.T) {
	end := netip.MustParseAddr("127.0.0.1")
	c := &capture.Connection{Ends: [2]netip.AddrPort{netip.AddrPortFrom(end, 1), netip.AddrPortFrom(end, 2)}, Opened: 0}
	for i, p := range []capture.Packet{
		{Side: 0, Seq: 100, Ack: 200, FIN: true, ACK: true},
		{Side: 1, Seq: 200, Ack: 101, ACK: true, At: 40_000},
		{Side: 1, Seq: 200, Ack: 101, FIN: true, ACK: true, At: 100_000},
		{Side: 0, Seq: 101, Ack: 201, ACK: true, At: 100_050},
	} {
		p.TTL, p.ID = 64, uint16(i)
		again := p
		again.At += 5
		c.Packets = append(c.Packets, p, again)
	}
	require.Equal(t, Conforms, judgedCapture(t, c, 100_000).Verdict)
}
