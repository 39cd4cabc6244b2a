package wire_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/finwait/finwait/cmd/finwait/wire"
	"github.com/finwait/finwait/spec"
)

// What is written is read back as it was.
func TestScriptsSurviveReading(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := wire.Script{About: []string{"about"}, Sysctls: []wire.Sysctl{{Name: "net.ipv4.tcp_sack", Value: "0"}}}
		for range rapid.IntRange(1, 6).Draw(t, "lines") {
			l := wire.Line{Kind: rapid.SampledFrom([]wire.LineKind{wire.Call, wire.In, wire.Out}).Draw(t, "kind")}
			l.Earliest = rapid.Int64Range(0, 1e11).Draw(t, "earliest")
			l.Latest = l.Earliest + rapid.SampledFrom([]int64{0, 1, 37_500}).Draw(t, "range")
			if l.Kind == wire.Call {
				l.Call = rapid.SampledFrom([]string{"close(4) = 0", "write(4, ..., 2) = 2", "read(4, ..., 1) = -1 ECONNRESET"}).Draw(t, "call")
			} else {
				g := &l.Segment
				g.Flags = spec.Flags(rapid.IntRange(1, 15).Draw(t, "flags"))
				g.Seq = spec.Seq(rapid.IntRange(-3, 12).Draw(t, "seq"))
				g.Len = uint8(rapid.IntRange(0, 3).Draw(t, "len"))
				if g.Has(spec.ACK) {
					g.Ack = spec.Seq(rapid.IntRange(-3, 12).Draw(t, "ack"))
				}
				if l.Kind == wire.In {
					l.Window = rapid.SampledFrom([]int{0, 64240}).Draw(t, "window")
				}
				if g.Has(spec.SYN) {
					l.Options = "mss 1460"
				}
			}
			s.Lines = append(s.Lines, l)
		}
		var text bytes.Buffer
		require.NoError(t, s.Write(&text))
		back, err := wire.ReadScript(&text)
		require.NoError(t, err)
		require.Equal(t, s, back)
	})
}

func TestReadScriptRefuses(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"no time", "close(4) = 0", "line 1"},
		{"no result", "+0 close(4)", "neither a call with its result nor a segment"},
		{"length", "+0 > P. 1:3(1) ack 1", "is not 1 bytes"},
		{"flags without ack", "+0 > F. 1:1(0)", "contradict"},
		{"ack without flag", "+0 > R 1:1(0) ack 1", "contradict"},
		{"injected without window", "+0 < . 1:1(0) ack 1", "win N"},
		{"far number", "+0 > . 5000:5000(0) ack 1", "near the initial one"},
		{"order of flags", "+0 > .F 1:1(0) ack 1", "are written F."},
		{"range", "+0.5~+0.2 close(4) = 0", "ends before it begins"},
		{"another line", "// fine\n+0 close(4) = 0\nfoo", "line 3"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := wire.ReadScript(strings.NewReader(c.text))
			require.ErrorContains(t, err, c.want)
		})
	}
}
