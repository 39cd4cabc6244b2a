package sweep

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/finwait/finwait/cmd/finwait/judge"
	"github.com/finwait/finwait/spec"
)

// column is something of a cell that a table shows: a property, "states", "seconds",
// "stay:teardown", "stay:HOST.STATE" (the longest), "shortest:HOST.STATE",
// "fins:HOST", the most copies of its FIN that a host sends, or of a population
// "max-rate", "ports-wanted" and "buckets-wanted".
type column struct {
	name, what string
	host       spec.Host
	state      string
}

// parseColumn reads a name; user are properties that are not in the catalogue.
func parseColumn(name string, user []string) (column, error) {
	c := column{name: name}
	var rest string
	var ok bool
	c.what, rest, ok = strings.Cut(name, ":")
	host, state, _ := strings.Cut(rest, ".")
	hosts := []string{spec.Client.String(), spec.Server.String()}
	bad := fmt.Errorf("column %q: a property, states, seconds, stay:teardown, stay:HOST.STATE, shortest:HOST.STATE, fins:HOST, or of a population max-rate, ports-wanted or buckets-wanted is wanted, such as stay:client.FIN_WAIT_1", name)
	switch {
	case !ok && (name == "states" || name == "seconds"):
		return c, nil
	case populationColumns[name] != nil:
		return c, nil
	case !ok:
		c.what = "property"
		if !judge.Known(name) && !slices.Contains(user, name) {
			return c, bad
		}
		return c, nil
	case (c.what == "stay" || c.what == "shortest") && rest == "teardown":
		return c, nil
	case !slices.Contains(hosts, host):
		return c, bad
	}
	c.host = spec.Host(slices.Index(hosts, host))
	switch {
	case c.what == "fins" && state == "":
		return c, nil
	case c.what != "stay" && c.what != "shortest":
		return c, bad
	}
	if !slices.ContainsFunc(spec.ConnStates(), func(s spec.ConnState) bool { return s.String() == state }) {
		return c, bad
	}
	c.state = state
	return c, nil
}

// populationColumns read the figures of a population; ok is false without a limit.
var populationColumns = map[string]func(p judge.Population) (n int64, ok bool){
	"max-rate": func(p judge.Population) (int64, bool) {
		if p.MaxRate == nil {
			return 0, false
		}
		return *p.MaxRate, true
	},
	"ports-wanted":   func(p judge.Population) (int64, bool) { return p.PortsWanted, true },
	"buckets-wanted": func(p judge.Population) (int64, bool) { return p.BucketsWanted, true },
}

// text is what a cell shows in the column.
func (c column) text(cell Cell) string {
	if !cell.Judged() {
		return "-"
	}
	switch c.what {
	case "states":
		return strconv.Itoa(cell.States)
	case "seconds":
		return fmt.Sprintf("%.3f", cell.Seconds)
	case "fins":
		if len(cell.FINs) == 0 {
			return "?"
		}
		return strconv.Itoa(cell.FINs[c.host])
	case "stay", "shortest":
		us, ok, why := c.stay(cell)
		switch {
		case why != "":
			return why
		case !ok:
			return "for ever"
		}
		return duration(us)
	}
	if figure := populationColumns[c.name]; figure != nil {
		if cell.Population == nil {
			return "-"
		}
		if n, ok := figure(*cell.Population); ok {
			return strconv.FormatInt(n, 10)
		}
		return "no limit"
	}
	o := cell.outcome(c.name)
	switch {
	case o == nil:
		return "-"
	case o.Goal && o.Verdict == "holds":
		return "reached"
	case o.Goal && o.Verdict == "violated":
		return "not reached"
	case o.Verdict == "holds" && o.Vacuous:
		return "holds (vacuously)"
	}
	return o.Verdict
}

// number is what a cell has in the column, for charts: verdicts are 1 for holds, 0 for
// violated; stays are seconds. ok is false where there is none, as for ever.
func (c column) number(cell Cell) (n float64, ok bool) {
	if !cell.Judged() {
		return 0, false
	}
	switch c.what {
	case "states":
		return float64(cell.States), true
	case "seconds":
		return cell.Seconds, true
	case "fins":
		if len(cell.FINs) == 0 {
			return 0, false
		}
		return float64(cell.FINs[c.host]), true
	case "stay", "shortest":
		us, ok, why := c.stay(cell)
		return float64(us) / 1e6, ok && why == ""
	}
	if figure := populationColumns[c.name]; figure != nil {
		if cell.Population == nil {
			return 0, false
		}
		n, ok := figure(*cell.Population)
		return float64(n), ok
	}
	o := cell.outcome(c.name)
	if o == nil || o.Verdict == "unknown" {
		return 0, false
	}
	if o.Verdict == "holds" {
		return 1, true
	}
	return 0, true
}

// stay is a time in microseconds; ok is false for ever, why tells that there is none.
func (c column) stay(cell Cell) (us int64, ok bool, why string) {
	i := slices.IndexFunc(cell.Stays, func(s judge.Stay) bool {
		return s.State == c.state && (c.state == "" || s.Host == c.host.String())
	})
	if i < 0 {
		return 0, false, "?"
	}
	s := cell.Stays[i]
	at := s.Max
	if c.what == "shortest" {
		at = s.Min
	}
	switch {
	case s.Reason != "":
		return 0, false, "unknown (" + s.Reason + ")"
	case !s.Reached:
		return 0, false, "never there"
	case at == nil:
		return 0, false, ""
	}
	return *at, true, ""
}

func duration(us int64) string { return (time.Duration(us) * time.Microsecond).String() }

// needs tells what the columns ask for besides verdicts.
func needs(columns []column) (stays, fins bool) {
	for _, c := range columns {
		stays = stays || c.what == "stay" || c.what == "shortest"
		fins = fins || c.what == "fins"
	}
	return stays, fins
}

func parseColumns(names, user []string) ([]column, error) {
	var all []column
	for _, n := range names {
		c, err := parseColumn(n, user)
		if err != nil {
			return nil, err
		}
		all = append(all, c)
	}
	return all, nil
}
