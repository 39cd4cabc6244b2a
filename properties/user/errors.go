package user

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"
	"github.com/google/cel-go/cel"
)

// Error is a mistake in a definition.
type Error struct {
	Key         string // of the definition: always, within, …; "" for all of it
	Offset      int    // in characters from the beginning of the expression
	Found, Want string
}

func (e *Error) Error() string { return fmt.Sprintf("%s: found %s, want %s", e.Key, e.Found, e.Want) }

// suggest is what would do in place of a name.
func suggest(name string, known []string) string {
	near := slices.MinFunc(known, func(a, b string) int {
		return levenshtein.ComputeDistance(name, a) - levenshtein.ComputeDistance(name, b)
	})
	const list = "what finwait explain variables lists"
	if levenshtein.ComputeDistance(name, near) > max(2, len(name)/3) {
		return list
	}
	return near + " (the nearest name), or " + list
}

var (
	assignment = regexp.MustCompile(`[^=!<>]=[^=]`)
	word       = regexp.MustCompile(`(?i)\b(and|or|not)\b`)
	overload   = regexp.MustCompile(`^found no matching overload for '(.*)' applied to '\((.*)\)'`)
	quotedName = regexp.MustCompile(`["']([A-Za-z0-9_]+)["']`)
)

// syntaxError says what the parser met, and what was probably meant.
func syntaxError(text string, issues *cel.Issues) *Error {
	first := issues.Errors()[0]
	message, _, _ := strings.Cut(strings.TrimPrefix(first.Message, "Syntax error: "), " expecting ")
	e := &Error{Offset: max(0, first.Location.Column()), Found: "bad CEL (" + message + ")", Want: "a condition such as client.state == TIME_WAIT"}
	words := map[string]string{"and": "&&", "or": "||", "not": "!"}
	switch at := assignment.FindStringIndex(text); {
	case at != nil:
		e.Offset, e.Want = len([]rune(text[:at[0]]))+1, "== for a comparison"
	case word.MatchString(text):
		at := word.FindStringIndex(text)
		w := text[at[0]:at[1]]
		e.Offset, e.Want = len([]rune(text[:at[0]])), words[strings.ToLower(w)]+" for "+w
	}
	return e
}

// typeError says which types do not go together.
func typeError(text string, issues *cel.Issues) *Error {
	first := issues.Errors()[0]
	e := &Error{Offset: max(0, first.Location.Column()), Found: first.Message, Want: "operands that go together; finwait explain variables lists the types"}
	m := overload.FindStringSubmatch(first.Message)
	if m == nil {
		return e
	}
	e.Found = fmt.Sprintf("a type error: %s between %s", operators[m[1]], strings.ReplaceAll(m[2], ", ", " and "))
	if q := quotedName.FindStringSubmatch(text); q != nil {
		for _, c := range Constants() {
			if c.Name == q[1] {
				e.Want = q[1] + " without quotes"
			}
		}
	}
	return e
}
