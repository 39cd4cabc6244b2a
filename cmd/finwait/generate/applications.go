package generate

import (
	"fmt"
	"strings"

	"pgregory.net/rapid"
)

const (
	closeAtOnce   = "[{do: close, when: start}]"
	closeAfterEOF = "[{do: close, when: after-eof, within: 1s}]"
	closeAnytime  = "[{do: close, when: anytime, within: 2s}]"
	exitAtOnce    = "[{do: exit, when: start}]"
)

// Families of applications, each drawn from a grammar of its own: what an application
// does in a teardown is mostly one of these. The last is any sequence of calls.
const (
	writes        = "writes"         // and closes
	halfCloses    = "half-closes"    // and reads on
	answers       = "answers"        // the end of the peer's data
	readsLate     = "reads late"     // so that a window may close
	leavesUnread  = "leaves unread"  // what the peer has written
	isEnded       = "is ended"       // from outside
	connectsAgain = "connects again" // needs incarnations
	acceptsAgain  = "accepts again"  // needs incarnations
	anyCalls      = "any calls"
)

// applications are the choices for the key app.
func applications() []Choice {
	all := values(Default, closeAtOnce, closeAfterEOF, closeAnytime, exitAtOnce)
	for _, family := range []struct {
		name string
		draw func(c *calls)
	}{
		{writes, func(c *calls) {
			c.write()
			c.end()
		}},
		{halfCloses, func(c *calls) {
			c.add("shutdown-wr", "start")
			if c.maybe("reads") {
				c.read()
			}
			if c.maybe("closes") {
				c.add("close", "after-eof")
			}
		}},
		{answers, func(c *calls) {
			c.add(c.send(), "after-eof")
			c.end()
		}},
		{readsLate, func(c *calls) {
			if c.maybe("half-closes") {
				c.add("shutdown-wr", "start")
			}
			c.read()
			c.end()
		}},
		{leavesUnread, func(c *calls) {
			if c.maybe("half-closes") {
				c.add("shutdown-wr", "start")
			}
			c.add(c.one("end", "close", "exit", "shutdown-rd"), "after-previous")
		}},
		{isEnded, func(c *calls) {
			switch c.one("before", "", "close", "shutdown-wr", "send") {
			case "close":
				c.add("close", "start")
			case "shutdown-wr":
				c.add("shutdown-wr", "start")
			case "send":
				c.write()
			}
			c.add(c.one("outside", "destroy", "crash", "icmp-unreachable", "link-down"), "after-previous")
			if c.did("crash") && c.maybe("reboots") {
				c.add("reboot", "after-previous")
			}
		}},
		{connectsAgain, func(c *calls) {
			c.add("close", c.one("close", "after-eof", "start"))
			c.add("connect", "after-closed")
			c.endAgain()
		}},
		{acceptsAgain, func(c *calls) {
			c.add("close", c.one("close", "start", "after-eof"))
			c.all = append(c.all, "{do: accept}")
			c.endAgain()
		}},
	} {
		all = append(all, drawn(family.name, rapid.Custom(func(t *rapid.T) string {
			c := &calls{t: t}
			family.draw(c)
			return "[" + strings.Join(c.all, ", ") + "]"
		})))
	}
	return append(all, drawn(anyCalls, script()))
}

// calls draws the calls of an application.
type calls struct {
	t   *rapid.T
	all []string
}

func (c *calls) one(label string, of ...string) string { return rapid.SampledFrom(of).Draw(c.t, label) }
func (c *calls) maybe(label string) bool               { return rapid.Bool().Draw(c.t, label) }
func (c *calls) did(do string) bool {
	return strings.HasPrefix(c.all[len(c.all)-1], "{do: "+do)
}

// add adds a call that is made after some time, or at any moment within some.
func (c *calls) add(do, when string) {
	call := "{do: " + do
	if when != "start" && when != "after-previous" { // which are understood
		call += ", when: " + when
	}
	after := c.one("after", "", "", ", after: 10ms", ", after: 2s")
	within := c.one("within", ", within: 3s", ", within: 300ms", ", within: 0s")
	c.all = append(c.all, call+after+within+"}")
}

func (c *calls) send() string { return fmt.Sprintf("send, n: %d", rapid.IntRange(1, 2).Draw(c.t, "n")) }

// write makes one or two writes: what the second has to say may wait for the first.
func (c *calls) write() {
	c.add(c.send(), "start")
	if c.maybe("twice") {
		c.add(c.send(), "after-previous")
	}
}

func (c *calls) read() {
	n := ""
	if c.maybe("one unit") {
		n = ", n: 1"
	}
	c.add("read"+n, "after-previous")
}

// end ends the script, not always the connection.
func (c *calls) end() {
	switch c.one("end", "close", "close after EOF", "shutdown-wr", "exit", "nothing") {
	case "close":
		c.add("close", "after-previous")
	case "close after EOF":
		c.add("close", "after-eof")
	case "shutdown-wr":
		c.add("shutdown-wr", "after-previous")
		c.add("close", "after-eof")
	case "exit":
		c.add("exit", "after-previous")
	}
}

// endAgain closes the next connection, or leaves it open.
func (c *calls) endAgain() {
	if c.maybe("closes again") {
		c.add("close", c.one("close", "after-previous", "after-eof"))
	}
}
