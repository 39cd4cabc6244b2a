package spec

// Ghosts are fields of an endpoint that no rule reads, only properties and pictures:
// a set of them, a bit for each.
type Ghosts uint8

// The ghosts.
const (
	GhostEnding Ghosts = 1 << iota
	GhostFinsSent
	GhostFinSeq
	GhostActiveClose
	GhostAckedFinAlone
	GhostData // Read and Written
	AllGhosts = 1<<iota - 1
)

// forgetGhosts clears ghosts.
func (e *Endpoint) forgetGhosts(of Ghosts) {
	if of&GhostEnding != 0 {
		e.Ending = NotEnded
	}
	if of&GhostFinsSent != 0 {
		e.FinsSent = 0
	}
	if of&GhostFinSeq != 0 {
		e.FinSeq = 0
	}
	if of&GhostActiveClose != 0 {
		e.ActiveClose = false
	}
	if of&GhostAckedFinAlone != 0 {
		e.AckedFinAlone = false
	}
	if of&GhostData != 0 {
		e.Read, e.Written = 0, 0
	}
}

// WithoutGhosts is s with the ghosts cleared that states of m do not keep.
func (m *Model) WithoutGhosts(s State) State {
	for h := range s.Host {
		s.Host[h].forgetGhosts(m.p.Forget)
	}
	return s
}
