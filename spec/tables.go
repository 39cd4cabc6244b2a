package spec

// The transition tables of an endpoint: one array per event of RFC 9293 §3.10,
// keyed by state, every state present. Guards stand around them, in the RFC's
// order of checks: "FIN arrives in FIN_WAIT_1" is the row FinWait1 of onFIN,
// applied in (*step).receiveFIN after the ACK of the same segment has been
// handled (fifth check before eighth).

// onClose is the state after CLOSE, close() or shutdown(SHUT_WR) with nothing
// to abort (RFC 9293 §3.10.4). It is taken when the FIN is queued, not when it
// can be sent (RFC 9293 §3.10.4: "queue this until all preceding SENDs have been
// segmentized"; Linux tcp_close_state).
var onClose = [numStates]ConnState{
	Closed:      Closed,
	Established: FinWait1,
	FinWait1:    FinWait1, // CLOSE again is an error to the user, the state stays
	FinWait2:    FinWait2,
	Closing:     Closing,
	TimeWait:    TimeWait,
	CloseWait:   LastAck,
	LastAck:     LastAck,
	SynSent:     Closed,
	SynRcvd:     FinWait1,
}

// onFIN is the state after an in-order FIN (RFC 9293 §3.10.7.4, eighth check;
// Linux tcp_fin). The ACK in the same segment was handled before, so FIN_WAIT_1
// here means that our FIN is still unacknowledged.
var onFIN = [numStates]ConnState{
	Closed:      Closed, // no FIN is processed without a connection
	Established: CloseWait,
	FinWait1:    Closing,
	FinWait2:    TimeWait,
	Closing:     Closing,
	TimeWait:    TimeWait,
	CloseWait:   CloseWait,
	LastAck:     LastAck,
	SynSent:     SynSent, // not before the SYN is acknowledged
	SynRcvd:     SynRcvd,
}

// onAckOfFIN is the state once our FIN, and with it all data, is acknowledged
// (RFC 9293 §3.10.7.4, fifth check; Linux tcp_rcv_state_process, step 5).
var onAckOfFIN = [numStates]ConnState{
	Closed:      Closed,
	Established: Established, // no FIN of ours can be acknowledged
	FinWait1:    FinWait2,
	FinWait2:    FinWait2,
	Closing:     TimeWait,
	TimeWait:    TimeWait,
	CloseWait:   CloseWait, // no FIN of ours can be acknowledged
	LastAck:     Closed,
	SynSent:     SynSent,
	SynRcvd:     SynRcvd,
}

// onReset is the error that an accepted RST leaves for the application
// (Linux tcp_reset; RFC 9293 §3.10.7.4, second check, knows only "reset"). The
// state afterwards is CLOSED everywhere. TIME_WAIT has no socket to tell.
var onReset = [numStates]Errno{
	Closed:      NoError,
	Established: ECONNRESET,
	FinWait1:    ECONNRESET,
	FinWait2:    ECONNRESET,
	Closing:     ECONNRESET,
	TimeWait:    NoError,
	CloseWait:   EPIPE,
	LastAck:     ECONNRESET,
	SynSent:     ECONNREFUSED,
	SynRcvd:     ECONNRESET,
}

// resetOnAbort says where an abort (SO_LINGER 0) sends an RST (RFC 9293 §3.10.5;
// Linux tcp_need_reset). CLOSING and LAST_ACK do so on Linux while something is
// still unsent, see (*step).abort.
var resetOnAbort = [numStates]bool{
	Closed:      false,
	Established: true,
	FinWait1:    true,
	FinWait2:    true,
	Closing:     false,
	TimeWait:    false,
	CloseWait:   true,
	LastAck:     false,
	SynSent:     false,
	SynRcvd:     true,
}

// fullText says where the text of a segment is queued for the application
// (RFC 9293 §3.10.7.4, seventh check); in the other states the peer's FIN came
// before it, and only what lies before that FIN can be there, again.
var fullText = [numStates]bool{
	Closed:      false,
	Established: true,
	FinWait1:    true,
	FinWait2:    true,
	Closing:     false,
	TimeWait:    false,
	CloseWait:   false,
	LastAck:     false,
	SynSent:     false,
	SynRcvd:     false,
}

// lingers says in which states close() with SO_LINGER n blocks: until our FIN is
// acknowledged (Linux sk_stream_wait_close).
var lingers = [numStates]bool{
	Closed:      false,
	Established: false,
	FinWait1:    true,
	FinWait2:    false,
	Closing:     true,
	TimeWait:    false,
	CloseWait:   false,
	LastAck:     true,
	SynSent:     false,
	SynRcvd:     false,
}

// resetCheck says where Linux accepts an RST with SEG.SEQ = RCV.NXT−1
// (tcp_reset_check): the peer may have sent it without counting its own FIN.
var resetCheck = [numStates]bool{
	Closed:      false,
	Established: false,
	FinWait1:    false,
	FinWait2:    false,
	Closing:     true,
	TimeWait:    false,
	CloseWait:   true,
	LastAck:     true,
	SynSent:     false,
	SynRcvd:     false,
}
