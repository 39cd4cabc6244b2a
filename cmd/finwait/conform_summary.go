package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/finwait/finwait/cmd/finwait/conform"
)

// summary counts, by kind, what was compared with the model and what agrees.
type summary struct {
	compared, agree map[string]int
}

func newSummary() summary { return summary{map[string]int{}, map[string]int{}} }

func (s summary) add(kind string, compared, agree int) {
	s.compared[kind] += compared
	s.agree[kind] += agree
}

// total is the number of comparisons.
func (s summary) total() (n int) {
	for _, compared := range s.compared {
		n += compared
	}
	return n
}

func (s summary) write(w io.Writer) error {
	var b strings.Builder
	row := func(kind string, compared, agree any) { fmt.Fprintf(&b, "%-38s  %8v  %6v\n", kind, compared, agree) }
	row("the linux profile and what was seen", "compared", "agree")
	for _, kind := range conform.Kinds {
		if n := s.compared[kind]; n > 0 {
			row(kind, n, s.agree[kind])
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}
