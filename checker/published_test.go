package checker_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/finwait/finwait/checker"
)

// puzzle is a system in which every move that is possible may be made, and none
// has to be. Its moves are numbers; the state decides what they do.
type puzzle[S comparable] struct {
	start S
	moves int
	// move is the state after the move, if it is possible.
	move func(s S, move int) (next S, possible bool)
}

func (p puzzle[S]) Init() []S { return []S{p.start} }

func (p puzzle[S]) Events(s S, buf []checker.Event) []checker.Event {
	for i := range p.moves {
		if _, possible := p.move(s, i); possible {
			buf = append(buf, checker.Event{ID: uint64(i), Latest: checker.Forever})
		}
	}
	return buf
}

func (p puzzle[S]) Fire(s S, e checker.Event, emit func(S, checker.Effect)) {
	next, _ := p.move(s, int(e.ID))
	how := checker.Effect{}
	for i := range p.moves {
		_, before := p.move(s, i)
		if _, after := p.move(next, i); after && (!before || uint64(i) == e.ID) {
			how.Fresh[how.FreshCount] = uint64(i)
			how.FreshCount++
		}
	}
	emit(next, how)
}

// counts are what a search of all reachable states must find. The initial state
// is level 1.
type counts struct{ states, transitions, depth int }

func countAll[S comparable](t *testing.T, p puzzle[S]) counts {
	run, err := checker.Explore(context.Background(), p, checker.Any, checker.Options{}, checker.Visitor[S]{})
	require.NoError(t, err)
	require.True(t, run.Complete)
	return counts{run.States, run.Transitions, run.Depth}
}

// TestPublishedCounts has systems whose numbers of states are well known, or follow
// from a theorem.
func TestPublishedCounts(t *testing.T) {
	// Two jugs of 3 and 5 gallons (TLA+ Examples, DieHard): TLC generates 97 states,
	// 16 of them distinct; each of the six actions is always possible.
	require.Equal(t, counts{16, 96, 8}, countAll(t, dieHard()))

	// Two threads that add 1 to a shared number without a lock (Stateright, example
	// increment): 13 states; a thread that has not taken both steps can take one.
	require.Equal(t, counts{13, 14, 5}, countAll(t, increment()))

	// Towers of Hanoi: 3^n states, 3^(n+1) − 3 moves, and the farthest state is
	// 2^n − 1 moves away.
	for _, c := range []counts{{3, 6, 2}, {9, 24, 4}, {27, 78, 8}, {81, 240, 16}, {6561, 19680, 256}} {
		disks := 0
		for n := c.states; n > 1; n /= 3 {
			disks++
		}
		require.Equal(t, c, countAll(t, hanoi(disks)), "%d disks", disks)
	}

	// Noughts and crosses, played until somebody has won: 5,478 positions.
	require.Equal(t, counts{5_478, 16_167, 10}, countAll(t, noughts()))

	// The eight puzzle: half of the 9! orders can be reached, the farthest in 31
	// moves; the corners have 2 moves, the edges 3, the middle 4.
	if !testing.Short() {
		require.Equal(t, counts{181_440, 181_440 * 24 / 9, 32}, countAll(t, eightPuzzle()))
	}
}

func TestDieHard(t *testing.T) {
	p := dieHard()
	four := checker.Property[[2]int8]{Name: "four gallons", Kind: checker.Reachable, Goal: func(s [2]int8) bool { return s[1] == 4 }}
	for _, mode := range []checker.Mode{checker.Auto, checker.Exact} {
		o := check(t, p, []checker.Property[[2]int8]{four}, mode)[0]
		require.Equal(t, checker.Holds, o.Verdict)
		require.Len(t, o.Trace.Steps, 6, "fill, pour, empty, pour, fill, pour")
	}
}

// dieHard has a small and a big jug: fill, empty, pour into the other.
func dieHard() puzzle[[2]int8] {
	size := [2]int8{3, 5}
	return puzzle[[2]int8]{moves: 6, move: func(s [2]int8, move int) ([2]int8, bool) {
		jug := move % 2
		switch move / 2 {
		case 0:
			s[jug] = size[jug]
		case 1:
			s[jug] = 0
		default:
			poured := min(s[jug], size[1-jug]-s[1-jug])
			s[jug] -= poured
			s[1-jug] += poured
		}
		return s, true
	}}
}

type incrementState struct {
	shared   int8
	read, at [2]int8
}

func increment() puzzle[incrementState] {
	return puzzle[incrementState]{moves: 2, move: func(s incrementState, thread int) (incrementState, bool) {
		switch s.at[thread] {
		case 0:
			s.read[thread] = s.shared
		case 1:
			s.shared = s.read[thread] + 1
		default:
			return s, false
		}
		s.at[thread]++
		return s, true
	}}
}

// hanoi has the peg of each disk, the smallest first.
func hanoi(disks int) puzzle[[8]int8] {
	return puzzle[[8]int8]{moves: 6, move: func(pegs [8]int8, move int) ([8]int8, bool) {
		from := int8(move / 2)
		to := (from + 1 + int8(move%2)) % 3
		for disk := range disks {
			switch pegs[disk] {
			case from:
				pegs[disk] = to
				return pegs, true
			case to: // a smaller disk lies there
				return pegs, false
			}
		}
		return pegs, false
	}}
}

// noughts has 1 and 2 for the players, and the number of moves made.
func noughts() puzzle[[10]int8] {
	lines := [8][3]int{{0, 1, 2}, {3, 4, 5}, {6, 7, 8}, {0, 3, 6}, {1, 4, 7}, {2, 5, 8}, {0, 4, 8}, {2, 4, 6}}
	return puzzle[[10]int8]{moves: 9, move: func(s [10]int8, square int) ([10]int8, bool) {
		for _, l := range lines {
			if s[l[0]] != 0 && s[l[0]] == s[l[1]] && s[l[1]] == s[l[2]] {
				return s, false // somebody has won
			}
		}
		if s[square] != 0 {
			return s, false
		}
		s[square] = 1 + s[9]%2
		s[9]++
		return s, true
	}}
}

// eightPuzzle has the tile in each square; 0 is the empty one.
func eightPuzzle() puzzle[[9]int8] {
	return puzzle[[9]int8]{start: [9]int8{1, 2, 3, 4, 5, 6, 7, 8, 0}, moves: 4, move: func(s [9]int8, move int) ([9]int8, bool) {
		empty := 0
		for s[empty] != 0 {
			empty++
		}
		row, column := empty/3, empty%3
		row += [4]int{-1, 1, 0, 0}[move]
		column += [4]int{0, 0, -1, 1}[move]
		if row < 0 || row > 2 || column < 0 || column > 2 {
			return s, false
		}
		s[empty], s[3*row+column] = s[3*row+column], 0
		return s, true
	}}
}
