package conform

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/finwait/finwait/spec"
)

// labCall is a call of an application as the script of the lab wrote it down.
type labCall struct {
	do         spec.Do
	host       spec.Host
	bytes      int     // of send and recv
	linger     *int64  // SO_LINGER in seconds, set just before a close
	began      float64 // ms
	ended      float64
	connection int     // of the four-tuple, from 0
	early      float64 // ms before began at which it can already have been made
	failed     spec.Errno
	text       string
}

// The ways in which the lab wrote down what a host did. A call that blocks has a
// line "..." when it begins and a line "->" when it returns.
var (
	callLine   = regexp.MustCompile(`^([AB])\.(?:(close|exit|kill|shutdown_wr|shutdown_rd|shutdown_rdwr)|linger(\d+)_close)(| \.\.\.| -> .*)$`)
	sendLine   = regexp.MustCompile(`^([AB])\.send (\d+) bytes$`)
	beginLine  = regexp.MustCompile(`^([AB])\.(send|recv) \.\.\.$`)
	returnLine = regexp.MustCompile(`^([AB])\.(send|recv) -> (.*)$`)
	eofLine    = regexp.MustCompile(`^([AB]) read EOF$`)
	// The next connection between the same ports, by A where it is not said; of what was
	// accepted, close() with SO_LINGER 0 is what is called: like destroying it, but for
	// an error that nobody reads.
	connectLine = regexp.MustCompile(`^(?:([AB])[. ])?connect\b.*? (\.\.\.|-> (\S.*))$`)
	abortLine   = regexp.MustCompile(`^accepted; aborting it$`)
	killLine    = regexp.MustCompile(`^ss -K on ([AB])$`)
	icmpLine    = regexp.MustCompile(`(?i)^icmp .*unreach.* to ([AB])$`)
	darkLine    = regexp.MustCompile(`^([AB]) eth0 down$`)
	// What else is written down: losses, which the wire file has, the lab's own
	// waiting and looking, and what became of connections between other ports.
	otherLine = regexp.MustCompile(`^(rules: |plug: |unplug |wait [AB] |[AB] after |[AB] is |kill [AB] silently|\d+ connections end )`)
)

var simpleCalls = map[string]spec.Do{
	"close": spec.Close, "exit": spec.Exit, "kill": spec.Exit,
	"shutdown_wr": spec.ShutdownWR, "shutdown_rd": spec.ShutdownRD, "shutdown_rdwr": spec.ShutdownRDWR,
}

// connectKey is where a connect begins that has not returned.
const connectKey = "connect"

var errnoByName = map[string]spec.Errno{
	"EADDRNOTAVAIL": spec.EADDRNOTAVAIL, "ECONNREFUSED": spec.ECONNREFUSED,
	"ECONNRESET": spec.ECONNRESET, "EPIPE": spec.EPIPE, "ETIMEDOUT": spec.ETIMEDOUT, "ECONNABORTED": spec.ECONNABORTED, "EHOSTUNREACH": spec.EHOSTUNREACH,
}

// killTakes is how long ss -K runs before it has done its work (measured: the
// line is written up to 3 ms after the RST).
const killTakes = 10

func hostOf(side string) spec.Host {
	if side == "A" {
		return spec.Client
	}
	return spec.Server
}

// calls reads what the applications did.
func (f *labFiles) calls() (calls []labCall, notes []string, err error) {
	began := map[string]float64{}
	connector := spec.Client
	for _, e := range f.meta.Events {
		c := labCall{began: e.TMs, ended: e.TMs, text: e.What}
		switch m, is := []string(nil), func(r *regexp.Regexp) []string { return r.FindStringSubmatch(e.What) }; {
		case set(&m, is(callLine)):
			if strings.HasPrefix(m[4], " ->") {
				continue // it was made when it began
			}
			c.host, c.do = hostOf(m[1]), simpleCalls[m[2]]
			if m[3] != "" {
				n, err := strconv.ParseInt(m[3], 10, 16)
				if err != nil {
					return nil, nil, fmt.Errorf("event %q: %w", e.What, err)
				}
				c.do, c.linger = spec.Close, &n
			}
		case set(&m, is(sendLine)):
			c.host, c.do = hostOf(m[1]), spec.Send
			if c.bytes, err = strconv.Atoi(m[2]); err != nil {
				return nil, nil, fmt.Errorf("event %q: %w", e.What, err)
			}
		case set(&m, is(beginLine)):
			began[m[1]+m[2]] = e.TMs
			continue
		case set(&m, is(returnLine)):
			if t, ok := began[m[1]+m[2]]; ok {
				c.began = t
				delete(began, m[1]+m[2])
			}
			c.host = hostOf(m[1])
			if m[3] == "timed out" {
				continue // there was nothing to read
			}
			if err := c.returned(m[2], m[3]); err != nil {
				return nil, nil, fmt.Errorf("event %q: %w", e.What, err)
			}
		case set(&m, is(eofLine)):
			c.host, c.do = hostOf(m[1]), spec.ReadData
		case set(&m, is(connectLine)):
			if m[1] != "" {
				connector = hostOf(m[1])
			}
			if m[2] == "..." {
				began[connectKey] = e.TMs
				continue
			}
			if t, ok := began[connectKey]; ok {
				c.began = t
				delete(began, connectKey)
			}
			c.host, c.do, c.failed = connector, spec.Connect, errnoByName[m[3]]
		case set(&m, is(abortLine)):
			c.host, c.do = connector.Peer(), spec.Destroy
		case set(&m, is(killLine)):
			c.host, c.do, c.early = hostOf(m[1]), spec.Destroy, killTakes
		case set(&m, is(icmpLine)):
			c.host, c.do = hostOf(m[1]), spec.Unreachable
		case set(&m, is(darkLine)):
			c.host, c.do = hostOf(m[1]), spec.LinkDown
		case otherLine.MatchString(e.What):
			continue
		default:
			notes = append(notes, fmt.Sprintf("event %q is not known and was left out", e.What))
			continue
		}
		calls = append(calls, c)
	}
	return calls, notes, nil
}

// set stores a match and reports whether there is one.
func set(to *[]string, m []string) bool {
	*to = m
	return m != nil
}

// returned is the result of a call that blocks: a number of bytes, the bytes as
// the lab's language writes them, or an error.
func (c *labCall) returned(call, result string) error {
	errno, failed := errnoByName[result]
	c.failed = errno
	if call == "send" {
		c.do, c.bytes = spec.Send, 1
		if failed {
			return nil
		}
		n, err := strconv.Atoi(result)
		c.bytes = n
		return err
	}
	c.do = spec.ReadData // with 0: to the end, or to the error
	if failed {
		return nil
	}
	text, begins := strings.CutPrefix(result, "b'")
	text, ends := strings.CutSuffix(text, "'")
	if !begins || !ends {
		return fmt.Errorf("bytes b'…', a number or one of ECONNRESET, EPIPE, ETIMEDOUT is wanted behind ->")
	}
	c.bytes = len(escaped.ReplaceAllString(text, "."))
	return nil
}

// escaped is a byte that is not written as itself.
var escaped = regexp.MustCompile(`\\x[0-9a-f]{2}|\\.`)

func microseconds(ms float64) int64 {
	if ms < 0 {
		return -int64(-ms*1000 + 0.5)
	}
	return int64(ms*1000 + 0.5)
}
