package conform

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/spec"
)

// labDir writes a teardown of the lab with other segments and events into a directory.
func labDir(t *testing.T, wire []map[string]any, params string, events ...labEvent) string {
	dir := t.TempDir()
	write := func(suffix string, v any) {
		data, err := json.Marshal(v)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(dir, "x"+suffix), data, 0o600))
	}
	write(wireSuffix, wire)
	end := 50.0
	for _, g := range wire {
		end = max(end, g["t_ms"].(float64)+50)
	}
	events = slices.Clone(events)
	for _, e := range events {
		end = max(end, e.TMs+50)
	}
	write(metaSuffix, map[string]any{
		"name": "x", "params": "orphan_retries=0 " + params, "end_ms": end, "events": events,
		"notes": map[string]any{"info_A": labInfo{204_000, 40_000, 50}, "info_B": labInfo{204_000, 40_000, 50}},
	})
	return filepath.Join(dir, "x"+wireSuffix)
}

// written is a segment of a wire file: "12.5 A SYN 1000 0", with "lost" behind if it was.
func written(t *testing.T, text string) []map[string]any {
	var all []map[string]any
	for _, line := range strings.Split(strings.TrimSpace(text), "\n") {
		var at float64
		var src, seg, lost string
		var seq, ack uint32
		n, err := fmt.Sscan(line, &at, &src, &seg, &seq, &ack, &lost)
		require.GreaterOrEqual(t, n, 5, "%s: %v", line, err)
		length := 0
		if text, ok := strings.CutPrefix(seg, "DATA("); ok {
			_, err := fmt.Sscanf(text, "%dB)", &length)
			require.NoError(t, err)
		}
		g := map[string]any{"t_ms": at, "src": src, "seg": seg, "seq": seq, "ack": ack, "len": length}
		if lost == "" {
			g["rx_ms"] = at + 0.1
		}
		all = append(all, g)
	}
	return all
}

// What a second connection can meet and can be, each as the kernel does it, and with one
// thing changed that no kernel does.
func TestNextConnections(t *testing.T) {
	reopens := []labEvent{{0, "A.close"}, {100, "B.close"}, {300, "connect again ..."}, {300.2, "connect again -> ok"}}
	teardown := `
		0.1   A FIN     1001 5001
		41.0  B ACK     5001 1002
		100.1 B FIN     5001 1002
		100.3 A ACK     1002 5002 `
	for name, c := range map[string]struct {
		params, wire string
		events       []labEvent
		wrong        [2]string // in the wire, what becomes what
	}{
		"LAST_ACK meets the SYN": {"explicit bind()", teardown + `lost
			150.1 A SYN     66539 0
			150.3 B ACK     5002 1002
			150.5 A RST     1002 0
			160.1 A SYN     66539 0
			160.3 B SYN+ACK 9005002 66540
			160.5 A ACK     66540 9005003`,
			append(slices.Clone(reopens[:2]), labEvent{150, "connect again ..."}, labEvent{161, "connect again -> ok"}), [2]string{"160.1", "350.1"}},
		"the number of reuse": {"explicit bind()", teardown + `
			300.1 A SYN     66539 0
			300.3 B SYN+ACK 9005002 66540
			300.5 A ACK     66540 9005003`, reopens, [2]string{"6653", "6654"}},
		"data and FINs of both": {"explicit bind()", teardown + `
			300.1 A SYN     66539 0
			300.3 B SYN+ACK 9005002 66540
			300.5 A ACK     66540 9005003
			310.1 A DATA(7B) 66540 9005003
			310.3 B ACK     9005003 66547
			320.1 B DATA(3B) 9005003 66547
			320.3 A ACK     66547 9005006
			330.1 A FIN     66547 9005006
			345.1 B FIN     9005006 66548
			345.3 A ACK     66548 9005007`, reopens, [2]string{"345.3 A ACK     66548 9005007", "345.3 A ACK     66548 9005006"}},
		"the SYN is lost": {"explicit bind()", teardown + `
			300.1 A SYN     66539 0 lost
			1310.1 A SYN     66539 0
			1310.3 B SYN+ACK 9005002 66540
			1310.5 A ACK     66540 9005003`, reopens, [2]string{"131", "71"}},
		"the SYN+ACK is lost": {"explicit bind()", teardown + `
			300.1 A SYN     66539 0
			300.3 B SYN+ACK 9005002 66540 lost
			1310.1 A SYN     66539 0
			1310.3 B SYN+ACK 9005002 66540
			1310.5 A ACK     66540 9005003`, reopens, [2]string{"1310.3 B SYN+ACK 9005002", "1310.3 B SYN+ACK 9005003"}},
		"nobody listens": {"explicit bind()", teardown + `
			300.1 A SYN     66539 0
			300.3 B RST+ACK 0 66540`,
			append(slices.Clone(reopens[:3]), labEvent{300.5, "connect again -> ECONNREFUSED"}), [2]string{"0 66540", "0 66539"}},
		"an old SYN in TIME_WAIT": {"tcp_timestamps=0", `
			0.1   B FIN     5001 1001
			41.0  A ACK     1001 5002
			100.1 A FIN     1001 5002
			100.3 B ACK     5002 1002
			300.1 A SYN     500 0
			300.3 B ACK     5002 1002
			300.5 A RST     1002 0
			310.1 A SYN     500 0
			310.3 B SYN+ACK 9005002 501
			310.5 A ACK     501 9005003`,
			[]labEvent{{0, "B.close"}, {100, "A.close"}, {300, "A connect ..."}, {311, "A connect -> ok"}}, [2]string{"SYN     500", "SYN     70000"}},
		"three connections": {"explicit bind()", teardown + `
			300.1 A SYN     66539 0
			300.3 B SYN+ACK 9005002 66540
			300.5 A ACK     66540 9005003
			350.1 A RST+ACK 66540 9005003
			400.1 A SYN     7066540 0
			400.3 B SYN+ACK 9105002 7066541
			400.5 A ACK     7066541 9105003`,
			append(slices.Clone(reopens), labEvent{350, "ss -K on A"}, labEvent{400, "connect again ..."}, labEvent{401, "connect again -> ok"}), [2]string{"7066541 9105003", "7066541 9105002"}},
		"the server connects": {"explicit bind()", `
			0.1   B FIN     5001 1001
			41.0  A ACK     1001 5002
			100.1 A FIN     1001 5002
			100.3 B ACK     5002 1002
			300.1 B SYN     70539 0
			300.3 A SYN+ACK 9001002 70540
			300.5 B ACK     70540 9001003`,
			[]labEvent{{0, "B.close"}, {100, "A.close"}, {300, "B.connect ..."}, {301, "B.connect -> ok"}}, [2]string{"B SYN     70539", "B SYN     70639"}},
	} {
		t.Run(name, func(t *testing.T) {
			file := labDir(t, written(t, c.wire), c.params, c.events...)
			r := judged(t, file, nil)
			require.Equal(t, Conforms, r.Verdict, "not explained: %s at %d µs; allowed: %v", r.Unexplained, r.UnexplainedAt, r.Allowed)
			require.Empty(t, r.Notes)
			require.NoError(t, checker.Replay(r.Run.Model, r.Run.Trace))

			require.Contains(t, c.wire, c.wrong[0])
			file = labDir(t, written(t, strings.ReplaceAll(c.wire, c.wrong[0], c.wrong[1])), c.params, c.events...)
			r = judged(t, file, nil)
			require.Equal(t, Deviates, r.Verdict, "%s became %s", c.wrong[0], c.wrong[1])
			require.NotEmpty(t, r.Unexplained)
		})
	}
}

// What connect() returned is judged.
func TestConnectResultsAreJudged(t *testing.T) {
	for name, result := range map[string][2]string{"h_auto_reuse0_ts1": {"EADDRNOTAVAIL", "ok"}, "h_bind_reuse0_ts1": {"ok", "EADDRNOTAVAIL"}} {
		f, err := readLab("testdata/scenarios/" + name + wireSuffix)
		require.NoError(t, err)
		changed := 0
		for i := range f.meta.Events {
			e := &f.meta.Events[i]
			if strings.HasSuffix(e.What, "-> "+result[0]) {
				e.What, changed = strings.TrimSuffix(e.What, result[0])+result[1], changed+1
			}
		}
		require.Positive(t, changed)
		o, err := f.observe(spec.Millisecond)
		require.NoError(t, err)
		require.Equal(t, Deviates, verdict(t, o), name)
	}
}

// Falsified observations of a second connection deviate, wherever the change is.
func TestFalsifiedNextConnectionsDeviate(t *testing.T) {
	names := []string{"h_auto_reuse1_delay1", "h_auto_reuse1_ts1", "h_bind_reuse0_ts1", "h_bind_reuse1_ts1", "h_server_tw_ts0", "h_server_tw_ts1"}
	const every = 5 // of those that can be tried: all of them take half a minute
	tried, n := map[string]int{}, 0
	for _, name := range names {
		source, err := ReadLab("testdata/scenarios/"+name+wireSuffix, spec.Millisecond)
		require.NoError(t, err)
		first := source.End
		for l := sending; l < arriving; l++ {
			for _, item := range source.Lanes[l] {
				if item.Segment.Has(spec.SYN) {
					first = min(first, item.At)
				}
			}
		}
		require.Less(t, first, source.End)
		for _, what := range slices.Sorted(maps.Keys(falsified)) {
			for l := sending; l < arriving; l++ {
				for i, item := range source.Lanes[l] {
					o := source.clone()
					if item.At < first {
						continue
					}
					if n++; n%every != 0 || !falsified[what](o, l, i) || o.validate() != nil {
						continue
					}
					tried[what]++
					require.Equal(t, Deviates, verdict(t, o), "%s: %s: lane %d, %v", name, what, l, item)
				}
			}
		}
	}
	for _, what := range []string{"another number", "another acknowledgment", "FIN or not"} {
		require.GreaterOrEqual(t, tried[what], 2, what)
	}
}
