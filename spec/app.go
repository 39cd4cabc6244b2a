package spec

import "fmt"

// call makes the next call of the application's script.
func (t *step) call(h Host) {
	e := &t.s.Host[h]
	c := t.m.p.Host[h].Script[e.PC]
	e.PC++
	t.perform(h, c)
}

// perform is one call of the application.
func (t *step) perform(h Host, c Call) {
	e := &t.s.Host[h]
	switch c.Do {
	case Send:
		t.send(h, c.N)
	case ReadData:
		t.read(h, c.N)
	case ShutdownWR:
		t.shutdown(h, true, false)
	case ShutdownRD:
		t.shutdown(h, false, true)
	case ShutdownRDWR:
		t.shutdown(h, true, true)
	case Close:
		t.close(h, true)
	case Exit:
		t.close(h, false)
	case Crash:
		e.Open, e.Lingering, e.Error = false, false, NoError
		t.toClosed(h, EndedCrash)
		t.s.Host[h].Down = true
	case Reboot:
		e.Down = false
	case Unreachable:
		t.unreachable(h)
	case LinkDown:
		e.Offline = true
	case Destroy:
		t.destroy(h)
	case Connect:
		t.connect(h)
	default:
		panic(fmt.Sprintf("spec: a call of the %s does nothing that is known: %+v", h, c))
	}
}

// callable reports whether the next call of the script can be made now.
func (m *Model) callable(h Host, e *Endpoint) bool {
	script := m.p.Host[h].Script
	if int(e.PC) >= len(script) || e.ToRead > 0 || e.Lingering {
		return false
	}
	c := script[e.PC]
	if e.Down != (c.Do == Reboot) {
		return false
	}
	switch { // an accept returns with the connection, see acceptSYN
	case c.Do == Accept, e.opening() && !outside[c.Do]:
		return false
	case c.Do == Connect && e.newest()+1 >= m.p.Incarnations:
		return false
	}
	switch c.When {
	case AfterEOF: // recv() ends with the peer's data, or with an error
		return e.SawEOF || e.SawErr != NoError
	case AfterError:
		return e.SawErr != NoError
	case AfterClosed:
		return e.State == Closed
	default:
		return true
	}
}

// reads reports whether the application takes what arrives: it is in a read
// call, or reads on until the EOF that its next call waits for.
func (m *Model) reads(h Host, e *Endpoint) bool {
	if !e.Open || e.Lingering {
		return false
	}
	script := m.p.Host[h].Script
	return e.ToRead > 0 ||
		int(e.PC) < len(script) && script[e.PC].When == AfterEOF && !e.SawEOF && e.SawErr == NoError
}

// send writes n data units. Linux refuses after the FIN was queued, or once the
// connection is gone, with the error that is pending or else EPIPE.
func (t *step) send(h Host, n uint8) {
	e := &t.s.Host[h]
	if e.FinQueued || e.State == Closed || e.Mini || e.State == SynRcvd {
		t.tell(h, EPIPE)
		return
	}
	e.SndEnd += Seq(n)
	e.Written += n
	t.output(h)
}

// tell reports an error to the application: the pending one, or else this.
func (t *step) tell(h Host, otherwise Errno) {
	e := &t.s.Host[h]
	err := e.Error
	e.Error = NoError
	if err == NoError {
		err = otherwise
	}
	if e.SawErr == NoError {
		e.SawErr = err
	}
}

// read begins a blocking read of n units, or of everything up to EOF.
func (t *step) read(h Host, n uint8) {
	if n == 0 {
		n = UntilEOF
	}
	t.s.Host[h].ToRead = n
}

// applicationReads lets the application take what it waits for: data, then the
// EOF, or the error. recv() hands out data before it reports an error (Linux
// tcp_recvmsg).
func (t *step) applicationReads(h Host) {
	e := &t.s.Host[h]
	if e.Error != NoError && t.waitsForError(h) {
		t.tell(h, NoError)
	}
	if !t.m.reads(h, e) {
		return
	}
	n := e.Unread
	if e.ToRead > 0 && e.ToRead != UntilEOF {
		n = min(n, e.ToRead)
		e.ToRead -= n
	}
	e.Unread -= n
	e.Read += n
	switch {
	case !t.m.reads(h, e):
		return
	case e.Unread > 0: // the read call is over, and the wait for the EOF reads on
		t.applicationReads(h)
		return
	case e.Error != NoError:
		t.tell(h, NoError)
	case e.PeerFin || e.RcvShut || e.State == Closed:
		e.SawEOF = true
	default:
		return
	}
	e.ToRead = 0
}

// waitsForError reports whether the application polls for an error.
func (t *step) waitsForError(h Host) bool {
	e := &t.s.Host[h]
	script := t.m.p.Host[h].Script
	return e.Open && int(e.PC) < len(script) && script[e.PC].When == AfterError
}

// windowUpdate tells the peer that a closed window is open again (Linux
// tcp_cleanup_rbuf).
func (t *step) windowUpdate(h Host) {
	was, e := &t.prev.Host[h], &t.s.Host[h]
	if was.State == Closed || e.State == Closed || e.State == TimeWait || e.Mini ||
		t.m.windowOpen(h, was) || !t.m.windowOpen(h, e) {
		return
	}
	for _, s := range t.sent[:t.sentCount] {
		if s.From == h && !s.Segment.Has(WndZero) {
			return // what this step sent carries the window already
		}
	}
	t.sendAck(h)
}
