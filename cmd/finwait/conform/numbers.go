package conform

import "github.com/finwait/finwait/spec"

// The model's circle of sequence numbers has 256 of them and a window of 64;
// measurements have real ones. What rules compare is on which side of RCV.NXT
// and SND.UNA a number lies and whether it is inside the window, so a small
// distance is kept exactly, one inside the real window stays inside, and one
// beyond it stays beyond.
const (
	exactDistance = 32
	insideWindow  = 48
	beyondWindow  = 100
	// realWindow is a receive window of a fresh connection under the defaults of
	// Linux (tcp_select_initial_window: just below 64 KiB).
	realWindow = 64000
)

// onCircle is the model's number for one that lies off from base.
func onCircle(base spec.Seq, off int) spec.Seq {
	distance, sign := off, 1
	if off < 0 {
		distance, sign = -off, -1
	}
	switch {
	case distance <= exactDistance:
	case distance <= realWindow:
		distance = insideWindow
	default:
		distance = beyondWindow
	}
	return base + spec.Seq(sign*distance)
}

// maxLen is the longest text that is kept as it is, on either side of RCV.NXT.
const maxLen = 8

// textOnCircle places n bytes that begin off from RCV.NXT: where they begin and how
// many units they are. What rules compare is whether text begins before RCV.NXT, and
// whether it ends before, at or behind it.
func textOnCircle(off, n int) (begin spec.Seq, length uint8) {
	switch end := off + n; {
	case off >= 0:
		return onCircle(0, off), uint8(min(n, maxLen))
	case end < 0:
		length = uint8(min(n, maxLen))
		return onCircle(0, end) - spec.Seq(length), length
	default:
		old := min(-off, maxLen)
		return spec.Seq(-old), uint8(old + min(end, maxLen))
	}
}
