package capture

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"
)

// Skipped counts what of a file was not used.
type Skipped struct {
	NotTCP    int
	Fragments int
	Malformed int  // headers that end early or contradict themselves
	Full      int  // packets of connections beyond the number that is kept
	Forgotten int  // connections without an end that made room for others
	Truncated bool // the file ends in the middle of a packet
}

// Read finds the connections of a file, in the order of their first segments.
func Read(name string) ([]*Connection, Skipped, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, Skipped{}, errors.Unwrap(err)
	}
	if !info.Mode().IsRegular() {
		return nil, Skipped{}, errors.New("not a regular file")
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, Skipped{}, errors.Unwrap(err)
	}
	defer func() { _ = f.Close() }() // only read
	return ReadFrom(f)
}

// source is a reader of either format. The slice is valid until the next call.
type source struct {
	next func() ([]byte, gopacket.CaptureInfo, error)
	link func(gopacket.CaptureInfo) layers.LinkType
}

// maxSnap is the longest packet that is read: that of Wireshark and tcpdump
// (MAXIMUM_SNAPLEN in netdissect.h).
const maxSnap = 1 << 18

const pcapngMagic = 0x0a0d0d0a

// bare are link types of packets without a link header, besides the one that
// gopacket knows (the list of LINKTYPE_ values of tcpdump.org).
var bare = map[layers.LinkType]bool{14: true /* raw IP of OpenBSD */, 228: true /* IPv4 */, 229: true /* IPv6 */}

func decodable(link layers.LinkType) layers.LinkType {
	if bare[link] {
		return layers.LinkTypeRaw
	}
	return link
}

func newSource(r *bufio.Reader) (source, error) {
	magic, err := r.Peek(4)
	if err != nil {
		return source{}, errors.New("it is shorter than the header of a capture file")
	}
	if binary.LittleEndian.Uint32(magic) == pcapngMagic {
		ng, err := pcapgo.NewNgReader(r, pcapgo.NgReaderOptions{WantMixedLinkType: true, SkipUnknownVersion: true})
		if err != nil {
			return source{}, fmt.Errorf("not a pcapng file: %w", err)
		}
		return source{ng.ZeroCopyReadPacketData, func(ci gopacket.CaptureInfo) layers.LinkType {
			if i, err := ng.Interface(ci.InterfaceIndex); err == nil {
				return decodable(i.LinkType)
			}
			return decodable(ng.LinkType())
		}}, nil
	}
	p, err := pcapgo.NewReader(r)
	if err != nil {
		return source{}, fmt.Errorf("neither a pcap nor a pcapng file: %w", err)
	}
	// The reader takes packets up to the length that the header gives, 4 GiB.
	p.SetSnaplen(min(p.Snaplen(), maxSnap))
	return source{p.ZeroCopyReadPacketData, func(gopacket.CaptureInfo) layers.LinkType { return decodable(p.LinkType()) }}, nil
}

// ReadFrom is Read for a file that is open.
func ReadFrom(r io.Reader) ([]*Connection, Skipped, error) {
	src, err := newSource(bufio.NewReaderSize(r, 1<<16))
	if err != nil {
		return nil, Skipped{}, err
	}
	var skipped Skipped
	t := table{open: map[flow]*Connection{}}
	for {
		data, info, err := src.next()
		if errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
			break
		}
		if err != nil { // what came before is good
			skipped.Truncated = true
			break
		}
		switch p, ends, why := decode(data, src.link(info)); why {
		case isTCP:
			p.At = info.Timestamp.UnixMicro()
			if !t.add(p, ends) {
				skipped.Full++
			}
		case isFragment:
			skipped.Fragments++
		case isMalformed:
			skipped.Malformed++
		default:
			skipped.NotTCP++
		}
	}
	skipped.Forgotten = t.forgotten
	return t.all, skipped, nil
}
