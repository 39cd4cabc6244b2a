package wire

import (
	"bufio"
	"fmt"
	"io"
	"math"
	"regexp"
	"strconv"
	"strings"

	"github.com/finwait/finwait/spec"
)

var (
	sysctlLine = regexp.MustCompile("^`sysctl -q((?: [a-z0-9_.]+=[^ `]+)+)`$")
	timedLine  = regexp.MustCompile(`^\+(\d+(?:\.\d{1,6})?)(?:~\+(\d+(?:\.\d{1,6})?))? (.+)$`)
	packetLine = regexp.MustCompile(`^([<>]) ([SFRP.]+) (\d+):(\d+)\((\d+)\)(?: ack (\d+))?(?: win (\d+))?(?: <([^>]*)>)?$`)
	callLine   = regexp.MustCompile(`^[a-z0-9]+\(.*\) = (?:-1 E[A-Z]+|\d+)$`)
)

// ReadScript reads the subset of packetdrill's language that Script.Write writes.
// Anything else is an error that names its line.
func ReadScript(r io.Reader) (Script, error) {
	var s Script
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		text := lines.Text()
		switch m := sysctlLine.FindStringSubmatch(text); {
		case strings.HasPrefix(text, "//"):
			s.About = append(s.About, strings.TrimPrefix(strings.TrimPrefix(text, "//"), " "))
		case m != nil:
			for _, word := range strings.Fields(m[1]) {
				name, value, _ := strings.Cut(word, "=")
				s.Sysctls = append(s.Sysctls, Sysctl{name, value})
			}
		default:
			l, err := readLine(text)
			if err != nil {
				return s, fmt.Errorf("script, line %d: %w", n, err)
			}
			s.Lines = append(s.Lines, l)
		}
	}
	return s, lines.Err()
}

func readLine(text string) (l Line, err error) {
	m := timedLine.FindStringSubmatch(text)
	if m == nil {
		return l, fmt.Errorf("%q: a comment, sysctls, or +SECONDS and what happens then is wanted", text)
	}
	if l.Earliest, err = readTime(m[1]); err != nil {
		return l, err
	}
	l.Latest = l.Earliest
	if m[2] != "" {
		if l.Latest, err = readTime(m[2]); err != nil {
			return l, err
		}
	}
	if l.Latest < l.Earliest {
		return l, fmt.Errorf("the range ends before it begins: %q", text)
	}
	if callLine.MatchString(m[3]) {
		l.Kind, l.Call = Call, m[3]
		return l, nil
	}
	p := packetLine.FindStringSubmatch(m[3])
	if p == nil {
		return l, fmt.Errorf("%q is neither a call with its result nor a segment", m[3])
	}
	return l, l.readSegment(p)
}

func readTime(text string) (int64, error) {
	seconds, err := strconv.ParseFloat(text, 64)
	if err != nil || seconds > float64(math.MaxInt32) {
		return 0, fmt.Errorf("%s is no time in seconds", text)
	}
	return int64(math.Round(seconds * float64(spec.Second))), nil
}

// readSegment takes what packetLine matched.
func (l *Line) readSegment(p []string) error {
	l.Kind = Out
	if p[1] == "<" {
		l.Kind = In
	}
	for _, f := range flagLetters {
		if strings.IndexByte(p[2], f.letter) >= 0 {
			l.Segment.Flags |= f.flag
		}
	}
	number := func(text string) (uint32, error) {
		n, err := strconv.ParseUint(text, 10, 32)
		if err != nil || int32(n) < math.MinInt8 || int32(n) > math.MaxInt8 {
			return 0, fmt.Errorf("%s is not a number near the initial one", text)
		}
		return uint32(n), nil
	}
	begin, err := number(p[3])
	if err != nil {
		return err
	}
	end, err := number(p[4])
	if err != nil {
		return err
	}
	if length := strconv.FormatUint(uint64(end-begin), 10); length != p[5] {
		return fmt.Errorf("%s:%s is not %s bytes", p[3], p[4], p[5])
	}
	l.Segment.Seq, l.Segment.Len = spec.Seq(begin), uint8(end-begin)
	if l.Segment.Has(spec.ACK) != (p[6] != "") {
		return fmt.Errorf("flags %s and ack %q contradict each other", p[2], p[6])
	}
	if p[6] != "" {
		ack, err := number(p[6])
		if err != nil {
			return err
		}
		l.Segment.Ack = spec.Seq(ack)
	}
	if l.Kind == In {
		if l.Window, err = strconv.Atoi(p[7]); err != nil {
			return fmt.Errorf("an injected segment wants its window: win N")
		}
	}
	l.Options = p[8]
	if want := flagText(l.Segment); want != p[2] {
		return fmt.Errorf("flags %s; for such a segment they are written %s", p[2], want)
	}
	return nil
}
