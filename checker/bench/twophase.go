package bench

import (
	"fmt"
	"slices"
)

// TwoPhase is two-phase commit with this many resource managers, 1 to 10, as in
// the TLA+ Examples (transaction_commit/TwoPhase; Gray and Lamport, Consensus on
// Transaction Commit, 2006). Messages are a set: they stay when they were read, so
// reading one again is a step that changes nothing.
type TwoPhase int

// Managers is a state: four sets of resource managers of [maxManagers] bits and
// the state of the transaction manager.
//
//	bits 0-9    prepared, or aborted
//	bits 10-19  committed, or aborted; neither set: working
//	bits 20-29  whose Prepared message was sent
//	bits 30-39  whose Prepared message the transaction manager has read
//	bits 40-41  the transaction manager
type Managers uint64

const (
	maxManagers = 10
	committedAt = 1 * maxManagers
	sentAt      = 2 * maxManagers
	readAt      = 3 * maxManagers
	managerAt   = 4 * maxManagers
)

// The states of the transaction manager. It sends Commit or Abort when it gets
// there.
const (
	deciding uint64 = iota
	hasCommitted
	hasAborted
)

// The events; those of a resource manager have 8 times its number added.
const (
	commits uint64 = iota
	aborts
	readsPrepared
	prepares
	chooses // to abort
	toldToCommit
	toldToAbort
)

// NewTwoPhase makes the model with n resource managers.
func NewTwoPhase(n int) TwoPhase {
	if n < 1 || n > maxManagers {
		panic(fmt.Sprintf("bench: two-phase commit with %d resource managers; wanted 1 to %d", n, maxManagers))
	}
	return TwoPhase(n)
}

// Init is everybody working.
func (n TwoPhase) Init() []Managers { return []Managers{0} }

// Consistent is the invariant: nobody commits when somebody aborts.
func Consistent(s Managers) bool {
	a, b := uint64(s)&(1<<maxManagers-1), uint64(s)>>committedAt&(1<<maxManagers-1)
	return b&^a == 0 || a&b == 0
}

// Events are the enabled actions.
func (n TwoPhase) Events(s Managers, buf []event) []event {
	manager := uint64(s) >> managerAt
	add := func(id uint64) { buf = append(buf, anytime(id)) }
	if manager == deciding {
		if uint64(s)>>readAt == 1<<n-1 {
			add(commits)
		}
		add(aborts)
	}
	for rm := range uint64(n) {
		has := func(at uint64) bool { return uint64(s)>>(at+rm)&1 != 0 }
		if manager == deciding && has(sentAt) {
			add(readsPrepared + 8*rm)
		}
		if !has(0) && !has(committedAt) {
			add(prepares + 8*rm)
			add(chooses + 8*rm)
		}
		switch manager {
		case hasCommitted:
			add(toldToCommit + 8*rm)
		case hasAborted:
			add(toldToAbort + 8*rm)
		}
	}
	return buf
}

// Fire is the one successor of an action.
func (n TwoPhase) Fire(s Managers, e event, emit func(Managers, effect)) {
	prepared := Managers(1) << (e.ID / 8)
	committed := prepared << committedAt
	next := s
	switch e.ID % 8 {
	case commits:
		next |= Managers(hasCommitted << managerAt)
	case aborts:
		next |= Managers(hasAborted << managerAt)
	case readsPrepared:
		next |= prepared << readAt
	case prepares:
		next |= prepared | prepared<<sentAt
	case toldToCommit:
		next = next&^prepared | committed
	case chooses, toldToAbort:
		next |= prepared | committed
	}
	how := became(n.Events(s, nil), n.Events(next, nil))
	emit(next, how)
}

// Successors appends what every event of Events leads to, in their order. As in
// TCPClose, one that is impossible is overwritten by the next.
func (n TwoPhase) Successors(s Managers, buf []Managers) []Managers {
	const most = 64 // above 2 + 3·maxManagers; see maxSuccessors
	const mask = most - 1
	buf = slices.Grow(buf, most)
	out := (*[most]Managers)(buf[len(buf) : len(buf)+most])
	k := 0
	bit := Managers(1)
	manager := uint64(s) >> managerAt
	if manager == deciding {
		if uint64(s)>>readAt == 1<<n-1 {
			out[0] = s | Managers(hasCommitted<<managerAt)
			k = 1
		}
		out[k&mask] = s | Managers(hasAborted<<managerAt)
		k++
		sent := int(s >> sentAt)
		busy := int(s | s>>committedAt)
		for range n {
			out[k&mask] = s | bit<<readAt
			k += sent & 1
			free := ^busy & 1
			out[k&mask] = s | bit | bit<<sentAt
			k += free
			out[k&mask] = s | bit | bit<<committedAt
			k += free
			bit, sent, busy = bit<<1, sent>>1, busy>>1
		}
		return buf[:len(buf)+k]
	}
	clear := Managers(hasAborted - manager) // 1: told to commit, which clears the first bit
	busy := int(s | s>>committedAt)
	for range n {
		free := ^busy & 1
		out[k&mask] = s | bit | bit<<sentAt
		k += free
		out[k&mask] = s | bit | bit<<committedAt
		k += free
		out[k&mask] = (s | bit | bit<<committedAt) ^ bit*clear
		k++
		bit, busy = bit<<1, busy>>1
	}
	return buf[:len(buf)+k]
}

// Words, Pack and Unpack: a state is one word.

func (TwoPhase) Words() int                      { return 1 }
func (TwoPhase) Pack(s Managers, words []uint64) { words[0] = uint64(s) }
func (TwoPhase) Unpack(words []uint64) Managers  { return Managers(words[0]) }
