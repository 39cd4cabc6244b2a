package spec

// GenParams is for tests that judge by properties too.
var GenParams = genParams

// Clearings are the names of all clearings.
func Clearings() []string {
	return []string{
		clearProbes: "probes", clearRecovering: "recovering", clearTail: "tail", clearHowMuchUnacked: "how much is unacknowledged",
		clearSentWindow: "window of who sends nothing", clearFinsSent: "FINs sent", clearNewest: "newest", clearOffline: "offline", clearOver: "over",
		clearUnheard: "unheard", clearSent: "sent", clearWindow: "window", clearQuota: "quota", clearHeld: "held", clearAckedFinAlone: "acked FIN alone",
		clearBudgets: "budgets", clearSentAtEnd: "sent at the end", clearArrivals: "arrivals",
	}
}

// LeavesOut is m without one of its clearings.
func (m *Model) LeavesOut(clearing int) *Model {
	less := *m
	less.leftOut = 1 << clearing
	return &less
}
