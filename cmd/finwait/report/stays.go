package report

import (
	"fmt"
	"time"

	"github.com/finwait/finwait/cmd/finwait/judge"
)

// stays writes how long the hosts stay in their states, without the states that
// nothing comes to.
func (p *printer) stays(stays []judge.Stay) {
	for _, s := range stays {
		what := "until both are CLOSED"
		if s.Host != "" {
			what = s.Host + " in " + s.State
		}
		switch {
		case s.Reason != "":
			fmt.Fprintf(&p.b, "  stay  %-*s unknown, %s\n", nameWidth, what, WhyUnknown(s.Reason))
		case s.Reached:
			fmt.Fprintf(&p.b, "  stay  %-*s %s to %s\n", nameWidth, what, length(s.Min), length(s.Max))
		}
	}
}

// length is a time in words; nil is for ever.
func length(us *int64) string {
	if us == nil {
		return "for ever"
	}
	return (time.Duration(*us) * time.Microsecond).String()
}
