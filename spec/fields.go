package spec

import (
	"fmt"
	"strings"
)

// Field is one variable of a host, in the words of RFC 9293 and of the kernel.
type Field struct{ Name, Value string }

// fields are all that an endpoint has, in the order in which they are told.
var fields = [...]struct {
	name  string
	value func(e *Endpoint) string
}{
	{"state", func(e *Endpoint) string { return e.State.String() }},
	{"connection", func(e *Endpoint) string { return fmt.Sprint(e.Incarnation + 1) }},
	{"mini-socket", func(e *Endpoint) string { return yesNo(e.Mini) }},
	{"ISS", func(e *Endpoint) string { return fmt.Sprint(e.ISS) }},
	{"SND.UNA", func(e *Endpoint) string { return fmt.Sprint(e.SndUna) }},
	{"SND.NXT", func(e *Endpoint) string { return fmt.Sprint(e.SndNxt) }},
	{"end of the queued data", func(e *Endpoint) string { return fmt.Sprint(e.SndEnd) }},
	{"FIN queued", func(e *Endpoint) string { return yesNo(e.FinQueued) }},
	{"begin of the last new segment", func(e *Endpoint) string { return fmt.Sprint(e.SndTail) }},
	{"SND.WND", func(e *Endpoint) string { return word(e.SndWndZero, "0", "open") }},
	{"SND.WL1", func(e *Endpoint) string { return fmt.Sprint(e.SndWl1) }},
	{"RCV.NXT", func(e *Endpoint) string { return fmt.Sprint(e.RcvNxt) }},
	{"acknowledged up to", func(e *Endpoint) string { return fmt.Sprint(e.RcvWup) }},
	{"held beyond a hole", func(e *Endpoint) string { return held(e.Held) }},
	{"FIN held beyond a hole", func(e *Endpoint) string { return word(e.HeldFin == 0, "no", fmt.Sprint(e.RcvNxt+Seq(e.HeldFin-1))) }},
	{"peer's FIN received", func(e *Endpoint) string { return yesNo(e.PeerFin) }},
	{"unread", func(e *Endpoint) string { return fmt.Sprint(e.Unread) }},
	{"receive side", func(e *Endpoint) string { return word(e.RcvShut, "shut", "open") }},
	{"retransmission timer", func(e *Endpoint) string { return word(e.Rexmt == NoTimer, "off", rexmtNames[e.Rexmt]) }},
	{"backoff", func(e *Endpoint) string { return fmt.Sprint(e.Backoff) }},
	{"recovering", func(e *Endpoint) string { return yesNo(e.Recovering) }},
	{"probes", func(e *Endpoint) string { return fmt.Sprint(e.Probes) }},
	{"tcp_orphan_retries limit", func(e *Endpoint) string { return limitNames[e.LimitOrphan] }},
	{"tcp_retries2 limit", func(e *Endpoint) string { return limitNames[e.LimitRetries2] }},
	{"TCP_USER_TIMEOUT", func(e *Endpoint) string { return limitNames[e.LimitUser] }},
	{"soft error", func(e *Endpoint) string { return yesNo(e.SoftError) }},
	{"delayed ACK timer", func(e *Endpoint) string { return word(e.DelayedAck, "running", "off") }},
	{"state timer", func(e *Endpoint) string { return stateTimerNames[e.Timer] }},
	{"ACKs rate-limited", func(e *Endpoint) string { return yesNo(e.AckLimited) }},
	{"orphan", func(e *Endpoint) string { return yesNo(e.Orphan()) }},
	{"descriptor", func(e *Endpoint) string { return word(e.Open, "open", "closed") }},
	{"close() blocked by SO_LINGER", func(e *Endpoint) string { return yesNo(e.Lingering) }},
	{"SO_ERROR", func(e *Endpoint) string { return e.Error.String() }},
	{"calls made", func(e *Endpoint) string { return fmt.Sprint(e.PC) }},
	{"read() waits for", func(e *Endpoint) string { return word(e.ToRead == UntilEOF, "EOF", fmt.Sprint(e.ToRead)) }},
	{"saw EOF", func(e *Endpoint) string { return yesNo(e.SawEOF) }},
	{"error told", func(e *Endpoint) string { return e.SawErr.String() }},
	{"read", func(e *Endpoint) string { return fmt.Sprint(e.Read) }},
	{"written", func(e *Endpoint) string { return fmt.Sprint(e.Written) }},
	{"interface", func(e *Endpoint) string { return word(e.Offline, "down", "up") }},
	{"power", func(e *Endpoint) string { return word(e.Down, "off", "on") }},
	{"ISN clock past the old numbers", func(e *Endpoint) string { return yesNo(e.ClockPassed) }},
	{"stamp in use", func(e *Endpoint) string { return yesNo(e.Stamped) }},
	{"opened with the same stamp", func(e *Endpoint) string { return yesNo(e.SameStamps) }},
	{"tcp_tw_reuse_delay over", func(e *Endpoint) string { return yesNo(e.ReuseReady) }},
	{"connection whose TIME_WAIT its SYN ended", func(e *Endpoint) string { return word(e.Waited == 0, "none", fmt.Sprint(e.Waited)) }},
	{"SND.NXT of that", func(e *Endpoint) string { return fmt.Sprint(e.WaitedSnd) }},
	{"RCV.NXT of that", func(e *Endpoint) string { return fmt.Sprint(e.WaitedRcv) }},
	{"newer connection before", func(e *Endpoint) string { return word(e.Newest == 0, "none", fmt.Sprint(e.Newest+1)) }},
	{"active closer", func(e *Endpoint) string { return yesNo(e.ActiveClose) }},
	{"acknowledged the FIN alone", func(e *Endpoint) string { return yesNo(e.AckedFinAlone) }},
	{"FINs sent", func(e *Endpoint) string { return fmt.Sprint(e.FinsSent) }},
	{"number of the first FIN", func(e *Endpoint) string { return word(e.FinSeq == 0, "none", fmt.Sprint(e.FinSeq)) }},
	{"ended", func(e *Endpoint) string { return word(e.Ending == NotEnded, "no", e.Ending.String()) }},
}

var (
	limitNames      = [...]string{LimitIdle: "off", LimitPending: "running", LimitReached: "reached"}
	stateTimerNames = [...]string{NoStateTimer: "off", FinWait2Keepalive: "FIN_WAIT_2, first part", FinWait2Timer: "FIN_WAIT_2", TimeWaitTimer: "TIME_WAIT"}
)

func word(yes bool, then, otherwise string) string {
	if yes {
		return then
	}
	return otherwise
}

func yesNo(b bool) string { return word(b, "yes", "no") }

// held lists how far behind RCV.NXT the units are that wait for a hole to be filled.
func held(bits uint8) string {
	var units []string
	for i := range 8 {
		if bits>>i&1 == 1 {
			units = append(units, fmt.Sprintf("+%d", i))
		}
	}
	return word(bits == 0, "nothing", strings.Join(units, " "))
}

// Fields lists all variables of an endpoint.
func (e *Endpoint) Fields() []Field {
	all := make([]Field, len(fields))
	for i, f := range fields {
		all[i] = Field{f.name, f.value(e)}
	}
	return all
}

// Field is the value of the variable of a name, "" where there is none.
func (e *Endpoint) Field(name string) string {
	for _, f := range fields {
		if f.name == name {
			return f.value(e)
		}
	}
	return ""
}

// Change is a variable of a host that a step has changed.
type Change struct {
	Host             Host
	Name, Was, IsNow string
}

// Changes lists what differs between two states, host by host. A host whose
// connection is gone, or of which only TIME_WAIT is left, has lost variables: that is told
// by the state and by what its application still has.
func Changes(before, now State) (all []Change) {
	for h := Client; h <= Server; h++ {
		a, b := &before.Host[h], &now.Host[h]
		gone := a.State != Closed && b.State == Closed
		waits := a.State != TimeWait && b.State == TimeWait || !a.Mini && b.Mini
		for _, f := range fields {
			was, is := f.value(a), f.value(b)
			switch {
			case was == is, gone && connectionOnly[f.name], waits && (f.name == "receive side" || f.name == "begin of the last new segment" || f.name == "SND.WL1"):
			case f.name == "FINs sent" && b.FinsSent == 0: // no longer counted
			default:
				all = append(all, Change{h, f.name, was, is})
			}
		}
	}
	return all
}

// connectionOnly are variables of a connection, which end with it.
var connectionOnly = func() map[string]bool {
	set := map[string]bool{}
	for _, name := range []string{
		"mini-socket", "ISS", "SND.UNA", "SND.NXT", "end of the queued data", "FIN queued", "begin of the last new segment", "SND.WND", "SND.WL1",
		"RCV.NXT", "acknowledged up to", "held beyond a hole", "FIN held beyond a hole", "peer's FIN received", "receive side",
		"retransmission timer", "backoff", "recovering", "probes", "tcp_orphan_retries limit", "tcp_retries2 limit", "TCP_USER_TIMEOUT",
		"soft error", "delayed ACK timer", "state timer", "ACKs rate-limited", "orphan", "tcp_tw_reuse_delay over",
		"active closer", "acknowledged the FIN alone", "FINs sent", "number of the first FIN",
	} {
		set[name] = true
	}
	return set
}()
