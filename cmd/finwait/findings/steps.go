package findings

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/cmd/finwait/document"
	"github.com/finwait/finwait/cmd/finwait/picture"
	"github.com/finwait/finwait/cmd/finwait/tracefile"
	"github.com/finwait/finwait/spec"
)

// steps are the moments of a run, with the variables of both hosts.
func steps(m picture.Model, t trace) []document.Step {
	time := func(us int64) string {
		if t.Mode != checker.Exact {
			return ""
		}
		return picture.Seconds(us)
	}
	all := []document.Step{{Time: time(0), Event: "the beginning", Hosts: hostsOf(t.Init, t.Init)}}
	before := t.Init
	for i, step := range t.Steps {
		d := document.Step{
			Number: i + 1, Time: time(step.At), Hosts: hostsOf(before, step.State),
			Event: fmt.Sprintf("%v: %s", spec.EventOf(step.Event.ID).Host, m.Describe(before, step.Event)),
		}
		for _, s := range spec.SentIn(step.Label) {
			text := fmt.Sprintf("the %v sends %v", s.From, s.Segment)
			switch {
			case s.Copies == 0:
				text += ", which is lost"
			case s.Copies > 1:
				text += fmt.Sprintf(", which arrives %d times", s.Copies)
			}
			d.Sent = append(d.Sent, text)
		}
		all = append(all, d)
		before = step.State
	}
	return all
}

func hostsOf(before, now spec.State) (both [2]document.Host) {
	all := variables(now)
	for _, h := range hosts {
		d := &both[h]
		d.Name, d.State, d.Changed = h.String(), now.Host[h].State.String(), before.Host[h].State != now.Host[h].State
		for _, key := range slices.Sorted(maps.Keys(all[h])) {
			d.All = append(d.All, document.Field{Name: key, Value: all[h][key]})
		}
	}
	for _, c := range spec.Changes(before, now) {
		both[c.Host].Changes = append(both[c.Host].Changes, document.Value{Name: c.Name, Was: c.Was, Is: c.IsNow})
	}
	return both
}

// variables are the fields of both hosts that are not zero, by the names of a saved trace.
func variables(s spec.State) (both [2]map[string]string) {
	var read map[string]json.RawMessage
	data, err := json.Marshal(tracefile.State(s))
	if err == nil {
		err = json.Unmarshal(data, &read)
	}
	if err != nil {
		panic(fmt.Sprintf("findings: a state that does not survive JSON: %v", err))
	}
	for _, h := range hosts {
		both[h] = map[string]string{}
		var fields map[string]any
		if err := json.Unmarshal(read[h.String()], &fields); err != nil {
			panic(fmt.Sprintf("findings: the %v of a state is no object: %v", h, err))
		}
		for key, value := range fields {
			both[h][key] = fmt.Sprint(value)
		}
	}
	return both
}
