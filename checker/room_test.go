package checker

// Refusing answers questions for room: the nth one from now on with no, and those behind
// it if all. Walks through graphs ask at every node. asked is how many questions there
// were; restore ends it.
func Refusing(nth int, all bool) (asked func() int, restore func()) {
	n, old, nodes := 0, fits, nodesPerAsk
	nodesPerAsk = 1
	fits = func(*meter, int) bool {
		n++
		return n < nth || n > nth && !all
	}
	return func() int { return n }, func() { fits, nodesPerAsk = old, nodes }
}
