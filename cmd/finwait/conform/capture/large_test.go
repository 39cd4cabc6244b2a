package capture

import (
	"encoding/binary"
	"io"
	"runtime"
	"testing"

	"github.com/gopacket/gopacket"
	"github.com/stretchr/testify/require"
)

// stream is a capture file that is made while it is read: one teardown, then
// other traffic, then the teardown again.
type stream struct {
	left   int // bytes of other traffic
	buf    []byte
	frames [][]byte
	n      uint32
	ends   []byte
	heap   uint64 // the most that was in use
}

// Where the other traffic has its source port and its sequence number.
const (
	portAt = 14 + 20
	seqAt  = portAt + 4
)

func (s *stream) Read(p []byte) (int, error) {
	for len(s.buf) == 0 {
		if s.left <= 0 {
			if s.ends == nil {
				return 0, io.EOF
			}
			s.buf, s.ends = s.ends, nil
			break
		}
		for range 64 {
			f := s.frames[s.n%uint32(len(s.frames))]
			binary.BigEndian.PutUint16(f[portAt:], uint16(s.n%50_000+2000))
			binary.BigEndian.PutUint32(f[seqAt:], s.n)
			s.buf = append(s.buf, record(s.n, f)...)
			s.n++
		}
		s.left -= len(s.buf)
		if s.n%(1<<15) == 0 {
			var m runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&m)
			s.heap = max(s.heap, m.HeapAlloc)
		}
	}
	n := copy(p, s.buf)
	s.buf = s.buf[n:]
	return n, nil
}

// record is a frame as a pcap file has it, of little-endian order.
func record(at uint32, frame []byte) []byte {
	b := make([]byte, 16, 16+len(frame))
	binary.LittleEndian.PutUint32(b, at/1000)
	binary.LittleEndian.PutUint32(b[4:], at%1000*1000)
	binary.LittleEndian.PutUint32(b[8:], uint32(len(frame)))
	binary.LittleEndian.PutUint32(b[12:], uint32(len(frame)))
	return append(b, frame...)
}

// Other traffic, however much, costs no more than the bounds on what is kept: here
// UDP and 50000 connections of which nothing is ever acknowledged.
func TestMuchOtherTraffic(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: reads a stream of 200 MB")
	}
	p := packets(t)
	text := gopacket.Payload(make([]byte, 900))
	other := func(parts ...gopacket.SerializableLayer) []byte { return serialize(t, append(parts, text)...) }
	s := &stream{
		left: 200 << 20, buf: pcap(t, p["fin"]), ends: append(record(1<<30, p["fin"]), record(1<<30, p["ipv6"])...),
		frames: [][]byte{
			other(ethernet(0x0800), ip4(17), udp()),
			other(ethernet(0x0800), ip4(6), data()),
			other(ethernet(0x0800), ip4(6), data()),
		},
	}
	found, skipped, err := ReadFrom(s)
	require.NoError(t, err)
	require.False(t, skipped.Truncated)
	require.Greater(t, skipped.NotTCP, 50_000)
	require.Zero(t, skipped.Full)
	require.Greater(t, skipped.Forgotten, maxConnections)
	require.LessOrEqual(t, len(found), maxConnections)
	require.True(t, found[0].Torn())
	require.Len(t, found[0].Packets, 2, "from before and behind the traffic")
	late := found[len(found)-1]
	require.True(t, late.Torn(), "of a connection that begins when all room was taken")
	require.False(t, late.Overflow)
	require.Len(t, late.Packets, 1)
	kept := 0
	for _, c := range found {
		kept += len(c.Packets)
	}
	require.LessOrEqual(t, kept, maxKept)
	require.NotZero(t, s.heap)
	require.Less(t, s.heap, uint64(150<<20))
	t.Logf("%d packets kept, at most %d MB in use", kept, s.heap>>20)
}

// When there is no room for more packets, connections that need it are marked, and
// one whose data is acknowledged goes on.
func TestNoRoom(t *testing.T) {
	tab := &table{open: map[flow]*Connection{}, kept: maxKept, tight: true}
	ends := packetEnds(t)
	require.True(t, tab.add(Packet{Seq: 1, Len: 5, ACK: true, Ack: 1}, ends))
	require.True(t, tab.all[0].Overflow)
	back := ends
	back[0], back[1] = ends[1], ends[0]
	require.True(t, tab.add(Packet{Seq: 1, Ack: 6, ACK: true}, back))
	require.False(t, tab.all[0].Overflow)
	require.Equal(t, maxKept, tab.kept)
}
