package spec

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

// simulate runs the model along one schedule: the event that is due first fires
// at its earliest instant, in the order of Events at a tie. It returns one line
// for each step that sends a segment or changes a state.
func simulate(t *testing.T, p Params, until int64) []string {
	t.Helper()
	m, err := New(p)
	require.NoError(t, err)
	s := m.Init()[0]
	type due struct {
		e  Event
		at int64
	}
	var pending []due
	for _, e := range m.Events(s, nil) {
		pending = append(pending, due{e, e.Earliest})
	}
	var lines []string
	for now := int64(0); len(pending) > 0; {
		first := 0
		for i := range pending {
			if pending[i].at < pending[first].at {
				first = i
			}
		}
		f := pending[first]
		if now = f.at; now > until {
			break
		}
		var next State
		var how Effect
		fired := false
		m.Fire(s, f.e, func(n State, h Effect) {
			if !fired { // the first fate that the network offers
				next, how, fired = n, h, !h.Full
			}
		})
		require.True(t, fired)
		line := fmt.Sprintf("%.3f %v %s:", float64(now)/1e6, EventOf(f.e.ID).Host, m.Describe(s, f.e))
		for _, sent := range SentIn(how.Label) {
			line += fmt.Sprintf(" %v", sent.Segment)
			if sent.Copies == 0 {
				line += " lost"
			}
		}
		if a, b := next.Host[Client], next.Host[Server]; len(SentIn(how.Label)) > 0 || a.State != s.Host[Client].State || b.State != s.Host[Server].State {
			lines = append(lines, fmt.Sprintf("%s %v %v", line, a.State, b.State))
		}
		// What stays pending keeps its age; the fired and the fresh are new.
		fresh := map[uint64]int{}
		for _, id := range how.Fresh[:how.FreshCount] {
			fresh[id]++
		}
		old := append(pending[:first:first], pending[first+1:]...)
		pending = nil
		events := m.Events(next, nil)
		for i := len(events) - 1; i >= 0; i-- { // the youngest of equal IDs are fresh
			e := events[i]
			if fresh[e.ID] > 0 {
				fresh[e.ID]--
				pending = append(pending, due{e, now + e.Earliest})
				continue
			}
			found := false
			for j := len(old) - 1; j >= 0 && !found; j-- {
				if old[j].e == e {
					pending = append(pending, old[j])
					old = append(old[:j:j], old[j+1:]...)
					found = true
				}
			}
			require.Truef(t, found, "%s: %+v is pending, not fresh, and was not pending before", line, e)
		}
		s = next
	}
	return lines
}

// pair is a scenario: close() at the start, and close() after EOF.
func pair(profile Profile, change func(*Params)) Params {
	p := Params{Profile: profile, Host: [2]HostParams{DefaultHost(), DefaultHost()}, Net: DefaultNet()}
	p.Host[Client].Script = []Call{{Do: Close}}
	p.Host[Server].Script = []Call{{Do: Close, When: AfterEOF, After: Second}}
	if change != nil {
		change(&p)
	}
	return p
}

func TestTimelines(t *testing.T) {
	article := func(change func(*Params)) Params {
		return pair(Article, func(p *Params) {
			for h := range p.Host {
				p.Host[h].RTO = 200 * Millisecond
				p.Host[h].DelayedAck = [2]int64{}
			}
			change(p)
		})
	}
	lose := func(from Host, kind SegmentKind) []LossRule { return []LossRule{{From: from, Kind: kind}} }
	for name, c := range map[string]struct {
		p    Params
		want []string
	}{
		"article: first wave lost": {
			article(func(p *Params) {
				p.Host[Client].TCPOrphanRetries = 3
				p.Net.Lose = lose(Client, KindFIN)
			}),
			[]string{
				"0.000 client close(): FIN+ACK seq=1 ack=1 lost FIN_WAIT_1 ESTABLISHED",
				"0.200 client RTO: FIN+ACK seq=1 ack=1 lost FIN_WAIT_1 ESTABLISHED",
				"0.600 client RTO: FIN+ACK seq=1 ack=1 lost FIN_WAIT_1 ESTABLISHED",
				"1.400 client RTO: FIN+ACK seq=1 ack=1 lost FIN_WAIT_1 ESTABLISHED",
				"3.000 client RTO: CLOSED ESTABLISHED",
			},
		},
		"linux: first wave lost, RTO 200 ms, no tail loss probe": {
			pair(Linux, func(p *Params) {
				p.Host[Client].TCPOrphanRetries = 3
				p.Host[Client].RTO = 200 * Millisecond
				p.Host[Client].TCPEarlyRetrans = false
				p.Net.Lose = lose(Client, KindFIN)
			}),
			[]string{
				"0.000 client close(): FIN+ACK seq=1 ack=1 lost FIN_WAIT_1 ESTABLISHED",
				"0.200 client RTO: FIN+ACK seq=1 ack=1 lost FIN_WAIT_1 ESTABLISHED",
				"0.600 client RTO: FIN+ACK seq=1 ack=1 lost FIN_WAIT_1 ESTABLISHED",
				"1.400 client RTO: FIN+ACK seq=1 ack=1 lost FIN_WAIT_1 ESTABLISHED",
				"3.000 client RTO: FIN+ACK seq=1 ack=1 lost FIN_WAIT_1 ESTABLISHED",
				"6.200 client RTO: CLOSED ESTABLISHED",
			},
		},
		"linux: first wave lost, RTT 20 ms": {
			pair(Linux, func(p *Params) {
				p.Host[Client].TCPOrphanRetries = 3
				p.Host[Client].RTO = 220 * Millisecond
				p.Host[Client].SRTT = 20 * Millisecond
				p.Net.Lose = lose(Client, KindFIN)
			}),
			[]string{ // [R] 2R 4R 8R, dead at 16R; the tail loss probe is the copy at R
				"0.000 client close(): FIN+ACK seq=1 ack=1 lost FIN_WAIT_1 ESTABLISHED",
				"0.220 client tail loss probe: FIN+ACK seq=1 ack=1 lost FIN_WAIT_1 ESTABLISHED",
				"0.440 client RTO: FIN+ACK seq=1 ack=1 lost FIN_WAIT_1 ESTABLISHED",
				"0.880 client RTO: FIN+ACK seq=1 ack=1 lost FIN_WAIT_1 ESTABLISHED",
				"1.760 client RTO: FIN+ACK seq=1 ack=1 lost FIN_WAIT_1 ESTABLISHED",
				"3.520 client RTO: CLOSED ESTABLISHED",
			},
		},
		"linux: normal close": {
			pair(Linux, nil),
			[]string{
				"0.000 client close(): FIN+ACK seq=1 ack=1 FIN_WAIT_1 ESTABLISHED",
				"0.001 server receives FIN+ACK seq=1 ack=1: FIN_WAIT_1 CLOSE_WAIT",
				"0.041 server delayed ACK timer: ACK seq=1 ack=2 FIN_WAIT_1 CLOSE_WAIT",
				"0.042 client receives ACK seq=1 ack=2: FIN_WAIT_2 CLOSE_WAIT",
				"1.001 server close(): FIN+ACK seq=1 ack=2 FIN_WAIT_2 LAST_ACK",
				"1.002 client receives FIN+ACK seq=1 ack=2: ACK seq=2 ack=2 TIME_WAIT LAST_ACK",
				"1.003 server receives ACK seq=2 ack=2: TIME_WAIT CLOSED",
				"61.002 client TIME_WAIT timer: CLOSED CLOSED",
			},
		},
		"linux: tcp_fin_timeout of 90 s lasts 60 s": {
			pair(Linux, func(p *Params) {
				p.Host[Client].TCPFinTimeout = 90 * Second
				p.Host[Server].Script = nil
				p.Host[Server].DelayedAck = [2]int64{}
			}),
			[]string{
				"0.000 client close(): FIN+ACK seq=1 ack=1 FIN_WAIT_1 ESTABLISHED",
				"0.001 server receives FIN+ACK seq=1 ack=1: ACK seq=1 ack=2 FIN_WAIT_1 CLOSE_WAIT",
				"0.002 client receives ACK seq=1 ack=2: FIN_WAIT_2 CLOSE_WAIT",
				"60.002 client FIN_WAIT_2 timer: CLOSED CLOSE_WAIT",
			},
		},
		"linux: data after close() is answered by RST": {
			pair(Linux, func(p *Params) {
				p.Host[Server].Script = []Call{{Do: Send, N: 1, When: AfterEOF, After: 9 * Millisecond}, {Do: Close, When: AfterError}}
				p.Host[Server].DelayedAck = [2]int64{}
			}),
			[]string{
				"0.000 client close(): FIN+ACK seq=1 ack=1 FIN_WAIT_1 ESTABLISHED",
				"0.001 server receives FIN+ACK seq=1 ack=1: ACK seq=1 ack=2 FIN_WAIT_1 CLOSE_WAIT",
				"0.002 client receives ACK seq=1 ack=2: FIN_WAIT_2 CLOSE_WAIT",
				"0.010 server send(): DATA+ACK seq=1 ack=2 len=1 FIN_WAIT_2 CLOSE_WAIT",
				"0.011 client receives DATA+ACK seq=1 ack=2 len=1: RST seq=2 CLOSED CLOSE_WAIT",
				"0.012 server receives RST seq=2: CLOSED CLOSED",
			},
		},
		"linux: an ACK that is late assassinates TIME_WAIT (RFC 1337)": {
			pair(Linux, func(p *Params) {
				p.Host[Server].Script[0].After = 0
				p.Host[Server].DelayedAck = [2]int64{}
			}),
			[]string{
				"0.000 client close(): FIN+ACK seq=1 ack=1 FIN_WAIT_1 ESTABLISHED",
				"0.001 server receives FIN+ACK seq=1 ack=1: ACK seq=1 ack=2 FIN_WAIT_1 CLOSE_WAIT",
				"0.001 server close(): FIN+ACK seq=1 ack=2 FIN_WAIT_1 LAST_ACK",
				"0.002 client receives FIN+ACK seq=1 ack=2: ACK seq=2 ack=2 TIME_WAIT LAST_ACK",
				"0.002 client receives ACK seq=1 ack=2: ACK seq=2 ack=2 TIME_WAIT LAST_ACK",
				"0.003 server receives ACK seq=2 ack=2: TIME_WAIT CLOSED",
				"0.003 server receives ACK seq=2 ack=2: RST seq=2 TIME_WAIT CLOSED",
				"0.004 client receives RST seq=2: CLOSED CLOSED",
			},
		},
		"linux: a window of zero holds the FIN back until the peer reads": {
			pair(Linux, func(p *Params) {
				p.Host[Client].Script = []Call{{Do: Send, N: 1}, {Do: Send, N: 1, After: 100 * Millisecond}, {Do: Close}}
				p.Host[Server].Script = []Call{{Do: ReadData, After: Second}, {Do: Close, When: AfterEOF, After: 8 * Millisecond}}
				p.Host[Server].ReceiveBuffer = 1
				p.Host[Server].DelayedAck = [2]int64{}
			}),
			[]string{
				"0.000 client send(): DATA+ACK seq=1 ack=1 len=1 ESTABLISHED ESTABLISHED",
				"0.001 server receives DATA+ACK seq=1 ack=1 len=1: ACK seq=1 ack=2 win=0 ESTABLISHED ESTABLISHED",
				"0.100 client close(): FIN_WAIT_1 ESTABLISHED",
				"0.304 client zero-window probe: ACK seq=1 ack=1 FIN_WAIT_1 ESTABLISHED",
				"0.305 server receives ACK seq=1 ack=1: ACK seq=1 ack=2 win=0 FIN_WAIT_1 ESTABLISHED",
				"0.714 client zero-window probe: ACK seq=1 ack=1 FIN_WAIT_1 ESTABLISHED",
				// no answer: 500 ms have not passed since the last
				"1.000 server read(): ACK seq=1 ack=2 FIN_WAIT_1 ESTABLISHED",
				"1.001 client receives ACK seq=1 ack=2: FIN+DATA+ACK seq=2 ack=1 len=1 FIN_WAIT_1 ESTABLISHED",
				"1.002 server receives FIN+DATA+ACK seq=2 ack=1 len=1: ACK seq=1 ack=4 FIN_WAIT_1 CLOSE_WAIT",
				"1.003 client receives ACK seq=1 ack=4: FIN_WAIT_2 CLOSE_WAIT",
				"1.010 server close(): FIN+ACK seq=1 ack=4 FIN_WAIT_2 LAST_ACK",
				"1.011 client receives FIN+ACK seq=1 ack=4: ACK seq=4 ack=2 TIME_WAIT LAST_ACK",
				"1.012 server receives ACK seq=4 ack=2: TIME_WAIT CLOSED",
				"61.011 client TIME_WAIT timer: CLOSED CLOSED",
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			got := simulate(t, c.p, 1000*Second)
			require.Equal(t, c.want, got)
		})
	}
}
