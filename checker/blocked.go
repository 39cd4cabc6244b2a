package checker

// Condition is one of those that a state must meet to be reduced.
type Condition uint8

// The conditions, in the order in which they are asked for.
const (
	C0      Condition = iota // more than one process has something pending: there is a choice
	C1                       // independence
	C2                       // visibility: a way to what the properties look for is left
	C3                       // the proviso against cycles
	GivenUp                  // of none: ReduceAuto had found reduction to be of little use
	conditions
)

var conditionNames = [...]string{C0: "C0", C1: "C1", C2: "C2", C3: "C3", GivenUp: "given up"}

func (c Condition) String() string { return conditionNames[c] }

// Blocked counts the states that were expanded in full by the condition that none of
// their processes met: where one came further than the others, the one that stopped it.
type Blocked [conditions]int

// Total is the number of states that were expanded in full.
func (b Blocked) Total() (n int) {
	for _, of := range b {
		n += of
	}
	return n
}
