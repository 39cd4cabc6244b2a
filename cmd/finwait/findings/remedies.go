package findings

import (
	"context"
	"fmt"
	"reflect"
	"slices"

	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/cmd/finwait/document"
	"github.com/finwait/finwait/cmd/finwait/judge"
	"github.com/finwait/finwait/cmd/finwait/report"
	"github.com/finwait/finwait/properties"
	"github.com/finwait/finwait/spec"
)

// remedyStates bounds each try.
const remedyStates = 10_000

// hostTries are the values that are tried at each host, one at a time.
var hostTries = []string{
	"sysctl.net.ipv4.tcp_orphan_retries=1", "sysctl.net.ipv4.tcp_orphan_retries=3", "sysctl.net.ipv4.tcp_orphan_retries=8", "sysctl.net.ipv4.tcp_orphan_retries=15",
	"sysctl.net.ipv4.tcp_retries2=3", "sysctl.net.ipv4.tcp_retries2=8", "sysctl.net.ipv4.tcp_retries2=15",
	"sysctl.net.ipv4.tcp_fin_timeout=10", "sysctl.net.ipv4.tcp_fin_timeout=60", "sysctl.net.ipv4.tcp_fin_timeout=120",
	"sysctl.net.ipv4.tcp_early_retrans=0", "sysctl.net.ipv4.tcp_early_retrans=3",
	"sysctl.net.ipv4.tcp_rfc1337=1", "sysctl.net.ipv4.tcp_max_tw_buckets=262144",
	"socket.so_keepalive=true", "socket.so_linger=off", "socket.tcp_linger2=default", "socket.tcp_user_timeout=30s", "socket.receive_buffer=0",
}

// networkTries are a better network. It is nobody's to choose, but tells what did it.
var networkTries = []string{"network.loss=0", "network.duplicates=0", "network.reorder=false", "network.lose=[]"}

// remedies tries neighbouring values of one parameter at a time: those with which the
// property holds, not vacuously, would have prevented its violation.
func (s *Subject) remedies(ctx context.Context, o judge.Outcome) (found []document.Remedy, tried string, err error) {
	var tries []string
	for _, h := range hosts {
		for _, key := range hostTries {
			tries = append(tries, h.String()+"."+key)
		}
	}
	n, open := 0, 0
	for _, set := range append(tries, networkTries...) {
		over := s.Over
		over.Set = append(slices.Clone(over.Set), set)
		i, err := s.Instance.Scenario.Instantiate(s.Instance.Profile, over)
		if err != nil || reflect.DeepEqual(i.Params, s.Instance.Params) {
			continue // no such parameter here, or it has this value
		}
		n++
		verdict, err := try(ctx, o.About, i.Params)
		switch {
		case err != nil:
			return nil, "", err
		case verdict == checker.Unknown.String():
			open++
		case verdict == checker.Holds.String():
			found = append(found, document.Remedy{Key: set, Command: s.command(o, set)})
		}
	}
	tried = fmt.Sprintf("Tried: %d other values of single parameters, each judged in at most %d states", n, remedyStates)
	if open > 0 {
		tried += fmt.Sprintf("; %d of them were not decided within that", open)
	}
	return found, tried + ".", nil
}

// command judges the property with a value set.
func (s *Subject) command(o judge.Outcome, set string) string {
	args := append([]string{"check", s.Ref, "--profile", s.Judged.Profile, "--property", o.Property}, s.Words...)
	return report.Command(append(args, "--set", set))
}

// try judges one property; a verdict that says nothing is unknown.
func try(ctx context.Context, p properties.Property, params spec.Params) (string, error) {
	c := judge.Case{Name: p.Name, Profile: params.Profile.String(), Params: params, Properties: []properties.Property{p}, Overridden: true}
	if _, err := judge.Model(params); err != nil {
		return checker.Violated.String(), nil // no such combination
	}
	s, err := judge.Judge(ctx, c, checker.Options{MaxStates: remedyStates, AnyStates: remedyStates})
	if err != nil {
		return "", err
	}
	if o := s.Outcomes[0]; o.Verdict != checker.Holds.String() || !o.Vacuous {
		return o.Verdict, nil
	}
	return checker.Violated.String(), nil // it holds because there is nothing to judge
}
