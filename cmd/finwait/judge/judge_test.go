package judge

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/properties"
	"github.com/finwait/finwait/spec"
)

func params() spec.Params {
	p := spec.Params{Profile: spec.Article, Net: spec.DefaultNet()}
	for h := range p.Host {
		p.Host[h] = spec.DefaultHost()
		p.Host[h].Script = []spec.Call{{Do: spec.Close}}
	}
	p.Host[spec.Server].Script[0].When = spec.AfterEOF
	return p
}

// fake is a property that says what is expected of it.
func fake(name string, kind checker.Kind, expect properties.Expectation, excuse string) properties.Property {
	return properties.Property{
		Name: name, Kind: kind, Assumptions: []string{"own"},
		Expect: func(spec.Params) properties.Expectation { return expect },
		Excuse: func(spec.Params) string { return excuse },
		Make: func(spec.Params) checker.Property[spec.State] {
			return checker.Property[spec.State]{Name: name, Kind: kind, Goal: func(spec.State) bool { return true }}
		},
	}
}

// answering is a checker that gives each property a verdict.
func answering(verdicts map[string]checker.Verdict) check {
	return func(_ context.Context, _ checker.System[spec.State], props []checker.Property[spec.State], opt checker.Options) (checker.Result[spec.State], error) {
		r := checker.Result[spec.State]{Runs: []checker.Run{
			{Time: checker.Any, Reduction: "none", States: 9, Stopped: "any-states"},
			{Time: checker.Exact, Reduction: "none", States: 5, Classes: 7, Transitions: 6, Depth: 3, Complete: true},
		}}
		for _, p := range props {
			r.Outcomes = append(r.Outcomes, checker.Outcome[spec.State]{Property: p.Name, Kind: p.Kind, Verdict: verdicts[p.Name]})
		}
		return r, nil
	}
}

func TestExpectations(t *testing.T) {
	const nothing = ""
	for _, c := range []struct {
		name       string
		file       map[string]checker.Verdict
		overridden bool
		own        properties.Expectation
		excuse     string
		found      checker.Verdict
		expected   string
		as         any // true, false or nil
	}{
		{"holds by default", nil, false, properties.Unstated, "", checker.Holds, "holds", true},
		{"violated against the default", nil, false, properties.Unstated, "", checker.Violated, "holds", false},
		{"the file outweighs the property", map[string]checker.Verdict{"p": checker.Violated}, false, properties.ExpectHolds, "", checker.Violated, "violated", true},
		{"the file is contradicted", map[string]checker.Verdict{"p": checker.Violated}, false, properties.ExpectHolds, "", checker.Holds, "violated", false},
		{"overridden: holds", map[string]checker.Verdict{"p": checker.Violated}, true, properties.ExpectHolds, "", checker.Holds, "holds", true},
		{"overridden: violated", nil, true, properties.ExpectViolated, "", checker.Violated, "violated", true},
		{"overridden: different", nil, true, properties.ExpectHolds, "", checker.Violated, "holds", false},
		{"overridden: nothing stated", nil, true, properties.Unstated, "", checker.Violated, nothing, true},
		{"unknown is never different", nil, false, properties.Unstated, "", checker.Unknown, "holds", nil},
		{"unknown without expectation", nil, true, properties.Unstated, "", checker.Unknown, nothing, nil},
		{"excused holds", nil, false, properties.Unstated, "it never closes", checker.Violated, "holds", true},
		{"overridden and excused", nil, true, properties.ExpectViolated, "it never closes", checker.Violated, nothing, true},
		{"excused, but the file wants a violation", map[string]checker.Verdict{"p": checker.Violated}, false, properties.Unstated, "it never closes", checker.Violated, "violated", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			k := Case{
				Name: "s", Profile: "article", Params: params(), Expect: c.file, Overridden: c.overridden, Assumptions: []string{"shared"},
				Properties: []properties.Property{fake("p", checker.Always, c.own, c.excuse)},
			}
			s, err := k.judge(context.Background(), checker.Options{}, answering(map[string]checker.Verdict{"p": c.found}))
			require.NoError(t, err)
			o := s.Outcomes[0]
			if c.expected == nothing {
				require.Nil(t, o.Expected)
			} else {
				require.Equal(t, c.expected, *o.Expected)
			}
			if c.as == nil {
				require.Nil(t, o.AsExpected)
			} else {
				require.Equal(t, c.as, *o.AsExpected)
			}
			require.Equal(t, []string{"shared", "own"}, o.Assumptions)
			if c.excuse != "" {
				require.Equal(t, "holds", o.Verdict)
				require.Equal(t, "excused: it never closes", o.Reason)
				require.Equal(t, "these-durations", o.Scope)
				require.True(t, o.Vacuous)
				require.Empty(t, s.Runs, "an excused property is not run")
			}
		})
	}
}

func TestFiguresAreThoseOfTheLastRun(t *testing.T) {
	k := Case{Params: params(), Properties: []properties.Property{fake("p", checker.Always, properties.Unstated, "")}}
	s, err := k.judge(context.Background(), checker.Options{}, answering(map[string]checker.Verdict{"p": checker.Holds}))
	require.NoError(t, err)
	require.Len(t, s.Runs, 2)
	require.Equal(t, []int{5, 6, 3}, []int{s.States, s.Transitions, s.Depth})
	require.True(t, s.Complete, "exact made up for the attempt that was stopped")
	require.Empty(t, s.Stopped)
}

func TestFaultsAreInternalErrors(t *testing.T) {
	k := Case{Name: "s", Profile: "article", Params: params(), Properties: []properties.Property{fake("p", checker.Always, properties.Unstated, "")}}
	for name, run := range map[string]check{
		"panic": func(context.Context, checker.System[spec.State], []checker.Property[spec.State], checker.Options) (checker.Result[spec.State], error) {
			panic("a model bug")
		},
		"error": func(context.Context, checker.System[spec.State], []checker.Property[spec.State], checker.Options) (checker.Result[spec.State], error) {
			return checker.Result[spec.State]{}, errors.New("a model bug")
		},
		"too few answers": func(context.Context, checker.System[spec.State], []checker.Property[spec.State], checker.Options) (checker.Result[spec.State], error) {
			return checker.Result[spec.State]{}, nil
		},
	} {
		_, err := k.judge(context.Background(), checker.Options{}, run)
		var internal *InternalError
		require.ErrorAs(t, err, &internal, name)
		require.Contains(t, internal.Error(), "s (article): ")
		require.Equal(t, name == "panic", internal.Stack != nil)
	}
}

func TestErrorsOfFilesAreNoInternalErrors(t *testing.T) {
	k := Case{Name: "s", Profile: "article", Params: params(), Properties: []properties.Property{fake("p", checker.Always, properties.Unstated, "")}}
	_, left := os.ReadFile(filepath.Join(t.TempDir(), "none"))
	_, err := k.judge(context.Background(), checker.Options{}, func(context.Context, checker.System[spec.State], []checker.Property[spec.State], checker.Options) (checker.Result[spec.State], error) {
		return checker.Result[spec.State]{}, left
	})
	require.Equal(t, left, err)
}

func TestBadParametersAreNoInternalError(t *testing.T) {
	k := Case{Name: "s", Profile: "article", Params: params(), Properties: properties.Catalogue()}
	k.Params.Net.Capacity = 99
	_, err := Judge(context.Background(), k, checker.Options{})
	require.ErrorContains(t, err, "scenario s, profile article: ")
	var internal *InternalError
	require.False(t, errors.As(err, &internal))
}
