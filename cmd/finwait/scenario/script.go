package scenario

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/finwait/finwait/spec"
)

const (
	// maxData is what one host can send: sequence numbers and the bits of data
	// held out of order are small.
	maxData = 7
	// maxCalls bounds a script, far above what a teardown needs.
	maxCalls = 31
	never    = "never"
)

var (
	doNames   = names(spec.Send, spec.Accept)
	whenNames = names(spec.AfterPrevious, spec.AfterClosed)
	kindNames = names(spec.KindFIN, spec.KindDATA)
)

// names lists the names of the constants from first to last.
func names[T interface {
	~uint8
	fmt.Stringer
}](first, last T) []string {
	var all []string
	for c := first; c <= last; c++ {
		all = append(all, c.String())
	}
	return all
}

// oneOfNames reads the name of a constant from first to last.
func oneOfNames[T interface {
	~uint8
	fmt.Stringer
}](n *node, first, last T) (T, *Error) {
	word, err := n.word(names(first, last))
	for c := first; err == nil && c <= last; c++ {
		if c.String() == word {
			return c, nil
		}
	}
	return 0, err
}

// script reads the calls of an application, or the word never.
func (n *node) script() ([]spec.Call, *Error) {
	if n.is(never) {
		return nil, nil
	}
	if n.kind != listNode {
		return nil, n.wants("a list of calls such as [{do: close, when: after-eof, within: 1s}], or the word never")
	}
	if len(n.items) > maxCalls {
		return nil, n.fail(fmt.Sprintf("%d calls", len(n.items)), fmt.Sprintf("at most %d", maxCalls))
	}
	var script []spec.Call
	data := 0
	for i, item := range n.items {
		at := fmt.Sprintf("[%d]", i)
		call, err := item.call(i == 0)
		if err == nil {
			err = follows(item, script, call.Do)
		}
		if err != nil {
			return nil, err.in(at)
		}
		if call.Do == spec.Send {
			data += int(call.N)
		}
		if data > maxData {
			return nil, item.fail(fmt.Sprintf("%d data units sent by one host", data), fmt.Sprintf("at most %d in all", maxData)).in(at)
		}
		script = append(script, call)
	}
	return script, nil
}

// call reads one call. What may be left out depends on the rest, so it is filled
// in at the end.
func (n *node) call(first bool) (c spec.Call, err *Error) {
	var with struct{ do, n, when, within *node }
	err = n.each([]string{"do", "n", "when", "after", "within"}, func(name string, v *node) (err *Error) {
		switch name {
		case "do":
			with.do = v
			c.Do, err = oneOfNames(v, spec.Send, spec.Accept)
		case "n":
			with.n = v
			var data int64
			data, err = v.number(0, maxData, " of data units")
			c.N = uint8(data)
		case "when":
			with.when = v
			c.When, err = oneOfNames(v, spec.AfterPrevious, spec.AfterClosed)
		case "after":
			c.After, err = v.duration(0, "1s")
		case "within":
			with.within = v
			if c.Within = spec.Never; !v.is(forever) {
				c.Within, err = v.duration(0, "1s, or the word "+forever)
			}
		}
		return err
	})
	if err != nil {
		return c, err
	}
	if with.do == nil {
		return c, n.fail("a call without do", "do: "+oneOf("", doNames))
	}
	switch {
	case c.Do == spec.Send && with.n == nil:
		c.N = 1
	case c.Do == spec.Send && c.N == 0:
		return c, with.n.fail("0", fmt.Sprintf("from 1 to %d data units to send", maxData)).in("n")
	case c.Do != spec.Send && c.Do != spec.ReadData && with.n != nil:
		return c, with.n.fail(fmt.Sprintf("n for %s", c.Do), "n with send or read only").in("n")
	}
	if with.when == nil && first {
		c.When = spec.Start
	}
	if with.within == nil && c.When != spec.Start && c.When != spec.AfterPrevious {
		c.Within = spec.Never
	}
	return c, nil
}

// outside are the steps that are no calls of the application: they happen to its
// host, whether it holds the socket or not.
var outside = map[spec.Do]bool{spec.Destroy: true, spec.Unreachable: true, spec.LinkDown: true}

// follows checks that a call can come after the calls before it: a closed socket
// cannot be called, and what is down can only come up again.
func follows(at *node, before []spec.Call, do spec.Do) *Error {
	var down, closed, booted bool
	for _, c := range before {
		switch c.Do {
		case spec.Crash:
			down = true
		case spec.Reboot:
			down, booted = false, true
		case spec.Close, spec.Exit:
			closed = true
		case spec.Connect, spec.Accept:
			closed, booted = false, false
		}
	}
	switch {
	case do == spec.Reboot && !down:
		return at.fail("reboot of a host that is up", "a crash before it")
	case do == spec.Reboot, do == spec.Crash && !down:
		return nil
	case down:
		return at.fail(do.String()+" after crash", "nothing but reboot after crash")
	case do == spec.Connect || do == spec.Accept:
		return nil
	case booted:
		return at.fail(do.String()+" after reboot", "nothing but connect and accept, for the connection is gone")
	case closed && !outside[do]:
		return at.fail(do.String()+" after the socket was closed", "nothing but crash, destroy, icmp-unreachable, link-down, connect and accept after close or exit")
	}
	return nil
}

func formatScript(script []spec.Call) string {
	if len(script) == 0 {
		return never
	}
	var calls []string
	for _, c := range script {
		s := "{do: " + c.Do.String()
		if c.Do == spec.Send || c.Do == spec.ReadData {
			s += fmt.Sprintf(", n: %d", c.N)
		}
		within := forever
		if c.Within != spec.Never {
			within = formatDuration(c.Within)
		}
		calls = append(calls, fmt.Sprintf("%s, when: %s, after: %s, within: %s}", s, c.When, formatDuration(c.After), within))
	}
	return "[" + strings.Join(calls, ", ") + "]"
}

// maxNth is the last segment of a kind that a rule can count to.
const maxNth = 250

// lossRules reads the list of scripted losses.
func (n *node) lossRules() ([]spec.LossRule, *Error) {
	if n.kind != listNode {
		return nil, n.wants("a list of rules such as [{from: client, segment: FIN, nth: all}]")
	}
	var rules []spec.LossRule
	for i, item := range n.items {
		rule, err := item.lossRule()
		if err != nil {
			return nil, err.in(fmt.Sprintf("[%d]", i))
		}
		rules = append(rules, rule)
	}
	return rules, nil
}

func (n *node) lossRule() (r spec.LossRule, err *Error) {
	seen := map[string]bool{}
	err = n.each([]string{"from", "segment", "nth"}, func(name string, v *node) (err *Error) {
		seen[name] = true
		switch name {
		case "from":
			r.From, err = v.hostWord()
		case "segment":
			r.Kind, err = oneOfNames(v, spec.KindFIN, spec.KindDATA)
		case "nth":
			r.Nth, err = v.nth()
		}
		return err
	})
	switch {
	case err != nil:
	case !seen["from"]:
		err = n.fail("a rule without from", "from: client or from: server")
	case !seen["segment"]:
		err = n.fail("a rule without segment", "segment: "+oneOf("", kindNames))
	}
	return r, err
}

// nth reads which segments are meant: all (nil), a number, or a list of numbers.
func (n *node) nth() ([]uint8, *Error) {
	const want = "all, a number from 1 on, or a list of them such as [1, 3]"
	if n.is("all") {
		return nil, nil
	}
	items := []*node{n}
	if n.kind == listNode {
		items = n.items
	}
	if len(items) == 0 {
		return nil, n.fail("an empty list", want)
	}
	var nth []uint8
	for _, item := range items {
		v, err := item.number(1, maxNth, "")
		if err != nil {
			err.Want = want + fmt.Sprintf(", up to %d", maxNth)
			return nil, err
		}
		for _, before := range nth {
			if before == uint8(v) {
				return nil, item.fail(item.text+" twice", "each number once")
			}
		}
		nth = append(nth, uint8(v))
	}
	return nth, nil
}

func formatLossRules(rules []spec.LossRule) string {
	var all []string
	for _, r := range rules {
		nth := "all"
		if len(r.Nth) > 0 {
			var numbers []string
			for _, v := range r.Nth {
				numbers = append(numbers, strconv.Itoa(int(v)))
			}
			nth = "[" + strings.Join(numbers, ", ") + "]"
		}
		all = append(all, fmt.Sprintf("{from: %s, segment: %s, nth: %s}", r.From, r.Kind, nth))
	}
	return "[" + strings.Join(all, ", ") + "]"
}
