package wire

import "github.com/finwait/finwait/spec"

// numbering maps sequence numbers of the model to those on the wire. The circle of the
// model is small, and so is its window: what is beyond it there is beyond a real one here.
type numbering [2][spec.MaxIncarnations]beginning

// beginning is the initial number of a connection of a host, here and there.
type beginning struct {
	model spec.Seq
	wire  uint32
}

const (
	// reuse is how far above SND.NXT Linux begins where it takes over TIME_WAIT
	// (tcp_twsk_unique, tcp_timewait_state_process).
	reuse = 65537
	// clock is how far the clock of initial numbers went on (of 64 ns, 0.64 s).
	clock = 10_000_000
)

// numbering finds the initial numbers of all connections of a run.
func (r *Run) numbering() *numbering {
	n := new(numbering)
	for h := range n {
		n[h][0].wire = initial[h]
	}
	next := [2]spec.Seq{r.Trace.Init.Host[0].SndNxt, r.Trace.Init.Host[1].SndNxt} // SND.NXT, also when the connection is gone
	before, params := r.Trace.Init, r.Model.Params()
	for _, step := range r.Trace.Steps {
		for h := spec.Client; h <= spec.Server; h++ {
			was, is := &before.Host[h], &step.State.Host[h]
			if is.Incarnation > was.Incarnation {
				end := n.of(h, was.Incarnation, next[h])
				switch {
				case is.ISS != params.ISNAbove(is.Incarnation): // among the old numbers
					end += uint32(int32(int8(is.ISS - next[h])))
				case was.Mini:
					end += reuse
				default:
					end += clock
				}
				n[h][is.Incarnation] = beginning{is.ISS, end}
			}
			if is.State != spec.Closed {
				next[h] = is.SndNxt
			}
		}
		before = step.State
	}
	return n
}

// of is a sequence number of h in a connection. Those before the initial one are at the
// end of the model's circle.
func (n *numbering) of(h spec.Host, connection uint8, s spec.Seq) uint32 {
	b := n[h][connection]
	return b.wire + uint32(int32(int8(s-b.model)))
}
