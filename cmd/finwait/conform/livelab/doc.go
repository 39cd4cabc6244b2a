// Package livelab has no code of its own. Its tests drive the kernel of the
// machine that they run on, and compare what it does with the model, through the
// code that `finwait conform` runs. They need root, network namespaces and
// /dev/net/tun, and skip where one of these is missing. All traffic stays in
// namespaces without a name, which are gone as soon as the test is. With -slow they
// take 10 minutes (-timeout 30m): TIME_WAIT to its end, all retries, every crossed step.
//
//	namespace_test.go  a network namespace on a thread of its own
//	tun_test.go        a device of which the test is the other end
//	peer_test.go       one connection whose remote peer is the test
//	steps_test.go      single steps: a state, a segment, the answer
//	crossed_test.go    segments of all combinations, a random choice of them
//	teardown_test.go   whole teardowns between two hosts with a router between them
//	loopback_test.go   a connection of the machine with itself
//	whole_test.go      teardowns with their calls and states, to the end
//	capture_test.go    what passed an interface, as a capture file
//	drop_test.go       segments that the router loses
package livelab
