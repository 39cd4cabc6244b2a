package scenario

import (
	"fmt"
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"
)

// Error is a mistake in a scenario, an override or a sysctl file: where it is,
// what was found there and what would do instead.
type Error struct {
	Source string // what kind of input: "scenario", "sysctl", "--set", "--host"
	File   string // the file, or the text of the override
	Line   int    // from 1; 0 when the whole input is meant
	Column int    // from 1; 0 when the whole line is meant
	Key    string // for instance client.app[1].within
	Found  string
	Want   string
	Text   string // the offending line, "" when there is none
	Err    error  // the cause, when there is one below
}

// Summary is the error in one line, for instance
//
//	scenario my.yaml:7: client.rto: found 204 (a number without unit), want a duration such as 204ms
func (e *Error) Summary() string {
	var b strings.Builder
	b.WriteString(e.Source)
	if e.File != "" {
		fmt.Fprintf(&b, " %s", printable(e.File))
	}
	if e.Line > 0 {
		fmt.Fprintf(&b, ":%d", e.Line)
	}
	b.WriteString(": ")
	// "--set client.rto=204" names the key already.
	if e.Key != "" && !strings.HasPrefix(e.File, e.Key+"=") {
		fmt.Fprintf(&b, "%s: ", printable(e.Key))
	}
	fmt.Fprintf(&b, "found %s", e.Found)
	if e.Want != "" {
		fmt.Fprintf(&b, ", want %s", e.Want)
	}
	return b.String()
}

// Error is the summary, followed by the offending line with a caret.
func (e *Error) Error() string {
	if e.Text == "" || e.Line == 0 {
		return e.Summary()
	}
	text, column := []rune(e.Text), e.Column-1
	const widest = 100
	if len(text) > widest {
		from := min(max(column-widest/2, 0), len(text)-widest)
		text, column = text[from:from+widest], column-from
	}
	number := fmt.Sprintf("%5d | ", e.Line)
	s := e.Summary() + "\n" + number + printable(string(text))
	if column >= 0 && column <= len(text) {
		s += "\n" + strings.Repeat(" ", len(number)+column) + "^"
	}
	return s
}

// Unwrap is the cause.
func (e *Error) Unwrap() error { return e.Err }

// in puts the error inside a key: "within" in "app[1]" is "app[1].within".
func (e *Error) in(key string) *Error {
	switch {
	case e == nil || key == "":
	case e.Key == "":
		e.Key = key
	case strings.HasPrefix(e.Key, "["):
		e.Key = key + e.Key
	default:
		e.Key = key + "." + e.Key
	}
	return e
}

// printable keeps messages on one line and terminals sane; each control
// character becomes one other character, so that columns stay where they are.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t':
			return ' '
		case r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0 || r == 0x2028 || r == 0x2029:
			return '\uFFFD'
		default:
			return r
		}
	}, s)
}

// nearest is the candidate that s is most likely a misspelling of; "" when none
// comes close.
func nearest(s string, candidates []string) string {
	best, least := "", 1+max(2, len(s)/3)
	short := strings.ToLower(s[:min(len(s), 100)]) // what is longer is far from every name anyway
	for _, c := range candidates {
		if c == "net.ipv4."+s || c == "net.ipv4.tcp_"+s {
			return c
		}
		if d := levenshtein.ComputeDistance(short, strings.ToLower(c)); d < least {
			best, least = c, d
		}
	}
	return best
}

// oneOf lists what would do, the name nearest to s first.
func oneOf(s string, candidates []string) string {
	if len(candidates) == 1 {
		return candidates[0]
	}
	n := nearest(s, candidates)
	if n == "" {
		return "one of: " + strings.Join(candidates, ", ")
	}
	others := slices.DeleteFunc(slices.Clone(candidates), func(c string) bool { return c == n })
	return fmt.Sprintf("%s (the nearest name), or one of: %s", n, strings.Join(others, ", "))
}
