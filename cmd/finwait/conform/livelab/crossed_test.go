//go:build linux

package livelab

import (
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/finwait/finwait/cmd/finwait/conform"
)

var (
	slow   = flag.Bool("slow", false, "try all crossed steps (8 minutes), and whole teardowns that take minutes")
	record = flag.String("record", "", "write the crossed steps, as measured, to this file")
)

// crossed are segments of all combinations of control bits with numbers on all sides
// of what the end expects.
func (s state) crossed() []conform.Cell {
	var all []conform.Cell
	add := func(seq, ack, length int, flags string) {
		g := conform.CellSegment{Flags: strings.Fields(flags), Seq: seq, Ack: ack, Len: length}
		all = append(all, conform.Cell{State: s.name, Event: g.String(), Segment: g})
	}
	acks := []int{s.una - 90_000, s.una - 100, s.una - 2, s.una - 1, s.una, s.nxt + 1, s.nxt + 5, s.nxt + 100_000}
	if s.nxt > s.una {
		acks = append(acks, s.nxt)
	}
	for _, off := range []int{-90_000, -100, -3, -2, -1, 0, 1, 5, 1000, 70_000, 100_000} {
		for _, length := range []int{0, 1, 2, 3, 10, 1000} {
			for _, flags := range []string{"", "PSH", "FIN", "SYN", "SYN FIN", "RST", "RST FIN", "RST SYN"} {
				add(s.rcv+off, 0, length, flags)
			}
			for _, ack := range acks {
				for _, flags := range []string{"ACK", "FIN ACK", "SYN ACK", "SYN FIN ACK", "RST ACK", "RST FIN ACK"} {
					add(s.rcv+off, ack, length, flags)
				}
			}
		}
	}
	return all
}

// The kernel of this machine does what the model does with segments that nobody had
// in mind: a random choice of the crossed ones, or all of them.
func TestCrossedSteps(t *testing.T) {
	t.Parallel()
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	var cells []conform.Cell
	var reach []func(*testing.T, *peer)
	for _, s := range states {
		all := s.crossed()
		r.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		if !*slow {
			all = all[:20]
		}
		for _, c := range all {
			cells, reach = append(cells, c), append(reach, s.reach)
		}
	}
	const batch = 500 // listing the sockets of a namespace takes time
	for from := 0; from < len(cells); from += batch {
		to := min(from+batch, len(cells))
		u := newTUN(t)
		t.Run(fmt.Sprint(from), func(t *testing.T) {
			measure(t, u, cells[from:to], reach[from:to])
		})
		require.False(t, t.Failed())
	}
	if *record != "" {
		text, err := json.MarshalIndent(cells, "", " ")
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(*record, text, 0o644))
	}
	compare(t, cells)
}
