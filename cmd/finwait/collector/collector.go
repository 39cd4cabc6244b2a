// Package collector says how much garbage may gather before Go's collector runs.
//
// A large search keeps large arrays without pointers, which cost the collector nothing to
// pass over, and little else: memory is dearer than its time, and a tenth of what lives
// is enough. A small search has little that lives, and a tenth of that is gathered a
// thousand times a second.
package collector

import (
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

// Headroom is how many bytes may gather at least, and tenth the percentage of what lives
// that may gather in any case.
const (
	Headroom = 8 << 20
	tenth    = 10
)

// Percent is what runtime/debug.SetGCPercent is to be told while so many bytes live.
func Percent(live uint64) int {
	if live == 0 {
		return 100 // nothing was collected yet; Go's own default
	}
	return int(min(max(tenth, Headroom*100/live), 1000))
}

// Tune sets the percentage now and after each collection, as long as the process runs.
// The environment's GOGC has precedence: then it does nothing.
func Tune() {
	if os.Getenv("GOGC") == "" {
		set(Percent(live()), 0)
	}
}

// set sets the percentage where it is another than before, and waits for the next
// collection, which finds that nothing refers to the sentinel.
func set(percent, before int) {
	if percent != before {
		debug.SetGCPercent(percent)
	}
	type sentinel struct{ _ *byte } // with a pointer, or it is kept together with others
	runtime.AddCleanup(new(sentinel), func(before int) { set(Percent(live()), before) }, percent)
}

// live is how many bytes were alive at the end of the last collection.
func live() uint64 {
	sample := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}
