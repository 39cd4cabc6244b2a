package findings

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"time"

	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/cmd/finwait/document"
	"github.com/finwait/finwait/cmd/finwait/judge"
	"github.com/finwait/finwait/cmd/finwait/report"
	"github.com/finwait/finwait/cmd/finwait/scenario"
	"github.com/finwait/finwait/properties"
	"github.com/finwait/finwait/spec"
)

// remedyStates bounds each try.
const remedyStates = 10_000

// mostOrphanRetries is the largest net.ipv4.tcp_orphan_retries that is tried.
const mostOrphanRetries = 15

// hostTries are the values that are tried at each host, one at a time, besides those
// that follow from the parameters (see ladders).
var hostTries = []string{
	"sysctl.net.ipv4.tcp_retries2=3", "sysctl.net.ipv4.tcp_retries2=8", "sysctl.net.ipv4.tcp_retries2=15",
	"sysctl.net.ipv4.tcp_fin_timeout=10", "sysctl.net.ipv4.tcp_fin_timeout=60", "sysctl.net.ipv4.tcp_fin_timeout=120",
	"sysctl.net.ipv4.tcp_early_retrans=0", "sysctl.net.ipv4.tcp_early_retrans=3",
	"sysctl.net.ipv4.tcp_rfc1337=1", "sysctl.net.ipv4.tcp_max_tw_buckets=262144",
	"socket.so_keepalive=true", "socket.so_linger=off", "socket.tcp_linger2=default", "socket.tcp_user_timeout=30s", "socket.receive_buffer=0",
}

// networkTries are a better network. It is nobody's to choose, but tells what did it.
var networkTries = []string{"network.loss=0", "network.duplicates=0", "network.reorder=false", "network.lose=[]"}

// ladders are values to try, in order; of each ladder the first that helps is enough.
func ladders(p spec.Params) (all [][]string) {
	for _, h := range hosts {
		key := h.String() + "."
		all = append(all, []string{key + "mutant=none"},
			[]string{key + "time_wait=" + (time.Duration(2*p.Net.MSL) * time.Microsecond).String()})
		now := int(p.Host[h].TCPOrphanRetries)
		if now == 0 {
			now = 8 // as tcp_orphan_retries() of the kernel takes it
		}
		var larger []string
		for n := now + 1; n <= mostOrphanRetries; n++ {
			larger = append(larger, fmt.Sprintf("%ssysctl.net.ipv4.tcp_orphan_retries=%d", key, n))
		}
		all = append(all, larger)
		for _, set := range hostTries {
			all = append(all, []string{key + set})
		}
	}
	for _, set := range networkTries {
		all = append(all, []string{set})
	}
	return all
}

// remedies tries other values of one parameter at a time: those with which the property
// holds, not vacuously, would have prevented its violation. Those with which its condition
// never occurs are told apart.
func (s *Subject) remedies(ctx context.Context, o judge.Outcome) (found, moot []document.Remedy, tried string, err error) {
	n, open := 0, 0
	for _, ladder := range s.ladders() {
		for _, set := range ladder {
			over := s.Over
			over.Set = append(slices.Clone(over.Set), set)
			i, err := s.Instance.Scenario.Instantiate(s.Instance.Profile, over)
			if err != nil || reflect.DeepEqual(i.Params, s.Instance.Params) && reflect.DeepEqual(i.Population, s.Instance.Population) {
				continue // no such parameter here, or it has this value
			}
			verdict, err := s.with(ctx, o, i)
			if err != nil {
				return nil, nil, "", err
			}
			r := document.Remedy{Key: set, Command: s.command(o, set), Network: slices.Contains(networkTries, set)}
			switch verdict {
			case impossible:
				continue
			case holdsVacuously:
				moot = append(moot, r)
			case checker.Unknown.String():
				open++
			case checker.Holds.String():
				found = append(found, r)
			}
			n++
			if verdict == checker.Holds.String() || verdict == holdsVacuously {
				break
			}
		}
	}
	tried = fmt.Sprintf("Tried: %d other values of single parameters, each judged in at most %d states", n, remedyStates)
	if open > 0 {
		tried += fmt.Sprintf("; %d of them were not decided within that", open)
	}
	return found, moot, tried + ".", nil
}

func (s *Subject) ladders() [][]string {
	if s.Judged.Population != nil {
		return populationLadders(s.Judged.Population)
	}
	return ladders(s.Instance.Params)
}

// with judges the property of an outcome with other values.
func (s *Subject) with(ctx context.Context, o judge.Outcome, i scenario.Instance) (string, error) {
	if s.try != nil {
		return s.try(i)
	}
	if i.Population != nil {
		return tryPopulation(ctx, o.Property, i)
	}
	return try(ctx, o.About, i.Params)
}

// command judges the property with a value set, as the try did: without durations it
// does not go further before it turns to those of the scenario.
func (s *Subject) command(o judge.Outcome, set string) string {
	args := append([]string{"check", s.Ref, "--profile", s.Judged.Profile, "--property", o.Property}, s.Words...)
	args = append(args, "--set", set)
	if s.Judged.Population == nil {
		args = append(args, "--any-states", strconv.Itoa(remedyStates))
	}
	return report.Command(args)
}

// What try tells besides verdicts.
const (
	impossible     = "impossible" // no model has these parameters
	holdsVacuously = "vacuous"    // the property holds because there is nothing to judge
)

// try judges one property: its verdict, impossible or vacuous.
func try(ctx context.Context, p properties.Property, params spec.Params) (string, error) {
	c := judge.Case{Name: p.Name, Profile: params.Profile.String(), Params: params, Properties: []properties.Property{p}, Overridden: true}
	if _, err := judge.Model(params); err != nil {
		return impossible, nil
	}
	s, err := judge.Judge(ctx, c, checker.Options{MaxStates: remedyStates, AnyStates: remedyStates})
	if err != nil {
		return "", err
	}
	if o := s.Outcomes[0]; o.Verdict != checker.Holds.String() || !o.Vacuous {
		return o.Verdict, nil
	}
	return holdsVacuously, nil
}
