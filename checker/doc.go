// Package checker is an explicit-state model checker with dense time. It knows
// nothing of TCP.
//
// A [Model] says which events are pending in a state, each with the window in
// which it can happen, and what they lead to; the engine owns the clock. For a
// lamp that goes off 10 to 20 after the last press of its button, with at least 4
// between two presses, the whole model is
//
//	func (lamp) Init() []bool { return []bool{true} }
//
//	func (lamp) Events(on bool, buf []checker.Event) []checker.Event {
//		if on {
//			buf = append(buf,
//				checker.Event{ID: press, Earliest: 4, Latest: checker.Forever},
//				checker.Event{ID: expire, Earliest: 10, Latest: 20})
//		}
//		return buf
//	}
//
//	func (lamp) Fire(_ bool, e checker.Event, emit func(bool, checker.Effect)) {
//		if e.ID == press { // both begin anew
//			emit(true, checker.Effect{Fresh: [checker.MaxFresh]uint64{press, expire}, FreshCount: 2})
//			return
//		}
//		emit(false, checker.Effect{})
//	}
//
// and [Check], asked whether it stays on for at most 30, and whether it goes off
// at last, answers with shortest counterexamples and their instants:
//
//	on-at-most-30: violated
//	  11 press
//	  still on at 31
//	goes-off: violated
//	  for ever:
//	  4 press
//
// # Two semantics of time
//
// [Any] ignores the windows and explores every order of the pending events. What
// never happens in it happens for no choice of durations.
//
// [Exact] explores state classes: a discrete state with a canonical difference-bound
// matrix over the remaining times of its pending events, so every real-valued
// timing is covered. Windows are closed; at a tie both orders are explored. Classes
// are kept up to inclusion, or up to equality where cycles matter.
//
// [Auto], the default, takes from Any what it can prove and leaves the rest to Exact.
//
// Levels are expanded by several goroutines ([Options].Workers), and what is found,
// the order of visits included, is that of one. With [Options].Merge classes whose
// union is convex become one in the run for safety properties; in those for bounded
// time they always do. [Stays] measures shortest and longest stays in sets of states, and
// [FewestTurns] looks among the shortest runs for one in which it changes least often who acts.
//
// # Words
//
// A search for safety in Any keeps states of one packed word as that word's hash, by a
// bijection, in an ordered table; a way to what it finds is looked for by a second search.
// Where a model is made of parts of which there are few ([Composed]), its states are words
// too: the numbers of their parts, given as they are met. What happens to a part is worked
// out once then, and a successor is put together of numbers. The numbers depend on which
// worker is first, but nothing else does: a digest of the state, kept in the word, chooses
// the shard, and order within a shard is that of discovery. Words grow when numbers do not
// fit (the round is done again); when 56 bits are not enough, the search begins anew on
// states. Step properties, liveness, reduction, symmetry, spilling and checkpoints work on
// states.
//
// # Reduction
//
// Where a model has footprints ([Footprinter]), a search in Any may fire, in a state s,
// the pending events T of one process only. Be x a state of a region that is looked for
// (the violations of a property, or where it begins to say something), and s t1 … tn x
// a run to it. If some ti is in T, the first of them can be moved to the front by C1, for
// what comes before is of other processes and independent of it: behind it x is n−1
// steps away. If none is, an event e of T can still be fired in x, and by C1 as well
// before t1: that leads to some x' in n steps. x' is in the region too when e makes none
// of the terms false by which x was, which is C2. Then the way to the region is not
// shorter, but by C3 some outcome of e is later in an order that has no cycle (rank,
// then level), so that the second case cannot go on for ever. It does not arise where
// some term does not hold in s and no other process can make it hold; there neither C2
// nor C3 is asked for. This is what "up-sets" and "attractor sets" are to stubborn sets
// (Schmidt 1999; Kristensen and Valmari 2000), and it makes much less visible than a
// set of visible variables would: of an invariant of each process by itself nothing is.
//
// A step that is judged by what its own process reads and writes is the same step
// when it is moved, label and all, so that C1 and C3 are enough for such step
// properties. A step that the model has no room for (Effect.Full) is no step: what was
// found in states that were explored is found, and the run is as incomplete as any.
// The level of C3 is that of the breadth-first search, as in Bošnački and Holzmann;
// because it looks at whole levels, results do not depend on who explores what first.
//
// Liveness, bounded time, and properties that do not tell what they look at are judged
// in full runs: ample sets keep no fairness. Exact is never reduced. A trace that was
// found under reduction is a run of the model, but there may be a shorter one.
//
// Where a model has mirror images ([Mirrorer]) and its processes are configured alike,
// [Options].Symmetry halves the states of Always and Reachable besides. In Exact it is
// refused: the columns of the matrices would have to be exchanged, and of a class both
// images be compared for inclusion.
//
// # Termination
//
// Exact ends on every model with finitely many discrete states, without any
// extrapolation. The bounds of pending events are whole numbers between sums of
// their windows: an event that nothing forces has no upper bound, and its lower one
// is that it is not in the past, once its Earliest has come. The clock of a stay is
// different: see [Stays]; of Within and StaysAtMost, it ends the run above Bound.
//
// # Checkpoints
//
// A search in Any is a sequence of rounds that depends on the model and the options
// alone. So what was visited, the parts of its states, the place in the level and
// what was found before it are all that a [Checkpoint] needs to hold of it.
//
// # Limits
//
// There is no partial-order reduction in Exact, for there is little to gain: two
// orders of independent events mostly give classes of which one includes the
// other, or that merge. On four scenarios of TCP teardown merging leaves 1.1 to 2.1
// classes for each discrete state, and on one of 119,256 states 1.14 (inclusion: 2.2).
//
// Options.Spill keeps the states of Any on disk, but not what is numbered once for
// all states, the parts of a Parter. There is no store of classes on disk. There are no
// branching-time properties, and no fairness but that of time: what must happen
// happens by its Latest.
//
// In Exact the way to every class that was ever kept stays in memory, also when a
// later one includes it, for paths lead through it; its matrix does not, once it is
// that of no other class either: each distinct one is kept once.
//
// # References
//
//   - B. Berthomieu, M. Menasche: An enumerative approach for analyzing time Petri
//     nets. IFIP Congress 1983. State classes.
//   - B. Berthomieu, M. Diaz: Modeling and verification of time dependent systems
//     using time Petri nets. IEEE Trans. Software Eng. 17(3), 1991.
//   - D. L. Dill: Timing assumptions and verification of finite-state concurrent
//     systems. CAV 1989. Difference-bound matrices.
//   - T. A. Henzinger, Z. Manna, A. Pnueli: What good are digital clocks? ICALP
//     1992. Why integer instants are enough for closed windows.
//   - E. M. Clarke, O. Grumberg, D. Peled: Model Checking. MIT Press 1999, chapter 10.
//     Ample sets and the conditions C0 to C3.
//   - K. Schmidt: Stubborn sets for standard properties. ICATPN 1999, and
//     L. M. Kristensen, A. Valmari: Improved question-guided stubborn set methods for
//     state properties. ICATPN 2000. What may be left out when one set of states is
//     looked for.
//   - D. Bošnački, G. J. Holzmann: Improving Spin's partial-order reduction for
//     breadth-first search. SPIN 2005. The cycle proviso.
//   - E. A. Emerson, S. Jha, D. Peled: Combining partial order and symmetry
//     reductions. TACAS 1997.
//   - R. Tarjan: Depth-first search and linear graph algorithms. SIAM J. Comput.
//     1(2), 1972. Strongly connected parts.
package checker
