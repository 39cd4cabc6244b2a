package report

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/dustin/go-humanize"

	"github.com/finwait/finwait/cmd/finwait/judge"
)

// Line is a text under a name.
type Line struct{ Name, Text string }

// PopulationLines say how many connections there can be, and where they wait.
func PopulationLines(f *judge.Population) []Line {
	if f == nil {
		return nil
	}
	rate := "any number of connections per second: no port is busy longer than its connection"
	if f.MaxRate != nil {
		rate = fmt.Sprintf("at most %s connections per second: %s ports, each busy for %s", humanize.Comma(*f.MaxRate), humanize.Comma(f.Ports), length(&f.Busy))
	}
	return []Line{
		{"to the service", rate},
		{"asked for", fmt.Sprintf("%s connections per second, which want %s ports", humanize.Comma(f.Rate), humanize.Comma(f.PortsWanted))},
		{"TIME_WAIT is on the " + f.TimeWaitOn, fmt.Sprintf("%s of %s buckets are wanted at a time", humanize.Comma(f.BucketsWanted), humanize.Comma(f.Buckets))},
	}
}

func (p *printer) population(f *judge.Population) {
	for _, l := range PopulationLines(f) {
		p.item("·", l.Name, l.Text)
	}
}

// CourseText is a run as a table, of both destinations together.
func CourseText(steps []judge.CourseStep) []byte {
	if len(steps) == 0 {
		return nil
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "    %-12s %-32s %5s %8s %11s\n", "time", "what happens", "open", "orphans", "buckets")
	for _, c := range steps {
		s := c.State
		var orphans, buckets uint8 // of both hosts
		for d := range s.Open {
			orphans += s.Orphans[d] + s.LastAck[d]
			buckets += s.Half[d] + s.Young[d] + s.Old[d] + s.Wait[d]
		}
		line := fmt.Sprintf("    %-12v %-32s %5d %8d %11d  %s", c.At, c.Event, s.Open[0]+s.Open[1], orphans, buckets, s.Trouble())
		b.WriteString(strings.TrimRight(line, " ") + "\n")
	}
	return b.Bytes()
}

// writeCourse writes the run of an outcome with what it is about.
func writeCourse(w io.Writer, s judge.Scenario, o judge.Outcome) error {
	_, err := fmt.Fprintf(w, "%s is %s: %s\nscenario %s, profile %s: %s\n\n%s", o.Property, o.Verdict, o.About.Claim, s.Name, s.Profile, o.Reason, CourseText(o.Course))
	return err
}
