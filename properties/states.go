package properties

import (
	"strings"

	"github.com/finwait/finwait/spec"
)

// stateSet is a set of connection states.
type stateSet uint16

func setOf(states ...spec.ConnState) stateSet {
	var set stateSet
	for _, s := range states {
		set |= 1 << s
	}
	return set
}

func (set stateSet) has(s spec.ConnState) bool { return set>>s&1 == 1 }

func (set stateSet) String() string {
	var names []string
	for _, s := range spec.ConnStates() {
		if set.has(s) {
			names = append(names, s.String())
		}
	}
	return strings.Join(names, " or ")
}

// Names of the states, as the tables of this package use them.
const (
	closed      = spec.Closed
	established = spec.Established
	finWait1    = spec.FinWait1
	finWait2    = spec.FinWait2
	closing     = spec.Closing
	timeWait    = spec.TimeWait
	closeWait   = spec.CloseWait
	lastAck     = spec.LastAck
	synSent     = spec.SynSent
	synRcvd     = spec.SynRcvd
)
