package spec

// clearing is one thing that forget and forgetNetwork clear. Tests leave out one at a
// time, and must find states that nothing tells apart any more.
type clearing uint8

// The clearings, in the order in which they are made.
const (
	clearProbes clearing = iota
	clearRecovering
	clearTail
	clearHowMuchUnacked
	clearSentWindow
	clearFinsSent
	clearNewest
	clearOffline
	clearOver
	clearUnheard
	clearSent
	clearWindow
	clearQuota
	clearHeld
	clearAckedFinAlone
	clearBudgets
	clearSentAtEnd
	clearArrivals
	numClearings
)

// clears reports whether m makes a clearing: it does, but for tests.
func (m *Model) clears(c clearing) bool { return m.leftOut>>c&1 == 0 }
