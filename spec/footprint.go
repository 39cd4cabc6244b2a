package spec

// The parts of a state that events read and write, a bit for each, for a search
// that leaves out orders of events which make no difference.
//
// The segments on their way to a host are two parts: taking one out and putting one
// in can be done in either order. In a queue the one is at its head and the other
// at its tail; of a bag, where identical segments count as one or many, what comes
// of taking first comes of putting first too.
const (
	clientPart uint64 = 1 << iota // endpoint, socket, application, and Sent of the host
	serverPart
	clientTakes
	serverTakes
	clientGets
	serverGets
	// BudgetsPart are the losses and duplicates that the network may still choose.
	BudgetsPart
)

// HostPart is what belongs to h alone: endpoint, socket, application.
func HostPart(h Host) uint64 { return clientPart << h }

// TakesPart is written when a segment on its way to h leaves the network.
func TakesPart(h Host) uint64 { return clientTakes << h }

// GetsPart is written when a segment for h is sent.
func GetsPart(h Host) uint64 { return clientGets << h }

// Process says at which host an event happens: whatever happens at one host
// depends on its order.
func (m *Model) Process(e Event) int { return int(EventOf(e.ID).Host) }

// Footprint is what e, pending in s, reads and writes. It depends on the state: a
// budget of the network that can still be spent is shared by all that is sent, one
// that is 0 or without end is not.
func (m *Model) Footprint(s State, e Event) (reads, writes uint64) {
	i := EventOf(e.ID)
	own := HostPart(i.Host) | TakesPart(i.Host)
	reads, writes = own, own|GetsPart(i.Host.Peer())
	if m.stamps() {
		reads |= HostPart(i.Host.Peer()) // when it opened, see older
	}
	if budgets(&s) && m.sends(s, e) {
		reads, writes = reads|BudgetsPart, writes|BudgetsPart
	}
	return reads, writes
}

// budgets reports whether the network still has something to choose that it may
// run out of.
func budgets(s *State) bool { return s.Losses > 0 || s.Duplicates > 0 }

// sends reports whether anything leaves in an outcome of the event.
func (m *Model) sends(s State, e Event) (any bool) {
	m.Fire(s, e, func(_ State, how Effect) {
		_, some := NthSent(how.Label, 0)
		any = any || some || how.Full
	})
	return any
}

// Around is what the peer of a host can do before the next event at the host, and
// what of it would bring the host another event. With a queue that holds something
// nothing does: the next segment is the one at its head, and whatever the peer sends
// comes behind it. In a bag any segment of the peer may be the next.
func (m *Model) Around(s State, process int) (awaits, reads, writes uint64) {
	h := Host(process)
	peer := h.Peer()
	if !m.p.Net.Queue || s.Net[peer].Len() == 0 {
		awaits = GetsPart(h)
	}
	reads = HostPart(peer) | TakesPart(peer)
	writes = reads
	if m.maySend(&s, peer) {
		writes |= GetsPart(h)
		if budgets(&s) {
			reads, writes = reads|BudgetsPart, writes|BudgetsPart
		}
	}
	return awaits, reads, writes
}

// maySend reports whether h may send anything before its peer does something. It
// may say so of a host that will not.
func (m *Model) maySend(s *State, h Host) bool {
	e := &s.Host[h]
	if e.Offline {
		return false
	}
	if m.reopens() {
		return true
	}
	if s.Net[h.Peer()].Len() > 0 && !(e.Down && int(e.PC) == len(m.p.Host[h].Script)) {
		return true
	}
	if e.State == Closed || e.State == TimeWait || e.Mini {
		return false // whatever is called or expires here, it is silent without an arrival
	}
	return int(e.PC) < len(m.p.Host[h].Script) || e.ToRead > 0 || e.Lingering ||
		e.Rexmt != NoTimer || e.DelayedAck || m.keepsAlive(h, e)
}

// Rank mostly grows as a teardown goes on: with the calls that are done, with what
// was sent, received and acknowledged, with the states, and with each segment that
// leaves the network; a segment that wants an answer counts more than one that does
// not.
func (m *Model) Rank(s State) uint64 {
	const most = 1 << 10 // more than all segments in flight weigh
	var done, weight int
	for h := range s.Host {
		e := &s.Host[h]
		done += int(e.PC) + stage[e.State]
		if e.State != Closed {
			done += int(e.SndUna) + int(e.SndNxt) + int(e.RcvNxt) + int(e.LimitOrphan) + int(e.LimitRetries2) + int(e.LimitUser)
		}
		for _, g := range s.Net[h][:s.Net[h].Len()] {
			w := 1
			if g.End() != g.Seq {
				w = 4
			}
			if g.Has(many) {
				w *= 2
			}
			weight += w
		}
	}
	return uint64(done*most + most - weight)
}

// stage orders the states as a teardown passes them. The numbers of a connection
// that is gone are forgotten, so that CLOSED weighs more than all of them.
var stage = [numStates]int{
	Closed:      100,
	Established: 0,
	FinWait1:    1,
	FinWait2:    2,
	Closing:     2,
	TimeWait:    3,
	CloseWait:   1,
	LastAck:     2,
	SynSent:     0,
	SynRcvd:     0,
}
