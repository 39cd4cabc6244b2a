package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/checker/bench"
)

// section is one part of the table.
type section struct {
	name, about string
	rounds      int  // of which medians are taken
	races       bool // beside the peers
	onlySpin    bool // of the peers
	measure     func(ctx context.Context, b *board) (string, error)
}

// sections are all parts of the table, or those of a quick look.
func sections(quick bool) []section {
	var all []section
	tcpclose := func(name, size string, rounds, states int) *section {
		about := fmt.Sprintf("Size %s of the simplified teardown", size)
		all = append(all, besidePeers(name, about, search{Model: "tcpclose", Size: size}, size, rounds, states))
		return &all[len(all)-1]
	}
	twophase := func(n, rounds, states int) *section {
		about := fmt.Sprintf("Two-phase commit with %d resource managers", n)
		all = append(all, besidePeers("twophase-"+strconv.Itoa(n), about, search{Model: "twophase", Managers: n}, strconv.Itoa(n), rounds, states))
		return &all[len(all)-1]
	}
	tcpclose("tcpclose-S", "S", 3, bench.S.States)
	if !quick {
		tcpclose("tcpclose-M", "M", 3, bench.M.States)
		tcpclose("tcpclose-L", "L", 3, bench.L.States).onlySpin = true // the others take minutes
		tcpclose("all-peers-L", "L", 1, bench.L.States)
	}
	twophase(5, 1, 8_832)
	twophase(6, 1, 50_816)
	if !quick {
		twophase(7, 1, 296_448)
		twophase(8, 1, 1_745_408)
		twophase(9, 3, 10_340_352).onlySpin = true
	}
	return append(all, spill(quick), timed(), loss(quick), delay(quick), data(quick), timers(quick), reduction(quick))
}

// besidePeers measures one of the models that the peers have too.
func besidePeers(name, about string, s search, size string, rounds, states int) section {
	return section{name: name, about: about, rounds: rounds, races: true, measure: func(ctx context.Context, b *board) (string, error) {
		r, err := b.race(ctx, s, size, states)
		if err != nil {
			return "", err
		}
		return r.table(), nil
	}}
}

// row is a search with its name in a table.
type row struct {
	name string
	search
}

func timed() section {
	return section{name: "timed", about: "Scenarios S1 to S4 of the study of time, exact, with their number of state classes", rounds: 3,
		measure: func(ctx context.Context, b *board) (string, error) {
			var rows []row
			for _, name := range []string{"s1", "s2", "s3", "s4"} {
				rows = append(rows, row{name, search{Model: "scenario", Scenario: name, Time: checker.Exact}})
				if name == "s2" {
					rows = append(rows, row{"s2, one duplicate", search{Model: "scenario", Scenario: name,
						Set: []string{"network.duplicates=1"}, Time: checker.Exact}})
				}
			}
			return b.curve(ctx, "scenario", rows)
		}}
}

// curveStates ends a search of a cost curve, which the table says then.
const curveStates = 5_000_000

// cost is a curve over one key of the scenario curve, in both modes of time.
func cost(name, about, column string, sets map[string][]string, points ...string) section {
	return section{name: name, about: about, rounds: 1, measure: func(ctx context.Context, b *board) (string, error) {
		var rows []row
		for _, mode := range []checker.Mode{checker.Any, checker.Exact} {
			for _, p := range points {
				rows = append(rows, row{p, search{Model: "scenario", Scenario: "curve", Set: sets[p], Time: mode, MaxStates: curveStates}})
			}
		}
		return b.curve(ctx, column, rows)
	}}
}

func loss(quick bool) section {
	points := []string{"0", "1", "2", "4", "8", "unlimited"}
	if quick {
		points = points[:3]
	}
	return cost("loss", "Cost against the number of losses that the network may choose", "losses", set("network.loss=%s", points), points...)
}

func delay(quick bool) section {
	points := []string{"[1ms, 1ms]", "[1ms, 50ms]", "[1ms, 200ms]", "[1ms, 500ms]", "[1ms, 700ms]"}
	if quick {
		points = points[:2]
	}
	return cost("delay", "Cost against the window in which a segment arrives (in wider ones than these, exact takes minutes)", "delay", set("network.delay=%s", points), points...)
}

func data(quick bool) section {
	points := []string{"0", "1", "2", "3"}
	if quick {
		points = points[:2]
	}
	sets := map[string][]string{} // the scenario as it is writes nothing
	for n, p := range points[1:] {
		sends := strings.Repeat("{do: send, n: 1}, ", n+1) // a call of send makes one segment
		sets[p] = []string{"client.app=[" + sends + "{do: close}]"}
	}
	return cost("data", "Cost against the number of data segments that the client writes before it closes", "segments", sets, points...)
}

// set has the override that each point of a curve stands for.
func set(format string, points []string) map[string][]string {
	all := map[string][]string{}
	for _, p := range points {
		all[p] = []string{fmt.Sprintf(format, p)}
	}
	return all
}

// timers shows that cost does not depend on durations. The unit is 1 µs always.
func timers(quick bool) section {
	about := "Cost against the constants of s3, exact: all windows multiplied, and 1 µs added wherever one constant occurs"
	base := "s3"
	if quick {
		base = "s2"
	}
	return section{name: "timers", about: about, rounds: 3, measure: func(ctx context.Context, b *board) (string, error) {
		s := search{Model: "scenario", Scenario: base, Time: checker.Exact}
		var rows []row
		for _, times := range []int64{1, 60, 3600} {
			s := s
			s.Times = times
			rows = append(rows, row{fmt.Sprintf("× %d", times), s})
		}
		all, err := s.constants(ctx)
		if err != nil {
			return "", err
		}
		for _, c := range all {
			s := s
			s.Longer = c
			rows = append(rows, row{fmt.Sprintf("%d µs + 1 µs", c), s})
		}
		return b.curve(ctx, "constants", rows)
	}}
}
