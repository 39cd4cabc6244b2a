package properties_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/properties"
	"github.com/finwait/finwait/spec"
)

// closing is a close on a network that may lose what it
// likes: the server closes after the end of the data, or both close at the start.
func closing(profile spec.Profile, queue, both bool) spec.Params {
	client := []spec.Call{{Do: spec.Close}}
	server := []spec.Call{{Do: spec.Close, When: spec.AfterEOF, Within: spec.Second}}
	if both {
		server[0].When = spec.Start
	}
	if queue && profile == spec.Article { // elsewhere data makes millions of states
		data := []spec.Call{{Do: spec.Send, N: 1}}
		client, server = append(data, client...), append(data, server...)
	}
	return params(profile, client, server, func(p *spec.Params) {
		p.Net.Losses, p.Net.Queue = spec.Unlimited, queue
		for h := range p.Host {
			p.Host[h].TCPOrphanRetries, p.Host[h].DelayedAck = 1, [2]int64{}
			p.Host[h].TCPEarlyRetrans = false
		}
	})
}

// BenchmarkReduction compares, for every property that can be judged in a reduced
// search, the states of that with the full search of the same model:
//
//	go test ./properties -run '^$' -bench Reduction -benchtime 1x
func BenchmarkReduction(b *testing.B) {
	for _, profile := range spec.Profiles() {
		if testing.Short() && profile != spec.Linux {
			continue // all properties under all profiles take minutes
		}
		for _, c := range []struct {
			name        string
			queue, both bool
		}{
			{"queue/one closes", true, false}, {"queue/both close", true, true},
			{"bag/one closes", false, false}, {"bag/both close", false, true},
		} {
			p := closing(profile, c.queue, c.both)
			p.CountFins = properties.CountFins(p)
			m, err := spec.New(p)
			require.NoError(b, err)
			sys := checker.System[spec.State]{Exact: m, Any: m.Any()}
			full, err := checker.Check(context.Background(), sys, nil, checker.Options{Time: checker.Any})
			require.NoError(b, err)
			for _, property := range properties.Catalogue() {
				b.Run(profile.String()+"/"+c.name+"/"+property.Name, func(b *testing.B) {
					benchmarkFactor(b, sys, property.Make(p), full.Runs[0])
				})
			}
		}
	}
}

func benchmarkFactor(b *testing.B, sys checker.System[spec.State], p checker.Property[spec.State], full checker.Run) {
	for b.Loop() {
		res, err := checker.Check(context.Background(), sys, []checker.Property[spec.State]{p},
			checker.Options{Time: checker.Any, Reduction: checker.ReduceAmple})
		require.NoError(b, err)
		if len(res.Runs) == 0 || res.Runs[0].Reduction != checker.ReduceAmple.String() {
			b.Skip("judged without reduction")
		}
		run := res.Runs[0]
		b.ReportMetric(float64(full.States), "full")
		b.ReportMetric(float64(run.States), "reduced")
		b.ReportMetric(float64(full.States)/float64(run.States), "factor")
		b.ReportMetric(full.Elapsed.Seconds()/run.Elapsed.Seconds(), "times-faster")
	}
}
