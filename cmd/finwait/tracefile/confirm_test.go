package tracefile

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/finwait/finwait/checker"
)

// is makes conditions on traces whose states are letters.
func is(letters string) func(byte) bool {
	return func(s byte) bool {
		for i := range letters {
			if letters[i] == s {
				return true
			}
		}
		return false
	}
}

func TestConfirm(t *testing.T) {
	type property = checker.Property[byte]
	unlike := func(from byte, _ checker.Event, _ checker.Label, to byte) bool { return from != to }
	after := func(letter byte) func(byte, checker.Event, checker.Label, byte) bool {
		return func(from byte, _ checker.Event, _ checker.Label, _ byte) bool { return from == letter }
	}
	for _, c := range []struct {
		name   string
		p      property
		states string // one second apart
		loop   int
		end    int64 // seconds
		want   string
	}{
		{"always", property{Kind: checker.Always, Goal: is("ab")}, "abc", -1, 2, ""},
		{"always holds", property{Kind: checker.Always, Goal: is("abc")}, "abc", -1, 2, "not violated"},
		{"always unguarded", property{Kind: checker.Always, From: is("a"), Goal: is("ab")}, "abc", -1, 2, "not violated"},
		{"step", property{Kind: checker.StepAlways, Step: unlike}, "abb", -1, 2, ""},
		{"step holds", property{Kind: checker.StepAlways, Step: unlike}, "aab", -1, 2, "not violated"},
		{"step unguarded", property{Kind: checker.StepAlways, Guard: after('a'), Step: unlike}, "abb", -1, 2, "does not speak"},
		{"no step", property{Kind: checker.StepAlways, Step: unlike}, "a", -1, 0, "has none"},
		{"goal", property{Kind: checker.Reachable, Goal: is("c")}, "abc", -1, 2, ""},
		{"goal passed", property{Kind: checker.Reachable, Goal: is("b")}, "abc", -1, 2, "does not hold in the last"},
		{"eventually", property{Kind: checker.Eventually, Goal: is("z")}, "abc", 2, 2, ""},
		{"eventually, before the loop", property{Kind: checker.Eventually, Goal: is("a")}, "abc", 2, 2, "after 0 steps"},
		{"eventually, no loop", property{Kind: checker.Eventually, Goal: is("z")}, "abc", -1, 2, "finite"},
		{"leads-to", property{Kind: checker.LeadsTo, From: is("b"), Goal: is("a")}, "abc", 2, 2, ""},
		{"leads-to answered", property{Kind: checker.LeadsTo, From: is("b"), Goal: is("c")}, "abcd", 3, 3, "answered"},
		{"leads-to answered next round", property{Kind: checker.LeadsTo, From: is("c"), Goal: is("b")}, "abcbc", 1, 4, "answered"},
		{"leads-to never asked", property{Kind: checker.LeadsTo, From: is("z"), Goal: is("y")}, "abc", 2, 2, "answered"},
		{"leads-to, no loop", property{Kind: checker.LeadsTo, Goal: is("z")}, "abc", -1, 2, "finite"},
		{"within", property{Kind: checker.Within, From: is("b"), Goal: is("d"), Bound: 1e6}, "abcd", -1, 3, ""},
		{"within answered", property{Kind: checker.Within, From: is("b"), Goal: is("d"), Bound: 2e6}, "abcd", -1, 3, "always answered"},
		{"within, at the end", property{Kind: checker.Within, From: is("c"), Goal: is("d"), Bound: 2e6}, "abc", -1, 5, ""},
		{"within, for ever", property{Kind: checker.Within, From: is("c"), Goal: is("d"), Bound: 2e6}, "abc", 2, 2, ""},
		{"never-after", property{Kind: checker.NeverAfter, From: is("a"), Goal: is("c")}, "abc", -1, 2, ""},
		{"never-after, at once", property{Kind: checker.NeverAfter, From: is("c"), Goal: is("c")}, "abc", -1, 2, ""},
		{"never-after, not before", property{Kind: checker.NeverAfter, From: is("z"), Goal: is("c")}, "abc", -1, 2, "nothing before"},
		{"never-after, not last", property{Kind: checker.NeverAfter, From: is("a"), Goal: is("b")}, "abc", -1, 2, "does not happen"},
		{"stays", property{Kind: checker.StaysAtMost, From: is("bc"), Bound: 1e6}, "abcd", -1, 3, ""},
		{"stays short", property{Kind: checker.StaysAtMost, From: is("bc"), Bound: 2e6}, "abcd", -1, 3, "no stay"},
		{"stays twice", property{Kind: checker.StaysAtMost, From: is("b"), Bound: 1e6}, "abab", -1, 4, "no stay"},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.p.Name = "p"
			trace := checker.Trace[byte]{Mode: checker.Exact, Init: c.states[0], Loop: c.loop, End: c.end * 1e6}
			for i := range c.states[1:] {
				trace.Steps = append(trace.Steps, checker.Step[byte]{At: int64(i+1) * 1e6, State: c.states[i+1]})
			}
			if err := Confirm(c.p, trace); c.want == "" {
				require.NoError(t, err)
			} else {
				require.ErrorContains(t, err, c.want)
			}
		})
	}
}
