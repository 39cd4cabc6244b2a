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
// union is convex become one in the run for safety properties. [Stays] measures
// shortest and longest stays in sets of states.
//
// # Termination
//
// Exact ends on every model with finitely many discrete states, without any
// extrapolation. The bounds of pending events are whole numbers between sums of
// their windows: an event that nothing forces has no upper bound, and its lower one
// is that it is not in the past, once its Earliest has come. The clock of a stay is
// different: see [Stays]; of Within and StaysAtMost, it ends the run above Bound.
//
// # Limits
//
// There is no partial-order reduction in Exact, for there is little to gain: two
// orders of independent events mostly give classes of which one includes the
// other, or that merge. On four scenarios of TCP teardown merging leaves 1.1 to 2.1
// classes for each discrete state, and on one of 119,256 states 1.14 (inclusion: 2.2).
//
// There is no store of classes on disk and no way to resume. There are no
// branching-time properties, and no fairness but that of time: what must happen
// happens by its Latest.
//
// In Exact the way to every class that was ever kept stays in memory, also when a
// later one includes it, for paths lead through it; its matrix does not.
//
// # References
//
//   - B. Berthomieu, M. Menasche: An enumerative approach for analyzing time Petri
//     nets. IFIP Congress 1983. State classes.
//   - B. Berthomieu, M. Diaz: Modeling and verification of time dependent systems
//     using time Petri nets. IEEE Trans. Software Eng. 17(3), 1991.
//   - S. Blom, B. Lisser, J. van de Pol, M. Weber: A database approach to distributed
//     state-space generation. J. Logic and Computation 21(1), 2011. Tree compression.
//   - D. L. Dill: Timing assumptions and verification of finite-state concurrent
//     systems. CAV 1989. Difference-bound matrices.
//   - T. A. Henzinger, Z. Manna, A. Pnueli: What good are digital clocks? ICALP
//     1992. Why integer instants are enough for closed windows.
//   - R. Tarjan: Depth-first search and linear graph algorithms. SIAM J. Comput.
//     1(2), 1972. Strongly connected parts.
package checker
