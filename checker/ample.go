package checker

// Footprinter is what a model offers besides [Model] so that a search without
// durations may leave out orders of events that make no difference.
//
// What can be read and written is up to 64 parts of the state, a bit for each; the
// words are the model's own. Its events belong to processes: a process is whatever
// has one thread of control, for instance a host.
//
// Footprints depend on the state, because what an event touches does: a loss budget
// that is spent is no shared state any more, and a process that can never send again
// cannot wake another one.
type Footprinter[S comparable] interface {
	// Process is the process of an event, from 0 on.
	Process(e Event) int
	// Footprint is what e, pending in s, reads and writes, in all its outcomes. As
	// long as no other process writes what it reads it does the same, and has the
	// same footprint.
	Footprint(s S, e Event) (reads, writes uint64)
	// Around tells of a process p with pending events what the others can do from s
	// on before the next event of p: all that their events, those of now and those
	// that may become pending, can read and write. awaits is what further events of
	// p would become pending by, or pending ones cancelled.
	Around(s S, p int) (awaits, reads, writes uint64)
}

// Region is a set of states: those where in some case all terms hold. Each term
// tells what it looks at, and the less that is, the more can be reduced.
type Region[S comparable] [][]Term[S]

// Term is a condition on a part of the state.
type Term[S comparable] struct {
	// Observes are the parts by which it can change, in the words of the model's
	// footprints.
	Observes uint64
	// Raises are those among them by which it can come to hold, Lowers those by which
	// it can cease to; 0 means Observes.
	Raises, Lowers uint64
	Holds          func(s S) bool
}

// Ranker is what a Footprinter may offer besides, so that fewer states must be
// expanded in full: a number that mostly grows as a run goes on. Nothing depends on
// its being right; condition C3 only needs some order without cycles.
type Ranker[S comparable] interface {
	Rank(s S) uint64
}

// ample chooses the events that a search has to fire in a state. A choice is all
// that is pending in one process, when (in the numbering of Clarke, Grumberg and
// Peled, see the package documentation for the proofs)
//
//	C0  something is pending in it,
//	C1  nothing that the others can do before its next event depends on its events,
//	    makes more of them pending or cancels one,
//	C2  to each region that is looked for there still is a way: either only this
//	    process can make one of its terms hold, or it can make none of them false,
//	C3  in the second case some outcome has a higher rank, or the same rank and was
//	    unknown when the current breadth-first level began.
//
// A chooser is used by one goroutine.
type ample[S comparable] struct {
	model   Model[S]
	foot    Footprinter[S]
	rank    func(S) uint64
	regions []Region[S] // what must still be found where it can be
	// everywhere: there are steps to be judged in all processes, so that C3 is
	// needed in each state.
	everywhere bool
	weak       weakening

	trial bool // off as soon as it has turned out to be of little use
	off   bool

	outcomes []S
	full     Blocked
	reduced  int
}

// A search that reduces by itself stops trying, at the end of a level, when of
// trialStates or more fewer than one in trialShare were reduced: a choice that fails
// costs time too.
const (
	trialStates = 1000
	trialShare  = 10
)

// nextLevel is told how many states all choosers of a search have expanded in full
// and reduced when a breadth-first level is done.
func (a *ample[S]) nextLevel(full, reduced int) {
	tried := full + reduced
	a.off = a.off || a.trial && tried >= trialStates && reduced < tried/trialShare
}

// weakening leaves out one of the conditions; tests show that it is then wrong.
type weakening uint8

const (
	sound weakening = iota
	withoutC1
	withoutC2
	withoutC3
)

// all is the choice of every event.
const all = -1

// choose gives the process whose events have to be fired in s, or all. old tells
// whether a state was known when the current breadth-first level began; that and s
// are all that a choice depends on, so that it is the same for any number of workers.
func (a *ample[S]) choose(s S, events []Event, old func(S) bool) int {
	most := all
	for _, e := range events {
		most = max(most, a.foot.Process(e))
	}
	best, fewest, blocked := all, len(events), C0
	for p := 0; p <= most; p++ {
		n := 0
		for _, e := range events {
			if a.foot.Process(e) == p {
				n++
			}
		}
		if n == 0 || n >= fewest {
			continue
		}
		if why := a.blocks(s, events, p, old); why == met {
			best, fewest = p, n
		} else {
			blocked = max(blocked, why)
		}
	}
	if best == all {
		a.full[blocked]++
	} else {
		a.reduced++
	}
	return best
}

// met is no condition: all of them are met.
const met = conditions

// blocks is the condition that a process does not meet, or met.
func (a *ample[S]) blocks(s S, events []Event, p int, old func(S) bool) Condition {
	if !a.independent(s, events, p) {
		return C1
	}
	return a.keeps(s, events, p, old)
}

// independent is condition C1.
func (a *ample[S]) independent(s S, events []Event, p int) bool {
	if a.weak == withoutC1 {
		return true
	}
	awaits, reads, writes := a.foot.Around(s, p)
	if awaits&writes != 0 {
		return false
	}
	for _, e := range events {
		if a.foot.Process(e) != p {
			continue
		}
		r, w := a.foot.Footprint(s, e)
		if r&writes != 0 || w&(reads|writes) != 0 {
			return false
		}
	}
	return true
}

// keeps is conditions C2 and C3: it gives the one that is not met, or met.
func (a *ample[S]) keeps(s S, events []Event, p int, old func(S) bool) Condition {
	a.fire(s, events, p)
	_, _, others := a.foot.Around(s, p)
	var own uint64
	for _, e := range events {
		if a.foot.Process(e) == p {
			_, w := a.foot.Footprint(s, e)
			own |= w
		}
	}
	needsLater := a.everywhere
	for _, region := range a.regions {
		for _, terms := range region {
			if holdAll(terms, s) || a.attracts(terms, s, others) {
				continue // found, or every way to it has an event of p on it
			}
			needsLater = true
			if !a.spares(terms, s, own, others) {
				return C2
			}
		}
	}
	if needsLater && a.weak != withoutC3 && !a.advances(s, old) {
		return C3
	}
	return met
}

// advances is condition C3.
func (a *ample[S]) advances(s S, old func(S) bool) bool {
	rank := a.rank(s)
	for _, next := range a.outcomes {
		if a.rank(next) > rank {
			return true
		}
	}
	for _, next := range a.outcomes {
		if a.rank(next) == rank && !old(next) {
			return true
		}
	}
	return false
}

// fire collects the outcomes of all events of p.
func (a *ample[S]) fire(s S, events []Event, p int) {
	a.outcomes = a.outcomes[:0]
	for i, e := range events {
		if a.foot.Process(e) == p && first(events, e.ID) == i {
			a.model.Fire(s, e, func(next S, how Effect) {
				if !how.Full {
					a.outcomes = append(a.outcomes, next)
				}
			})
		}
	}
}

func holdAll[S comparable](terms []Term[S], s S) bool {
	for _, t := range terms {
		if !t.Holds(s) {
			return false
		}
	}
	return true
}

// attracts: one of the terms does not hold, and the others cannot change that.
func (a *ample[S]) attracts(terms []Term[S], s S, others uint64) bool {
	for _, t := range terms {
		if orElse(t.Raises, t.Observes)&others == 0 && !t.Holds(s) {
			return true
		}
	}
	return false
}

// spares: no event of the process makes one of the terms false, also after the
// others have done something.
func (a *ample[S]) spares(terms []Term[S], s S, own, others uint64) bool {
	if a.weak == withoutC2 {
		return true
	}
	for _, t := range terms {
		if orElse(t.Lowers, t.Observes)&own == 0 {
			continue
		}
		// What the others do not write is now as it will be then.
		if t.Observes&others != 0 {
			return false
		}
		if !t.Holds(s) {
			continue
		}
		for _, next := range a.outcomes {
			if !t.Holds(next) {
				return false
			}
		}
	}
	return true
}

func orElse(parts, otherwise uint64) uint64 {
	if parts == 0 {
		return otherwise
	}
	return parts
}
