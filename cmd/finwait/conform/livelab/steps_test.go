//go:build linux

package livelab

import (
	"flag"
	"os"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/finwait/finwait/cmd/finwait/conform"
)

// state is one that the kernel's end is brought to, and its numbers there.
type state struct {
	name          string
	rcv, una, nxt int
	reach         func(t *testing.T, p *peer)
}

func ack(n int) conform.CellSegment {
	return conform.CellSegment{Flags: []string{"ACK"}, Seq: 1, Ack: n}
}

func fin(n int) conform.CellSegment {
	return conform.CellSegment{Flags: []string{"FIN", "ACK"}, Seq: 1, Ack: n}
}

// closing calls shutdown or close, and waits for the FIN.
func closing(call func(*peer, *testing.T), then ...conform.CellSegment) func(*testing.T, *peer) {
	return func(t *testing.T, p *peer) {
		call(p, t)
		p.await(t, "FIN+ACK")
		for _, g := range then {
			p.inject(t, g)
			if len(g.Flags) > 1 { // a FIN
				p.await(t, "ACK")
			}
		}
	}
}

// closed lets the peer close first.
func closed(call func(*peer, *testing.T)) func(*testing.T, *peer) {
	return func(t *testing.T, p *peer) {
		p.inject(t, fin(1))
		p.await(t, "ACK")
		time.Sleep(60 * time.Millisecond)
		if call != nil {
			call(p, t)
			p.await(t, "FIN+ACK")
		}
	}
}

var states = []state{
	{"ESTABLISHED", 1, 1, 1, func(*testing.T, *peer) {}},
	{"FIN_WAIT_1", 1, 1, 2, closing((*peer).shutdown)},
	{"FIN_WAIT_1 orphan", 1, 1, 2, closing((*peer).close)},
	{"FIN_WAIT_2", 1, 2, 2, closing((*peer).shutdown, ack(2))},
	{"FIN_WAIT_2 orphan", 1, 2, 2, closing((*peer).close, ack(2))},
	{"CLOSING", 2, 1, 2, closing((*peer).shutdown, fin(1))},
	{"CLOSING orphan", 2, 1, 2, closing((*peer).close, fin(1))},
	{"TIME_WAIT", 2, 2, 2, closing((*peer).close, ack(2), fin(2))},
	{"CLOSE_WAIT", 2, 1, 1, closed(nil)},
	{"LAST_ACK", 2, 1, 2, closed((*peer).shutdown)},
	{"LAST_ACK orphan", 2, 1, 2, closed((*peer).close)},
}

// segments lists what is sent to an end in a state.
func (s state) segments() []conform.Cell {
	var all []conform.Cell
	add := func(event string, seq, ack, length int, flags ...string) {
		all = append(all, conform.Cell{State: s.name, Event: event, Segment: conform.CellSegment{Flags: flags, Seq: seq, Ack: ack, Len: length}})
	}
	add("dup ACK", s.rcv, s.una, 0, "ACK")
	add("ACK of what was not sent", s.rcv, s.nxt+5, 0, "ACK")
	add("old ACK", s.rcv, s.una-1, 0, "ACK")
	add("DATA with an old ACK", s.rcv, s.una-1, 1, "ACK", "PSH")
	add("DATA with an ACK of what was never sent", s.rcv, s.una-3, 1, "ACK", "PSH")
	add("FIN with an old ACK", s.rcv, s.una-1, 0, "FIN", "ACK")
	add("FIN", 1, s.una, 0, "FIN", "ACK")
	add("FIN out of order", s.rcv+1, s.una, 0, "FIN", "ACK")
	add("DATA", s.rcv, s.una, 1, "ACK", "PSH")
	add("DATA+FIN", s.rcv, s.una, 1, "ACK", "PSH", "FIN")
	add("long text", s.rcv, s.una, 1000, "ACK", "PSH")
	add("ACK from before the window", s.rcv, s.una-90_000, 0, "ACK")
	add("FIN without ACK", s.rcv, 0, 0, "FIN")
	if s.nxt > s.una {
		add("ACK of FIN", s.rcv, s.nxt, 0, "ACK")
		add("FIN acking our FIN", 1, s.nxt, 0, "FIN", "ACK")
		add("DATA acking our FIN", s.rcv, s.nxt, 1, "ACK", "PSH")
	}
	add("RST at rcv_nxt", s.rcv, 0, 0, "RST")
	add("RST with ACK", s.rcv, s.nxt, 0, "RST", "ACK")
	add("RST in window", s.rcv+5, 0, 0, "RST")
	add("RST below window", s.rcv-1, 0, 0, "RST")
	add("SYN, old", s.rcv-100, 0, 0, "SYN")
	add("SYN, new", s.rcv+100_000, 0, 0, "SYN") // opens the next connection in TIME_WAIT
	add("SYN, new, with FIN", s.rcv+100_000, 0, 0, "SYN", "FIN")
	add("old text and new", s.rcv-100, s.una, 1000, "ACK", "PSH")
	return all
}

// atOnce is how many tests run at the same time; they wait more than they compute.
const atOnce = 48

func TestMain(m *testing.M) {
	flag.Parse()
	if err := flag.Set("test.parallel", strconv.Itoa(atOnce)); err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}

// The kernel of this machine does in every cell what the model does: next state,
// answer, error.
func TestSteps(t *testing.T) {
	t.Parallel()
	u := newTUN(t)
	var cells []conform.Cell
	var reach []func(*testing.T, *peer)
	for _, s := range states {
		for _, c := range s.segments() {
			cells, reach = append(cells, c), append(reach, s.reach)
		}
	}
	require.GreaterOrEqual(t, len(cells), 30)
	measure(t, u, cells, reach)
	if !t.Failed() {
		compare(t, cells)
	}
}

// measure brings a connection to the state of each cell and sees what the segment
// does to it. On a busy machine an answer can be late, so what differs from the model
// is measured five times, and must differ each time.
func measure(t *testing.T, u *tun, cells []conform.Cell, reach []func(*testing.T, *peer)) {
	var ports atomic.Int32
	ports.Store(20_000)
	t.Run("kernel", func(t *testing.T) {
		for i := range cells {
			c := &cells[i]
			t.Run(c.State+"/"+c.Event, func(t *testing.T) {
				t.Parallel()
				for range 5 {
					began := time.Now()
					p := connect(t, u, uint16(ports.Add(1)))
					reach[i](t, p)
					c.Pre = u.state(t, p.port)
					p.inject(t, c.Segment)
					c.Reply = p.answers()
					c.Post = u.state(t, p.port)
					c.SoError = p.soError(t)
					// Later, a retransmission can be among the answers.
					differ, err := conform.Compare([]conform.Cell{*c})
					require.NoError(t, err)
					if time.Since(began) < rtoMin*time.Millisecond && len(differ) == 0 {
						return
					}
				}
			})
		}
	})
}

// compare asks the model about what was measured.
func compare(t *testing.T, cells []conform.Cell) {
	differ, err := conform.Compare(cells)
	require.NoError(t, err)
	for _, d := range differ {
		t.Errorf("%s, %s (%v):\n\tkernel %+v\n\tmodel  %+v", d.State, d.Event, d.Segment, d.Want, d.Got)
	}
	var name unix.Utsname
	require.NoError(t, unix.Uname(&name))
	t.Logf("Linux %s: %d cells, %d agree", unix.ByteSliceToString(name.Release[:]), len(cells), len(cells)-len(differ))
}
