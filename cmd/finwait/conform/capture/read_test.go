package capture

import (
	"bytes"
	"encoding/binary"
	"net"
	"net/netip"
	"testing"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func serialize(t require.TestingT, parts ...gopacket.SerializableLayer) []byte {
	buf := gopacket.NewSerializeBuffer()
	require.NoError(t, gopacket.SerializeLayers(buf, gopacket.SerializeOptions{FixLengths: true}, parts...))
	return bytes.Clone(buf.Bytes())
}

func ethernet(kind layers.EthernetType) *layers.Ethernet {
	return &layers.Ethernet{SrcMAC: make(net.HardwareAddr, 6), DstMAC: make(net.HardwareAddr, 6), EthernetType: kind}
}

func ip4(proto layers.IPProtocol) *layers.IPv4 {
	return &layers.IPv4{Version: 4, TTL: 64, Protocol: proto, SrcIP: net.IP{10, 0, 0, 1}, DstIP: net.IP{10, 0, 0, 2}}
}

func fin() *layers.TCP {
	return &layers.TCP{SrcPort: 1000, DstPort: 80, Seq: 7, Ack: 9, FIN: true, ACK: true}
}

// packets are the frames of the tests.
func packets(t require.TestingT) map[string][]byte {
	ip6 := &layers.IPv6{Version: 6, HopLimit: 64, NextHeader: layers.IPProtocolTCP, SrcIP: net.ParseIP("2001:db8::1"), DstIP: net.ParseIP("2001:db8::2")}
	fragment := ip4(layers.IPProtocolTCP)
	fragment.Flags = layers.IPv4MoreFragments
	text := gopacket.Payload(make([]byte, 100))
	return map[string][]byte{
		"fin":      serialize(t, ethernet(layers.EthernetTypeIPv4), ip4(layers.IPProtocolTCP), fin()),
		"text":     serialize(t, ethernet(layers.EthernetTypeIPv4), ip4(layers.IPProtocolTCP), fin(), text),
		"ipv6":     serialize(t, ethernet(layers.EthernetTypeIPv6), ip6, fin()),
		"vlan":     serialize(t, ethernet(layers.EthernetTypeDot1Q), &layers.Dot1Q{VLANIdentifier: 5, Type: layers.EthernetTypeIPv4}, ip4(layers.IPProtocolTCP), fin()),
		"udp":      serialize(t, ethernet(layers.EthernetTypeIPv4), ip4(layers.IPProtocolUDP), &layers.UDP{SrcPort: 1, DstPort: 2}),
		"fragment": serialize(t, ethernet(layers.EthernetTypeIPv4), fragment, fin()),
	}
}

func pcap(t require.TestingT, frames ...[]byte) []byte {
	var b bytes.Buffer
	w := pcapgo.NewWriter(&b)
	require.NoError(t, w.WriteFileHeader(65535, layers.LinkTypeEthernet))
	for i, f := range frames {
		require.NoError(t, w.WritePacket(gopacket.CaptureInfo{Timestamp: time.Unix(int64(i), 0), CaptureLength: len(f), Length: len(f)}, f))
	}
	return b.Bytes()
}

func TestRead(t *testing.T) {
	p := packets(t)
	for name, length := range map[string]int{"fin": 0, "text": 100, "ipv6": 0, "vlan": 0} {
		found, skipped, err := ReadFrom(bytes.NewReader(pcap(t, p[name])))
		require.NoError(t, err, name)
		require.Equal(t, Skipped{}, skipped, name)
		require.Len(t, found, 1, name)
		c := found[0]
		require.True(t, c.Torn(), name)
		require.Equal(t, Packet{Seq: 7, Ack: 9, FIN: true, ACK: true, TTL: 64, Len: length}, c.Packets[0], name)
	}
	// Cut off behind the header: the length is in the IP header.
	found, _, err := ReadFrom(bytes.NewReader(pcap(t, p["text"][:14+20+20])))
	require.NoError(t, err)
	require.Equal(t, 100, found[0].Packets[0].Len)

	found, skipped, err := ReadFrom(bytes.NewReader(pcap(t, p["udp"], p["fragment"], p["fin"][:14+20+10])))
	require.NoError(t, err)
	require.Empty(t, found)
	require.Equal(t, Skipped{NotTCP: 1, Fragments: 1, Malformed: 1}, skipped)
}

// The same IP packet is found behind every link header.
func TestLinkTypes(t *testing.T) {
	p := packets(t)
	four, six := p["fin"][14:], p["ipv6"][14:]
	behind := func(header string, ip []byte) []byte { return append([]byte(header), ip...) }
	for name, c := range map[string]struct {
		link  layers.LinkType
		frame []byte
	}{
		"EN10MB":             {1, p["fin"]},
		"EN10MB, two tags":   {1, behind(string(p["fin"][:12])+"\x88\xa8\x00\x07\x81\x00\x00\x05\x08\x00", four)},
		"NULL":               {0, behind("\x02\x00\x00\x00", four)},
		"NULL, other order":  {0, behind("\x00\x00\x00\x02", four)},
		"LOOP":               {108, behind("\x00\x00\x00\x02", four)},
		"RAW":                {101, four},
		"RAW, IPv6":          {101, six},
		"RAW, Linux":         {12, four},
		"RAW, OpenBSD":       {14, four},
		"IPV4":               {228, four},
		"IPV6":               {229, six},
		"LINUX_SLL":          {113, behind("\x00\x00\x00\x01\x00\x06\x00\x00\x00\x00\x00\x00\x00\x00\x08\x00", four)},
		"LINUX_SLL, IPv6":    {113, behind("\x00\x00\x00\x01\x00\x06\x00\x00\x00\x00\x00\x00\x00\x00\x86\xdd", six)},
		"LINUX_SLL2":         {276, behind("\x08\x00\x00\x00\x00\x00\x00\x01\x00\x01\x00\x06\x00\x00\x00\x00\x00\x00\x00\x00", four)},
		"LINUX_SLL2, tagged": {276, behind("\x81\x00\x00\x00\x00\x00\x00\x01\x00\x01\x00\x06\x00\x00\x00\x00\x00\x00\x00\x00\x00\x05\x08\x00", four)},
	} {
		var b bytes.Buffer
		w := pcapgo.NewWriter(&b)
		require.NoError(t, w.WriteFileHeader(65535, c.link))
		require.NoError(t, w.WritePacket(gopacket.CaptureInfo{Timestamp: time.Unix(0, 0), CaptureLength: len(c.frame), Length: len(c.frame)}, c.frame))
		found, skipped, err := ReadFrom(&b)
		require.NoError(t, err, name)
		require.Equal(t, Skipped{}, skipped, name)
		require.Len(t, found, 1, name)
		require.Equal(t, Packet{Seq: 7, Ack: 9, FIN: true, ACK: true, TTL: 64}, found[0].Packets[0], name)
	}
}

// Instants are read by the resolution of the file, or of the interface.
func TestInstants(t *testing.T) {
	frame := packets(t)["fin"]
	at := time.Unix(1_700_000_000, 123_456_789)
	info := gopacket.CaptureInfo{Timestamp: at, CaptureLength: len(frame), Length: len(frame)}
	var nano bytes.Buffer
	w := pcapgo.NewWriterNanos(&nano)
	require.NoError(t, w.WriteFileHeader(65535, layers.LinkTypeEthernet))
	require.NoError(t, w.WritePacket(info, frame))
	big := binary.BigEndian.AppendUint32(nil, 0xa1b2c3d4)
	big = append(big, "\x00\x02\x00\x04\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\xff\xff\x00\x00\x00\x01"...)
	for _, v := range []uint32{1_700_000_000, 123_456, uint32(len(frame)), uint32(len(frame))} {
		big = binary.BigEndian.AppendUint32(big, v)
	}
	var ng bytes.Buffer
	const milliseconds = 3
	n, err := pcapgo.NewNgWriterInterface(&ng, pcapgo.NgInterface{LinkType: layers.LinkTypeEthernet, TimestampResolution: 9}, pcapgo.NgWriterOptions{})
	require.NoError(t, err)
	second, err := n.AddInterface(pcapgo.NgInterface{LinkType: layers.LinkTypeRaw, TimestampResolution: milliseconds})
	require.NoError(t, err)
	require.NoError(t, n.WritePacket(info, frame))
	bare := info
	bare.InterfaceIndex, bare.CaptureLength, bare.Length = second, len(frame)-14, len(frame)-14
	require.NoError(t, n.WritePacket(bare, frame[14:]))
	require.NoError(t, n.Flush())
	for name, file := range map[string][]byte{"nanoseconds": nano.Bytes(), "big-endian": append(big, frame...), "two interfaces": ng.Bytes()} {
		found, skipped, err := ReadFrom(bytes.NewReader(file))
		require.NoError(t, err, name)
		require.Equal(t, Skipped{}, skipped, name)
		for _, p := range found[0].Packets {
			require.InDelta(t, at.UnixMicro(), p.At, 1000, name)
		}
		require.Equal(t, at.UnixMicro(), found[0].Packets[0].At, name)
		require.Len(t, found[0].Packets, map[bool]int{true: 2, false: 1}[name == "two interfaces"])
	}
}

func TestReadPcapng(t *testing.T) {
	var b bytes.Buffer
	w, err := pcapgo.NewNgWriter(&b, layers.LinkTypeEthernet)
	require.NoError(t, err)
	f := packets(t)["ipv6"]
	require.NoError(t, w.WritePacket(gopacket.CaptureInfo{Timestamp: time.Unix(5, 0), CaptureLength: len(f), Length: len(f)}, f))
	require.NoError(t, w.Flush())
	found, _, err := ReadFrom(&b)
	require.NoError(t, err)
	require.Len(t, found, 1)
	require.Equal(t, "[2001:db8::1]:1000-[2001:db8::2]:80", found[0].String())
	require.EqualValues(t, 5_000_000, found[0].Packets[0].At)
}

func TestReadBadFiles(t *testing.T) {
	whole := pcap(t, packets(t)["fin"], packets(t)["text"])
	found, skipped, err := ReadFrom(bytes.NewReader(whole[:len(whole)-5]))
	require.NoError(t, err)
	require.True(t, skipped.Truncated)
	require.Len(t, found[0].Packets, 1)
	for _, text := range []string{"", "abc", "no capture at all, but long enough"} {
		_, _, err := ReadFrom(bytes.NewReader([]byte(text)))
		require.Error(t, err)
	}
}

// Whatever is in a file, reading it neither panics nor keeps much.
func TestReadDamaged(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := packets(t)
		data := pcap(t, all["fin"], all["vlan"], all["ipv6"], all["text"])
		for range rapid.IntRange(1, 8).Draw(t, "damages") {
			data[rapid.IntRange(0, len(data)-1).Draw(t, "at")] = rapid.Byte().Draw(t, "byte")
		}
		_, _, _ = ReadFrom(bytes.NewReader(data[:rapid.IntRange(0, len(data)).Draw(t, "length")]))
	})
}

// Of a long transfer only what is outstanding at its end is kept, and a SYN behind
// a teardown begins the next connection.
func TestConnections(t *testing.T) {
	c := &Connection{Opened: -1}
	c.add(Packet{Seq: 99, SYN: true, At: 5}, true)
	c.add(Packet{Side: 1, Seq: 499, Ack: 100, SYN: true, ACK: true, At: 10}, true)
	c.add(Packet{Seq: 100, Ack: 500, ACK: true, At: 20}, true)
	require.Equal(t, int64(15), c.RTT)
	for i := range uint32(5000) {
		c.add(Packet{Seq: 100 + i, Ack: 500, Len: 1, ACK: true}, true)
		if i < 4999 {
			c.add(Packet{Side: 1, Seq: 500, Ack: 101 + i, ACK: true}, true)
		}
	}
	c.add(Packet{Seq: 5100, Ack: 500, FIN: true, ACK: true}, true)
	require.Len(t, c.Packets, 2)
	require.False(t, c.Overflow)
	require.True(t, c.Torn())
	require.True(t, c.reopened(&Packet{SYN: true}, c.Ends))
	require.False(t, c.reopened(&Packet{SYN: true, ACK: true}, c.Ends))
}

func udp() *layers.UDP { return &layers.UDP{SrcPort: 1, DstPort: 2} }

// data is text that is sent and never acknowledged.
func data() *layers.TCP {
	return &layers.TCP{SrcPort: 1000, DstPort: 90, ACK: true}
}

func packetEnds(t *testing.T) [2]netip.AddrPort {
	_, ends, why := decode(packets(t)["fin"], layers.LinkTypeEthernet)
	require.Equal(t, isTCP, why)
	return ends
}
