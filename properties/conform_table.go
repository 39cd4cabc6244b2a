package properties

import "github.com/finwait/finwait/spec"

// The second table of transitions: which states an event may lead to, by the
// state before it. It is written from RFC 9293 §3.10 and the documented behaviour
// of the kernel, and knows nothing of the tables of package spec. What the
// profiles add to it is in conform.go.

// cause is what happens to an endpoint, as far as its state depends on it.
type cause uint8

const (
	_             cause = iota
	segOther            // a segment that must not move the state: old, unacceptable, data, an ACK of less than the FIN
	segAcksFIN          // it acknowledges our FIN, and brings no FIN
	segFIN              // the peer's FIN is next in order, our FIN is not acknowledged by the same segment
	segFINAcksFIN       // both
	segReset            // an RST that must be accepted
	segRefused          // new data for an application that shut down reading
	callFIN             // close(), exit or shutdown(SHUT_WR) that queues a FIN, if none is queued
	callAbort           // close() or exit that aborts
	callCrash           // the host loses power, or the socket is destroyed
	callOther           // any other call
	timeGivesUp         // a retransmission timer at the end of its budget, or TCP_USER_TIMEOUT
	timeEndsState       // the timer of FIN_WAIT_2 or TIME_WAIT
	timeOther           // any other timer
	numCauses
)

const numStates = synRcvd + 1

// nextStates has a row for every cause and an entry for every state. Rows that
// stay put are written too.
var nextStates = [numCauses][numStates]stateSet{
	segOther: stays(),

	// RFC 9293 §3.10.7.4, fifth check, ACK bit.
	segAcksFIN: {
		closed:      setOf(closed),
		established: setOf(established), // no FIN of ours is out
		finWait1:    setOf(finWait2),
		finWait2:    setOf(finWait2),
		closing:     setOf(timeWait),
		timeWait:    setOf(timeWait),
		closeWait:   setOf(closeWait), // no FIN of ours is out
		lastAck:     setOf(closed),
		synSent:     setOf(synSent),
		synRcvd:     setOf(synRcvd),
	},
	// RFC 9293 §3.10.7.4, eighth check, FIN bit.
	segFIN: {
		closed:      setOf(closed), // "do not process the FIN if the state is CLOSED"
		established: setOf(closeWait),
		finWait1:    setOf(closing),
		finWait2:    setOf(timeWait),
		closing:     setOf(closing),
		timeWait:    setOf(timeWait),
		closeWait:   setOf(closeWait),
		lastAck:     setOf(lastAck),
		synSent:     setOf(synSent),
		synRcvd:     setOf(synRcvd),
	},
	// Both checks, one after the other. Only FIN_WAIT_1 has both left to come.
	segFINAcksFIN: {
		closed:      setOf(closed),
		established: setOf(closeWait),
		finWait1:    setOf(timeWait),
		finWait2:    setOf(timeWait),
		closing:     setOf(timeWait),
		timeWait:    setOf(timeWait),
		closeWait:   setOf(closeWait),
		lastAck:     setOf(closed),
		synSent:     setOf(synSent),
		synRcvd:     setOf(synRcvd),
	},
	// RFC 9293 §3.10.7.4, second check, RST bit; Linux tcp_reset.
	segReset: everyTo(closed),
	// RFC 9293 §3.6.1, SHLD-3; Linux tcp_rcv_state_process, TCPAbortOnData. Where
	// the peer's FIN has come already, text is ignored.
	segRefused: {
		closed:      setOf(closed),
		established: setOf(established), // shutdown(SHUT_RD) alone refuses nothing
		finWait1:    setOf(closed),
		finWait2:    setOf(closed),
		closing:     setOf(closing),
		timeWait:    setOf(timeWait),
		closeWait:   setOf(closeWait),
		lastAck:     setOf(lastAck),
		synSent:     setOf(synSent),
		synRcvd:     setOf(synRcvd),
	},

	// RFC 9293 §3.10.4, CLOSE; Linux tcp_close_state (new_state[]).
	callFIN: {
		closed:      setOf(closed),
		established: setOf(finWait1),
		finWait1:    setOf(finWait1),
		finWait2:    setOf(finWait2),
		closing:     setOf(closing),
		timeWait:    setOf(timeWait),
		closeWait:   setOf(lastAck),
		lastAck:     setOf(lastAck),
		synSent:     setOf(closed),
		synRcvd:     setOf(finWait1),
	},
	// RFC 9293 §3.10.5, ABORT; Linux tcp_disconnect, __tcp_close. A descriptor in
	// TIME_WAIT has no connection left to abort.
	callAbort: {
		closed:      setOf(closed),
		established: setOf(closed),
		finWait1:    setOf(closed),
		finWait2:    setOf(closed),
		closing:     setOf(closed),
		timeWait:    setOf(timeWait),
		closeWait:   setOf(closed),
		lastAck:     setOf(closed),
		synSent:     setOf(closed),
		synRcvd:     setOf(closed),
	},
	callCrash: everyTo(closed),
	callOther: stays(),

	// RFC 9293 §3.8.3 and §3.10.8, USER TIMEOUT; Linux tcp_write_err. Nothing is
	// retransmitted in FIN_WAIT_2 and TIME_WAIT.
	timeGivesUp: {
		closed:      setOf(closed),
		established: setOf(closed),
		finWait1:    setOf(closed),
		finWait2:    setOf(finWait2),
		closing:     setOf(closed),
		timeWait:    setOf(timeWait),
		closeWait:   setOf(closed),
		lastAck:     setOf(closed),
		synSent:     setOf(closed),
		synRcvd:     setOf(closed),
	},
	// RFC 9293 §3.10.8, TIME-WAIT TIMEOUT; Linux tcp_fin_timeout.
	timeEndsState: {
		closed:      setOf(closed),
		established: setOf(established),
		finWait1:    setOf(finWait1),
		finWait2:    setOf(closed),
		closing:     setOf(closing),
		timeWait:    setOf(closed),
		closeWait:   setOf(closeWait),
		lastAck:     setOf(lastAck),
		synSent:     setOf(synSent),
		synRcvd:     setOf(synRcvd),
	},
	timeOther: stays(),
}

// stays is the row in which every state stays what it is.
func stays() (row [numStates]stateSet) {
	for _, s := range spec.ConnStates() {
		row[s] = setOf(s)
	}
	return row
}

// everyTo is the row in which every state becomes to.
func everyTo(to spec.ConnState) (row [numStates]stateSet) {
	for _, s := range spec.ConnStates() {
		row[s] = setOf(to)
	}
	return row
}
