package user

import (
	"github.com/google/cel-go/cel"

	"github.com/finwait/finwait/spec"
)

// Variable is something of a state that a condition can read.
type Variable struct {
	Name, Type, About string
	// Exact: without durations the model does not count it exactly, so that only a
	// search in exact time judges what reads it.
	Exact bool

	observes uint64
	read     func(s *spec.State) uint8
}

// Constant is a value that has a name.
type Constant struct {
	Name, Type string
	value      uint8
}

// The types of variables. Those of the constants are opaque to CEL: they can be
// compared with each other for equality, and with nothing else.
const (
	boolType   = "bool"
	intType    = "int"
	stateType  = "state"
	errorType  = "error"
	endingType = "ending"
)

func celType(name string) *cel.Type {
	switch name {
	case boolType:
		return cel.BoolType
	case intType:
		return cel.IntType
	default:
		return cel.OpaqueType(name)
	}
}

// ofHost is a variable that both hosts have.
type ofHost struct {
	name, typ, about string
	exact            bool
	read             func(e *spec.Endpoint) uint8
}

func is(b bool) uint8 {
	if b {
		return 1
	}
	return 0
}

func hostVariables() []ofHost {
	type endpoint = spec.Endpoint
	flag := func(name, about string, f func(e *endpoint) bool) ofHost {
		return ofHost{name: name, typ: boolType, about: about, read: func(e *endpoint) uint8 { return is(f(e)) }}
	}
	number := func(name, about string, exact bool, f func(e *endpoint) uint8) ofHost {
		return ofHost{name: name, typ: intType, about: about, exact: exact, read: f}
	}
	return []ofHost{
		{name: "state", typ: stateType, about: "connection state of RFC 9293 §3.3.2", read: func(e *endpoint) uint8 { return uint8(e.State) }},
		flag("mini", "a Linux mini-socket stands for the connection", func(e *endpoint) bool { return e.Mini }),
		flag("open", "a descriptor refers to the socket", func(e *endpoint) bool { return e.Open }),
		flag("orphan", "the connection exists and no descriptor refers to it", (*endpoint).Orphan),
		flag("lingering", "close() is blocked by SO_LINGER", func(e *endpoint) bool { return e.Lingering }),
		flag("rcv_shut", "nobody will read: shutdown(SHUT_RD) or close(); false in TIME_WAIT", func(e *endpoint) bool { return e.RcvShut }),
		flag("fin_sent", "its FIN has left at least once; false once CLOSED", (*endpoint).FinSent),
		flag("fin_acked", "its FIN is acknowledged; false once CLOSED", (*endpoint).FinAcked),
		number("fins_sent", "copies of its FIN that it sent; 0 once the FIN is acknowledged", true, func(e *endpoint) uint8 { return e.FinsSent }),
		flag("peer_fin", "the peer's FIN was received in order", func(e *endpoint) bool { return e.PeerFin }),
		number("backoff", "doublings of the RTO: retransmissions by RTO since the last progress", true, func(e *endpoint) uint8 { return e.Backoff }),
		flag("rto_armed", "the retransmission timer runs for an RTO", func(e *endpoint) bool { return e.Rexmt == spec.RTO }),
		flag("loss_probe_armed", "the retransmission timer runs for a tail loss probe", func(e *endpoint) bool { return e.Rexmt == spec.LossProbe }),
		flag("persist_armed", "the retransmission timer runs for a zero-window probe", func(e *endpoint) bool { return e.Rexmt == spec.Persist }),
		flag("state_timer_armed", "the timer of FIN_WAIT_2 or TIME_WAIT runs", func(e *endpoint) bool { return e.Timer != spec.NoStateTimer }),
		flag("delayed_ack", "an ACK is delayed", func(e *endpoint) bool { return e.DelayedAck }),
		number("unread", "data units received in order that the application has not read", false, func(e *endpoint) uint8 { return e.Unread }),
		number("read", "data units that the application has read", false, func(e *endpoint) uint8 { return e.Read }),
		number("written", "data units that the application has written", false, func(e *endpoint) uint8 { return e.Written }),
		number("calls", "calls of its script that are done", false, func(e *endpoint) uint8 { return e.PC }),
		flag("saw_eof", "the application was told of the end of the peer's data", func(e *endpoint) bool { return e.SawEOF }),
		{name: "saw_error", typ: errorType, about: "the first error that the application was told of", read: func(e *endpoint) uint8 { return uint8(e.SawErr) }},
		{name: "error", typ: errorType, about: "the error that the socket holds for the application (SO_ERROR)", read: func(e *endpoint) uint8 { return uint8(e.Error) }},
		flag("active_close", "left ESTABLISHED by its own FIN", func(e *endpoint) bool { return e.ActiveClose }),
		{name: "ended", typ: endingType, about: "how it came to CLOSED", read: func(e *endpoint) uint8 { return uint8(e.Ending) }},
		flag("offline", "the interface of the host is down", func(e *endpoint) bool { return e.Offline }),
		flag("down", "the host is powered off", func(e *endpoint) bool { return e.Down }),
	}
}

// networkVariables are those of what is between the hosts. Without durations, segments
// are counted as one or many, and what nobody hears is not kept: exact time alone has
// them all.
func networkVariables() []Variable {
	carries := func(flag spec.Flags) func(s *spec.State, from spec.Host) bool {
		return func(s *spec.State, from spec.Host) bool {
			for _, g := range &s.Net[from] {
				if g.Has(flag) {
					return true
				}
			}
			return false
		}
	}
	fin, rst := carries(spec.FIN), carries(spec.RST)
	both := wire(spec.Client) | wire(spec.Server)
	all := []Variable{
		{Name: "network.in_flight", Type: intType, About: "segments in flight, in both directions", Exact: true, observes: both,
			read: func(s *spec.State) uint8 { return uint8(s.Net[spec.Client].Len() + s.Net[spec.Server].Len()) }},
		{Name: "network.losses_left", Type: intType, About: "losses that the network may still choose (loss: unlimited has none to count)", Exact: true, observes: spec.BudgetsPart,
			read: func(s *spec.State) uint8 { return s.Losses }},
		{Name: "network.duplicates_left", Type: intType, About: "duplicates that the network may still choose", Exact: true, observes: spec.BudgetsPart,
			read: func(s *spec.State) uint8 { return s.Duplicates }},
	}
	for _, h := range []spec.Host{spec.Client, spec.Server} {
		all = append(all,
			Variable{Name: "network.from_" + h.String(), Type: intType, About: "segments in flight that the " + h.String() + " sent", Exact: true, observes: wire(h),
				read: func(s *spec.State) uint8 { return uint8(s.Net[h].Len()) }},
			Variable{Name: "network.fin_from_" + h.String(), Type: boolType, About: "a FIN of the " + h.String() + " is in flight", Exact: true, observes: wire(h),
				read: func(s *spec.State) uint8 { return is(fin(s, h)) }},
			Variable{Name: "network.rst_from_" + h.String(), Type: boolType, About: "an RST of the " + h.String() + " is in flight", Exact: true, observes: wire(h),
				read: func(s *spec.State) uint8 { return is(rst(s, h)) }},
		)
	}
	return all
}

// wire is the part of a state with what the host sent.
func wire(from spec.Host) uint64 { return spec.TakesPart(from.Peer()) | spec.GetsPart(from.Peer()) }

// Variables lists what a condition can read, those of the client first.
func Variables() []Variable {
	var all []Variable
	for _, h := range []spec.Host{spec.Client, spec.Server} {
		for _, v := range hostVariables() {
			all = append(all, Variable{
				Name: h.String() + "." + v.name, Type: v.typ, About: v.about, Exact: v.exact, observes: spec.HostPart(h),
				read: func(s *spec.State) uint8 { return v.read(&s.Host[h]) },
			})
		}
	}
	return append(all, networkVariables()...)
}

// Constants lists the names of states, errors and ends.
func Constants() []Constant {
	var all []Constant
	for _, s := range spec.ConnStates() {
		all = append(all, Constant{s.String(), stateType, uint8(s)})
	}
	for _, e := range []spec.Errno{spec.ECONNRESET, spec.EPIPE, spec.ETIMEDOUT, spec.ECONNABORTED, spec.EHOSTUNREACH} {
		all = append(all, Constant{e.String(), errorType, uint8(e)})
	}
	return append(all,
		Constant{"NO_ERROR", errorType, uint8(spec.NoError)},
		Constant{"NOT_ENDED", endingType, uint8(spec.NotEnded)},
		Constant{"NORMALLY", endingType, uint8(spec.EndedNormally)},
		Constant{"NO_BUCKET", endingType, uint8(spec.EndedNoBucket)},
		Constant{"FIN_TIMEOUT", endingType, uint8(spec.EndedFinWait2)},
		Constant{"GAVE_UP", endingType, uint8(spec.EndedGaveUp)},
		Constant{"KEEPALIVE", endingType, uint8(spec.EndedKeepalive)},
		Constant{"RESET_BY_PEER", endingType, uint8(spec.EndedReset)},
		Constant{"ABORTED", endingType, uint8(spec.EndedAbort)},
		Constant{"LATE_DATA", endingType, uint8(spec.EndedLateData)},
		Constant{"CRASHED", endingType, uint8(spec.EndedCrash)},
		Constant{"NEXT_CONNECTION", endingType, uint8(spec.EndedByNext)},
	)
}
