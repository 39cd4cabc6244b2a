package wire

import (
	"fmt"
	"io"
	"strings"

	"github.com/finwait/finwait/spec"
)

// Script is a test of packetdrill, in the subset that is written here: one host is the
// kernel under test, the other is played. The kernel accepts the connection, whichever
// side of the run it is, for teardown does not know who opened it.
type Script struct {
	About   []string // comments
	Sysctls []Sysctl
	Lines   []Line
}

// Sysctl is a setting of the host under test, such as net.ipv4.tcp_fin_timeout.
type Sysctl struct{ Name, Value string }

// LineKind is what a line of a script does.
type LineKind uint8

// The kinds of lines.
const (
	_    LineKind = iota
	Call          // the application under test makes a system call
	In            // a segment is injected
	Out           // a segment is expected
)

// Line is one line of a script. It happens between Earliest and Latest after the line
// before, in microseconds; where they are equal, within packetdrill's tolerance.
type Line struct {
	Earliest, Latest int64
	Kind             LineKind
	Call             string // and its result, as packetdrill writes it
	Segment          spec.Segment
	Window           int    // of In
	Options          string // of a SYN
}

// Write writes the script.
func (s Script) Write(w io.Writer) error {
	var b strings.Builder
	for _, line := range s.About {
		b.WriteString("// " + line + "\n")
	}
	if len(s.Sysctls) > 0 {
		b.WriteString("`sysctl -q")
		for _, c := range s.Sysctls {
			b.WriteString(" " + c.Name + "=" + c.Value)
		}
		b.WriteString("`\n")
	}
	for _, l := range s.Lines {
		b.WriteString(l.String() + "\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// String is the line as packetdrill reads it.
func (l Line) String() string {
	at := "+" + short(l.Earliest)
	if l.Latest != l.Earliest {
		at += "~+" + short(l.Latest)
	}
	if l.Kind == Call {
		return at + " " + l.Call
	}
	g := l.Segment
	text := fmt.Sprintf("%s > %s", at, flagText(g))
	if l.Kind == In {
		text = fmt.Sprintf("%s < %s", at, flagText(g))
	}
	begin := uint32(int32(int8(g.Seq))) // before the first number: just below 2^32
	text += fmt.Sprintf(" %d:%d(%d)", begin, begin+uint32(g.Len), g.Len)
	if g.Has(spec.ACK) {
		text += fmt.Sprintf(" ack %d", uint32(int32(int8(g.Ack))))
	}
	if l.Kind == In {
		text += fmt.Sprintf(" win %d", l.Window)
	}
	if l.Options != "" {
		text += " <" + l.Options + ">"
	}
	return text
}

// short is a time in seconds without zeros at its end.
func short(us int64) string {
	text := fmt.Sprintf("%d.%06d", us/spec.Second, us%spec.Second)
	return strings.TrimSuffix(strings.TrimRight(text, "0"), ".")
}

// flagLetters are the letters of packetdrill, in the order in which they are written.
var flagLetters = []struct {
	letter byte
	flag   spec.Flags
}{{'S', spec.SYN}, {'F', spec.FIN}, {'R', spec.RST}, {'.', spec.ACK}}

// flagText also has P for every segment with text: writes are shorter than a segment.
func flagText(g spec.Segment) string {
	var text []byte
	for _, f := range flagLetters {
		if f.letter == '.' && g.Len > 0 {
			text = append(text, 'P')
		}
		if g.Has(f.flag) {
			text = append(text, f.letter)
		}
	}
	return string(text)
}
