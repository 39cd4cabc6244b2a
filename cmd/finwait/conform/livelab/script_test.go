//go:build linux

package livelab

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gopacket/gopacket/layers"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/cmd/finwait/conform"
	"github.com/finwait/finwait/cmd/finwait/judge"
	"github.com/finwait/finwait/cmd/finwait/scenario"
	"github.com/finwait/finwait/cmd/finwait/wire"
	"github.com/finwait/finwait/spec"
)

// scripted are runs of which the scripts are tried on this kernel, at either host.
var scripted = []string{
	"normal-close", "simultaneous-close", "three-segment-close", "first-wave-lost", "third-wave-lost", "linger-reset", "unread-data-reset",
	"fin-wait-2-after-close", "close-wait-leak",
}

// laboratory are the parameters that the namespace of the TUN device has.
func laboratory() []string {
	var set []string
	for _, h := range []string{"client", "server"} {
		set = append(set, h+".rto=1s", h+".sysctl.net.ipv4.tcp_sack=0", h+".sysctl.net.ipv4.tcp_fin_timeout=5", h+".sysctl.net.ipv4.tcp_orphan_retries=1")
	}
	return set
}

// scriptOf is the script of a shortest run to where nothing has to happen any more,
// as it is read back from what is written.
func scriptOf(t *testing.T, name string, host spec.Host, set ...string) wire.Script {
	found, err := scenario.Find(name)
	require.NoError(t, err)
	i, err := found[0].Instantiate(spec.Linux, scenario.Overrides{Set: set})
	require.NoError(t, err)
	m, err := judge.Model(i.Params)
	require.NoError(t, err)
	settled := func(s spec.State) bool {
		for _, e := range m.Events(s, nil) {
			if e.Latest != checker.Forever {
				return false
			}
		}
		return true
	}
	result, err := checker.Check(t.Context(), checker.System[spec.State]{Exact: m}, []checker.Property[spec.State]{
		{Name: "settled", Kind: checker.Reachable, Goal: settled},
	}, checker.Options{Time: checker.Exact, MaxStates: 100_000})
	require.NoError(t, err)
	require.NotNil(t, result.Outcomes[0].Trace)
	run := wire.Run{Model: m, Trace: *result.Outcomes[0].Trace, Title: name}
	script, err := run.Packetdrill(host)
	require.NoError(t, err)
	var text bytes.Buffer
	require.NoError(t, script.Write(&text))
	script, err = wire.ReadScript(&text)
	require.NoError(t, err)
	return script
}

// attempts are how often a script is tried. A machine under load is late with a segment now
// and then, and the kernel's timers do not wait for it; a kernel that does otherwise does so
// every time.
const attempts = 5

// The kernel of this machine does what the scripts of runs expect of it.
func TestScripts(t *testing.T) {
	for _, name := range scripted {
		for _, host := range []spec.Host{spec.Client, spec.Server} {
			t.Run(fmt.Sprint(name, " ", host), func(t *testing.T) {
				t.Parallel()
				script := scriptOf(t, name, host, laboratory()...)
				differs := replay(t, newTUN(t, script.Sysctls...), script)
				for n := 1; n < attempts && differs != nil; n++ {
					t.Logf("attempt %d: %v", n, differs)
					differs = replay(t, newTUN(t, script.Sysctls...), script)
				}
				require.NoError(t, differs)
			})
		}
	}
}

// A script that expects something else fails: another number, an RST instead of a
// FIN, a FIN too many, one too early, and one where the kernel must be silent.
func TestWrongScripts(t *testing.T) {
	for name, spoil := range map[string]func(lines []wire.Line, last int) []wire.Line{
		"number": func(l []wire.Line, n int) []wire.Line { l[n].Segment.Ack++; return l },
		"flags":  func(l []wire.Line, n int) []wire.Line { l[n].Segment.Flags = spec.RST | spec.ACK; return l },
		"more":   func(l []wire.Line, n int) []wire.Line { return append(l, l[n], l[n]) },
		"silent": func(l []wire.Line, n int) []wire.Line {
			return append(l[:n-1:n-1], wire.Line{Kind: wire.Call, Call: "close(4) = 0", Earliest: 2 * spec.Second, Latest: 2 * spec.Second})
		},
		"early": func(l []wire.Line, n int) []wire.Line { l[n].Earliest, l[n].Latest = 0, 0; return l },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			script := scriptOf(t, "first-wave-lost", spec.Client, laboratory()...)
			last := len(script.Lines) - 1
			require.Equal(t, wire.Out, script.Lines[last].Kind)
			script.Lines = spoil(script.Lines, last)
			u := newTUN(t, script.Sysctls...)
			require.Error(t, replay(t, u, script))
		})
	}
}

// packetdrill itself, where it is installed, agrees.
func TestScriptsInPacketdrill(t *testing.T) {
	program, err := exec.LookPath("packetdrill")
	if err != nil {
		t.Skip("packetdrill is not installed; TestScripts replays the same scripts in the lab")
	}
	for _, name := range scripted {
		for _, host := range []spec.Host{spec.Client, spec.Server} {
			t.Run(fmt.Sprint(name, " ", host), func(t *testing.T) {
				script := scriptOf(t, name, host)
				file := filepath.Join(t.TempDir(), "x.pkt")
				var text bytes.Buffer
				require.NoError(t, script.Write(&text))
				require.NoError(t, os.WriteFile(file, text.Bytes(), 0o600))
				out, err := exec.Command(program, "--tolerance_usecs=50000", file).CombinedOutput()
				require.NoError(t, err, "%s", out)
			})
		}
	}
}

// lateness is how far this machine may be from the instants of a script.
const lateness = 80 * time.Millisecond

// replay plays the other host of a script, and tells what the kernel did otherwise.
func replay(t *testing.T, u *tun, script wire.Script) error {
	opened := 0
	for opened < len(script.Lines) && !strings.HasPrefix(script.Lines[opened].Call, "accept(") {
		opened++
	}
	p := connect(t, u, 30_000) // the lines up to accept()
	last := time.Now()
	for _, l := range script.Lines[opened+1:] {
		due := last.Add(time.Duration(l.Earliest) * time.Microsecond)
		if l.Kind != wire.Out {
			time.Sleep(time.Until(due))
			last = time.Now()
		}
		switch l.Kind {
		case wire.Call:
			if err := p.call(t, l.Call); err != nil {
				return fmt.Errorf("%v: %w", l, err)
			}
		case wire.In:
			g := conform.CellSegment{Seq: int(int8(l.Segment.Seq)), Ack: int(int8(l.Segment.Ack)), Len: int(l.Segment.Len)}
			for flag, name := range flagsOf {
				if l.Segment.Has(flag) {
					g.Flags = append(g.Flags, name)
				}
			}
			p.inject(t, g)
		case wire.Out:
			select {
			case g := <-p.fromThere:
				last = time.Now()
				if want, got := wanted(l.Segment), p.text(&g); got != want || len(g.Payload) != int(l.Segment.Len) {
					return fmt.Errorf("%v: the kernel sends %s with %d bytes", l, got, len(g.Payload))
				}
				if early := time.Until(due); early > lateness/4 {
					return fmt.Errorf("%v: the kernel sends it %v early", l, early)
				}
			case <-time.After(time.Until(due) + time.Duration(l.Latest-l.Earliest)*time.Microsecond + lateness):
				return fmt.Errorf("%v: the kernel sends nothing", l)
			}
		}
	}
	if more := p.answers(); len(more) > 0 {
		return fmt.Errorf("behind the script the kernel sends %v", more)
	}
	return nil
}

var flagsOf = map[spec.Flags]string{spec.ACK: "ACK", spec.FIN: "FIN", spec.RST: "RST", spec.SYN: "SYN"}

// wanted is a segment in the words of peer.text.
func wanted(g spec.Segment) string {
	seq, ack := int(int8(g.Seq)), int(int8(g.Ack))
	if !g.Has(spec.ACK) {
		return fmt.Sprintf("RST(seq=%d,ack=None)", seq)
	}
	flags := &layers.TCP{SYN: g.Has(spec.SYN), FIN: g.Has(spec.FIN), RST: g.Has(spec.RST), ACK: true}
	return fmt.Sprintf("%s(seq=%d,ack=%d)", flagNames(flags), seq, ack)
}

// call makes a system call of a script on the kernel's end.
func (p *peer) call(t *testing.T, text string) error {
	if text == "close(4) = 0" {
		p.close(t)
		return nil
	}
	var n, want, value int
	var how, level, option string
	made := func(fd int) (int, error) { return 0, fmt.Errorf("a call that is not known: %s", text) }
	switch {
	case scan(text, "write(4, ..., %d) = %d", &n, &want):
		made = func(fd int) (int, error) { return unix.Write(fd, make([]byte, n)) }
	case scan(text, "read(4, ..., %d) = %d", &n, &want):
		made = func(fd int) (int, error) { return unix.Read(fd, make([]byte, n)) }
	case scan(text, "shutdown(4, SHUT_%s = %d", &how, &want):
		made = func(fd int) (int, error) {
			return 0, unix.Shutdown(fd, map[string]int{"WR)": unix.SHUT_WR, "RD)": unix.SHUT_RD, "RDWR)": unix.SHUT_RDWR}[how])
		}
	case text == "setsockopt(4, SOL_SOCKET, SO_LINGER, {onoff=1, linger=0}, 8) = 0":
		made = func(fd int) (int, error) {
			return 0, unix.SetsockoptLinger(fd, unix.SOL_SOCKET, unix.SO_LINGER, &unix.Linger{Onoff: 1})
		}
	case scan(text, "setsockopt(4, %s %s [%d], 4) = %d", &level, &option, &value, &want):
		levels := map[string]int{"SOL_TCP,": unix.SOL_TCP, "SOL_SOCKET,": unix.SOL_SOCKET}
		options := map[string]int{
			"TCP_NODELAY,": unix.TCP_NODELAY, "SO_KEEPALIVE,": unix.SO_KEEPALIVE,
			"TCP_QUICKACK,": unix.TCP_QUICKACK, "TCP_USER_TIMEOUT,": unix.TCP_USER_TIMEOUT, "TCP_LINGER2,": unix.TCP_LINGER2,
		}
		made = func(fd int) (int, error) { return 0, unix.SetsockoptInt(fd, levels[level], options[option], value) }
	}
	raw, err := p.socket.SyscallConn()
	if err != nil {
		return err
	}
	got := 0
	if controlled := raw.Control(func(fd uintptr) { got, err = made(int(fd)) }); controlled != nil {
		return controlled
	}
	if err == nil && got != want {
		err = fmt.Errorf("returns %d", got)
	}
	return err
}

// scan reads a text of this form.
func scan(text, form string, into ...any) bool {
	n, err := fmt.Sscanf(text, form, into...)
	return err == nil && n == len(into)
}
