package wire

import (
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"strings"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"

	"github.com/finwait/finwait/spec"
)

// The ends of the connection, in the networks for documentation (RFC 5737), and
// their initial sequence numbers.
var (
	addresses = [2]net.IP{net.IPv4(192, 0, 2, 1).To4(), net.IPv4(198, 51, 100, 1).To4()}
	ports     = [2]layers.TCPPort{40000, 50000}
	initial   = [2]uint32{1_000_000, 2_000_000}
)

const (
	openWindow = 64240
	mss        = 1460
	// A packet has passed one router where it arrives.
	sentTTL, receivedTTL = 64, 63
)

// Origin is the instant 0 of a run by the clock of its capture.
var Origin = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// Ends chooses where a run is captured.
type Ends [2]bool

// BothEnds captures every segment twice, unless it is lost: where it was sent and
// where it arrived. That is what tells finwait conform which were lost.
var BothEnds = Ends{true, true}

// WritePcapng writes a run as a capture at one end or at both, which have an
// interface each, behind a handshake so that readers know the relative numbers.
func (r *Run) WritePcapng(w io.Writer, at Ends) error {
	if err := r.timed(); err != nil {
		return err
	}
	all, rest := r.passages()
	numbers := r.numbering()
	interfaces := [2]int{}
	var ng *pcapgo.NgWriter
	for _, h := range []spec.Host{spec.Client, spec.Server} {
		if !at[h] {
			continue
		}
		intf := pcapgo.NgInterface{
			Name: h.String(), LinkType: layers.LinkTypeRaw, SnapLength: 65535, TimestampResolution: 6,
			Comment: fmt.Sprintf("the end of the %v: what it sends when it leaves, lost or not, and what arrives when it arrives", h),
		}
		var err error
		if ng == nil {
			ng, err = pcapgo.NewNgWriterInterface(w, intf, pcapgo.NgWriterOptions{SectionInfo: pcapgo.NgSectionInfo{Application: "finwait", Comment: r.about(rest)}})
		} else {
			interfaces[h], err = ng.AddInterface(intf)
		}
		if err != nil {
			return err
		}
	}
	for _, p := range append(r.handshake(), all...) {
		if !at[p.end] {
			continue
		}
		data, err := p.packet(numbers)
		if err != nil {
			return err
		}
		info := gopacket.CaptureInfo{
			Timestamp: Origin.Add(time.Duration(p.at) * time.Microsecond), CaptureLength: len(data), Length: len(data), InterfaceIndex: interfaces[p.end],
		}
		if err := ng.WritePacketWithOptions(info, data, pcapgo.NgPacketOptions{Comments: p.notes}); err != nil {
			return err
		}
	}
	return ng.Flush()
}

// about is the comment of the whole capture.
func (r *Run) about(rest []string) string {
	text := r.Title + "\nInstant 0 of the run is " + Origin.Format(time.RFC3339) + "; one data unit is one byte."
	if len(rest) > 0 {
		text += "\nBehind the last segment:\n" + strings.Join(rest, "\n")
	}
	return text
}

// handshake is how the connection was opened, just before instant 0, by the least
// delays of the network. It is not a part of the model.
func (r *Run) handshake() []passing {
	delay := r.Model.Params().Net.Delay
	forth, back := delay[spec.Client][0], delay[spec.Server][0]
	var all []passing
	number := -3
	add := func(at int64, from spec.Host, g spec.Segment, took int64) {
		note := []string{"the handshake, before the run begins"}
		all = append(all, passing{at: at, end: from, from: from, segment: g, number: number, notes: note},
			passing{at: at + took, end: from.Peer(), from: from, segment: g, number: number, notes: note})
		number++
	}
	add(-2*forth-back, spec.Client, spec.Segment{Flags: spec.SYN}, forth)
	add(-forth-back, spec.Server, spec.Segment{Flags: spec.SYN | spec.ACK, Ack: 1}, back)
	add(-forth, spec.Client, spec.Segment{Flags: spec.ACK, Seq: 1, Ack: 1}, forth)
	return all
}

// packet is the segment in an IPv4 packet, with right lengths and checksums.
func (p *passing) packet(numbers *numbering) ([]byte, error) {
	to := p.from.Peer()
	g := p.segment
	ip := &layers.IPv4{
		Version: 4, TTL: sentTTL, Id: uint16(p.number), Flags: layers.IPv4DontFragment,
		Protocol: layers.IPProtocolTCP, SrcIP: addresses[p.from], DstIP: addresses[to],
	}
	if p.end != p.from {
		ip.TTL = receivedTTL
	}
	tcp := &layers.TCP{
		SrcPort: ports[p.from], DstPort: ports[to], Seq: numbers.of(p.from, g.Incarnation(), g.Seq),
		FIN: g.Has(spec.FIN), SYN: g.Has(spec.SYN), RST: g.Has(spec.RST), ACK: g.Has(spec.ACK), PSH: g.Len > 0,
		Window: openWindow,
	}
	if tcp.ACK {
		tcp.Ack = numbers.of(to, g.Incarnation(), g.Ack)
	}
	if g.Has(spec.WndZero) || tcp.RST {
		tcp.Window = 0
	}
	if tcp.SYN {
		tcp.Options = []layers.TCPOption{{
			OptionType: layers.TCPOptionKindMSS, OptionLength: 4, OptionData: binary.BigEndian.AppendUint16(nil, mss),
		}}
	}
	if err := tcp.SetNetworkLayerForChecksum(ip); err != nil {
		return nil, err
	}
	b := gopacket.NewSerializeBuffer()
	text := gopacket.Payload(strings.Repeat("x", int(g.Len)))
	err := gopacket.SerializeLayers(b, gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true}, ip, tcp, text)
	return b.Bytes(), err
}
