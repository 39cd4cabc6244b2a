package checker

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
)

// petersonN is Peterson's algorithm for N processes (Lynch, Distributed Algorithms,
// 1996, section 10.5) as SPIN's example Examples/LTL/petersonN.pml has it, statement
// by statement: those that SPIN merges are one step here, and a local variable that
// is dead is 0. It is a model of which another tool's counts are known.
type petersonN struct {
	broken bool // a process goes ahead when it was the last to come
}

const peterson = 3 // processes

type petersonState struct {
	turn, flag [peterson]uint8
	ncrit      uint8
	user       [peterson]struct{ pc, j, k uint8 }
}

// The statements that a process can be at.
const (
	again     uint8 = iota // k = 0
	rounds                 // k < N-1, or else
	raise                  // flag[_pid] = k
	yield                  // turn[k] = _pid
	begin                  // j = 0
	each                   // j == _pid -> j++, or j != _pid
	last                   // j < N, or j >= N -> break; k++
	wait                   // (flag[j] < k || turn[k] != _pid)
	following              // j++
	enter                  // ncrit++
	inside                 // assert(ncrit == 1)
	leave                  // ncrit--
	lower                  // flag[_pid] = 0
)

func (m petersonN) Init() []petersonState { return []petersonState{{}} }

func (m petersonN) Events(s petersonState, buf []Event) []Event {
	for p, u := range s.user {
		if u.pc != wait || s.flag[u.j] < u.k || (s.turn[u.k] != uint8(p)) != m.broken {
			buf = append(buf, Event{ID: uint64(p), Latest: Forever})
		}
	}
	return buf
}

func (m petersonN) Fire(s petersonState, e Event, emit func(petersonState, Effect)) {
	before := m.Events(s, nil)
	p := uint8(e.ID)
	u := &s.user[p]
	switch u.pc {
	case again:
		u.k, u.pc = 0, rounds
	case rounds:
		u.pc = enter
		if u.k < peterson-1 {
			u.pc = raise
		}
	case raise:
		s.flag[p], u.pc = u.k, yield
	case yield:
		s.turn[u.k], u.pc = p, begin
	case begin:
		u.j, u.pc = 0, each
	case each:
		if u.j == p {
			u.j++
		} else {
			u.pc = last
		}
	case last:
		if u.j < peterson {
			u.pc = wait
		} else {
			u.j, u.pc = 0, rounds
			u.k++
		}
	case wait:
		u.pc = following
	case following:
		u.j++
		u.pc = each
	case enter:
		s.ncrit++
		u.pc = inside
	case inside:
		u.pc = leave
	case leave:
		s.ncrit--
		u.pc = lower
	case lower:
		s.flag[p], u.pc = 0, again
	}
	var how Effect
	for _, f := range m.Events(s, nil) {
		if f.ID == e.ID || first(before, f.ID) < 0 {
			how.Fresh[how.FreshCount] = f.ID
			how.FreshCount++
		}
	}
	emit(s, how)
}

// The parts are the processes, flag, turn, and ncrit.
const (
	flagPart  = 8
	turnPart  = 16
	ncritPart = uint64(1) << 24
	shared    = 0xff<<flagPart | 0xff<<turnPart | ncritPart
)

func (m petersonN) Process(e Event) int { return int(e.ID) }

func (m petersonN) Footprint(s petersonState, e Event) (reads, writes uint64) {
	p := e.ID
	u := s.user[p]
	own := uint64(1) << p
	switch u.pc {
	case raise, lower:
		return own, own | 1<<(flagPart+p)
	case yield:
		return own, own | 1<<(turnPart+uint64(u.k))
	case wait:
		return own | 1<<(flagPart+u.j) | 1<<(turnPart+u.k), own
	case enter, leave:
		return own | ncritPart, own | ncritPart
	case inside:
		return own | ncritPart, own
	}
	return own, own
}

// Around: a process comes back to every statement, so the others can do all there is.
func (m petersonN) Around(s petersonState, p int) (awaits, reads, writes uint64) {
	for q := range s.user {
		if q != p {
			reads |= 1 << q
		}
	}
	if u := s.user[p]; u.pc == wait {
		awaits = 1<<(flagPart+u.j) | 1<<(turnPart+u.k)
	}
	return awaits, reads | shared, reads | shared
}

// TestPetersonN compares with SPIN 6.5.2 (petersonN.pml with N = 3, without its ltl
// formula): 25,362 states and 69,787 transitions, the initial state counted, with
// -DNOREDUCE, 2,999 states with its reduction, which is depth-first.
func TestPetersonN(t *testing.T) {
	exclusion := Property[petersonState]{
		Name: "mutual-exclusion", Kind: Always, Observes: ncritPart,
		Goal: func(s petersonState) bool { return s.ncrit <= 1 },
	}
	ask := func(m petersonN, r Reduction) (Outcome[petersonState], Run) {
		res, err := Check(context.Background(), System[petersonState]{Exact: m}, []Property[petersonState]{exclusion}, Options{Time: Any, Reduction: r})
		require.NoError(t, err)
		return res.Outcomes[0], res.Runs[0]
	}
	out, full := ask(petersonN{}, ReduceNone)
	require.Equal(t, Holds, out.Verdict)
	require.Equal(t, []int{25_362, 69_786}, []int{full.States, full.Transitions})
	out, reduced := ask(petersonN{}, ReduceAuto)
	require.Equal(t, Holds, out.Verdict)
	require.Equal(t, "ample", reduced.Reduction)
	require.Equal(t, 2_970, reduced.States)

	for _, r := range []Reduction{ReduceNone, ReduceAmple} {
		out, _ := ask(petersonN{broken: true}, r)
		require.Equal(t, "possible", out.Reason)
		require.NoError(t, Replay[petersonState](petersonN{broken: true}, *out.Trace))
		require.EqualValues(t, 2, out.Trace.Last().ncrit)
	}
}
