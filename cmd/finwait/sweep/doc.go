// Package sweep judges one scenario, or several, with many combinations of parameters,
// and makes one table of it, with the values at which verdicts change.
//
//	plan := sweep.Plan{
//		Axes: []vary.Axis{{Key: "scenario", Values: []string{"first-wave-lost"}},
//			{Key: "client.sysctl.net.ipv4.tcp_orphan_retries", Values: []string{"0", "1", "2"}}},
//		Columns: []string{"both-closed", "stay:client.FIN_WAIT_1"},
//	}
//	result, err := sweep.Run(ctx, plan, sweep.Options{})
//	err = result.WriteText(os.Stdout)
//
// A cell is one combination. It is judged as finwait check judges it; a cell that makes
// no scenario (delays that contradict each other, say) is left out and counted, and one
// that fails or is too slow does not keep the others from being judged. What was judged
// is kept in a cache under a hash of the scenario, the binary and the properties, so a
// sweep that was killed goes on where it was.
//
// Values between those of an axis are not judged: a threshold is one among the values
// that were.
package sweep
