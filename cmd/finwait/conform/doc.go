// Package conform compares the model with what a real kernel was seen to do:
// single steps of one endpoint (a state, a segment, the answer), and whole
// teardowns, as captured on the wire. Both ask the model itself: there is no
// second interpreter of TCP here.
//
//	cell.go      one measured step, and how its file is read
//	bench.go     a measured step against the model
//	observation.go  what was seen of a connection, in the terms of the model
//	product.go   the model and an observation side by side: a model for the engine
//	judge.go     the search for an explanation, and what is left without one
//	lab*.go      teardowns of the measuring lab: segments, calls, states, parameters
//	pcap.go      captures: where they were taken, what was sent, received, lost
//	guess.go     what a capture does not tell: calls, timers, sysctls
//	units.go     bytes to data units
//	retries.go, injections.go  measured rows: FINs of an orphan, segments in TIME_WAIT
//	load.go      which files there are, and which connections are wanted
//	waves.go     which segment of a teardown is which wave
//	numbers.go   sequence numbers of 32 bits on the small circle of the model
package conform
