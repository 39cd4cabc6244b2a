package report

import (
	"fmt"

	"github.com/dustin/go-humanize"

	"github.com/finwait/finwait/cmd/finwait/judge"
)

// population writes how many connections there can be, and where they wait.
func (p *printer) population(f *judge.Population) {
	if f == nil {
		return
	}
	rate := "any number of connections per second: no port is busy longer than its connection"
	if f.MaxRate != nil {
		rate = fmt.Sprintf("at most %s connections per second: %s ports, each busy for %s", humanize.Comma(*f.MaxRate), humanize.Comma(f.Ports), length(&f.Busy))
	}
	p.item("·", "to the service", rate)
	p.item("·", "asked for", fmt.Sprintf("%s connections per second, which want %s ports", humanize.Comma(f.Rate), humanize.Comma(f.PortsWanted)))
	p.item("·", "TIME_WAIT is on the "+f.TimeWaitOn, fmt.Sprintf("up to %s at a time, of %s buckets", humanize.Comma(f.TimeWaitWanted), humanize.Comma(f.Buckets)))
}
