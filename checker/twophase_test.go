package checker_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/finwait/finwait/checker"
	"github.com/stretchr/testify/require"
)

// twoPhase is two-phase commit with this many resource managers, as in the TLA+
// Examples (transaction_commit/TwoPhase; Gray and Lamport, Consensus on
// Transaction Commit, 2006). Messages are a set: they stay when they were read,
// so reading one again is a step too. Every action that is enabled is an event
// that is pending; nothing forces any of them.
type twoPhase int

// commitState has sets of resource managers as bits.
type commitState struct {
	manager                     managerState
	prepared, committed, undone uint8 // resource managers in these states; the others work
	sent                        uint8 // whose Prepared message was sent
	seen                        uint8 // whose Prepared message the transaction manager has read
}

// managerState is that of the transaction manager. Its Commit and its Abort
// message are sent when it gets there.
type managerState uint8

const (
	deciding managerState = iota
	decidedCommit
	decidedAbort
)

// The actions; those of a resource manager have its number times 8 added.
const (
	managerCommits uint64 = iota
	managerAborts
	managerReads
	prepares
	choosesAbort
	readsCommit
	readsAbort
)

func (n twoPhase) Init() []commitState { return []commitState{{}} }

func (n twoPhase) Events(s commitState, buf []checker.Event) []checker.Event {
	n.enabled(s, func(id uint64) {
		buf = append(buf, checker.Event{ID: id, Latest: checker.Forever})
	})
	return buf
}

func (n twoPhase) enabled(s commitState, yield func(id uint64)) {
	if s.manager == deciding {
		if s.seen == 1<<n-1 {
			yield(managerCommits)
		}
		yield(managerAborts)
	}
	for rm := range uint64(n) {
		bit := uint8(1) << rm
		if s.manager == deciding && s.sent&bit != 0 {
			yield(managerReads + 8*rm)
		}
		if (s.prepared|s.committed|s.undone)&bit == 0 {
			yield(prepares + 8*rm)
			yield(choosesAbort + 8*rm)
		}
		switch s.manager {
		case decidedCommit:
			yield(readsCommit + 8*rm)
		case decidedAbort:
			yield(readsAbort + 8*rm)
		}
	}
}

func (n twoPhase) Fire(s commitState, e checker.Event, emit func(commitState, checker.Effect)) {
	bit := uint8(1) << (e.ID / 8)
	next := s
	how := checker.Effect{}
	become := func(id uint64) {
		how.Fresh[how.FreshCount] = id
		how.FreshCount++
	}
	move := func(to *uint8) {
		next.prepared &^= bit
		next.committed &^= bit
		next.undone &^= bit
		*to |= bit
	}
	switch e.ID % 8 {
	case managerCommits:
		next.manager = decidedCommit
		for rm := range uint64(n) {
			become(readsCommit + 8*rm)
		}
	case managerAborts:
		next.manager = decidedAbort
		for rm := range uint64(n) {
			become(readsAbort + 8*rm)
		}
	case managerReads:
		next.seen |= bit
		if next.seen == 1<<n-1 && next.seen != s.seen {
			become(managerCommits)
		}
		become(e.ID)
	case prepares:
		move(&next.prepared)
		next.sent |= bit
		if s.manager == deciding {
			become(managerReads + 8*(e.ID/8))
		}
	case choosesAbort:
		move(&next.undone)
	case readsCommit:
		move(&next.committed)
		become(e.ID)
	case readsAbort:
		move(&next.undone)
		become(e.ID)
	}
	emit(next, how)
}

// TestTwoPhaseCounts pins the published counts; generated counts the initial
// state and every successor.
func TestTwoPhaseCounts(t *testing.T) {
	for _, c := range []struct{ n, distinct, generated, depth int }{
		{2, 56, 154, 8},
		{3, 288, 1_146, 11},
		{4, 1_568, 8_258, 14},
		{5, 8_832, 58_146, 17},
		{6, 50_816, 402_306, 20},
		{7, 296_448, 2_744_706, 23},
		{8, 1_745_408, 18_507_778, 26},
	} {
		t.Run(fmt.Sprint(c.n), func(t *testing.T) {
			if c.n > 7 && testing.Short() {
				t.Skip("-short: N = 8 has 18.5 million transitions")
			}
			run, err := checker.Explore(context.Background(), twoPhase(c.n), checker.Any, checker.Options{}, checker.Visitor[commitState]{})
			require.NoError(t, err)
			require.True(t, run.Complete)
			require.Equal(t, c.distinct, run.States)
			require.Equal(t, c.generated, 1+run.Transitions)
			require.Equal(t, c.depth, run.Depth)
		})
	}
}

func TestTwoPhaseCommits(t *testing.T) {
	const n = 4
	props := []checker.Property[commitState]{
		{Name: "consistent", Kind: checker.Always, Goal: func(s commitState) bool { return s.committed == 0 || s.undone == 0 }},
		{Name: "all-commit", Kind: checker.Reachable, Goal: func(s commitState) bool { return s.committed == 1<<n-1 }},
		{Name: "decided", Kind: checker.Eventually, Goal: func(s commitState) bool { return s.manager != deciding }},
	}
	for _, mode := range []checker.Mode{checker.Auto, checker.Exact} {
		outcomes := check(t, twoPhase(n), props, mode)
		require.Equal(t, checker.Holds, outcomes[0].Verdict)
		require.Equal(t, checker.Holds, outcomes[1].Verdict)
		// Everybody prepares, is read and told: 3n steps and the decision.
		require.Len(t, outcomes[1].Trace.Steps, 3*n+1)
		// Nothing forces the manager to decide.
		require.Equal(t, checker.Violated, outcomes[2].Verdict)
		require.Zero(t, outcomes[2].Trace.Loop)
	}
}

// check runs a check and replays its traces.
func check[S comparable](t *testing.T, m checker.Model[S], props []checker.Property[S], mode checker.Mode) []checker.Outcome[S] {
	t.Helper()
	res, err := checker.Check(context.Background(), checker.System[S]{Exact: m}, props, checker.Options{Time: mode})
	require.NoError(t, err)
	require.Len(t, res.Outcomes, len(props))
	for _, o := range res.Outcomes {
		if o.Trace != nil {
			require.NoError(t, checker.Replay(m, *o.Trace), o.Property)
		}
	}
	return res.Outcomes
}

// peterson is Peterson's mutual exclusion of two processes (1981): a process
// raises its flag, gives the turn away, and waits until the other's flag is down
// or the turn is back. Each process step is an event; a step that waits is
// pending while its condition is true.
type peterson struct {
	// Latest is that of every step: finite for weak fairness, Forever for none.
	latest int64
	// idle is that of the step out of the idle state.
	idle int64
	// noTurn leaves out the turn: both may wait for ever.
	noTurn bool
	// noFlag enters without looking at the other's flag.
	noFlag bool
}

type petersonState struct {
	at   [2]uint8
	turn uint8
}

const (
	idle     uint8 = iota // next: raise the flag
	flagged               // next: give the turn away
	waits                 // next: enter, when that is possible
	critical              // next: leave
)

func (p peterson) Init() []petersonState { return []petersonState{{}} }

func (p peterson) Events(s petersonState, buf []checker.Event) []checker.Event {
	for i, at := range s.at {
		other := uint8(1 - i)
		free := s.at[other] == idle || !p.noTurn && s.turn == uint8(i) || p.noFlag
		if at == waits && !free {
			continue
		}
		e := checker.Event{ID: uint64(i)*4 + uint64(at), Latest: p.latest}
		if at == idle {
			e.Latest = p.idle
		}
		buf = append(buf, e)
	}
	return buf
}

func (p peterson) Fire(s petersonState, e checker.Event, emit func(petersonState, checker.Effect)) {
	before := p.Events(s, nil)
	i := e.ID / 4
	if s.at[i] == flagged {
		s.turn = uint8(1 - i)
	}
	s.at[i] = (s.at[i] + 1) % 4
	how := checker.Effect{}
	for _, next := range p.Events(s, nil) {
		kept := next.ID == before[0].ID || next.ID == before[len(before)-1].ID
		if !kept {
			how.Fresh[how.FreshCount] = next.ID
			how.FreshCount++
		}
	}
	emit(s, how)
}

func TestPeterson(t *testing.T) {
	const fair, unfair = 1, checker.Forever
	props := []checker.Property[petersonState]{
		{Name: "exclusive", Kind: checker.Always, Goal: func(s petersonState) bool { return s.at != [2]uint8{critical, critical} }},
		{Name: "enters", Kind: checker.Eventually, Goal: func(s petersonState) bool { return s.at[0] == critical }},
		{Name: "flag-leads-to-entry", Kind: checker.LeadsTo,
			From: func(s petersonState) bool { return s.at[0] == flagged },
			Goal: func(s petersonState) bool { return s.at[0] == critical }},
	}
	const holds, violated, unknown = checker.Holds, checker.Violated, checker.Unknown
	for name, c := range map[string]struct {
		model     peterson
		auto, any []checker.Verdict
	}{
		"weakly fair":      {peterson{latest: fair, idle: fair}, []checker.Verdict{holds, holds, holds}, []checker.Verdict{holds, holds, holds}},
		"idle for ever":    {peterson{latest: fair, idle: unfair}, []checker.Verdict{holds, violated, holds}, []checker.Verdict{holds, unknown, holds}},
		"without fairness": {peterson{latest: unfair, idle: unfair}, []checker.Verdict{holds, violated, violated}, []checker.Verdict{holds, unknown, unknown}},
		"without a turn":   {peterson{latest: fair, idle: fair, noTurn: true}, []checker.Verdict{holds, violated, violated}, []checker.Verdict{holds, unknown, unknown}},
		"flags ignored":    {peterson{latest: fair, idle: fair, noFlag: true}, []checker.Verdict{violated, holds, holds}, []checker.Verdict{unknown, holds, holds}},
	} {
		t.Run(name, func(t *testing.T) {
			for mode, want := range map[checker.Mode][]checker.Verdict{checker.Auto: c.auto, checker.Exact: c.auto, checker.Any: c.any} {
				var got []checker.Verdict
				for _, o := range check(t, c.model, props, mode) {
					got = append(got, o.Verdict)
				}
				require.Equal(t, want, got, mode.String())
			}
		})
	}
}
