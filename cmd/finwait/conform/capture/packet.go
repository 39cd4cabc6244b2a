package capture

import (
	"encoding/binary"
	"net/netip"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
)

// Packet is a TCP segment as it passed the point of capture.
type Packet struct {
	At                 int64 // microseconds since 1970
	Side               int   // 0: sent by Connection.Ends[0]
	Seq, Ack           uint32
	Len                int
	FIN, SYN, RST, ACK bool
	TTL                uint8
	ID                 uint16 // of IPv4
}

// Same reports whether two packets are copies of one segment, seen at two points.
func (p *Packet) Same(q *Packet) bool {
	return p.Side == q.Side && p.Seq == q.Seq && p.Ack == q.Ack && p.Len == q.Len && p.ID == q.ID &&
		p.FIN == q.FIN && p.SYN == q.SYN && p.RST == q.RST && p.ACK == q.ACK
}

// end is the number behind the segment.
func (p *Packet) end() uint32 {
	end := p.Seq + uint32(p.Len)
	if p.FIN {
		end++
	}
	if p.SYN {
		end++
	}
	return end
}

type kind int

const (
	isOther kind = iota
	isTCP
	isFragment
	isMalformed
)

// tcpHeader is the part of a TCP header that is needed: a packet may be cut off
// behind it, options and text included.
const tcpHeader = 20

// decode reads the headers of a packet. ends are its source and destination.
func decode(data []byte, link layers.LinkType) (p Packet, ends [2]netip.AddrPort, why kind) {
	packet := gopacket.NewPacket(data, link, gopacket.DecodeOptions{Lazy: true, NoCopy: true})
	var text []byte
	var size int // of TCP header and text, by the IP header: the packet may be cut off
	var from, to netip.Addr
	switch ip := packet.NetworkLayer().(type) {
	case *layers.IPv4:
		switch {
		case ip.Protocol != layers.IPProtocolTCP:
			return p, ends, isOther
		case ip.Flags&layers.IPv4MoreFragments != 0 || ip.FragOffset != 0:
			return p, ends, isFragment
		}
		from, _ = netip.AddrFromSlice(ip.SrcIP)
		to, _ = netip.AddrFromSlice(ip.DstIP)
		text, size, p.TTL, p.ID = ip.Payload, int(ip.Length)-int(ip.IHL)*4, ip.TTL, ip.Id
		if ip.Length == 0 { // segmentation offload: the length is in no header
			size = len(text)
		}
	case *layers.IPv6:
		from, _ = netip.AddrFromSlice(ip.SrcIP)
		to, _ = netip.AddrFromSlice(ip.DstIP)
		p.TTL = ip.HopLimit
		next, payload := ip.NextHeader, ip.Payload
		size = int(ip.Length)
		if ip.Length == 0 {
			size = len(payload)
		}
		for next != layers.IPProtocolTCP { // extension headers
			switch next {
			case layers.IPProtocolIPv6Fragment:
				return p, ends, isFragment
			case layers.IPProtocolIPv6HopByHop, layers.IPProtocolIPv6Routing, layers.IPProtocolIPv6Destination:
			default:
				return p, ends, isOther
			}
			if len(payload) < 2 {
				return p, ends, isMalformed
			}
			n := 8 + 8*int(payload[1])
			if len(payload) < n {
				return p, ends, isMalformed
			}
			next, payload, size = layers.IPProtocol(payload[0]), payload[n:], size-n
		}
		text = payload
	default:
		return p, ends, isOther
	}
	if len(text) < tcpHeader {
		return p, ends, isMalformed
	}
	offset := int(text[12]>>4) * 4
	if offset < tcpHeader || size < offset {
		return p, ends, isMalformed
	}
	flags := text[13]
	p.Seq, p.Ack, p.Len = binary.BigEndian.Uint32(text[4:]), binary.BigEndian.Uint32(text[8:]), size-offset
	p.FIN, p.SYN, p.RST, p.ACK = flags&1 != 0, flags&2 != 0, flags&4 != 0, flags&16 != 0
	ends[0] = netip.AddrPortFrom(from.Unmap(), binary.BigEndian.Uint16(text[0:]))
	ends[1] = netip.AddrPortFrom(to.Unmap(), binary.BigEndian.Uint16(text[2:]))
	return p, ends, isTCP
}
