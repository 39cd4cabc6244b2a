// Package vary reads which keys of a scenario take which values, and lists the
// combinations of them: all, or as many as it takes for all values of any few keys to
// meet.
//
//	a, err := vary.Parse("client.sysctl.net.ipv4.tcp_orphan_retries=0..8")
//	b, err := vary.Parse("client.rto=200ms..1s/200ms,2s")
//	for _, cell := range vary.Grid([]vary.Axis{a, b}) {
//		fmt.Println(vary.Settings([]vary.Axis{a, b}, cell)) // KEY=VALUE, as finwait check --set takes them
//	}
//
// Whether a key exists and takes the values is for package scenario to say.
package vary

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// MaxValues is how many values an axis may have.
const MaxValues = 100_000

// Axis is a key of a scenario with the values it takes, in the order of the
// expression, each once.
type Axis struct {
	Key    string   `json:"key"`
	Values []string `json:"values"`
}

// Parse reads KEY=VALUES. VALUES are separated by commas outside of brackets; each is a
// value as in a scenario file, or a range LO..HI or LO..HI/STEP of whole numbers (step
// 1) or of durations (which need a step).
func Parse(arg string) (Axis, error) {
	key, text, ok := strings.Cut(arg, "=")
	a := Axis{Key: strings.TrimSpace(key)}
	if !ok || a.Key == "" {
		return a, fmt.Errorf("%q: KEY=VALUES is wanted, such as client.rto=200ms,1s or network.loss=0..9", arg)
	}
	seen := map[string]bool{}
	for _, part := range split(text) {
		values, err := expand(part)
		if err != nil {
			return a, fmt.Errorf("%s: %w", a.Key, err)
		}
		for _, v := range values {
			if !seen[v] {
				a.Values = append(a.Values, v)
			}
			seen[v] = true
		}
		if len(a.Values) > MaxValues {
			return a, fmt.Errorf("%s: more than %d values; take a larger step", a.Key, MaxValues)
		}
	}
	return a, nil
}

// Fixed reads KEY=VALUE, the value as it stands.
func Fixed(arg string) (Axis, error) {
	key, value, ok := strings.Cut(arg, "=")
	if key = strings.TrimSpace(key); !ok || key == "" {
		return Axis{}, fmt.Errorf("%q: KEY=VALUE is wanted, such as client.rto=300ms", arg)
	}
	return Axis{key, []string{strings.TrimSpace(value)}}, nil
}

// ParseAll reads several, of different keys.
func ParseAll(args []string) ([]Axis, error) {
	var all []Axis
	for _, arg := range args {
		a, err := Parse(arg)
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(all, func(o Axis) bool { return o.Key == a.Key }) {
			return nil, fmt.Errorf("%s is varied twice; put all its values into one list", a.Key)
		}
		all = append(all, a)
	}
	return all, nil
}

// split cuts at commas outside of brackets and quotes.
func split(text string) []string {
	var parts []string
	depth, from := 0, 0
	quote := rune(0)
	for i, c := range text {
		switch {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case strings.ContainsRune("[{(", c):
			depth++
		case strings.ContainsRune("]})", c):
			depth--
		case c == ',' && depth == 0:
			parts = append(parts, text[from:i])
			from = i + 1
		}
	}
	return append(parts, text[from:])
}

func expand(part string) ([]string, error) {
	part = strings.TrimSpace(part)
	if part == "" {
		return nil, fmt.Errorf("an empty value; values are separated by single commas")
	}
	lo, rest, isRange := strings.Cut(part, "..")
	if !isRange || strings.ContainsAny(part, "[{\"'") {
		return []string{part}, nil
	}
	hi, step, stepped := strings.Cut(rest, "/")
	bad := func(why string) error {
		return fmt.Errorf("%q is no range: %s; LO..HI or LO..HI/STEP is wanted, such as 0..8 or 200ms..1s/100ms", part, why)
	}
	if a, err := strconv.ParseInt(lo, 10, 64); err == nil {
		b, err := strconv.ParseInt(hi, 10, 64)
		if err != nil {
			return nil, bad(fmt.Sprintf("%q is no whole number, and %q is one", hi, lo))
		}
		s := int64(1)
		if stepped {
			if s, err = strconv.ParseInt(step, 10, 64); err != nil {
				return nil, bad(fmt.Sprintf("the step %q is no whole number", step))
			}
		}
		return steps(a, b, s, bad, func(n int64) string { return strconv.FormatInt(n, 10) })
	}
	a, err := time.ParseDuration(lo)
	if err != nil {
		return nil, bad(fmt.Sprintf("%q is neither a whole number nor a duration", lo))
	}
	b, err := time.ParseDuration(hi)
	switch {
	case err != nil:
		return nil, bad(fmt.Sprintf("%q is no duration, and %q is one", hi, lo))
	case !stepped:
		return nil, bad("a range of durations needs a step")
	}
	s, err := time.ParseDuration(step)
	if err != nil {
		return nil, bad(fmt.Sprintf("the step %q is no duration", step))
	}
	if (a|b|s)%time.Duration(1000) != 0 && (a%1000 != 0 || b%1000 != 0 || s%1000 != 0) {
		return nil, bad("finer than a microsecond")
	}
	return steps(a.Microseconds(), b.Microseconds(), s.Microseconds(), bad, formatMicroseconds)
}

func steps(a, b, s int64, bad func(string) error, format func(int64) string) ([]string, error) {
	switch {
	case s <= 0:
		return nil, bad("the step must be positive")
	case b < a:
		return nil, bad("it ends before it begins")
	case (b-a)/s >= MaxValues:
		return nil, bad(fmt.Sprintf("more than %d values", MaxValues))
	}
	var all []string
	for v := a; v <= b; v += s {
		all = append(all, format(v))
	}
	return all, nil
}

// formatMicroseconds is a duration as scenario files spell it: 200ms, 1.5s, 60s.
func formatMicroseconds(us int64) string {
	for _, u := range []struct {
		name   string
		length int64
	}{{"s", 1_000_000}, {"ms", 1000}} {
		if us%u.length == 0 || us > u.length && us%(u.length/1000) == 0 {
			return strconv.FormatFloat(float64(us)/float64(u.length), 'f', -1, 64) + u.name
		}
	}
	return strconv.FormatInt(us, 10) + "us"
}

// Settings are the values of a cell as KEY=VALUE. A cell has one index into Values for
// each axis.
func Settings(axes []Axis, cell []int) []string {
	all := make([]string, len(axes))
	for i, a := range axes {
		all[i] = a.Key + "=" + a.Values[cell[i]]
	}
	return all
}

// Grid lists all combinations, the last axis fastest.
func Grid(axes []Axis) [][]int {
	cells := [][]int{{}}
	for _, a := range axes {
		var next [][]int
		for _, c := range cells {
			for v := range a.Values {
				next = append(next, append(slices.Clip(c), v))
			}
		}
		cells = next
	}
	return cells
}

// Size is the number of combinations, at most limit + 1.
func Size(axes []Axis, limit int) int {
	n := 1
	for _, a := range axes {
		if len(a.Values) > 0 && n > limit/len(a.Values) {
			return limit + 1
		}
		n *= len(a.Values)
	}
	return n
}
