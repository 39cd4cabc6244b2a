// Package stepper steps through a run in a terminal, line by line:
//
//	step 2 of 5: 0.6 s, client RTO; the client sends FIN+ACK seq=1 ack=1 (lost)
//	  client FIN_WAIT_1   server ESTABLISHED
//	  client: backoff 0 → 1
//	[n]ext [b]ack [g]oto N [s]tate [w]hy [h]elp [q]uit >
//
// A line is a command; an empty one is the next step. The whole screen and single keys
// are not used, so that it also works in a pipe and leaves what was seen above.
package stepper

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/finwait/finwait/cmd/finwait/picture"
	"github.com/finwait/finwait/cmd/finwait/why"
	"github.com/finwait/finwait/spec"
)

// Run is what is stepped through.
type Run struct {
	Model picture.Model
	Trace picture.Trace
	// Title says what it shows, Why why that is so; "" where there is nothing to say.
	Title, Why string
}

// most is the longest line that is read.
const most = 1 << 10

// Walk reads commands and answers them, until quit or the end of the input.
func (r Run) Walk(in io.Reader, out io.Writer) error {
	w := walker{Run: r, out: out, steps: why.Steps(r.Model, r.Trace)}
	w.printf("%s\n", r.Title)
	w.show()
	lines := bufio.NewScanner(in)
	lines.Buffer(make([]byte, most), most)
	for w.err == nil {
		w.printf("[n]ext [b]ack [g]oto N [s]tate [w]hy [h]elp [q]uit > ")
		if w.err != nil || !lines.Scan() {
			break
		}
		if w.obey(strings.Fields(lines.Text())) {
			return w.err
		}
	}
	w.printf("\n")
	if w.err != nil {
		return w.err
	}
	return lines.Err()
}

// walker is at one step of a run; 0 is the beginning.
type walker struct {
	Run
	out   io.Writer
	steps []why.Step
	at    int
	err   error // the first one of out
}

func (w *walker) printf(format string, args ...any) {
	if w.err == nil {
		_, w.err = fmt.Fprintf(w.out, format, args...)
	}
}

// obey does what a line says, and tells whether that is the end.
func (w *walker) obey(words []string) (quit bool) {
	if len(words) == 0 {
		words = []string{"next"}
	}
	command, args := words[0], words[1:]
	is := func(name string) bool { return command == name || command == name[:1] }
	if n, err := strconv.Atoi(command); err == nil && len(args) == 0 { // a number alone is where to go
		w.goTo(n)
		return false
	}
	switch {
	case is("quit"):
		return true
	case is("next"):
		w.goTo(w.at + 1)
	case is("back"):
		w.goTo(w.at - 1)
	case is("goto") && len(args) == 1:
		if n, err := strconv.Atoi(args[0]); err == nil {
			w.goTo(n)
			return false
		}
		fallthrough
	case is("goto"):
		w.printf("goto wants the number of a step, from 0 to %d\n", len(w.steps))
	case is("state"):
		w.state()
	case is("why"):
		w.why()
	case is("help"):
		w.printf("%s", help)
	default:
		w.printf("%q is none of the commands; h tells them\n", command)
	}
	return false
}

const help = `  n, next, or an empty line   the next step
  b, back                     the step before
  g N, goto N, or a number    after step N; 0 is the beginning
  s, state                    all variables of both hosts, and what is in flight
  w, why                      what the run shows, and why
  q, quit
`

func (w *walker) goTo(n int) {
	switch {
	case n < 0:
		w.printf("this is the beginning\n")
	case n > len(w.steps):
		w.printf("this is the end, after %d steps\n", len(w.steps))
	default:
		w.at = n
		w.show()
	}
}

// now is the state after the step that the walker is at.
func (w *walker) now() *spec.State {
	if w.at == 0 {
		return &w.Trace.Init
	}
	return &w.Trace.Steps[w.at-1].State
}

// show tells the step, the states of the hosts, and what the step changed.
func (w *walker) show() {
	s := w.now()
	if w.at == 0 {
		w.printf("the beginning of %d steps\n", len(w.steps))
	} else {
		w.printf("step %d of %d: %s\n", w.at, len(w.steps), w.steps[w.at-1].Happened())
	}
	w.printf("  client %-12v server %v\n", s.Host[spec.Client].State, s.Host[spec.Server].State)
	if w.at > 0 {
		for _, line := range w.steps[w.at-1].Changed() {
			w.printf("  %s\n", line)
		}
	}
	if t := w.Trace; t.Loop == w.at && t.Loop < len(w.steps) {
		w.printf("  from here on steps %d to %d repeat for ever\n", t.Loop+1, len(w.steps))
	}
	if w.at == len(w.steps) {
		if w.Trace.Loop == len(w.steps) {
			w.printf("  nothing has to happen any more, for ever\n")
		}
		w.why()
	}
}

func (w *walker) why() {
	if w.Why == "" {
		w.printf("nothing is claimed of this run\n")
		return
	}
	w.printf("%s\n", w.Why)
}

// state tells the variables that are not as those of a host without a connection.
func (w *walker) state() {
	s := w.now()
	none := new(spec.Endpoint).Fields()
	client, server := s.Host[spec.Client].Fields(), s.Host[spec.Server].Fields()
	w.printf("  %-32s %-24s %s\n", "", "client", "server")
	for i, f := range client {
		if f.Value != none[i].Value || server[i].Value != none[i].Value {
			w.printf("  %-32s %-24s %s\n", f.Name, f.Value, server[i].Value)
		}
	}
	for _, from := range []spec.Host{spec.Client, spec.Server} {
		var flying []string
		for _, g := range s.Net[from][:s.Net[from].Len()] {
			flying = append(flying, g.String())
		}
		if len(flying) == 0 {
			flying = []string{"nothing"}
		}
		w.printf("  in flight from the %v: %s\n", from, strings.Join(flying, ", "))
	}
}
