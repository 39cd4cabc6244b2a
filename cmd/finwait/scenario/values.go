package scenario

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/finwait/finwait/spec"
)

// maxDuration is a week, in microseconds: what a scenario can say of time.
const maxDuration = 7 * 24 * 3600 * spec.Second

// forever is the word for a deadline that never comes.
const forever = "forever"

var units = []struct {
	name string
	us   int64
}{{"us", 1}, {"ms", spec.Millisecond}, {"s", spec.Second}, {"m", 60 * spec.Second}, {"h", 3600 * spec.Second}}

var (
	wholeNumber  = regexp.MustCompile(`^-?(0|[1-9][0-9]*)$`)
	durationForm = regexp.MustCompile(`^([0-9]+)(?:\.([0-9]+))?([^0-9.]+)`)
	barelyNumber = regexp.MustCompile(`^-?[0-9][0-9_]*(\.[0-9]+)?$`)
)

// duration reads a length of time in microseconds, at least lo. example is what
// the message offers instead.
func (n *node) duration(lo int64, example string) (int64, *Error) {
	want := "a duration such as " + example
	switch {
	case n.kind == intNode && n.text == "0":
		// 0 needs no unit
	case n.kind == intNode || n.kind == floatNode:
		if strings.HasPrefix(n.text, "-") {
			return 0, n.fail(n.text+" (a negative number)", want)
		}
		return 0, n.fail(n.text+" (a number without unit)", want)
	case n.kind != textNode:
		return 0, n.wants(want)
	}
	d, flaw := parseDuration(n.text)
	if flaw != "" {
		return 0, n.fail(fmt.Sprintf("%q (%s)", shorten(n.text), flaw), want)
	}
	if d < lo {
		return 0, n.fail(n.text, fmt.Sprintf("at least %s, for instance %s", formatDuration(lo), example))
	}
	return d, nil
}

// parseDuration reads "204ms", "1.5s" or "1m30s" exactly. The flaw is "" when it
// can be read.
func parseDuration(s string) (us int64, flaw string) {
	switch s {
	case "":
		return 0, "not a number with a unit"
	case "0":
		return 0, ""
	}
	if strings.HasPrefix(s, "-") {
		return 0, "negative"
	}
	if barelyNumber.MatchString(s) {
		return 0, "a number without unit"
	}
	for s != "" {
		m := durationForm.FindStringSubmatch(s)
		if m == nil {
			return 0, "not a number with a unit"
		}
		part, flaw := durationPart(m[1], strings.TrimRight(m[2], "0"), m[3])
		if flaw != "" {
			return 0, flaw
		}
		if us += part; us > maxDuration {
			return 0, "longer than a week"
		}
		s = s[len(m[0]):]
	}
	return us, ""
}

func durationPart(whole, fraction, unit string) (us int64, flaw string) {
	var length int64
	for _, u := range units {
		if u.name == unit {
			length = u.us
		}
	}
	switch {
	case unit == "ns":
		return 0, "finer than a microsecond"
	case length == 0:
		return 0, fmt.Sprintf("%q is no unit; there are us, ms, s, m and h", shorten(unit))
	}
	n, err := strconv.ParseInt(whole, 10, 64)
	if err != nil || n > maxDuration/length {
		return 0, "longer than a week"
	}
	us = n * length
	for _, digit := range fraction {
		if length%10 != 0 {
			return 0, "finer than a microsecond"
		}
		length /= 10
		us += int64(digit-'0') * length
	}
	return us, ""
}

// formatDuration is the inverse of parseDuration: 204ms, 1.5s, 29.999999s.
func formatDuration(us int64) string {
	unit, length := "s", spec.Second
	switch {
	case us == 0:
		return "0s"
	case us < spec.Millisecond:
		unit, length = "us", 1
	case us < spec.Second:
		unit, length = "ms", spec.Millisecond
	}
	s := strconv.FormatInt(us/length, 10)
	if rest := us % length; rest != 0 {
		digits := len(strconv.FormatInt(length, 10)) - 1
		s += "." + strings.TrimRight(fmt.Sprintf("%0*d", digits, rest), "0")
	}
	return s + unit
}

// window reads [min, max], or one duration for both.
func (n *node) window(example string) (w [2]int64, err *Error) {
	if n.kind != listNode {
		d, err := n.duration(0, example)
		if err != nil {
			err.Want = fmt.Sprintf("[min, max] such as [%s, %s], or one duration for both", example, example)
		}
		return [2]int64{d, d}, err
	}
	if len(n.items) != 2 {
		return w, n.fail(fmt.Sprintf("a list of %d", len(n.items)), fmt.Sprintf("[min, max] such as [%s, %s]", example, example))
	}
	for i := range w {
		if w[i], err = n.items[i].duration(0, example); err != nil {
			return w, err.in(fmt.Sprintf("[%d]", i))
		}
	}
	if w[0] > w[1] {
		return w, n.fail(formatWindow(w), "the shorter first: "+formatWindow([2]int64{w[1], w[0]}))
	}
	return w, nil
}

func formatWindow(w [2]int64) string {
	return fmt.Sprintf("[%s, %s]", formatDuration(w[0]), formatDuration(w[1]))
}

// number reads a whole number between lo and hi; unit is for messages.
func (n *node) number(lo, hi int64, unit string) (int64, *Error) {
	want := fmt.Sprintf("a whole number%s from %d to %d", unit, lo, hi)
	if n.kind != intNode {
		if n.kind == textNode && barelyNumber.MatchString(n.text) {
			return 0, n.fail(fmt.Sprintf("%q (a text, or too large)", shorten(n.text)), want)
		}
		return 0, n.wants(want)
	}
	if !wholeNumber.MatchString(n.text) {
		return 0, n.fail(n.text+" (not a plain decimal number)", want)
	}
	v, e := strconv.ParseInt(n.text, 10, 64)
	if e != nil || v < lo || v > hi {
		return 0, n.fail(n.text, want)
	}
	return v, nil
}

// yes reads true or false.
func (n *node) yes() (bool, *Error) {
	if n.kind != boolNode {
		return false, n.wants("true or false")
	}
	return n.text == "true", nil
}

// word reads one of the words.
func (n *node) word(words []string) (string, *Error) {
	if n.kind == textNode && slices.Contains(words, n.text) {
		return n.text, nil
	}
	return "", n.wants(oneOf(n.text, words))
}

// is reports whether the value is this very word.
func (n *node) is(word string) bool { return n.kind == textNode && n.text == word }

// hostWord reads client or server.
func (n *node) hostWord() (spec.Host, *Error) {
	w, err := n.word([]string{spec.Client.String(), spec.Server.String()})
	if w == spec.Server.String() {
		return spec.Server, err
	}
	return spec.Client, err
}

// each calls f for the entries of a map with these names; every other name is an
// error.
func (n *node) each(names []string, f func(name string, value *node) *Error) *Error {
	if n.kind != mapNode {
		return n.wants(fmt.Sprintf("a map with %s", strings.Join(names, ", ")))
	}
	for _, entry := range n.fields {
		if !slices.Contains(names, entry.name) {
			return unknownKey(entry, names)
		}
		if err := f(entry.name, entry.value); err != nil {
			return err.in(entry.name)
		}
	}
	return nil
}

func unknownKey(f field, names []string) *Error {
	return f.place.fail("an unknown key", oneOf(f.name, names)).in(shorten(f.name))
}
