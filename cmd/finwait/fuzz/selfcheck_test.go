package fuzz

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/cmd/finwait/judge"
	"github.com/finwait/finwait/cmd/finwait/scenario"
	"github.com/finwait/finwait/properties"
	"github.com/finwait/finwait/spec"
)

// asks makes a query: one host closes, and the other when it was told.
func asks(t *testing.T, network string, change func(*judge.Case)) (tester, query) {
	s, err := scenario.Parse("x.yaml", []byte(`
client: {app: [{do: close}]}
server: {app: [{do: close, when: after-eof, within: 1s}]}
network: {`+network+`}
profiles: {linux: {}}
`))
	require.NoError(t, err)
	i, err := s.Instantiate(spec.Linux, scenario.Overrides{})
	require.NoError(t, err)
	f := tester{opt: Options{MaxStates: 4000}}
	c, err := f.question(i)
	require.NoError(t, err)
	if change != nil {
		change(&c)
	}
	found, err := judge.Judge(t.Context(), c, f.search())
	require.NoError(t, err)
	return f, query{i, c, found, i.Params}
}

// TestOraclesAgree, and each says so of a falsified answer, so that none is unable to.
func TestOraclesAgree(t *testing.T) {
	flip := map[string]string{checker.Holds.String(): checker.Violated.String(), checker.Violated.String(): checker.Holds.String()}
	outcome := func(q query, name string) *judge.Outcome {
		for i := range q.found.Outcomes {
			if q.found.Outcomes[i].Property == name {
				return &q.found.Outcomes[i]
			}
		}
		t.Fatal(name)
		return nil
	}
	// lie is a property with a flaw, lies makes it the only one.
	lie := func(name string, kind checker.Kind, p checker.Property[spec.State]) properties.Property {
		p.Name, p.Kind = name, kind
		return properties.Property{
			Name: name, Kind: kind, Make: func(spec.Params) checker.Property[spec.State] { return p },
			Excuse: func(spec.Params) string { return "" }, Expect: func(spec.Params) properties.Expectation { return properties.Unstated },
		}
	}
	lies := func(kind checker.Kind, p checker.Property[spec.State]) func(*judge.Case) {
		return func(c *judge.Case) { c.Properties = []properties.Property{lie("lie", kind, p)} }
	}
	falsified := map[string]func() (tester, query){
		"workers": func() (tester, query) {
			f, q := asks(t, "loss: 1", nil)
			q.found.Runs[0].States++
			return f, q
		},
		// It is true until the second search meets the initial state.
		"reduction": func() (tester, query) {
			return asks(t, "loss: 0", func(c *judge.Case) {
				p := lie("lie", checker.Always, checker.Property[spec.State]{})
				p.Make = func(p spec.Params) checker.Property[spec.State] {
					searches := 0
					return checker.Property[spec.State]{Name: "lie", Kind: checker.Always, Observes: 1, Goal: func(s spec.State) bool {
						if s.Host[spec.Client].State == spec.Established && s.Host[spec.Server].State == spec.Established {
							searches++
						}
						return searches < 2
					}}
				}
				c.Properties = []properties.Property{p}
			})
		},
		"time-wait": func() (tester, query) {
			return asks(t, "loss: 0", func(c *judge.Case) {
				c.Params.Incarnations = 2
				p := lie(oldDuplicates, checker.Always, checker.Property[spec.State]{})
				p.Make = func(p spec.Params) checker.Property[spec.State] {
					return checker.Property[spec.State]{Name: oldDuplicates, Kind: checker.Always, Goal: func(spec.State) bool {
						return p.Host[spec.Client].TimeWait < 100*spec.Second // 60 s hold, and twice that do not
					}}
				}
				c.Properties = []properties.Property{p}
			})
		},
		"mirror": func() (tester, query) {
			f, q := asks(t, "loss: 1", nil)
			o := outcome(q, "simultaneous-close")
			o.Verdict = flip[o.Verdict]
			return f, q
		},
		"loss": func() (tester, query) {
			f, q := asks(t, "loss: 0", nil)
			outcome(q, "last-ack-only-passive").Verdict = checker.Violated.String()
			return f, q
		},
		"replay": func() (tester, query) {
			f, q := asks(t, "loss: 1", nil)
			o := outcome(q, "three-segment-close")
			require.NotNil(t, o.Trace)
			steps := o.Trace.Steps
			o.Trace.Steps = steps[:len(steps)-1]
			return f, q
		},
		// It reads windows, and does not say that it is timed.
		"scale": func() (tester, query) {
			return asks(t, "loss: 1", lies(checker.StepAlways, checker.Property[spec.State]{
				Step: func(_ spec.State, e checker.Event, _ checker.Label, _ spec.State) bool {
					return e.Earliest != 3*204*spec.Millisecond
				},
			}))
		},
		"durations": func() (tester, query) {
			f, q := asks(t, "lose: [{from: client, segment: FIN, nth: 1}]", lies(checker.StepAlways, checker.Property[spec.State]{
				Step: func(_ spec.State, e checker.Event, _ checker.Label, _ spec.State) bool {
					return e.Earliest != 102*spec.Millisecond
				},
			}))
			q.other.Host[spec.Client].RTO = 102 * spec.Millisecond
			return f, q
		},
	}
	for _, o := range oracles {
		t.Run(o.name, func(t *testing.T) {
			for _, network := range []string{"loss: 1", "loss: 0, duplicates: 1", "delay: [1ms, 300ms], reorder: false"} {
				f, q := asks(t, network, nil)
				text, err := o.ask(f, t.Context(), q)
				require.NoError(t, err)
				require.Empty(t, text)
			}
			require.Contains(t, falsified, o.name)
			f, q := falsified[o.name]()
			text, err := o.ask(f, t.Context(), q)
			require.NoError(t, err)
			require.NotEmpty(t, text)
		})
	}
	require.Len(t, falsified, len(oracles))
}

// TestOtherDurations keeps the structure of what can be judged, and changes something.
func TestOtherDurations(t *testing.T) {
	_, q := asks(t, "loss: 1", nil)
	require.NotEmpty(t, describe(q.other))
	n := 0
	eachDuration(&q.other, func(string, *int64) { n++ })
	require.Equal(t, len(describe(q.other)), n)
}
