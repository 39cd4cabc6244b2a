package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/finwait/finwait/cmd/finwait/picture"
	"github.com/finwait/finwait/properties/user"
)

// terms is a flag that takes variables and expressions, separated by commas; those inside
// of brackets belong to an expression. Given again it adds.
type terms struct {
	all   []string
	given bool
}

func (t *terms) String() string { return strings.Join(t.all, ", ") }
func (t *terms) Type() string   { return "TERMS" }
func (t *terms) Set(s string) error {
	var all []string
	depth, from := 0, 0
	for i, r := range s {
		switch r {
		case '(', '[':
			depth++
		case ')', ']':
			depth--
		case ',':
			if depth == 0 {
				all = append(all, strings.TrimSpace(s[from:i]))
				from = i + 1
			}
		}
	}
	all = append(all, strings.TrimSpace(s[from:]))
	if slices.Contains(all, "") {
		return errors.New("variables or expressions are wanted, separated by commas, such as client.state,server.state")
	}
	if t.given {
		all = append(t.all, all...)
	}
	t.all, t.given = all, true
	return nil
}

// byError says what is wrong with --by.
func byError(err error) error {
	var unknown picture.Unknown
	if errors.As(err, &unknown) {
		all := picture.Variables()
		// Most have one name for either host.
		short := slices.DeleteFunc(slices.Clone(all), func(s string) bool { return strings.HasPrefix(s, "server.") })
		return fmt.Errorf("--by: %w%s; there are, with server. too, %s", err, didYouMean(unknown.Name, all), strings.Join(short, ", "))
	}
	var mistake *user.Error
	if errors.As(err, &mistake) {
		return fmt.Errorf("--by: character %d of %q: found %s, want %s", mistake.Offset+1, mistake.Key, mistake.Found, mistake.Want)
	}
	return fmt.Errorf("--by: %w", err)
}
