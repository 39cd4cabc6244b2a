// Package bench has models that measure the engine beside its peers: a teardown
// of TCP made for that purpose, [TCPClose], and two-phase commit, [TwoPhase]. Both
// exist for SPIN and for Murphi too, and all forms have the same distinct states,
// which is what makes their speeds comparable.
//
// A state is one word, so nothing is measured but the search. Besides the methods
// of checker.Model each model lists the successors of a state at once, without
// labels and windows; that these are the ones of Events and Fire is tested on
// every reachable state.
//
// TCPClose is a simplification and not the specification of anything.
package bench
