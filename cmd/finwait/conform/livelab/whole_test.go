//go:build linux

package livelab

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/stretchr/testify/require"
	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/cmd/finwait/conform"
)

// whole is a teardown that is looked at from all sides: segments at both ends, calls,
// and states, in the files of the measuring lab.
type whole struct {
	t       *testing.T
	net     *network
	ends    map[string]*net.TCPConn // A the client, B the server
	began   time.Time
	events  []map[string]any
	samples []map[string]any
	last    map[string]string
	looked  time.Time
	gap     time.Duration // the longest time from one look to the next that saw a change
	diag    map[string]*netlink.Handle
}

// do makes a call and writes it down in the words of the lab.
func (w *whole) do(what string, call func() error) {
	at := time.Since(w.began)
	require.NoError(w.t, call())
	w.events = append(w.events, map[string]any{"t_ms": ms(at), "what": what})
}

func (w *whole) close(side string)    { w.do(side+".close", w.ends[side].Close) }
func (w *whole) shutdown(side string) { w.do(side+".shutdown_wr", w.ends[side].CloseWrite) }

// option sets a socket option to a number.
func (w *whole) option(side string, level, name, value int) {
	raw, err := w.ends[side].SyscallConn()
	require.NoError(w.t, err)
	require.NoError(w.t, raw.Control(func(fd uintptr) { err = unix.SetsockoptInt(int(fd), level, name, value) }))
	require.NoError(w.t, err)
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// look samples the states for a while, or until a host is in this one.
func (w *whole) look(for_ time.Duration, side, until string) {
	for end := time.Now().Add(for_); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if w.sample(); w.last[side] == until {
			return
		}
	}
}

func (w *whole) sample() {
	began, changed := time.Now(), false
	for _, side := range []string{"A", "B"} {
		all, err := w.diag[side].SocketDiagTCP(unix.AF_INET)
		if err != nil {
			continue // it was interrupted
		}
		name := "GONE"
		for _, s := range all {
			if s.State != netlink.TCP_LISTEN {
				name = stateName(s)
			}
		}
		if w.last[side] == name {
			continue
		}
		w.last[side], changed = name, true
		state, mini := strings.CutSuffix(name, "(tw)")
		sample := map[string]any{"t_ms": ms(time.Since(w.began)), "side": side, "state": state, "timer": nil}
		if mini {
			sample["timer"] = map[string]string{"kind": "timewait"}
		}
		w.samples = append(w.samples, sample)
	}
	if changed && !w.looked.IsZero() {
		w.gap = max(w.gap, time.Since(w.looked))
	}
	w.looked = began
}

// info is what the lab notes of a socket.
func (w *whole) info(side string) map[string]any {
	raw, err := w.ends[side].SyscallConn()
	require.NoError(w.t, err)
	var info *unix.TCPInfo
	require.NoError(w.t, raw.Control(func(fd uintptr) { info, err = unix.GetsockoptTCPInfo(int(fd), unix.IPPROTO_TCP, unix.TCP_INFO) }))
	require.NoError(w.t, err)
	return map[string]any{"rto_us": info.Rto, "ato_us": info.Ato, "rtt_us": info.Rtt}
}

// wire joins what was captured at both ends.
func (w *whole) wire(atClient, atServer []packet) []map[string]any {
	type seen struct {
		at  time.Time
		src string
		tcp *layers.TCP
		id  uint16
		len int
	}
	read := func(packets []packet) (all []seen) {
		for _, p := range packets {
			parsed := gopacket.NewPacket(p.data, layers.LayerTypeEthernet, gopacket.Default)
			ip, _ := parsed.Layer(layers.LayerTypeIPv4).(*layers.IPv4)
			tcp, _ := parsed.Layer(layers.LayerTypeTCP).(*layers.TCP)
			if tcp == nil || p.at.Before(w.began) {
				continue
			}
			src := map[bool]string{true: "A", false: "B"}[ip.SrcIP.Equal(net.IP(clientAddr.AsSlice()))]
			all = append(all, seen{p.at, src, tcp, ip.Id, len(tcp.Payload)})
		}
		return all
	}
	here := map[string][]seen{"A": read(atClient), "B": read(atServer)}
	there := map[string][]seen{"A": here["B"], "B": here["A"]}
	var all []map[string]any
	for _, side := range []string{"A", "B"} {
		for _, s := range here[side] {
			if s.src != side {
				continue
			}
			seg := flagNames(s.tcp)
			switch {
			case seg == "FIN+ACK":
				seg = "FIN"
			case seg == "ACK" && s.len > 0:
				seg = fmt.Sprintf("DATA(%dB)", s.len)
			}
			if strings.HasPrefix(seg, "FIN") && s.len > 0 {
				seg = fmt.Sprintf("FIN+%dB", s.len)
			}
			g := map[string]any{"t_ms": ms(s.at.Sub(w.began)), "src": side, "seg": seg, "seq": s.tcp.Seq, "ack": s.tcp.Ack, "len": s.len, "rx_ms": nil}
			for i, r := range there[side] {
				if r.src == side && r.id == s.id && r.tcp.Seq == s.tcp.Seq && !r.at.Before(s.at) {
					g["rx_ms"] = ms(r.at.Sub(w.began))
					there[side] = append(there[side][:i:i], there[side][i+1:]...)
					break
				}
			}
			all = append(all, g)
		}
	}
	return all
}

// Whole teardowns, with calls and states, until the last socket is gone.
func TestWholeTeardowns(t *testing.T) {
	t.Parallel()
	const minutes = true // a slow one
	for _, c := range []struct {
		name, params string
		slow         bool
		sysctls      map[string]string // of both hosts
		drops        []drop
		end          func(w *whole)
	}{
		{name: "b_retries1", params: "every FIN lost, orphan_retries=1", sysctls: map[string]string{"tcp_orphan_retries": "1"},
			drops: []drop{{clientAddr, finAndACK, 200}}, end: func(w *whole) { w.close("A"); w.look(10*time.Second, "A", "GONE") }},
		{name: "c_retries1", params: "every ACK of the server lost, orphan_retries=1", sysctls: map[string]string{"tcp_orphan_retries": "1"},
			drops: []drop{{serverAddr, onlyACK, 200}}, end: func(w *whole) { w.close("A"); w.look(10*time.Second, "A", "GONE") }},
		{name: "d_fin2", params: "fin_timeout=2", sysctls: map[string]string{"tcp_fin_timeout": "2"},
			end: func(w *whole) { w.close("A"); w.look(10*time.Second, "A", "GONE"); w.close("B") }},
		{name: "d_fin62", params: "fin_timeout=62: 2 s twice", sysctls: map[string]string{"tcp_fin_timeout": "62"},
			end: func(w *whole) { w.close("A"); w.look(20*time.Second, "A", "GONE"); w.close("B") }},
		{name: "e_shutdown", params: "every FIN of the server lost, tcp_retries2=2, fin_timeout=1", sysctls: map[string]string{"tcp_retries2": "2", "tcp_fin_timeout": "1"},
			drops: []drop{{serverAddr, finAndACK, 200}},
			end: func(w *whole) {
				w.close("A")
				w.look(200*time.Millisecond, "A", "never")
				w.shutdown("B")
				w.look(10*time.Second, "B", "GONE")
			}},
		{name: "d_linger2", params: "TCP_LINGER2=2", end: func(w *whole) {
			w.option("A", unix.IPPROTO_TCP, unix.TCP_LINGER2, 2)
			w.close("A")
			w.look(10*time.Second, "A", "GONE")
			w.close("B")
		}},
		{name: "j_user_timeout", params: "every FIN lost, TCP_USER_TIMEOUT=1500", drops: []drop{{clientAddr, finAndACK, 200}}, end: func(w *whole) {
			w.option("A", unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT, 1500)
			w.close("A")
			w.look(10*time.Second, "A", "GONE")
		}},
		{name: "j_keepalive", params: "in FIN_WAIT_2 the peer falls silent; SO_KEEPALIVE TCP_KEEPIDLE=1 TCP_KEEPINTVL=1 TCP_KEEPCNT=2", end: func(w *whole) {
			w.option("A", unix.IPPROTO_TCP, unix.TCP_KEEPIDLE, 1)
			w.option("A", unix.IPPROTO_TCP, unix.TCP_KEEPINTVL, 1)
			w.option("A", unix.IPPROTO_TCP, unix.TCP_KEEPCNT, 2)
			w.option("A", unix.SOL_SOCKET, unix.SO_KEEPALIVE, 1)
			w.shutdown("A")
			w.look(200*time.Millisecond, "A", "never")
			w.net.lose(w.t, drop{serverAddr, onlyACK, 200})
			w.look(6*time.Second, "A", "GONE")
		}},
		{name: "g_linger1", params: "every FIN lost, SO_LINGER 1 s, orphan_retries=1", sysctls: map[string]string{"tcp_orphan_retries": "1"},
			drops: []drop{{clientAddr, finAndACK, 200}}, end: func(w *whole) {
				require.NoError(w.t, w.ends["A"].SetLinger(1))
				returned := make(chan error)
				w.do("A.linger1_close ...", func() error {
					go func() { returned <- w.ends["A"].Close() }()
					return nil
				})
				w.look(3*time.Second, "A", "GONE")
				require.NoError(w.t, <-returned)
			}},
		{name: "a_normal", params: "to the end of TIME_WAIT", slow: minutes,
			end: func(w *whole) {
				w.close("A")
				w.look(300*time.Millisecond, "A", "never")
				w.close("B")
				w.look(80*time.Second, "A", "GONE")
			}},
		{name: "f_once", params: "last ACK lost once", slow: minutes, drops: []drop{{clientAddr, onlyACK, 1}},
			end: func(w *whole) {
				w.close("A")
				w.look(300*time.Millisecond, "A", "never")
				w.close("B")
				w.look(80*time.Second, "A", "GONE")
			}},
		{name: "b_retries0", params: "every FIN lost, orphan_retries=0", slow: minutes,
			drops: []drop{{clientAddr, finAndACK, 200}}, end: func(w *whole) { w.close("A"); w.look(150*time.Second, "A", "GONE") }},
		{name: "b_retries6", params: "every FIN lost, orphan_retries=6", slow: minutes, sysctls: map[string]string{"tcp_orphan_retries": "6"},
			drops: []drop{{clientAddr, finAndACK, 200}}, end: func(w *whole) { w.close("A"); w.look(100*time.Second, "A", "GONE") }},
		{name: "c_retries3", params: "every ACK of the server lost, orphan_retries=3", slow: minutes, sysctls: map[string]string{"tcp_orphan_retries": "3"},
			drops: []drop{{serverAddr, onlyACK, 200}}, end: func(w *whole) { w.close("A"); w.look(20*time.Second, "A", "GONE") }},
		{name: "d_fin90", params: "fin_timeout=90", slow: minutes, sysctls: map[string]string{"tcp_fin_timeout": "90"},
			end: func(w *whole) { w.close("A"); w.look(100*time.Second, "A", "GONE"); w.close("B") }},
		{name: "f_always_r3", params: "last ACK always lost, orphan_retries=3", slow: minutes, sysctls: map[string]string{"tcp_orphan_retries": "3"},
			drops: []drop{{clientAddr, onlyACK, 200}},
			end: func(w *whole) {
				w.close("A")
				w.look(300*time.Millisecond, "A", "never")
				w.close("B")
				w.look(90*time.Second, "A", "GONE")
			}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.slow && !*slow {
				t.Skip("takes more than a minute; run it with -slow")
			}
			t.Parallel()
			n := newNetwork(t)
			w := &whole{t: t, net: n, ends: map[string]*net.TCPConn{}, last: map[string]string{}, diag: map[string]*netlink.Handle{}}
			for side, host := range map[string]*namespace{"A": n.client, "B": n.server} {
				host.do(t, func() (err error) {
					for name, value := range c.sysctls {
						if err := sysctl("ipv4/"+name, value); err != nil {
							return err
						}
					}
					w.diag[side], err = netlink.NewHandle(unix.NETLINK_INET_DIAG)
					return err
				})
				t.Cleanup(w.diag[side].Close)
			}
			w.ends["A"], w.ends["B"] = n.connect(t)
			notes := map[string]any{"info_A": w.info("A"), "info_B": w.info("B")}
			n.lose(t, c.drops...)
			atClient, atServer := n.client.sniff(t, "eth0"), n.server.sniff(t, "eth0")
			w.began = time.Now()
			w.sample()
			c.end(w)
			w.look(300*time.Millisecond, "A", "never")
			end := ms(time.Since(w.began))

			stem := filepath.Join(t.TempDir(), c.name)
			write := func(suffix string, v any) {
				text, err := json.Marshal(v)
				require.NoError(t, err)
				require.NoError(t, os.WriteFile(stem+suffix, text, 0o600))
			}
			write(".wire.json", w.wire(atClient.end(), atServer.end()))
			write(".meta.json", map[string]any{"name": c.name, "params": c.params, "end_ms": end, "notes": notes, "events": w.events})
			if w.gap < 30*time.Millisecond { // what the files promise
				write(".timeline.json", w.samples)
			}
			o, err := conform.ReadLab(stem+".wire.json", tolerance.Microseconds())
			require.NoError(t, err)
			r, err := conform.Judge(context.Background(), o, checker.Options{MaxStates: 300_000})
			require.NoError(t, err)
			require.Equal(t, conform.Conforms, r.Verdict, "%s %s at %d µs, the model would %v; longest gap %v", r.Reason, r.Unexplained, r.UnexplainedAt, r.Allowed, w.gap)
			t.Logf("%d of %d explained until %.1f s; %d states seen, longest gap %v", r.Matched, r.Of, end/1000, len(w.samples), w.gap)
		})
	}
}
