package spec

// What no run can use of the rules, and why. Coverage lists it apart; that the rest can
// be used the built-in scenarios show.

// rulesOfTheirOwn are the states in which segments meet other code than that around the
// tables of a synchronized connection.
var rulesOfTheirOwn = map[ConnState]string{
	Closed:   "no segment is processed without a connection (RFC 9293 §3.10.7.1)",
	TimeWait: "segments in TIME_WAIT have rules of their own (RFC 9293 §3.10.7.4; Linux tcp_timewait_state_process)",
	SynSent:  "segments in SYN_SENT have rules of their own (RFC 9293 §3.10.7.3)",
	SynRcvd:  "the ACK of the SYN leads to ESTABLISHED before anything else of the segment is looked at (RFC 9293 §3.10.7.4, fifth check)",
}

const (
	noConnection = "close() and shutdown() find no connection: only the descriptor goes, or the call is refused (ENOTCONN)"
	handshake    = "the application has no descriptor before connect() or accept() returns"
	noFIN        = "no FIN of the host can be acknowledged before it was sent"
	blocksBehind = "close() queues the FIN, and so leaves the state, before it blocks"
	linuxOnly    = "a rule of Linux"
)

// unreachableRow is why no run of the profile looks up a row, empty where one does.
func unreachableRow(p Profile, t Table, s ConnState) string {
	opening := s == SynSent || s == SynRcvd
	switch t {
	case OnClose:
		switch {
		case s == Closed, s == TimeWait && p == Linux:
			return noConnection
		case opening:
			return handshake
		}
	case OnFIN, FullText:
		return rulesOfTheirOwn[s]
	case OnAckOfFIN:
		if s == Established || s == CloseWait || opening {
			return noFIN
		}
		return rulesOfTheirOwn[s]
	case OnReset:
		switch s {
		case Closed:
			return rulesOfTheirOwn[s]
		case TimeWait:
			return "nobody is told of an RST in TIME_WAIT: the application is done with the connection"
		}
	case ResetOnAbort:
		if s == Closed || s == TimeWait {
			return noConnection
		}
	case Lingers:
		switch {
		case opening:
			return handshake
		case s == Established, s == CloseWait:
			return blocksBehind
		}
	case ResetCheck:
		if p != Linux {
			return linuxOnly + " (tcp_reset_check)"
		}
		return rulesOfTheirOwn[s]
	}
	return ""
}

// unreachableAction is why no run of the profile has an event of a kind.
func unreachableAction(p Profile, k EventKind) string {
	byCount := "by the article the number of retransmissions ends a connection, not their time"
	switch k {
	case OrphanLimitDue:
		switch p {
		case Article:
			return byCount
		case RFC9293:
			return "RFC 9293 knows no orphans: R2 ends every connection"
		}
	case Retries2LimitDue:
		if p == Article {
			return byCount
		}
	case UserTimeoutDue:
		if p != Linux {
			return linuxOnly + " (TCP_USER_TIMEOUT)"
		}
	case AckQuotaBack:
		if p != Linux {
			return linuxOnly + " (tcp_invalid_ratelimit)"
		}
	case ReuseDue:
		if p != Linux {
			return linuxOnly + " (tcp_tw_reuse)"
		}
	}
	return ""
}

// unreachableTimer is why no run of the profile has a use of a timer.
func unreachableTimer(p Profile, t timer) string {
	switch {
	case t == timerLossProbe && p != Linux:
		return linuxOnly + " (tail loss probe, RFC 8985 §7)"
	case t == timerSYNAgain && p != Linux:
		return linuxOnly + " (tcp_rcv_synsent_state_process)"
	case t == timerKeptFinWait2 && p != Linux:
		return linuxOnly + " (tcp_fin_timeout above 60 s)"
	case t == timerFinWait2 && p == RFC9293:
		return "RFC 9293 waits in FIN_WAIT_2 for ever"
	}
	return ""
}
